"""A pot: reactions in a volume to which events happen, be it a plain network or every strand of a circuit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.crn.events import Add, Adjust, Event, PullDown, Purpose, Return, Split, TopUp, Wait
from dsd_ncrn.dsd.experiment import SPARE
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.simulate.crowd import Crowd, crowd_of
from dsd_ncrn.simulate.engines.types import Engine, Stepper
from dsd_ncrn.simulate.handling import HOUR_S, Handling
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation, perfect
from dsd_ncrn.simulate.mass_action import MassAction, from_network
from dsd_ncrn.simulate.results import checked


@dataclass(frozen=True, eq=False)
class Contents:
    """``values`` (species,), nM, of a ``volume`` in that of the start.

    ``shelves`` hold by name what beads keep outside, (species,), nM in the volume of the start. ``missed`` has by component
    the beads that pull-downs have left: those that the next one takes and those that stay, nM. ``events`` counts those that
    have happened. Arrays are not changed.
    """

    values: Floats
    shelves: Mapping[str, Floats] = field(default_factory=dict[str, Floats])
    volume: float = 1.0
    missed: Mapping[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    events: int = 0


class Watch:
    """Who looks on while events are run: the first one integrates, and all hear of every event. This one keeps nothing."""

    def wait(self, pot: Pot, state: Floats, event: Wait) -> Floats:
        """The state (species,), nM, after a wait. Raises CheckFailed where the integration stops."""
        return pot.solved(state, np.array([0.0, event.seconds]), _where(event))[-1]

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        """An event has happened."""


QUIET = Watch()


def _where(event: Wait) -> str:
    match event.purpose:
        case Purpose.CLOSE:
            return f"the wait after {event.phase}"
        case Purpose.BURN_IN:
            return "the burn-in"
        case Purpose.LOAD:
            return "the loading of parameters"
        case _:
            return event.phase or "the pot"


@dataclass(frozen=True, eq=False)
class Pot:
    """Reactions with their rate constants ``rates`` (reactions,). Knows no learner.

    Components, or the species of a plain network, come first among the species. ``realisation`` says what an addition of
    one really brings, ``crowd`` how strands rest on toeholds, if they do. With ``mixture`` the pot holds strands: then a
    signal is also counted on the gates that hold it, and beads take all that is bound to them; else everything stands for
    itself.
    """

    mass_action: MassAction
    stepper: Stepper
    rates: Floats
    realisation: Realisation
    mixture: Mixture | None = None
    crowd: Crowd | None = None

    def realised(self, leak_rate: float, realisation: Realisation) -> Pot:
        """The same strands in another tube; ``leak_rate`` in /nM/s multiplies the rates of leaks."""
        assert self.mixture is not None
        # Leak steps have their rate over the leak rate, all others their own.
        is_leak = np.array([step.kind == StepKind.LEAK for step in self.mixture.network.steps])
        designed = self.mass_action.rates
        rates = np.where(is_leak, designed * leak_rate, designed) * realisation.rates
        crowd = crowd_of(self.mixture.network, realisation.resting, realisation.cross, realisation.opens, realisation.crossing)
        return replace(self, rates=rates, realisation=realisation, crowd=crowd)

    def mixed(self, levels: Mapping[str, float], later: Iterable[str] = ()) -> Contents:
        """Fresh contents with components at their levels, nM; of those that come ``later`` nothing is there."""
        values, places = np.zeros(self.mass_action.size), self._places(levels)
        added = np.fromiter(levels.values(), float, len(levels)) * self.realisation.doses[places]
        values[places] = self.handling.really(added, 0)
        self._accompany(values, places, values[places])
        values[[self.index(name) for name in later]] = 0.0
        return Contents(values, events=1)

    def run(self, events: Iterable[Event], contents: Contents, *watches: Watch) -> Contents:
        """The contents after some events. Raises CheckFailed where an integration stops."""
        for event in events:
            # A magnet takes minutes, in which reactions go on.
            if isinstance(event, PullDown) and self.handling.pull:
                seconds = self.handling.pull_seconds(contents.events)
                contents = self._done(Wait(seconds, Purpose.PULL), contents, watches)
            contents = self._done(event, contents, watches)
        return contents

    def _done(self, event: Event, contents: Contents, watches: Sequence[Watch]) -> Contents:
        """The contents after one event, of which all watches hear."""
        if isinstance(event, Wait):
            waited = (watches[0] if watches else QUIET).wait(self, contents.values, event)
            # Water leaves, solutes stay: concentrations rise as the volume falls.
            left = 1.0 - self.handling.evaporation * event.seconds / HOUR_S
            after = replace(contents, values=waited / left, volume=contents.volume * left)
        else:
            after = self._after(event, contents)
        after = replace(after, events=contents.events + 1)
        for watch in watches:
            watch.saw(self, event, contents, after)
        return after

    def _after(self, event: Event, contents: Contents) -> Contents:
        """What an event that takes no time makes of the contents."""
        values = contents.values.copy()
        match event:
            case Add(doses):
                places = self._places(doses)
                added = np.fromiter(doses.values(), float, len(doses)) * self.realisation.doses[places]
                # First everything is thinned by the volume that comes, then the dose is there at its concentration in the
                # whole.
                growth = event.growth + self._growth(places, added)
                values /= 1.0 + growth
                added = self.handling.really(added, contents.events)
                values[places] += added
                self._accompany(values, places, added)
                return replace(contents, values=values, volume=contents.volume * (1.0 + growth))
            case TopUp(doses=doses):
                places, levels = self.short(event, values)
                others = self._places(doses)
                amounts = np.fromiter(doses.values(), float, len(doses)) * self.realisation.doses[others]
                # How much is missing decides the volume, and the volume how much is missing: once round is enough.
                missing = levels - self._apart(values)[places]
                growth = self._growth(np.append(places, others), np.append(missing, amounts), SPARE)
                values /= 1.0 + growth
                there = self._apart(values)[places]
                missing = levels - there
                added = self.handling.really(missing, contents.events)
                values[places] = (values[places] - there) + levels + (added - missing)
                self._accompany(values, places, added)
                values[others] += self.handling.really(amounts, contents.events)
                return replace(contents, values=values, volume=contents.volume * (1.0 + growth))
            case Adjust(levels, instead):
                for name, level in levels.items():
                    missing = level * self.dose(name) - self.amount(values, name)
                    added = name if missing >= 0 else instead.get(name)
                    if added is not None:
                        values[self.index(added)] += abs(missing)
            case PullDown(keep=keep, moves=moves):
                left, missed = self.pulled(event, contents)
                taken = {keep: values * (1.0 - left) * contents.volume} if keep else {}
                volume = contents.volume * (1.0 - self.handling.lost) ** moves
                return replace(
                    contents, values=values * left, shelves={**contents.shelves, **taken}, volume=volume, missed=missed
                )
            case Return(shelf):
                values += contents.shelves[shelf] / contents.volume
                shelves = {name: kept for name, kept in contents.shelves.items() if name != shelf}
                return replace(contents, values=values, shelves=shelves)
            case Split(share):
                return replace(contents, volume=contents.volume * share)
            case _:
                return contents
        return replace(contents, values=values)

    def pulled(self, event: PullDown, contents: Contents) -> tuple[Floats, Mapping[str, tuple[float, float]]]:
        """The share (species,) that a pull-down leaves of everything, and the beads that it leaves, as in ``Contents``."""
        left, missed = np.ones(len(contents.values)), dict(contents.missed)
        for name in self._beads(event.components):
            places = self.on_beads((name,))
            present = float(contents.values[places].sum())
            missed[name] = self.handling.stragglers(present, *contents.missed.get(name, (0.0, 0.0)))
            # Beads leave whatever state their gates are in; a few are missed.
            left[places] *= sum(missed[name]) / present if any(missed[name]) else 0.0
        if self.crowd is not None:
            # With them goes what rests on their toeholds.
            left *= self.crowd.left(contents.values, contents.values * (1.0 - left))
        return left, missed

    def _beads(self, components: Iterable[str]) -> tuple[str, ...]:
        """The components on beads that leave with some: with one magnet all that have the same tags."""
        if self.mixture is None or not self.handling.one_magnet:
            return tuple(components)
        known = self.mixture.system.by_name
        tags = {known[name].tag for name in components}
        return tuple(dict.fromkeys((*components, *(name for name, each in known.items() if each.tag and each.tag in tags))))

    def short(self, event: TopUp, values: Floats) -> tuple[Ints, Floats]:
        """The places that a top-up of a state (species,) adds to, and the levels, nM, that it brings them to.

        What rests somewhere is there, too.
        """
        places = np.fromiter(map(self.index, event.levels), np.int64, len(event.levels))
        levels = np.fromiter(event.levels.values(), float, len(places)) * self.realisation.doses[places]
        low = self._apart(values)[places] < event.below * levels
        return places[low], levels[low]

    def solved(self, state: Floats, times: Floats, where: str) -> Floats:
        """Concentrations (times, species), nM, from a state (species,). Raises CheckFailed, which says ``where``."""
        return checked(self.stepper.solve(state, times, self.rates * self.slowdown(state)), where)

    def slowdown(self, state: Floats) -> Floats | float:
        """By what the crowd in a state (species,), nM, multiplies the rate constants (reactions,)."""
        return 1.0 if self.crowd is None else self.crowd.slowdown(state)

    def index(self, name: str) -> int:
        """The place of a species or component."""
        return self.mass_action.index[name]

    def dose(self, component: str) -> float:
        """What is really there after an addition of 1 nM."""
        return float(self.realisation.doses[self.index(component)])

    def amount(self, state: Floats, component: str) -> float:
        """How much of a component or species there is in a state (species,), nM, counting what gates hold of a signal."""
        places = self.held.get(component, [self.index(component)])
        return float(self._apart(state)[places].sum())

    @cached_property
    def held(self) -> Mapping[str, list[int]]:
        """For each signal the species whose molecules can be it again."""
        return self.mixture.held if self.mixture else {}

    def on_beads(self, components: Iterable[str]) -> list[int]:
        """The species that leave with components on beads: all that contain the starred strand of one."""
        if self.mixture is None:
            return sorted({self.index(name) for name in components})
        return sorted({place for name in components for place in self.mixture.containing_anchor(name)})

    @property
    def handling(self) -> Handling:
        """How events go."""
        return self.realisation.handling

    def _apart(self, values: Floats) -> Floats:
        return values if self.mixture is None else self.mixture.apart(values)

    def _places(self, components: Mapping[str, float]) -> Ints:
        return np.fromiter(map(self.index, components), np.int64, len(components))

    def _growth(self, places: Ints, added: Floats, spare: float = 1.0) -> float:
        """By which share of itself the volume grows with components in the amounts ``added``, nM."""
        if self.mixture is None or not self.handling.takes_volume:
            return 0.0
        known = self.mixture
        return self.handling.growth(added, known.complexes[places], known.on_beads[places], known.poured[places], spare)

    def _accompany(self, values: Floats, places: Ints, added: Floats) -> None:
        """Change a state (species,) by what the stocks of components in the amounts ``added``, nM, bring along."""
        if self.realisation.brings[places].any():
            whole = np.zeros(len(self.realisation.doses))
            whole[places] = added
            self.realisation.accompany(values, whole)


def plain_pot(mass_action: MassAction, engine: Engine, relative: float, absolute: float) -> Pot:
    """A pot of a plain network, of which every species may be added; tolerances per step, ``absolute`` in nM."""
    realisation = Realisation(np.ones(mass_action.size), np.ones(len(mass_action.rates)))
    return Pot(mass_action, engine.prepare(mass_action, relative, absolute), mass_action.rates, realisation)


def pot_of(mixture: Mixture, engine: Engine, relative: float, absolute: float, leak_rate: float = 0.0) -> Pot:
    """A pot of strands as designed; tolerances per step, ``absolute`` in nM, ``leak_rate`` in /nM/s."""
    mass_action = from_network(mixture.network)
    realisation = perfect(mixture)
    pot = Pot(mass_action, engine.prepare(mass_action, relative, absolute), mass_action.rates, realisation, mixture)
    return pot.realised(leak_rate, realisation)
