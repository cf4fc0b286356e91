"""Who looks on while events are run, and what is kept: readings, trajectories, the account of what is consumed."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.events import Add, Adjust, Done, Event, Purpose, Read, TopUp, Wait
from dsd_ncrn.simulate.pot import Contents, Pot, Watch
from dsd_ncrn.simulate.results import Trajectory

NEAR = 1e-12
"""Relative distance within which two times are the same."""


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
        seconds = event.seconds
        grid = np.linspace(0.0, seconds, self.points)
        piece = pot.solved(state, grid, "a recorded iteration")
        self._times.append(grid + self.now)
        self._values.append(piece)
        self.now += seconds
        return piece[-1]

    def trajectory(self, species: tuple[str, ...]) -> Trajectory:
        """All that was recorded."""
        return Trajectory(species, np.concatenate(self._times), np.concatenate(self._values), tuple(self._phases))


class Samples(Watch):
    """Keeps the concentrations at ``times`` (n,), s from the start, of which the first is 0 and the last the end.

    ``values`` (n, species), nM, are those after what is added at a time; ``peaks`` (species,) the largest that were seen.
    ``where`` is told where the integration stops.
    """

    def __init__(self, times: Floats, start: Floats, where: str) -> None:
        self.times, self.where, self.now = times, where, 0.0
        self.values = np.tile(start, (len(times), 1))
        self.peaks = start.copy()

    def wait(self, pot: Pot, state: Floats, event: Wait) -> Floats:
        """See Watch."""
        seconds = event.seconds
        end = self.now + seconds
        inside = (self.times > self.now * (1 + NEAR)) & (self.times <= end * (1 + NEAR))
        grid = np.array([0.0, *np.minimum(self.times[inside] - self.now, seconds)])
        whole = grid if grid[-1] >= seconds * (1 - NEAR) else np.array([*grid, seconds])
        piece = pot.solved(state, whole, self.where)
        self.values[inside] = piece[1 : len(grid)]
        self.peaks = np.maximum(self.peaks, piece.max(axis=0))
        self.now = end
        return piece[-1]

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        """See Watch."""
        if isinstance(event, Add):
            self.values[np.isclose(self.times, self.now, rtol=NEAR, atol=0.0)] = after.values
            self.peaks = np.maximum(self.peaks, after.values)


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
                there = after.values if pot.mixture is None else pot.mixture.apart(after.values)
                self.used.append(np.maximum(self.nominal - there[: len(self.nominal)], 0.0))
            case _:
                pass
