"""What leaks and imperfections do to learning, whose leaks do it, and the operating points that a search has tried."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from cli.report.data import ReportData
from cli.report.figures.chart import Axis, Band, Chart, Curve, Panel, ReferenceLine, bars_height, horizontal_bars, numbers
from cli.report.figures.palette import CATEGORIES, CATEGORY_MARKERS
from cli.report.text import number
from dsd_ncrn.analysis import ALLOWED_RATIO
from dsd_ncrn.analysis.results import Sample
from dsd_ncrn.constants import constant
from dsd_ncrn.runs.tables import PointTried

_LOWEST, _HIGHEST = constant("leak.published").numbers
LITERATURE_LEAK = (_LOWEST, _HIGHEST)
"""/M/s. Gradual leak of published strand-displacement gates: Visual DSD's defaults, and 7 fitted to Chen et al. 2013."""

RANKED = 12
SOURCES = ("leaks.csv", "summary.json")


def leak_curve(data: ReportData) -> Chart:
    """Test error over the ideal network's, against a uniform leak rate, with what published gates have."""
    points = sorted((row.rate_per_M_s, row.rmse_ratio) for row in data.leak_curve)
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
    rows = sorted(data.leak_ranking, key=lambda row: -row.share)[:RANKED]
    shares = [100 * row.share for row in rows]
    panel = horizontal_bars([row.origin for row in rows], shares, "share of the damage of one iteration, %", "leaky")
    return Chart(
        "leak_ranking",
        "Share of the damage by leaking gate",
        "A bar for each formal reaction: what the leaks of its gates add to the parameter error of one iteration, as a share "
        f"of all, %. The {len(rows)} largest, the largest on top.",
        ("leak_ranking.csv",),
        (panel,),
        columns=1,
        height=bars_height(len(rows)),
        legend="none",
    )


YIELD_ROOM = 1.05
"""Between the outermost tubes and the edge."""


def yields(data: ReportData) -> Chart:
    """The test error of every imperfect tube over the ideal network's, the best first: which share stays under a bound."""
    rows = sorted(trained(data), key=lambda row: row.rmse_ratio)
    count = len(data.tubes)
    shares = numbers(100 * place / count for place in range(1, len(rows) + 1))
    ratios = numbers(row.rmse_ratio for row in rows)
    told = tuple(f"tube {row.number}: test error {number(ratio)} times the ideal one" for row, ratio in zip(rows, ratios))
    curve = Curve("tubes", ratios, shares, "leaky", "", "line", "short", "^", size=4.5, marked=count, width=1.0, hover=told)
    limits = (min(1.0, *ratios) / YIELD_ROOM, max(ALLOWED_RATIO, *ratios) * YIELD_ROOM)
    across = Axis("test error over the ideal one's", log=True, limits=limits, grid=True)
    up = Axis("tubes with at most this error, %", limits=(0.0, 104.0), grid=True)
    accepted = ReferenceLine("x", ALLOWED_RATIO, f"accepted: {ALLOWED_RATIO:g}", "good")
    return Chart(
        "yields",
        "Yield of imperfect tubes",
        f"The {count} tubes that were drawn with the design's imperfections: which share of them ends with at most a test "
        "error, over the ideal network's. Tubes that failed are never reached.",
        ("tubes.csv",),
        (Panel("", across, up, (curve,), (accepted,)),),
        columns=1,
        height=2.6,
        legend="none",
    )


def trained(data: ReportData) -> list[Sample]:
    """The tubes whose training came to an end with a finite error."""
    return [row for row in data.tubes if 0 < row.rmse_ratio < float("inf")]


TUNING_MEASURES = (("hours", "hours for an iteration", 1.0), ("fuel_nM", "µM of all that is mixed", 1e-3))
"""Column of tune.csv, title of its axis, factor to its unit."""


def tuning(data: ReportData) -> Chart:
    """Cost of every candidate against its time and its material; those of the front are marked with a star."""
    rows = simulated(data)
    return Chart(
        "tuning",
        "Operating points: cost against time and material",
        f"Two panels with {len(rows)} operating points: the cost that the search lowers (the parameter error and what the test "
        "error is above the ideal one) against the hours of an iteration and against all that is mixed. Stars: the points "
        "that no other beats in all three.",
        ("tune.csv",),
        tuple(
            Panel("", Axis(title, log=True), Axis("cost", log=True, grid=True), _by_scheme(rows, key, factor))
            for key, title, factor in TUNING_MEASURES
        ),
        columns=2,
        height=2.9,
    )


def simulated(data: ReportData) -> list[PointTried]:
    """The candidates that came to an end."""
    return [row for row in data.tuned if not row.failure]


def front(data: ReportData) -> list[PointTried]:
    """The candidates that no other beats, the cheapest in cost first."""
    return sorted((row for row in simulated(data) if isfinite(row.tolerated_leak_per_M_s)), key=lambda row: row.cost)


def _by_scheme(rows: Sequence[PointTried], key: str, factor: float) -> tuple[Curve, ...]:
    schemes = dict.fromkeys(row.scheme for row in rows)
    curves = [
        _candidates(f"{scheme}: tried", [row for row in rows if row.scheme == scheme], key, factor, colour, marker)
        for scheme, colour, marker in zip(schemes, CATEGORIES, CATEGORY_MARKERS)
    ]
    start = [row for row in rows if row.candidate == 0]
    shown = [row for row in rows if isfinite(row.tolerated_leak_per_M_s)]
    curves.append(_candidates("front", shown, key, factor, "good", "*"))
    return (*curves, _candidates("as designed", start, key, factor, "ink", "X"))


def _candidates(name: str, rows: Sequence[PointTried], key: str, factor: float, colour: str, marker: str) -> Curve:
    x, y = numbers(factor * float(getattr(row, key)) for row in rows), numbers(row.cost for row in rows)
    hover = tuple(map(_candidate_text, rows))
    size = {"*": 8.0, "X": 6.0}.get(marker, 3.0)
    return Curve(name, x, y, colour, "", "points", marker=marker, size=size, filled=marker in "*X", hover=hover)


def _candidate_text(row: PointTried) -> str:
    text = f"{row.scheme} {row.candidate}: cost {number(row.cost)}, {number(row.hours)} h, "
    text += f"{number(row.fuel_nM / 1e3)} µM"
    tolerated = row.tolerated_leak_per_M_s
    return f"{text}, tolerates {number(tolerated)} /M/s" if isfinite(tolerated) else text
