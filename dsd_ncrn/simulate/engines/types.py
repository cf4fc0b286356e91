"""What every engine offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.mass_action import MassAction

RELATIVE_TOLERANCE = 1e-6
ABSOLUTE_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Solution:
    """Concentrations at the asked times, (times, species), and whether they can be trusted.

    ``status`` is "ok", or says what went wrong and what to try; ``values`` then ends where the engine stopped.
    """

    values: Floats
    status: str
    steps: int

    @property
    def ok(self) -> bool:
        """Whether the whole time span was covered."""
        return self.status == "ok"


class Stepper(Protocol):
    """An engine bound to one system; call it as often as there are phases."""

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate from ``times[0]`` with concentrations ``start`` (species,) and rate constants (reactions,)."""
        ...


class Engine(Protocol):
    """Makes steppers."""

    name: str

    def prepare(self, system: MassAction, relative: float, absolute: float, transients: bool = False) -> Stepper:
        """Analyse a system once: sparsity, ordering, compiled code.

        ``transients`` says that every span starts with fast reactions that run their course, as phases of an abstract
        network do; an engine may make use of it.
        """
        ...
