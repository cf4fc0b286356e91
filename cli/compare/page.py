"""A comparison as one HTML page that needs nothing else, in the look of the report."""

from __future__ import annotations

from types import SimpleNamespace

from cli.compare import tables
from cli.compare.charts import charts_of, drawn_as
from cli.compare.types import Comparison
from cli.report.render import environment_of, look
from cli.report.verdict import MARKS


def comparison_html(comparison: Comparison) -> str:
    """The page; the same runs give the same bytes."""
    drawn = drawn_as(comparison)
    filters = {"value": tables.value_text, "named": tables.title_of, "cell": tables.cell_text, "held": tables.held_text}
    environment = environment_of(filters, "cli.compare", "cli.report")
    return environment.get_template("comparison.html").render(
        **look(charts_of(drawn), (series for series, _ in drawn)),
        comparison=comparison,
        data=SimpleNamespace(name="comparison"),
        measured=tables.by_section(comparison),
        marks=MARKS,
    )
