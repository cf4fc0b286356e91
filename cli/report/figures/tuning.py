"""The operating points that a search has tried."""

from __future__ import annotations

from collections.abc import Sequence

from cli.report.chart import Axis, Chart, Curve, Panel, numbers
from cli.report.data import ReportData
from cli.report.figures.palette import CATEGORIES, CATEGORY_MARKERS
from cli.report.files import Row
from cli.report.text import number

MEASURES = (("hours", "hours for an iteration", 1.0), ("fuel_nM", "µM of all that is mixed", 1e-3))
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
            Panel("", Axis(title, log=True), Axis("cost", log=True, grid=True), _curves(rows, key, factor))
            for key, title, factor in MEASURES
        ),
        columns=2,
        height=2.9,
    )


def simulated(data: ReportData) -> list[Row]:
    """The candidates that came to an end."""
    return [row for row in data.tuned if not row["failure"]]


def front(data: ReportData) -> list[Row]:
    """The candidates that no other beats, the cheapest in cost first."""
    return sorted((row for row in simulated(data) if row["tolerated_leak_per_M_s"]), key=lambda row: float(row["cost"]))


def _curves(rows: Sequence[Row], key: str, factor: float) -> tuple[Curve, ...]:
    schemes = dict.fromkeys(row["scheme"] for row in rows)
    curves = [
        _points(f"{scheme}: tried", [row for row in rows if row["scheme"] == scheme], key, factor, colour, marker)
        for scheme, colour, marker in zip(schemes, CATEGORIES, CATEGORY_MARKERS)
    ]
    start = [row for row in rows if row["candidate"] == "0"]
    shown = [row for row in rows if row["tolerated_leak_per_M_s"]]
    curves.append(_points("front", shown, key, factor, "good", "*"))
    return (*curves, _points("as designed", start, key, factor, "ink", "X"))


def _points(name: str, rows: Sequence[Row], key: str, factor: float, colour: str, marker: str) -> Curve:
    x, y = numbers(factor * float(row[key]) for row in rows), numbers(float(row["cost"]) for row in rows)
    hover = tuple(map(_told, rows))
    size = {"*": 8.0, "X": 6.0}.get(marker, 3.0)
    return Curve(name, x, y, colour, "", "points", marker=marker, size=size, filled=marker in "*X", hover=hover)


def _told(row: Row) -> str:
    text = f"{row['scheme']} {row['candidate']}: cost {number(float(row['cost']))}, {number(float(row['hours']))} h, "
    text += f"{number(float(row['fuel_nM']) / 1e3)} µM"
    tolerated = row["tolerated_leak_per_M_s"]
    return f"{text}, tolerates {number(float(tolerated))} /M/s" if tolerated else text
