"""Branch domains have no long stretch in common."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sequences.rules.base import PAIR, Context, Rule, Verdict
from sequences.words import longest_common

LONGEST_COMMON = 7
"""A stretch beyond this binds a foreign complement as a toehold of eight would: for good."""


class BranchSimilarity(Rule):
    """The longest stretch that two branches share, which is what one binds of the other's complement without a fault.

    Soft: the energy of the same pair, with its faults, is judged by the cross-talk.
    """

    name = "branch_similarity"
    hard = False
    remedy = "Give the search more time, or lengthen translation.branch."

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for (first, word), (second, other) in combinations(context.branch_words(), 2):
            shared = longest_common(word, other)
            yield self.verdict(f"{first.name}{PAIR}{second.name}*", shared, "nt", LONGEST_COMMON, shared <= LONGEST_COMMON)
