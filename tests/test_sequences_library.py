"""Branch words for hundreds of branches: fast energies are ViennaRNA's own, and what is picked keeps to its goal by them."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.errors import InputError
from sequences.duplexes import LARGEST_LOOP, Duplexes
from sequences.layout import Layout, reverse_complement
from sequences.library import picked_words
from sequences.rules.base import Context
from sequences.seeding import draw_words, greedy_words
from sequences.thermo import Energies
from sequences_circuits import small_circuit

pytest.importorskip("nuad")
pytestmark = pytest.mark.slow  # compiling takes some seconds


@pytest.fixture(scope="module")
def context() -> Context:
    rules = SequenceRules()
    return Context(Layout.of(small_circuit()), rules, Energies.under(rules, 25.0), {"t1": "T", "t2": "C", "t3": "ACA"})


@pytest.fixture(scope="module")
def words(context: Context) -> list[str]:
    return draw_words(15, 400, context, np.random.default_rng(0))


def largest_loop(structure: str) -> int:
    """Unpaired nt of the largest loop of a duplex in dot-parentheses."""
    left, right = structure.split("&")
    here = [number for number, mark in enumerate(left) if mark == "("]
    there = [number for number, mark in enumerate(reversed(right)) if mark == ")"]
    inner = zip(pairwise(here), pairwise(there), strict=True)
    return max((b - a - 1 + d - c - 1 for (a, b), (c, d) in inner), default=0)


def test_duplexes_without_large_loops_have_the_librarys_energies_and_no_others_stronger_ones(
    context: Context, words: list[str]
) -> None:
    """Oracle: duplexfold of ViennaRNA, asked both ways."""
    vienna, number = context.energies.library(), 0
    found = Duplexes(words, context.energies).energies(number)
    ways = [
        [vienna.duplexfold(one, reverse_complement(two)) for one, two in ((words[number], each), (each, words[number]))]
        for each in words
    ]
    exact = np.array([min(one.energy, two.energy) for one, two in ways])
    small = np.array([max(largest_loop(one.structure), largest_loop(two.structure)) <= LARGEST_LOOP for one, two in ways])
    assert 0 < (~small).sum() < 0.2 * len(words)
    np.testing.assert_allclose(found[small], exact[small], atol=0.006)
    assert np.all(found >= exact - 0.006)


def test_energies_below_a_limit_are_those_that_are_worked_out_of_all(context: Context, words: list[str]) -> None:
    duplexes = Duplexes(words, context.energies)
    whole, some = duplexes.energies(3), duplexes.energies(3, -10.0)
    looked_at = some < 0.0
    assert np.array_equal(some[looked_at], whole[looked_at])
    assert np.all(whole[looked_at] < -10.0)
    assert looked_at.sum() >= 0.95 * (whole < -10.0).sum() > 0


def test_without_a_limit_the_weakest_duplex_counts_as_well(context: Context) -> None:
    """By ViennaRNA: -0.27 kcal/mol."""
    vienna, words = context.energies.library(), ["ATACAT", "TTTTAA"]
    exact = min(vienna.duplexfold(one, reverse_complement(two)).energy for one, two in (words, words[::-1]))
    assert -0.5 < exact < 0.0
    assert Duplexes(words, context.energies).energies(0)[1] == pytest.approx(exact, abs=0.006)


def test_what_is_picked_keeps_further_apart_than_words_accepted_one_by_one(context: Context, words: list[str]) -> None:
    """By ViennaRNA's energies of every pair."""
    found, worst = picked_words(words, 60, context, np.random.default_rng(0), lambda share: None)
    assert len(set(found)) == 60
    assert set(found) <= set(words)
    assert worst == min(context.energies.offtarget(*pair) for pair in combinations(found, 2))
    accepted, _ = greedy_words({15: words}, Counter({15: 60}), context)
    assert worst > min(context.energies.offtarget(*pair) for pair in combinations(accepted[15], 2))
    assert picked_words(words, 60, context, np.random.default_rng(0), lambda share: None) == (found, worst)


def test_too_few_words_are_told(context: Context, words: list[str]) -> None:
    with pytest.raises(InputError, match="20 words pass all filters for 30 domains"):
        picked_words(words[:20], 30, context, np.random.default_rng(0), lambda share: None)
