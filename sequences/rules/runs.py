"""No run of four equal bases, within domains or across their borders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from dsd_ncrn.dsd.structure import strand_text
from sequences.rules.base import Context, Rule, SearchParts, Verdict
from sequences.words import longest_run

LONGEST_RUN = 3
"""Runs of four G stack into quadruplexes, and runs of four of any base are synthesised badly."""


class Runs(Rule):
    """The longest run of one base in every strand is at most three."""

    name = "runs"
    remedy = "Break runs of four equal bases, also where domains meet."

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        return (nuad.ForbiddenSubstringFilter([base * (LONGEST_RUN + 1) for base in "ACT"]),)

    def admits(self, word: str, context: Context) -> bool:
        return all(longest_run(toehold + word + toehold) <= LONGEST_RUN for _, toehold in context.toehold_words())

    def constraints(self, parts: SearchParts, context: Context) -> Sequence[Any]:
        def evaluate(sequences: tuple[str, ...], strand: Any) -> Any:
            run = longest_run(sequences[0])
            return parts.nuad.Result(excess=run - LONGEST_RUN, value=run, unit="nt")

        return (
            parts.nuad.StrandConstraint(
                description="runs of one base",
                short_description="runs",
                evaluate=evaluate,
                weight=100.0,
                strands=(*parts.tops, *parts.bottoms),
            ),
        )

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for strand in context.layout.strands:
            run = longest_run(context.spell(strand))
            yield self.verdict(strand_text(strand), run, "nt", LONGEST_RUN, run <= LONGEST_RUN)
