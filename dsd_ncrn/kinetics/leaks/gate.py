"""Gate leak: a free strand displaces a bound strand of the same recognition domain without any toehold.

Visual DSD's gradual leaks (Lakin et al., Bioinformatics 27:3211, 2011): every free strand attacks every gate as it
was mixed; what a real reaction does anyway is no leak, and what comes out reacts on by ordinary displacement. Steps are
labelled with Visual DSD's names of the rules: LS displaces a whole helix, LL and LR one that goes on as a toehold at the
incumbent's 5' or 3' end, which opens. A helix clamped by toeholds at both ends does not leak.

First order in the leak rate: gates in the middle of a reaction, a few per cent of the fresh ones, are not attacked, and
two products of leaks are never brought together. A fuel that replaces a strand without a toehold, as a seal before its
time, is left out: it opens nothing, frees nothing that could react, and is not missed. Sinks are not attacked either:
they take what attacks them anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from dsd_ncrn.dsd.structure import Complex, Domain
from dsd_ncrn.kinetics.enumerator import Enumerator
from dsd_ncrn.kinetics.junctions import Place
from dsd_ncrn.kinetics.leaks.targets import UNIT_RATE, attackable
from dsd_ncrn.kinetics.moves import attack
from dsd_ncrn.kinetics.network import StepKind


class GateLeak:
    """Leaks between free strands and fresh gates; their steps carry rate 1, to be multiplied by the leak rate."""

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
