"""The protocol of a staged learner: gates on beads come with their stage and leave with it.

An iteration: top the fuels up; forks and joins, the slower join first; pull the joins out, wait until the forks have given
back P and Z, pull them out; the target less what is constant, and gates on which it meets Z; the gates of the update, in
proportion to the inputs; pull everything out. With one parameter the target comes as P and the update is that meeting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dsd_ncrn.crn.events import Add, Done, Event, PullDown, Purpose, Read, TopUp, Wait
from dsd_ncrn.design.chemistry import Staged
from dsd_ncrn.dsd.experiment import APART_S
from dsd_ncrn.dsd.staged import (
    BARE,
    CLEAR,
    MEET,
    TARGET_JOIN,
    input_places,
    lowering,
    places_of,
    raising,
    weight_fork,
    weight_join,
)
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.ncrn.staged import FORWARD, UPDATE
from dsd_ncrn.ncrn.staged import MEET as MEETING
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.protocol.clocked import ClockedProtocol, Schedule, Values

RELEASE, CLEARING = "release", "clear"
NOTHING: Mapping[str, float] = {}
PULLS = 3
"""Of the joins, of the forks, of all that is left."""
ONTO_AND_OFF = 2
"""Moves of the tube that one kind of beads asks for."""


@dataclass(frozen=True)
class Settings:
    """What a laboratory sets for one tube after measuring it.

    ``waits`` are seconds by stage; ``forward`` the share of the forward stage that each input's join is there, ``raising`` and
    ``lowering`` factors on the doses of the update, all by the place of the parameter (1 where none is given), ``feed`` what is
    added of a parameter in every iteration, nM (the design's where none is given). A target of y is given as ``slope`` y +
    ``offset`` + ``tilt`` times the sum of the inputs; ``blank`` is what is read without input, in the design's units.
    """

    waits: Mapping[str, float]
    forward: Mapping[str, float] = field(default_factory=dict[str, float])
    raising: Mapping[str, float] = field(default_factory=dict[str, float])
    lowering: Mapping[str, float] = field(default_factory=dict[str, float])
    feed: Mapping[str, float] = field(default_factory=dict[str, float])
    slope: float = 1.0
    offset: float = 0.0
    tilt: float = 0.0
    blank: float = 0.0


def settings_of(staged: Staged, parameters: int, slow: float = 1.0) -> Settings:
    """Those of the design, for beads on which all takes ``slow`` times as long."""
    waits = {FORWARD: staged.forward, RELEASE: staged.release, MEETING: staged.meeting}
    waits |= {UPDATE: staged.updating} if parameters > 1 else {}
    waits |= {CLEARING: staged.clearing} if parameters > 1 and staged.clear else {}
    return Settings({stage: seconds * slow for stage, seconds in waits.items()})


@dataclass(frozen=True)
class StagedProtocol:
    """What is done with the strands of a staged learner when; see ``ClockedProtocol`` for what both have.

    Inputs (inputs,) and targets (outputs,) are in the design's units, ``unit`` is nM, ``pull`` how long a pull-down takes, s.
    Inputs that come three times, (3 inputs,), are those of the forward pass, those of the update, and of each the bare tethers
    that come along, counted as its gates.
    """

    ncrn: NeuralCrn
    system: DsdSystem
    doses: Staged
    settings: Settings
    unit: float
    pull: float = 0.0
    refill_below: float | None = 1.0
    growth: float = 0.0
    burn_in: None = None

    @property
    def schedule(self) -> Schedule:
        """The waits and the pull-downs."""
        return Schedule(self.settings.waits, self.pull, PULLS)

    @property
    def seconds_of_prediction(self) -> float:
        """How long a forward pass takes, to the last pull-down of it."""
        return self.settings.waits[FORWARD] + self.settings.waits[RELEASE] + (PULLS - 1) * self.pull

    def start(self) -> Iterator[Event]:
        """Nothing is done before the first iteration."""
        return iter(())

    def iteration(self, number: int, x: Values, y: Values) -> Iterator[Event]:
        """The ``number``-th iteration, from 1."""
        yield from self.whole(x, y, number)
        if self.growth:
            yield Add({}, Purpose.GROWTH, growth=self.growth)
        yield Done(number)

    def whole(self, x: Values, y: Values, number: int = 0) -> Iterator[Event]:
        """All stages."""
        x = tuple(map(float, x))
        count = len(self.ncrn.inputs)
        bare = sum(x[2 * count :]) * self.ncrn.inputs[0].scale
        yield from self.forward(number, x[:count], self.fed, bare)
        yield from self.learning(x[:count], x[count : 2 * count] or x, y, bare)

    def prediction(self, number: int, x: Values) -> Iterator[Event]:
        """A forward pass without targets, in place of an iteration."""
        return self.forward(number, tuple(map(float, x)))

    def update(self) -> Iterator[Event]:
        """No update waits for the next iteration."""
        return iter(())

    def phases(self, number: int) -> list[str]:
        """The phases of an iteration in their order."""
        return [phase.name for phase in self.ncrn.crn.phases]

    def forward(
        self, number: int, x: tuple[float, ...], fed: Mapping[str, float] = NOTHING, bare: float = 0.0
    ) -> Iterator[Event]:
        """Inputs and parameters, of which some are ``fed`` (nM), make Z; of tethers so many (units) are ``bare``."""
        waits, joins = self.settings.waits, self.inputs(x)
        if self.refill_below is not None:
            yield TopUp(self.refilled, Purpose.REFILL, self.refill_below, dict(fed))
        yield Add({weight_fork(place): self.doses.fork for place in joins}, Purpose.OPEN, FORWARD)
        shares = {place: self.settings.forward.get(place, 1.0) for place in joins}
        slowest = max(shares.values())
        left, moves = slowest, ONTO_AND_OFF
        if bare:
            yield Add({BARE: bare * self.unit}, phase=FORWARD)
        for place in sorted(joins, key=lambda each: -shares[each]):
            if left > shares[place]:
                later = (left - shares[place]) * waits[FORWARD]
                moves += later >= APART_S
                yield Wait(later, Purpose.OPEN, FORWARD)
            left = shares[place]
            yield Add({weight_join(place): joins[place]}, phase=FORWARD)
        yield Wait(left * waits[FORWARD], Purpose.OPEN, FORWARD)
        yield PullDown((*map(weight_join, joins), *self.caps), moves=moves)
        yield Wait(waits[RELEASE], Purpose.OPEN, RELEASE)
        yield PullDown((*map(weight_fork, joins), *self.caps), moves=ONTO_AND_OFF)
        yield Read("outputs", number)

    def learning(self, given: tuple[float, ...], x: tuple[float, ...], y: Values, bare: float = 0.0) -> Iterator[Event]:
        """The target meets Z, and what is left of one of them changes the parameters by gates of inputs ``x``; ``given`` were
        those of the forward pass, ``bare`` tethers as there."""
        set_to = self.settings
        yield Add(self.target(given, y), phase=MEETING)
        yield Add({MEET: self.doses.meet}, Purpose.OPEN, MEETING)
        yield Wait(set_to.waits[MEETING], Purpose.OPEN, MEETING)
        if UPDATE not in set_to.waits:
            yield PullDown((MEET, *self.caps), moves=ONTO_AND_OFF)
            return
        gates = {**self.moving(self.inputs(x)), TARGET_JOIN: self.doses.target_join}
        gates |= {BARE: 2 * self.doses.update_dose * bare * self.unit} if bare else {}
        yield Add(gates, phase=UPDATE)
        yield Wait(set_to.waits[UPDATE], Purpose.OPEN, UPDATE)
        if self.doses.clear:
            gates[CLEAR] = self.doses.clear
            yield Add({CLEAR: self.doses.clear}, phase=CLEARING)
            yield Wait(set_to.waits[CLEARING], Purpose.OPEN, CLEARING)
        yield PullDown((MEET, *gates, *self.caps), moves=ONTO_AND_OFF + (2 if CLEAR in gates else 1))

    def target(self, x: tuple[float, ...], y: Values) -> dict[str, float]:
        """The strands (nM) that stand for a target at inputs (inputs,), less what is constant: Y, or P where it is the only
        one; Z below zero."""
        (value,) = y
        set_to = self.settings
        line = set_to.slope * float(value) + set_to.offset + set_to.tilt * sum(x)
        meant = line + set_to.blank - self.offset
        positive = self.system.signals.get(self.ncrn.targets[0].plus, self.ncrn.parameters[0].plus)
        return {positive if meant >= 0 else "Z": abs(meant) * self.unit}

    def point(self, x: Values, y: Values) -> dict[str, float]:
        """What changes from point to point, nM by component."""
        x = tuple(map(float, x))
        dosed = self.inputs(x)
        joins = {weight_join(place): amount for place, amount in dosed.items()}
        return joins | self.target(x, y) | self.moving(dosed)

    def moving(self, dosed: Mapping[str, float]) -> dict[str, float]:
        """The gates of the update (nM) for gates of inputs by place; none where there is no such stage."""
        if UPDATE not in self.settings.waits:
            return {}
        factors = ((raising, self.settings.raising), (lowering, self.settings.lowering))
        usual = self.doses.update_dose
        return {gate(at): nM * usual * by.get(at, 1.0) for gate, by in factors for at, nM in dosed.items()}

    def inputs(self, x: tuple[float, ...]) -> dict[str, float]:
        """Gates (nM) by the place of the parameter that their input meets, constant inputs among them."""
        amounts = {name: amount for variable, value in zip(self.ncrn.inputs, x) for name, amount in variable.amounts(value)}
        amounts |= dict(self.ncrn.padding)
        return {place: amounts[species] * self.unit for place, species in input_places(self.ncrn).items()}

    @property
    def offset(self) -> float:
        """What is constant in the prediction, which no Z stands for: it is taken off the targets."""
        return dict(self.ncrn.padding)["Z"]

    @property
    def fed(self) -> dict[str, float]:
        """What is added of parameters (nM) in every iteration."""
        usual, of = self.doses.feed, self.settings.feed
        amounts = {each.plus: of.get(place, usual) for place, each in zip(places_of(self.ncrn), self.ncrn.parameters)}
        return {species: nM for species, nM in amounts.items() if nM}

    @cached_property
    def caps(self) -> tuple[str, ...]:
        """What leaves with the beads whenever they are pulled out."""
        return tuple(each.name for each in self.system.components if each.role is Role.WASTE)

    @cached_property
    def refilled(self) -> Mapping[str, float]:
        """The components that are topped up, and their levels, nM."""
        return {each.name: each.concentration for each in self.system.components if each.topped_up}

    @cached_property
    def loaded(self) -> Mapping[str, float]:
        """The parameters, nM, as they are mixed in at the start."""
        return {
            each.name: each.concentration for each in self.system.components if each.role is Role.SIGNAL and each.concentration
        }


LearnerProtocol = ClockedProtocol | StagedProtocol
