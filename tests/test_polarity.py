"""Toehold polarities: which annihilating pairs can meet on a cooperative complex."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsd_ncrn.crn.text import parse_crn
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
    assert (system.cooperative, system.two_domain_annihilations) == ((pairs, ()) if turned else ((), pairs))


def test_full_dual_rail_falls_back() -> None:
    """P+ and P- both joined with X: no 2-colouring has them opposite, so their annihilation is named."""
    found = polarity_of("X + Pp -> X + Pp + Zp\nX + Pm -> X + Pm + Zm\nPp + Pm ->\nZp + Zm ->")
    assert "R3" in found.fallback
    assert found.of["Pp"] == found.of["Pm"] == found.of["X"] == 1


def test_species_of_their_own_joins_are_not_turned() -> None:
    """Z+ and Z- are consumed by joins, which would have to be mirrored: their annihilation falls back."""
    found = polarity_of("Zp -> Ap\nZm -> Am\nZp + Zm ->\nAp + Am ->")
    assert found.fallback == ("R3",)
    assert found.cooperative == ("R4",)
    assert found.of["Ap"] == -found.of["Am"]


def test_odd_cycles_lose_one_edge() -> None:
    """Three species that annihilate each other: two pairs can be cooperative, the last one in order cannot."""
    found = polarity_of("A + B ->\nB + C ->\nC + A ->")
    assert (found.cooperative, found.fallback) == (("R1", "R2"), ("R3",))


def test_a_species_with_itself_is_no_annihilation_of_two() -> None:
    (reaction,) = parse_crn("A + A ->").reactions
    assert not is_annihilation(reaction)


NAMES = st.sampled_from(["A", "B", "C", "D", "E", "F"])
PAIRS = st.lists(st.tuples(NAMES, NAMES, st.booleans()), min_size=1, max_size=10)


@settings(max_examples=150, deadline=None)
@given(PAIRS)
def test_polarities_serve_what_they_promise(pairs: list[tuple[str, str, bool]]) -> None:
    """Cooperative pairs are opposite, inputs of a join equal and straight, and every annihilation is in one list."""
    lines = [f"{one} + {other} -> {'' if vanish else 'Q'}" for one, other, vanish in pairs]
    reactions = parse_crn("\n".join(lines)).reactions
    found = assign_polarity(reactions)
    by_name = {reaction.origin.reaction: reaction for reaction in reactions}
    for name in found.cooperative:
        one, other = by_name[name].reactants
        assert found.of[one] == -found.of[other]
    for reaction in reactions:
        if not is_annihilation(reaction):
            assert {found.of[species] for species in reaction.reactants} == {1}
    annihilations = [reaction.origin.reaction for reaction in reactions if is_annihilation(reaction)]
    assert sorted((*found.cooperative, *found.fallback)) == sorted(annihilations)
