"""Checks of Python and of the packages, by the requirements that this program was installed with; what a check is."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.metadata import PackageNotFoundError, metadata, requires, version


class Status(StrEnum):
    """How a check has ended: a warning leaves the main job possible."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found, and the remedy where something is wrong."""

    status: Status
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check by name. What it raises counts as a failure, with ``remedy``."""

    name: str
    run: Callable[[], Finding]
    remedy: str = ""

    def finding(self) -> Finding:
        """Run the check; whatever it raises is a finding too, since that is what is looked for."""
        try:
            return self.run()
        except Exception as error:  # noqa: BLE001 - told as a failure
            return Finding(Status.FAILURE, " ".join(f"{type(error).__name__}: {error}".split()), self.remedy)


def ok(detail: str) -> Finding:
    """All is well."""
    return Finding(Status.OK, detail)


def warning(detail: str, remedy: str) -> Finding:
    """Something does not work that the main job can do without."""
    return Finding(Status.WARNING, detail, remedy)


def failure(detail: str, remedy: str) -> Finding:
    """Something does not work that is needed."""
    return Finding(Status.FAILURE, detail, remedy)


PROGRAM = "dsd-ncrn"
REINSTALL = "In a checkout run `uv sync`; with pip run `pip install -e .` again."
OPTIONAL = {
    "bngsim": ("bngsim", "--engine ssa"),
    "salib": ("SALib", "leaks --global"),
    "distributed": ("distributed", "--scheduler"),
    "emcee": ("emcee", "fit --posterior"),
    "cma": ("cma", "tune"),
    "python-libsbml": ("libsbml", "compile --format sbml"),
    "crnverifier": ("crnverifier", "translate --verify"),
}
"""Packages that single commands need: the module that is imported, and what does not work without."""


def python() -> Finding:
    """The version of Python against the one that is asked for."""
    from packaging.specifiers import SpecifierSet

    asked = metadata(PROGRAM)["Requires-Python"]
    found = platform.python_version()
    if SpecifierSet(asked).contains(found, prereleases=True):
        return ok(f"Python {found} ({asked})")
    return failure(f"Python {found}, and {asked} is needed", "Make the environment with another Python: `uv sync` does.")


def packages() -> Finding:
    """The packages that everything needs."""
    asked = [(name, wrong) for name, wrong in _requirements() if name not in OPTIONAL]
    wrong = [text for _, text in asked if text]
    return failure("; ".join(wrong), REINSTALL) if wrong else ok(f"{len(asked)} packages as required")


def optional() -> Iterator[tuple[str, Finding]]:
    """The packages of single commands, one by one."""
    wrong = dict(_requirements())
    for name, (module, used_by) in OPTIONAL.items():
        yield name, _optional(name, module, used_by, wrong.get(name, ""))


def _optional(name: str, module: str, used_by: str, wrong: str) -> Finding:
    try:
        import_module(module)
    except ImportError as error:
        return warning(f"cannot be imported ({error}): no {used_by}", f"Run `pip install {name}`.")
    if wrong:
        return warning(f"{wrong}: {used_by} may fail", f"Run `pip install -U {name}`.")
    return ok(f"{name} {version(name)}, for {used_by}")


def nuad() -> Finding:
    """Whether the package that searches sequences is there; its own need, nupack, is on no registry and left out."""
    from dsd_ncrn.errors import InputError
    from sequences.nuad_search import require_nuad

    try:
        require_nuad()
    except InputError as error:
        return warning(f"{error.rule}: {error.value}. All but the search for sequences works", error.remedy)
    return ok(f"nuad {version('nuad')}; without nupack, which is not used: energies are ViennaRNA's")


def _requirements() -> Iterator[tuple[str, str]]:
    """Every package that is required here by its canonical name, and what is wrong with it."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    for line in requires(PROGRAM) or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            yield canonicalize_name(requirement.name), _wrong(requirement.name, str(requirement.specifier))


def _wrong(name: str, asked: str) -> str:
    from packaging.specifiers import SpecifierSet

    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} is not installed"
    return "" if SpecifierSet(asked).contains(found, prereleases=True) else f"{name} is {found}, and {asked} is needed"
