"""Wanted and achieved firings of the formal reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.report.data import ReportData
from cli.report.figures.canvas import panels, plain_log
from cli.report.figures.palette import STAND_INS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def calibration(data: ReportData) -> Figure:
    """For each reaction its firings over the wanted ones, before and after calibration; 1 is right."""
    rows = data.section("fidelity")["reactions"]
    figure, ((axes,),) = panels(1, 1, 0.75 + 0.21 * len(rows))
    places = range(len(rows))
    before, after = ([row[key] for row in rows] for key in ("before_calibration", "after_calibration"))
    axes.axvline(1.0, color=STAND_INS["muted"], linewidth=0.8)
    axes.hlines(places, before, after, color=STAND_INS["faint"], linewidth=2)
    axes.plot(before, places, "o", markersize=4.5, markerfacecolor="none", color=STAND_INS["leaky"], label="as designed")
    axes.plot(after, places, "D", markersize=4, color=STAND_INS["dsd"], label="calibrated")
    axes.set_yticks(places, [row["origin"] for row in rows])
    axes.set_xlabel("firings in one iteration over wanted ones")
    plain_log(axes, "x")
    axes.invert_yaxis()
    axes.grid(False)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure
