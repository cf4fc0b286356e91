"""How the error falls while training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cli.report.chart import Axis, Chart, Curve, Panel, numbers, thinned, thinning_note
from cli.report.data import Floats, ReportData, TrainingTable
from cli.report.figures.palette import Series

SMALLEST = 1e-3
"""Squared errors under this are drawn at it: the scale is logarithmic."""


def learning(data: ReportData) -> Chart:
    """Squared error of every iteration with its running mean; error of every epoch, and on the test set."""
    found = [(series, data.trainings[series.key]) for series in data.series if series.key in data.trainings]
    iterations = [curve for series, table in found for curve in _iterations(table, series, epoch_length(data, table))]
    note = thinning_note(max(len(table.predictions) for _, table in found))
    epochs = [curve for series, table in found for curve in _epochs(data, table, series)]
    return Chart(
        "learning",
        "Error of every iteration and of every epoch",
        f"Two panels on logarithmic scales, for {', '.join(series.title for series, _ in found)}: the squared error of the "
        "prediction in every iteration with its running mean, and the root mean square error of every epoch with the test "
        "error before and after training.",
        (*(f"training_{table.level}.csv" for _, table in found), "summary.json"),
        (
            Panel("Error of every iteration", Axis("iteration"), _log("squared error"), tuple(iterations), width=1.7),
            Panel("Error of every epoch", Axis("epoch"), _log("root mean square error"), tuple(epochs)),
        ),
        columns=2,
        height=3.0,
        note=note,
    )


def _log(title: str) -> Axis:
    return Axis(title, log=True, grid=True)


def epoch_length(data: ReportData, table: TrainingTable) -> int:
    """Iterations per epoch; the summary says how many epochs there were."""
    epochs = data.training(table.level).get("epochs") or 1
    return max(1, -(-len(table.predictions) // epochs))


def running_mean(values: Floats, window: int) -> Floats:
    """The mean of up to ``window`` values that end at each one."""
    return np.array([values[max(0, end - window) : end].mean() for end in range(1, len(values) + 1)])


def _iterations(table: TrainingTable, series: Series, window: int) -> tuple[Curve, Curve]:
    errors = np.maximum(table.squared_errors, SMALLEST)
    shown = thinned(len(errors))
    places = numbers(place + 1 for place in shown)
    return (
        series.points(places, numbers(errors[shown]), size=1.3, filled=True, opacity=0.3),
        series.line(places, numbers(running_mean(errors, max(2, window // 2))[shown])),
    )


def _epochs(data: ReportData, table: TrainingTable, series: Series) -> list[Curve]:
    length, summary = epoch_length(data, table), data.training(series.key)
    blocks = [table.squared_errors[start : start + length] for start in range(0, len(table.predictions), length)]
    rmse = numbers(float(np.sqrt(np.mean(block))) for block in blocks)
    curves = [series.line(numbers(range(1, len(rmse) + 1)), rmse)]
    if summary:
        curves.append(_tests(series, summary, len(rmse)))
    return curves


def _tests(series: Series, summary: Mapping[str, Any], epochs: int) -> Curve:
    """The test error before the first epoch and after the last."""
    ends = numbers((summary["rmse_before"], summary["rmse_after"]))
    told = (f"{series.title}: test error before, {ends[0]:.4g}", f"{series.title}: test error after, {ends[1]:.4g}")
    return series.points((0.4, epochs + 0.6), ends, size=6, filled=False, hover=told)
