"""How training goes: errors, parameters, and predictions with what is left between them and their targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cli.report.data import ReportData, TestPoints
from cli.report.figures.chart import Axis, Chart, Curve, Panel, ReferenceLine, numbers, thinned, thinning_note
from cli.report.figures.palette import Series
from cli.report.text import number
from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.results import Training

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


def epoch_length(data: ReportData, table: Training) -> int:
    """Iterations per epoch; the summary says how many epochs there were."""
    epochs = data.training(table.level).get("epochs") or 1
    return max(1, -(-len(table.predictions) // epochs))


def squared_errors(training: Training) -> Floats:
    """Squared error of every iteration's prediction, made before its update; the mean over its outputs, (iterations,)."""
    return ((training.predictions - training.targets) ** 2).mean(axis=1)


def running_mean(values: Floats, window: int) -> Floats:
    """The mean of up to ``window`` values that end at each one."""
    return np.array([values[max(0, end - window) : end].mean() for end in range(1, len(values) + 1)])


def _iterations(table: Training, series: Series, window: int) -> tuple[Curve, Curve]:
    errors = np.maximum(squared_errors(table), SMALLEST)
    shown = thinned(len(errors))
    places = numbers(place + 1 for place in shown)
    return (
        series.points(places, numbers(errors[shown]), size=1.3, filled=True, opacity=0.3),
        series.line(places, numbers(running_mean(errors, max(2, window // 2))[shown])),
    )


def _epochs(data: ReportData, table: Training, series: Series) -> list[Curve]:
    length, summary = epoch_length(data, table), data.training(series.key)
    blocks = [squared_errors(table)[start : start + length] for start in range(0, len(table.predictions), length)]
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


PARAMETER_COLUMNS = 3


def parameters(data: ReportData) -> Chart:
    """One panel for each parameter, one line for each level."""
    names = next(iter(data.trainings.values())).parameter_names
    return Chart(
        "parameters",
        "Parameters against iterations",
        f"A panel for each parameter ({', '.join(map(greek, names))}): its value after every iteration, at every level.",
        tuple(f"training_{level}.csv" for level in data.trainings),
        tuple(_parameter(data, name) for name in names),
        columns=min(PARAMETER_COLUMNS, len(names)),
        height=2.2,
        note=thinning_note(max(len(table.predictions) for table in data.trainings.values())),
    )


def _parameter(data: ReportData, name: str) -> Panel:
    found = [(series, data.trainings[series.key]) for series in data.series if series.key in data.trainings]
    curves: list[Curve] = []
    for series, table in found:
        if name in table.parameter_names:
            values = table.parameters[:, table.parameter_names.index(name)]
            shown = thinned(len(values))
            curves.append(series.line(numbers(shown), numbers(values[shown])))
    return Panel(greek(name), Axis("iteration"), Axis(grid=True), tuple(curves))


def greek(name: str) -> str:
    """A parameter's name as it is read, ``theta1`` as θ1."""
    return name.replace("theta", "θ").replace("beta", "β")


Limits = tuple[float, float]
PREDICTION_COLUMNS = 3
SOURCES = ("test_predictions.csv",)


def predictions(data: ReportData) -> Chart:
    """One square panel for each level; on the diagonal a prediction equals its target."""
    shown = _shown(data)
    limits = _limits([points for _, points in shown])
    return Chart(
        "predictions",
        "Predictions against targets on the test set",
        "A panel for each level: predictions before training as hollow marks, after training as filled ones, against their "
        "targets. On the diagonal a prediction is right.",
        SOURCES,
        tuple(_prediction_panel(series, points, limits) for series, points in shown),
        columns=PREDICTION_COLUMNS,
        height=2.6,
        legend="none",
    )


def residuals(data: ReportData) -> Chart:
    """Prediction minus target against the target, after training, one panel for each level."""
    shown = _shown(data)
    return Chart(
        "residuals",
        "Residuals on the test set after training",
        "A panel for each level: prediction minus target against the target, after training, with their mean and their "
        "standard deviation. At 0 a prediction is right.",
        SOURCES,
        tuple(_residual_panel(series, points) for series, points in shown),
        columns=PREDICTION_COLUMNS,
        height=2.0,
        legend="none",
    )


def _shown(data: ReportData) -> list[tuple[Series, TestPoints]]:
    return [(series, data.tests[series.key]) for series in data.series if series.key in data.tests]


def _limits(tests: list[TestPoints]) -> Limits:
    """What holds the targets and the ideal predictions, with a margin; others may lie far outside."""
    known = np.concatenate([tests[0].targets, tests[0].before, tests[0].after])
    known = known[np.isfinite(known)] if np.isfinite(known).any() else np.array([0.0, 1.0])
    margin = 0.12 * float(np.ptp(known)) or 1.0
    low, high = numbers((known.min() - margin, known.max() + margin))
    return low, high


def _prediction_panel(series: Series, points: TestPoints, limits: Limits) -> Panel:
    outside = int(np.sum((points.after < limits[0]) | (points.after > limits[1])))
    curves = (_predicted(series, points, limits, trained=False), _predicted(series, points, limits, trained=True))
    note = f"{outside} of {len(points.after)} off the scale" if outside else "hollow: before, filled: after"
    axes = Axis("target", limits=limits), Axis("prediction", limits=limits)
    return Panel(series.title, *axes, curves, note=note, square=True, diagonal=True)


def _predicted(series: Series, points: TestPoints, limits: Limits, trained: bool) -> Curve:
    """Values beyond the limits are drawn at the edge; their hover texts have the values themselves."""
    values, when = (points.after, "after") if trained else (points.before, "before")
    told = tuple(f"target {target:.4g}, predicted {value:.4g} ({when})" for target, value in zip(points.targets, values))
    drawn = numbers(np.clip(values, *limits))
    size, opacity = (3.0, 0.75) if trained else (2.6, 0.5)
    return series.points(numbers(points.targets), drawn, size, trained, opacity, hover=told)


def _residual_panel(series: Series, points: TestPoints) -> Panel:
    with np.errstate(invalid="ignore"):  # two infinite numbers have no difference, and no mark
        left = points.after - points.targets
    curve = series.points(numbers(points.targets), numbers(left), 3.0, filled=True, opacity=0.75)
    zero = ReferenceLine("y", 0.0, colour="muted", dash="short")
    axes = Axis("target"), Axis("residual", limits=_room(left))
    return Panel(series.title, *axes, (curve,), (zero,), note=_spread(left))


def _room(left: Floats) -> Limits | None:
    """Limits that leave a free strip above the points for the note."""
    known = np.append(left[np.isfinite(left)], 0.0)
    span = float(np.ptp(known)) or 1.0
    low, high = numbers((known.min() - 0.08 * span, known.max() + 0.3 * span))
    return low, high


def _spread(left: Floats) -> str:
    known = left[np.isfinite(left)]
    if not len(known):
        return "no finite residual"
    return f"mean {number(float(known.mean()), 2)}, s.d. {number(float(known.std()), 2)}"
