"""Branch words for circuits of hundreds of branches, picked from a library so that no two of them bind beyond a goal.

Two words are foes where one binds the complement of the other beyond the goal: wanted is a set without foes that is large
enough. Words with few foes are taken as long as there are any without one among those taken; then a word with a single one
takes its place, which stays away for a while, as in local searches for independent sets (Andrade, Resende & Werneck,
J. Heuristics 18:525, 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from dsd_ncrn.errors import InputError
from sequences.duplexes import Duplexes
from sequences.rules.base import Context
from sequences.thermo import Energies

if TYPE_CHECKING:
    from numpy.random import Generator

    from dsd_ncrn.arrays import Flags, Floats, Ints

WORDS_PER_BRANCH = 200
"""That are drawn."""
SAMPLE = 40
"""Of them, by which those with few foes are told."""
NARROWED = (0.8, 0.6, 0.4, 0.25)
"""Shares of the words that are looked on at, those with fewest foes among what is taken, each time that so many are."""
NARROWED_AFTER = 50
WORDS_LEFT = 25
"""For a branch, once none is left without a foe."""
STEPS_PER_BRANCH = 8
SHUFFLED = 0.01
"""Chance in the order of words that take another's place, as a share of foes."""
AWAY = 10
"""Steps that a word stays away at least."""
HIGHEST, GOAL_STEP, GOALS = 3.0, 0.25, 80
"""The first goal above the design's limit, and how goals fall, kcal/mol."""
REACHED = 0.78
"""Of 2 ln(n p) / p, the largest set without foes among n words that are foes with probability p, a search finds so much."""


def picked_words(
    words: Sequence[str], count: int, context: Context, rng: Generator, tell: Callable[[float], None]
) -> tuple[list[str], float]:
    """So many of the words, and the energy (kcal/mol) of the worst pair of them, as ``Energies`` has it.

    The goal is the strictest that a search can be expected to keep to; where it cannot, the next is tried. Raises InputError
    where there are fewer words.
    """
    if len(words) < count:
        achieved = f"{len(words)} words pass all filters for {count} domains"
        remedy = "Lengthen translation.branch."
        raise InputError("there are enough different words for all branch domains", achieved, remedy)
    duplexes = Duplexes(words, context.energies)
    sample = rng.choice(len(words), min(SAMPLE, len(words)), replace=False)
    # A sample of words against all tells how many foes each has, and so which goal can be kept.
    sampled = np.array([duplexes.energies(int(number)) for number in sample])
    goals = context.limits.branch_crosstalk + HIGHEST - GOAL_STEP * np.arange(GOALS)
    # Independent sets in a random graph have about 2 ln(n p) / p members: the strictest goal that leaves enough.
    goal = next((float(each) for each in goals if _reached(sampled, float(each)) >= count), float(goals[-1]))
    # Few foes first; as words are taken, those with many foes among them are no longer looked at.
    search = _Search(list(words), context.energies, duplexes, (sampled < goal).mean(axis=0), rng)
    for share in NARROWED:
        search.take(goal, count, NARROWED_AFTER, tell, exchange=False)
        search.narrow(max(count, round(share * len(words))))
    search.take(goal, count, len(words), tell, exchange=False)
    # What is left has foes among those taken: from here on a word can only take another's place.
    search.narrow(WORDS_LEFT * count)
    while len(search.taken) < count:
        search.take(goal, count, STEPS_PER_BRANCH * count, tell)
        if len(search.taken) < count:
            # Not reached: a looser goal has fewer foes, and those taken stay.
            goal -= GOAL_STEP
            search.loosen(goal)
    found = [search.words[number] for number in sorted(search.taken)]
    return found, min(context.energies.offtarget(*pair) for pair in combinations(found, 2))


def _reached(met: Floats, goal: float) -> float:
    """How many words without foes to expect of energies (sample, words)."""
    share = max(float((met < goal).mean()), 1e-4)
    return REACHED * 2.0 * float(np.log(max(met.shape[1] * share, 1.0))) / share


class _Search:
    """Words without foes among those taken; ``shares`` (words,) tell of how many each is the foe."""

    def __init__(self, words: Sequence[str], library: Energies, duplexes: Duplexes, shares: Floats, rng: Generator) -> None:
        self.words, self.library, self.duplexes, self.shares, self.rng = words, library, duplexes, shares, rng
        self.taken: dict[int, Flags] = {}
        self.foes = np.zeros(len(words), dtype=int)
        self.back = np.zeros(len(words), dtype=int)
        self.step = 0

    def take(self, goal: float, count: int, steps: int, tell: Callable[[float], None], exchange: bool = True) -> None:
        """Take more until there are so many, or the steps are over; without ``exchange`` while there are any without foes."""
        for _ in range(steps):
            self.step += 1
            # Candidates: without foe they join, with a single one they may replace it.
            out = np.ones(len(self.words), dtype=bool)
            out[list(self.taken)] = False
            none = np.flatnonzero(out & (self.foes == 0))
            one = np.flatnonzero(out & (self.foes == 1) & (self.back <= self.step))
            if len(self.taken) == count or not len(none) + (exchange and len(one)):
                return
            number = self._fewest(none, 0.0) if len(none) else self._fewest(one, SHUFFLED)
            met = self._foes(number, goal)
            # The one that gives way stays away for a while, lest the two take turns.
            for other in [each for each in self.taken if met[each]]:
                self.foes -= self.taken.pop(other)
                self.back[other] = self.step + AWAY + self.rng.integers(len(one) // 4 + 5)
            self.taken[number] = met
            self.foes += met
            tell(len(self.taken) / count)

    def narrow(self, most: int) -> None:
        """Look on only at the words with the fewest foes, those taken among them."""
        kept = np.sort(np.lexsort((self.shares, self.foes))[:most])
        self.taken = {int(np.searchsorted(kept, number)): met[kept] for number, met in self.taken.items()}
        self.words, self.duplexes = [self.words[int(number)] for number in kept], self.duplexes.chosen(kept)
        self.shares, self.foes, self.back = self.shares[kept], self.foes[kept], self.back[kept]

    def loosen(self, goal: float) -> None:
        """Count foes anew, at another goal."""
        self.taken = {number: self._foes(number, goal) for number in self.taken}
        self.foes = sum(self.taken.values(), np.zeros(len(self.words), dtype=int))

    def _foes(self, number: int, goal: float) -> Flags:
        """Those of a word: of words not taken by the compiled energies, which miss a few, of those taken by the library's."""
        found = self.duplexes.energies(number, goal) < 0.0
        word = self.words[number]
        # What is taken must hold by the library's own energies, of which the compiled ones miss a few.
        found[[each for each in self.taken if self.library.offtarget(word, self.words[each]) < goal]] = True
        found[number] = False
        return found

    def _fewest(self, numbers: Ints, shuffled: float) -> int:
        """That of some words with the fewest foes, or nearly so."""
        return int(numbers[np.argmin(self.shares[numbers] + shuffled * self.rng.random(len(numbers)))])
