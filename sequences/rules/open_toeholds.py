"""Toeholds of free strands are open."""

from __future__ import annotations

from collections.abc import Iterator

from dsd_ncrn.dsd.structure import Strand, strand_text
from sequences.rules.base import Context, Rule, Verdict

LOWEST_OPEN = 0.7
"""A strand whose toehold is open for less of the time reacts more slowly by as much."""


class OpenToeholds(Rule):
    """The nucleotide of a free strand's toeholds that is most often paired within the strand is open most of the time.

    Soft: it costs speed, no faults.
    """

    name = "open_toeholds"
    hard = False
    remedy = "Choose other toeholds, or keep tops free of G."

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for strand in context.layout.tops:
            if any(domain.is_toehold for domain in strand):
                share = lowest_open(strand, context)
                yield self.verdict(strand_text(strand), round(share, 4), "probability", LOWEST_OPEN, share >= LOWEST_OPEN)


def lowest_open(strand: Strand, context: Context) -> float:
    """The lowest probability (0 to 1) of a nucleotide of a strand's toeholds to be unpaired, the strand on its own."""
    unpaired = context.energies.unpaired(context.spell(strand))
    lowest, start = 1.0, 0
    for domain in strand:
        if domain.is_toehold:
            lowest = min(lowest, float(unpaired[start : start + domain.length].min()))
        start += domain.length
    return lowest
