"""Networks as SBML: libSBML's rules, and the meaning that libRoadRunner finds in the file."""

from __future__ import annotations

import libsbml
import pytest
from hypothesis import given, settings

from dsd_ncrn.crn.sbml import sbml_of, sbml_problems
from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.errors import CheckFailed
from interchange_networks import (
    PLAIN,
    clocked,
    example,
    filled,
    net_changes,
    networks,
    of_every_order,
    rates_at_start,
)
from interchange_peers import understood


@pytest.mark.parametrize("crn", [of_every_order(), clocked(), *map(example, PLAIN)], ids=lambda crn: crn.name)
def test_libsbml_has_nothing_to_say(crn: Crn) -> None:
    """No error and no warning of libSBML's consistency check, that of units included."""
    assert sbml_problems(sbml_of(crn)) == ()


def test_the_check_would_see_wrong_units() -> None:
    text = sbml_of(of_every_order()).replace('units="per_nM_per_s"', 'units="per_s"')
    assert any("kineticLaw" in problem for problem in sbml_problems(text))


def test_a_network_that_sbml_cannot_hold_is_refused() -> None:
    with pytest.raises(CheckFailed, match="libSBML's check of nothing"):
        sbml_of(Crn("nothing", ("A",), (Reaction((), (), 1.0),)))


@settings(max_examples=30, deadline=None)
@given(networks().map(filled))
def test_a_peer_reads_the_same_reactions(crn: Crn) -> None:
    """libRoadRunner's rates at time 0 are k times the product of concentrations, its stoichiometry ours."""
    read = understood(sbml_of(crn))
    assert read.rates == pytest.approx(rates_at_start(crn), rel=1e-12)
    assert read.changes == net_changes(crn)
    assert read.initial == crn.initial


@pytest.mark.parametrize("crn", [filled(of_every_order()), filled(clocked())], ids=lambda crn: crn.name)
def test_a_peer_reads_odd_names_and_phases(crn: Crn) -> None:
    """As above; at time 0 the reactions of the first phase and those without a phase run, the others stand still."""
    read = understood(sbml_of(crn))
    assert read.rates == pytest.approx(rates_at_start(crn), rel=1e-12)
    assert read.changes == net_changes(crn)


def test_rate_laws_are_written_out() -> None:
    """By hand: vessel, constant, the sum of the clocks, every reactant as often as it reacts."""
    document = libsbml.readSBMLFromString(sbml_of(clocked()))
    laws = [libsbml.formulaToL3String(each.getKineticLaw().getMath()) for each in document.getModel().getListOfReactions()]
    assert laws == [
        "tube * k_N1_1 * clock_C1 * X",
        "tube * k_flush_X * (clock_C1 + clock_flush) * X",
        "tube * k_N2_Z * clock_C2 * Z * A1p",
        "tube * k_annihilation_A1 * A1p * A1p",
    ]


def test_the_clock_switches_at_the_ends_of_phases() -> None:
    """Durations 0.5, 0.25 and 0.125 add up to these ends; a phase of every third iteration is in the file once."""
    document = libsbml.readSBMLFromString(sbml_of(clocked()))
    events = [
        (
            libsbml.formulaToL3String(event.getTrigger().getMath()),
            {each.getVariable(): each.getMath().getValue() for each in event.getListOfEventAssignments()},
        )
        for event in document.getModel().getListOfEvents()
    ]
    assert events == [
        ("time >= 0.5 dimensionless", {"clock_C1": 0.0, "clock_C2": 1.0}),
        ("time >= 0.75 dimensionless", {"clock_C2": 0.0, "clock_flush": 1.0}),
        ("time >= 0.875 dimensionless", {"clock_flush": 0.0}),
    ]


def test_reactions_tell_their_stage_and_term() -> None:
    document = libsbml.readSBMLFromString(sbml_of(clocked()))
    first = document.getModel().getReaction(0)
    assert first.getName() == "N1_1"
    assert "stage N1, term x &amp; &lt;y&gt;" in first.getNotesString()


def test_units_are_declared_for_a_plain_network_alone() -> None:
    """A network without phases is in nM and s, one with phases is dimensionless."""
    assert 'timeUnits="second"' in sbml_of(of_every_order())
    assert 'timeUnits="dimensionless"' in sbml_of(clocked())
