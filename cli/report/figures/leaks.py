"""What leaks do to learning, and whose leaks do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.report.data import ReportData
from cli.report.figures.bars import horizontal_bars
from cli.report.figures.canvas import panels, plain_log
from cli.report.figures.palette import STAND_INS
from cli.report.text import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LITERATURE_LEAK = (1.0, 10.0)
"""/M/s. Gradual leak of published strand-displacement gates: Visual DSD's defaults, and 7 fitted to Chen et al. 2013."""

ACCEPTED_RATIO = 1.1
"""The error on the test set may grow by this factor over the ideal network's."""

RANKED = 12


def leak_curve(data: ReportData) -> Figure:
    """Test error over the ideal network's, against a uniform leak rate, with what published gates have."""
    figure, axes = panels(1, 1, 2.7)
    rates = [float(row["rate_per_M_s"]) for row in data.leak_curve]
    ratios = [float(row["rmse_ratio"]) for row in data.leak_curve]
    points = sorted(zip(rates, ratios))
    axes[0, 0].plot(*zip(*points), color=STAND_INS["leaky"], marker="^", markersize=5, gid="series-dsd_leaky")
    _scales(axes[0, 0], min(rate for rate, _ in points))
    _landmarks(axes[0, 0], data.section("leaks").get("tolerated_leak_per_M_per_s"))
    return figure


def _scales(axes: Axes, smallest: float) -> None:
    axes.set(
        xlabel="uniform leak rate, /M/s",
        ylabel="test error over the ideal one's",
        xlim=(smallest / 2, LITERATURE_LEAK[1] * 2),
    )
    plain_log(axes, "x", "y")


def _landmarks(axes: Axes, tolerated: float | None) -> None:
    """The accepted ratio, the tolerated rate, and the rates of published gates."""
    axes.axvspan(*LITERATURE_LEAK, color=STAND_INS["band"], linewidth=0)
    top = axes.get_xaxis_transform()
    axes.text(10**0.5, 0.96, "published\ngates", transform=top, ha="center", va="top")
    axes.axhline(ACCEPTED_RATIO, color=STAND_INS["muted"], linewidth=0.8, linestyle=(0, (4, 2)))
    axes.text(LITERATURE_LEAK[1] * 1.9, ACCEPTED_RATIO * 1.05, f"{ACCEPTED_RATIO:g}", ha="right", color=STAND_INS["muted"])
    if tolerated:
        axes.axvline(tolerated, color=STAND_INS["good"], linewidth=1.2)
        axes.text(
            tolerated, 0.96, f"  tolerated: {number(tolerated, 2)} /M/s", transform=top, va="top", color=STAND_INS["good"]
        )


def leak_ranking(data: ReportData) -> Figure:
    """The share of the leaks' damage that comes from each formal reaction's gates."""
    rows = sorted(data.leak_ranking, key=lambda row: -float(row["share"]))[:RANKED]
    labels = [row["origin"] for row in rows]
    shares = [100 * float(row["share"]) for row in rows]
    return horizontal_bars(labels, shares, "share of the damage of one iteration, %", "leaky")
