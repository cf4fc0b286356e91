"""Bottom strands fold little, so that gates anneal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dsd_ncrn.dsd.structure import strand_text
from sequences.rules.base import Context, Rule, SearchParts, Verdict
from sequences.rules.strand_structure import fold_constraint


class BottomStructure(Rule):
    """Folding energy of every strand of starred domains. Soft: annealing with its tops undoes a fold of this strength.

    Its constraint stands last in the search: folding 100 nt is slow, and most proposals have been refused before.
    """

    name = "bottom_structure"
    hard = False
    remedy = "Lower sequences.strand_structure."

    def constraints(self, parts: SearchParts, context: Context) -> Sequence[Any]:
        return (fold_constraint(parts, parts.bottoms, context, self.name, weight=10.0),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for strand in context.layout.bottoms:
            energy = context.energies.fold(context.spell(strand))
            yield self.at_least(strand_text(strand), energy, context.limits.strand_structure)
