"""Leaks: steps without a toehold between strands and gates, and between gates. Several models can be applied and add up.

Each adds to a finished network, to first order in the leak rate: what real reactions make of gates is attacked as they are
themselves, and two products of leaks are never brought together. Every kind of channel has a rate of its own, relative to the
leak rate; one of rate 0 is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations_with_replacement
from math import exp
from typing import Protocol

from dsd_ncrn.constants import constant
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, free
from dsd_ncrn.kinetics.enumerator import Enumerator, Move, Place
from dsd_ncrn.kinetics.infinite import attack
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.units import GAS_CONSTANT, ZERO_CELSIUS_K

EXCHANGE = "exchange"
DOUBLE = "double"


class LeakKind(StrEnum):
    """What meets in a leak: a strand and a fresh gate, one in mid-reaction, one that is spent; two fresh gates."""

    JOIN = "join"  # any gate that is no fork
    FORK = "fork"
    MID = "mid"
    SPENT = "spent"
    GATE_GATE = "gate_gate"
    DOUBLE = "double"  # a strand displaces two neighbours of any fresh gate at once


LeakRates = Mapping[LeakKind, float]
"""The rate of each kind of channel over the leak rate; none where it is not named."""
FRESH: LeakRates = {LeakKind.JOIN: 1.0, LeakKind.FORK: 1.0, LeakKind.GATE_GATE: 1.0}
"""Fresh gates alone, all at one rate, as Visual DSD has them."""


MEASURED_AT_C = 25.0


def warmth(temperature: float) -> float:
    """How many times as fast leaks are at a temperature (°C) as at that at which they were measured (Arrhenius)."""
    inverse = 1 / (MEASURED_AT_C + ZERO_CELSIUS_K) - 1 / (temperature + ZERO_CELSIUS_K)
    return exp(constant("leak.activation").number / GAS_CONSTANT * inverse)


@dataclass(frozen=True, slots=True)
class LeakTargets:
    """The gates as they were mixed, which of them are ``forks``, the strands that are there in excess, and relative rates."""

    gates: Sequence[Complex]
    fuels: Collection[Complex] = ()
    forks: Collection[Complex] = ()
    rates: LeakRates = field(default_factory=lambda: FRESH)

    def rate(self, kind: LeakKind) -> float:
        """The relative rate of a kind of channel."""
        return self.rates.get(kind, 0.0)


class LeakModel(Protocol):
    """Adds leaks to an enumerated network, each with its rate over the leak rate, by which simulations multiply it."""

    @property
    def name(self) -> str:
        """What it is called in designs."""
        ...

    def extend(self, enumerator: Enumerator, targets: LeakTargets) -> None:
        """Record the leaks of some gates with all that is known so far, and what follows."""
        ...


@dataclass(frozen=True, slots=True)
class Segment:
    """A covered branch of a gate: its position, the domain that covers it, the strand this belongs to."""

    position: int
    domain: Domain
    incumbent: Strand

    @property
    def has_toehold(self) -> bool:
        """Whether the incumbent could do anything once it is free."""
        return any(domain.is_toehold for domain in self.incumbent)


def attackable(target: Complex) -> list[Segment]:
    """The paired branch domains of a complex, both strands of each pair."""
    owner = [strand for strand in target.strands for _ in strand]
    return [
        Segment(position, ~domain, owner[partner])
        for position, domain in enumerate(target.domains)
        if not domain.is_toehold and (partner := target.pairing[position]) is not None
    ]


class GateLeak:
    """Leaks between free strands and gates: fresh ones, and where the rates say so those in mid-reaction and spent ones.

    A free strand displaces a bound strand of the same recognition domain without any toehold. Visual DSD's gradual leaks
    (Lakin et al., Bioinformatics 27:3211, 2011): every free strand attacks every gate as it was mixed; what a real reaction
    does anyway is no leak, and what comes out reacts on by ordinary displacement. Steps are labelled with Visual DSD's names
    of the rules: LS displaces a whole helix, LL and LR one that goes on as a toehold at the incumbent's 5' or 3' end, which
    opens. A helix clamped by toeholds at both ends does not leak.

    A fuel that replaces a strand without a toehold, as a seal before its time, is left out: it opens nothing, frees nothing
    that could react, and is not missed. Sinks are not attacked either: they take what attacks them anyway. A gate in
    mid-reaction has an open toehold, one that is spent has none. ``double`` leaks displace two neighbours at once.
    """

    name = "gate"

    def extend(self, enumerator: Enumerator, targets: LeakTargets) -> None:
        """Add the leak steps of gates with every free strand known so far, and all that follows from them."""
        # Attackers and attacked as the leak-free network knows them: first order in the leak rate.
        carriers, attacked = _carriers(enumerator), list(_attacked(enumerator, targets))
        for target, rate in attacked:
            for segment in attackable(target):
                for strand, place in carriers[segment.domain]:
                    # A fuel in the place of a strand without a toehold opens nothing and frees nothing that reacts.
                    idle = not segment.has_toehold and strand in targets.fuels
                    move = None if idle else attack(target, segment.position, strand, place)
                    _record(enumerator, target, strand, move, rate)
        for target in targets.gates if targets.rate(LeakKind.DOUBLE) else ():
            for segment in attackable(target):
                for strand, place in carriers[segment.domain]:
                    move = attack(target, segment.position, strand, place, neighbours=True)
                    _record(enumerator, target, strand, move, targets.rate(LeakKind.DOUBLE), DOUBLE)
        # What comes out reacts on by ordinary steps, with whatever is plentiful.
        enumerator.run()


def _record(enumerator: Enumerator, target: Complex, strand: Complex, move: Move | None, rate: float, rule: str = "") -> None:
    """Keep what a strand makes of a gate, unless a real reaction does it anyway."""
    if move is not None and move.complete and not enumerator.happens_anyway(target, strand, move):
        enumerator.record((target, strand), move.products, rate, StepKind.LEAK, rule=rule or move.label)


def _attacked(enumerator: Enumerator, targets: LeakTargets) -> Iterator[tuple[Complex, float]]:
    """The gates that strands attack, fresh ones first, each with its relative rate."""
    for gate in targets.gates:
        if rate := targets.rate(LeakKind.FORK if gate in targets.forks else LeakKind.JOIN):
            yield gate, rate
    fresh = frozenset(targets.gates)
    # A gate that a reaction has changed still has its bottom: an open starred domain says that it is in mid-reaction.
    bottoms = {strand for gate in targets.gates for strand in gate.strands if strand[0].starred}
    for each in list(enumerator.position):
        if each not in fresh and not each.is_strand and enumerator.is_common(each) and not bottoms.isdisjoint(each.strands):
            opened = any(paired is None and domain.starred for domain, paired in zip(each.domains, each.pairing))
            if rate := targets.rate(LeakKind.MID if opened else LeakKind.SPENT):
                yield each, rate


def _carriers(enumerator: Enumerator) -> dict[Domain, list[Place]]:
    """The plentiful free strands by the branch domains they carry."""
    carriers: dict[Domain, list[Place]] = defaultdict(list)
    for complex_ in enumerator.position:
        if complex_.is_strand and enumerator.is_common(complex_):
            for place, domain in enumerate(complex_.domains):
                if not domain.is_toehold:
                    carriers[domain].append((complex_, place))
    return carriers


class GateGateLeak:
    """Leaks between two fresh gates that exchange the strands on a common recognition domain.

    Helices end at a nick and fray there. Where two gates meet that cover the same branch domain with different strands, say a
    join with ``[x t]`` and a fork with ``[t x]``, each frayed strand can pair with the other's place, and a four-way branch
    migration without toeholds completes the exchange: the pathway between fuel complexes in Thachuk, Winfree & Soloveichik,
    "Leakless DNA strand displacement systems" (DNA 21, LNCS 9211:133, 2015). Each place keeps its branch covered and opens
    the toehold that its new strand lacks, so that both gates have taken a step that neither had an input for.

    The exchange happens where each of the two strands alone could displace the other by the rules of the gate leak; it is
    labelled ``exchange``. With one pair of 2-nt toeholds it has 0.033 to 0.047 /M/s (Dabby 2013); without any no rate has
    been measured. Visual DSD leaves such leaks out.
    """

    name = "gate_gate"

    def extend(self, enumerator: Enumerator, targets: LeakTargets) -> None:
        """Add the exchanges between all fresh gates, and between two copies of one."""
        rate = targets.rate(LeakKind.GATE_GATE)
        for one, other in combinations_with_replacement(dict.fromkeys(targets.gates) if rate else (), 2):
            for products in _exchanges(one, other):
                enumerator.record((one, other), products, rate, StepKind.LEAK, owners=(one, other), rule=EXCHANGE)
        enumerator.run()


def _exchanges(one: Complex, other: Complex) -> Iterator[tuple[Complex, ...]]:
    """The two gates after each exchange that they can make."""
    theirs = attackable(other)
    for mine in attackable(one):
        for segment in theirs:
            if segment.domain == mine.domain and segment.incumbent != mine.incumbent:
                # Each strand must be able to displace the other alone; the exchange is both at once.
                first, second = _replaced(one, mine, segment), _replaced(other, segment, mine)
                if first is not None and second is not None:
                    yield first, second


def _replaced(gate: Complex, segment: Segment, by: Segment) -> Complex | None:
    """The gate with one strand replaced by another that carries the same branch domain; None where the first stays."""
    strand, freed = free(*by.incumbent), free(*segment.incumbent)
    move = attack(gate, segment.position, strand, by.incumbent.index(by.domain))
    if move is None or len(move.products) != 2 or freed not in move.products:
        return None
    return next(product for product in move.products if product != freed)
