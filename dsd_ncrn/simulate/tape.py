"""How the parameters that a tube has learned depend on every rate constant and every concentration.

A protocol is a chain of additions, of integrations and of beads that are pulled out. It is run once forwards, keeping every
step, and once backwards for all parameters together (``engines/adjoint.py``): a handful of derivatives by thousands of rate
constants for the price of a few iterations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.crn.events import Add, Adjust, Event, PullDown, Return, TopUp, Wait
from dsd_ncrn.simulate.engines.adjoint import pull_back
from dsd_ncrn.simulate.engines.rosenbrock import Path, RosenbrockEngine
from dsd_ncrn.simulate.pot import Contents, Pot, Watch
from dsd_ncrn.simulate.results import checked
from dsd_ncrn.simulate.tube import ABSOLUTE, RELATIVE, Tube

NOMINAL = 1e-7
"""Relative distance within which a concentration is the nominal one."""


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """``values`` (parameters,), in the design's units, and their derivatives.

    ``rates`` (parameters, steps) by the rate constants, per nM^(1-n)/s; ``start`` (parameters, species) by the
    concentrations with which the first iteration starts, inputs and targets added, per nM.
    """

    values: Floats
    rates: Floats
    start: Floats


def sensitivities(
    tube: Tube, points: Sequence[tuple[Floats, Floats]], relative: float = RELATIVE, absolute: float = ABSOLUTE
) -> Sensitivities:
    """Train a tube on points (inputs, targets), one iteration each, and differentiate the parameters that it ends with.

    The tolerances are those of every integration step, ``absolute`` in nM. Raises CheckFailed where an integration fails.
    """
    # Forwards: an ordinary run that a tape looks on at.
    tape = Tape(tube.pot, relative, absolute)
    for x, y in points:
        tube.run(tube.protocol.iteration(tube.number, x, y), tape)
    contents = tube.pot.run(tube.protocol.update(), tube.contents, tape)
    # Parameters are linear in the state: their rows are where the way back begins.
    weights = _readout(tube)
    start, rates = tape.pull_back(weights)
    return Sensitivities(weights @ contents.values, rates, start)


def _readout(tube: Tube) -> Floats:
    """What each species counts in each parameter, shape (parameters, species): parameters are weighted sums."""
    one = np.eye(tube.pot.mass_action.size)
    return np.array([[tube.amount(unit, variable) for unit in one] for variable in tube.protocol.ncrn.parameters])


Back = Callable[[Floats, dict[str, Floats]], Floats]
"""From derivatives (numbers, species) by the state after an event to those by the one before; and by what is on shelves."""


class Stretch(NamedTuple):
    """One integration, and by what the crowd multiplied the rate constants (reactions,) meanwhile."""

    path: Path
    slowdown: Floats | float


class Tape(Watch):
    """Keeps what is needed to go back through events: integrations, and what those between them do to derivatives.

    What has its nominal concentration counts as topped up. Without leaks the buffers of signals come back to theirs, and
    with any leak they fall below. Additions before the first wait are not on the tape. What rests on toeholds is taken not to
    depend on what is differentiated by.
    """

    def __init__(self, pot: Pot, relative: float, absolute: float) -> None:
        self.stepper = RosenbrockEngine().prepare(pot.mass_action, relative, absolute)
        self._reactions = len(pot.rates)
        self._pieces: list[Stretch | Back] = []

    def wait(self, pot: Pot, state: Floats, event: Wait) -> Floats:
        """See Watch."""
        slowdown = pot.slowdown(state)
        # Occlusion is frozen during a wait, as in the simulation: its factor multiplies the rates, and later their
        # derivatives.
        solution, path = self.stepper.record(state, event.seconds, pot.rates * slowdown)
        self._pieces.append(Stretch(path, slowdown))
        return checked(solution, "an iteration to be differentiated")[-1]

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        """See Watch."""
        back = self._back(pot, event, before, before.volume / after.volume) if self._pieces else None
        if back is not None:
            self._pieces.append(back)

    def _back(self, pot: Pot, event: Event, before: Contents, thinned: float) -> Back | None:
        match event:
            case Wait() if thinned != 1.0:
                # Evaporation concentrates everything alike.
                return lambda adjoints, shelves: adjoints * thinned
            case Add() if thinned != 1.0:
                # An amount that is added does not depend on the state; what was there is thinned.
                return lambda adjoints, shelves: adjoints * thinned
            case TopUp():
                places, _ = pot.short(event, before.values * (1.0 - NOMINAL))
                parts = pot.mixture.parts if pot.mixture else None
                if parts is not None:
                    filled = np.isin(parts[0], places)
                    return lambda adjoints, shelves: thinned * _refilled(adjoints, parts[0][filled], parts[1][filled])
                left = np.full(len(before.values), thinned)
                # What is topped up to its level forgets what it was.
                left[places] = 0.0
                return lambda adjoints, shelves: adjoints * left
            case PullDown(keep=keep):
                left, _ = pot.pulled(event, before)
                return lambda adjoints, shelves: _parted(adjoints, left, shelves.pop(keep, None), before.volume)
            case Return(shelf):
                return lambda adjoints, shelves: _shelved(adjoints, shelves, shelf, before.volume)
            case Adjust():
                raise NotImplementedError("an adjustment has no derivative on the tape")
            case _:
                return None

    def pull_back(self, adjoints: Floats) -> tuple[Floats, Floats]:
        """From derivatives by the final state (numbers, species) to those by the first one, and by the rate constants."""
        total, shelves = np.zeros((len(adjoints), self._reactions)), dict[str, Floats]()
        # The chain rule event by event, for all parameters at once.
        for piece in reversed(self._pieces):
            if isinstance(piece, Stretch):
                adjoints, gradient = pull_back(self.stepper, piece.path, adjoints)
                total += gradient * piece.slowdown
            else:
                adjoints = piece(adjoints, shelves)
        return adjoints, total


def _refilled(adjoints: Floats, held: Ints, by: Ints) -> Floats:
    """Derivatives (numbers, species) where species are topped up: each is less by as much as others, and itself, hold of it."""
    found = adjoints.copy()
    np.subtract.at(found.T, by, adjoints[:, held].T)
    return found


def _parted(adjoints: Floats, left: Floats, kept: Floats | None, volume: float) -> Floats:
    """Derivatives (numbers, species) where the share ``left`` (species,) stays, and the rest is ``kept`` on a shelf or gone."""
    return adjoints * left if kept is None else adjoints * left + kept * ((1.0 - left) * volume)


def _shelved(adjoints: Floats, shelves: dict[str, Floats], shelf: str, volume: float) -> Floats:
    """The derivatives as they are; those by what was on the shelf are kept until it is filled."""
    shelves[shelf] = adjoints / volume
    return adjoints
