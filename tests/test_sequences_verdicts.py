"""Judgement of whole sets: good before bad, with the numbers a report needs."""

from __future__ import annotations

import random

import pytest

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.errors import InputError
from sequences.assignment import SequenceAssignment
from sequences.folding import dot_parens, target_checks
from sequences.verdicts import WORST_SHOWN, judge
from sequences_circuits import SMALL_WORDS, join, small_circuit

RULES = SequenceRules()
GOOD = SequenceAssignment(SMALL_WORDS)


def _random_four_letter_words() -> SequenceAssignment:
    rng = random.Random(0)
    return SequenceAssignment({name: "".join(rng.choices("ACGT", k=len(word))) for name, word in SMALL_WORDS.items()})


def test_a_good_set_passes_with_a_wide_gap() -> None:
    """Published sets of 15-nt domains reach gaps of 4.1 to 6.2 kcal/mol (Qian and Winfree 2011, same yardstick)."""
    verdicts = judge(small_circuit(), GOOD, RULES, 25.0)
    assert verdicts.hard_violations == 0
    assert verdicts.failed == ()
    assert verdicts.gap > 10
    assert verdicts.gap == pytest.approx(verdicts.worst_crosstalk_kcal - verdicts.weakest_perfect_kcal)
    assert verdicts.worst_structure_kcal >= RULES.strand_structure


def test_random_words_of_four_letters_rank_below() -> None:
    good, bad = (judge(small_circuit(), each, RULES, 25.0) for each in (GOOD, _random_four_letter_words()))
    assert bad.hard_violations > 10
    assert bad.gap < good.gap
    assert bad.worst_structure_kcal < good.worst_structure_kcal
    assert bad.toehold_spread_kcal > good.toehold_spread_kcal
    assert [each.hard for each in bad.failed] == sorted((each.hard for each in bad.failed), reverse=True)


def test_worst_interactions_come_strongest_first() -> None:
    verdicts = judge(small_circuit(), GOOD, RULES, 25.0)
    for worst in (verdicts.worst_domains, verdicts.worst_strands):
        assert len(worst) == WORST_SHOWN
        assert [each.energy for each in worst] == sorted(each.energy for each in worst)
    crosstalk = [each for each in verdicts.worst_domains if each.energy == verdicts.worst_crosstalk_kcal]
    assert crosstalk
    assert crosstalk[0].second.endswith("*")


def test_exposed_toeholds_are_listed_with_their_lengths() -> None:
    sites = judge(small_circuit(), GOOD, RULES, 25.0).toehold_sites
    assert {site.length for site in sites} == {3, 4, 5}
    by_length = {length: [site.energy for site in sites if site.length == length] for length in (3, 4, 5)}
    assert max(by_length[5]) < max(by_length[4]) < max(by_length[3]) < 0


def test_hotter_means_less_crosstalk() -> None:
    cool, hot = (judge(small_circuit(), GOOD, RULES, temperature) for temperature in (20.0, 45.0))
    assert hot.worst_crosstalk_kcal > cool.worst_crosstalk_kcal


def test_an_incomplete_set_is_refused() -> None:
    with pytest.raises(InputError, match="has no sequence"):
        judge(small_circuit(), SequenceAssignment({"x": "ACT"}), RULES, 25.0)


def test_dot_parentheses_of_a_gate() -> None:
    """{t*}[x t][r t][r]: bottom 15+20+20+5 nt with the last five open, then the tops from the bottom's 5' end."""
    complex_ = join(["x"], "r1")
    texts = dot_parens(complex_)
    lengths = [sum(domain.length for domain in strand) for strand in complex_.strands]
    assert [len(text) for text in texts] == lengths
    assert "".join(texts).count("(") == "".join(texts).count(")") == 55
    assert "".join(texts).count(".") == 5


def test_gates_hold_their_target_structure() -> None:
    """Normalised ensemble defect of connected gates: about 1 % or less."""
    checks = target_checks(small_circuit(), GOOD, RULES, 25.0)
    assert len(checks) == 7
    assert max(check.defect for check in checks) < 0.02


def test_a_chosen_gate_is_checked_alone() -> None:
    (check,) = target_checks(small_circuit(), GOOD, RULES, 25.0, ["join_2"])
    assert check.component == "join_2"
    assert check.length == 3 + 55 * 2
