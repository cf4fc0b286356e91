"""Bench formulas against published check values."""

from __future__ import annotations

import pytest

from sequences import bench
from sequences.words import reverse_complement

OLIGO_33 = "CATAACACAATCACATCTCACCACCAAACTTCA"


def test_molecular_weight_of_a_33_mer() -> None:
    """9907.5 g/mol, anhydrous free acid, as IDT's sum gives."""
    assert bench.molecular_weight(OLIGO_33) == pytest.approx(9907.5, abs=0.1)


def test_extinction_of_short_and_long_words() -> None:
    """ATGCA 53,000 (UGENE manual); the 33-mer 319,400 (nearest neighbours of Tataurov 2008)."""
    assert bench.extinction_260("ATGCA") == 53000
    assert bench.extinction_260(OLIGO_33) == 319400
    assert bench.extinction_260("A") == 15400


def test_amounts_for_one_od() -> None:
    assert bench.nmol_per_od(OLIGO_33) == pytest.approx(1e6 / 319400)
    assert bench.ug_per_od(OLIGO_33) == pytest.approx(9907.5 / 319400 * 1e3, rel=1e-4)


def test_resuspension_to_100_uM_takes_10_uL_per_nmol() -> None:
    assert bench.resuspension_volume(25.0) == pytest.approx(250.0)


def test_full_length_fraction_of_a_100_mer() -> None:
    """99 to 99.5 % per coupling: 37 to 61 % full length."""
    assert bench.full_length_fraction(100, 0.99) == pytest.approx(0.37, abs=0.005)
    assert bench.full_length_fraction(100, 0.995) == pytest.approx(0.61, abs=0.005)


def test_stacks_are_those_of_santalucia_and_hicks() -> None:
    """Free energies at 37 degrees Celsius, Table 1 of SantaLucia and Hicks 2004: AA -1.00, CG -2.17, GC -2.24, GG -1.84."""
    stacks = bench.stack_energies(37.0)
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
    assert bench.melting_temperature("CGTTGA", 1e5, 1.0) == pytest.approx(expected, abs=1e-6)


def test_melting_temperature_rises_with_salt_concentration_and_length() -> None:
    usual = bench.melting_temperature(OLIGO_33, 1000.0, 0.42)
    assert bench.melting_temperature(OLIGO_33, 1000.0, 0.05) < usual
    assert bench.melting_temperature(OLIGO_33, 10.0, 0.42) < usual
    assert bench.melting_temperature(OLIGO_33[:15], 1000.0, 0.42) < usual


def test_a_self_complementary_word_counts_its_symmetry() -> None:
    word = "GCATGC"
    assert reverse_complement(word) == word
    assert bench.melting_temperature(word, 1000.0, 1.0) != bench.melting_temperature("GCATGA", 1000.0, 1.0)
