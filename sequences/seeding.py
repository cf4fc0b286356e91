"""A good start for the search: the bases of toeholds, found by trying every word, then branch words accepted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import log
from typing import TYPE_CHECKING

from dsd_ncrn.dsd.structure import Domain, Strand
from dsd_ncrn.errors import InputError
from sequences.families import RULES
from sequences.layout import ToeholdWord, cut, longest_run, spell
from sequences.properties import INITIATION, stack_energies
from sequences.rates import opening_factor, toehold_energy
from sequences.rules.base import Context, Rule
from sequences.rules.strands import toehold_limit
from sequences.rules.words import LONGEST_RUN, TOP_BASES

if TYPE_CHECKING:
    from numpy.random import Generator

    from dsd_ncrn.arrays import Floats, Ints


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
    # One after the other: each word keeps away from those before.
    for word in context.layout.toeholds:
        candidates = _words(word, context.sequences)
        if len(candidates) > _MOST_WORDS:
            candidates = sorted(candidates[int(index)] for index in rng.choice(len(candidates), _MOST_WORDS, replace=False))
        best = min(candidates, key=lambda bases: _rank(bases, word, context, exposed, sample))
        context = replace(context, sequences={**context.sequences, **_cut(word, best)})
    return dict(context.sequences)


def _words(word: ToeholdWord, known: Mapping[str, str]) -> list[str]:
    """Every word that agrees with domains already spelled; the usual limits are dropped where none meets them."""
    # A toehold that is cut into parts shares domains with others: their bases are given.
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
    # First no other toehold may bind it, then enough branch words must be left, then rates come near the plan.
    clashes = sum(context.energies.offtarget(bases, other) < limit for _, other in _spelled(context))
    share = sum(context.energies.offtarget(bases, word) >= limit for word in sample) / max(1, len(sample))
    known = {**context.sequences, **_cut(word, bases)}
    return clashes, -min(share, ENOUGH_BRANCHES), _off_target_rate(word, known, exposed, context.energies.temperature), bases


def _off_target_rate(word: ToeholdWord, known: Mapping[str, str], exposed: Exposed, temperature: float) -> float:
    """The largest factor, as a logarithm, by which a stretch of the word opens at another rate than the published toehold."""
    # Gates expose a toehold whole or in part, on either side of a branch: the worst of them counts.
    factors = [0.0]
    for row, leads in exposed:
        if set(row) <= set(word):
            bases = spell(row, known)
            energy = toehold_energy(f"{CLOSING}{bases}" if leads else f"{bases}{CLOSING}", temperature)
            factors.append(abs(log(opening_factor(energy, len(bases), temperature))))
    return max(factors)


def _spelled(context: Context) -> list[tuple[ToeholdWord, str]]:
    """Toehold words whose domains are all known by now."""
    known = [word for word in context.layout.toeholds if all(domain.name in context.sequences for domain in word)]
    return [(word, context.spell(word)) for word in known]


def _cut(word: tuple[Domain, ...], bases: str) -> dict[str, str]:
    """The word's bases shared out to its domains."""
    return dict(zip((domain.name for domain in word), cut(word, bases)))


_BATCH = 20_000
_MOST_BATCHES = 60
_EMPTY_BATCHES = 10
_TRIED_ALONE = 2_000
_GOAL_STEP = 0.5
_GOALS_ABOVE_LIMIT = 6
_GOALS_IN_ALL = 40


def draw_words(length: int, count: int, context: Context, rng: Generator, closed: bool = False) -> list[str]:
    """Distinct branch words of a length (nt) that pass every rule's filters, at most ``count`` of them.

    ``closed`` draws only such as begin and end as filters want them, which finds nine times as many.

    Raises InputError where the rules leave none.
    """
    words: dict[str, None] = {}
    for batch in range(1, _MOST_BATCHES + 1):
        words.update(dict.fromkeys(_passing(RULES.values(), length, _BATCH, context, rng, closed)))
        if len(words) >= count or (not words and batch == _EMPTY_BATCHES):
            break
    if not words:
        raise _no_words(length, context, rng)
    return list(words)[:count]


def _passing(
    rules: Iterable[Rule], length: int, count: int, context: Context, rng: Generator, closed: bool = False
) -> list[str]:
    """Those of some random words that pass the filters of some rules."""
    import nuad.constraints as nuad
    from nuad.np import DNASeqList

    if closed:
        # Of free draws one in nine begins and ends in C; drawn so, none is wasted on that filter.
        inner = rng.choice(list(TOP_BASES), size=(count, length - 2))
        batch = DNASeqList(seqs=[f"{CLOSING}{''.join(row)}{CLOSING}" for row in inner])
    else:
        batch = DNASeqList(length=length, alphabet=tuple(TOP_BASES), shuffle=True, num_random_seqs=count, rng=rng)
    for each in (each for rule in rules for each in rule.filters(nuad, length, context)):
        if not isinstance(each, nuad.RestrictBasesFilter):  # already in the alphabet of the batch
            batch = each.remove_violating_sequences(batch)
    return [word for word in batch.to_list() if all(rule.admits(word, context) for rule in rules)]


def _no_words(length: int, context: Context, rng: Generator) -> InputError:
    """Says which rule lets the fewest words pass, and how many pass it."""
    passing = {rule: len(_passing([rule], length, _TRIED_ALONE, context, rng)) for rule in RULES.values()}
    rule = min(passing, key=lambda each: passing[each])
    achieved = f"of {_TRIED_ALONE} random words {passing[rule]} pass {rule.name}, the tightest rule, and none passes all"
    return InputError(f"some word of {length} nt meets the sequence rules", achieved, rule.remedy)


def greedy_words(
    pools: Mapping[int, Sequence[str]], needed: Counter[int], context: Context
) -> tuple[dict[int, list[str]], float]:
    """As many words of each length as needed, and the energy (kcal/mol) that no pair of them is worse than.

    Tries goals from well above the design's limit downwards, and takes the first that the pools can fill.
    Raises InputError where even the loosest cannot be met.
    """
    limit = context.limits.branch_crosstalk
    for step in range(_GOALS_IN_ALL):
        goal = min(limit + (_GOALS_ABOVE_LIMIT - step) * _GOAL_STEP, -_GOAL_STEP)
        chosen = _fill(pools, needed, goal, context)
        if all(len(chosen[length]) == count for length, count in needed.items()):
            return chosen, goal
    achieved = ", ".join(f"{len(pools[length])} for {count} domains of {length} nt" for length, count in needed.items())
    raise InputError(
        "there are enough different words for all branch domains",
        f"{achieved} pass all filters",
        "Lengthen translation.branch.",
    )


def _fill(pools: Mapping[int, Sequence[str]], needed: Counter[int], goal: float, context: Context) -> dict[int, list[str]]:
    """Words that keep to a goal, of each length as many as needed or as there are."""
    stacks = stack_energies(context.energies.temperature)
    accepted: dict[int, list[str]] = {}
    everyone: list[str] = []
    for length, count in needed.items():
        waiting = _survivors(list(pools[length]), everyone, goal, stacks)
        accepted[length] = []
        while len(accepted[length]) < count:
            if len(waiting) < count - len(accepted[length]):
                break
            word, *waiting = waiting
            if all(context.energies.offtarget(word, other) >= goal for other in everyone):
                accepted[length].append(word)
                everyone.append(word)
                waiting = _survivors(waiting, [word], goal, stacks)
    return accepted


def _survivors(words: list[str], accepted: Sequence[str], goal: float, stacks: Floats) -> list[str]:
    """Words that share no stretch with an accepted one which alone would bind beyond the goal.

    A prefilter only: it sees neither mismatches nor bulges, but costs a hundredth of a duplex energy.
    """
    import numpy as np

    if not words:
        return []
    letters = _letters(words)
    strongest = np.zeros(len(words))
    for word in accepted:
        # Common stretches bind the other's complement; without mismatches their energy is a sum of stacks.
        strongest = np.minimum(strongest, _strongest_common_run(letters, _letters([word])[0], stacks))
    return [word for word, energy in zip(words, strongest + INITIATION) if energy >= goal]


def _letters(words: Sequence[str]) -> Ints:
    import numpy as np

    return np.array([["ACGT".index(base) for base in word] for word in words])


def _strongest_common_run(letters: Ints, word: Ints, stacks: Floats) -> Floats:
    """Stacking energy (kcal/mol) of the strongest stretch that each row shares with the word, at any offset."""
    import numpy as np

    rows, length = letters.shape
    best = np.zeros(rows)
    # All alignments, with all words at once as columns of one array.
    for offset in range(1 - length, len(word)):
        energy = np.zeros(rows)
        matched = np.zeros(rows, dtype=bool)
        for position in range(max(0, -offset), min(length, len(word) - offset)):
            equal = letters[:, position] == word[position + offset]
            if position:
                # A stretch grows by a stack while bases agree, and begins anew at a difference.
                grown = energy + stacks[letters[:, position - 1], letters[:, position]]
                energy = np.where(equal & matched, grown, 0.0)
            matched = equal
            best = np.minimum(best, energy)
    return best
