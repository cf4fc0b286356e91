"""``summary.json``: one object with the same keys for every run, null where something did not run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FILE = "summary.json"


def empty_summary(name: str, design_sha256: str, seed: int, version: str) -> dict[str, Any]:
    """The summary of a run that has done nothing yet."""
    return {
        "format": 1,
        "design": {"name": name, "sha256": design_sha256},
        "seed": seed,
        "version": version,
        "wall_seconds": {},
        "stages": {},
        "ncrn": None,
        "dsd": None,
        "training": dict.fromkeys(("ideal", "value", "autonomous", "dsd", "dsd_leaky", "dsd_sequences", "one_pot")),
        "separation": None,
        "clock": None,
        "fidelity": None,
        "fuel": None,
        "leaks": None,
        "sequences": None,
        "sequence_rates": None,
        "order": None,
    }


def fill(summary: dict[str, Any], sections: Mapping[str, Any]) -> None:
    """Put sections, named with dots, in their places."""
    for dotted, value in sections.items():
        *outer, last = dotted.split(".")
        place = summary
        for name in outer:
            place = place[name]
        place[last] = value


def sections_of(summary: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any] | None:
    """Sections of a summary by dotted name; None where one of them is not filled."""
    found: dict[str, Any] = {}
    for dotted in names:
        value: Any = summary
        for name in dotted.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if value is None:
            return None
        found[dotted] = value
    return found


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary that an earlier run left; empty where there is none that can be read, since it can be made again."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
