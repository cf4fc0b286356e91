"""Leaks by kind of channel: which gates are attacked, at which relative rate, and that rankings respect it."""

from __future__ import annotations

import numpy as np
import pytest

from dsd_ncrn.analysis.leaks import leak_slopes, rank_leaks
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.dsd.structure import Bound, Complex, Open, free, gate
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.infinite import attack
from dsd_ncrn.kinetics.leaks import DOUBLE, FRESH, LeakKind, LeakRates, LeakTargets, warmth
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind
from studies import (
    A,
    C,
    E,
    P,
    T,
    X,
    Y,
    leaking,
    side,
    strand_counts,
    study,
    transducer,
    two_inputs,
)

ALL: LeakRates = {LeakKind.JOIN: 0.8, LeakKind.FORK: 1.1, LeakKind.MID: 5.7, LeakKind.SPENT: 0.3, LeakKind.GATE_GATE: 0.04}


def leaky(rates: LeakRates, complexes: dict[str, Complex], models: tuple[str, ...] = ("gate",)) -> ReactionNetwork:
    """The network of gates with leaks of some kinds; one named fork is one."""
    gates = [complex_ for complex_ in complexes.values() if not complex_.is_strand]
    return leaking(complexes, models, LeakTargets(gates, forks=[complexes["fork"]], rates=rates))


def target(network: ReactionNetwork, step: Step) -> Complex:
    """The gate of a leak."""
    return next(c for c in (network.complexes[i] for i in step.reactants) if not c.is_strand)


def kind_of(network: ReactionNetwork, step: Step, fresh: dict[str, Complex]) -> LeakKind:
    """What meets in a leak, by the structure of its gate."""
    met = target(network, step)
    if met in (fresh["join"], fresh["fork"]):
        return LeakKind.JOIN if met == fresh["join"] else LeakKind.FORK
    opened = any(paired is None and domain.starred for domain, paired in zip(met.domains, met.pairing))
    return LeakKind.MID if opened else LeakKind.SPENT


def test_every_channel_has_the_rate_of_its_kind() -> None:
    """Of X + Y -> Z: fresh join and fork, those in mid-reaction and spent ones each at their own, and all kinds occur."""
    parts = two_inputs(P)
    network = leaky(ALL, parts)
    found = {(kind_of(network, step, parts), step.rate) for step in network.kinds(StepKind.LEAK)}
    assert found == {(kind, ALL[kind]) for kind in (LeakKind.JOIN, LeakKind.FORK, LeakKind.MID, LeakKind.SPENT)}


def test_a_kind_at_rate_zero_is_left_out() -> None:
    """By default fresh gates alone are attacked, all at one rate, as Visual DSD has them."""
    parts = two_inputs(P)
    network = leaky(FRESH, parts)
    leaks = network.kinds(StepKind.LEAK)
    assert leaks and {kind_of(network, step, parts) for step in leaks} <= {LeakKind.JOIN, LeakKind.FORK}
    assert {step.rate for step in leaks} == {1.0}
    only = leaky({LeakKind.MID: 2.0}, parts)
    assert {kind_of(only, step, parts) for step in only.kinds(StepKind.LEAK)} == {LeakKind.MID}


def test_a_join_that_waits_for_its_second_input_is_attacked() -> None:
    """``<t a>`` fires the join that holds X without any Y, as the published join whose second input is missing."""
    parts = two_inputs(P)
    network = leaky({LeakKind.MID: 1.0}, parts)
    taken = {C_ for step in network.kinds(StepKind.DISPLACEMENT) for C_ in map(network.complexes.__getitem__, step.products)}
    attacked = [step for step in network.kinds(StepKind.LEAK) if network.index["trigger"] in step.reactants]
    assert attacked and all(target(network, step) in taken for step in attacked)


def test_leaks_of_every_kind_conserve_strands() -> None:
    network = leaky(dict.fromkeys(LeakKind, 1.0), transducer(Y, E), ("gate", "gate_gate"))
    counts = strand_counts(network)
    for step in network.kinds(StepKind.LEAK):
        assert side(step.reactants, counts) == side(step.products, counts)


def test_exchanges_between_gates_have_their_own_rate() -> None:
    parts = transducer(Y)
    parts["other"] = gate(Open((T,)), Bound((X, T)), Bound((C, T)), Bound((C,)))
    parts["third"] = gate(Bound((E,)), Bound((T, X)), Bound((T, C)), Open((T,)))
    network = leaky(ALL, parts, ("gate_gate",))
    assert {step.rate for step in network.kinds(StepKind.LEAK)} == {0.04}


def test_one_invader_displaces_two_neighbours_at_once() -> None:
    """``<x t p t>`` on ``[x t][p t]``: alone it takes x off and opens nothing more, as a double leak it takes both."""
    two = gate(Open((T,)), Bound((X, T)), Bound((P, T)), Bound((A,)))
    invader = free(X, T, P, T)
    place = two.domains.index(~X)
    single, double = attack(two, place, invader, 0), attack(two, place, invader, 0, neighbours=True)
    assert double is not None and {free(X, T), free(P, T)} <= set(double.products)
    assert single is None or free(P, T) not in single.products
    assert attack(two, place, free(X, T), 0, neighbours=True) is None
    parts = {"join": two, "fork": gate(Bound((E,)), Bound((T, Y)), Open((T,))), "invader": invader}
    found = leaky({LeakKind.DOUBLE: 0.2}, parts).kinds(StepKind.LEAK)
    assert {(step.rule, step.rate) for step in found} == {(DOUBLE, 0.2)}


def alone(made: Study, origin: str, expected: float) -> float:
    """How far an iteration moves a parameter where the gates of one reaction leak alone, each step at its relative rate; over
    the leak rate (/M/s), which is chosen for about 1e-3."""
    ends = []
    for rate in (0.0, 1e-3 / expected):
        tube = made.tube("dsd_leaky", 0.0)
        for number, step in enumerate(made.leaky.steps):
            if step.kind == StepKind.LEAK and str(step.origins[0]) == origin:
                tube.pot.rates[number] = step.rate * rate * 1e-9
        tube.set_parameters(made.ideal.parameters[-1])
        tube.iterate(*made.reference)
        ends.append(tube.parameters())
    return float(np.abs(ends[1] - ends[0]).max()) * expected / 1e-3


@pytest.mark.slow
def test_leaks_are_faster_where_it_is_warm() -> None:
    """At 37 °C 7 to 13 times as fast as at 25 (30 to 39 kcal/mol, Reynaldo et al. 2000)."""
    assert warmth(25.0) == 1.0
    assert 7.0 < warmth(37.0) < 13.0


def test_a_ranking_has_each_channel_at_its_relative_rate() -> None:
    """At leak 0, where derivatives are additive: twice the relative rate of forks is twice the shift through each of them, and
    gates are ranked by what an iteration with the leaks of each alone comes to."""
    made = study("linreg2d")
    channels = made.spec.leak.channels.model_copy(update={"fork": 2.2})
    rates = {LeakKind(name): rate for name, rate in channels}
    double = made.given(leaky=build_network(made.designed, "gate", leak_rates=rates))
    once, twice = leak_slopes(made, 0.0), leak_slopes(double, 0.0)
    forks = [n for n, step in enumerate(made.leaky.steps) if step.kind == StepKind.LEAK and step.rate == 1.1]
    joins = [n for n, step in enumerate(made.leaky.steps) if step.kind == StepKind.LEAK and step.rate == 0.8]
    assert twice[:, forks] == pytest.approx(2 * once[:, forks], rel=1e-6, abs=1e-12)
    assert twice[:, joins] == pytest.approx(once[:, joins], rel=1e-6, abs=1e-12)
    assert np.abs(once[:, forks]).max() > 0
    told = {each.origin: each.shift_per_M_s for each in rank_leaks(double, 0.0).shares}
    ranked = list(told)
    tried = [*ranked[:3], ranked[len(ranked) // 2]]
    assert [alone(double, origin, told[origin]) / told[origin] for origin in tried] == pytest.approx([1.0] * 4, rel=0.05)
