"""Leak rules by their names, the exchange between gates, and how models add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dsd_ncrn.dsd.structure import Bound, Complex, Open, free, gate
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.build import Rules, Semantics, build_network
from dsd_ncrn.kinetics.leaks import LeakTargets
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import from_network
from studies import (
    ALL_DESIGNS,
    A,
    C,
    E,
    P,
    T,
    U,
    X,
    Y,
    Z,
    facts,
    fork,
    join,
    leaking,
    leaks,
    side,
    strand_counts,
    strand_network,
    translated,
)

BOTH = "gate+gate_gate"


def leaky(complexes: dict[str, Complex], models: Sequence[str], semantics: Semantics = "infinite") -> ReactionNetwork:
    """A network with the leaks of all its gates."""
    targets = LeakTargets([complex_ for complex_ in complexes.values() if not complex_.is_strand])
    return leaking(complexes, models, targets, rules=Rules(semantics, unproductive="none"))


def products(network: ReactionNetwork, step: Step) -> set[Complex]:
    return {network.complexes[index] for index in step.products}


@pytest.mark.parametrize(
    ("incumbent", "rule", "left"),
    [
        ((X,), "LS", gate(Open((U,)), Bound((X,)))),
        ((X, T), "LR", gate(Open((U,)), Bound((X,)), Open((T,)))),
        ((T, X), "LL", gate(Open((U, T)), Bound((X,)))),
    ],
)
def test_a_rule_is_named_by_the_toehold_that_it_opens(incumbent: tuple, rule: str, left: Complex) -> None:
    """Visual DSD's <L1>[S]<R1>, [S N^] and [N^ S], its strands drawn 5' to 3': ``<x>`` takes the place of the incumbent."""
    complexes = {"gate": gate(Open((U,)), Bound(incumbent)), "attacker": free(X, Y)}
    (leak,) = leaks(leaky(complexes, ["gate"]))
    assert leak.rule == rule
    network = leaky({"gate": complexes["gate"], "attacker": free(X)}, ["gate"])
    assert {left} < products(network, leaks(network)[0]) if incumbent != (X,) else not leaks(network)


@pytest.mark.parametrize("model", ["gate", "gate_gate"])
def test_a_helix_clamped_at_both_ends_does_not_leak(model: str) -> None:
    """Rule LB is none of Visual DSD's: ``[t x u]`` keeps what only its middle would lose it to."""
    complexes = {"gate": gate(Bound((T, X, U)), Bound((A,))), "attacker": free(X), "other": gate(Bound((X,)), Bound((C,)))}
    assert not leaks(leaky(complexes, [model]))


def test_a_clamp_at_the_same_end_of_the_attacker_opens_nothing() -> None:
    """The side condition R != N^ R' of rule LR: ``<x t>`` takes all of ``[x t]``, which is rule LS."""
    network = leaky({"gate": gate(Open((U,)), Bound((X, T))), "attacker": free(Y, X, T)}, ["gate"])
    assert [step.rule for step in leaks(network)] == ["LS"]


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_the_leaks_of_designs_are_named(name: str) -> None:
    network = build_network(translated(name), BOTH)
    assert {step.rule for step in leaks(network)} == {"LS", "LL", "LR", "exchange"}
    assert not any(step.rule for step in network.steps if step.kind != StepKind.LEAK)


JOIN, FORK = join((X, T), (P, T), (A,)), fork((E,), (T, X), (T, C))


def test_two_gates_exchange_the_strands_of_a_common_domain() -> None:
    """The fork hands its ``<t x>`` to the join and takes ``<x t>`` for it: the join has its input, the fork a toehold open.

    Worked by hand: both products are the gates with the other's strand in the place of their own.
    """
    network = leaky({"join": JOIN, "fork": FORK}, ["gate_gate"])
    (leak,) = leaks(network)
    assert (leak.reactants, leak.rate, leak.rule) == ((0, 1), 1.0, "exchange")
    taken = gate(Bound((T, X)), Open((T,)), Bound((P, T)), Bound((A,)))
    (given,) = products(network, leak) - {taken}
    assert set(given.strands) == {*FORK.strands} - {(T, X)} | {(X, T)}
    assert sum(partner is None for partner in given.pairing) == 2 + 1  # t* and the strand's own t, and the open toehold


def test_what_an_exchange_makes_reacts_on() -> None:
    """The join that took its input so goes on to the next; the signals set free are those of a join that was triggered."""
    complexes = {"join": JOIN, "fork": FORK, "P": free(T, P), "A": free(T, A)}
    network = leaky(complexes, ["gate_gate"])
    assert free(P, T) in network.complexes and free(A) in network.complexes
    assert free(P, T) not in leaky(complexes, []).complexes


def test_equal_gates_and_equal_strands_exchange_nothing() -> None:
    """Two copies of a gate swap only what two different strands of it cover: here nothing, there ``<a t>`` and ``<a>``."""
    assert not leaks(leaky({"one": JOIN, "other": join((Z, T), (P, T), (A,))}, ["gate_gate"]))
    (twice,) = leaks(leaky({"join": join((X, T), (A, T), (A,))}, ["gate_gate"]))
    assert twice.reactants == (0, 0)


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_exchanges_are_between_two_fresh_gates_and_belong_to_both(name: str) -> None:
    network, system = build_network(translated(name), "gate_gate"), translated(name)
    gates = {network.index[each.name]: each for each in system.components if each.role == Role.GATE}
    assert leaks(network)
    for step in leaks(network):
        assert set(step.reactants) <= gates.keys()
        assert set(step.origins) == {origin for index in step.reactants for origin in gates[index].origins}


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_models_add_up_in_any_order(name: str) -> None:
    """The leaks of both are those of each, and every step of every network conserves its strands."""
    one, other, both, turned = (build_network(translated(name), m) for m in ("gate", "gate_gate", BOTH, "gate_gate+gate"))
    known = {facts(step, net) for net in (one, other) for step in leaks(net)}
    assert {facts(step, both) for step in leaks(both)} == {facts(step, turned) for step in leaks(turned)} == known
    counts = strand_counts(both)
    assert all(side(step.reactants, counts) == side(step.products, counts) for step in both.steps)


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_both_semantics_have_the_same_leaks(name: str) -> None:
    """What a toehold does anyway is no leak, whether it does it in one step or in several.

    Captures are left out: they strip clock strands off what leaks make of gates piece by piece, over 25,000 species in all.
    """
    system = translated(name)
    kept = tuple(component for component in system.components if not component.name.startswith("capture_"))
    rest = replace(system, components=kept)
    networks = [build_network(rest, "gate", semantics=s, unproductive="none") for s in ("infinite", "finite")]
    first, second = ({facts(step, network) for step in leaks(network)} for network in networks)
    assert first == second


@pytest.mark.parametrize("model", ["gate", "gate_gate", BOTH])
def test_at_rate_0_leaks_change_nothing(model: str) -> None:
    """The same derivative, bit for bit, at any state of the leak-free species; what only leaks make stays exactly at 0."""
    plain, network = strand_network("linreg2d"), build_network(translated("linreg2d"), model)
    known = len(plain.names)
    state = np.zeros(len(network.names))
    state[:known] = np.random.default_rng(0).uniform(0.0, 1000.0, known)
    change = derivative(network, state)
    assert np.array_equal(change[:known], derivative(plain, state[:known]))
    assert not change[known:].any()
    times = np.array([0.0, 600.0, 3600.0])
    runs = [trajectory(net, state[: len(net.names)], times) for net in (plain, network)]
    assert not runs[1][:, known:].any()
    assert runs[1][:, :known] == pytest.approx(runs[0], rel=1e-6, abs=1e-6)


def rates_without_leak(network: ReactionNetwork) -> np.ndarray:
    return np.array([0.0 if step.kind == StepKind.LEAK else step.rate for step in network.steps])


def derivative(network: ReactionNetwork, state: np.ndarray) -> np.ndarray:
    system, change = from_network(network), np.zeros(len(network.names))
    flux = rates_without_leak(network) * np.append(state, 1.0)[system.reactants].prod(axis=1)
    np.add.at(change, system.net_species, system.net_change * flux[system.net_reaction])
    return change


def trajectory(network: ReactionNetwork, start: np.ndarray, times: np.ndarray) -> np.ndarray:
    stepper = engine_named("rosenbrock").prepare(from_network(network), 1e-9, 1e-9)
    return stepper.solve(start, times, rates_without_leak(network)).values


def test_unknown_models_are_refused() -> None:
    with pytest.raises(InputError, match="unknown leak model"):
        build_network(translated("linreg2d"), "gate+gates")
