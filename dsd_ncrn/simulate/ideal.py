"""The ideal Neural CRN as a learner: full mass action of the abstract network, phase by phase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.types import Phase, Reaction
from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.simulate.engines.stochastic import StochasticEngine
from dsd_ncrn.simulate.engines.types import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Engine, Stepper
from dsd_ncrn.simulate.mass_action import MassAction, Part, from_crn, part_of
from dsd_ncrn.simulate.results import Iteration, Trajectory, checked

TIMES_TO_LOOK_AT = 2001


@dataclass(frozen=True, eq=False)
class RunningPhase:
    """A phase with a stepper for its own reactions alone, over the species that they change.

    ``runs_back`` tells whether states go back along their trajectory, which may run to infinity.
    """

    phase: Phase
    part: Part
    stepper: Stepper
    runs_back: bool

    def run(self, state: Floats, times: Floats, where: str) -> Floats:
        """Whole states at ``times`` (dimensionless), shape (times, species). Raises CheckFailed where the stepper stops."""
        values = np.empty((len(times), len(state)))
        values[:] = state
        if len(self.part.moving):
            solution = self.stepper.solve(state[self.part.moving], times, self.part.rates_at(state))
            values[:, self.part.moving] = checked(solution, where, "" if solution.ok else self._advice(state, times))
        return values

    def _advice(self, state: Floats, times: Floats) -> str:
        """What is largest shortly before a solution stops, and what keeps the backward pass in bounds."""
        grid = np.linspace(float(times[0]), float(times[-1]), TIMES_TO_LOOK_AT)
        reached = self.stepper.solve(state[self.part.moving], grid, self.part.rates_at(state)).values[-1]
        name = self.part.system.species[int(np.argmax(reached))]
        found = f"{name} is largest, at {reached.max():.3g}"
        remedy = "the backward pass runs away: give it a finite fuel, circuit.zb_cap, or lower T"
        return f"{found}; {remedy}" if self.runs_back else found


class IdealLearner:
    """Concentrations and times are dimensionless. The clock selects the reactions of the phase.

    At the default tolerances the parameters of a training are within 1e-7 of those at 1e-11 (benchmarks/training.py).
    """

    def __init__(
        self, ncrn: NeuralCrn, engine: Engine, relative: float = RELATIVE_TOLERANCE, absolute: float = ABSOLUTE_TOLERANCE
    ) -> None:
        self.ncrn = ncrn
        self.system = from_crn(ncrn.crn)
        self.phases = tuple(_running(ncrn, self.system, phase, engine, relative, absolute) for phase in ncrn.crn.phases)
        self.iterations = 0
        self.state = np.zeros(self.system.size)
        for species, value in ncrn.constants:
            self.state[self.system.index[species]] = value
        self.set_parameters(np.array(ncrn.initial_parameters))

    def set_parameters(self, values: Floats) -> None:
        """Load parameters, shape (parameters,)."""
        self._load_all(self.state, self.ncrn.parameters, values)

    def load(self, state: Floats, variable: Variable, value: float) -> None:
        """Put a value on the rails of a variable in a state (species,)."""
        for species, amount in variable.amounts(value):
            state[self.system.index[species]] = amount

    def read(self, state: Floats, variable: Variable) -> float:
        """The value of a variable in a state (species,)."""
        return variable.value(lambda species: float(state[self.system.index[species]]))

    def predict(self, x: Floats) -> Floats:
        """See Learner."""
        return self._outputs(self._forward(x))

    def iterate(self, x: Floats, y: Floats) -> Iteration:
        """See Learner."""
        state, found = self._fed(x), None
        for place, running in self._next_phases():
            self._load_later(state, place, x, y)
            state = self._run(state, running)
            if running.phase.name == self.ncrn.outputs_after:
                found = Iteration(self._outputs(state) + (y if place else 0.0), self._parameters(state))
        self.state = state
        self.iterations += 1
        assert found is not None
        return found

    def parameters(self) -> Floats:
        """See Learner; the update may wait for the next forward pass, so one without input completes it."""
        return self._parameters(self._forward(np.zeros(len(self.ncrn.inputs))))

    def trace(self, x: Floats, y: Floats, points: int) -> Trajectory:
        """The trajectory of one iteration with all phases from a copy of the state, ``points`` per phase.

        Inputs ``x`` (inputs,), targets ``y`` (outputs,). Raises CheckFailed where a phase's integration stops.
        """
        state, start = self._fed(x), 0.0
        times: list[Floats] = []
        values: list[Floats] = []
        phases: list[tuple[str, float]] = []
        for place, running in enumerate(self.phases):
            self._load_later(state, place, x, y)
            grid = np.linspace(0.0, running.phase.duration, points)
            piece = running.run(state, grid, f"phase {running.phase.name}")
            phases.append((running.phase.name, start))
            times.append(grid + start)
            values.append(piece)
            state, start = piece[-1].copy(), start + running.phase.duration
        return Trajectory(self.system.species, np.concatenate(times), np.concatenate(values), tuple(phases))

    def extents(self, x: Floats, y: Floats) -> dict[str, float]:
        """How often each reaction fires in one iteration with all phases from a copy of the state, by reaction name.

        The time integral of every rate, by Simpson's rule on a fine grid of each phase; ``x`` (inputs,), ``y`` (outputs,).
        Raises CheckFailed as ``trace``.
        """
        from scipy.integrate import simpson

        trace = self.trace(x, y, points=2001)
        total: dict[str, float] = {}
        blocks = np.split(np.arange(len(trace.times)), len(self.phases))
        for running, block in zip(self.phases, blocks):
            for reaction in self.ncrn.crn.reactions:
                flux = np.full(len(block), reaction.rate if _runs_in(reaction, running.phase) else 0.0)
                for species in reaction.reactants:
                    flux = flux * trace.of(species)[block]
                fired = float(simpson(flux, x=trace.times[block]))
                total[reaction.origin.reaction] = total.get(reaction.origin.reaction, 0.0) + fired
        return total

    def _next_phases(self) -> list[tuple[int, RunningPhase]]:
        """The phases of the next iteration with their places; some belong to every n-th iteration alone."""
        number = self.iterations + 1
        return [(place, running) for place, running in enumerate(self.phases) if number % running.phase.every == 0]

    def _run(self, state: Floats, running: RunningPhase) -> Floats:
        where = f"phase {running.phase.name} of iteration {self.iterations + 1}"
        return running.run(state, np.array([0.0, running.phase.duration]), where)[-1]

    def _forward(self, x: Floats) -> Floats:
        """A copy of the state after a forward pass without targets, which ends when the outputs are complete."""
        state = self._fed(x)
        for _, running in self._next_phases():
            state = self._run(state, running)
            if running.phase.name == self.ncrn.outputs_after:
                break
        return state

    def _fed(self, x: Floats) -> Floats:
        """A copy of the state with inputs, constant inputs and finite fuels."""
        state = self.state.copy()
        self._load_all(state, self.ncrn.inputs, x)
        self._pad(state)
        return state

    def _load_later(self, state: Floats, place: int, x: Floats, y: Floats) -> None:
        """What comes before a phase: the targets before the second, the inputs once more where the circuit renews them."""
        if place == 1:
            self._load_all(state, self.ncrn.targets, y)
        if self.phases[place].phase.name == self.ncrn.renewed_before:
            self._load_all(state, self.ncrn.inputs, x)
            self._pad(state, SpeciesKind.INPUT)

    def _pad(self, state: Floats, *kinds: SpeciesKind) -> None:
        """Bring the padding, of some kinds or all of it, to its value."""
        for species, value in self.ncrn.padding:
            if not kinds or self.ncrn.crn.carriers[species].kind in kinds:
                state[self.system.index[species]] = value

    def _load_all(self, state: Floats, variables: tuple[Variable, ...], values: Floats) -> None:
        for variable, value in zip(variables, values, strict=True):
            self.load(state, variable, float(value))

    def _outputs(self, state: Floats) -> Floats:
        outputs = self.ncrn.outputs
        return np.array([sum(weight * self.read(state, variable) for variable, weight in output.terms) for output in outputs])

    def _parameters(self, state: Floats) -> Floats:
        return np.array([self.read(state, variable) for variable in self.ncrn.parameters])


def _running(
    ncrn: NeuralCrn, system: MassAction, phase: Phase, engine: Engine, relative: float, absolute: float
) -> RunningPhase:
    running = np.array([_runs_in(reaction, phase) for reaction in ncrn.crn.reactions])
    part = part_of(system, running, everyone=isinstance(engine, StochasticEngine))
    kinds = {ncrn.crn.carriers[species].kind for species in part.system.species if species in ncrn.crn.carriers}
    runs_back = phase.name == "C2" and SpeciesKind.BACKWARD_STATE in kinds
    return RunningPhase(phase, part, engine.prepare(part.system, relative, absolute, transients=True), runs_back)


def _runs_in(reaction: Reaction, phase: Phase) -> bool:
    return not reaction.phases or phase.name in reaction.phases
