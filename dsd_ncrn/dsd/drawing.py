"""Complexes as SVG: strands with half arrows at their 3' ends, every domain in its colour, names beside it.

The bottom strand of a gate runs from right to left below its tops, as the notation ``{t*}[x t]`` reads. Parts of a top
that are not paired stand up from it. Lengths are to scale. Everything is written by hand, so that equal complexes give
equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from math import cos, radians, sin

from dsd_ncrn.dsd.structure import Complex, Domain, Strand
from dsd_ncrn.dsd.words import SEALS, Private

NT = 4.0
"""Pixels for a nucleotide."""
GAP, WIDTH, TIP, FONT = 9.0, 3.2, 6.0, 11
INK, PAIRS, TOEHOLD = "#1a1d23", "#e6e8ec", "#c1121f"
PALETTE = (
    "#1f77b4",
    "#2ca02c",
    "#9467bd",
    "#ff7f0e",
    "#17becf",
    "#8c564b",
    "#e377c2",
    "#bcbd22",
    "#3b4cc0",
    "#007a5a",
    "#b5651d",
    "#6a3d9a",
)
GREYS = {Private.TRIGGER: "#4a4f57", Private.COMMITMENT: "#7d6608", Private.DRAIN: "#4a4f57"}
_SEAL = "#9aa0a8"
_TOEHOLDS = {"t": TOEHOLD, "u": "#d9730d", "v": "#8b1a89"}
_SCRIPTS = re.compile(r"([a-z]+)_?(\d+)([pm]?)")


@dataclass(frozen=True)
class Palette:
    """Colours and labels of domains: toeholds and private ones by their kind, others in the order given."""

    branches: tuple[str, ...]
    private: Mapping[str, Private] = field(default_factory=dict[str, Private])

    def colour(self, domain: Domain) -> str:
        """The colour of a domain and of its complement."""
        if domain.is_toehold:
            return _TOEHOLDS.get(domain.name[0], TOEHOLD)
        if domain.name in SEALS:
            return _SEAL
        if domain.name in self.private:
            return GREYS[self.private[domain.name]]
        place = self.branches.index(domain.name) if domain.name in self.branches else 0
        return PALETTE[place % len(PALETTE)]

    def label(self, run: Sequence[Domain], star: bool = False) -> str:
        """The name of what is drawn as one piece: a toehold cut into parts as a whole where all parts are there."""
        first = run[0]
        if not first.is_toehold:
            return label(self.private.get(first.name, first.name), star)
        cut = re.sub(r"\d+$", "", first.name)
        whole = len(run) > 1 or first.name == cut
        return label(cut if whole else first.name, star)


@dataclass
class Canvas:
    """SVG elements and how far they reach."""

    elements: list[str] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = WIDTH) -> None:
        """A piece of a strand."""
        self._reach(start, end)
        ends = f'x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}"'
        self.elements.append(f'<line {ends} stroke="{colour}" stroke-width="{_n(width)}"/>')

    def half_arrow(self, tip: tuple[float, float], angle: float, colour: str, side: int = 1) -> None:
        """The barb of a 3' end that points along ``angle`` (degrees, counterclockwise from the right)."""
        turn = radians(angle + 180 - side * 32)
        back = (tip[0] + TIP * 1.5 * cos(turn), tip[1] - TIP * 1.5 * sin(turn))
        self.line(tip, back, colour, WIDTH * 0.8)

    def text(self, x: float, y: float, content: str, *, anchor: str = "middle", colour: str = INK, size: float = FONT) -> None:
        """A line of text; ``content`` may hold markup."""
        self._reach((x, y))
        look = f'text-anchor="{anchor}" font-size="{_n(size)}" fill="{colour}"'
        self.elements.append(f'<text x="{_n(x)}" y="{_n(y)}" {look}>{content}</text>')

    def band(self, left: float, right: float, top: float, bottom: float) -> None:
        """The base pairs between two strands."""
        box = f'x="{_n(left)}" y="{_n(top)}" width="{_n(right - left)}" height="{_n(bottom - top)}"'
        self.elements.insert(0, f'<rect {box} fill="{PAIRS}"/>')

    def place(self, other: Canvas, x: float, y: float) -> None:
        """Another canvas with its origin at a point of this one."""
        self._reach((x + other.width, y + other.height))
        self.elements += [f'<g transform="translate({_n(x)} {_n(y)})">', *other.elements, "</g>"]

    def svg(self, title: str) -> str:
        """The whole file on white."""
        size = f'width="{_n(self.width)}" height="{_n(self.height)}" viewBox="0 0 {_n(self.width)} {_n(self.height)}"'
        look = 'font-family="Helvetica, Arial, DejaVu Sans, sans-serif" stroke-linecap="butt"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {look}>\n<title>{escape(title)}</title>'
        paper = '<rect width="100%" height="100%" fill="#ffffff"/>'
        return "\n".join([head, paper, *self.elements, "</svg>"]) + "\n"

    def _reach(self, *points: tuple[float, float]) -> None:
        for x, y in points:
            self.width, self.height = max(self.width, x), max(self.height, y)


def _n(value: float) -> str:
    """A coordinate to a tenth of a pixel, without a needless zero."""
    text = f"{value:.1f}"
    return text.removesuffix(".0").replace("-0", "0") if text in ("-0.0",) else text.removesuffix(".0")


def label(name: str, star: bool = False) -> str:
    """A name for people: ``g1p`` is g with 1 below and + above."""
    match = _SCRIPTS.fullmatch(name.lower())
    mark = "*" if star else ""
    if match is None:
        return f'<tspan font-style="italic">{escape(name)}</tspan>{mark}'
    letter = name[: len(match[1])]
    sign = {"p": "+", "m": "\u2212", "": ""}[match[3]] + mark
    below = f'<tspan font-size="75%" dy="2.5">{match[2]}</tspan>'
    above = f'<tspan font-size="75%" dy="-6">{sign}</tspan>' if sign else ""
    return f'<tspan font-style="italic">{escape(letter)}</tspan>{below}{above}'


def draw(complex_: Complex, palette: Palette) -> Canvas:
    """A strand, or a gate of one bottom strand, its tops in place. The canvas begins at the upper left corner."""
    bottoms = [number for number, strand in enumerate(complex_.strands) if strand[0].starred]
    if len(bottoms) != 1 or complex_.is_strand:
        return _strand(complex_.strands[0], palette)
    return _GateDrawing(complex_, bottoms[0], palette).drawn()


def mark_ends(drawing: Canvas, right: bool) -> None:
    """A quencher Q and a dye F at one end of a duplex without loose ends."""
    middle = drawing.width - 14 + 18 if right else 2.0
    top = FONT + 9.0
    for letter, y, colour in (("Q", top - 4, INK), ("F", top + GAP + 4, "#2ca02c")):
        drawing.elements.append(f'<circle cx="{_n(middle)}" cy="{_n(y)}" r="6" fill="{colour}"/>')
        drawing.text(middle, y + 3, letter, colour="#ffffff", size=FONT * 0.75)
    drawing.width += 10 if right else 0


def _strand(strand: Strand, palette: Palette) -> Canvas:
    canvas, x, y = Canvas(), 2.0, FONT + 9.0
    for run in _runs(strand):
        end = x + NT * sum(domain.length for domain in run)
        canvas.line((x, y), (end, y), palette.colour(run[0]))
        text = palette.label([~domain for domain in reversed(run)] if run[0].starred else run, run[0].starred)
        canvas.text((x + end) / 2, y - 6, text, colour=palette.colour(run[0]))
        x = end
    canvas.half_arrow((x, y), 0, palette.colour(strand[-1]))
    canvas.width, canvas.height = x + 4, y + 6
    return canvas


def _runs(domains: Sequence[Domain]) -> list[list[Domain]]:
    """Toehold domains side by side are one toehold; a branch domain stands alone."""
    keyed = groupby(enumerate(domains), key=lambda item: -1 if item[1].is_toehold else item[0])
    return [[domain for _, domain in group] for _, group in keyed]


class _GateDrawing:
    """One bottom strand with its tops. Columns are the domains of the bottom, from its 3' end, left to right."""

    def __init__(self, complex_: Complex, bottom: int, palette: Palette) -> None:
        self.complex, self.palette, self.canvas = complex_, palette, Canvas()
        starts = sorted(complex_.ends)
        self.places = [range(start, start + len(strand)) for start, strand in zip(starts, complex_.strands)]
        self.columns = list(self.places[bottom])[::-1]
        tops = [place for number, place in enumerate(self.places) if number != bottom]
        self.tops = sorted(tops, key=lambda place: min((self._column(p) for p in place if self._column(p) >= 0), default=0))
        self.edges = self._edges()
        self.top = FONT + 9.0 + self._tallest()
        self.bottom = self.top + GAP

    def drawn(self) -> Canvas:
        """Bottom, tops and names."""
        canvas = self.canvas
        for place in self.tops:
            self._top(place)
        self._bottom()
        canvas.width, canvas.height = self.edges[-1] + self._overhang(True) + 14, self.bottom + FONT + 10
        return canvas

    def _column(self, place: int) -> int:
        """The column of a position's partner, -1 for none on the bottom strand."""
        partner = self.complex.pairing[place]
        return self.columns.index(partner) if partner in self.columns else -1

    def _edges(self) -> list[float]:
        edges = [14.0 + self._overhang(False)]
        for column in self.columns:
            edges.append(edges[-1] + NT * self.complex.domains[column].length)
        return edges

    def _flaps(self) -> Iterable[tuple[bool, int, float]]:
        """Unpaired ends of tops: whether at the 3' end, the column they start from, their length in pixels."""
        for place in self.tops:
            paired = [p for p in place if self._column(p) >= 0]
            before, after = [p for p in place if p < paired[0]], [p for p in place if p > paired[-1]]
            for at_end, loose in ((False, before), (True, after)):
                if loose:
                    length = NT * sum(self.complex.domains[p].length for p in loose)
                    yield at_end, self._column(paired[-1] if at_end else paired[0]), length

    def _tallest(self) -> float:
        return max((length * sin(radians(_TILT)) for _, _, length in self._flaps()), default=0.0)

    def _overhang(self, right: bool) -> float:
        """How far flaps may stand out beyond the bottom strand."""
        outer = len(self.columns) - 1 if right else 0
        reach = (
            length * cos(radians(_TILT)) for at_end, column, length in self._flaps() if at_end == right and column == outer
        )
        return max(reach, default=0.0)

    def _bottom(self) -> None:
        canvas, domains = self.canvas, self.complex.domains
        for run in _column_runs([domains[column] for column in self.columns]):
            left, right = self.edges[run[0]], self.edges[run[-1] + 1]
            members = [domains[self.columns[column]] for column in run]
            canvas.line((left, self.bottom), (right, self.bottom), self.palette.colour(members[0]))
            if all(self.complex.pairing[self.columns[column]] is None for column in run):
                text = self.palette.label([~domain for domain in reversed(members)], star=True)
                canvas.text((left + right) / 2, self.bottom + FONT + 6, text, colour=self.palette.colour(members[0]))
        first, last = domains[self.columns[0]], self.edges[-1]
        canvas.half_arrow((self.edges[0], self.bottom), 180, self.palette.colour(first))
        canvas.text(self.edges[0] - 4, self.bottom + 4, "3\u2032", anchor="end", size=FONT * 0.75)
        canvas.text(last + 3, self.bottom + 4, "5\u2032", anchor="start", size=FONT * 0.75)

    def _top(self, place: range) -> None:
        """The paired part above its columns, with a nick before the next strand, and loose ends standing up."""
        paired = [p for p in place if self._column(p) >= 0]
        loose_end = paired[-1] != place[-1]
        pieces = [(p, self._column(p)) for p in paired]
        for run in _column_runs([self.complex.domains[p] for p, _ in pieces]):
            self._piece([pieces[number] for number in run], last=run[-1] == len(pieces) - 1 and not loose_end)
        self._loose([p for p in place if p < paired[0]][::-1], pieces[0][1], 180 - _TILT)
        self._loose([p for p in place if p > paired[-1]], pieces[-1][1] + 1, _TILT)
        if not loose_end:
            colour = self.palette.colour(self.complex.domains[place[-1]])
            self.canvas.half_arrow((self.edges[pieces[-1][1] + 1] - _NICK, self.top), 0, colour)

    def _piece(self, pieces: Sequence[tuple[int, int]], last: bool) -> None:
        members = [self.complex.domains[p] for p, _ in pieces]
        left, right = self.edges[pieces[0][1]], self.edges[pieces[-1][1] + 1]
        colour = self.palette.colour(members[0])
        self.canvas.band(left, right, self.top, self.bottom)
        self.canvas.line((left, self.top), (right - (_NICK if last else 0), self.top), colour)
        self.canvas.text((left + right) / 2, self.top - 7, self.palette.label(members), colour=colour)

    def _loose(self, places: Sequence[int], edge: int, angle: float) -> None:
        """An end that stands up from the duplex, domain by domain away from it."""
        x, y = self.edges[edge], self.top
        turn, outward = radians(angle), 1 if angle < 90 else -1
        domains = [self.complex.domains[place] for place in places]
        for run in _runs(domains):
            length = NT * sum(domain.length for domain in run)
            end = (x + length * cos(turn), y - length * sin(turn))
            colour = self.palette.colour(run[0])
            self.canvas.line((x, y), end, colour)
            beside = ((x + end[0]) / 2 - 5 * outward, (y + end[1]) / 2 - 2)
            named = run if outward > 0 else run[::-1]
            anchor = "end" if outward > 0 else "start"
            self.canvas.text(*beside, self.palette.label(named), anchor=anchor, colour=colour)
            x, y = end
        if domains and outward > 0:
            self.canvas.half_arrow((x, y), angle, self.palette.colour(domains[-1]))


_TILT, _NICK = 50.0, 3.0
"""Degrees by which loose ends stand up; pixels between neighbouring tops."""


def _column_runs(domains: Sequence[Domain]) -> list[list[int]]:
    """Numbers of domains that are drawn as one piece."""
    keyed = groupby(range(len(domains)), key=lambda number: -1 if domains[number].is_toehold else number)
    return [list(group) for _, group in keyed]
