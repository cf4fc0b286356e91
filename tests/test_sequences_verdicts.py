"""Judgement of whole sets: good before bad, with the numbers a report needs."""

from __future__ import annotations

import random

import pytest

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Bound, Domain, Open, gate
from dsd_ncrn.errors import InputError
from sequences.assignment import SequenceAssignment
from sequences.folding import dot_parens, target_checks
from sequences.layout import reverse_complement
from sequences.sites import _exposed
from sequences.verdicts import WORST_SHOWN, judge, judge_domains
from sequences_circuits import SMALL_WORDS, join, small_circuit

RULES = SequenceRules()
GOOD = SequenceAssignment(SMALL_WORDS)


def _random_four_letter_words() -> SequenceAssignment:
    rng = random.Random(0)
    return SequenceAssignment({name: "".join(rng.choices("ACGT", k=len(word))) for name, word in SMALL_WORDS.items()})


def _scrambled(seed: int) -> SequenceAssignment:
    """The bases of every branch in another order: the same composition, nothing of the design."""
    rng = random.Random(seed)
    shuffled = {name: "".join(rng.sample(word, len(word))) for name, word in SMALL_WORDS.items() if len(word) > 3}
    return SequenceAssignment({**SMALL_WORDS, **shuffled})


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


@pytest.mark.parametrize("seed", range(3))
def test_scrambling_a_good_set_is_detected(seed: int) -> None:
    good, scrambled = (judge_domains(small_circuit(), each, RULES, 25.0) for each in (GOOD, _scrambled(seed)))
    assert scrambled.hard_violations > 0
    assert scrambled.rank > good.rank
    assert scrambled.gap < good.gap


def test_domains_in_each_others_places_are_a_set_as_good() -> None:
    """Rank looks at what was designed, not at names: exchanging two branches changes no duplex of domains."""
    exchanged = SequenceAssignment({**SMALL_WORDS, "x": SMALL_WORDS["y"], "y": SMALL_WORDS["x"]})
    assert judge_domains(small_circuit(), exchanged, RULES, 25.0).gap == judge_domains(small_circuit(), GOOD, RULES, 25.0).gap


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


def test_every_complex_is_judged_and_none_of_a_good_set_is_flagged() -> None:
    verdicts = judge(small_circuit(), GOOD, RULES, 25.0)
    assert len(verdicts.complexes) == 7
    assert verdicts.flagged == ()
    assert {each.rule for each in verdicts.verdicts} >= {"target_structure", "ensemble_defect", "gate_toehold"}
    for check in verdicts.complexes:
        assert check.probability <= check.core >= 0.9
        assert check.tube_defect >= check.defect - 1e-9
        assert check.formed > 0.99


def test_gates_with_a_branch_that_hardly_holds_are_flagged() -> None:
    """15 pairs of A and T hold about -10 kcal/mol: K = 2e7 /M, so that at 200 nM many are not together."""
    weak = SequenceAssignment({**SMALL_WORDS, "r2": "TATATTATAATATTA"})
    flagged = {check.component: check for check in judge(small_circuit(), weak, RULES, 25.0).flagged}
    assert "fork_2" in flagged or "join_2" in flagged
    assert all(check.formed < 0.97 for check in flagged.values())


def test_a_dilute_tube_holds_fewer_complexes() -> None:
    from sequences.folding import formed_share
    from sequences.thermo import Energies

    words = [SMALL_WORDS["x"][:8], reverse_complement(SMALL_WORDS["x"][:8])]
    shares = [formed_share(words, concentration, Energies(25.0, 0.42)) for concentration in (10.0, 100.0, 1000.0)]
    assert shares == sorted(shares)
    assert shares[0] < 0.9 * shares[-1]


def test_toeholds_are_summed_up_by_length_against_the_published_ones() -> None:
    """t of 5 nt: TCACA with C beside it, against GTCTCC; Zhang & Winfree (2009) measured the latter."""
    classes = {each.length: each for each in judge_domains(small_circuit(), GOOD, RULES, 25.0).toehold_classes}
    assert set(classes) == {3, 4, 5}
    for each in classes.values():
        assert each.strongest <= each.mean <= each.weakest
        assert each.slowest <= each.fastest
    assert classes[5].target == pytest.approx(-8.5, abs=0.1)
    assert 0.5 < classes[5].slowest <= classes[5].fastest < 1.5


def test_leak_sites_are_ends_that_breathe_and_weak_ends_breathe_more() -> None:
    """Published gates leak at about 1 to 20 /M/s (Reynaldo et al. 2000; Chen et al. 2013)."""
    sites = judge(small_circuit(), GOOD, RULES, 25.0).leak_sites
    assert [site.rate for site in sites] == sorted((site.rate for site in sites), reverse=True)
    assert 0.5 < sites[-1].rate < sites[0].rate < 50
    weak = SequenceAssignment({**SMALL_WORDS, "r1": "A" + SMALL_WORDS["r1"][1:-1] + "A"})
    loose = judge(small_circuit(), weak, RULES, 25.0).leak_sites
    assert max(site.rate for site in loose if site.branch == "r1") > 1.5 * max(s.rate for s in sites if s.branch == "r1")


def test_matrices_hold_every_pair_once() -> None:
    verdicts = judge_domains(small_circuit(), GOOD, RULES, 25.0)
    pairs = [(each.first, each.second) for each in verdicts.domains.interactions]
    assert len(pairs) == len(set(pairs))
    header, rows = verdicts.domains.table
    filled = sum(value is not None for row in rows for value in row[1:])
    assert filled == len(pairs)
    assert all(len(row) == len(header) for row in rows)


def test_a_chosen_gate_is_checked_alone() -> None:
    (check,) = target_checks(small_circuit(), GOOD, RULES, 25.0, ["join_2"])
    assert check.component == "join_2"
    assert check.length == 3 + 55 * 2


def test_a_branch_leads_where_it_comes_before_the_toehold_that_it_is_entered_by() -> None:
    """5' to 3', <t x> enters a gate with its toehold first, <x t> with its branch."""
    t, x = Domain("t", 5), Domain("x", 15)
    assert list(_exposed(gate(Open((t,)), Bound((x,))))) == [((t,), x, False)]
    assert list(_exposed(gate(Bound((x,)), Open((t,))))) == [((t,), x, True)]
