"""Horizontal bars with their values written beside them."""

from __future__ import annotations

from collections.abc import Sequence

from cli.report.chart import Axis, Curve, Panel, numbers
from cli.report.text import number

ROOM = 1.12
"""The axis over the longest bar, for the number beside it."""


def horizontal_bars(labels: Sequence[str], values: Sequence[float], axis: str, colour: str) -> Panel:
    """The first label on top."""
    places = numbers(range(len(labels)))
    told = tuple(f"{label}: {number(value)}" for label, value in zip(labels, values))
    curve = Curve(axis, numbers(values), places, colour, mode="bars", hover=told, labels=tuple(number(v, 2) for v in values))
    longest = max((value for value in values if value > 0), default=1.0)
    ticks = tuple(zip(places, labels))
    return Panel(
        "", Axis(axis, limits=(0.0, ROOM * longest)), Axis(ticks=ticks, limits=_around(len(labels)), reversed=True), (curve,)
    )


def _around(count: int) -> tuple[float, float]:
    return -0.6, count - 0.4


def bars_height(count: int) -> float:
    """Inches for so many bars."""
    return 0.6 + 0.19 * count
