"""Gate leak: a free strand displaces a bound strand of the same recognition domain without any toehold.

Visual DSD's gradual leaks (Lakin et al., Bioinformatics 27:3211, 2011): every free strand attacks every gate as it
was mixed; what a real reaction does anyway is no leak, and what comes out reacts on by ordinary displacement.

First order in the leak rate: gates in the middle of a reaction, a few per cent of the fresh ones, are not attacked, and
two products of leaks are never brought together. A fuel that replaces a strand without a toehold, as a seal before its
time, is left out: it opens nothing, frees nothing that could react, and is not missed. Sinks are not attacked either:
they take what attacks them anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from dsd_ncrn.dsd.structure import Complex, Domain
from dsd_ncrn.kinetics.enumerate import Enumerator
from dsd_ncrn.kinetics.moves import attack
from dsd_ncrn.kinetics.network import StepKind

UNIT_RATE = 1.0


class GateLeak:
    """Leaks between free strands and fresh gates; their steps carry rate 1, to be multiplied by the leak rate."""

    name = "gate"

    def extend(self, enumerator: Enumerator, gates: Sequence[Complex], fuels: Collection[Complex] = ()) -> None:
        """Add the leak steps of ``gates`` with every free strand known so far, and all that follows from them.

        ``fuels`` are the strands that are there in excess.
        """
        enumerator.common = frozenset(enumerator.position)
        carriers = _carriers(list(enumerator.position))
        for target in gates:
            for position, domain, has_toehold in _attackable(target):
                for strand, place in carriers[domain]:
                    idle = not has_toehold and strand in fuels
                    move = None if idle else attack(target, position, strand, place)
                    if move is not None and move.complete:
                        enumerator.record(target, strand, move, StepKind.LEAK, UNIT_RATE)
        enumerator.run()


def _carriers(complexes: Sequence[Complex]) -> dict[Domain, list[tuple[Complex, int]]]:
    """Free strands by the branch domains they carry."""
    carriers: dict[Domain, list[tuple[Complex, int]]] = defaultdict(list)
    for complex_ in complexes:
        if complex_.is_strand:
            for place, domain in enumerate(complex_.domains):
                if not domain.is_toehold:
                    carriers[domain].append((complex_, place))
    return carriers


def _attackable(target: Complex) -> list[tuple[int, Domain, bool]]:
    """Positions whose partner a strand could displace, the domain it must carry, and whether that partner has a toehold."""
    with_toehold = [any(domain.is_toehold for domain in strand) for strand in target.strands for _ in strand]
    return [
        (position, ~domain, with_toehold[partner])
        for position, domain in enumerate(target.domains)
        if not domain.is_toehold and (partner := target.pairing[position]) is not None
    ]
