"""The HTML report of a run: one file that needs nothing else, made of the run folder's files alone.

Pictures for the README: ``python -m cli.report.page RUN_DIR OUT.svg [FIGURE]``, the learning curves by default.
"""

from __future__ import annotations

import base64
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, TemplateError
from markdown_it import MarkdownIt
from markupsafe import Markup

from cli.console import working
from cli.output import deliver, show
from cli.report import cards, findings, tables, verdict
from cli.report.data import ReportData
from cli.report.figures.chart import Chart
from cli.report.figures.leaks import LITERATURE_LEAK, front, leak_curve, leak_ranking, simulated, trained, tuning, yields
from cli.report.figures.learning import greek, learning, parameters, predictions, residuals
from cli.report.figures.palette import LIGHT_AND_DARK, Series, css_variables, sample
from cli.report.figures.pictures import pictures
from cli.report.figures.strands import calibration, concentrations, fuel_history, fuels, has_components, ranked, trajectories
from cli.report.figures.vega import FONTS, inline_svg, library, paper_svg, pdf, spec, standalone_svg
from cli.report.references import REFERENCES, formulas, limits
from cli.report.text import number, percent, size
from cli.report.verdict import failed_stages, missing_stages
from dsd_ncrn.constants import constant
from dsd_ncrn.errors import InputError

Make = Callable[[ReportData], Chart]
Wanted = Callable[[ReportData], object]

CHARTS: tuple[tuple[Make, Wanted], ...] = (
    (concentrations, has_components),
    (calibration, lambda data: data.mixed.get("reactions")),
    (learning, lambda data: data.trainings),
    (parameters, lambda data: data.trainings),
    (predictions, lambda data: data.tests),
    (residuals, lambda data: data.tests),
    (trajectories, lambda data: data.traces and data.kinds),
    (leak_curve, lambda data: data.leak_curve),
    (leak_ranking, lambda data: data.leak_ranking),
    (yields, trained),
    (fuels, ranked),
    (fuel_history, lambda data: data.fuel_used),
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
    return _templates().get_template("report.html").render(_context(data))


@cache
def _templates() -> Environment:
    """Compiled once in a process: that takes longer than to fill them."""
    filters = {"number": number, "percent": percent, "size": size, "equation": tables.equation, "greek": greek}
    own = {"origin_of": tables.origin_name, "rendered": rendered}
    return environment_of({**filters, **own}, "cli.report")


def environment_of(filters: Mapping[str, Any], *packages: str) -> Environment:
    """Templates of some packages, of which the first that has one of a name gives it, with what they call filters."""
    loader = ChoiceLoader([PackageLoader(package) for package in packages])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(filters)
    return environment


def rendered(markdown: str) -> Markup:
    """Markdown as HTML: tags in it are shown as they are written, nothing in it leads elsewhere, headings are small ones."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink"])
    tokens = parser.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 3)}"
    html = str(parser.renderer.render(tokens, parser.options, {}))
    scroll = '<div class="scroll" tabindex="0" role="group" aria-label="Table of the protocol">'
    return Markup(html.replace("<table>", f"{scroll}<table>").replace("</table>", "</table></div>"))


def charts_of(data: ReportData) -> list[Chart]:
    """Every figure whose data are there."""
    return [make(data) for make, wanted in CHARTS if wanted(data)]


def packed(text: str) -> str:
    """A text as Base64 of its compressed form, which a script of the page unpacks; nothing in it can end a script element."""
    return base64.b64encode(zlib.compress(text.encode(), level=9)).decode("ascii")


@cache
def packed_library() -> str:
    """The library that draws the live figures, packed."""
    return packed(library())


def _figure(chart: Chart) -> Figure:
    return Figure(chart.key, chart.title, inline_svg(chart), chart.note, chart.sources)


def look(charts: list[Chart], series: Iterable[Series]) -> dict[str, Any]:
    """What the style, the scripts and the macros of a page need: its figures, those of their series that can be switched."""
    return {
        "figures": {chart.key: _figure(chart) for chart in charts},
        "plots": packed(json.dumps({chart.key: spec(chart) for chart in charts}, allow_nan=False)),
        "library": packed_library() if charts else "",
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
        "answers": cards.answers(data),
        "limits": verdict.limits(data),
        "tolerated": verdict.tolerated(data),
        "duration": findings.duration(data),
        "bench_hours": findings.bench_hours(data),
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
        "failures": [each for each in data.verdicts if not each.passed],
        "provenance": tables.provenance(data),
        "timings": tables.timings(data),
        "literature": LITERATURE_LEAK,
        "mismatch": [number for end in ("pessimistic", "optimistic") for number in constant("crosstalk.mismatch").at(end)],
        "model_limits": limits(data),
        "formulas": formulas(data),
        "references": REFERENCES,
    }


def build_report(run: Path) -> str:
    """The report of a run folder as an HTML document; stages that did not run are said to be missing.

    The same files give the same bytes. Raises InputError for a file of the folder that cannot be read.
    """

    return render(ReportData(run))


def report(run_folder: Path, out: Path | None, figures: Path | None, seed: int, as_json: bool) -> None:
    """The command ``report``: the page of a run folder, again, and its figures as files."""
    if not (run_folder / "design.toml").is_file():
        raise InputError("this folder holds no run", None, "Give a folder that `run` has written.", str(run_folder))
    try:
        with working("report"):
            data = ReportData(run_folder)
            page, drawn = render(data), files_of(charts_of(data)) if figures else {}
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, TemplateError) as error:
        rule = f"the files of this run do not fit together: {type(error).__name__}: {error}"
        raise InputError(rule, None, "Run the design again.", str(run_folder)) from error
    place = out or run_folder
    deliver(place, {"report.html": page})
    deliver(figures, drawn)
    show(as_json, {"report": str(place / "report.html")}, f"Report: {place / 'report.html'}")


def files_of(charts: Iterable[Chart]) -> dict[str, str | bytes]:
    """Every figure for a paper, as SVG and as PDF."""
    return {f"{chart.key}.{kind}": make(chart) for chart in charts for kind, make in (("svg", paper_svg), ("pdf", pdf))}


def picture(run: Path, key: str = "learning") -> str:
    """A figure of a run as an SVG file of its own. Raises KeyError for a figure that this run has not."""
    charts = {chart.key: chart for chart in charts_of(ReportData(run))}
    return standalone_svg(inline_svg(charts[key]))


if __name__ == "__main__":
    source, target, *figure = sys.argv[1:]
    Path(target).write_text(picture(Path(source), *figure), encoding="utf-8")
