"""Oligos: legal and unique names, no strand twice, and complexes that can be rebuilt from the order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsd_ncrn.dsd.structure import Domain, free
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.errors import CheckFailed
from sequences.assignment import SequenceAssignment
from sequences.oligos import LONGEST_NAME, NAME, check_reassembly, oligos_of
from sequences_circuits import SMALL_WORDS, linear_circuit, small_circuit

GOOD = SequenceAssignment(SMALL_WORDS)
SYSTEM = small_circuit()


def test_every_strand_is_ordered_exactly_once() -> None:
    ordered = oligos_of(SYSTEM, GOOD)
    assert {oligo.strand for oligo in ordered} == set(SYSTEM.strands)
    assert len(ordered) == len(SYSTEM.strands) == len({oligo.sequence for oligo in ordered})


def test_names_are_legal_unique_and_short() -> None:
    names = [oligo.name for oligo in oligos_of(SYSTEM, GOOD)]
    assert all(NAME.fullmatch(name) and len(name) <= LONGEST_NAME for name in names)
    assert len({name.lower() for name in names}) == len(names)


def test_awkward_component_names_become_legal_and_stay_apart() -> None:
    """Stars, spaces, leading digits, long and case-equal names all occur in hand-made systems."""
    names = ["2nd signal", "X,1", "x_1", "a" * 80, "a" * 79 + "b", "q*"]
    strands = [free(Domain("t3", 3), Domain(name, 15)) for name in ("x", "p", "z", "y", "c", "r1")]
    parts = tuple(Component(name, strand, Role.FUEL, 1.0) for name, strand in zip(names, strands))
    made = [oligo.name for oligo in oligos_of(replace(SYSTEM, components=parts), GOOD)]
    assert all(NAME.fullmatch(name) and len(name) <= LONGEST_NAME for name in made)
    assert len({name.lower() for name in made}) == len(names)
    assert made[0] == "s_2nd_signal"
    assert made[5] == "q_bot"


def test_roles_and_uses_of_strands() -> None:
    by_name = {oligo.name: oligo for oligo in oligos_of(SYSTEM, GOOD)}
    cogate = by_name["cogate_x"]
    assert cogate.role == Role.BUFFER
    assert cogate.used_in == ("cogate_x", "join_1")
    assert cogate.sequence == SMALL_WORDS["x"] + "TCACA"
    bottom = by_name["join_1_bot"]
    assert bottom.is_bottom
    assert bottom.role == Role.GATE
    assert bottom.length == len(bottom.sequence) == 99


def test_the_circuit_is_rebuilt_from_its_oligos() -> None:
    check_reassembly(SYSTEM, oligos_of(SYSTEM, GOOD), GOOD)


def test_a_wrong_base_is_found_and_named() -> None:
    ordered = list(oligos_of(SYSTEM, GOOD))
    index = next(index for index, oligo in enumerate(ordered) if oligo.name == "fork_1_bot")
    word = ordered[index].sequence
    ordered[index] = replace(ordered[index], sequence=word[:-1] + ("A" if word[-1] != "A" else "C"))
    with pytest.raises(CheckFailed, match="fork_1: domain i"):
        check_reassembly(SYSTEM, ordered, GOOD)


def test_a_wrong_base_in_an_open_toehold_is_found_though_it_pairs_with_nothing() -> None:
    ordered = list(oligos_of(SYSTEM, GOOD))
    index = next(index for index, oligo in enumerate(ordered) if oligo.name == "join_2_bot")
    ordered[index] = replace(ordered[index], sequence=ordered[index].sequence[:-1] + "C")
    with pytest.raises(CheckFailed, match="join_2: domain t3"):
        check_reassembly(SYSTEM, ordered, GOOD)


def test_a_missing_or_short_strand_is_found() -> None:
    ordered = oligos_of(SYSTEM, GOOD)
    with pytest.raises(CheckFailed, match="not among the ordered oligos"):
        check_reassembly(SYSTEM, ordered[1:], GOOD)
    short = replace(ordered[0], sequence=ordered[0].sequence[1:])
    with pytest.raises(CheckFailed, match="is ordered with 19 nt"):
        check_reassembly(SYSTEM, (short, *ordered[1:]), GOOD)


def test_a_large_circuit_merges_shared_strands() -> None:
    system = linear_circuit(cooperative=True)
    words = {domain.name: (domain.name.encode().hex() + "0" * 15)[: domain.length] for domain in system.domains}
    letters = {name: "".join("ACT"[int(digit, 16) % 3] for digit in text) for name, text in words.items()}
    ordered = oligos_of(system, SequenceAssignment(letters))
    assert len(ordered) == len(system.strands) == 134
    assert max(len(oligo.used_in) for oligo in ordered) >= 12
