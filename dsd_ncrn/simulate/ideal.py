"""The ideal Neural CRN as a learner: full mass action of the abstract network, phase by phase."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.crn.types import Phase
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.learner import checked
from dsd_ncrn.simulate.mass_action import from_crn
from dsd_ncrn.simulate.types import Trajectory

Floats = NDArray[np.float64]
RELATIVE, ABSOLUTE = 1e-8, 1e-10


class IdealLearner:
    """Concentrations and times are dimensionless. The clock selects the reactions of the phase."""

    def __init__(self, ncrn: NeuralCrn, engine: Engine) -> None:
        self.ncrn = ncrn
        self.system = from_crn(ncrn.crn)
        self.stepper = engine.prepare(self.system, RELATIVE, ABSOLUTE)
        self.rates = {phase.name: self._rates_in(phase) for phase in ncrn.crn.phases}
        self.state = np.zeros(self.system.size)
        for species, value in ncrn.constants:
            self.state[self.system.index[species]] = value
        self.set_parameters(np.array(ncrn.initial_parameters))

    def set_parameters(self, values: Floats) -> None:
        """Load parameters, shape (parameters,)."""
        for variable, value in zip(self.ncrn.parameters, values):
            self.load(self.state, variable, value)

    def load(self, state: Floats, variable: Variable, value: float) -> None:
        """Put a value on the rails of a variable."""
        for species, amount in zip(variable.species, (max(value, 0.0), max(-value, 0.0))):
            state[self.system.index[species]] = amount

    def read(self, state: Floats, variable: Variable) -> float:
        """The value of a variable."""
        plus, *minus = (float(state[self.system.index[species]]) for species in variable.species)
        return plus - sum(minus)

    def predict(self, x: Floats) -> Floats:
        """See Learner."""
        return self._outputs(self._forward(self.state, x))

    def iterate(self, x: Floats, y: Floats) -> Floats:
        """See Learner."""
        later = self.ncrn.crn.phases[1:]
        after_forward = self._forward(self.state, x)
        state = after_forward.copy()
        self._load_all(state, self.ncrn.targets, y)
        for phase in later:
            state = self.run(state, phase)
        self.state = state
        return self._outputs(after_forward)

    def parameters(self) -> Floats:
        """See Learner; the update runs in the first phase, so a forward phase without input completes it."""
        settled = self._forward(self.state, np.zeros(len(self.ncrn.inputs)))
        return np.array([self.read(settled, variable) for variable in self.ncrn.parameters])

    def trace(self, x: Floats, y: Floats, points: int) -> Trajectory:
        """The trajectory of one iteration from a copy of the state, ``points`` per phase."""
        state, start = self.state.copy(), 0.0
        self._feed(state, x)
        self._load_all(state, self.ncrn.targets, y)
        times, values, phases = [], [], []
        for phase in self.ncrn.crn.phases:
            grid = np.linspace(0.0, phase.duration, points)
            piece = checked(self.stepper.solve(state, grid, self.rates[phase.name]), f"phase {phase.name}")
            phases.append((phase.name, start))
            times.append(grid + start)
            values.append(piece)
            state, start = piece[-1], start + phase.duration
        return Trajectory(self.system.species, np.concatenate(times), np.concatenate(values), tuple(phases))

    def extents(self, x: Floats, y: Floats) -> dict[str, float]:
        """How often each reaction fires in one iteration from a copy of the state, by reaction name.

        The time integral of every rate, by Simpson's rule on a fine grid of each phase.
        """
        from scipy.integrate import simpson

        trace = self.trace(x, y, points=2001)
        total: dict[str, float] = {}
        for (name, _), block in zip(trace.phase_starts, np.split(np.arange(len(trace.times)), len(trace.phase_starts))):
            for number, reaction in enumerate(self.ncrn.crn.reactions):
                flux = np.full(len(block), self.rates[name][number])
                for species in reaction.reactants:
                    flux = flux * trace.of(species)[block]
                fired = float(simpson(flux, x=trace.times[block]))
                total[reaction.origin.reaction] = total.get(reaction.origin.reaction, 0.0) + fired
        return total

    def run(self, state: Floats, phase: Phase) -> Floats:
        """Let one phase run."""
        solution = self.stepper.solve(state, np.array([0.0, phase.duration]), self.rates[phase.name])
        return checked(solution, f"phase {phase.name}")[-1]

    def _forward(self, state: Floats, x: Floats) -> Floats:
        state = state.copy()
        self._feed(state, x)
        return self.run(state, self.ncrn.crn.phases[0])

    def _feed(self, state: Floats, x: Floats) -> None:
        self._load_all(state, self.ncrn.inputs, x)
        for species, value in self.ncrn.padding:
            state[self.system.index[species]] = value

    def _load_all(self, state: Floats, variables: tuple[Variable, ...], values: Floats) -> None:
        for variable, value in zip(variables, values):
            self.load(state, variable, float(value))

    def _outputs(self, state: Floats) -> Floats:
        return np.array([sum(self.read(state, variable) for variable in self.ncrn.outputs)])

    def _rates_in(self, phase: Phase) -> Floats:
        running = [not r.phases or phase.name in r.phases for r in self.ncrn.crn.reactions]
        return np.where(running, self.system.rates, 0.0)
