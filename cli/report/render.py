"""From the report's data to its page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.report import tables, verdict
from cli.report.chart import Chart
from cli.report.data import ReportData
from cli.report.figures.calibration import calibration
from cli.report.figures.canvas import FONTS, inline_svg
from cli.report.figures.concentrations import concentrations, has_components
from cli.report.figures.fuels import fuel_history, fuels, ranked
from cli.report.figures.interactive import plot
from cli.report.figures.leaks import LITERATURE_LEAK, leak_curve, leak_ranking
from cli.report.figures.learning import learning
from cli.report.figures.network import pictures
from cli.report.figures.palette import LIGHT_AND_DARK, Series, css_variables
from cli.report.figures.parameters import greek, parameters
from cli.report.figures.predictions import predictions, residuals
from cli.report.figures.samples import sample
from cli.report.figures.static import draw
from cli.report.figures.trajectories import trajectories
from cli.report.figures.tuning import front, simulated, tuning
from cli.report.figures.yields import trained, yields
from cli.report.library import packed_library
from cli.report.references import REFERENCES, formulas, limits
from cli.report.stages import failed_stages, missing_stages
from cli.report.text import number, percent, size

if TYPE_CHECKING:
    from jinja2 import Environment

Make = Callable[[ReportData], Chart]
Wanted = Callable[[ReportData], object]

CHARTS: tuple[tuple[Make, Wanted], ...] = (
    (concentrations, has_components),
    (calibration, lambda data: data.section("fidelity").get("reactions")),
    (learning, lambda data: data.trainings),
    (parameters, lambda data: data.trainings),
    (predictions, lambda data: data.tests),
    (residuals, lambda data: data.tests),
    (trajectories, lambda data: data.traces),
    (leak_curve, lambda data: data.leak_curve),
    (leak_ranking, lambda data: data.leak_ranking),
    (yields, trained),
    (fuels, ranked),
    (fuel_history, lambda data: data.fuel_rows),
    (tuning, simulated),
)
"""What makes a figure, and what must be there for it to be made."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart on the page: its static SVG, what it leaves out, and the files that its numbers come from."""

    key: str
    title: str
    svg: str
    note: str
    sources: tuple[str, ...]


def render(data: ReportData) -> str:
    """The page, one self-contained HTML document."""
    filters = {"number": number, "percent": percent, "size": size, "equation": tables.equation, "greek": greek}
    environment = environment_of({**filters, "origin_of": tables.origin_name}, "cli.report")
    return environment.get_template("report.html").render(_context(data))


def environment_of(filters: Mapping[str, Any], *packages: str) -> Environment:
    """Templates of some packages, of which the first that has one of a name gives it, with what they call filters."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loader = ChoiceLoader([PackageLoader(package) for package in packages])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(filters)
    return environment


def charts_of(data: ReportData) -> list[Chart]:
    """Every figure whose data are there."""
    return [make(data) for make, wanted in CHARTS if wanted(data)]


def static_svg(chart: Chart) -> str:
    """The SVG element of a chart."""
    return inline_svg(partial(draw, chart), chart.title, chart.description, chart.key)


def plots_json(charts: list[Chart]) -> str:
    """The interactive plots by key as JSON that no text in it can end: it stands in a script element."""
    text = json.dumps({chart.key: plot(chart) for chart in charts}, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _figure(chart: Chart) -> Figure:
    return Figure(chart.key, chart.title, static_svg(chart), chart.note, chart.sources)


def look(charts: list[Chart], series: Iterable[Series]) -> dict[str, Any]:
    """What the style, the scripts and the macros of a page need: its figures, those of their series that can be switched."""
    from markupsafe import Markup

    return {
        "figures": {chart.key: _figure(chart) for chart in charts},
        "plots": Markup(plots_json(charts)),
        "library": Markup(packed_library()) if charts else "",
        "series": [(each, sample(each)) for each in series],
        "light": Markup(css_variables(dark=False)),
        "dark": Markup(css_variables(dark=True)),
        "light_colours": Markup(json.dumps({name: light for name, (light, _) in LIGHT_AND_DARK.items()})),
        "fonts": Markup(FONTS),
        "svg": Markup,
    }


def _context(data: ReportData) -> dict[str, Any]:
    listed = tables.gates(data)
    return {
        **look(charts_of(data), (series for series in data.series if series.key in data.trainings)),
        "data": data,
        "pictures": pictures(data),
        "headline": verdict.headline(data),
        "answers": verdict.answers(data),
        "limits": verdict.limits(data),
        "tolerated": verdict.tolerated(data),
        "duration": verdict.duration(data),
        "bench_hours": verdict.bench_hours(data),
        "advice": verdict.advice(data),
        "stages": tables.reactions_by_stage(data),
        "failed_stages": failed_stages(data),
        "missing_stages": missing_stages(data),
        "components": tables.components(data),
        "gates": listed,
        "typical_gates": tables.typical_gates(listed),
        "trainings": tables.trainings(data),
        "fuel_ranking": ranked(data),
        "front": front(data),
        "rules": tables.rules(data),
        "failures": [row for row in data.verdicts if not tables.is_true(row["passed"])],
        "provenance": tables.provenance(data),
        "timings": tables.timings(data),
        "literature": LITERATURE_LEAK,
        "model_limits": limits(data),
        "formulas": formulas(data),
        "references": REFERENCES,
    }
