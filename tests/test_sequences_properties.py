"""Bench formulas against published check values."""

from __future__ import annotations

import pytest

from dsd_ncrn.design.spec import SequenceRules
from sequences import properties
from sequences.layout import reverse_complement
from sequences.thermo import sodium_equivalent
from sequences.vendors.base import LengthRange

OLIGO_33 = "CATAACACAATCACATCTCACCACCAAACTTCA"


def test_molecular_weight_of_a_33_mer() -> None:
    """9907.5 g/mol, anhydrous free acid, as IDT's sum gives."""
    assert properties.molecular_weight(OLIGO_33) == pytest.approx(9907.5, abs=0.1)


def test_extinction_of_short_and_long_words() -> None:
    """ATGCA 53,000 (UGENE manual); the 33-mer 319,400 (nearest neighbours of Tataurov 2008)."""
    assert properties.extinction_260("ATGCA") == 53000
    assert properties.extinction_260(OLIGO_33) == 319400
    assert properties.extinction_260("A") == 15400


def test_the_sodium_salt_is_22_heavier_for_each_phosphate() -> None:
    """21.982 for each of 32 phosphates of the 33-mer: sodium (22.990) for hydrogen (1.008)."""
    assert properties.sodium_salt_mass(OLIGO_33) - properties.molecular_weight(OLIGO_33) == pytest.approx(32 * (22.990 - 1.008))


def test_a_duplex_absorbs_less_than_its_strands() -> None:
    """ATGCA with TGCAT: (53,000 + 46,300) less 0.287 for 3 of 5 pairs and 0.059 for 2 (Tataurov 2008), by hand.

    TGCAT: TG 19,000 + GC 17,600 + CA 21,200 + AT 22,800 - G 11,500 - C 7,400 - A 15,400 = 46,300.
    """
    assert properties.extinction_260("TGCAT") == 46300
    duplex = (53000 + 46300) * (1 - 0.287 * 0.6 - 0.059 * 0.4)
    assert properties.complex_extinction_260(["ATGCA", "TGCAT"], [True] * 10) == pytest.approx(duplex)
    assert properties.complex_extinction_260(["ATGCA", "TGCAT"], [False] * 10) == 53000 + 46300


def test_absorbance_of_dinucleotides_has_the_table_and_not_its_wrong_copies() -> None:
    """Public copies of the table have TC 19,000 and TT 27,400; Tataurov 2008 has 16,200 and 16,800."""
    assert (properties.extinction_260("TC"), properties.extinction_260("TT")) == (16200, 16800)


def test_magnesium_counts_as_sodium() -> None:
    """12.5 mM Mg and 50 mM Na are 0.05 + 3.3 sqrt(0.0125) = 0.42 M of sodium, and raise Tm over that of 50 mM alone."""
    assert sodium_equivalent(SequenceRules()) == pytest.approx(0.05 + 3.3 * 0.0125**0.5)
    without = sodium_equivalent(SequenceRules.model_validate({"magnesium": "0 mM"}))
    assert without == pytest.approx(0.05)
    hot, cold = (
        properties.melting_temperature(OLIGO_33, 1000.0, salt) for salt in (sodium_equivalent(SequenceRules()), without)
    )
    assert hot > cold + 10


def test_a_60_mer_is_more_often_truncated_than_not() -> None:
    """IDT: 98 to 99 % for each coupling, so that of a 60-mer 59 % are truncated or deleted (at 98.5 %)."""
    assert 1 - properties.full_length_fraction(60, 0.985) == pytest.approx(0.59, abs=0.005)


@pytest.mark.parametrize(("length", "small", "large"), [(20, 10.0, 80.0), (40, 5.0, 40.0), (60, 3.2, 25.6), (80, 2.4, 19.2)])
def test_expected_amounts_are_those_of_the_table(length: int, small: float, large: float) -> None:
    """Invitrogen's nmol of desalted oligos from syntheses of 25 and 200 nmol; the rule of 8 n / nt is within 5 %."""
    assert LengthRange("25nm", 15, 60, 25.0).expected_nmol(length) == pytest.approx(small, rel=0.05)
    assert LengthRange("200nm", 15, 60, 200.0).expected_nmol(length) == pytest.approx(large, rel=0.05)
    assert LengthRange("4nmU", 45, 200, 4.0, guaranteed=True).expected_nmol(length) == 4.0


def test_amounts_for_one_od() -> None:
    assert properties.nmol_per_od(OLIGO_33) == pytest.approx(1e6 / 319400)
    assert properties.ug_per_od(OLIGO_33) == pytest.approx(9907.5 / 319400 * 1e3, rel=1e-4)


def test_resuspension_to_100_uM_takes_10_uL_per_nmol() -> None:
    assert properties.resuspension_volume(25.0) == pytest.approx(250.0)


def test_full_length_fraction_of_a_100_mer() -> None:
    """99 to 99.5 % per coupling: 37 to 61 % full length."""
    assert properties.full_length_fraction(100, 0.99) == pytest.approx(0.37, abs=0.005)
    assert properties.full_length_fraction(100, 0.995) == pytest.approx(0.61, abs=0.005)


def test_stacks_are_those_of_santalucia_and_hicks() -> None:
    """Free energies at 37 degrees Celsius, Table 1 of SantaLucia and Hicks 2004: AA -1.00, CG -2.17, GC -2.24, GG -1.84."""
    stacks = properties.stack_energies(37.0)
    a, c, g, t = range(4)
    assert stacks[a, a] == pytest.approx(-1.00, abs=0.02)
    assert stacks[c, g] == pytest.approx(-2.17, abs=0.02)
    assert stacks[g, c] == pytest.approx(-2.24, abs=0.02)
    assert stacks[g, g] == stacks[c, c] == pytest.approx(-1.84, abs=0.02)
    assert stacks[a, c] == stacks[g, t]


def test_melting_temperature_of_a_simple_duplex() -> None:
    """Recomputed by hand for CGTTGA (SantaLucia and Hicks 2004): dH -35.8+4.4 terms, 1 M Na."""
    enthalpy = 0.2 - 10.6 - 8.4 - 7.6 - 8.5 - 8.2 + 2.2
    entropy = -5.7 - 27.2 - 22.4 - 21.3 - 22.7 - 22.2 + 6.9
    from math import log

    expected = 1000 * enthalpy / (entropy + 1.987 * log(1e-4 / 4)) - 273.15
    assert properties.melting_temperature("CGTTGA", 1e5, 1.0) == pytest.approx(expected, abs=1e-6)


def test_melting_temperature_rises_with_salt_concentration_and_length() -> None:
    usual = properties.melting_temperature(OLIGO_33, 1000.0, 0.42)
    assert properties.melting_temperature(OLIGO_33, 1000.0, 0.05) < usual
    assert properties.melting_temperature(OLIGO_33, 10.0, 0.42) < usual
    assert properties.melting_temperature(OLIGO_33[:15], 1000.0, 0.42) < usual


def test_a_self_complementary_word_counts_its_symmetry() -> None:
    word = "GCATGC"
    assert reverse_complement(word) == word
    assert properties.melting_temperature(word, 1000.0, 1.0) != properties.melting_temperature("GCATGA", 1000.0, 1.0)


def test_alternating_ta_melts_as_its_free_energies_say() -> None:
    """16 nt, 1 uM, 1 M: 2.2 x 2 + 0.2 - 15 x 7.2 = -103.4 kcal/mol; -5.7 + 2 x 6.9 - 8 x 21.3 - 7 x 20.4 - 1.4 = -306.5.

    103400 / (306.5 - 1.987 ln 1e-6) = 309.6 K, by hand.
    """
    assert properties.melting_temperature("TA" * 8, 1000.0, 1.0) == pytest.approx(36.5, abs=0.1)
