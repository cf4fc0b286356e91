"""A learner with a chemical clock: one pot in which every reaction runs at all times.

From outside comes only a pipette: it adds the next input and target half way between the last phase and the first, and
looks at the outputs half way between their phase and the one after. Both moments are told by species of the ring.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.oscillator import Crossing, Oscillator, with_oscillator
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.mass_action import from_crn
from dsd_ncrn.simulate.results import Iteration, Training, Trajectory, checked

RELATIVE, ABSOLUTE = 1e-8, 1e-12
"""The ring's floor decides when the next pulse comes, so the absolute tolerance is far below it."""
POINTS = 400
"""Times per turn at which the concentrations are known; the pipette is late by one of them at most."""
CHUNKS = 8
PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """The times of one iteration: the addition of the point, the reading, and the maximum of every phase's clock."""

    fed: float
    read: float
    ended: float
    maxima: tuple[tuple[str, float], ...]


class RingPot:
    """A network with a ring in it, followed from one crossing of its species to the next."""

    def __init__(self, crn: Crn, oscillator: Oscillator, engine: Engine) -> None:
        self.oscillator = oscillator
        self.system = from_crn(crn)
        self.stepper = engine.prepare(self.system, RELATIVE, ABSOLUTE)
        self.start = np.array([crn.initial.get(species, 0.0) for species in crn.species])

    def until(self, state: Floats, crossing: Crossing) -> Trajectory:
        """What happens from a state (species,) up to the next crossing, to which the last time belongs.

        Raises CheckFailed where none comes within three turns: the clock has stopped.
        """
        span, history = self.oscillator.period / CHUNKS, Trajectory(self.system.species, np.zeros(1), state[None, :])
        grid = np.linspace(0.0, span, POINTS // CHUNKS + 1)
        for _ in range(PATIENCE * CHUNKS):
            values = checked(self.stepper.solve(history.values[-1], grid, self.system.rates), "the pot with its clock")
            piece = Trajectory(self.system.species, grid, values)
            found = _crossed(piece, crossing)
            if len(found):
                return _joined(history, piece, int(found[0]) + 2)
            history = _joined(history, piece)
        raise CheckFailed(f"the chemical clock stopped: in {PATIENCE} turns never {crossing}")


class AutonomousLearner:
    """A Learner whose phases follow from the ring alone; concentrations and times are dimensionless.

    ``turns`` tells when everything happened, since the pot was mixed.
    """

    def __init__(self, ncrn: NeuralCrn, oscillator: Oscillator, engine: Engine) -> None:
        self.ncrn = ncrn
        self.oscillator = oscillator
        self.crn = with_oscillator(ncrn.crn, oscillator)
        self.pot = RingPot(self.crn, oscillator, engine)
        self.state = self.pot.start
        self.reading = oscillator.after(ncrn.outputs_after)
        self.turns: list[Turn] = []

    def predict(self, x: Floats) -> Floats:
        """See Learner. The point is added to a copy of the pot, without a target."""
        return self._outputs(self.pot.until(self._fed(x), self.reading).values[-1])

    def iterate(self, x: Floats, y: Floats) -> Iteration:
        """See Learner: one turn of the clock, from one addition to the next."""
        forward = self.pot.until(self._fed(x, y), self.reading)
        backward = self.pot.until(forward.values[-1], self.oscillator.feeding)
        self._note(forward, backward)
        self.state, read = backward.values[-1], forward.values[-1]
        subtracted = y if self.ncrn.outputs_after != next(iter(self.oscillator.clocks)) else 0.0
        return Iteration(self._outputs(read) + subtracted, self._parameters(read))

    def parameters(self) -> Floats:
        """See Learner; the update runs in the first phase, so a copy of the pot goes through it without a point."""
        return self._parameters(self.pot.until(self._fed(np.zeros(len(self.ncrn.inputs))), self.reading).values[-1])

    def trace(self, x: Floats, y: Floats) -> Trajectory:
        """The trajectory of one turn, with inputs (inputs,) and targets (outputs,), from a copy of the pot.

        A phase starts half way from the one before it. Raises CheckFailed where the clock has stopped.
        """
        forward = self.pot.until(self._fed(x, y), self.reading)
        whole = _joined(forward, self.pot.until(forward.values[-1], self.oscillator.feeding))
        phases = list(self.oscillator.clocks)
        starts = (whole.times[0], *(_moment(whole, self.oscillator.after(phase)) for phase in phases[:-1]))
        return Trajectory(whole.species, whole.times, whole.values, tuple(zip(phases, map(float, starts))))

    def _fed(self, x: Floats, y: Floats | None = None) -> Floats:
        """A copy of the pot with a point added to it, and with what is topped up in every iteration."""
        state = self.state.copy()
        self._add(state, self.ncrn.inputs, x)
        self._add(state, self.ncrn.targets, () if y is None else y)
        for species, value in self.ncrn.padding:
            state[self.pot.system.index[species]] = value
        return state

    def _add(self, state: Floats, variables: tuple[Variable, ...], values: Iterable[float]) -> None:
        for variable, value in zip(variables, values):
            for species, amount in variable.amounts(value):
                state[self.pot.system.index[species]] += amount

    def _read(self, state: Floats, variable: Variable) -> float:
        return variable.value(lambda species: float(state[self.pot.system.index[species]]))

    def _parameters(self, state: Floats) -> Floats:
        return np.array([self._read(state, variable) for variable in self.ncrn.parameters])

    def _outputs(self, state: Floats) -> Floats:
        terms = (output.terms for output in self.ncrn.outputs)
        return np.array([sum(weight * self._read(state, variable) for variable, weight in each) for each in terms])

    def _note(self, forward: Trajectory, backward: Trajectory) -> None:
        fed = self.turns[-1].ended if self.turns else 0.0
        whole, read = _joined(forward, backward), fed + float(forward.times[-1])
        maxima = tuple((phase, fed + _moment(whole, self.oscillator.maximum(phase))) for phase in self.oscillator.clocks)
        self.turns.append(Turn(fed, read, fed + float(whole.times[-1]), maxima))


@dataclass(frozen=True, eq=False)
class ClockReport:
    """A ring by itself, over a number of turns.

    ``periods`` (turns,); ``doses`` (turns, phases), the time integral of every clock over a turn; ``overlaps``
    (phases, phases), the integral of min(c_i, c_j) over that of c_i; ``residuals`` (phases,), the most that is left of a
    clock when another one is highest, over its own maximum.
    """

    phases: tuple[str, ...]
    species: int
    periods: Floats
    doses: Floats
    overlaps: Floats
    residuals: Floats

    @property
    def overlap(self) -> float:
        """The largest overlap of two phases."""
        return float((self.overlaps - np.eye(len(self.phases))).max())

    @property
    def dose_variation(self) -> float:
        """The largest difference of a phase's dose from its mean, over the mean."""
        return float((np.abs(self.doses - self.doses.mean(axis=0)) / self.doses.mean(axis=0)).max())

    @property
    def period_drift(self) -> float:
        """How much the last turn is longer than the first, as a share of the first."""
        return float(self.periods[-1] / self.periods[0] - 1)


def measure_clock(oscillator: Oscillator, engine: Engine, turns: int = 20) -> ClockReport:
    """Let a ring run by itself and measure it. Raises CheckFailed where it stops before ``turns`` are over."""
    ring = Crn("clock", oscillator.ring, oscillator.reactions(), initial=oscillator.initial)
    pot = RingPot(ring, oscillator, engine)
    history = pot.until(pot.start, oscillator.feeding)
    for _ in range(turns):
        history = _joined(history, pot.until(history.values[-1], oscillator.feeding))
    cuts = _moments(history, oscillator.feeding)[-turns - 1 :]
    clocks = np.array([history.of(species) for species in oscillator.clocks.values()])
    pairs = np.minimum(clocks[:, None, :], clocks[None, :, :])
    shared, amounts = _integrals(history.times, pairs, cuts).sum(axis=2), _integrals(history.times, clocks, cuts)
    return ClockReport(
        phases=tuple(oscillator.clocks),
        species=len(oscillator.ring),
        periods=np.diff(cuts),
        doses=amounts.T,
        overlaps=shared / amounts.sum(axis=1)[:, None],
        residuals=_residuals(history, oscillator, clocks),
    )


def parameter_errors(training: Training, reference: Training) -> Floats:
    """After each iteration the largest difference of a parameter over the reference's largest, shape (iterations,)."""
    difference = np.abs(training.parameters - reference.parameters).max(axis=1)
    return (difference / np.abs(reference.parameters).max(axis=1))[1:]


def _residuals(history: Trajectory, oscillator: Oscillator, clocks: Floats) -> Floats:
    when = [_moments(history, oscillator.maximum(phase)) for phase in oscillator.clocks]
    others = [np.concatenate(when[:number] + when[number + 1 :]) for number in range(len(when))]
    rows: list[Floats] = list(clocks)
    return np.array([np.interp(t, history.times, c).max() / c.max() for t, c in zip(others, rows)])


def _integrals(times: Floats, values: Floats, cuts: Floats) -> Floats:
    """Integrals over time between cuts, along the last axis."""
    from scipy.integrate import cumulative_trapezoid

    total = cumulative_trapezoid(values, times, initial=0.0)
    at = np.apply_along_axis(lambda row: np.interp(cuts, times, row), -1, total)
    return np.diff(at)


def _crossed(history: Trajectory, crossing: Crossing) -> Ints:
    """The numbers of the last times before the last species overtakes the first."""
    ahead = history.of(crossing.species[-1]) - history.of(crossing.species[0])
    there = np.sum([history.of(species) for species in crossing.species], axis=0) > crossing.least
    return np.flatnonzero((ahead[:-1] <= 0) & (ahead[1:] > 0) & there[1:])


def _moments(history: Trajectory, crossing: Crossing) -> Floats:
    """All times at which a crossing happens, between the points of the grid by a straight line."""
    ahead = history.of(crossing.species[-1]) - history.of(crossing.species[0])
    before = _crossed(history, crossing)
    share = ahead[before] / (ahead[before] - ahead[before + 1])
    return history.times[before] + share * (history.times[before + 1] - history.times[before])


def _moment(history: Trajectory, crossing: Crossing) -> float:
    """The first time at which a crossing happens; raises CheckFailed for none."""
    found = _moments(history, crossing)
    if not len(found):
        raise CheckFailed(f"the chemical clock left out a phase: in a turn never {crossing}")
    return float(found[0])


def _joined(first: Trajectory, second: Trajectory, length: int | None = None) -> Trajectory:
    """One trajectory after another, which starts where the first ends; of the second, the first ``length`` times."""
    times = np.concatenate((first.times, first.times[-1] + second.times[1:length]))
    return Trajectory(first.species, times, np.concatenate((first.values, second.values[1:length])))
