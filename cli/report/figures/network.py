"""The formal network as pictures, one for each stage: species and reactions as a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.report.data import Json, ReportData
from cli.report.figures.canvas import page_svg
from dsd_ncrn.crn.graph import STAGE_COLOURS

if TYPE_CHECKING:
    from dsd_ncrn.crn.types import Crn

MOST_REACTIONS = 24
"""More than that in a stage are not drawn: nobody could follow the lines."""

COLOURS: Mapping[str, str] = {f"stage-{stage.lower()}": colour for stage, colour in STAGE_COLOURS.items()} | {
    "ink": "#1a1d23",
    "card": "#eef0f3",
    "paper": "#ffffff",
    "strand": "#3c4654",
}
"""The page's colours by those that ``dsd_ncrn.crn.drawing`` draws in."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing of a stage; ``svg`` is empty where there are too many reactions."""

    stage: str
    reactions: int
    svg: str


def pictures(data: ReportData) -> dict[str, Picture]:
    """The drawing of every stage that has reactions, by the stage's name."""
    reactions = (data.ncrn or {}).get("reactions", [])
    stages = dict.fromkeys(reaction["stage"] for reaction in reactions)
    members = {stage: [each for each in reactions if each["stage"] == stage] for stage in stages}
    return {stage: _picture(number, stage, found) for number, (stage, found) in enumerate(members.items())}


def _picture(number: int, stage: str, reactions: list[Json]) -> Picture:
    from dsd_ncrn.crn.drawing import svg_of

    if len(reactions) > MOST_REACTIONS:
        return Picture(stage, len(reactions), "")
    species = dict.fromkeys(name for each in reactions for name in (*each["reactants"], *each["products"]))
    described = "; ".join(
        f"{each['name']}: {' + '.join(each['reactants'])} to {' + '.join(each['products'])}" for each in reactions
    )
    title = f"The reactions of {stage or 'the network'}"
    svg = page_svg(svg_of(_crn(stage, species, reactions)), title, described, f"network-{number}", COLOURS)
    return Picture(stage, len(reactions), _sized(svg))


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
