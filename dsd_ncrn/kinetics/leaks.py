"""Leaks: steps without a toehold between strands and gates, and between gates. Several models can be applied and add up.

Each adds to a finished network, to first order in the leak rate: gates in the middle of a reaction, a few per cent of the
fresh ones, are not attacked, and two products of leaks are never brought together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Protocol

from dsd_ncrn.dsd.structure import Complex, Domain, Strand, free
from dsd_ncrn.kinetics.enumerator import Enumerator, Place
from dsd_ncrn.kinetics.infinite import attack
from dsd_ncrn.kinetics.network import StepKind

UNIT_RATE = 1.0
"""Of every leak step, /nM/s; simulations multiply it by the leak rate."""
EXCHANGE = "exchange"


class LeakModel(Protocol):
    """Adds leaks to an enumerated network, with rate 1 to be multiplied by the leak rate."""

    @property
    def name(self) -> str:
        """What it is called in designs."""
        ...

    def extend(self, enumerator: Enumerator, gates: Sequence[Complex], fuels: Collection[Complex] = ()) -> None:
        """Record the leaks of ``gates`` with all that is known so far, and what follows; ``fuels`` are there in excess."""
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
    """Leaks between free strands and fresh gates; their steps carry rate 1, to be multiplied by the leak rate.

    A free strand displaces a bound strand of the same recognition domain without any toehold. Visual DSD's gradual leaks
    (Lakin et al., Bioinformatics 27:3211, 2011): every free strand attacks every gate as it was mixed; what a real reaction
    does anyway is no leak, and what comes out reacts on by ordinary displacement. Steps are labelled with Visual DSD's names
    of the rules: LS displaces a whole helix, LL and LR one that goes on as a toehold at the incumbent's 5' or 3' end, which
    opens. A helix clamped by toeholds at both ends does not leak.

    A fuel that replaces a strand without a toehold, as a seal before its time, is left out: it opens nothing, frees nothing
    that could react, and is not missed. Sinks are not attacked either: they take what attacks them anyway.
    """

    name = "gate"

    def extend(self, enumerator: Enumerator, gates: Sequence[Complex], fuels: Collection[Complex] = ()) -> None:
        """Add the leak steps of ``gates`` with every free strand known so far, and all that follows from them.

        ``fuels`` are the strands that are there in excess.
        """
        carriers = _carriers(enumerator)
        for target in gates:
            for segment in attackable(target):
                for strand, place in carriers[segment.domain]:
                    idle = not segment.has_toehold and strand in fuels
                    move = None if idle else attack(target, segment.position, strand, place)
                    if move is not None and move.complete and not enumerator.happens_anyway(target, strand, move):
                        enumerator.record((target, strand), move.products, UNIT_RATE, StepKind.LEAK, rule=move.label)
        enumerator.run()


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
    labelled ``exchange`` and has the unit rate of all leaks. No rate has been measured for it without toeholds: taking that
    of a free strand is an upper bound, since both ends must open at once. Visual DSD leaves such leaks out.
    """

    name = "gate_gate"

    def extend(self, enumerator: Enumerator, gates: Sequence[Complex], fuels: Collection[Complex] = ()) -> None:
        """Add the exchanges between all ``gates``, and between two copies of one; ``fuels`` play no part."""
        for one, other in combinations_with_replacement(dict.fromkeys(gates), 2):
            for products in _exchanges(one, other):
                enumerator.record((one, other), products, UNIT_RATE, StepKind.LEAK, owners=(one, other), rule=EXCHANGE)
        enumerator.run()


def _exchanges(one: Complex, other: Complex) -> Iterator[tuple[Complex, ...]]:
    """The two gates after each exchange that they can make."""
    theirs = attackable(other)
    for mine in attackable(one):
        for segment in theirs:
            if segment.domain == mine.domain and segment.incumbent != mine.incumbent:
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
