"""Jobs for the tests of sweeps: quick ones that say in a file when they are done, and a sweep of them to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cli.job import Job
from cli.run.sweeps import opened_store, sweep
from dsd_ncrn.analysis.jobs import run_jobs, tube_work

NUMBERS = tuple(range(2, 26))
STORE = "sweep.sqlite"
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
"""For other processes, which have to find the modules of the tests."""


@dataclass(frozen=True)
class Place:
    """What the jobs share: the file in which each one leaves a line, and how long it takes."""

    log: Path
    seconds: float = 0.0
    weight: float = 1 / 3


@dataclass(frozen=True, slots=True)
class Root:
    """A number that no short decimal is, one that is not finite, and one of another type."""

    number: int
    value: float
    parts: tuple[float, ...]


def root(place: Place, number: int) -> Root:
    """A weighted root; the line in the log, number and process, is the last thing that a job does."""
    time.sleep(place.seconds)
    value = place.weight * number**0.5
    with place.log.open("a", encoding="utf-8") as log:
        log.write(f"{number} {os.getpid()}\n")
    return Root(number, value, (value / 7, float("inf")))


@tube_work
def root_of_a_bundle(place: Place, number: int) -> Root:
    """The same as one of those that are done together."""
    return root(place, number)


def expected(numbers: tuple[int, ...] = NUMBERS) -> list[Root]:
    """What the jobs come to."""
    values = [(number, 1 / 3 * number**0.5) for number in numbers]
    return [Root(number, value, (value / 7, float("inf"))) for number, value in values]


@dataclass
class Where:
    """The part of a job that says where its sweeps are done."""

    workers: int = 1
    scheduler: str | None = None


def roots(
    folder: Path,
    where: Where,
    seconds: float = 0.0,
    numbers: tuple[int, ...] = NUMBERS,
    work: Callable[[Place, int], Root] = root,
) -> list[Root]:
    """A sweep with its store and its log in a folder."""
    place = Place(folder / "log", seconds)
    with opened_store(folder / STORE, "base") as store, sweep(cast("Job", where), place, store) as pool:
        return run_jobs(work, place, numbers, pool)


def logged(folder: Path) -> list[tuple[int, int]]:
    """Number and process of every job that was done, in the order of their ends."""
    log = folder / "log"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [(int(number), int(process)) for number, process in map(str.split, lines)]


def begun(folder: Path, where: Where, seconds: float) -> subprocess.Popen[bytes]:
    """A sweep in a process of its own."""
    code = f"from sweep_jobs import *; roots(Path({str(folder)!r}), {where!r}, {seconds})"
    return subprocess.Popen([sys.executable, "-c", code], env=ENVIRONMENT)
