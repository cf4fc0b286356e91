"""All checks of the installation, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from cli.doctor import installed, working
from cli.doctor.types import Check, Finding

CHECKS: tuple[Check, ...] = (
    Check("python", installed.python, installed.REINSTALL),
    Check("packages", installed.packages, installed.REINSTALL),
    Check("nuad", installed.nuad, installed.REINSTALL),
    Check("viennarna", working.vienna, "Install viennarna again."),
    Check("numba", working.numba, "Install numba and llvmlite again."),
    Check("rosenbrock", partial(working.stiff, "rosenbrock"), "Install numba again."),
    Check("cvode", partial(working.stiff, "cvode"), "Install scikit-sundae again; --engine rosenbrock does without."),
    Check("disk", working.disk),
    Check("writing", working.writing, working.PERMISSIONS),
    Check("end to end", working.end_to_end, installed.REINSTALL),
)


def examined(advance: Callable[[float], None]) -> Iterator[tuple[str, Finding]]:
    """The findings by the names of checks, the packages of single commands last; ``advance`` hears of the share done."""
    for number, check in enumerate(CHECKS):
        yield check.name, check.finding()
        advance((number + 1) / (len(CHECKS) + 1))
    yield from installed.optional()
