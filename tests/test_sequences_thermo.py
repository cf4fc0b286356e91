"""Words and energies: known values, and independence of the order in which conditions are used."""

from __future__ import annotations

import pytest

from dsd_ncrn.design.section import HOTTEST
from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.errors import InputError
from sequences.layout import gc_fraction, longest_run, reverse_complement
from sequences.thermo import Energies, sodium_equivalent

WORD = "CATACTCTACATCAC"


def test_reverse_complement_is_its_own_inverse() -> None:
    assert reverse_complement("ATGCA") == "TGCAT"
    assert reverse_complement(reverse_complement(WORD)) == WORD


def test_runs_and_gc_of_a_word() -> None:
    assert longest_run("ACCCTTA") == 3
    assert longest_run("") == 0
    assert gc_fraction("ACGT") == 0.5


def test_magnesium_counts_as_sodium_by_the_square_root_rule() -> None:
    """[Na] + 3.3 sqrt([Mg]): 50 mM Na and 12.5 mM Mg are about 0.42 M (Peyret 2000)."""
    assert sodium_equivalent(SequenceRules()) == pytest.approx(0.419, abs=0.001)


def test_both_duplex_algorithms_agree_on_a_perfect_duplex() -> None:
    """duplexfold keeps its own copy of the parameters; it must be the same set, temperature and salt as the others'."""
    for energies in (Energies(25.0, 0.42), Energies(25.0, 1.021), Energies(37.0, 1.021)):
        perfect = energies.perfect(WORD)
        compound = energies.compound([WORD, reverse_complement(WORD)])
        assert perfect == pytest.approx(compound.mfe_dimer()[1], abs=0.01)


def test_energies_do_not_depend_on_what_was_asked_before() -> None:
    cold, warm, salty = Energies(20.0, 0.42), Energies(45.0, 0.42), Energies(20.0, 1.021)
    alone = [each.perfect(WORD) for each in (cold, warm, salty)]
    mixed = [each.perfect(WORD) for each in (warm, salty, cold)]
    assert mixed == [alone[1], alone[2], alone[0]]
    assert salty.perfect(WORD) < cold.perfect(WORD) < warm.perfect(WORD)


def test_strands_without_any_pair_have_no_energy() -> None:
    energies = Energies(25.0, 0.42)
    assert energies.duplex("AAAAA", "CCCCC") == 0.0
    assert energies.fold("ACACACACAC") == 0.0


def test_offtarget_is_symmetric_and_perfect_for_a_word_with_itself() -> None:
    energies = Energies(25.0, 0.42)
    other = "CTACTCCTATTCTTC"
    assert energies.offtarget(WORD, other) == energies.offtarget(other, WORD)
    assert energies.offtarget(WORD, WORD) == energies.perfect(WORD)


def test_a_nicked_duplex_holds_its_target_structure() -> None:
    """A bottom strand with two tops: almost every nucleotide is as the target says."""
    top, other = WORD, "CTACTCCTATTCTTC"
    bottom = reverse_complement(top + other)
    target = Energies(25.0, 0.42).target([bottom, top, other], ["(" * 30, ")" * 15, ")" * 15])
    assert 0.0 < target.probability <= 1.0
    assert target.defect < 0.02


@pytest.mark.parametrize("temperature", [25.0, 50.0, HOTTEST])
def test_a_wrong_base_binds_less_than_the_right_one_up_to_the_hottest(temperature: float) -> None:
    """A mismatch inside a duplex costs energy at every temperature that is accepted; at 95 it would win 2 kcal/mol."""
    energies, exact = Energies(temperature, 0.42), reverse_complement(WORD)
    wrong = [exact[:place] + base + exact[place + 1 :] for place in (5, 7, 9) for base in "ACGT" if base != exact[place]]
    assert all(energies.duplex(WORD, each) > energies.perfect(WORD) for each in wrong)


def test_energies_above_the_hottest_are_refused() -> None:
    with pytest.raises(InputError, match=r"energies of sequences hold up to 70 °C"):
        Energies(70.1, 0.42)
