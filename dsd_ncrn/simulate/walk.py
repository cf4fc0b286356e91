"""Ways through a tube's protocol on which something is kept: what a trajectory, or a derivative, needs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.learner import checked
from dsd_ncrn.simulate.types import Trajectory

if TYPE_CHECKING:
    from dsd_ncrn.simulate.tube import Tube


class Walk(ABC):
    """A state on its way through a tube's protocol, with something that is kept of it."""

    def __init__(self, tube: Tube, state: Floats) -> None:
        self.tube, self.state = tube, state

    def enter(self, phase: str) -> None:
        """Add the clock strand of a phase and wait for its duration."""
        self.state = self.tube.open_phase(self.state, phase)
        self.run(self.tube.schedule.phases[phase])

    @abstractmethod
    def run(self, seconds: float) -> None:
        """Let the tube react."""

    def pull(self, scavenger: str) -> None:
        """Take a scavenger out with all that it holds."""
        self.state = self.tube.pull_beads(self.state, scavenger)


class Recorder(Walk):
    """Collects the pieces of a trajectory."""

    def __init__(self, tube: Tube, state: Floats, points: int) -> None:
        super().__init__(tube, state)
        self.points, self.now = points, 0.0
        self.phases: list[tuple[str, float]] = []
        self._times: list[Floats] = []
        self._values: list[Floats] = []

    def enter(self, phase: str) -> None:
        """Note when a phase begins, and go through it."""
        self.phases.append((phase, self.now))
        super().enter(phase)

    def run(self, seconds: float) -> None:
        """Let the tube react and keep what happens. Raises CheckFailed where the integration stops."""
        grid = np.linspace(0.0, seconds, self.points)
        piece = checked(self.tube.stepper.solve(self.state, grid, self.tube.rates), "a recorded iteration")
        self._times.append(grid + self.now)
        self._values.append(piece)
        self.state, self.now = piece[-1], self.now + seconds

    def trajectory(self) -> Trajectory:
        """All that was recorded."""
        times, values = np.concatenate(self._times), np.concatenate(self._values)
        return Trajectory(self.tube.system.species, times, values, tuple(self.phases))
