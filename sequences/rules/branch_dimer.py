"""Branch domains do not bind each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from typing import Any

from sequences.rules.base import PAIR, Context, Rule, SearchParts, Verdict


class BranchDimer(Rule):
    """x with y, and x with itself: free strands must not pair off. A three-letter code nearly settles this by itself."""

    name = "branch_dimer"
    remedy = "Lower sequences.branch_crosstalk, or keep branches free of G."

    def constraints(self, parts: SearchParts, context: Context) -> Sequence[Any]:
        limit = context.limits.branch_crosstalk

        def evaluate(words: tuple[str, ...], pair: Any) -> Any:
            energy = context.energies.duplex(*words)
            return parts.nuad.Result(excess=limit - energy, value=energy, unit="kcal/mol")

        return (
            parts.nuad.DomainPairConstraint(
                description="branch with branch",
                short_description="x y",
                evaluate=evaluate,
                weight=100.0,
                check_domain_against_itself=True,  # given pairs, nuad would look through all of them at every step
            ),
        )

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for (first, word), (second, other) in combinations_with_replacement(tuple(context.branch_words()), 2):
            energy = context.energies.duplex(word, other)
            yield self.at_least(f"{first.name}{PAIR}{second.name}", energy, context.limits.branch_crosstalk)
