"""What the search for an operating point writes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.plain import csv_text, plain

if TYPE_CHECKING:
    from dsd_ncrn.analysis.tuning import OperatingPoint, Tuning

MEASURES = (
    "cost",
    "leak_free_error",
    "first_error",
    "mean_error",
    "rmse_ratio",
    "hours",
    "fuel_nM",
    "strands",
    "longest_nt",
    "failure",
)


def tuned_files(found: Tuning) -> dict[str, str]:
    """``tune.csv`` with a row for each candidate, and the design at the best of them."""
    from dsd_ncrn.design.load import dump_design

    tolerated = dict(found.front)
    header = ("candidate", *MEASURES, "tolerated_leak_per_M_s", *found.knobs)
    rows = [
        (number, *(getattr(point, name) for name in MEASURES), tolerated.get(point, ""), *point.positions)
        for number, point in enumerate(found.points)
    ]
    return {"tune.csv": csv_text(header, rows), "tuned.toml": dump_design(found.design)}


def tuned_section(found: Tuning) -> dict[str, Any]:
    """The search as JSON: where it started, the best point, and the front."""
    front = [{**_measures(point), "tolerated_leak_per_M_per_s": leak} for point, leak in found.front]
    return plain(
        {
            "candidates": len(found.points),
            "failed": sum(bool(point.failure) for point in found.points),
            "start": _measures(found.start),
            "best": {**_measures(found.best), "knobs": dict(zip(found.knobs, found.best.positions))},
            "front": front,
        }
    )


def _measures(point: OperatingPoint) -> dict[str, Any]:
    return {name: value for name, value in asdict(point).items() if name in MEASURES}
