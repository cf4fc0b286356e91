"""Gate-gate leak: two gates that hold the same recognition domain at a nick exchange the strands that cover it.

Helices end at a nick and fray there. Where two gates meet that cover the same branch domain with different strands, say a
join with ``[x t]`` and a fork with ``[t x]``, each frayed strand can pair with the other's place, and a four-way branch
migration without toeholds completes the exchange: the pathway between fuel complexes in Thachuk, Winfree & Soloveichik,
"Leakless DNA strand displacement systems" (DNA 21, LNCS 9211:133, 2015). Each place keeps its branch covered and opens
the toehold that its new strand lacks, so that both gates have taken a step that neither had an input for.

The exchange happens where each of the two strands alone could displace the other by the rules of the gate leak; it is
labelled ``exchange`` and has the unit rate of all leaks. No rate has been measured for it without toeholds: taking that
of a free strand is an upper bound, since both ends must open at once. Visual DSD leaves such leaks out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations_with_replacement

from dsd_ncrn.dsd.structure import Complex, free
from dsd_ncrn.kinetics.enumerator import Enumerator
from dsd_ncrn.kinetics.leaks.targets import UNIT_RATE, Segment, attackable
from dsd_ncrn.kinetics.moves import attack
from dsd_ncrn.kinetics.network import StepKind

EXCHANGE = "exchange"


class GateGateLeak:
    """Leaks between two fresh gates that exchange the strands on a common recognition domain."""

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
