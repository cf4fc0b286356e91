"""Predictions against targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cli.report.data import Floats, ReportData, TestPoints
from cli.report.figures.canvas import panels
from cli.report.figures.palette import STAND_INS, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Limits = tuple[float, float]


def predictions(data: ReportData) -> Figure:
    """One square panel for each level; on the diagonal a prediction equals its target."""
    shown = [series for series in data.series if series.key in data.tests]
    limits = _limits([data.tests[series.key] for series in shown])
    figure, axes = panels(1, max(3, len(shown)), 2.6)
    for here, series in zip(axes[0], shown):
        _panel(here, data.tests[series.key], series, limits)
    for unused in axes[0][len(shown) :]:
        unused.set_axis_off()
    axes[0, 0].set_ylabel("prediction")
    return figure


def _limits(tests: list[TestPoints]) -> Limits:
    """What holds the targets and the ideal predictions, with a margin; others may lie far outside."""
    known = np.concatenate([tests[0].targets, tests[0].before, tests[0].after])
    known = known[np.isfinite(known)] if np.isfinite(known).any() else np.array([0.0, 1.0])
    margin = 0.12 * float(np.ptp(known)) or 1.0
    return float(known.min()) - margin, float(known.max()) + margin


def _panel(axes: Axes, points: TestPoints, series: Series, limits: Limits) -> None:
    axes.plot(limits, limits, color=STAND_INS["faint"], linewidth=1)
    _scatter(axes, points.targets, points.before, series, limits, filled=False)
    _scatter(axes, points.targets, points.after, series, limits, filled=True)
    axes.locator_params(nbins=4)
    axes.set(title=series.title.replace(", ", "\n"), xlim=limits, ylim=limits, aspect="equal", xlabel="target")
    outside = int(np.sum((points.after < limits[0]) | (points.after > limits[1])))
    note = f"{outside} of {len(points.after)} off the scale" if outside else "hollow: before, filled: after"
    axes.text(0.03, 0.97, note, transform=axes.transAxes, va="top", fontsize=6.5, color=STAND_INS["muted"])


def _scatter(axes: Axes, targets: Floats, values: Floats, series: Series, limits: Limits, filled: bool) -> None:
    """Values beyond the limits are drawn at the edge."""
    axes.plot(
        targets,
        np.clip(values, *limits),
        linestyle="none",
        marker=series.marker,
        markersize=3 if filled else 2.6,
        markerfacecolor=series.ink if filled else "none",
        markeredgecolor=series.ink,
        markeredgewidth=0 if filled else 0.5,
        alpha=0.75 if filled else 0.5,
        clip_on=False,
        gid=f"series-{series.key}",
    )
