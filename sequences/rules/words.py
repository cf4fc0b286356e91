"""Rules that look at one word at a time: its letters, its composition, its ends, and what it repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import ceil, floor
from statistics import median
from types import ModuleType
from typing import Any

from dsd_ncrn.dsd.structure import strand_text
from sequences.layout import IUPAC, gc_fraction, longest_run
from sequences.rules.base import Context, Rule, SearchParts, Verdict

TOP_BASES = "ACT"
"""The code of Qian and Winfree, Science 332:1196 (2011): G only on bottom strands."""


class Alphabet(Rule):
    """No G in an unstarred domain."""

    name = "alphabet"
    remedy = "Spell domains of top strands without G."

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        return (nuad.RestrictBasesFilter(tuple(TOP_BASES)),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for name, word in context.sequences.items():
            strangers = sum(base not in TOP_BASES for base in word)
            yield self.verdict(name, strangers, "nt", 0, strangers == 0)


class GcContent(Rule):
    """The share of G and C of every branch domain lies within the design's window."""

    name = "gc_content"
    remedy = "Widen sequences.gc_min and sequences.gc_max."

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        low, high = context.limits.gc_min * length, context.limits.gc_max * length
        return (nuad.BaseCountFilter("C", high_count=floor(high + 1e-9), low_count=ceil(low - 1e-9)),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        low, high = context.limits.gc_min, context.limits.gc_max
        for domain, word in context.branch_words():
            share = gc_fraction(word)
            nearest = low if share - low < high - share else high
            yield self.verdict(domain.name, share, "fraction", nearest, low - 1e-9 <= share <= high + 1e-9)


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


HALF_WINDOW = 1.2
"""Half the width (kcal/mol) of the window in which the search looks; a narrower one makes proposals slow."""

_SAMPLE = 2000


class BranchStrength(Rule):
    """Every branch duplex is within a window around the others of its length. Soft: kinetics hardly depends on it."""

    name = "branch_strength"
    hard = False
    remedy = "Choose branches of like GC content."

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        centre, temperature = _centre(length, context), context.energies.temperature
        return (nuad.NearestNeighborEnergyFilter(centre - HALF_WINDOW, centre + HALF_WINDOW, temperature),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        energies = {domain: context.energies.perfect(word) for domain, word in context.branch_words()}
        for domain, energy in energies.items():
            usual = median(other for each, other in energies.items() if each.length == domain.length)
            deviation = abs(energy - usual)
            yield self.verdict(domain.name, round(deviation, 4), "kcal/mol", 2 * HALF_WINDOW, deviation <= 2 * HALF_WINDOW)


def _centre(length: int, context: Context) -> float:
    """Median nearest-neighbour sum (kcal/mol) of random three-letter words with closed ends.

    Their share of C is what chance gives, moved into the GC window where that is elsewhere: weaker words would also
    bind others less, but it is the difference between the two that counts, and that is greatest where most words are.
    """
    import numpy as np
    from nuad.np import calculate_wc_energies, seqs2arr

    by_chance = ((length - 2) / 3 + 2) / length
    inner = (min(max(by_chance, context.limits.gc_min), context.limits.gc_max) * length - 2) / (length - 2)
    rng = np.random.default_rng(0)
    letters = rng.choice(list("ACT"), p=[(1 - inner) / 2, inner, (1 - inner) / 2], size=(_SAMPLE, length - 2))
    words = ["C" + "".join(row) + "C" for row in letters]
    return float(np.median(calculate_wc_energies(seqs2arr(words), context.energies.temperature)))


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
