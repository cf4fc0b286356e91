"""Toehold polarities: which annihilating pairs can meet on a cooperative complex."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.polarity import Polarity, assign_polarity, is_annihilation
from dsd_ncrn.ncrn.compile import compile_design
from studies import ALL_DESIGNS, design, translated


def polarity_of(text: str) -> Polarity:
    """The polarities of a network; its reactions are called R1, R2, ..."""
    return assign_polarity(parse_crn(text).reactions)


def test_the_linear_regressor_can_be_coloured() -> None:
    """X, P and A equal, G+ opposite to P."""
    ncrn = compile_design(design("linreg2d_cooperative"), 2)
    found = assign_polarity([reaction for reaction in ncrn.crn.reactions if reaction.origin.stage != "flush"])
    assert found.cooperative == ("N4_1p", "N4_2p")
    assert found.fallback == ()
    assert {species for species, sign in found.of.items() if sign < 0} == {"G1p", "G2p"}


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_only_the_cooperative_design_turns_species(name: str) -> None:
    system = translated(name)
    turned = {species for species, sign in system.polarity.items() if sign < 0}
    assert turned == ({"G1p", "G2p"} if name == "linreg2d_cooperative" else set())
    pairs = ("N4_1p", "N4_2p")
    assert (system.cooperative, tuple(system.fallbacks)) == ((pairs, ()) if turned else ((), pairs))


def test_full_dual_rail_falls_back() -> None:
    """P+ and P- both joined with X: no 2-colouring has them opposite, so their annihilation is named with the reason."""
    found = polarity_of("X + Pp -> X + Pp + Zp\nX + Pm -> X + Pm + Zm\nPp + Pm ->\nZp + Zm ->")
    assert (found.cooperative, found.fallback) == (("R4",), ("R3",))
    assert found.why == {"R3": "Pp and Pm have to enter from one end (through R1, R2)"}
    assert found.of["Pp"] == found.of["Pm"] == found.of["X"] == 1


def test_inputs_of_joins_are_turned_where_that_serves() -> None:
    """Z+ and Z- are consumed by joins, one of which is mirrored; one reactant and one output are turned, not two."""
    found = polarity_of("Zp -> Ap\nZm -> Am\nZp + Zm ->\nAp + Am ->")
    assert (found.cooperative, found.fallback) == (("R3", "R4"), ())
    assert found.of["Zp"] == -found.of["Zm"] and found.of["Ap"] == -found.of["Am"]


def test_species_that_enter_no_join_are_turned_first() -> None:
    """G could be opposite to A, B and C, or they to it: the species that no join takes is turned."""
    found = polarity_of("G + A ->\nG + B ->\nG + C ->\nA -> Q\nB -> Q\nC -> Q")
    assert {species for species, sign in found.of.items() if sign < 0} == {"G"}


def complete(count: int) -> str:
    return "\n".join(f"S{one} + S{other} ->" for one in range(count) for other in range(one))


def cycle(count: int) -> str:
    return "\n".join(f"S{number} + S{(number + 1) % count} ->" for number in range(count))


def petersen() -> str:
    """Two pentagons, the inner one a star, joined spoke by spoke."""
    outer = [(f"A{i}", f"A{(i + 1) % 5}") for i in range(5)]
    inner = [(f"B{i}", f"B{(i + 2) % 5}") for i in range(5)]
    return "\n".join(f"{one} + {other} ->" for one, other in [*outer, *inner, *((f"A{i}", f"B{i}") for i in range(5))])


@pytest.mark.parametrize(
    ("text", "most"),
    [
        (cycle(3), 2),
        (cycle(4), 4),
        (cycle(5), 4),
        (cycle(40), 40),
        (cycle(41), 40),
        (complete(4), 4),
        (complete(10), 25),
        (complete(14), 49),
        (petersen(), 12),
    ],
    ids=["C3", "C4", "C5", "C40", "C41", "K4", "K10", "K14", "Petersen"],
)
def test_as_many_annihilations_as_possible_are_cooperative(text: str, most: int) -> None:
    """Largest cuts known in closed form: an odd cycle loses one edge, K_n keeps floor(n^2/4), the Petersen graph 12 of 15.

    Beyond 12 groups (C40, C41, K14) the search is greedy, and finds these as well.
    """
    found = polarity_of(text)
    assert len(found.cooperative) == most
    assert set(found.why) == set(found.fallback)
    assert all("odd cycle" in reason for reason in found.why.values())


def test_the_choices_of_a_design_are_kept() -> None:
    """A + B -> with both fixed to one side falls back; with one of them fixed the other turns."""
    reactions = parse_crn("A + B ->\nB -> Q").reactions
    assert assign_polarity(reactions, {"A": 1}).of["B"] == -1
    assert assign_polarity(reactions, {"B": 1}).of["A"] == -1
    both = assign_polarity(reactions, {"A": -1, "B": -1})
    assert both.why == {"R1": "translation.polarity gives both the same polarity"}
    assert assign_polarity(reactions, {"A": -1}, cut=False).of["B"] == -1


def test_choices_that_contradict_each_other_are_refused() -> None:
    """X and Y enter one join, and so do Y and W: X and W must agree, through R1 and R2."""
    reactions = parse_crn("X + Y -> Q\nY + W -> Q").reactions
    with pytest.raises(DesignError, match=r"X and W have to enter from one end \(through R1, R2\) \(got -1\)\. Give both 1"):
        assign_polarity(reactions, {"X": 1, "W": -1})
    with pytest.raises(DesignError, match=r"names a species that no reaction has \(got 'V'\)"):
        assign_polarity(reactions, {"V": 1})
    two_domain = parse_crn("A + B ->").reactions
    with pytest.raises(DesignError, match="have to enter from one end"):
        assign_polarity(two_domain, {"A": 1, "B": -1}, cut=False)


def test_a_species_with_itself_is_no_annihilation_of_two() -> None:
    (reaction,) = parse_crn("A + A ->").reactions
    assert not is_annihilation(reaction)


NAMES = st.sampled_from(["A", "B", "C", "D", "E", "F"])
PAIRS = st.lists(st.tuples(NAMES, NAMES, st.booleans()), min_size=1, max_size=10)


@settings(max_examples=150, deadline=None)
@given(PAIRS)
def test_polarities_serve_what_they_promise(pairs: list[tuple[str, str, bool]]) -> None:
    """Cooperative pairs are opposite, all others and the inputs of a join equal, and every annihilation is in one list."""
    lines = [f"{one} + {other} -> {'' if vanish else 'Q'}" for one, other, vanish in pairs]
    reactions = parse_crn("\n".join(lines)).reactions
    found = assign_polarity(reactions)
    by_name = {reaction.origin.reaction: reaction for reaction in reactions}
    for name in found.cooperative:
        one, other = by_name[name].reactants
        assert found.of[one] == -found.of[other]
    for reaction in reactions:
        if reaction.origin.reaction not in found.cooperative:
            assert len({found.of[species] for species in reaction.reactants}) == 1
    annihilations = [reaction.origin.reaction for reaction in reactions if is_annihilation(reaction)]
    assert sorted((*found.cooperative, *found.fallback)) == sorted(annihilations)
