"""Branch domains begin and end with a strong base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from sequences.rules.base import Context, Rule, Verdict


class ClosedEnds(Rule):
    """C at both ends of every branch domain.

    A closing G-C pair frays less than an A-T pair, which is where leak starts, and all toeholds then stack on the same
    neighbour, so that their energies do not spread. Soft, because foreign sequences need not follow it.
    """

    name = "closed_ends"
    hard = False
    remedy = "Begin and end branches with C."

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        return (nuad.BaseEndFilter("C"),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for domain, word in context.branch_words():
            weak = sum(base not in "GC" for base in (word[0], word[-1]))
            yield self.verdict(domain.name, weak, "weak ends", 0, weak == 0)
