"""Strands that rest on toeholds: the factor against the finite network, closed forms, beads, and prolonged durations."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import reduce
from operator import add, mul

import numpy as np
import pytest
from numpy.typing import NDArray

from conftest import Invoke
from dsd_ncrn.analysis.yields import RealTubes, stream
from dsd_ncrn.assays.rivals import OCCLUDED_NM
from dsd_ncrn.constants import constant
from dsd_ncrn.crn.events import Add, PullDown, TopUp, Wait
from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.gates.network_run import RESTING_NM
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.kinetics.toeholds import common_nt, open_toeholds
from dsd_ncrn.simulate.crowd import Crowd, crowd_of, kept, product
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.imperfections import realise
from dsd_ncrn.simulate.imperfections.realisation import Mixture
from dsd_ncrn.simulate.mass_action import from_network
from dsd_ncrn.simulate.pot import Pot, pot_of
from dsd_ncrn.simulate.results import LEVELS
from finite import effective_rates
from imperfect import drawn, leaky_pot
from studies import DESIGNS, A, E, P, T, U, X, changed, design, ideal_study, join, prepare, study

pytestmark = pytest.mark.xdist_group("studies")
Floats = NDArray[np.float64]
Levels = dict[str, tuple[Complex, float]]
RATES = rates_of()
KD = 13_000.0


def small_system(levels: Levels) -> DsdSystem:
    components = (Component(name, complex_, Role.FUEL, level) for name, (complex_, level) in levels.items())
    return DsdSystem("small", tuple(components), {}, {}, {}, {}, {})


def crowded(levels: Levels, dissociation: float = KD, cross: float = 0.0) -> tuple[Crowd, Floats]:
    """The crowd of some components, and their state."""
    network = build_network(small_system(levels))
    found = crowd_of(network, dissociation, cross)
    assert found is not None
    state = np.zeros(len(network.names))
    state[: len(levels)] = [level for _, level in levels.values()]
    return found, state


def small_pot(levels: Levels, semantics: str = "infinite", resting: float = KD) -> Pot:
    system = small_system(levels)
    found = pot_of(Mixture(system, build_network(system, semantics=semantics)), engine_named("rosenbrock"), 1e-8, 1e-10)
    return found.realised(0.0, replace(found.realisation, resting=resting))


def bound(host: float, visitor: float, dissociation: float) -> float:
    """The root b of (host - b)(visitor - b) = K_d b."""
    total = host + visitor + dissociation
    return (total - np.sqrt(total**2 - 4 * host * visitor)) / 2


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
    crowd, state = crowded(levels, RATES.unbinding(5) / RATES.binding(5))
    factors, start = crowd.slowdown(state), {name: level for name, (_, level) in levels.items()}
    network, explicit = build_network(small_system(levels)), build_network(small_system(levels), semantics="finite")
    half_time = np.log(2) / (RATES.displacement(5, 0) * 10.0 * factors.min())
    times = np.array([0.0, half_time / 4, half_time])
    estimate = made_of(network, start, free(X), times, factors)
    found = made_of(explicit, start, free(X), times, np.ones(len(explicit.steps)))
    assert np.diff(estimate[1:]) == pytest.approx(np.diff(found[1:]), rel=0.02)
    assert 1 / 100 < factors.min() < 1 / 1.5


@pytest.mark.parametrize("dissociation", [752.0, KD])
def test_the_factor_of_one_toehold_is_the_quadratics_root(dissociation: float) -> None:
    """1 / ((1 - b/G)(1 - b/S)) with (G - b)(S - b) = K_d b."""
    host, visitor = 11_100.0, 26_300.0
    crowd, state = crowded({"host": (join((X, T), (A,)), host), "visitor": (free(T, P), visitor)}, dissociation)
    held = bound(host, visitor, dissociation)
    assert crowd.free(state)[0] == pytest.approx([1 - held / host], rel=1e-6)
    assert crowd.free(state)[1] == pytest.approx([1 - held / visitor], rel=1e-6)
    assert crowd.usual(state) == pytest.approx((1 - held / host) * (1 - held / visitor), rel=1e-6)


def test_toeholds_meet_by_what_they_have_in_common() -> None:
    """A gate with the last 3 of 5 nt open, a strand with all 5: 3 nt, a thousand times weaker."""
    head, tail, other = Domain("t1", 2), Domain("t2", 3), Domain("u", 7)
    assert common_nt((head, tail), (tail,)) == 3
    assert common_nt((head, tail), (head, tail)) == 5
    assert common_nt((head, tail), (other,)) == 0
    assert list(open_toeholds(free(head, tail, X), starred=False)) == [(head, tail)]
    assert list(open_toeholds(join((X, T), (A,)), starred=True)) == [(T,)]
    assert not list(open_toeholds(join((X, T), (A,)), starred=False))


def test_toeholds_with_nothing_in_common_rest_where_they_are_told_to() -> None:
    """7 nt of u on 5 of t: not at all, or with the cross-binding's own constant, as the root of its quadratic."""
    levels: Levels = {"host": (join((X, T), (A,)), 4_000.0), "visitor": (free(U, P), 5_000.0)}
    assert crowded(levels)[0].usual(crowded(levels)[1]) == 1.0
    crowd, state = crowded(levels, cross=100_000.0)
    held = bound(4_000.0, 5_000.0, 100_000.0)
    assert crowd.usual(state) == pytest.approx((1 - held / 4_000.0) * (1 - held / 5_000.0), rel=1e-6)


def test_only_what_is_there_occludes() -> None:
    """Visitors slow a pot down while they are in it, and a step at a toehold alone."""
    levels: Levels = {"X": (free(T, X), 5.0), "gate": (join((X,)), 10.0), "visitor": (free(T, P), 0.0)}
    pot = small_pot(levels)
    alone = pot.mixed({"X": 5.0, "gate": 10.0})
    joined = pot.run([Add({"visitor": 40_000.0})], alone)
    assert pot.slowdown(alone.values) == pytest.approx(1.0, abs=2e-3)
    held = bound(10.0, 40_005.0, KD)
    assert np.min(pot.slowdown(joined.values)) == pytest.approx((1 - held / 10.0) * (1 - held / 40_005.0), rel=1e-3)
    first, second = (pot.run([Wait(10.0)], each).values[pot.mixture.network.position[free(X)]] for each in (alone, joined))  # pyright: ignore[reportOptionalMemberAccess]
    assert second < 0.3 * first


def test_beads_take_along_what_rests_on_them() -> None:
    """P on 2 uM of a pulled gate, whose toehold is open, among 3 uM of another: the shares of the quadratic's root; the gates
    that P keeps are those that stay."""
    levels: Levels = {"P": (free(T, P), 40.0), "pulled": (join((X, T), (A,)), 2_000.0), "stays": (join((E, T), (A,)), 3_000.0)}
    pot = small_pot(levels)
    before = pot.mixed({name: level for name, (_, level) in levels.items()})
    after = pot.run([PullDown(("pulled",))], before).values
    held = bound(5_000.0, 40.0, KD)
    assert after[:3] == pytest.approx([40.0 - held * 2 / 5, 0.0, 3_000.0], rel=1e-6)
    ideal = small_pot(levels, resting=0.0).run([PullDown(("pulled",))], before).values
    assert ideal[:3] == pytest.approx([40.0, 0.0, 3_000.0])


@pytest.mark.parametrize("transposed", [False, True])
def test_sums_are_the_same_on_every_processor(transposed: bool) -> None:
    """A product row by row, from left to right, in Python; what stays is the product of the shares that the kinds leave."""
    random = np.random.default_rng(3)
    matrix, vector = random.lognormal(0, 5, (7, 40)), random.lognormal(0, 5, 40)
    matrix = np.asfortranarray(matrix) if transposed else matrix
    assert product(matrix, vector).tolist() == [reduce(add, map(mul, row, vector.tolist()), 0.0) for row in matrix.tolist()]
    counts, lost = random.integers(0, 3, (4, 9)).astype(float), np.array([0.0, 0.3, 1e-9, 1.0])
    stays = np.prod((1 - lost[:, None]) ** counts, axis=0)
    assert kept(counts, lost) == pytest.approx(stays, rel=1e-14, abs=1.1e-12)


def test_beads_take_along_gates_on_their_own_single_strands() -> None:
    """The other way round: 1.5 uM of a pulled strand rest on gates, which leave with it."""
    levels: Levels = {"pulled": (free(~P, T), 1_500.0), "gate": (join((X, T), (A,)), 300.0)}
    pot = small_pot(levels)
    after = pot.run([PullDown(("pulled",))], pot.mixed({"pulled": 1_500.0, "gate": 300.0})).values
    assert after[:2] == pytest.approx([0.0, 300.0 - bound(300.0, 1_500.0, KD)], rel=1e-6)


def test_a_finite_tube_has_its_resting_strands_topped_up_once() -> None:
    """20 uM of a fuel rest on 30 uM of gates for a long time, and nothing is used up: nothing is added, and nothing occludes on
    top of that. What is really gone comes back."""
    levels: Levels = {"fuel": (free(T, P), 20_000.0), "gate": (join((X, T), (A,)), 30_000.0)}
    pot = small_pot(levels, "finite")
    assert pot.crowd is None
    rested = pot.run([Wait(100.0)], pot.mixed({"fuel": 20_000.0, "gate": 30_000.0}))
    assert rested.values[0] < 10_000.0
    topped = pot.run([TopUp({"fuel": 20_000.0, "gate": 30_000.0})], rested).values
    assert topped == pytest.approx(rested.values, abs=1e-6)
    assert pot.amount(rested.values, "fuel") == pytest.approx(20_000.0)
    fewer = replace(rested, values=rested.values * 0.9)
    assert pot.amount(pot.run([TopUp({"fuel": 20_000.0})], fewer).values, "fuel") == pytest.approx(20_000.0)


def test_the_finite_and_the_occluded_tube_hold_as_much_of_a_signal() -> None:
    """X that has entered a join, migrated or not, is still X: of 50 nM none is lost in either semantics."""
    levels: Levels = {"X": (free(T, X), 50.0), "X_cogate": (free(X, T), 500.0), "gate": (join((X, T), (A, T), (A,)), 400.0)}
    for semantics in ("infinite", "finite"):
        system = replace(small_system(levels), signals={"X": "X"})
        pot = pot_of(Mixture(system, build_network(system, semantics=semantics)), engine_named("rosenbrock"), 1e-8, 1e-10)
        found = pot.run([Wait(600.0)], pot.mixed({name: level for name, (_, level) in levels.items()})).values
        assert found[0] < 45.0
        assert pot.amount(found, "X") == pytest.approx(50.0, rel=1e-3), semantics


def test_toeholds_that_hold_otherwise_do_so_in_both_semantics() -> None:
    """Rates of an exchange of 5 for 7 nt there and back, each toehold opening by a factor of its own: the three steps at their
    quasi-steady state come to what the displacement has. Toeholds with nothing in common rest by a factor in both."""
    system = small_system({"X": (free(T, X), 1.0), "gate": (gate(Open((T,)), Bound((X, U))), 1.0)})
    found = list[dict[frozenset[Complex], float]]()
    for semantics in ("infinite", "finite"):
        network = build_network(system, semantics=semantics)
        given = Imperfections(toehold_spread=0.5, leak_spread=0.0)
        factors = realise(given, Mixture(system, network), np.random.default_rng(3)).rates
        steps = tuple(replace(step, rate=step.rate * factor) for step, factor in zip(network.steps, factors))
        slowed = {(step.reactants, step.products): step.rate for step in steps}
        rates = slowed if semantics == "infinite" else effective_rates(replace(network, steps=steps))
        found.append({frozenset(network.complexes[each] for each in sides[0]): rate for sides, rate in rates.items()})
        assert factors.std() > 0.05
        crowd = crowd_of(network, KD, cross=100_000.0)
        assert crowd is not None
        state = np.where([each == free(T, X) for each in network.complexes], 50_000.0, 0.0)
        assert 1.0 - crowd.free(state)[0][crowd.toeholds.hosts.index((U,))] == pytest.approx(1 / 3, rel=1e-6)
    assert len(found[0]) == 2 and found[1] == pytest.approx(found[0], rel=1e-9)


@pytest.mark.slow
def test_a_learner_ends_where_it_does_with_what_rests_as_species(invoke: Invoke) -> None:
    """All 20 iterations of the usual tube under ``bench``, set alike, with 61 species and with 382.

    An update does nothing once Z is the target, whatever its rate, and Z grows with the rates of the forward pass at most in
    proportion, as the parameter does: factors that are right within 2 % (above) leave the parameter within 2 %.
    """
    words = ("train", DESIGNS / "first_learner.toml", "--conditions", "bench", "--leaks", "--json", "--semantics")
    factors, species = (json.loads(invoke(*words, each).stdout) for each in ("infinite", "finite"))
    assert species["parameters"]["theta1"] != factors["parameters"]["theta1"]
    assert species["parameters"]["theta1"] == pytest.approx(factors["parameters"]["theta1"], rel=0.02)
    assert invoke("train", DESIGNS / "first_learner.toml", "--level", "ideal", "--semantics", "finite").exit_code == 2


def test_what_rests_is_one_number_everywhere() -> None:
    """The table's 13 µM, in every tube of strands that is calibrated, trained, leaks or is drawn; what the gates are calibrated
    with prolongs the phases of the protocol, and at 0 nothing rests in any of them."""
    plain, number = study("linreg2d"), constant("duplex.resting").number * 1e3
    assert number == KD == RESTING_NM == OCCLUDED_NM
    levels = [name for name, level in LEVELS.items() if level.strands]
    tubes = [*(plain.tube(name) for name in levels), RealTubes(plain).mix(plain.spec.imperfections, stream(0, 0), 0.0)]
    crowds = [tube.pot.crowd for tube in tubes]
    assert {tube.pot.realisation.resting for tube in tubes} == {number} and None not in crowds
    free = ideal_study("linreg2d")
    assert free.tube().pot.crowd is None and plain.schedule.phases["C1"] > 2 * free.schedule.phases["C1"]


def test_a_stronger_occlusion_is_slower() -> None:
    tubes = [study("linreg2d").tube("dsd_leaky", 0.0, drawn(occlusion=strength)) for strength in (0.03, 0.1, 0.3, 1.0)]
    slow = [tube.slowdown("C1") for tube in tubes]
    assert slow == sorted(slow) and slow[0] > 1.5


def test_leaks_are_not_occluded() -> None:
    tube = study("linreg2d").tube("dsd_leaky", 1e-9, drawn(occlusion=0.1))
    factors = np.asarray(tube.pot.slowdown(tube.state))
    steps = leaky_pot().network.steps
    assert (factors[[step.kind == StepKind.LEAK for step in steps]] == 1.0).all()
    toehold = factors[[step.kind == StepKind.DISPLACEMENT for step in steps]]
    assert np.median(toehold) < 0.5


def test_durations_that_a_design_fixes_are_prolonged_unless_told_otherwise() -> None:
    """The flush and the waits by the slow-down of the usual toehold; what is calibrated takes as long in either case."""
    plain = study("linreg2d")
    short = prepare(changed(design("linreg2d"), "imperfections", stretch=False), 0)
    assert short.schedule.wait == design("linreg2d").timing.wait
    slow = plain.schedule.wait / short.schedule.wait
    assert plain.schedule.phases["flush"] == pytest.approx(slow * short.schedule.phases["flush"])
    assert slow == pytest.approx(max(plain.tube().slowdown(phase) for phase in plain.schedule.phases), rel=0.1)
    assert plain.schedule.phases["C1"] == pytest.approx(short.schedule.phases["C1"], rel=0.05)


def test_rate_laws_know_which_toeholds_are_occupied() -> None:
    """A first toehold of 4 nt is 78 % free where one of 5 nt is 29 %: joins of both start out within 10 % of their phase."""
    plain = study("linreg2d")
    free = plain.tube().occupied("C1")
    assert free[4] > 2.5 * free[5]
    begun = [plain.calibration.before[name] for name in ("N1_1", "N1_2", "N1_bias")]
    assert max(begun) < 1.1 * min(begun)


def test_the_beads_of_the_shipped_circuit_leave_the_parameters() -> None:
    """Capture strands hold no signal, what they have captured has no toehold open for gates, and the scavenger of the flush one
    of its own: under 2e-5 of P at a pull-down, where 10.7 % left with scavengers that had the universal toehold open."""
    tube = study("linreg2d").tube()
    tube.iterate(np.array([2.0, 3.5]), np.array([9.0]))
    for phase in tube.protocol.schedule.phases:
        for event in tube.protocol.phase(phase):
            before = tube.contents
            tube.run([event])
            if isinstance(event, PullDown):
                left = [tube.pot.amount(tube.state, name) / tube.pot.amount(before.values, name) for name in ("P1", "P2")]
                assert min(left) > 1 - 2e-5
