"""The DNA circuit as a learner: every strand and complex in one well-mixed tube, under an external clock."""

from __future__ import annotations

from functools import cached_property
from typing import Mapping

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.simulate.engines.types import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Engine
from dsd_ncrn.simulate.learner import checked
from dsd_ncrn.simulate.mass_action import from_network
from dsd_ncrn.simulate.timing import Schedule
from dsd_ncrn.simulate.types import Trajectory

Floats = NDArray[np.float64]


class Tube:
    """A simulated tube. Concentrations in nM, times in s; values given and returned are in the design's units.

    One iteration: top up, add inputs and targets; for each phase add its clock strand (enough to use up what is left
    of its scavenger), wait for the phase's duration, add the scavenger, wait. Additions are taken to be small in
    volume and mixed at once.
    """

    def __init__(
        self,
        ncrn: NeuralCrn,
        system: DsdSystem,
        network: ReactionNetwork,
        schedule: Schedule,
        engine: Engine,
        unit: float,
        scavenger_excess: float,
        leak_rate: float = 0.0,
        top_up: bool = True,
    ) -> None:
        self.ncrn, self.dsd, self.network, self.schedule = ncrn, system, network, schedule
        self.unit, self.scavenger_excess, self.top_up = unit, scavenger_excess, top_up
        self.system = from_network(network)
        self.stepper = engine.prepare(self.system, RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE)
        self.is_leak = np.array([step.kind == StepKind.LEAK for step in network.steps])
        self.rates = np.where(self.is_leak, self.system.rates * leak_rate, self.system.rates)
        self.nominal = np.array([component.concentration for component in system.components])
        self.refilled = np.array([c.topped_up and c.role not in (Role.SIGNAL, Role.CLOCK) for c in system.components])
        self.state = np.zeros(self.system.size)
        self.state[: len(self.nominal)] = self.nominal
        self.used: list[Floats] = []

    @cached_property
    def holders(self) -> Mapping[str, list[int]]:
        """For each signal the species that hold it and can give it back: itself, and gates it has just entered."""
        fresh = {self.system.index[name] for name in self.dsd.by_name}
        reverse = {(step.products, step.reactants) for step in self.network.steps}
        holders = {}
        for species, name in self.dsd.signals.items():
            signal = self.system.index[name]
            holders[species] = [signal]
            for step in self.network.steps:
                entered = signal in step.reactants and set(step.reactants) <= fresh and step.kind != StepKind.LEAK
                if entered and (step.reactants, step.products) in reverse:
                    holders[species].append(max(step.products, key=lambda p: len(self.network.complexes[p].strands)))
        return holders

    def predict(self, x: Floats) -> Floats:
        """See Learner."""
        state = self._refill(self.state.copy())
        self._feed(state, self.ncrn.inputs, x)
        before = self._outputs(state)
        return self._outputs(self.run_phase(state, self.ncrn.crn.phases[0].name)) - before

    def iterate(self, x: Floats, y: Floats) -> Floats:
        """See Learner."""
        state = self.start_iteration(x, y)
        before, outputs = self._outputs(state), None
        for phase in self.schedule.phases:
            state = self.run_phase(state, phase)
            outputs = self._outputs(state) - before if outputs is None else outputs
            state = self.close_phase(state, phase)
        self.used.append(np.maximum(self.nominal - state[: len(self.nominal)], 0.0))
        self.state = state
        assert outputs is not None
        return outputs

    def parameters(self) -> Floats:
        """See Learner; where the update waits for the first clock, that phase is run without input on a copy."""
        state = self.state
        if any(r.origin.stage == "N4" for r in self.ncrn.crn.reactions) and not self.always_updating:
            state = self.run_phase(state.copy(), next(iter(self.schedule.phases)))
        return np.array([self.amount(state, variable) for variable in self.ncrn.parameters])

    @property
    def always_updating(self) -> bool:
        """Whether the parameter update runs without a clock, so that it is over when the iteration ends."""
        clock_strands = {self.dsd.by_name[c.strand].complex.domains for c in self.dsd.clocks.values()}
        clock_branches = {domain.name for domains in clock_strands for domain in domains if not domain.is_toehold}
        updates = [self.dsd.joins[r.origin.reaction] for r in self.ncrn.crn.stage("N4")]
        gates = (self.dsd.by_name[name].complex for name in updates if name in self.dsd.by_name)
        return not any(domain.name in clock_branches for gate in gates for domain in gate.domains)

    def amount(self, state: Floats, variable: Variable) -> float:
        """The value of a variable, counting what gates hold of it, in the design's units."""
        plus, *minus = (float(state[self.holders[species]].sum()) for species in variable.species)
        return (plus - sum(minus)) / self.unit

    def start_iteration(self, x: Floats, y: Floats) -> Floats:
        """The state at the start of an iteration: topped up, inputs and targets added."""
        state = self._refill(self.state.copy())
        self._feed(state, self.ncrn.inputs, x)
        self._feed(state, self.ncrn.targets, y)
        return state

    def run_phase(self, state: Floats, phase: str) -> Floats:
        """Add the clock strand of a phase and wait for its duration."""
        return self.wait(self.open_phase(state, phase), self.schedule.phases[phase], phase)

    def open_phase(self, state: Floats, phase: str) -> Floats:
        """Add the clock strand, and as much again as is left of its scavenger."""
        state, clock = state.copy(), self.dsd.clocks[phase]
        state[self.system.index[clock.strand]] += clock.concentration + max(state[self.system.index[clock.scavenger]], 0.0)
        return state

    def close_phase(self, state: Floats, phase: str) -> Floats:
        """Add the scavenger of a phase's clock and wait."""
        return self.wait(self._scavenged(state, phase), self.schedule.wait, f"the wait after {phase}")

    def wait(self, state: Floats, seconds: float, where: str) -> Floats:
        """Let the tube react."""
        return checked(self.stepper.solve(state, np.array([0.0, seconds]), self.rates), where)[-1]

    def trace(self, x: Floats, y: Floats, points: int) -> Trajectory:
        """The trajectory of one iteration from a copy of the state, ``points`` per phase and per wait."""
        state, start = self.start_iteration(x, y), 0.0
        times, values, phases = [], [], []
        for phase in self.schedule.phases:
            phases.append((phase, start))
            for opening, seconds in ((True, self.schedule.phases[phase]), (False, self.schedule.wait)):
                state = self.open_phase(state, phase) if opening else self._scavenged(state, phase)
                grid = np.linspace(0.0, seconds, points)
                piece = checked(self.stepper.solve(state, grid, self.rates), phase)
                times.append(grid + start)
                values.append(piece)
                state, start = piece[-1], start + seconds
        return Trajectory(self.system.species, np.concatenate(times), np.concatenate(values), tuple(phases))

    def extents(self, x: Floats, y: Floats) -> dict[str, float]:
        """How often each counted reaction fires in one iteration from a copy of the state, in the design's units."""
        places = {name: self.network.position[complex_] for name, complex_ in self.dsd.counters.items()}
        before = self.start_iteration(x, y)
        state = before
        for phase in self.schedule.phases:
            state = self.close_phase(self.run_phase(state, phase), phase)
        return {name: float(state[place] - before[place]) / self.unit for name, place in places.items()}

    def _scavenged(self, state: Floats, phase: str) -> Floats:
        state, clock = state.copy(), self.dsd.clocks[phase]
        state[self.system.index[clock.scavenger]] += self.scavenger_excess * clock.concentration
        return state

    def _refill(self, state: Floats) -> Floats:
        """Bring fuels and gates back to their concentrations; nothing can be taken out."""
        if self.top_up:
            mixed = state[: len(self.nominal)]
            mixed[:] = np.where(self.refilled, np.maximum(mixed, self.nominal), mixed)
        return state

    def _feed(self, state: Floats, variables: tuple[Variable, ...], values: Floats) -> None:
        for variable, value in zip(variables, values):
            for species, amount in zip(variable.species, (max(value, 0.0), max(-value, 0.0))):
                state[self.system.index[self.dsd.signals[species]]] += amount * self.unit

    def _outputs(self, state: Floats) -> Floats:
        return np.array([sum(self.amount(state, variable) for variable in self.ncrn.outputs)])
