"""The formal network as pictures, one for each stage: species and reactions as a graph."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.report.data import Json, ReportData
from cli.report.figures.canvas import page_svg
from dsd_ncrn.crn.graph import STAGE_COLOURS

if TYPE_CHECKING:
    from dsd_ncrn.crn.types import Crn

MOST_REACTIONS, MOST_MERGED = 16, 36
"""Of more reactions than the first in a stage, those that differ only in their rails are drawn as one; of more than the
second of these, none."""
RAILS, SIDES = ("p", "m"), ("reactants", "products")

COLOURS: Mapping[str, str] = {f"stage-{stage.lower()}": colour for stage, colour in STAGE_COLOURS.items()} | {
    "ink": "#1a1d23",
    "card": "#eef0f3",
    "paper": "#ffffff",
    "strand": "#3c4654",
}
"""The page's colours by those that ``dsd_ncrn.crn.drawing`` draws in."""


@dataclass(frozen=True, slots=True)
class StagePicture:
    """The drawing of a stage; ``svg`` is empty where there are too many reactions, ``merged`` says that boxes stand
    for reactions that differ only in rails, and for species with both of their rails."""

    reactions: int
    merged: bool
    svg: str


def pictures(data: ReportData) -> dict[str, StagePicture]:
    """The drawing of every stage that has reactions, by the stage's name."""
    reactions = (data.ncrn or {}).get("reactions", [])
    stages = dict.fromkeys(reaction["stage"] for reaction in reactions)
    members = {stage: [each for each in reactions if each["stage"] == stage] for stage in stages}
    return {stage: _picture(number, stage, found) for number, (stage, found) in enumerate(members.items())}


def _picture(number: int, stage: str, reactions: list[Json]) -> StagePicture:
    merged = len(reactions) > MOST_REACTIONS
    drawn = without_rails(reactions) if merged else reactions
    if len(drawn) > MOST_MERGED:
        return StagePicture(len(reactions), merged, "")
    return StagePicture(len(reactions), merged, _svg(number, stage, drawn))


def without_rails(reactions: list[Json]) -> list[Json]:
    """One reaction for all that differ only in the rails of their species; each species stands on a side once."""
    known = {name for each in reactions for name in (*each["reactants"], *each["products"])}
    groups: dict[tuple[tuple[str, ...], ...], list[Json]] = {}
    for each in reactions:
        sides = tuple(tuple(dict.fromkeys(_without_rail(name, known) for name in each[side])) for side in SIDES)
        groups.setdefault(sides, []).append(each)
    return [{**members[0], "name": _name(members), **dict(zip(SIDES, sides))} for sides, members in groups.items()]


def _name(members: list[Json]) -> str:
    """The term where all have the same one; otherwise the name of the first without the rail at its end."""
    terms = {str(each["term"]) for each in members}
    name = str(members[0]["name"])
    if len(terms) == 1 and "" not in terms:
        return terms.pop()
    return name.rstrip("".join(RAILS)) if len(members) > 1 else name


def _without_rail(name: str, known: Set[str]) -> str:
    """X1 for X1p and X1m where both are species."""
    both = name.endswith(RAILS) and all(name[:-1] + rail in known for rail in RAILS)
    return name[:-1] if both else name


def _svg(number: int, stage: str, reactions: list[Json]) -> str:
    from dsd_ncrn.crn.drawing import svg_of

    species = dict.fromkeys(name for each in reactions for name in (*each["reactants"], *each["products"]))
    described = "; ".join(
        f"{each['name']}: {' + '.join(each['reactants'])} to {' + '.join(each['products'])}" for each in reactions
    )
    title = f"The reactions of {stage or 'the network'}"
    return _sized(page_svg(svg_of(_crn(stage, species, reactions)), title, described, f"network-{number}", COLOURS))


def _sized(svg: str) -> str:
    """At the size it was drawn in, so that all pictures have letters of one size."""
    width, height = svg.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    return svg.replace("<svg ", f'<svg width="{width}pt" height="{height}pt" ', 1)


def _crn(stage: str, species: Mapping[str, None], reactions: list[Json]) -> Crn:
    from dsd_ncrn.crn.types import Crn, Origin, Reaction

    listed = (
        Reaction(
            tuple(each["reactants"]), tuple(each["products"]), each["rate"], origin=Origin(each["name"], stage, each["term"])
        )
        for each in reactions
    )
    return Crn(stage, tuple(species), tuple(listed))
