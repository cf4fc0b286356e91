"""Whole networks: conservation, and independence of how the system was written down."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.build import build_network, enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from studies import (
    ALL_DESIGNS,
    ConstantRates,
    StepFacts,
    catalysis,
    facts,
    network_of,
    side,
    strand_counts,
    strand_network,
    translated,
)


def all_facts(network: ReactionNetwork) -> set[StepFacts]:
    return {facts(step, network) for step in network.steps}


def shuffled(system: DsdSystem, seed: int) -> DsdSystem:
    """The same system, mixed in another order."""
    components = list(system.components)
    Random(seed).shuffle(components)
    return replace(system, components=tuple(components))


@pytest.mark.parametrize("leak_model", [None, "gate"])
@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_every_step_conserves_every_strand(name: str, leak_model: str | None) -> None:
    """Exactly: strands are only rearranged, in all steps of all networks, leaks included."""
    network = strand_network(name, leak_model)
    counts = strand_counts(network)
    for step in network.steps:
        assert side(step.reactants, counts) == side(step.products, counts)


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_networks_are_well_formed(name: str) -> None:
    """Components first under their names, names unique, no step twice or without effect, rates positive."""
    system, network = translated(name), strand_network(name)
    start = [component.name for component in system.components]
    assert list(network.names[: len(start)]) == start
    assert [network.complexes[network.index[component.name]] for component in system.components] == [
        component.complex for component in system.components
    ]
    assert len(set(network.names)) == len(network.names) == len(set(network.complexes))
    keys = [(step.reactants, step.products) for step in network.steps]
    assert len(set(keys)) == len(keys)
    assert all(reactants != products for reactants, products in keys)
    assert all(step.rate > 0 for step in network.steps)
    assert all(list(key) == sorted(key) for step in network.steps for key in (step.reactants,))
    assert all(len(step.reactants) == (1 if step.kind == StepKind.UNBINDING else 2) for step in network.steps)


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_no_species_holds_two_gates(name: str) -> None:
    """Gates do not polymerise: every species has at most one bottom strand."""
    for complex_ in strand_network(name).complexes:
        assert sum(strand[0].starred for strand in complex_.strands) <= 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_components_does_not_matter(seed: int) -> None:
    """The same complexes, steps, rates and kinds, whatever is mixed in first."""
    for name in ("linreg2d", "linreg2d_cooperative"):
        known, again = strand_network(name), build_network(shuffled(translated(name), seed))
        assert set(again.complexes) == set(known.complexes)
        assert all_facts(again) == all_facts(known)


def test_the_order_of_components_does_not_matter_to_leaks() -> None:
    known, again = strand_network("linreg2d", "gate"), build_network(shuffled(translated("linreg2d"), 1), "gate")
    assert set(again.complexes) == set(known.complexes)
    assert all_facts(again) == all_facts(known)


def test_two_runs_are_identical() -> None:
    """Bit for bit, species and steps in the same order: run folders can be compared."""
    again = build_network(translated("linreg2d"))
    assert (again.complexes, again.names, again.steps) == (
        strand_network("linreg2d").complexes,
        strand_network("linreg2d").names,
        strand_network("linreg2d").steps,
    )


def test_exchanges_come_with_their_reverse() -> None:
    """A displacement that releases a toehold can be undone; one that releases none cannot."""
    for name in ALL_DESIGNS:
        network = strand_network(name)
        keys = {(step.reactants, step.products) for step in network.steps}
        there_and_back = sum((step.products, step.reactants) in keys for step in network.steps)
        assert there_and_back == 2 * network.reversible_pairs()


def test_steps_know_which_reaction_they_belong_to() -> None:
    """Every step on a gate of a formal reaction names it; those on shared sinks name none."""
    network, system = strand_network("linreg2d"), translated("linreg2d")
    named = {origin.reaction for step in network.steps for origin in step.origins}
    assert set(system.gates) == named - {""}
    assert {origin.reaction for component in system.components for origin in component.origins} == named


def test_rates_are_the_models() -> None:
    network = network_of(catalysis(), ConstantRates(3e-4))
    assert {step.rate for step in network.steps} == {3e-4}


def test_polymers_are_stopped_with_a_message() -> None:
    """A network that does not end is reported, not followed."""
    complexes = catalysis()
    with pytest.raises(CheckFailed, match=r"passed 20 species\. The complexes polymerise, .* largest has \d+ strands: .*\+"):
        enumerate_complexes(list(complexes.values()), list(complexes), ConstantRates(1.0), max_species=20)


def test_species_found_on_the_way_are_numbered() -> None:
    complexes: dict[str, Complex] = catalysis()
    names = network_of(complexes).names
    assert names == (*complexes, *(f"s{number}" for number in range(1, 22 - len(complexes) + 1)))
