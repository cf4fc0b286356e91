"""The figures of a comparison: the curves of every run over each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cli.compare.types import ComparedRun, Comparison
from cli.report.chart import Axis, Band, Chart, Curve, Dash, Panel, ReferenceLine, numbers, thinned, thinning_note
from cli.report.figures.leaks import LITERATURE_LEAK
from cli.report.figures.learning import SMALLEST, epoch_length, running_mean
from cli.report.figures.palette import CATEGORIES, SERIES, Series
from cli.report.text import number
from dsd_ncrn.analysis.types import ALLOWED_RATIO

COLOURS = (*CATEGORIES, "fifth")
MARKERS = "o^sDvP"
DASHES: tuple[Dash, ...] = ("solid", "short", "dash", "dashdot", "dot")

Drawn = tuple[tuple[Series, ComparedRun], ...]


def drawn_as(comparison: Comparison) -> Drawn:
    """How each run is drawn everywhere; thirty of them differ in dash or marker, whatever their colour."""
    return tuple((_series(place, run), run) for place, run in enumerate(comparison.runs))


def _series(place: int, run: ComparedRun) -> Series:
    colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    return Series(f"run{place + 1}", run.label, colour, marker, DASHES[place % len(DASHES)])


def charts_of(drawn: Drawn) -> list[Chart]:
    """Every figure that some run has data for."""
    trained = any(run.data.trainings for _, run in drawn)
    studied = any(run.data.leak_curve for _, run in drawn)
    return [*([learning(drawn)] if trained else []), *([leak_curves(drawn)] if studied else [])]


def learning(drawn: Drawn) -> Chart:
    """A panel for each level of training: the running mean of the squared error over half an epoch, by run."""
    levels = [series for series in SERIES if any(series.key in run.data.trainings for _, run in drawn)]
    panels = tuple(_panel(level, drawn) for level in levels)
    longest = max(len(table.predictions) for _, run in drawn for table in run.data.trainings.values())
    return Chart(
        "learning",
        "Error while training, of every run",
        f"For each of {', '.join(level.title for level in levels)}, the running mean of the squared error of {_names(drawn)} "
        "against iterations, on a logarithmic scale.",
        tuple(f"training_{level.key}.csv" for level in levels),
        panels,
        columns=min(2, len(panels)),
        height=2.5,
        note=thinning_note(longest),
    )


def _panel(level: Series, drawn: Drawn) -> Panel:
    curves = tuple(_curve(level.key, series, run) for series, run in drawn if level.key in run.data.trainings)
    return Panel(level.title, Axis("iteration"), Axis("squared error", log=True, grid=True), curves)


def _curve(level: str, series: Series, run: ComparedRun) -> Curve:
    table = run.data.trainings[level]
    window = max(2, epoch_length(run.data, table) // 2)
    errors = running_mean(np.maximum(table.squared_errors, SMALLEST), window)
    shown = thinned(len(errors))
    return series.line(numbers(place + 1 for place in shown), numbers(errors[shown]))


def leak_curves(drawn: Drawn) -> Chart:
    """Test error over the ideal network's against a uniform leak rate, by run."""
    curves = tuple(_leak_curve(series, run) for series, run in drawn if run.data.leak_curve)
    rates = [rate for curve in curves for rate in (*curve.x, *LITERATURE_LEAK)]
    panel = Panel(
        "",
        Axis("uniform leak rate, /M/s", log=True, limits=(min(rates) / 2, max(rates) * 2)),
        Axis("test error over the ideal one's", log=True, grid=True),
        curves,
        (ReferenceLine("y", ALLOWED_RATIO, f"accepted: {ALLOWED_RATIO:g}", dash="dash"),),
        (Band(*LITERATURE_LEAK, "published\ngates"),),
    )
    words = f"The test error of {_names(drawn)} over the ideal network's against a leak rate that all gates have."
    return Chart("leak_curves", "Test error against leak rate, of every run", words, ("leaks.csv",), (panel,), 1, 3.0)


def _leak_curve(series: Series, run: ComparedRun) -> Curve:
    points = sorted((float(row["rate_per_M_s"]), float(row["rmse_ratio"])) for row in run.data.leak_curve)
    rates, ratios = numbers(rate for rate, _ in points), numbers(ratio for _, ratio in points)
    told = tuple(f"{run.label}, {number(rate)} /M/s: {number(ratio)} times the ideal test error" for rate, ratio in points)
    return Curve(series.title, rates, ratios, series.colour, series.key, "line", series.dash, series.marker, hover=told)


def _names(drawn: Sequence[tuple[Series, ComparedRun]]) -> str:
    return ", ".join(series.title for series, _ in drawn)
