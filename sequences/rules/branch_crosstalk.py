"""Branch domains do not bind each other's complements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from sequences.rules.base import PAIR, Context, Rule, SearchParts, Verdict

BELOW_FLOOR = 1000.0
"""Score of a pair worse than all pairs were at the start: no gain among the others can pay for that."""


class BranchCrosstalk(Rule):
    """x with y*, and y with x*, for every pair of branch domains.

    With a three-letter code this is where all cross-talk is: a strand meets the bottom of a gate it does not belong to.
    """

    name = "branch_crosstalk"
    remedy = "Lower sequences.branch_crosstalk, give the search more time, or lengthen translation.branch."

    def constraints(self, parts: SearchParts, context: Context) -> Sequence[Any]:
        slack = context.branch_goal - context.branch_floor + 1e-6

        def evaluate(words: tuple[str, ...], pair: Any) -> Any:
            energy = context.energies.offtarget(*words)
            return parts.nuad.Result(excess=context.branch_goal - energy, value=energy, unit="kcal/mol")

        def score(excess: float) -> float:
            return excess**2 + (BELOW_FLOOR if excess > slack else 0.0)

        return (
            parts.nuad.DomainPairConstraint(
                description="branch with a foreign complement",
                short_description="x y*",
                evaluate=evaluate,
                score_transfer_function=score,
                check_domain_against_itself=False,  # given pairs, nuad would look through all of them at every step
            ),
        )

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for (first, word), (second, other) in combinations(context.branch_words(), 2):
            energy = context.energies.offtarget(word, other)
            yield self.at_least(f"{first.name}{PAIR}{second.name}*", energy, context.limits.branch_crosstalk)
