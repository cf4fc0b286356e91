"""Physical durations of an iteration's phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """Seconds: each clock phase by name, and the wait after each scavenger, of which there are ``waits``."""

    phases: Mapping[str, float]
    wait: float
    waits: int

    @property
    def seconds_per_iteration(self) -> float:
        """Length of one iteration."""
        return sum(self.phases.values()) + self.wait * self.waits

    def with_phase(self, name: str, seconds: float) -> Schedule:
        """The same schedule with one phase changed."""
        return Schedule({**self.phases, name: seconds}, self.wait, self.waits)

    def stretched(self, factor: float) -> Schedule:
        """The same schedule with every duration multiplied."""
        phases = {name: seconds * factor for name, seconds in self.phases.items()}
        return Schedule(phases, self.wait * factor, self.waits)
