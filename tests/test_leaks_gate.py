"""Gate leaks: which there are, which there are not, and what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from dsd_ncrn.dsd.structure import Bound, Complex, Open, free, gate
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.errors import InputError
from dsd_ncrn.families import LEAK_MODELS
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.leaks import LeakTargets
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import from_network
from studies import (
    ALL_DESIGNS,
    A,
    StepFacts,
    T,
    U,
    X,
    Y,
    facts,
    join,
    leaking,
    leaks,
    strand_network,
    translated,
)
from test_enumerate_counts import join_and_reporter


def leaky(complexes: dict[str, Complex], gates: list[str], rate: float = 3e-4, fuels: Sequence[str] = ()) -> ReactionNetwork:
    """A network with the leaks of some of its gates."""
    targets = LeakTargets([complexes[name] for name in gates], [complexes[name] for name in fuels])
    return leaking(complexes, ["gate"], targets, rate)


def leak_roles(name: str) -> Counter[tuple[str, ...]]:
    """How many leaks there are between which kinds of components; 'made' is what appears on the way."""
    network, system = strand_network(name, "gate"), translated(name)
    role = {component.name: str(component.role) for component in system.components}
    pairs = (tuple(sorted(role.get(network.names[i], "made") for i in step.reactants)) for step in leaks(network))
    return Counter(pairs)


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_without_its_leaks_a_leaky_network_is_the_plain_one(name: str) -> None:
    """Same species in the same places, and between them the same steps at the same rates."""
    plain, all_ = strand_network(name), strand_network(name, "gate")
    known = len(plain.complexes)
    assert all_.complexes[:known] == plain.complexes
    kept = [step for step in all_.steps if step.kind != StepKind.LEAK and max(step.reactants) < known]
    assert [(step, step.rate) for step in kept] == [(step, step.rate) for step in plain.steps]


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_no_leak_does_what_a_reaction_does(name: str) -> None:
    """Lakin et al. 2011: what a toehold-mediated step does anyway is no leak."""
    network = strand_network(name, "gate")
    real = {(step.reactants, step.products) for step in network.steps if step.kind != StepKind.LEAK}
    assert leaks(network)
    assert not real & {(step.reactants, step.products) for step in leaks(network)}


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_a_leak_is_a_strand_against_a_fresh_gate(name: str) -> None:
    """Rate 1, to be scaled; one free strand and one gate as mixed; a fuel only attacks to free a toehold and a branch."""
    network, system = strand_network(name, "gate"), translated(name)
    gates = {network.index[component.name] for component in system.components if component.role == Role.GATE}
    fuels = {component.complex for component in system.components if component.role in (Role.FUEL, Role.BUFFER)}
    for step in leaks(network):
        assert step.rate == 1.0
        attacked = [index for index in step.reactants if index in gates]
        (attacker,) = [network.complexes[index] for index in step.reactants if index not in gates]
        assert len(attacked) == 1 and attacker.is_strand
        freed = [network.complexes[index] for index in step.products if network.complexes[index].is_strand]
        frees_a_signal = any({domain.is_toehold for domain in strand.domains} == {True, False} for strand in freed)
        assert frees_a_signal or attacker not in fuels


def test_leaks_carry_the_reaction_whose_gate_leaks() -> None:
    network, system = strand_network("linreg2d", "gate"), translated("linreg2d")
    by_name = system.by_name
    for step in leaks(network):
        (gate_name,) = [n for n in (network.names[i] for i in step.reactants) if n in by_name and by_name[n].role == Role.GATE]
        assert step.origins == by_name[gate_name].origins


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_fuels_do_not_leak_with_annihilators(name: str) -> None:
    """A strand with one of the two domains cannot free ``<x y>`` of a cooperative complex (Zhang 2011).

    A two-domain join without outputs leaks only by using up its second input without the first.
    """
    network, system = strand_network(name, "gate"), translated(name)
    annihilators = {system.gates[pair].join for pair in (*system.cooperative, *system.fallbacks)}
    assert len(annihilators) == 2
    pairs = [{network.names[index] for index in step.reactants} for step in leaks(network)]
    attackers = set().union(*(pair - annihilators for pair in pairs if pair & annihilators))
    roles = {system.by_name[attacker].role if attacker in system.by_name else None for attacker in attackers}
    assert roles == ({Role.SIGNAL} if system.fallbacks else set())


def test_half_an_annihilator_is_no_leak() -> None:
    """Neither signals nor cogates nor bare domains of either partner."""
    complexes = {"gate": gate(Open((T,)), Bound((X, Y)), Open((U,)))}
    for number, strand in enumerate([(X,), (Y,), (X, T), (U, Y), (T, X), (Y, U)]):
        complexes[f"strand{number}"] = free(*strand)
    assert not leaks(leaky(complexes, ["gate"]))


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_sinks_are_left_out_of_the_model(name: str) -> None:
    """Scavengers and cogate sinks have the role of scavengers; only gates are attacked."""
    assert not [pair for pair in leak_roles(name) if "scavenger" in pair]


def test_what_carries_no_toehold_is_not_leaked() -> None:
    """A bare segment set free can do nothing, so fuels leave the ends of joins alone; a signal is used up by them."""
    gates = {"join": join((X, T), (Y, T), (A,))}
    assert not leaks(leaky({**gates, "seal": free(T, A)}, ["join"], fuels=["seal"]))
    assert len(leaks(leaky({**gates, "signal": free(T, A)}, ["join"]))) == 1
    (leak,) = leaks(leaky({**gates, "Y": free(T, Y)}, ["join"]))
    assert leak.reactants == (0, 1)


def test_leaks_run_with_no_input_and_before_it() -> None:
    """Frozen counts of the channels, so that a change of the rule shows; fuels and buffers run them at all times."""
    assert leak_roles("linreg2d") == {
        ("fuel", "gate"): 12,
        ("buffer", "gate"): 29,
        ("gate", "made"): 35,
        ("gate", "signal"): 14,
        ("clock", "gate"): 10,
    }


def test_the_leak_of_visual_dsd() -> None:
    """Its join and reporter with the second input alone (10 nM, gates 100 nM): two channels lead to the signal.

    Leaks of 1e-9 /nM/s make 0.1429 nM in 72,000 s; to first order that is
    2 * 1e-9 * 10 * 100 * 72,000 = 0.144. Ours also let the leaked strand go back where it came from: 0.1428.
    """
    complexes = join_and_reporter()
    network = leaky(complexes, ["join", "reporter"])
    system = from_network(network)
    is_leak = np.array([step.kind == StepKind.LEAK for step in network.steps])
    rates = np.where(is_leak, 1e-9 * system.rates, system.rates)
    start = np.zeros(system.size)
    for name, level in (("second", 10.0), ("join", 100.0), ("reporter", 100.0)):
        start[system.index[name]] = level
    solution = engine_named("rosenbrock").prepare(system, 1e-8, 1e-12).solve(start, np.array([0.0, 72_000.0]), rates)
    (reported,) = [strand for strand in complexes["reporter"].strands if not strand[0].starred]
    signal = solution.values[-1][network.position[free(*reported)]]
    assert signal == pytest.approx(0.1429, rel=1e-3)


def test_products_of_leaks_react_on() -> None:
    """A leaked join goes through its remaining steps: the trigger that leaks out is one the fork takes."""
    network = strand_network("linreg2d", "gate")
    known = len(strand_network("linreg2d").complexes)
    fresh = {index for step in leaks(network) for index in step.products if index >= known}
    assert any(set(step.reactants) & fresh for step in network.steps if step.kind == StepKind.DISPLACEMENT)


def test_a_gate_with_one_reaction_has_no_leak_with_its_input() -> None:
    """The input enters by its toehold; its cogate re-enters the gate it came from: neither is a leak."""
    assert not leaks(leaky({"X": free(T, X), "gate": join((X, T), (Y,))}, ["gate"]))


def facts_of(network: ReactionNetwork) -> set[StepFacts]:
    return {facts(step, network) for step in network.steps}


def test_models_are_found_by_name() -> None:
    assert {"gate", "gate_gate"} <= set(LEAK_MODELS)
    assert facts_of(build_network(translated("linreg2d"), "gate")) == facts_of(strand_network("linreg2d", "gate"))
    with pytest.raises(InputError, match="unknown leak model"):
        build_network(translated("linreg2d"), "gates")
