"""Drawings of what is no chart: the formal network of each stage as a graph, and gates with their strands and toeholds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from cli.report.data import ReportData
from cli.report.figures.vega import with_title
from dsd_ncrn.crn.drawing import svg_of
from dsd_ncrn.crn.graph import STAGE_COLOURS
from dsd_ncrn.crn.types import Crn, Origin, Reaction
from dsd_ncrn.runs.files import Json

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
    return StagePicture(len(reactions), merged, _network_svg(number, stage, drawn))


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


def _network_svg(number: int, stage: str, reactions: list[Json]) -> str:

    species = dict.fromkeys(name for each in reactions for name in (*each["reactants"], *each["products"]))
    described = "; ".join(
        f"{each['name']}: {' + '.join(each['reactants'])} to {' + '.join(each['products'])}" for each in reactions
    )
    title = f"The reactions of {stage or 'the network'}"
    return _sized(page_svg(svg_of(_crn(stage, species, reactions)), title, described, f"network-{number}", COLOURS))


_COORDINATES = re.compile(r'(?<= )(?:d|x|y|transform|width|height|viewBox)="[^"]*"')


def page_svg(file: str, title: str, description: str, key: str, colours: Mapping[str, str]) -> str:
    """An SVG file of matplotlib's as an element for a page: ``colours`` says which of its colours is which of the page's."""
    svg = with_title(_with_local_ids(_small(file), key), title, description, key)
    for name, colour in colours.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def _small(svg: str) -> str:
    """Drop prolog, comments, metadata and needless digits."""
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = _COORDINATES.sub(lambda match: re.sub(r"(\d+\.\d\d)\d+", r"\1", match[0]), svg)
    svg = re.sub(r'<svg [^>]*viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" role="img">', svg, count=1)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    svg = re.sub(r"font: (?:bold|700) ([\d.]+)px [^;\"]*", r"font-size: \1px; font-weight: 700", svg)
    return re.sub(r"\n\s*", "\n", svg).strip()


def _with_local_ids(svg: str, key: str) -> str:
    """Ids that are referred to get a prefix, all others go."""
    used = set(re.findall(r"(?:xlink:href=\"#|url\(#)([^\")]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda match: f' id="{key}-{match[1]}"' if match[1] in used else "", svg)
    return re.sub(r"(xlink:href=\"#|url\(#)([^\")]+)", rf"\1{key}-\2", svg)


def _sized(svg: str) -> str:
    """At the size it was drawn in, so that all pictures have letters of one size."""
    width, height = svg.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    return svg.replace("<svg ", f'<svg width="{width}pt" height="{height}pt" ', 1)


def _crn(stage: str, species: Mapping[str, None], reactions: list[Json]) -> Crn:

    listed = (
        Reaction(
            tuple(each["reactants"]), tuple(each["products"]), each["rate"], origin=Origin(each["name"], stage, each["term"])
        )
        for each in reactions
    )
    return Crn(stage, tuple(species), tuple(listed))


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a gate, read 5' to 3' along the top: domain name, length (nt), and its top strand (None: open)."""

    name: str
    length: int
    top: int | None


def gate_blocks(kernel: str, lengths: Mapping[str, int]) -> tuple[Block, ...] | None:
    """The blocks of a complex that is one bottom strand covered by top strands; None for any other shape."""
    names, owner, partner = _parsed(kernel)
    strands = range(max(owner, default=-1) + 1)
    whole = [strand for strand in strands if _is_bottom(strand, owner, partner)]
    if len(whole) != 1:
        return None
    bottom = [place for place, strand in enumerate(owner) if strand == whole[0]]
    return tuple(_block(names[place], owner, partner[place], lengths) for place in reversed(bottom))


def _block(name: str, owner: Sequence[int], partner: int | None, lengths: Mapping[str, int]) -> Block:
    plain = name.rstrip("*")
    return Block(plain, lengths.get(plain, 0), None if partner is None else owner[partner])


def _is_bottom(strand: int, owner: Sequence[int], partner: Sequence[int | None]) -> bool:
    """Whether every domain of all other strands is paired with this one, and none of its own with itself."""
    pairs = list(zip(owner, partner))
    return len(set(owner)) > 1 and all(
        (other is None or owner[other] != strand) if here == strand else (other is not None and owner[other] == strand)
        for here, other in pairs
    )


def _parsed(kernel: str) -> tuple[list[str], list[int], list[int | None]]:
    """Name, strand and partner of every domain, in order."""
    names: list[str] = []
    owner: list[int] = []
    partner: list[int | None] = []
    waiting: list[int] = []
    strand = 0
    for word in re.findall(r"\+|\)|[^\s()+]+\(?", kernel):
        if word == "+":
            strand += 1
            continue
        owner.append(strand)
        if word == ")":
            opened = waiting.pop()
            names.append(_complement(names[opened]))
            partner[opened] = len(partner)
            partner.append(opened)
            continue
        if word.endswith("("):
            waiting.append(len(partner))
        names.append(word.rstrip("("))
        partner.append(None)
    return names, owner, partner


def _complement(name: str) -> str:
    return name[:-1] if name.endswith("*") else name + "*"


NT = 4.2
"""Pixels per nucleotide."""

LONGEST_TOEHOLD = 8
TOP, BOTTOM, MARGIN, HEIGHT, NICK = 20.0, 28.0, 8.0, 42.0, 2.5
LONGEST_LABEL = 13


@dataclass(frozen=True, slots=True)
class _Piece:
    """Neighbouring blocks that are drawn as one piece: one branch domain, or toehold domains side by side."""

    name: str
    length: int
    top: int | None
    toehold: bool
    start: float

    @property
    def end(self) -> float:
        """Where the piece ends, in pixels."""
        return self.start + NT * self.length


def gate_svg(blocks: Sequence[Block], title: str, toehold: int) -> str:
    """An SVG element. ``toehold`` is the full length (nt) of a toehold; shorter ones are labelled with theirs."""
    runs = _runs(blocks)
    width = MARGIN + max(run.end for run in runs)
    parts = [_top_strands(runs), *(_piece(run) for run in runs), *(_label(run, toehold) for run in runs)]
    return (
        f'<svg class="gate" viewBox="0 0 {width:g} {HEIGHT:g}" width="{width:g}" height="{HEIGHT:g}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}{_arrow(MARGIN, BOTTOM, -1)}</svg>"
    )


def _runs(blocks: Sequence[Block]) -> list[_Piece]:
    runs: list[_Piece] = []
    start = MARGIN
    for _, group in groupby(enumerate(blocks), key=lambda item: _kind(*item)):
        members = [block for _, block in group]
        length, toehold = sum(block.length for block in members), members[0].length <= LONGEST_TOEHOLD
        runs.append(_Piece(" ".join(block.name for block in members), length, members[0].top, toehold, start))
        start = runs[-1].end
    return runs


def _kind(place: int, block: Block) -> tuple[int | None, int]:
    """Toehold domains of one strand belong together; a branch domain stands alone."""
    return block.top, -1 if block.length <= LONGEST_TOEHOLD else place


def _piece(run: _Piece) -> str:
    colour = "toehold" if run.toehold else "strand"
    return _line(run.start, run.end, BOTTOM, colour)


def _top_strands(runs: Sequence[_Piece]) -> str:
    """Every top strand with its pieces and an arrow at its 3' end, a nick between neighbours."""
    drawn: list[str] = []
    for top, group in groupby(runs, key=lambda run: run.top):
        pieces = list(group)
        if top is not None:
            last = pieces[-1].end - NICK
            drawn += [_line(run.start, min(run.end, last), TOP, "toehold" if run.toehold else "strand") for run in pieces]
            drawn.append(_arrow(last, TOP, 1))
    return "".join(drawn)


def _line(start: float, end: float, height: float, colour: str) -> str:
    return f'<path d="M{start:g} {height:g}H{end:g}" style="stroke:var(--{colour})"/>'


def _arrow(tip: float, height: float, direction: int) -> str:
    return f'<path class="tip" d="M{tip - 5 * direction:g} {height - 4 * direction:g}L{tip:g} {height:g}"/>'


def _label(run: _Piece, toehold: int) -> str:
    """Above what is covered, below what is open."""
    text = run.name if len(run.name) <= LONGEST_LABEL else run.name[: LONGEST_LABEL - 1] + "…"
    if run.toehold:
        text = "t" if run.length >= toehold else f"{run.length} nt"
    height = TOP - 7 if run.top is not None else BOTTOM + 11
    kind = ' class="toehold"' if run.toehold else ""
    return f'<text x="{(run.start + run.end) / 2:g}" y="{height:g}"{kind}>{escape(text)}</text>'
