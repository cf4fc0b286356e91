"""Numbers of the bench that nothing in a circuit depends on, one by one: tables of papers and formulas by hand."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Bound, Domain, Open, free, gate
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import Step, StepKind, Toehold
from sequences.assignment import SequenceAssignment
from sequences.bench.mixing import Stocks, annealed_uM, mixing_rows
from sequences.bench.schedule import top_ups
from sequences.layout import Layout, reverse_complement
from sequences.properties import extinction_260, stack_energies
from sequences.rates import (
    BRANCH,
    SequenceRates,
    opening_factor,
    spurious_steps,
    target_energy,
    toehold_energy,
    unbounded_pairs,
)
from sequences.rules.base import Context
from sequences.rules.words import _centre
from sequences.seeding import _is_usual
from sequences.thermo import Energies
from sequences_circuits import SMALL_WORDS, small_circuit
from studies import network_of

# 10^3 /(M cm) at 260 nm, 25 C, pH 7; columns are the second base, A C G T: Cantor, Warshaw & Shapiro, Biopolymers 9:1059
# (1970), as in table 1 of Tataurov, You & Owczarzy, Biophys. Chem. 133:66 (2008)
PAIRS = {
    "A": (27.4, 21.2, 25.0, 22.8),
    "C": (21.2, 14.6, 18.0, 15.2),
    "G": (25.2, 17.6, 21.6, 20.0),
    "T": (23.4, 16.2, 19.0, 16.8),
}
SINGLE = {"A": 15.4, "C": 7.4, "G": 11.5, "T": 8.7}
# free energies at 37 C in kcal/mol, table 1 of SantaLucia & Hicks, Annu. Rev. Biophys. 33:415 (2004), the same as those of the
# unified table of 1998; the entropy of TA that some copies of the later table print, -20.4, would make it -0.87
STACKS = {"AA": -1.00, "AT": -0.88, "TA": -0.58, "CA": -1.45, "GT": -1.44}
STACKS |= {"CT": -1.28, "GA": -1.30, "CG": -2.17, "GC": -2.24, "GG": -1.84}


def test_every_pair_of_bases_absorbs_as_published() -> None:
    for first, row in PAIRS.items():
        assert extinction_260(first) == pytest.approx(SINGLE[first] * 1e3)
        for second, thousands in zip("ACGT", row):
            assert extinction_260(first + second) == pytest.approx(thousands * 1e3)
            inside = extinction_260("A" + first + second + "T")
            around = (
                PAIRS["A"]["ACGT".index(first)] + thousands + PAIRS[second]["ACGT".index("T")] - SINGLE[first] - SINGLE[second]
            )
            assert inside == pytest.approx(around * 1e3)


def test_every_stack_has_its_published_energy() -> None:
    """Within the 0.02 kcal/mol of the rounding of enthalpies and entropies; each stack with its reverse complement."""
    stacks = stack_energies(37.0)
    for pair, energy in STACKS.items():
        for word in (pair, reverse_complement(pair)):
            assert stacks["ACGT".index(word[0]), "ACGT".index(word[1])] == pytest.approx(energy, abs=0.02)


def test_a_toehold_opens_faster_by_the_energy_that_it_lacks() -> None:
    """exp((G - G0) / RT): 1.364 kcal/mol at 25 C (RT ln 10) is a factor of ten; heat opens what 25 C holds."""
    usual, thermal = target_energy(5), 1.98717e-3 * 298.15
    assert opening_factor(usual, 5, 25.0) == pytest.approx(1.0)
    assert opening_factor(usual + 1.3642, 5, 25.0) == pytest.approx(10.0, rel=1e-3)
    assert opening_factor(usual, 5, 37.0) == pytest.approx(exp(-usual / thermal * (1 - 298.15 / 310.15)), rel=1e-9)


def test_the_energy_of_a_toehold_is_that_of_its_stacks_and_of_starting_a_helix() -> None:
    """GTCTC after the branch's last G, at 37 C: GG and GT, TC, CT, TC, all as published, and 1.96 for the start."""
    energy = STACKS["GG"] + STACKS["GT"] + STACKS["GA"] + STACKS["CT"] + STACKS["GA"] + 1.96
    assert toehold_energy("GGTCTC", 37.0) == pytest.approx(energy, abs=0.05)


def test_a_release_is_slower_by_the_whole_difference_of_the_energies() -> None:
    """Unbinding of a designed toehold over that of the paper's with the same length: exp((G - G0) / RT), no more, no less."""
    t, x = Domain("t", 5), Domain("x", 15)
    rates = SequenceRates(SequenceAssignment({"t": "GCGCG", "x": "A" * 15}), 25.0)
    toehold = Toehold((t,), None, x)
    step = Step((0,), (1, 2), 1.0, StepKind.UNBINDING, toeholds=(None, toehold))
    difference = toehold_energy("GCGCGA", 25.0) - toehold_energy("GTCTCC", 25.0)
    assert rates.factor(step) == pytest.approx(exp(difference / (1.98717e-3 * 298.15)), rel=1e-6)


def test_a_wrong_strand_displaces_wherever_the_right_one_does_by_the_energy_it_lacks() -> None:
    """Each step of a strand with x is one of the same strand with z, and the reverse, whichever end its toehold is at.

    Slower by exp(-(G_wrong - G_right) / RT) of the two duplexes, asked of ViennaRNA itself.
    """
    import RNA

    energies, network = Energies(25.0, 0.42), build_network(small_circuit())
    words = SMALL_WORDS | {"z": SMALL_WORDS["x"][:-3] + "ATC"}
    found = spurious_steps(network, SequenceAssignment(words), energies)
    energies.library()
    other, factors = {"x": "z", "z": "x"}, dict[str, float]()
    for right, wrong in other.items():
        held, own = (RNA.duplexfold(words[each], reverse_complement(words[right])).energy for each in (wrong, right))
        factors[right] = exp(-(held - own) / (1.98717e-3 * 298.15))
        assert 1e-6 < factors[right] < 0.5
    expected = dict[tuple[frozenset[int], tuple[int, ...]], float]()
    for step in network.kinds(StepKind.DISPLACEMENT):
        bound = step.toeholds[0]
        assert bound is not None
        for branch in (bound.before, bound.after):
            if branch is not None and branch.name in other:
                (strand,) = [n for n in step.reactants if network.complexes[n].is_strand]
                swapped = (d._replace(name=other.get(d.name, d.name)) for d in network.complexes[strand].domains)
                wrong_strand = network.position[free(*swapped)]
                reactants = frozenset(wrong_strand if n == strand else n for n in step.reactants)
                expected[reactants, step.products] = step.rate * factors[branch.name]
    assert {(frozenset(step.reactants), step.products): step.rate for step in found} == pytest.approx(expected, rel=1e-3)
    assert len(expected) > 8


@pytest.mark.parametrize("volume", [100.0, 250.0])
def test_complexes_bring_their_own_magnesium(volume: float) -> None:
    """Annealed in buffer of full strength; the tenfold one serves the rest, water included: full strength in all."""
    table = mixing_rows(small_circuit(), volume, choice=[Stocks(200.0, 20.0)])
    complexes = sum(row.volume_uL for row in table.rows if row.is_complex)
    strands = sum(row.volume_uL for row in table.rows if not row.is_complex)
    assert complexes > 1
    assert (complexes + 10 * table.buffer_uL) / volume == pytest.approx(1.0)
    assert complexes + strands + table.buffer_uL + table.water_uL == pytest.approx(volume)


def test_a_complex_that_just_fits_is_annealed_as_wished() -> None:
    """One top of 1.2 on a bottom of 1, beside a tenth of buffer: 0.9 x 20 / 2.2 is 8.18 uM, no whole number, and is made."""
    two = {each.complex for each in small_circuit().components if len(each.complex.strands) == 2}
    for each in two:
        assert annealed_uM(each, Stocks(20.0, 0.9 * 20.0 / 2.2)) == 0.9 * 20.0 / 2.2


@pytest.mark.parametrize("strands", [20.0, 33.0, 100.0])
def test_a_complex_is_annealed_in_as_many_whole_micromolar_as_fit(strands: float) -> None:
    """Beside a tenth of buffer, a strand for each bottom and 1.2 for each top; one µM more would not fit, or was not wished."""
    for component in small_circuit().components:
        if not component.complex.is_strand:
            bottoms = sum(strand[0].starred for strand in component.complex.strands)
            parts = bottoms + 1.2 * (len(component.complex.strands) - bottoms)
            made = annealed_uM(component.complex, Stocks(strands, 10.0))
            assert made == int(made) >= 1
            assert made * parts / strands + 0.1 <= 1
            assert made == 10 or (made + 1) * parts / strands + 0.1 > 1


@pytest.mark.parametrize(("wished_uM", "possible"), [(50.0, True), (99.0, True), (100.0, False), (150.0, False)])
def test_no_volume_tops_up_with_a_stock_that_is_weaker_than_what_is_wished(wished_uM: float, possible: bool) -> None:
    """100 µL with half of it left: v = (c V2 - c V0 / 2) / s with V2 = V1 + v, and nothing where c reaches s = 100 µM."""
    circuit = small_circuit()
    fuel = next(each for each in circuit.components if each.role == Role.FUEL)
    system = replace(circuit, components=(replace(fuel, concentration=wished_uM * 1000),))
    found = top_ups(system, {fuel.name: wished_uM * 500}, 100.0, 100.0, Stocks(100.0, 10.0))
    assert bool(found) == possible
    for each in found:
        after = 100.0 + each.volume_uL
        assert each.volume_uL * 100.0 == pytest.approx(wished_uM * after - wished_uM / 2 * 100.0)


@pytest.mark.filterwarnings("ignore")  # of nuad's, where Python compiles it
def test_branch_strengths_centre_on_what_chance_gives() -> None:
    """The median energy of words C N13 C with N of A, C and T alike, drawn anew: within 0.25 kcal/mol of nuad's energies."""
    from nuad.np import calculate_wc_energies, seqs2arr

    rng = np.random.default_rng(5)
    words = ["C" + "".join(rng.choice(list("ACT"), 13)) + "C" for _ in range(4000)]
    context = Context(Layout.of(small_circuit()), SequenceRules(), Energies.under(SequenceRules(), 25.0), SMALL_WORDS)
    assert _centre(15, context) == pytest.approx(float(np.median(calculate_wc_energies(seqs2arr(words), 25.0))), abs=0.25)


def test_energies_at_one_temperature_differ_by_their_salt_whoever_asked_last() -> None:
    """A word in 1 M and in 0.05 M of sodium, in turn, each time as ViennaRNA says under these conditions alone."""
    words = [BRANCH[start : start + 12] for start in range(6)]
    strong, weak = Energies(25.0, 1.0), Energies(25.0, 0.05)
    in_turn = [(strong.perfect(word), weak.perfect(word)) for word in words]
    apart = list(zip([strong.perfect(word + "A") for word in words], [weak.perfect(word + "A") for word in words]))
    for one, other in (*in_turn, *apart):
        assert one < other - 1.0


def test_toeholds_that_bind_themselves_shifted_are_unusual() -> None:
    """TCTCT is itself two nucleotides on, CCCCC one; TCACA and CATTC are not."""
    assert [_is_usual(word) for word in ("TCTCT", "TTTTT", "TCACA", "CATTC")] == [False, False, True, True]


def test_only_exchanges_of_equal_toeholds_are_bounded() -> None:
    """X exchanges t for t: bounded. On a sink, where it frees none, Y could take its place, and nothing says how fast."""
    t, x, y = Domain("t", 5), Domain("x", 15), Domain("y", 15)
    equal = {"X": free(t, x), "Y": free(t, y), "gate": gate(Open((t,)), Bound((x, t)))}
    assert unbounded_pairs(network_of(equal)) == 0
    assert unbounded_pairs(network_of({**equal, "sink": gate(Open((t,)), Bound((x,)))})) == 1
    # X that frees a shorter toehold than it binds does not come off as it came on either; nor does what it frees.
    u = Domain("u", 3)
    shorter = network_of({"X": free(t, x), "Y": free(t, y), "gate": gate(Open((t,)), Bound((x, u)))})
    assert len(shorter.kinds(StepKind.DISPLACEMENT)) == 2 and unbounded_pairs(shorter) == 1
