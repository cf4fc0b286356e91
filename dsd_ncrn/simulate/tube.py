"""The DNA circuit as a learner: every strand and complex in one well-mixed tube, under an external clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np

from dsd_ncrn.arrays import Flags, Floats
from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.simulate.burn_in import burn_in
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.holders import holders
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation, perfect
from dsd_ncrn.simulate.learner import Iteration, checked
from dsd_ncrn.simulate.mass_action import from_network
from dsd_ncrn.simulate.timing import Schedule
from dsd_ncrn.simulate.types import Trajectory
from dsd_ncrn.simulate.walk import Recorder, Walk

RELATIVE, ABSOLUTE = 1e-3, 1e-5
"""Per-step tolerances (the latter in nM): after the 205 iterations of linreg2d the parameters are within 3e-6 of those at
1e-6, 1e-8; the method is of order 4 and errs far less than it estimates."""


class Tube:
    """A simulated tube. Concentrations in nM, times in s; values given and returned are in the design's units.

    One iteration: top up, add inputs and targets; for each phase add its clock strand, wait for the phase's duration,
    add the scavenger on beads, wait, pull the beads out. Additions are taken to be small in volume and mixed at once,
    the beads to take all that is bound to them. Fuels and gates are topped up where they are below ``refill_below`` of
    what they were. ``residue`` is what a burn-in of ``burn_in`` seconds left of the species that are loaded after it, nM.
    A ``state`` has shape (species,) and is in nM; where an integration stops, CheckFailed is raised.
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
        realisation: Realisation | None = None,
        burn_in: float | None = None,
        refill_below: float = 1.0,
    ) -> None:
        self.ncrn, self.dsd, self.network, self.designed = ncrn, system, network, schedule
        self.unit, self.scavenger_excess, self.top_up = unit, scavenger_excess, top_up
        self.burn_in, self.refill_below = burn_in, refill_below
        self.system, self.pot = from_network(network), Mixture(system, network)
        self.stepper = engine.prepare(self.system, RELATIVE, ABSOLUTE)
        self.is_leak = np.array([step.kind == StepKind.LEAK for step in network.steps])
        self.refilled = np.array([component.topped_up for component in system.components])
        self.mix(leak_rate, realisation or perfect(self.pot))

    def mix(self, leak_rate: float, realisation: Realisation) -> None:
        """Mix a fresh tube of the same strands, and burn it in where the design says so. ``leak_rate`` in /nM/s."""
        self.realisation, self.schedule = realisation, self.designed.stretched(realisation.stretch)
        self.rates = np.where(self.is_leak, self.system.rates * leak_rate, self.system.rates) * realisation.rates
        self.nominal = self.pot.nominal * realisation.doses
        self.state = np.zeros(self.system.size)
        self.state[: len(self.nominal)] = self.nominal
        realisation.accompany(self.state, self.nominal)
        self.used: list[Floats] = []
        self.residue: Mapping[str, float] = burn_in(self, self.burn_in * realisation.stretch) if self.burn_in else {}

    @cached_property
    def on_beads(self) -> Mapping[str, list[int]]:
        """For each scavenger all species that contain its starred strand, or that of a capture which is added with it."""
        found: dict[str, list[int]] = {}
        for clock in self.dsd.clocks.values():
            for scavenger in clock.scavengers:
                pulled = (scavenger, *clock.added_with(scavenger))
                places = (self._containing_anchor(self.dsd.by_name[name].complex) for name in pulled)
                found[scavenger] = sorted({place for each in places for place in each})
        return found

    def _containing_anchor(self, scavenger: Complex) -> list[int]:
        anchor = next(strand for strand in scavenger.strands if strand[0].starred)
        return [number for number, complex_ in enumerate(self.network.complexes) if anchor in complex_.strands]

    @cached_property
    def holders(self) -> Mapping[str, list[int]]:
        """For each signal the species whose molecules can be it again."""
        return holders(self.dsd, self.network)

    def set_parameters(self, values: Floats) -> None:
        """Put parameters on their signal strands, shape (parameters,), in the design's units."""
        for variable, value in zip(self.ncrn.parameters, values):
            for species, amount in zip(variable.species, (max(value, 0.0), max(-value, 0.0))):
                name = self.dsd.signals[species]
                self.state[self.system.index[name]] = self._dosed(name, amount * self.unit)

    def predict(self, x: Floats) -> Floats:
        """See Learner."""
        state = self._fed(x)
        before = self._outputs(state)
        for phase in self.next_phases():
            state = self.close_phase(self.run_phase(state, phase), phase)
            if phase == self.ncrn.outputs_after:
                break
        return self._outputs(state) - before

    def iterate(self, x: Floats, y: Floats) -> Iteration:
        """See Learner."""
        parameters, outputs = self.parameters(), None
        state = self.start_iteration(x, y)
        before = self._outputs(state)
        for place, phase in enumerate(self.next_phases()):
            state = self.close_phase(self.run_phase(state, phase), phase)
            if phase == self.ncrn.outputs_after:
                outputs = self._outputs(state) - before + (y if place else 0.0)
        self.end_iteration(state)
        assert outputs is not None
        return Iteration(outputs, parameters)

    def end_iteration(self, state: Floats) -> None:
        """Keep the state (species,) an iteration ends with, thinned by what was added, and what is missing of components."""
        state = state / self.realisation.growth
        self.used.append(np.maximum(self.nominal - state[: len(self.nominal)], 0.0))
        self.state = state

    def next_phases(self) -> list[str]:
        """The phases of the next iteration; some belong to every n-th iteration alone."""
        number = len(self.used) + 1
        return [phase.name for phase in self.ncrn.crn.phases if number % phase.every == 0]

    def parameters(self) -> Floats:
        """See Learner; where the update waits for the first clock, that phase is run without input on a copy."""
        state = self.run_phase(self.state, next(iter(self.schedule.phases))) if self.update_waits else self.state
        return np.array([self.amount(state, variable) for variable in self.ncrn.parameters])

    @property
    def update_waits(self) -> bool:
        """Whether an iteration's update is done in the first phase of the next."""
        return bool(self.ncrn.crn.stage("N4")) and not self.always_updating

    @property
    def always_updating(self) -> bool:
        """Whether the parameter update runs without a clock, so that it is over when the iteration ends."""
        return not any(self.dsd.gates[r.origin.reaction].phase for r in self.ncrn.crn.stage("N4"))

    def amount(self, state: Floats, variable: Variable) -> float:
        """The value of a variable in a state (species,), counting what gates hold of it, in the design's units."""
        plus, *minus = (float(state[self.holders[species]].sum()) for species in variable.species)
        return (plus - sum(minus)) / self.unit

    def start_iteration(self, x: Floats, y: Floats) -> Floats:
        """The state (species,) at the start of an iteration: topped up, inputs (inputs,) and targets (outputs,) added."""
        state = self._fed(x)
        self._feed(state, self.ncrn.targets, y)
        return state

    def run_phase(self, state: Floats, phase: str) -> Floats:
        """Add the clock strand of a phase to a state (species,) and wait for its duration."""
        return self.wait(self.open_phase(state, phase), self.schedule.phases[phase], phase)

    def open_phase(self, state: Floats, phase: str) -> Floats:
        """Add the clock strand of a phase to a state (species,)."""
        state, clock = state.copy(), self.dsd.clocks[phase]
        for strand, dose in ((clock.strand, clock.concentration), *clock.helpers.items()):
            state[self.system.index[strand]] += self._dosed(strand, dose)
        return state

    def close_phase(self, state: Floats, phase: str) -> Floats:
        """Scavenge a phase's clock from a state (species,), one scavenger after the other."""
        for scavenger in self.dsd.clocks[phase].scavengers:
            state = self.add_scavenger(state, phase, scavenger)
            state = self.wait(state, self.schedule.wait, f"the wait after {phase}")
            state = self.pull_beads(state, scavenger)
        return state

    def add_scavenger(self, state: Floats, phase: str, scavenger: str) -> Floats:
        """Add a scavenger to a state (species,) in excess of what it takes; with the first those of the phase's own helpers."""
        state, clock = state.copy(), self.dsd.clocks[phase]
        doses = {scavenger: clock.to_scavenge} | clock.added_with(scavenger)
        for name, dose in doses.items():
            state[self.system.index[name]] += self._dosed(name, self.scavenger_excess * dose)
        return state

    def pull_beads(self, state: Floats, scavenger: str) -> Floats:
        """Take a scavenger, and what was added with it, out of a state (species,) with all that they hold."""
        state = state.copy()
        state[self.on_beads[scavenger]] = 0.0
        return state

    def wait(self, state: Floats, seconds: float, where: str) -> Floats:
        """Let a state (species,), nM, react. Raises CheckFailed, which says ``where``, if the integration stops."""
        return checked(self.stepper.solve(state, np.array([0.0, seconds]), self.rates), where)[-1]

    def trace(self, x: Floats, y: Floats, points: int) -> Trajectory:
        """The trajectory (s, nM) of one iteration from a copy of the state, ``points`` per phase and per wait.

        Inputs ``x`` (inputs,) and targets ``y`` (outputs,) are in the design's units.
        """
        recorder = Recorder(self, self.start_iteration(x, y), points)
        self.lead(recorder, self.schedule.phases)
        return recorder.trajectory()

    def lead(self, walk: Walk, phases: Iterable[str]) -> None:
        """Take a walk through the protocol of some phases."""
        for phase in phases:
            walk.enter(phase)
            for scavenger in self.dsd.clocks[phase].scavengers:
                walk.state = self.add_scavenger(walk.state, phase, scavenger)
                walk.run(self.schedule.wait)
                walk.pull(scavenger)

    def extents(self, x: Floats, y: Floats) -> dict[str, float]:
        """How often each counted reaction fires in one iteration from a copy of the state, in the design's units.

        Inputs ``x`` (inputs,) and targets ``y`` (outputs,) are in them as well.
        """
        before = self.start_iteration(x, y)
        state = before
        for phase in self.schedule.phases:
            state = self.close_phase(self.run_phase(state, phase), phase)
        fired = {name: self._fired_complexes(gates.bottom, gates.mark) for name, gates in self.dsd.gates.items() if gates.mark}
        return {name: float((state - before)[places].sum()) / self.unit for name, places in fired.items()}

    def _fired_complexes(self, bottom: Strand, mark: Strand) -> list[int]:
        needed = {bottom, mark}
        return [number for number, complex_ in enumerate(self.network.complexes) if needed <= set(complex_.strands)]

    def _refill(self, state: Floats) -> Floats:
        """Bring fuels and gates back to their concentrations; nothing can be taken out."""
        if self.top_up:
            mixed = state[: len(self.nominal)]
            short = self._short(mixed)
            added = np.where(short, self.nominal - mixed, 0.0)
            mixed[short] = self.nominal[short]
            self.realisation.accompany(state, added)
        return state

    def refills(self, used: Floats) -> Floats:
        """What is added of each component before an iteration, nM, if that much is gone: both (components,)."""
        return np.where(self._short(self.nominal - used), used, 0.0) if self.top_up else np.zeros(len(used))

    def _short(self, mixed: Floats) -> Flags:
        return self.refilled & (mixed < self.refill_below * self.nominal)

    def _dosed(self, component: str, amount: float) -> float:
        """What is really there after an addition of a component, nM."""
        return amount * float(self.realisation.doses[self.system.index[component]])

    def _fed(self, x: Floats) -> Floats:
        """A copy of the state, topped up, with inputs and padding added."""
        state = self._refill(self.state.copy())
        self._feed(state, self.ncrn.inputs, x)
        for species, value in self.ncrn.padding:
            if species not in self.ncrn.crn.fuel_species:  # gates stand for these
                place = self.system.index[self.dsd.signals[species]]
                state[place] = max(state[place], self._dosed(self.dsd.signals[species], value * self.unit))
        return state

    def _feed(self, state: Floats, variables: tuple[Variable, ...], values: Floats) -> None:
        for variable, value in zip(variables, values):
            for species, amount in zip(variable.species, (max(value, 0.0), max(-value, 0.0))):
                name = self.dsd.signals[species]
                state[self.system.index[name]] += self._dosed(name, amount * self.unit)

    def _outputs(self, state: Floats) -> Floats:
        outputs = self.ncrn.outputs
        return np.array([sum(weight * self.amount(state, variable) for variable, weight in output.terms) for output in outputs])
