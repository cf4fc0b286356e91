"""What leaks do to learning, and whose leaks do it."""

from __future__ import annotations

from cli.report.chart import Axis, Band, Chart, Curve, Panel, ReferenceLine, numbers
from cli.report.data import ReportData
from cli.report.figures.bars import bars_height, horizontal_bars
from cli.report.text import number
from dsd_ncrn.analysis.types import ALLOWED_RATIO

LITERATURE_LEAK = (1.0, 10.0)
"""/M/s. Gradual leak of published strand-displacement gates: Visual DSD's defaults, and 7 fitted to Chen et al. 2013."""

RANKED = 12
SOURCES = ("leaks.csv", "summary.json")


def leak_curve(data: ReportData) -> Chart:
    """Test error over the ideal network's, against a uniform leak rate, with what published gates have."""
    points = sorted((float(row["rate_per_M_s"]), float(row["rmse_ratio"])) for row in data.leak_curve)
    rates, ratios = numbers(rate for rate, _ in points), numbers(ratio for _, ratio in points)
    told = tuple(f"{number(rate)} /M/s: test error {number(ratio)} times the ideal one" for rate, ratio in points)
    curve = Curve("test error", rates, ratios, "leaky", "dsd_leaky", marker="^", size=5, marked=len(points), hover=told)
    return Chart(
        "leak_curve",
        "Test error against leak rate",
        "The test error after training over the ideal network's, against a leak rate that all gates have, both on logarithmic "
        "scales, with what is accepted, what is tolerated, and the range of published gates.",
        SOURCES,
        (_curve_panel(data, curve),),
        columns=1,
        height=3.0,
        legend="none",
    )


def _curve_panel(data: ReportData, curve: Curve) -> Panel:
    tolerated = data.section("leaks").get("tolerated_leak_per_M_per_s")
    rules = [ReferenceLine("y", ALLOWED_RATIO, f"accepted: {ALLOWED_RATIO:g}", dash="dash")]
    if tolerated:
        rules.append(ReferenceLine("x", tolerated, f"tolerated: {number(tolerated, 2)} /M/s", "good"))
    limits = numbers((min(*curve.x, LITERATURE_LEAK[0]) / 2, max(*curve.x, LITERATURE_LEAK[1]) * 2))
    return Panel(
        "",
        Axis("uniform leak rate, /M/s", log=True, limits=(limits[0], limits[1])),
        Axis("test error over the ideal one's", log=True, grid=True),
        (curve,),
        tuple(rules),
        (Band(*LITERATURE_LEAK, "published\ngates"),),
    )


def leak_ranking(data: ReportData) -> Chart:
    """The share of the leaks' damage that comes from each formal reaction's gates."""
    rows = sorted(data.leak_ranking, key=lambda row: -float(row["share"]))[:RANKED]
    shares = [100 * float(row["share"]) for row in rows]
    panel = horizontal_bars([row["origin"] for row in rows], shares, "share of the damage of one iteration, %", "leaky")
    return Chart(
        "leak_ranking",
        "Share of the damage by leaking gate",
        "A bar for each formal reaction: what the leaks of its gates add to the parameter error of one iteration, as a share "
        f"of all, %. The {len(rows)} largest, the largest on top.",
        SOURCES[:1],
        (panel,),
        columns=1,
        height=bars_height(len(rows)),
        legend="none",
    )
