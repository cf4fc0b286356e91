"""Checks that do a little of what the program does, and compare with what must come out; all checks in their order."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic

from cli.console import working
from cli.doctor import installed
from cli.doctor.installed import Check, Finding, Status, failure, ok, warning
from cli.output import deliver, show
from dsd_ncrn import simulate
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.runs.files import json_text

ROBERTSON = "A -> B [k = 0.04]\nB + B -> B + C [k = 3e7]\nB + C -> A + C [k = 1e4]"
AT_40 = (0.7158270688, 9.185534765e-6, 0.2841637458)
"""The classical stiff problem at t = 40: Hairer and Wanner, Solving ODEs II, section IV.10."""
DUPLEX, SANTALUCIA, WITHIN = "CATACTCTACATCAC", -14.79, 1.5
"""kcal/mol at 37 C in 1 M sodium by the nearest neighbours of SantaLucia and Hicks 2004. ViennaRNA's RNA gives -22.6."""
REACTIONS, SPECIES = 13, 15
"""Of the minimal learning circuit: the Neural CRN paper."""
ROOM_MB, LITTLE_MB = 100, 1000
LONG_S = 30.0
PERMISSIONS = "Give a folder of your own with -o, or go to one."


def vienna() -> Finding:
    """Whether ViennaRNA has its parameters for DNA."""
    from sequences.thermo import Energies

    found = Energies(37.0, 1.021).perfect(DUPLEX)
    if abs(found - SANTALUCIA) > WITHIN:
        return failure(f"{DUPLEX} binds with {found:.1f} kcal/mol, and not {SANTALUCIA}", "Install viennarna again.")
    return ok(f"{DUPLEX} binds with {found:.1f} kcal/mol; nearest neighbours say {SANTALUCIA}")


def numba() -> Finding:
    """Whether numba compiles, and may keep what it has compiled."""
    from numba import njit

    start = monotonic()
    if njit(_triangle)(100) != _triangle(100):
        return failure("what numba compiles is wrong", "Install numba and llvmlite again.")
    place = _cache_folder()
    if not os.access(place, os.W_OK):
        remedy = "Set NUMBA_CACHE_DIR to a folder that can be written."
        return warning(f"{place} cannot be written: every start compiles anew, which takes a minute", remedy)
    return ok(f"compiles in {monotonic() - start:.1f} s, keeps it in {place}")


def _triangle(number: int) -> int:
    total = 0
    for each in range(number):
        total += each
    return total


def _cache_folder() -> Path:
    """Where numba keeps what it compiles: beside the source, unless the user says otherwise."""

    given = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(simulate.__path__[0]) / "__pycache__"
    place = Path(given) if given else beside
    return place if place.exists() else place.parent


def stiff(engine: str) -> Finding:
    """Whether an engine solves a stiff problem."""
    import numpy as np

    from dsd_ncrn.crn.text import parse_crn
    from dsd_ncrn.simulate.engines import engine_named
    from dsd_ncrn.simulate.mass_action import from_crn

    system = from_crn(parse_crn(ROBERTSON))
    stepper = engine_named(engine).prepare(system, 1e-8, 1e-12)
    solution = stepper.solve(np.array([1.0, 0.0, 0.0]), np.array([0.0, 40.0]), system.rates)
    error = float(np.max(np.abs(solution.values[-1] / np.array(AT_40) - 1)))
    if not error < 1e-4:
        return failure(f"Robertson's problem is off by {error:.1g}", "Install numba and scikit-sundae again.")
    return ok(f"Robertson's problem to {error:.0e}")


def disk() -> Finding:
    """Whether there is room here for runs, of some MB each."""
    free = shutil.disk_usage(Path()).free // 2**20
    if free < ROOM_MB:
        return failure(f"{free} MB are free here", "Make room, or go to another disk.")
    return warning(f"{free} MB are free here", "Make room before many runs.") if free < LITTLE_MB else ok(f"{free} MB are free")


def writing() -> Finding:
    """Whether files can be written here and in the folder for temporary files."""
    for place in (str(Path.cwd()), tempfile.gettempdir()):
        try:
            with tempfile.TemporaryFile(dir=place) as file:
                file.write(b"x")
        except OSError as error:
            return failure(f"{place} cannot be written: {error.strerror}", PERMISSIONS)
    return ok(f"{Path.cwd()} can be written")


def end_to_end() -> Finding:
    """A tiny design from its file to its strands and their reactions."""
    from cli.job import job_of
    from cli.new.templates import MINIMAL, design_text
    from dsd_ncrn.ncrn.counts import counts

    start = monotonic()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "tiny.toml"
        head = {"format": 1, "name": "tiny", "description": ""}
        path.write_text(design_text(head, MINIMAL.values, "tiny"), encoding="utf-8")
        study = job_of(path, 0, strands=True).study
        steps = len(study.network.steps)
    numbers = counts(study.ncrn)
    found, seconds = (numbers["reactions"], numbers["species"]), monotonic() - start
    what = f"{found[0]} reactions of {found[1]} species became {len(study.designed.strands)} strands with {steps} reactions"
    if found != (REACTIONS, SPECIES):
        return failure(f"{what}, and not {REACTIONS} and {SPECIES}", "Install dsd-ncrn again.")
    slow = "The first start compiles the simulator: try once more."
    return warning(f"{what}, in {seconds:.0f} s", slow) if seconds > LONG_S else ok(f"{what}, in {seconds:.1f} s")


CHECKS: tuple[Check, ...] = (
    Check("python", installed.python, installed.REINSTALL),
    Check("packages", installed.packages, installed.REINSTALL),
    Check("nuad", installed.nuad, installed.REINSTALL),
    Check("viennarna", vienna, "Install viennarna again."),
    Check("numba", numba, "Install numba and llvmlite again."),
    Check("rosenbrock", partial(stiff, "rosenbrock"), "Install numba again."),
    Check("cvode", partial(stiff, "cvode"), "Install scikit-sundae again; --engine rosenbrock does without."),
    Check("disk", disk),
    Check("writing", writing, PERMISSIONS),
    Check("end to end", end_to_end, installed.REINSTALL),
)


def examined(advance: Callable[[float], None]) -> Iterator[tuple[str, Finding]]:
    """The findings by the names of checks, the packages of single commands last; ``advance`` hears of the share done."""
    for number, check in enumerate(CHECKS):
        yield check.name, check.finding()
        advance((number + 1) / (len(CHECKS) + 1))
    yield from installed.optional()


def doctor(out: Path | None, as_json: bool) -> None:
    """What the command does: tell whether the installation works."""
    with working("doctor") as advance:
        found = dict(examined(advance))
    failed = [name for name, each in found.items() if each.status == Status.FAILURE]
    described = {
        "ok": not failed,
        "checks": [
            {"name": name, "status": str(each.status), "detail": each.detail, "remedy": each.remedy}
            for name, each in found.items()
        ],
    }
    deliver(out, {"doctor.json": json_text(described)})
    show(as_json, described, "\n".join(line for name, each in found.items() for line in _lines(name, each)))
    if failed:
        raise CheckFailed(f"{len(failed)} of {len(found)} checks of the installation failed: {', '.join(failed)}")


def _lines(name: str, found: Finding) -> list[str]:
    line = f"{found.status!s:<8} {name:<15} {found.detail}"
    return [line, *([f"{'':<25}{found.remedy}"] if found.remedy else [])]
