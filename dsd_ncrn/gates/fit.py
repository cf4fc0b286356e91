"""The fixed point of gate design: sequestration of species, concentrations and toeholds of joins, seconds of a unit of time.

The quasi-steady law ties the rate constant that a join gives to its concentration and first toehold, and to how much of its
inputs sits on joins, which is in turn a matter of their concentrations and toeholds. One round goes from the sequestration to
what joins have to give to free strands, from that to the shortest unit of time for which there is room, from that to each
join's concentration and toehold, and from these to the sequestration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple

from dsd_ncrn.gates.laws import JoinLaw, loading
from dsd_ncrn.kinetics.rates import RateModel

WEAKEST_NT = 3
"""First toehold."""
SMALLEST_NM = 20.0
"""Of a join, whatever it fires."""
SLACK = 1e-9
"""Relative: limits that meet may miss each other by rounding."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a reaction asks of its gates.

    ``constant`` is its rate constant for all of its inputs, on gates or free, in nM^-(inputs - 1) per unit of time,
    ``fired`` (nM) what they have to last for, ``clock`` the phase whose unit of time it has.
    """

    constant: float
    fired: float = 0.0
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """What one join may be.

    ``limits`` are its first toeholds (nt), the longest one first, with the largest concentration (nM) for each. With
    ``most`` of the longest its phase is as short as it may be. A join should hold ``least``. Where it ``lasts`` it must, with
    the longest toehold or a weaker one: the unit of time is then within a range for each, and what drives the join on may be
    as little as ``least`` too.
    """

    limits: Mapping[int, float]
    most: float
    least: float = 0.0
    lasts: bool = False

    @property
    def longest(self) -> int:
        """The longest toehold, nt."""
        return next(iter(self.limits))


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of a unit of time: ``fixed``, or the fewest from ``shortest`` on for which there is room."""

    fixed: float | None = None
    shortest: float = 0.0


@dataclass(frozen=True, slots=True)
class Settle:
    """When the rounds end, of which there are no more than ``rounds``.

    Without ``damping`` they end where no join changes by more than ``tolerance`` (relative). A damped round keeps that share
    of the sequestration before; since joins then creep, it is the sequestration that they give which has to be the one that
    they were chosen for. ``start`` is bound over free of every species to begin with; else all joins are as large and strong
    as they may be.
    """

    tolerance: float
    rounds: int
    damping: float = 0.0
    start: float | None = None


class Span(NamedTuple):
    """Seconds of a unit of time that a reaction allows with one first toehold, from its largest join to its smallest."""

    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.least:.3g} to {self.most:.3g}"


@dataclass(frozen=True)
class Sizing:
    """The laws of reactions with concentration, toehold and driver as chosen, and seconds of a unit of time by clock.

    Where it does not ``suit``, no unit of time lies in a span of every reaction whose join must last.
    """

    laws: Mapping[str, JoinLaw]
    seconds: Mapping[str, float]
    suits: bool = True

    @property
    def joins(self) -> dict[str, float]:
        """Concentrations by component, nM."""
        return {law.join: law.level for law in self.laws.values()}


def fit(
    laws: Iterable[JoinLaw],
    needs: Mapping[str, Need],
    rooms: Mapping[str, Room],
    paces: Mapping[str, Pace],
    rates: RateModel,
    settle: Settle,
) -> Sizing:
    """Fit the joins of the reactions in ``rooms`` to their needs; all other laws load species as they are.

    ``paces`` are by clock; one that is missing may be as short as there is room.
    """
    chosen = {law.reaction: law for law in laws}
    asked = {name: chosen[name] for name in rooms}
    # All start as large and strong as they may be, where species are loaded most: the rounds then only loosen.
    chosen |= {name: replace(law, level=rooms[name].most, opening=rooms[name].longest) for name, law in asked.items()}
    bound = loading(chosen.values(), rates)
    if settle.start is not None:
        bound = dict.fromkeys(bound, settle.start)
    seconds, suits = dict[str, float](), True
    for _ in range(settle.rounds):
        # 1: what is bound does not react, so that a join must give more to the strands that are free.
        constants = to_free(asked, needs, bound)
        # 2: the units of time in which that is possible, for each toehold that a join may open with.
        allowed = spans(asked, constants, rooms, rates)
        suits = True
        # 3: reactions of a phase share one unit of time, the least that all of them allow.
        for clock in sorted({needs[name].clock for name in rooms}):
            pace, here = paces.get(clock, Pace()), [each for name, each in allowed.items() if needs[name].clock == clock]
            common = pace.fixed or _least_common(here, pace.shortest)
            suits = suits and common is not None
            # Where none suits all, the rounds go on as if joins could be as small as need be: another sequestration may suit.
            seconds[clock] = common or max(min(span.least for span in each) for each in here)
        # 4: in that unit each join has one concentration for each toehold; the best one is chosen.
        before, new = (
            chosen,
            {n: _choice(law, constants[n] / seconds[needs[n].clock], rooms[n], rates) for n, law in asked.items()},
        )
        chosen = chosen | new
        # 5: which loads species otherwise than was assumed in 1.
        after = loading(chosen.values(), rates)
        # Damped joins creep, so that small changes would be no sign of a fixed point: the sequestration has to be consistent
        # itself.
        if settle.damping:
            change = max((abs(after[name] - bound[name]) for name in after), default=0.0)
        else:
            change = max((abs(law.level / before[name].level - 1) for name, law in new.items()), default=0.0)
        if change < settle.tolerance:
            break
        # Sequestration and joins raise each other where a species sits on most of its joins: damping keeps the rounds from
        # swinging.
        bound = {name: settle.damping * bound[name] + (1 - settle.damping) * after[name] for name in after}
    return Sizing({name: chosen[name] for name in rooms}, seconds, suits)


def to_free(laws: Mapping[str, JoinLaw], needs: Mapping[str, Need], bound: Mapping[str, float]) -> dict[str, float]:
    """The rate constants that joins have to give to free strands, per unit of time."""
    return {name: needs[name].constant / law.free(bound) for name, law in laws.items()}


def spans(
    laws: Mapping[str, JoinLaw], constants: Mapping[str, float], rooms: Mapping[str, Room], rates: RateModel
) -> dict[str, list[Span]]:
    """By reaction the units of time for which there is room: one span for each toehold of a join that must last."""
    return {name: _spans(law, constants[name], rooms[name], rates) for name, law in laws.items()}


def _spans(law: JoinLaw, constant: float, room: Room, rates: RateModel) -> list[Span]:
    if not room.lasts:  # what it should hold is no reason to hurry: only the longest toehold sets the pace
        return [Span(constant / (law.rate(rates, room.longest) * room.most), inf)]
    # The slowest that it can be: no more join than must last, driven on by as little.
    slowest = replace(law, last=min(room.least, law.last))
    return [
        Span(constant / (law.rate(rates, toehold) * limit), constant / (slowest.rate(rates, toehold) * room.least))
        for toehold, limit in room.limits.items()
    ]


def _least_common(allowed: Sequence[Sequence[Span]], shortest: float) -> float | None:
    """The least unit of time from ``shortest`` on that lies in a span of every reaction."""
    # The least common time is where some span begins, since only a beginning can exclude what is less.
    for seconds in sorted({shortest, *(span.least for each in allowed for span in each if span.least > shortest)}):
        low, high = seconds * (1 + SLACK), seconds * (1 - SLACK)
        if all(any(span.least <= low and span.most >= high for span in each) for each in allowed):
            return seconds
    return None


def _choice(law: JoinLaw, constant: float, room: Room, rates: RateModel) -> JoinLaw:
    """The longest toehold with which the join holds enough, else the weakest that it may have, driven on by less if it must."""
    # The concentration that gives the constant, for every toehold; a weaker one needs more join.
    joins = {each: constant / law.rate(rates, each) for each in room.limits}
    allowed = {
        toehold: min(join, room.limits[toehold])
        for toehold, join in joins.items()
        if join <= room.limits[toehold] * (1 + SLACK)
    }
    allowed = allowed or {room.longest: room.limits[room.longest]}
    # A longer toehold means a smaller join, which leaks less: it is taken as long as the join still lasts.
    toehold = next((each for each, join in allowed.items() if join >= room.least), min(allowed))
    # Too strong even so: a larger join that lasts, slowed by less of the strand that drives it on.
    if room.lasts and law.last and allowed[toehold] < room.least:
        driver = max(_driver(law, constant / room.least, toehold, rates), room.least)
        return replace(law, level=room.least, opening=toehold, last=driver)
    return replace(law, level=allowed[toehold], opening=toehold)


def _driver(law: JoinLaw, rate: float, toehold: int, rates: RateModel) -> float:
    """The concentration of the last strand at which a nM of the join gives ``rate``, which goes as 1 / (1 + q / C)."""
    # The law gives 1 / (1 + q / C) at two values of C; q follows from one, C from the other.
    unlimited = replace(law, last=inf).rate(rates, toehold)
    q = law.last * (unlimited / law.rate(rates, toehold) - 1)
    return q / (unlimited / rate - 1)
