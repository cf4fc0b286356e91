"""What a check of the installation is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


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
