"""Plain reaction networks in strands: what is made, what is refused, and that they do what the network does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import Invoke
from dsd_ncrn.analysis.translated import verified
from dsd_ncrn.crn.text import load_crn, parse_crn
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.pil import parse_pil, write_pil
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.dsd.translate import translate_network
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.network_run import simulate_crn_strands
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import from_crn, from_network

DESIGNS = Path(__file__).parent.parent / "designs"
SCHEMES = ("plain", "sealed", "chen")


def system_of(text: str, **options: object) -> DsdSystem:
    return translate_network(parse_crn(text), Translation.model_validate(options), Chemistry())


def left_of(system: DsdSystem, seconds: float) -> dict[str, float]:
    """Free signals after some time, nM."""
    mass_action = from_network(build_network(system))
    state = np.zeros(mass_action.size)
    state[: len(system.components)] = [component.concentration for component in system.components]
    stepper = engine_named("rosenbrock").prepare(mass_action, 1e-6, 1e-8)
    solution = stepper.solve(state, np.array([0.0, seconds]), mass_action.rates)
    assert solution.ok, solution.status
    return {name: float(solution.values[-1][mass_action.index[name]]) for name in system.signals}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_majority_takes_over(scheme: str) -> None:
    """60 nM of X against 40 nM of Y (Angluin et al. 2008): Y and the undecided B die out, X is left, partly on gates."""
    translation = Translation.model_validate({"scheme": scheme})
    system = translate_network(load_crn(DESIGNS / "approximate_majority.crn"), translation, Chemistry())
    left = left_of(system, 100_000.0)
    assert left["Y"] < 0.01 and left["B"] < 0.01
    assert 45.0 < left["X"] < 100.0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_reversible_reaction_comes_to_rest(scheme: str) -> None:
    """A <=> B with equal gates on both sides and 10 nM of A: it ends with as much of B as of A, the rest being on gates.

    Both directions go on and use up gates, so that this holds for a while only.
    """
    left = left_of(system_of("A @initial 10 nM\nA <=> B", scheme=scheme), 3000.0)
    assert left["A"] == pytest.approx(left["B"], rel=0.1)
    assert left["A"] > 1.0


def test_the_counter_counts_to_four() -> None:
    """01, 10, 11, 00 after one to four pulses of X, every bit on its right rail; the ideal network, 3e5 s for a pulse."""
    crn = load_crn(DESIGNS / "counter.crn")
    mass_action = from_crn(crn)
    stepper = engine_named("rosenbrock").prepare(mass_action, 1e-6, 1e-8)
    state, counted = np.zeros(mass_action.size), []
    state[[mass_action.index[name] for name in crn.initial]] = list(crn.initial.values())
    for pulse in range(4):
        state[mass_action.index["X"]] = 10.0 if pulse else crn.initial["X"]
        state = stepper.solve(state, np.array([0.0, 3e5]), mass_action.rates).values[-1]
        counted.append("".join(str(int(state[mass_action.index[f"{bit}1"]] > 5.0)) for bit in "BA"))
    assert counted == ["01", "10", "11", "00"]


def test_a_reaction_without_reactants_has_a_source_that_is_no_species() -> None:
    """-> A becomes S -> S + A: A appears at a constant rate, S stays, and S is a fuel."""
    system = system_of("-> A")
    source = system.by_name["source_R1"]
    assert source.role == Role.FUEL and source.concentration > 0
    assert set(system.signals) == {"A"}
    early, late = left_of(system, 2000.0)["A"], left_of(system, 4000.0)["A"]
    assert late == pytest.approx(2 * early, rel=0.1)  # the first minutes are spent on filling the gates


def test_the_busiest_species_is_not_always_first() -> None:
    """A + B, A + C, A + D: B, C and D take turns at the entry, so that A is held by one gate and not by three."""
    system = system_of("A + B -> Q\nA + C -> Q\nA + D -> Q")
    assert [reaction.reactants[0] for reaction in system.formal] == ["A", "C", "D"]


def test_the_less_shared_partner_enters_an_annihilation_first_unless_told_otherwise() -> None:
    text = "A + B ->\nA -> C"
    assert system_of(text).formal[0].reactants == ("B", "A")
    assert system_of(text, annihilate_first=("A",)).formal[0].reactants == ("A", "B")
    bottoms = [system_of(text, **options).by_name["join_R1"].complex.kernel for options in ({}, {"annihilate_first": ("A",)})]
    assert bottoms == ["a( + ) t*( b*( t* + ) )", "a( t( + b( + ) ) ) t*"]


REFUSED = {
    "four reactants": ("A + B + C + D -> E", "a join takes 3 reactants (got 4). Make it in steps of two"),
    "four that vanish": ("4 A ->", "a join takes 3 reactants (got 4)"),
    "names that differ by case": ("A -> B\na -> B", "species a and species A would share the domain 'a'"),
    "a private domain": ("A -> r_R1", "the trigger of reaction R1 and species r_R1 would share the domain 'r_r1'"),
    "names beside the seal's": ("End_ -> End", "species End and species End_ would share the domain 'end_'"),
    "a component": ("A -> A_cogate\nA_cogate -> A", "two components have one name (got 'A_cogate')"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_cannot_be_made_is_refused(fault: str) -> None:
    text, message = REFUSED[fault]
    with pytest.raises(InputError) as caught:
        system_of(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_scheme_has_a_join_of_four(scheme: str) -> None:
    with pytest.raises(InputError, match="a join takes 3 reactants"):
        system_of("A + B + C + D -> E", scheme=scheme)


def test_options_that_name_nothing_are_refused() -> None:
    with pytest.raises(DesignError, match="reporters: no such species"):
        system_of("A -> B", reporters=("C",))
    with pytest.raises(DesignError, match="annihilate_first: no such reactant"):
        system_of("A + B ->", annihilate_first=("C",))
    with pytest.raises(DesignError, match="names a species that no reaction has"):
        system_of("A -> B", polarity={"C": 1})


def test_species_named_like_toeholds_have_domains_of_their_own() -> None:
    """U and V are common names of species; u and v are toeholds here."""
    system = system_of("U + 2 V -> 3 V\nT ->")
    assert {"u_", "v_", "t_", "t"} <= {domain.name for domain in system.domains}
    assert not {"u", "v"} & {domain.name for domain in system.domains}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_species_named_like_the_seals_and_primed_ones_are_verified(scheme: str) -> None:
    """``End`` and ``inert`` beside the gates' own domains of those names; ``A'`` beside ``A``, which PIL cannot name."""
    system = system_of("A' + End -> inert\ninert -> A + End", scheme=scheme)
    assert {"end_", "inert_", "a", "a_p"} <= {domain.name for domain in system.domains}
    assert verified(system).ok
    assert {"A_p", "End", "inert"} <= {each.name for each in parse_pil(write_pil(system))}
    with pytest.raises(InputError, match="species A_p and species A' would share the domain 'a_p'"):
        system_of("A' -> A_p")


def test_a_reaction_with_the_constant_zero_has_no_gates() -> None:
    system = system_of("A -> B [k = 0]\nB -> A")
    assert [str(each) for each in system.formal] == ["B -> A"]
    with pytest.raises(InputError, match="no reaction has a rate constant above 0"):
        system_of("A -> B [k = 0]")
    with pytest.raises(InputError, match="no reaction has a rate constant above 0"):
        simulate_crn_strands(parse_crn("A @initial 1\nA -> B [k = 0]"))


def test_species_without_a_reaction_stay_where_they_are() -> None:
    """Z takes part in nothing and C in a reaction that never happens; what is added of Z is there afterwards."""
    crn = parse_crn("A @i 10; Z @i 5; C @i 2\nA -> B [0.01]; A -> C [0]; at 50 s add Z 2")
    run = simulate_crn_strands(crn, seconds=100.0, points=3)
    assert run.dsd.of("Z").tolist() == [5.0, 7.0, 7.0] and run.dsd.of("C").tolist() == [2.0, 2.0, 2.0]
    assert run.dsd.of("B")[-1] == pytest.approx(10 * (1 - np.exp(-1)), rel=0.02)


def test_verification_does_not_depend_on_concentrations(tmp_path: Path, invoke: Invoke) -> None:
    """A source that fills up and a loss: no gates do both at the same pace, but what the strands do can be proved."""
    path = tmp_path / "apart.crn"
    path.write_text("A -> 0 [k = 1]\n0 -> A [k = 1]\n", encoding="utf-8")
    assert invoke("translate", path).exit_code == 2
    result = invoke("translate", path, "--verify")
    assert result.exit_code == 0 and result.stdout.count("ok ") == 5


def test_enumerate_and_translate_make_one_system_of_a_network(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "small.crn"
    path.write_text("A @initial 10 nM\nA + B -> C [k = 1e-4]\n", encoding="utf-8")
    text = invoke("translate", path, "--format", "pil").stdout
    (tmp_path / "small.pil").write_text(text, encoding="utf-8")
    of_network, of_strands = (
        json.loads(invoke("enumerate", tmp_path / f"small.{kind}", "--json").stdout) for kind in ("crn", "pil")
    )
    assert {each["kernel"] for each in of_network["complexes"]} == {each["kernel"] for each in of_strands["complexes"]}
    amounts = {each["name"]: each["initial_nM"] for each in of_network["complexes"]}
    assert amounts["join_R1"] == next(e["initial_nM"] for e in of_strands["complexes"] if e["name"] == "join_R1")
