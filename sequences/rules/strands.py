"""Rules on pairs of words, which must not bind each other, and on whole strands, which must not fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, combinations_with_replacement, permutations
from typing import Any

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Strand, strand_text
from sequences.layout import longest_common
from sequences.rules.base import PAIR, Context, Rule, SearchParts, Verdict

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
