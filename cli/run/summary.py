"""``summary.json``, one object with the same keys for every run, null where something did not run; and ``provenance.json``."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cli.run.folder import digest
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import json_text, read_json
from dsd_ncrn.simulate.results import IN_RUNS

if TYPE_CHECKING:
    from cli.job import Job


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
        "training": dict.fromkeys(IN_RUNS),
        "separation": None,
        "clock": None,
        "fidelity": None,
        "fuel": None,
        "beads": None,
        "leaks": None,
        "bench": None,
        "sequences": None,
        "sequence_rates": None,
        "order": None,
        "protocol": None,
        "dilution": None,
        "verdict": None,
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
        value: object = summary
        for name in dotted.split("."):
            value = cast("Mapping[str, object]", value).get(name) if isinstance(value, Mapping) else None
        if value is None:
            return None
        found[dotted] = value
    return found


def results_key(sections: Mapping[str, Any]) -> str:
    """A digest of filled sections, by which those of a finished stage are known again; wall times are left out."""
    filled = [[name, _without_times(value)] for name, value in sorted(sections.items()) if value is not None]
    return digest(json_text(filled))


def _without_times(section: Any) -> Any:
    if not isinstance(section, Mapping):
        return section
    values = cast("Mapping[str, Any]", section)
    return {key: value for key, value in values.items() if key != "seconds"}


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary that an earlier run left; empty where there is none that can be read, since it can be made again."""
    try:
        found = read_json(folder / FILE)
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def seed_of(folder: Path, default: int) -> int:
    """The seed of the run in a folder. Raises InputError for one that is none."""
    seed = read_summary(folder).get("seed", default)
    if not isinstance(seed, int) or seed < 0:
        raise InputError("the seed of a run is a whole number from 0 on", seed, "Run the design again.", str(folder / FILE))
    return seed


PACKAGES = ("numpy", "scipy", "numba", "sympy", "viennarna", "nuad")


def provenance(job: Job, started: float) -> dict[str, Any]:
    """Versions, machine and times. ``started`` is in seconds of ``time.time``."""
    return {
        "format": 1,
        "version": installed_version("dsd-ncrn"),
        "design": job.study.design.name,
        "seed": job.study.seed,
        "engine": job.study.engine,
        "started": _moment(started),
        "ended": _moment(time.time()),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "byte_order": sys.byteorder,
        "packages": {name: _installed(name) for name in PACKAGES},
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _installed(name: str) -> str | None:
    """A package's version; None for one that is left out (nuad is not needed for everything)."""
    from importlib.metadata import PackageNotFoundError

    try:
        return installed_version(name)
    except PackageNotFoundError:
        return None
