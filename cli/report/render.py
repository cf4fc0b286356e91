"""From the report's data to its page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from cli.report import tables, verdict
from cli.report.data import ReportData
from cli.report.figures.calibration import calibration
from cli.report.figures.canvas import FONTS, inline_svg
from cli.report.figures.fuels import fuels, ranked
from cli.report.figures.leaks import LITERATURE_LEAK, leak_curve, leak_ranking
from cli.report.figures.learning import learning
from cli.report.figures.palette import css_variables
from cli.report.figures.parameters import greek, parameters
from cli.report.figures.predictions import predictions
from cli.report.figures.trajectories import trajectories
from cli.report.references import LIMITS, REFERENCES
from cli.report.text import number, percent, size

Draw = Callable[[ReportData], Any]
Wanted = Callable[[ReportData], object]

FIGURES: tuple[tuple[str, str, Draw, Wanted], ...] = (
    ("learning", "Error of every iteration and of every epoch", learning, lambda data: data.trainings),
    ("parameters", "Parameters against iterations", parameters, lambda data: data.trainings),
    ("predictions", "Predictions against targets on the test set", predictions, lambda data: data.tests),
    ("trajectories", "Concentrations within one iteration", trajectories, lambda data: data.traces),
    ("calibration", "Achieved over wanted firings", calibration, lambda data: data.section("fidelity").get("reactions")),
    ("leak_curve", "Test error against leak rate", leak_curve, lambda data: data.leak_curve),
    ("leak_ranking", "Share of the damage by leaking gate", leak_ranking, lambda data: data.leak_ranking),
    ("fuels", "Fuel used by one iteration", fuels, ranked),
)
"""Key, title, function, and what must be there for the figure to be drawn."""


def render(data: ReportData) -> str:
    """The page, one self-contained HTML document."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("cli.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "percent": percent, "size": size, "equation": tables.equation, "greek": greek}
    environment.filters["origin_of"] = tables.origin_name
    return environment.get_template("report.html").render(_context(data))


def draw_figures(data: ReportData) -> dict[str, str]:
    """The SVG of every figure whose data are there, by key."""
    return {key: inline_svg(partial(draw, data), title, key) for key, title, draw, wanted in FIGURES if wanted(data)}


def _context(data: ReportData) -> dict[str, Any]:
    from markupsafe import Markup

    listed = tables.gates(data)
    return {
        "data": data,
        "figures": {key: Markup(svg) for key, svg in draw_figures(data).items()},
        "series": [series for series in data.series if series.key in data.trainings],
        "light": Markup(css_variables(dark=False)),
        "dark": Markup(css_variables(dark=True)),
        "fonts": Markup(FONTS),
        "svg": Markup,
        "headline": verdict.headline(data),
        "answers": verdict.answers(data),
        "limits": verdict.limits(data),
        "tolerated": verdict.tolerated(data),
        "duration": verdict.duration(data),
        "advice": verdict.advice(data),
        "stages": tables.reactions_by_stage(data),
        "components": tables.components(data),
        "gates": listed,
        "typical_gates": tables.typical_gates(listed),
        "trainings": tables.trainings(data),
        "fuel_ranking": ranked(data),
        "rules": tables.rules(data),
        "failures": [row for row in data.verdicts if not tables.is_true(row["passed"])],
        "provenance": tables.provenance(data),
        "literature": LITERATURE_LEAK,
        "model_limits": LIMITS,
        "references": REFERENCES,
    }
