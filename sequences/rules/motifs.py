"""Patterns that must not occur in any strand, across the borders of domains as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from dsd_ncrn.dsd.structure import strand_text
from sequences.rules.base import Context, Rule, SearchParts, Verdict
from sequences.words import IUPAC


class Motifs(Rule):
    """None of the design's motifs (``sequences.motifs``, IUPAC letters) occurs in a strand."""

    name = "motifs"
    remedy = "Take motifs out of sequences.motifs."

    def admits(self, word: str, context: Context) -> bool:
        around = [(word,), *((toehold, word, toehold) for _, toehold in context.toehold_words())]
        return not any(occurrences("".join(parts), context.limits.motifs) for parts in around)

    def constraints(self, parts: SearchParts, context: Context) -> Sequence[Any]:
        def evaluate(sequences: tuple[str, ...], strand: Any) -> Any:
            found = occurrences(sequences[0], context.limits.motifs)
            return parts.nuad.Result(excess=found, value=found, unit="motifs")

        return (
            parts.nuad.StrandConstraint(
                description="forbidden motifs",
                short_description="motifs",
                evaluate=evaluate,
                weight=100.0,
                strands=(*parts.tops, *parts.bottoms),
            ),
        )

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for strand in context.layout.strands:
            found = occurrences(context.spell(strand), context.limits.motifs)
            yield self.verdict(strand_text(strand), found, "motifs", 0, found == 0)


def occurrences(word: str, motifs: Sequence[str]) -> int:
    """How many places of a word begin one of the motifs."""
    return sum(len(re.findall(_pattern(motif), word)) for motif in motifs)


def _pattern(motif: str) -> str:
    """A lookahead, so that overlapping places count each."""
    return f"(?={''.join(f'[{IUPAC[letter]}]' for letter in motif)})"
