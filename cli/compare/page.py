"""A comparison as text, JSON, CSV, and as one HTML page that needs nothing else, in the look of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from cli.compare.comparison import Change, ComparedRun, Comparison, Measure
from cli.compare.measures import compare
from cli.output import check_folder, deliver, show, table
from cli.report.cards import MARKS
from cli.report.figures.chart import Axis, Band, Chart, Curve, Dash, Panel, ReferenceLine, numbers, thinned, thinning_note
from cli.report.figures.leaks import LITERATURE_LEAK
from cli.report.figures.learning import SMALLEST, epoch_length, running_mean, squared_errors
from cli.report.figures.palette import CATEGORIES, SERIES, Series
from cli.report.page import environment_of, look
from cli.report.text import NOTHING, number
from dsd_ncrn.analysis import ALLOWED_RATIO
from dsd_ncrn.runs.files import csv_text, plain

LONGEST = 40
"""Characters of a value of the design that a terminal shows."""
BEST = " *"


def compare_runs(run_folders: tuple[Path, ...], out: Path | None, seed: int, as_json: bool) -> None:
    """The command ``compare``: finished or partial runs side by side."""
    check_folder(out)
    comparison = compare(run_folders)
    if out is not None:
        deliver(out, {"comparison.csv": comparison_csv(comparison), "comparison.html": comparison_html(comparison)})
    show(as_json, comparison_json(comparison), comparison_text(comparison))


def comparison_text(comparison: Comparison) -> str:
    """The table for a terminal: a column for each run, the best value of a row marked."""
    rows = [("", *comparison.labels), *_change_rows(comparison), *_verdict_rows(comparison), *_measure_rows(comparison)]
    lines = [table(rows), "", *comparison.notes, _key(comparison)]
    return "\n".join(lines)


def _key(comparison: Comparison) -> str:
    first = comparison.labels[0]
    return f"* the better of a row; in brackets the ratio to {first}, or with a sign the difference from it; – not run."


def _change_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    empty = ("",) * len(comparison.runs)
    yield ("What was changed" if comparison.changes else "The designs are equal, as run", *empty)
    for change in comparison.changes:
        yield (f"  {change.key}", *(_shortened(value_text(value)) for value in change.values))


def _verdict_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    yield ("Verdict", *("" for _ in comparison.runs))
    for verdict in comparison.verdicts:
        yield (f"  {verdict.question}", *verdict.words)


def _measure_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for section, measures in by_section(comparison):
        yield (section, *("" for _ in comparison.runs))
        for measure in measures:
            yield (f"  {title_of(measure)}", *(_cell_text(measure, place) for place in range(len(measure.cells))))


def _cell_text(measure: Measure, place: int) -> str:
    held = held_text(measure, place)
    return cell_text(measure, place) + (f" ({held})" if held else "") + (BEST if place in measure.best else "")


def by_section(comparison: Comparison) -> list[tuple[str, list[Measure]]]:
    """The measures under the titles of their sections, in order."""
    titles = dict.fromkeys(measure.section for measure in comparison.measures)
    return [(title, [each for each in comparison.measures if each.section == title]) for title in titles]


def title_of(measure: Measure) -> str:
    """What a row is called, with its unit."""
    quantity = measure.quantity
    return quantity.title + (f", {quantity.unit}" if quantity.unit else "")


def cell_text(measure: Measure, place: int) -> str:
    """A value as people read it."""
    cell = measure.cells[place]
    return number(cell.value) if cell.below is None else f"< {number(cell.below)}"


def held_text(measure: Measure, place: int) -> str:
    """A value against the first run's; empty for the first itself, and where both are shown as the same number."""
    held = measure.to_first[place]
    if place == 0 or held is None or cell_text(measure, place) == cell_text(measure, 0):
        return ""
    if measure.quantity.against == "ratio":
        return f"{number(held)} ×"
    return ("+" if held > 0 else "") + number(held).replace("-", "−")


def value_text(value: Any) -> str:
    """A value of a design as it is read."""
    if isinstance(value, list):
        return ", ".join(map(value_text, cast("list[Any]", value))) or "none"
    return NOTHING if value is None else "none" if value == "" else number(value) if isinstance(value, bool) else str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Everything as JSON values, null for what a run does not have."""
    return {
        "runs": [_run_json(run) for run in comparison.runs],
        "notes": list(comparison.notes),
        "changes": [{"key": change.key, "values": plain(change.values)} for change in comparison.changes],
        "verdicts": [{"question": each.question, "answers": list(each.words)} for each in comparison.verdicts],
        "measures": [_measure_json(measure, comparison.labels) for measure in comparison.measures],
    }


def _run_json(run: ComparedRun) -> dict[str, Any]:
    return {"label": run.label, "folder": run.folder, "design": run.data.name, **run.identity}


def _measure_json(measure: Measure, labels: Sequence[str]) -> dict[str, Any]:
    quantity = measure.quantity
    return {
        "key": quantity.place,
        "title": f"{measure.section}: {quantity.title}",
        "unit": quantity.unit,
        "better": quantity.better if measure.comparable else "",
        "values": [cell.value for cell in measure.cells],
        "below": [cell.below for cell in measure.cells],
        "against_first": quantity.against,
        "to_first": list(measure.to_first),
        "best": [labels[place] for place in measure.best],
    }


def comparison_csv(comparison: Comparison) -> str:
    """One row for each change, verdict and measure; a column for each run, and one for each against the first."""
    further = [f"{label} against {comparison.labels[0]}" for label in comparison.labels[1:]]
    header = ["kind", "key", "unit", "better", "best", *comparison.labels, "against_first", *further]
    changes = (_csv_change(change) for change in comparison.changes)
    verdicts = (["verdict", each.question, "", "", "", *each.words, "", *("" for _ in further)] for each in comparison.verdicts)
    measures = (_csv_measure(measure, comparison.labels) for measure in comparison.measures)
    return csv_text(header, (*changes, *verdicts, *measures))


def _csv_change(change: Change) -> list[Any]:
    return ["change", change.key, "", "", "", *map(value_text, change.values), "", *("" for _ in change.values[1:])]


def _csv_measure(measure: Measure, labels: Sequence[str]) -> list[Any]:
    found = _measure_json(measure, labels)
    values = [cell.value if cell.below is None else f"<{cell.below!r}" for cell in measure.cells]
    named = [found[name] for name in ("key", "unit", "better")]
    return ["measure", *named, "; ".join(found["best"]), *values, found["against_first"], *found["to_first"][1:]]


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


def curves_of(drawn: Drawn) -> list[Chart]:
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
    errors = running_mean(np.maximum(squared_errors(table), SMALLEST), window)
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
    points = sorted((row.rate_per_M_s, row.rmse_ratio) for row in run.data.leak_curve)
    rates, ratios = numbers(rate for rate, _ in points), numbers(ratio for _, ratio in points)
    told = tuple(f"{run.label}, {number(rate)} /M/s: {number(ratio)} times the ideal test error" for rate, ratio in points)
    return Curve(series.title, rates, ratios, series.colour, series.key, "line", series.dash, series.marker, hover=told)


def _names(drawn: Sequence[tuple[Series, ComparedRun]]) -> str:
    return ", ".join(series.title for series, _ in drawn)


def comparison_html(comparison: Comparison) -> str:
    """The page; the same runs give the same bytes."""
    drawn = drawn_as(comparison)
    filters = {"value": value_text, "named": title_of, "cell": cell_text, "held": held_text}
    environment = environment_of(filters, "cli.compare", "cli.report")
    return environment.get_template("comparison.html").render(
        **look(curves_of(drawn), (series for series, _ in drawn)),
        comparison=comparison,
        data=SimpleNamespace(name="comparison"),
        measured=by_section(comparison),
        marks=MARKS,
    )
