"""Horizontal bars with their values written beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.report.figures.canvas import panels
from cli.report.figures.palette import STAND_INS
from cli.report.text import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def horizontal_bars(labels: Sequence[str], values: Sequence[float], axis: str, colour: str) -> Figure:
    """The first label on top."""
    figure, ((axes,),) = panels(1, 1, 0.55 + 0.19 * len(labels))
    places = range(len(labels))
    axes.barh(places, values, height=0.66, color=STAND_INS[colour], alpha=0.85)
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.set_xlabel(axis)
    axes.grid(False)
    axes.margins(x=0.08)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for place, value in zip(places, values):
        axes.annotate(number(value, 2), (value, place), (3, 0), textcoords="offset points", va="center", fontsize=7)
    return figure
