"""Where gates can be attacked without a toehold: the pieces that cover them."""

from __future__ import annotations

from dataclasses import dataclass

from dsd_ncrn.dsd.structure import Complex, Domain, Strand

UNIT_RATE = 1.0
"""Of every leak step, /nM/s; simulations multiply it by the leak rate."""


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
