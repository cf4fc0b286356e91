"""Published numbers, each file with its source and conditions in its first lines."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "data"


class Rate(NamedTuple):
    """A measured displacement: toeholds that are bound and released (nt), /M/s, and the preset that should predict it."""

    paper: str
    what: str
    preset: str
    bound: int
    released: int
    per_M_s: float
    fitted: bool


def duplexes() -> tuple[Rate, ...]:
    """The 8 displacements and 43 exchanges that toeholds are fitted to."""
    rows = read("duplexes")
    rates = [(int(row["bound"]), int(row["released"]), float(row["per_M_s"])) for row in rows]
    return tuple(Rate("Zhang & Winfree 2009", f"{n} for {m} nt", "duplex", n, m, k, True) for n, m, k in rates)


def gates() -> tuple[Rate, ...]:
    """Rates in gates, and others that nothing is fitted to."""
    return tuple(
        Rate(
            row["paper"],
            row["what"],
            row["preset"],
            int(row["bound"]),
            int(row["released"]),
            float(row["per_M_s"]),
            row["fitted"] == "1",
        )
        for row in read("gates")
    )


def read(name: str) -> list[dict[str, str]]:
    """The rows of one file."""
    lines = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))
