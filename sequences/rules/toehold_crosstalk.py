"""Toeholds bind their own complement only."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import strand_text
from sequences.rules.base import PAIR, Context, Rule, Verdict

REFERENCE_NT = 5
"""The design's limit is meant for a toehold of this length."""


def toehold_limit(limits: SequenceRules, length: int) -> float:
    """Off-target limit (kcal/mol) of a toehold of a length (nt).

    It grows in proportion with the length beyond five, as the energy of the perfect toehold does.
    """
    return limits.toehold_crosstalk * max(1.0, length / REFERENCE_NT)


class ToeholdCrosstalk(Rule):
    """No toehold binds a branch domain, or another toehold, more strongly than the limit.

    The toeholds are fixed before the search begins, so that all of it is a filter on branch words.
    """

    name = "toehold_crosstalk"
    remedy = "Lower sequences.toehold_crosstalk, or use fewer or shorter toeholds."

    def admits(self, word: str, context: Context) -> bool:
        return all(
            context.energies.offtarget(toehold, word) >= toehold_limit(context.limits, len(toehold))
            for _, toehold in context.toehold_words()
        )

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for toehold, bases in context.toehold_words():
            limit = toehold_limit(context.limits, len(bases))
            for domain, word in context.branch_words():
                energy = context.energies.offtarget(bases, word)
                yield self.at_least(f"{strand_text(toehold)}{PAIR}{domain.name}*", energy, limit)
        for (first, bases), (second, others) in permutations(context.toehold_words(), 2):
            limit = toehold_limit(context.limits, max(len(bases), len(others)))
            energy = context.energies.offtarget(bases, others)
            yield self.at_least(f"{strand_text(first)}{PAIR}{strand_text(second)}*", energy, limit)
