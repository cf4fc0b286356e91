"""The bases of toeholds, found by trying every word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import log
from typing import TYPE_CHECKING

from dsd_ncrn.dsd.structure import Domain, Strand
from sequences.layout import ToeholdWord, spell
from sequences.rates import MEASURED_AT, dissociation, target_energy, toehold_energy
from sequences.rules.alphabet import TOP_BASES
from sequences.rules.base import Context
from sequences.rules.runs import LONGEST_RUN
from sequences.rules.toehold_crosstalk import toehold_limit
from sequences.words import longest_run

if TYPE_CHECKING:
    from numpy.random import Generator

GC_SHARES = (0.2, 0.6)
"""Toeholds of other composition are so weak or so strong that they do not behave like toeholds of their length."""

ENOUGH_BRANCHES = 0.4
"""A toehold is foreign enough to branches once this share of branch words may stand beside it."""

CLOSING = "C"
"""The base at both ends of every branch that is designed here."""

Exposed = Sequence[tuple[Strand, bool]]
"""Stretches of toehold domains that gates expose, as an invader spells them, and whether its branch leads."""

_MOST_WORDS = 250


def choose_toeholds(context: Context, exposed: Exposed, sample: Sequence[str], rng: Generator) -> dict[str, str]:
    """Bases of every toehold domain of the circuit.

    Of the words that leave at least ``ENOUGH_BRANCHES`` of a ``sample`` of branch words within the cross-talk limit, and
    that do not bind an earlier toehold, the one whose ``exposed`` stretches, beside branches that end in C, give rates
    nearest to those that the circuit was planned with: those of the published toeholds of their lengths. ``rng`` (numpy)
    thins out the words of long toeholds; those of five nucleotides are all tried.
    """
    for word in context.layout.toeholds:
        candidates = _words(word, context.sequences)
        if len(candidates) > _MOST_WORDS:
            candidates = sorted(candidates[int(index)] for index in rng.choice(len(candidates), _MOST_WORDS, replace=False))
        best = min(candidates, key=lambda bases: _rank(bases, word, context, exposed, sample))
        context = replace(context, sequences={**context.sequences, **_cut(word, best)})
    return dict(context.sequences)


def _words(word: ToeholdWord, known: Mapping[str, str]) -> list[str]:
    """Every word that agrees with domains already spelled; the usual limits are dropped where none meets them."""
    letters = [base for domain in word for base in (known.get(domain.name) or [TOP_BASES] * domain.length)]
    words = ["".join(choice) for choice in product(*letters)]
    return [bases for bases in words if _is_usual(bases)] or words


def _is_usual(bases: str) -> bool:
    low, high = GC_SHARES
    return low <= bases.count("C") / len(bases) <= high and longest_run(f"C{bases}C") <= LONGEST_RUN and not _slips(bases)


def _slips(bases: str) -> bool:
    """Whether the word repeats itself so that it can bind its own complement one or two nucleotides off."""
    return any(bases[shift:] == bases[:-shift] for shift in (1, 2))


def _rank(
    bases: str, word: ToeholdWord, context: Context, exposed: Exposed, sample: Sequence[str]
) -> tuple[int, float, float, str]:
    limit = toehold_limit(context.limits, len(bases))
    clashes = sum(context.energies.offtarget(bases, other) < limit for _, other in _spelled(context))
    share = sum(context.energies.offtarget(bases, word) >= limit for word in sample) / max(1, len(sample))
    known = {**context.sequences, **_cut(word, bases)}
    return clashes, -min(share, ENOUGH_BRANCHES), _off_target_rate(word, known, exposed, context.energies.temperature), bases


def _off_target_rate(word: ToeholdWord, known: Mapping[str, str], exposed: Exposed, temperature: float) -> float:
    """The largest factor, as a logarithm, by which a stretch of the word opens at another rate than the published toehold."""
    factors = [0.0]
    for row, leads in exposed:
        if set(row) <= set(word):
            bases = spell(row, known)
            energy = toehold_energy(f"{CLOSING}{bases}" if leads else f"{bases}{CLOSING}", temperature)
            opening = dissociation(energy, temperature) / dissociation(target_energy(len(bases)), MEASURED_AT)
            factors.append(abs(log(opening)))
    return max(factors)


def _spelled(context: Context) -> list[tuple[ToeholdWord, str]]:
    """Toehold words whose domains are all known by now."""
    known = [word for word in context.layout.toeholds if all(domain.name in context.sequences for domain in word)]
    return [(word, context.spell(word)) for word in known]


def _cut(word: tuple[Domain, ...], bases: str) -> dict[str, str]:
    """The word's bases shared out to its domains."""
    pieces: dict[str, str] = {}
    start = 0
    for domain in word:
        pieces[domain.name] = bases[start : start + domain.length]
        start += domain.length
    return pieces
