"""The protocol of a learner under an external clock: mixing, burn-in, iterations and forward passes as events.

One iteration: top up, add inputs and targets; for each phase add its clock strand, wait for the phase's duration, add the
scavengers on beads one after the other, wait, and pull the beads out.

A burn-in lets what leaked when the gates were mixed run its course and drains it, before the parameters are loaded. All
clocks are opened at once, the flush among them, without inputs: what leaked fires through the circuit, and adjoints and
inputs are drained. Nothing drains parameters and constant catalysts. They are mixed in afterwards, and of them just what is
missing, so that somebody has to measure what is there. Where there is more than is wanted, the species that annihilates it
is added instead: for a single-rail parameter that is its gradient G+, with which learning lowers it as well. A catalyst that
nothing annihilates stays in excess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dsd_ncrn.crn.events import Add, Adjust, Done, Event, PullDown, Purpose, Read, TopUp, Wait
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.ncrn.types import NeuralCrn, Variable

REST = 0.5
"""Of the burn-in, after loading: in ``linreg2d`` an excess of parameters goes with a time constant of 5 min."""
Values = Iterable[float]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Seconds: each clock phase by name, and the wait after each scavenger, of which there are ``waits``."""

    phases: Mapping[str, float]
    wait: float
    waits: int

    @property
    def seconds_per_iteration(self) -> float:
        """Length of one iteration."""
        return sum(self.phases.values()) + self.wait * self.waits

    def prolonged(self, factor: float) -> Schedule:
        """The same schedule with everything so many times as long."""
        return Schedule({name: s * factor for name, s in self.phases.items()}, self.wait * factor, self.waits)

    def with_phase(self, name: str, seconds: float) -> Schedule:
        """The same schedule with one phase changed."""
        return Schedule({**self.phases, name: seconds}, self.wait, self.waits)


@dataclass(frozen=True)
class ClockedProtocol:
    """What is done with the strands of a learner when. Inputs (inputs,) and targets (outputs,) are in the design's units.

    ``unit`` is nM; scavengers come in ``excess`` of what they take. Fuels and gates are topped up where they are below the
    share ``refill_below`` of what they were; None is one pot, never topped up. ``burn_in`` is in s. What an iteration adds
    makes the volume grow by the share ``growth``: taken at its end, all at once, so that the additions of later phases meet
    concentrations that are still those of its start. What is not topped up, as the parameters, gets thinner by as much.
    """

    ncrn: NeuralCrn
    system: DsdSystem
    schedule: Schedule
    unit: float
    excess: float
    refill_below: float | None = 1.0
    burn_in: float | None = None
    growth: float = 0.0

    def start(self) -> Iterator[Event]:
        """What is done to a freshly mixed pot before the first iteration: the burn-in, where there is one."""
        if self.burn_in is None:
            return
        for phase in self.schedule.phases:
            yield self.opening(phase, Purpose.BURN_IN)
        yield Wait(self.burn_in, Purpose.BURN_IN)
        for phase in self.schedule.phases:
            yield from self.closing(phase, Purpose.BURN_IN_END)
        partners = {name: self._annihilating(name) for name in self.loaded}
        yield Adjust(self.loaded, {name: partner for name, partner in partners.items() if partner})
        yield Wait(REST * self.burn_in, Purpose.LOAD)

    def iteration(self, number: int, x: Values, y: Values) -> Iterator[Event]:
        """The ``number``-th iteration, from 1; some phases belong to every n-th alone."""
        yield from self._passed(number, self.phases(number), x, y)
        if self.growth:
            yield Add({}, Purpose.GROWTH, growth=self.growth)
        yield Done(number)

    def whole(self, x: Values, y: Values) -> Iterator[Event]:
        """An iteration in which every phase comes, as traces and counts of firings want it."""
        yield from self._passed(0, self.schedule.phases, x, y)

    def prediction(self, number: int, x: Values) -> Iterator[Event]:
        """A forward pass without targets, in place of an iteration."""
        phases = self.phases(number)
        yield from self._passed(number, phases[: phases.index(self.ncrn.outputs_after) + 1], x)

    def update(self) -> Iterator[Event]:
        """What completes an update that waits for the first clock: that phase without input, its scavengers not yet added."""
        if self.update_waits:
            first = next(iter(self.schedule.phases))
            yield self.opening(first)
            yield Wait(self.schedule.phases[first], Purpose.OPEN, first)

    def phases(self, number: int) -> list[str]:
        """The phases of an iteration in their order."""
        return [phase.name for phase in self.ncrn.crn.phases if number % phase.every == 0]

    def fed(self, x: Values, y: Values | None = None) -> Iterator[Event]:
        """Topping up, inputs, what comes with them, and targets where there are some."""
        if self.refill_below is not None:
            yield TopUp(self.refilled, Purpose.REFILL, self.refill_below)
        yield self._given(self.ncrn.inputs, x)
        if self.padding:
            yield TopUp(self.padding, Purpose.POINT)
        if y is not None:
            yield self._given(self.ncrn.targets, y)

    def phase(self, name: str) -> Iterator[Event]:
        """One phase from its clock strand to the last beads."""
        yield self.opening(name)
        yield Wait(self.schedule.phases[name], Purpose.OPEN, name)
        yield from self.closing(name)

    def opening(self, phase: str, purpose: Purpose = Purpose.OPEN) -> Add:
        """The clock strand of a phase, and the auxiliary strands that are there in this phase alone."""
        clock = self.system.clocks[phase]
        return Add({clock.strand: clock.concentration, **clock.helpers}, purpose, phase)

    def closing(self, phase: str, purpose: Purpose = Purpose.CLOSE) -> Iterator[Event]:
        """The scavengers of a phase one after the other, each with what takes the phase's own helpers."""
        clock = self.system.clocks[phase]
        for scavenger in clock.scavengers:
            doses = {scavenger: clock.to_scavenge} | clock.added_with(scavenger)
            yield Add({name: self.excess * dose for name, dose in doses.items()}, purpose, phase)
            yield Wait(self.schedule.wait, Purpose.CLOSE, phase)
            yield PullDown(tuple(doses), moves=2)

    @cached_property
    def refilled(self) -> Mapping[str, float]:
        """The components that are topped up, and their levels, nM."""
        return {component.name: component.concentration for component in self.system.components if component.topped_up}

    @cached_property
    def padding(self) -> Mapping[str, float]:
        """Signals that are brought to a level, nM, with the inputs; for finite fuels gates stand."""
        fuels = self.ncrn.crn.fuel_species
        return {self.system.signals[s]: value * self.unit for s, value in self.ncrn.padding if s not in fuels}

    @cached_property
    def loaded(self) -> Mapping[str, float]:
        """The signals that are mixed in at the start, or after a burn-in: parameters and constant catalysts, nM."""
        signals = (self.system.by_name[name] for name in self.system.signals.values())
        return {c.name: c.concentration for c in signals if c.concentration > 0 and c.role == Role.SIGNAL}

    @property
    def update_waits(self) -> bool:
        """Whether an iteration's update is done in the first phase of the next."""
        return any(self.system.gates[reaction.origin.reaction].phase for reaction in self.ncrn.crn.stage("N4"))

    def _passed(self, number: int, phases: Iterable[str], x: Values, y: Values | None = None) -> Iterator[Event]:
        yield from self.fed(x, y)
        yield Read("before", number)
        for phase in phases:
            yield from self.phase(phase)
            if phase == self.ncrn.outputs_after:
                yield Read("outputs", number)

    def _given(self, variables: tuple[Variable, ...], values: Values) -> Add:
        """Some values on the rails of their signs."""
        doses: dict[str, float] = {}
        for variable, value in zip(variables, values):
            for species, amount in variable.amounts(float(value)):
                name = self.system.signals[species]
                doses[name] = doses.get(name, 0.0) + amount * self.unit
        return Add(doses)

    def _annihilating(self, component: str) -> str | None:
        """The signal that annihilates another, if one does."""
        species = {name: each for each, name in self.system.signals.items()}[component]
        pairs = (r.reactants for r in self.ncrn.crn.reactions if species in r.reactants and not r.products)
        pair = next((pair for pair in pairs if len(pair) == 2), ())
        return next((self.system.signals[other] for other in pair if other != species), None)
