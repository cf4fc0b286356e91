"""How the parameters that a tube has learned depend on every rate constant and every concentration.

An iteration in the tube is a chain of additions, of integrations and of beads that are pulled out. It is walked once
forwards, keeping every step, and once backwards for all parameters together (``engines/adjoint.py``): a handful of
derivatives by thousands of rate constants for the price of a few iterations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Flags, Floats
from dsd_ncrn.simulate.engines.adjoint import pull_back
from dsd_ncrn.simulate.engines.rosenbrock import Path, RosenbrockEngine
from dsd_ncrn.simulate.learner import checked
from dsd_ncrn.simulate.tube import ABSOLUTE, RELATIVE, Tube
from dsd_ncrn.simulate.walk import Walk

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
    tape = Tape(tube, relative, absolute)
    for x, y in points:
        tape.iterate(x, y)
    if tube.update_waits:
        tape.enter(next(iter(tube.schedule.phases)))
    weights = _readout(tube)
    start, rates = tape.pull_back(weights)
    return Sensitivities(weights @ tape.state, rates, start)


def _readout(tube: Tube) -> Floats:
    """What each species counts in each parameter, shape (parameters, species): parameters are weighted sums."""
    one = np.eye(tube.system.size)
    return np.array([[tube.amount(unit, variable) for unit in one] for variable in tube.ncrn.parameters])


def _not_topped_up(tube: Tube) -> Flags:
    """The species that topping up leaves as they are, shape (species,).

    What has its nominal concentration counts as topped up. Without leaks the buffers of signals come back to theirs, and
    with any leak they fall below.
    """
    state = tube.state
    tube.state = state * (1.0 - NOMINAL)
    after = tube.start_iteration(np.zeros(len(tube.ncrn.inputs)), np.zeros(len(tube.ncrn.targets)))
    kept = (after == tube.state) | (after <= 0.0)
    tube.state = state
    return kept


class Tape(Walk):
    """Keeps what is needed to go back through a tube's iterations."""

    def __init__(self, tube: Tube, relative: float, absolute: float) -> None:
        super().__init__(tube, tube.state)
        self.stepper = RosenbrockEngine().prepare(tube.system, relative, absolute)
        self._pieces: list[Path | Flags] = []
        """Integrations, and between them which species kept what they had, whatever was added to it."""

    def iterate(self, x: Floats, y: Floats) -> None:
        """One training iteration of the tube with inputs (inputs,) and targets (outputs,), as ``Tube.iterate``."""
        tube = self.tube
        if self._pieces:
            self._pieces.append(_not_topped_up(tube))
        self.state = tube.start_iteration(x, y)
        tube.lead(self, tube.next_phases())
        tube.end_iteration(self.state)

    def run(self, seconds: float) -> None:
        """Let the tube react. Raises CheckFailed where the integration stops."""
        solution, path = self.stepper.record(self.state, seconds, self.tube.rates)
        self.state = checked(solution, "an iteration to be differentiated")[-1]
        self._pieces.append(path)

    def pull(self, scavenger: str) -> None:
        """Take a scavenger out: what it holds no longer matters."""
        super().pull(scavenger)
        kept = np.ones(len(self.state), dtype=bool)
        kept[self.tube.on_beads[scavenger]] = False
        self._pieces.append(kept)

    def pull_back(self, adjoints: Floats) -> tuple[Floats, Floats]:
        """From derivatives by the final state (numbers, species) to those by the first one, and by the rate constants."""
        total = np.zeros((len(adjoints), len(self.tube.rates)))
        for piece in reversed(self._pieces):
            if isinstance(piece, Path):
                adjoints, gradient = pull_back(self.stepper, piece, adjoints)
                total += gradient
            else:
                adjoints = np.where(piece, adjoints, 0.0)
        return adjoints, total
