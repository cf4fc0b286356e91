"""Probabilities of structures against sums over all structures, and tubes against closed forms."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest

from sequences.folding import formed_share
from sequences.layout import longest_common, reverse_complement
from sequences.thermo import Energies, core_pairs, equilibrium

ENERGIES = Energies(25.0, 0.42)
TOP, OTHER = "CATACTCTACATCAC", "CTACTCCTATTCTTC"


def test_the_probability_of_a_structure_is_its_share_of_all_structures() -> None:
    """Against ViennaRNA's list of all structures of a short duplex: exp(-E/kT) over the sum of those that connect.

    The list is in energies rounded to 0.01 kcal/mol per loop, the partition function is not: they differ by 0.03 kcal/mol.
    """
    word = "CATACTC"
    words, pairs = [word, reverse_complement(word)], ["(((((((", ")))))))"]
    listed = ENERGIES.compound(words).subopt(1500)
    joined = [each for each in listed if _connects(each.structure.replace("&", ""), len(word))]
    weights = {each.structure.replace("&", ""): exp(-each.energy / ENERGIES.thermal()) for each in joined}
    share = weights["".join(pairs)] / sum(weights.values())
    assert ENERGIES.target(words, pairs).probability == pytest.approx(share, rel=0.06)


def _connects(structure: str, nick: int) -> bool:
    return structure[:nick].count("(") > structure[:nick].count(")")


def test_the_core_is_surer_than_the_exact_structure() -> None:
    """Fraying makes the exact structure of a nicked duplex improbable, though hardly a nucleotide is wrong."""
    bottom = reverse_complement(TOP + OTHER)
    target = ENERGIES.target([bottom, TOP, OTHER], ["(" * 30, ")" * 15, ")" * 15])
    assert 0.4 < target.probability < 0.8
    assert 0.95 < target.core < 1.0
    assert target.defect == pytest.approx(float(target.unpaired.mean()), abs=2e-3)


def test_the_core_leaves_two_pairs_at_every_end_and_nick_to_chance() -> None:
    assert core_pairs(["((((((.", "))))))"]) == "..((..x..)).."
    assert core_pairs(["(" * 12, "))))))", "))))))"]) == "..((....((....))....)).."


@pytest.mark.parametrize(("energy", "total"), [(-10.0, 1e-7), (-5.0, 1e-6), (-30.0, 1e-8)])
def test_a_tube_of_two_strands_obeys_the_quadratic_formula(energy: float, total: float) -> None:
    thermal = ENERGIES.thermal()
    constant = exp(-energy / thermal)
    amounts = equilibrium([[1, 0], [0, 1], [1, 1]], [0.0, 0.0, energy], [total, total], thermal)
    free = (sqrt(4 * constant * total + 1) - 1) / (2 * constant)
    assert amounts[0] == pytest.approx(free, rel=1e-6)
    assert amounts[2] == pytest.approx(total - free, rel=1e-6)


def test_strands_are_conserved_in_a_tube_of_many_complexes() -> None:
    counts = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [1, 1, 1], [0, 2, 0]])
    totals = np.array([1e-7, 3e-8, 2e-6])
    amounts = equilibrium(counts, [0.0, 0.0, -1.0, -12.0, -9.0, -25.0, -8.0], totals, ENERGIES.thermal())
    assert counts.T @ amounts == pytest.approx(totals, rel=1e-6)


def test_long_helices_form_at_a_nanomolar_and_short_ones_do_not() -> None:
    """15 pairs hold about -19.5 kcal/mol, K = 2e14 /M; 5 hold less than -6, K = 2e4 /M."""
    assert formed_share([TOP, reverse_complement(TOP)], 1.0, ENERGIES) > 0.99
    assert formed_share([TOP[:5], reverse_complement(TOP[:5])], 1.0, ENERGIES) < 0.01


def test_an_open_strand_is_unpaired_and_a_hairpin_is_not() -> None:
    assert ENERGIES.unpaired("ACACACACAC").min() > 0.99
    assert ENERGIES.unpaired("GGCCGCTTTTGCGGCC")[:6].max() < 0.05


def test_the_longest_common_stretch() -> None:
    assert longest_common("CATACTC", "TTACTCA") == 5
    assert longest_common("AAAA", "CCCC") == 0
    assert longest_common(TOP, TOP) == 15
