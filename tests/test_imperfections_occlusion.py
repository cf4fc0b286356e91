"""Occlusion by resting strands: the factor against the finite network, closed forms, and stretched durations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.crn.events import Wait
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.dsd.system import ClockStrands, Component, DsdSystem, Role
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.imperfections.occlusion import Occlusion, common_nt, crowd_of, open_toeholds
from dsd_ncrn.simulate.imperfections.realisation import Mixture, perfect
from dsd_ncrn.simulate.mass_action import from_network
from imperfect import chance, drawn, leaky_pot
from studies import A, E, P, T, U, X, join, study

pytestmark = pytest.mark.xdist_group("studies")
Floats = NDArray[np.float64]


def small_system(levels: dict[str, tuple[Complex, float]]) -> DsdSystem:
    components = (Component(name, complex_, Role.FUEL, level) for name, (complex_, level) in levels.items())
    return DsdSystem("small", tuple(components), {}, {}, {}, {}, {})


def made_of(network: ReactionNetwork, start: dict[str, float], product: Complex, times: Floats, factors: Floats) -> Floats:
    """The product's concentrations over time."""
    system = from_network(network)
    state = np.zeros(system.size)
    state[[system.index[name] for name in start]] = list(start.values())
    solver = engine_named("rosenbrock").prepare(system, 1e-8, 1e-11)
    return solver.solve(state, times, system.rates * factors).values[:, network.position[product]]


CROWDS = [(50_000.0, 30_000.0), (5_000.0, 50_000.0), (50_000.0, 0.001), (300_000.0, 30_000.0), (30_000.0, 30_000.0)]


@pytest.mark.parametrize(("visitor", "bystander"), CROWDS)
def test_occlusion_is_what_resting_strands_come_to(visitor: float, bystander: float) -> None:
    """X on a gate, among strands that rest on the gate and gates that X rests on, each explicit in the finite semantics.

    The quasi-steady factor agrees within 2 %, where it slows down 2 to 20 times.
    """
    levels = {
        "X": (free(T, X), 0.01),
        "gate": (join((X,)), 10.0),
        "visitor": (free(T, P), visitor),
        "bystander": (join((E, T), (A,)), bystander),
    }
    system, start = small_system(levels), {name: level for name, (_, level) in levels.items()}
    pot = Mixture(system, build_network(system))
    rates = rates_of()
    realisation = Occlusion().apply(perfect(pot), pot, rates.unbinding(5) / rates.binding(5), chance())
    slow, explicit = realisation.rates.min(), build_network(system, semantics="finite", unproductive="all")
    half_time = np.log(2) / (rates_of().displacement(5, 0) * 10.0 * slow)
    times = np.array([0.0, half_time / 4, half_time])
    estimate = made_of(pot.network, start, free(X), times, realisation.rates)
    found = made_of(explicit, start, free(X), times, np.ones(len(explicit.steps)))
    assert np.diff(estimate[1:]) == pytest.approx(np.diff(found[1:]), rel=0.02)
    assert 1 / 100 < slow < 1 / 1.5


def test_the_factor_of_one_toehold_is_the_quadratics_root() -> None:
    """1 / ((1 - b/G)(1 - b/S)) with (G - b)(S - b) = K_d b, K_d = 13 uM for 5 nt; at strength s, K_d / s."""
    system = small_system({"host": (join((X, T), (A,)), 11_100.0), "visitor": (free(T, P), 26_300.0)})
    rates = rates_of()
    pot = Mixture(system, build_network(system))
    for strength in (0.075, 1.0):
        crowd = crowd_of(pot, np.ones(2), rates, strength)
        total = 11_100.0 + 26_300.0 + rates.unbinding(5) / rates.binding(5) / strength
        bound = (total - np.sqrt(total**2 - 4 * 11_100.0 * 26_300.0)) / 2
        assert crowd.share_of_host((T,)) == pytest.approx(1 - bound / 11_100.0, rel=1e-6)
        assert crowd.share_of_visitor((T,)) == pytest.approx(1 - bound / 26_300.0, rel=1e-6)
        assert crowd.usual_share == pytest.approx((1 - bound / 11_100.0) * (1 - bound / 26_300.0), rel=1e-6)


def test_toeholds_meet_by_what_they_have_in_common() -> None:
    """A gate with the last 3 of 5 nt open, a strand with all 5: 3 nt, a thousand times weaker."""
    head, tail, other = Domain("t1", 2), Domain("t2", 3), Domain("u", 7)
    assert common_nt((head, tail), (tail,)) == 3
    assert common_nt((head, tail), (head, tail)) == 5
    assert common_nt((head, tail), (other,)) == 0
    assert list(open_toeholds(free(head, tail, X), starred=False)) == [(head, tail)]
    assert list(open_toeholds(join((X, T), (A,)), starred=True)) == [(T,)]
    assert not list(open_toeholds(join((X, T), (A,)), starred=False))


def test_occlusion_stretches_all_durations_unless_told_otherwise() -> None:
    """The phases take as many times longer as the usual toehold step is slower."""
    made = study("linreg2d")
    realisation, unstretched = drawn(occlusion=1.0), drawn(occlusion=1.0, stretch=False)
    tube = made.tube("dsd_leaky", 0.0, realisation)
    assert realisation.stretch > 2
    assert np.array_equal(realisation.rates, unstretched.rates) and unstretched.stretch == 1
    taken = sum(tube.pot.seconds(event) for event in tube.protocol.whole([1.0, 1.0], [1.0]) if isinstance(event, Wait))
    assert taken == pytest.approx(made.schedule.seconds_per_iteration * realisation.stretch)
    toehold = [n for n, step in enumerate(leaky_pot().network.steps) if step.kind == StepKind.DISPLACEMENT]
    assert np.median(realisation.rates[toehold]) == pytest.approx(1 / realisation.stretch, rel=1e-9)
    leaks = [n for n, step in enumerate(leaky_pot().network.steps) if step.kind == StepKind.LEAK]
    assert (realisation.rates[leaks] == 1).all()


def test_a_stronger_occlusion_is_slower() -> None:
    stretches = [drawn(occlusion=strength).stretch for strength in (0.03, 0.1, 0.3, 1.0)]
    assert stretches == sorted(stretches)


def test_the_clock_strand_is_among_those_that_rest() -> None:
    """It is added later, in its phase: 1500 nM of <t c> rest on 2 µM of open t* as the root of the quadratic says.

    Of several clocks the one of which most is added counts. A gate with another toehold, of which nothing is there, changes
    nothing.
    """
    gates, clock, rates = 2000.0, 1500.0, rates_of()
    levels = {"host": (join((X, T), (A,)), gates), "c1": (free(T, P), 0.0), "c2": (free(T, E), 0.0)}
    levels["absent"] = (gate(Open((U,)), Bound((A,))), 0.0)
    clocks = {"C1": ClockStrands("c1", (), clock, 0.0), "C2": ClockStrands("c2", (), clock / 2, 0.0)}
    pot = Mixture(replace(small_system(levels), clocks=clocks), build_network(small_system(levels)))
    total = gates + clock + rates.unbinding(5) / rates.binding(5)
    bound = (total - np.sqrt(total**2 - 4 * gates * clock)) / 2
    assert bound > 150
    crowd = crowd_of(pot, np.ones(4), rates, 1.0)
    assert crowd.share_of_host((T,)) == pytest.approx(1 - bound / gates, rel=1e-6)
    assert crowd.share_of_visitor((T,)) == pytest.approx(1 - bound / clock, rel=1e-6)
    assert crowd_of(pot, np.array([1.0, 0.0, 1.0, 1.0]), rates, 1.0).share_of_host((T,)) == 1.0
