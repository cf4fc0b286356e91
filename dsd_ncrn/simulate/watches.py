"""Who looks on while events are run, and what is kept: readings, trajectories, the account of what is consumed."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.events import Adjust, Done, Event, Purpose, Read, TopUp, Wait
from dsd_ncrn.simulate.pot import Contents, Pot, Watch
from dsd_ncrn.simulate.results import Trajectory


class Readings(Watch):
    """Keeps the states (species,), nM, in which something is read."""

    def __init__(self) -> None:
        self.states: dict[str, Floats] = {}

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        """See Watch."""
        if isinstance(event, Read):
            self.states[event.what] = after.values


class Recorder(Watch):
    """Collects a trajectory, ``points`` per wait; a phase starts where the wait of its clock does."""

    def __init__(self, points: int) -> None:
        self.points, self.now = points, 0.0
        self._phases: list[tuple[str, float]] = []
        self._times: list[Floats] = []
        self._values: list[Floats] = []

    def wait(self, pot: Pot, state: Floats, event: Wait) -> Floats:
        """See Watch."""
        if event.purpose is Purpose.OPEN:
            self._phases.append((event.phase, self.now))
        seconds = pot.seconds(event)
        grid = np.linspace(0.0, seconds, self.points)
        piece = pot.solved(state, grid, "a recorded iteration")
        self._times.append(grid + self.now)
        self._values.append(piece)
        self.now += seconds
        return piece[-1]

    def trajectory(self, species: tuple[str, ...]) -> Trajectory:
        """All that was recorded."""
        return Trajectory(species, np.concatenate(self._times), np.concatenate(self._values), tuple(self._phases))


class Account(Watch):
    """What a tube with ``nominal`` (components,), nM, consumes.

    ``used`` is what is missing of each component when an iteration is done, ``refilled`` what was added to each before it,
    (components,) by iteration. ``measured`` is what an adjustment found of each component, nM.
    """

    def __init__(self, nominal: Floats) -> None:
        self.nominal = nominal
        self.used: list[Floats] = []
        self.refilled: list[Floats] = []
        self.measured: dict[str, float] = {}

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        """See Watch."""
        match event:
            case TopUp(purpose=Purpose.REFILL):
                self.refilled.append((after.values - before.values)[: len(self.nominal)])
            case Adjust(levels):
                self.measured = {name: pot.amount(before.values, name) for name in levels}
            case Done():
                self.used.append(np.maximum(self.nominal - after.values[: len(self.nominal)], 0.0))
            case _:
                pass
