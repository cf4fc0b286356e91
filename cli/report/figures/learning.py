"""How the error falls while training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cli.report.data import Floats, ReportData, TrainingTable
from cli.report.figures.canvas import legend_above, panels, plain_log
from cli.report.figures.palette import Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALLEST = 1e-3
"""Squared errors under this are drawn at it: the scale is logarithmic."""


def learning(data: ReportData) -> Figure:
    """Squared error of every iteration with its running mean; error of every epoch, and on the test set."""
    figure, axes = panels(1, 2, 3.0, width_ratios=(1.7, 1))
    for series in data.series:
        table = data.trainings.get(series.key)
        if table is not None:
            _iterations(axes[0, 0], table, series, epoch_length(data, table))
            _epochs(axes[0, 1], table, series, data.training(series.key), epoch_length(data, table))
    _label(axes[0, 0], axes[0, 1])
    legend_above(figure, axes[0, 0], len(data.trainings))
    return figure


def epoch_length(data: ReportData, table: TrainingTable) -> int:
    """Iterations per epoch; the summary says how many epochs there were."""
    epochs = data.training(table.level).get("epochs") or 1
    return max(1, -(-len(table.predictions) // epochs))


def running_mean(values: Floats, window: int) -> Floats:
    """The mean of up to ``window`` values that end at each one."""
    return np.array([values[max(0, end - window) : end].mean() for end in range(1, len(values) + 1)])


def _iterations(axes: Axes, table: TrainingTable, series: Series, window: int) -> None:
    number = np.arange(1, len(table.predictions) + 1)
    errors = np.maximum(table.squared_errors, SMALLEST)
    dots: dict[str, Any] = {"color": series.ink, "alpha": 0.3, "gid": f"series-{series.key}"}
    axes.plot(number, errors, series.marker, markersize=1.3, markeredgewidth=0, **dots)
    axes.plot(number, running_mean(errors, max(2, window // 2)), **series.line(len(number)))


def _epochs(axes: Axes, table: TrainingTable, series: Series, summary: Mapping[str, Any], length: int) -> None:
    blocks = [table.squared_errors[start : start + length] for start in range(0, len(table.predictions), length)]
    rmse = [float(np.sqrt(np.mean(block))) for block in blocks]
    axes.plot(range(1, len(rmse) + 1), rmse, **series.line(len(rmse)))
    if summary:
        ends = (summary["rmse_before"], summary["rmse_after"])
        axes.plot((0.4, len(rmse) + 0.6), ends, linestyle="none", markersize=6, markerfacecolor="none", marker=series.marker,
                  color=series.ink, gid=f"series-{series.key}")  # fmt: skip


def _label(left: Axes, right: Axes) -> None:
    left.set(title="Error of every iteration", xlabel="iteration", ylabel="squared error")
    right.set(title="Error of every epoch", xlabel="epoch", ylabel="root mean square error")
    for axes in (left, right):
        plain_log(axes, "y")
