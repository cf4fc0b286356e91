"""Parameters while training."""

from __future__ import annotations

from cli.report.chart import Axis, Chart, Curve, Panel, numbers, thinned, thinning_note
from cli.report.data import ReportData

COLUMNS = 3


def parameters(data: ReportData) -> Chart:
    """One panel for each parameter, one line for each level."""
    names = next(iter(data.trainings.values())).names
    return Chart(
        "parameters",
        "Parameters against iterations",
        f"A panel for each parameter ({', '.join(map(greek, names))}): its value after every iteration, at every level.",
        tuple(f"training_{level}.csv" for level in data.trainings),
        tuple(_parameter(data, name) for name in names),
        columns=min(COLUMNS, len(names)),
        height=2.2,
        note=thinning_note(max(len(table.predictions) for table in data.trainings.values())),
    )


def _parameter(data: ReportData, name: str) -> Panel:
    found = [(series, data.trainings[series.key]) for series in data.series if series.key in data.trainings]
    curves: list[Curve] = []
    for series, table in found:
        if name in table.names:
            values = table.parameters[:, table.names.index(name)]
            shown = thinned(len(values))
            curves.append(series.line(numbers(shown), numbers(values[shown])))
    return Panel(greek(name), Axis("iteration"), Axis(grid=True), tuple(curves))


def greek(name: str) -> str:
    """A parameter's name as it is read, ``theta1`` as θ1."""
    return name.replace("theta", "θ").replace("beta", "β")
