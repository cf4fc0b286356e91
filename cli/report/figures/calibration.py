"""Wanted and achieved firings of the formal reactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, log
from typing import Any

from cli.report.chart import Axis, Chart, Curve, Panel, ReferenceLine, numbers
from cli.report.data import ReportData

MOST_ROWS = 40
Row = Mapping[str, Any]


def calibration(data: ReportData) -> Chart:
    """For each reaction its firings over the wanted ones, before and after calibration; 1 is right."""
    found = data.section("fidelity")["reactions"]
    rows = furthest(found)
    places = numbers(range(len(rows)))
    before = _curve(rows, "before_calibration", "as designed", "leaky", "o", filled=False)
    after = _curve(rows, "after_calibration", "calibrated", "dsd", "D", filled=True)
    panel = Panel(
        "",
        Axis("firings in one iteration over wanted ones", log=True, grid=True),
        Axis(ticks=tuple(zip(places, (row["origin"] for row in rows))), limits=(-0.7, len(rows) - 0.3), reversed=True),
        (before, after),
        (ReferenceLine("x", 1.0),),
    )
    return Chart(
        "calibration",
        "Achieved over wanted firings",
        f"A row for each of the {len(rows)} slow reactions that are furthest from what they should be: how often it fires in "
        "one iteration over how often it should, as designed and after "
        "calibration. 1 is right.",
        ("summary.json",),
        (panel,),
        columns=1,
        note=f"Of {len(found)} reactions, the {len(rows)} that are furthest from 1." if len(found) > len(rows) else "",
        height=0.7 + 0.21 * len(rows),
    )


def furthest(rows: Sequence[Row]) -> list[Row]:
    """The reactions that are furthest from 1 after calibration, in the order of the network."""
    ranked = sorted(rows, key=lambda row: -abs(log(row["after_calibration"])) if _drawable(row["after_calibration"]) else 0.0)
    kept = [id(row) for row in ranked[:MOST_ROWS]]
    return [row for row in rows if id(row) in kept]


def _drawable(ratio: float | None) -> bool:
    """Whether a ratio has a place on a logarithmic scale."""
    return ratio is not None and 0 < ratio < inf


def _curve(rows: Sequence[Row], key: str, title: str, colour: str, marker: str, filled: bool) -> Curve:
    known = [
        (row[key], float(place), f"{row['origin']}, {title}: {row[key]:.5g}")
        for place, row in enumerate(rows)
        if _drawable(row[key])
    ]
    x, y, hover = zip(*known) if known else ((), (), ())
    return Curve(title, numbers(x), numbers(y), colour, "", "points", marker=marker, size=4.5, filled=filled, hover=hover)
