"""A figure as data: what both renderers, the static SVG and the interactive plot, draw from.

Numbers are plain floats in the units of their axis titles; colours are names of ``palette``. A chart holds no wall time and no
random part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from cli.report.text import number

Numbers = tuple[float, ...]
Mode = Literal["line", "points", "bars"]
Dash = Literal["solid", "dot", "short", "dash", "dashdot", "dashdotdot"]
Legend = Literal["above", "panels", "none"]
"""One for all panels above them, one for each panel beside its title, or none."""


MOST_POINTS = 1000
"""Of a curve along iterations: more would make the page large, and could not be told apart."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of one name: a line through them, marks at them, or horizontal bars from 0 to ``x`` at the places ``y``.

    ``key`` is the level of training that the page's toggles hide it with, empty for none; ``marker`` is matplotlib's
    letter, empty for none; ``marked`` is about how many points of a line are marked; ``hover`` are the texts of the
    points, empty for their coordinates; ``labels`` are written beside the points.
    """

    name: str
    x: Numbers
    y: Numbers
    colour: str
    key: str = ""
    mode: Mode = "line"
    dash: Dash = "solid"
    marker: str = ""
    size: float = 3.6
    marked: int = 8
    width: float = 1.5
    opacity: float = 1.0
    filled: bool = True
    in_legend: bool = True
    hover: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """A reference line across a panel, at a value of the axis ``axis``."""

    axis: Literal["x", "y"]
    at: float
    label: str = ""
    colour: str = "muted"
    dash: Dash = "solid"


@dataclass(frozen=True, slots=True)
class Band:
    """A shaded range of the x axis."""

    low: float
    high: float
    label: str
    colour: str = "band"


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis. ``ticks`` are places with their labels, in place of numbers."""

    title: str = ""
    log: bool = False
    limits: tuple[float, float] | None = None
    ticks: tuple[tuple[float, str], ...] = ()
    reversed: bool = False
    grid: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes. ``diagonal`` draws y = x; ``square`` makes a unit of x as long as one of y."""

    title: str
    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    rules: tuple[ReferenceLine, ...] = ()
    bands: tuple[Band, ...] = ()
    note: str = ""
    width: float = 1.0
    square: bool = False
    diagonal: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure of the report. ``sources`` are the files of the run folder that its numbers come from; ``height`` is that of a
    row of panels in inches, on a page 7.6 inches wide; ``note`` says below the figure what it leaves out."""

    key: str
    title: str
    description: str
    sources: tuple[str, ...]
    panels: tuple[Panel, ...]
    columns: int
    height: float
    legend: Legend = "above"
    note: str = ""

    @property
    def rows(self) -> int:
        """How many rows of panels there are."""
        return -(-len(self.panels) // self.columns)


def thinned(count: int) -> range:
    """The places of so many points that are drawn: of more than ``MOST_POINTS`` every second, third ... from the first on."""
    return range(0, count, -(-count // MOST_POINTS) or 1)


def thinning_note(count: int) -> str:
    """What a chart says of points that are left out; empty where none are."""
    step = thinned(count).step
    return f"Of {count} iterations one in {step} is drawn." if step > 1 else ""


def numbers(values: Iterable[float]) -> Numbers:
    """Numbers of any kind as floats with seven significant digits: more cannot be seen, and would make the page larger."""
    return tuple(float(f"{float(value):.7g}") for value in values)


BAR_ROOM = 1.12
"""The axis over the longest bar, for the number beside it."""


def horizontal_bars(labels: Sequence[str], values: Sequence[float], axis: str, colour: str) -> Panel:
    """The first label on top."""
    places = numbers(range(len(labels)))
    told = tuple(f"{label}: {number(value)}" for label, value in zip(labels, values))
    curve = Curve(axis, numbers(values), places, colour, mode="bars", hover=told, labels=tuple(number(v, 2) for v in values))
    longest = max((value for value in values if value > 0), default=1.0)
    ticks = tuple(zip(places, labels))
    return Panel(
        "",
        Axis(axis, limits=(0.0, BAR_ROOM * longest)),
        Axis(ticks=ticks, limits=_around(len(labels)), reversed=True),
        (curve,),
    )


def _around(count: int) -> tuple[float, float]:
    return -0.6, count - 0.4


def bars_height(count: int) -> float:
    """Inches for so many bars."""
    return 0.6 + 0.19 * count
