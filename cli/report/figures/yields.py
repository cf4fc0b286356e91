"""How many imperfect tubes learn."""

from __future__ import annotations

from cli.report.chart import Axis, Chart, Curve, Panel, ReferenceLine, numbers
from cli.report.data import ReportData
from cli.report.files import Row
from cli.report.text import number
from dsd_ncrn.analysis.types import ALLOWED_RATIO

ROOM = 1.05
"""Between the outermost tubes and the edge."""


def yields(data: ReportData) -> Chart:
    """The test error of every imperfect tube over the ideal network's, the best first: which share stays under a bound."""
    rows = sorted(trained(data), key=lambda row: float(row["rmse_ratio"]))
    count = len(data.yields)
    shares = numbers(100 * place / count for place in range(1, len(rows) + 1))
    ratios = numbers(float(row["rmse_ratio"]) for row in rows)
    told = tuple(f"tube {row['sample']}: test error {number(ratio)} times the ideal one" for row, ratio in zip(rows, ratios))
    curve = Curve("tubes", ratios, shares, "leaky", "", "line", "short", "^", size=4.5, marked=count, width=1.0, hover=told)
    limits = (min(1.0, *ratios) / ROOM, max(ALLOWED_RATIO, *ratios) * ROOM)
    across = Axis("test error over the ideal one's", log=True, limits=limits, grid=True)
    up = Axis("tubes with at most this error, %", limits=(0.0, 104.0), grid=True)
    accepted = ReferenceLine("x", ALLOWED_RATIO, f"accepted: {ALLOWED_RATIO:g}", "good")
    return Chart(
        "yields",
        "Yield of imperfect tubes",
        f"The {count} tubes that were drawn with the design's imperfections: which share of them ends with at most a test "
        "error, over the ideal network's. Tubes that failed are never reached.",
        ("leaks.csv",),
        (Panel("", across, up, (curve,), (accepted,)),),
        columns=1,
        height=2.6,
        legend="none",
    )


def trained(data: ReportData) -> list[Row]:
    """The tubes whose training came to an end with a finite error."""
    return [row for row in data.yields if row["rmse_ratio"] and 0 < float(row["rmse_ratio"]) < float("inf")]
