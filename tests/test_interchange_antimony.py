"""Networks as Antimony: libAntimony turns the text into SBML, in which libRoadRunner finds the same network."""

from __future__ import annotations

import libsbml
import numpy as np
import pytest
from hypothesis import given, settings

from dsd_ncrn.crn.antimony import RESERVED, antimony_of
from dsd_ncrn.crn.sbml import sbml_of, sbml_problems
from dsd_ncrn.crn.types import Crn, Reaction
from interchange_networks import PLAIN, clocked, example, filled, net_changes, networks, of_every_order, rates_at_start
from interchange_peers import sbml_of_antimony, simulated, understood

NETWORKS = [of_every_order(), clocked(), *map(example, PLAIN)]


@pytest.mark.parametrize("crn", NETWORKS, ids=lambda crn: crn.name)
def test_libantimony_makes_sbml_without_errors_and_warnings(crn: Crn) -> None:
    """libSBML's consistency check, that of units included, has nothing to say about libAntimony's SBML."""
    assert sbml_problems(sbml_of_antimony(antimony_of(crn))) == ()


@settings(max_examples=30, deadline=None)
@given(networks().map(filled))
def test_a_peer_reads_the_same_reactions(crn: Crn) -> None:
    """libRoadRunner's rates at time 0 are k times the product of concentrations, its stoichiometry ours."""
    read = understood(sbml_of_antimony(antimony_of(crn)))
    assert read.rates == pytest.approx(rates_at_start(crn), rel=1e-12)
    assert read.changes == net_changes(crn)
    assert read.initial == crn.initial


def test_words_that_antimony_reserves_can_be_species() -> None:
    """Each in a reaction of its own; libAntimony gives them back as display names."""
    words = tuple(sorted(RESERVED))
    crn = filled(Crn("model", words, tuple(Reaction((word, word), (word,), 2.0) for word in words)))
    read = understood(sbml_of_antimony(antimony_of(crn)))
    assert read.changes == [{word: -1} for word in words]
    assert read.rates == pytest.approx(rates_at_start(crn), rel=1e-12)


def test_units_of_sbml_can_be_species() -> None:
    """Every kind of unit that libSBML knows, such as ``item``, which libAntimony refuses as a name."""
    words = sorted({libsbml.UnitKind_toString(kind) for kind in range(libsbml.UNIT_KIND_INVALID)})
    words += [f"{start}truncated{kind}" for start in ("", "my") for kind in ("Exponential", "Gamma", "Normal", "Poisson")]
    assert "item" in words
    crn = filled(Crn("model", tuple(words), tuple(Reaction((word,), (), 2.0) for word in words)))
    assert understood(sbml_of_antimony(antimony_of(crn))).changes == [{word: -1} for word in words]


def test_the_text_reads_as_intended() -> None:
    """By hand, from the reactions and the phases."""
    lines = [line.strip() for line in antimony_of(clocked()).splitlines()]
    assert lines[0] == "// clocked: rate = k times the product of concentrations"
    assert "N1_1: X => X + Z; tube * k_N1_1 * clock_C1 * X;  // stage N1, term x & <y>" in lines
    assert "flush_X: X => ; tube * k_flush_X * (clock_C1 + clock_flush) * X;  // stage flush, term X = 0" in lines
    assert "at (time >= 0.5 dimensionless): clock_C1 = 0 dimensionless, clock_C2 = 1 dimensionless;" in lines
    assert lines[-2:] == ["at (time >= 0.875 dimensionless): clock_flush = 0 dimensionless;", "end"]


def test_a_clocked_network_runs_as_its_sbml_does() -> None:
    """libRoadRunner simulates libAntimony's SBML and ours through the phases: the same within 1e-9."""
    crn, times = clocked(), np.linspace(0.0, 1.0, 17)
    ours = simulated(sbml_of(crn), crn.species, times)
    theirs = simulated(sbml_of_antimony(antimony_of(crn)), crn.species, times)
    assert theirs == pytest.approx(ours, rel=1e-9, abs=1e-12)
