"""Every rule finds the fault it is for, and none in a good design."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Domain, free
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.errors import InputError
from sequences.families import RULES
from sequences.layout import Layout
from sequences.rules.base import Context, Rule
from sequences.rules.strands import toehold_limit
from sequences.thermo import Energies
from sequences_circuits import SMALL_WORDS, linear_circuit, small_circuit

LIMITS = SequenceRules()


def _context(**changed: str) -> Context:
    layout = Layout.of(small_circuit())
    return Context(layout, LIMITS, Energies.under(LIMITS, 25.0), {**SMALL_WORDS, **changed})


def _rule(name: str) -> Rule:
    return RULES[name]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_judges_and_passes_a_good_design(rule: Rule) -> None:
    verdicts = list(rule.verdicts(_context()))
    assert verdicts
    assert {verdict.rule for verdict in verdicts} == {rule.name}
    assert {verdict.hard for verdict in verdicts} == {rule.hard}
    assert [verdict for verdict in verdicts if not verdict.passed] == []


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("alphabet", {"x": "CCATACAGTCCTTTC"}),
        ("gc_content", {"x": "CATTATAATTATTTC"}),
        ("closed_ends", {"x": "ACATACAATCCTTTC"}),
        ("branch_strength", {"x": "CCACCTCCACCTCCC"}),
        ("runs", {"x": "CCATACAATTTTTTC"}),
        ("toehold_crosstalk", {"x": "CCATTCACATCTTTC"}),
        ("branch_crosstalk", {"x": "CTACTCCTATTCTTC"}),
        ("branch_similarity", {"x": "CTACTCCTATTCTTC"}),
        ("motifs", {"x": "CCATCCGCGCATTTC"}),
        ("open_toeholds", {"x": "CATTGTGAGTTTTTC"}),
        ("branch_dimer", {"x": "CCATGGATATCCATGG"[:15]}),
        ("strand_structure", {"x": "CCGGCATTTTGCCGG"}),
        ("bottom_structure", {"x": "CCGGCATTTTGCCGG"}),
    ],
)
def test_every_rule_finds_its_fault(name: str, changed: dict[str, str]) -> None:
    failed = [verdict for verdict in _rule(name).verdicts(_context(**changed)) if not verdict.passed]
    assert failed
    assert any("x" in verdict.subject for verdict in failed)


def test_runs_are_found_across_the_borders_of_domains() -> None:
    """t ends in A: a branch that begins with AAA makes AAAA, though neither domain has it."""
    failed = [verdict for verdict in _rule("runs").verdicts(_context(x="AAACACAATCCTTTC")) if not verdict.passed]
    assert failed
    assert all("x" in verdict.subject for verdict in failed)
    assert not _rule("runs").admits("AAACACAATCCTTTC", _context())


def test_the_toehold_limit_grows_with_length_beyond_five() -> None:
    assert toehold_limit(LIMITS, 3) == toehold_limit(LIMITS, 5) == -3.0
    assert toehold_limit(LIMITS, 7) == pytest.approx(-4.2)


def test_toehold_pieces_are_read_as_one_word() -> None:
    layout = Layout.of(linear_circuit(cooperative=True))
    assert [tuple(domain.name for domain in word) for word in layout.toeholds] == [("t1", "t2", "t3"), ("u",)]
    assert len(layout.branches) == 35
    assert {domain.starred for strand in layout.bottoms for domain in strand} == {True}


def test_a_strand_of_mixed_orientation_is_refused() -> None:
    system = small_circuit()
    mixed = Component("odd", free(Domain("x", 15), Domain("y", 15, True)), Role.FUEL, 1.0)
    with pytest.raises(InputError, match="all unstarred or all starred"):
        Layout.of(replace(system, components=(*system.components, mixed)))


def test_what_costs_speed_or_evenness_alone_is_no_hard_rule() -> None:
    """Their docstrings: "Soft"; the words that an order refuses are those of hard rules."""
    for name, rule in RULES.items():
        assert rule.hard != ("Soft" in (type(rule).__doc__ or "")), name
