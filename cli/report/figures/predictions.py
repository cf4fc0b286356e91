"""Predictions against targets, and what is left between them."""

from __future__ import annotations

import numpy as np

from cli.report.chart import Axis, Chart, Curve, Panel, ReferenceLine, numbers
from cli.report.data import Floats, ReportData, TestPoints
from cli.report.figures.palette import Series
from cli.report.text import number

Limits = tuple[float, float]
COLUMNS = 3
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
        columns=COLUMNS,
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
        columns=COLUMNS,
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
