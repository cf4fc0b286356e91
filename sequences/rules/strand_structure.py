"""Top strands stay unfolded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dsd_ncrn.dsd.structure import strand_text
from sequences.rules.base import Context, Rule, SearchParts, Verdict


def fold_constraint(parts: SearchParts, strands: Sequence[Any], context: Context, name: str, weight: float) -> Any:
    """A nuad constraint: the best fold of each of these strands is no stronger than the design's limit."""

    def evaluate(words: tuple[str, ...], strand: Any) -> Any:
        energy = context.energies.fold(words[0])
        return parts.nuad.Result(excess=context.limits.strand_structure - energy, value=energy, unit="kcal/mol")

    return parts.nuad.StrandConstraint(
        description=name, short_description=name, evaluate=evaluate, weight=weight, strands=tuple(strands)
    )


class StrandStructure(Rule):
    """Folding energy of every strand without starred domains: a folded signal binds late or not at all."""

    name = "strand_structure"
    remedy = "Lower sequences.strand_structure, or keep tops free of G."

    def constraints(self, parts: SearchParts, context: Context) -> Sequence[Any]:
        return (fold_constraint(parts, parts.tops, context, self.name, weight=100.0),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for strand in context.layout.tops:
            energy = context.energies.fold(context.spell(strand))
            yield self.at_least(strand_text(strand), energy, context.limits.strand_structure)
