"""Where and when a run was made."""

from __future__ import annotations

import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Any

from cli.version import version

if TYPE_CHECKING:
    from cli.stages.job import Job

PACKAGES = ("numpy", "scipy", "numba", "sympy", "viennarna", "nuad")


def provenance(job: Job, started: float) -> dict[str, Any]:
    """Versions, machine and times. ``started`` is in seconds of ``time.time``."""
    return {
        "format": 1,
        "version": version(),
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
