"""Parameters while training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.report.data import ReportData
from cli.report.figures.canvas import legend_above, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 3


def parameters(data: ReportData) -> Figure:
    """One panel for each parameter, one line for each level."""
    names = next(iter(data.trainings.values())).names
    columns = min(COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure, axes = panels(rows, columns, 0.55 + 2.1 * rows, sharex=True)
    for number, name in enumerate(names):
        _parameter(axes.flat[number], data, name)
    for unused in axes.flat[len(names) :]:
        unused.remove()
    for below in axes[-1]:
        below.set_xlabel("iteration")
    legend_above(figure, axes.flat[0], len(data.trainings))
    return figure


def _parameter(axes: Axes, data: ReportData, name: str) -> None:
    axes.set_title(greek(name))
    for series in data.series:
        table = data.trainings.get(series.key)
        if table is None or name not in table.names:
            continue
        values = table.parameters[:, table.names.index(name)]
        axes.plot(values, **series.line(len(values)))


def greek(name: str) -> str:
    """A parameter's name as it is read, ``theta1`` as θ1."""
    return name.replace("theta", "θ").replace("beta", "β")
