"""What hands, beads and air do to a pot: volumes, amounts and chance, against what they come to by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from dsd_ncrn.crn.events import Add, PullDown, TopUp, Wait
from dsd_ncrn.dsd.structure import free
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.handling import PERFECT, Handling
from dsd_ncrn.simulate.imperfections.realisation import Mixture
from dsd_ncrn.simulate.pot import Contents, Pot, pot_of
from studies import A, P, T, X, join

JOIN, OTHER, FORK = "join", "other", "fork"


@cache
def mixture() -> Mixture:
    """X enters a join on beads, whose cogate gives it back; another gate carries the same tag, a third one that of forks."""
    parts = {"X": free(T, X), "X_cogate": free(X, T), JOIN: join((X, T), (A, T), (A,)), OTHER: join((P, T), (A, T), (A,))}
    parts[FORK] = join((A, T), (P, T), (P,))
    tags = {JOIN: "biotin", OTHER: "biotin", FORK: "digoxigenin"}
    components = (Component(name, made, Role.FUEL, 0.0, tag=tags.get(name, "")) for name, made in parts.items())
    system = DsdSystem("small", tuple(components), {}, {}, {}, {}, {})
    return Mixture(system, build_network(system))


def pot(**handling: float) -> Pot:
    perfect = pot_of(mixture(), engine_named("rosenbrock"), 1e-8, 1e-10)
    return replace(perfect, realisation=replace(perfect.realisation, handling=Handling(**handling)))  # pyright: ignore[reportArgumentType]


def start(**levels: float) -> Contents:
    return pot().mixed(levels)


def held(found: Contents, gate: str) -> float:
    """All of a gate that is there, in whatever state, nM."""
    return float(found.values[pot().on_beads([gate])].sum())


def test_a_perfect_hand_changes_nothing_to_the_last_bit() -> None:
    events = [Add({"X": 5.0}), Wait(300.0), TopUp({"X_cogate": 80.0}), PullDown((JOIN,)), Wait(60.0)]
    found, plain = (each.run(events, start(join=100.0, X_cogate=70.0)) for each in (pot(seed=7), pot()))
    assert np.array_equal(found.values, plain.values) and found.volume == plain.volume == 1.0
    assert Handling() == PERFECT


def test_additions_are_off_by_their_coefficient_of_variation_and_anew_each_time() -> None:
    """Over 4,000 additions the standard deviation within four standard errors; the same event and seed give the same."""
    hand = Handling(addition=0.02, seed=3)
    drawn = np.array([hand.really(np.array([10.0]), number)[0] for number in range(4000)]) / 10.0
    assert drawn.std() == pytest.approx(0.02, rel=4 / np.sqrt(2 * 4000))
    assert drawn.mean() == pytest.approx(1.0, abs=4 * 0.02 / np.sqrt(4000))
    noisy = pot(addition=0.02, seed=3)
    first, second = (noisy.run([Add({"X": 5.0})] * count, start()).values[0] for count in (1, 2))
    assert first == noisy.run([Add({"X": 5.0})], start()).values[0] != 5.0
    assert second - first != first


def test_chance_does_not_turn_on_the_last_bits() -> None:
    """The same errors, within rounding, for doses that rounding alone sets apart; others for 1 % more of one of them."""
    hand, doses = Handling(addition=0.03, seed=5), np.array([0.0, 100.0, 150.0, 4096.0, 1 / 3])
    errors = hand.really(doses, 7)
    for factor in (1 - 1e-7, 1 + 1e-7):
        assert hand.really(doses * factor, 7) == pytest.approx(errors, rel=1e-6)
    assert hand.really(doses * [1, 1.01, 1, 1, 1], 7)[2:] != pytest.approx(errors[2:], rel=1e-3)


def test_what_is_added_takes_the_volume_of_its_stock() -> None:
    """50 nM from 1 uM are 5 % of the volume, which thins what is there; 1 nM is no less than the least volume of 1 %."""
    takes = pot(strand_stock=1000.0, complex_stock=500.0, least=0.01)
    once = takes.run([Add({"X": 50.0})], start(X_cogate=84.0))
    assert once.values[:2] == pytest.approx([50.0, 80.0]) and once.volume == pytest.approx(1.05)
    assert takes.run([Add({"X": 1.0})], start()).volume == pytest.approx(1.01)
    assert takes.run([TopUp({"X": 100.0})], start(X=50.0)).volume == pytest.approx(1.05)
    assert takes.run([Add({})], start()).volume == 1.0


def test_a_first_portion_of_a_refill_mix_is_twice_the_least_volume() -> None:
    assert pot(strand_stock=1e5, least=0.01).run([TopUp({"X": 100.0})], start(X=50.0)).volume == pytest.approx(1.02)


def test_a_gate_that_floats_is_liquid_and_brings_what_the_beads_that_catch_it_carry() -> None:
    """500 nM of a stock of 10 uM are 5 %; a tenth of the volume is slurry for them, of which a fifth comes along."""
    found = pot(complex_stock=1e4, slurry=5000.0, carried=0.2).run([Add({FORK: 500.0})], start())
    assert found.volume == pytest.approx(1.07)


def test_beads_bring_some_of_their_slurrys_liquid() -> None:
    """500 nM on beads of 5 uM slurry are a tenth of the volume, of which a fifth comes along."""
    found = pot(slurry=5000.0, carried=0.2).run([Add({JOIN: 500.0})], start(X_cogate=102.0))
    assert found.volume == pytest.approx(1.02) and found.values[1] == pytest.approx(100.0)
    little = pot(slurry=5000.0, carried=0.2, least=0.01).run([Add({JOIN: 5.0})], start())
    assert little.volume == pytest.approx(1.002)  # the least is that of the slurry, of which the liquid is drained


def test_beads_are_caught_at_once_at_the_next_pull_or_never() -> None:
    """Of 100 nM 0.9 are left to the next pull-down and 0.1 for good; 50 nM more leave their own 0.45 and 0.05."""
    magnet, events = pot(missed=0.009, never=0.001), [PullDown((JOIN,))]
    once = magnet.run(events, start(join=100.0))
    assert held(once, JOIN) == pytest.approx(1.0) and once.missed[JOIN] == pytest.approx((0.9, 0.1))
    assert held(magnet.run(events, once), JOIN) == pytest.approx(0.1)
    twice = magnet.run([Add({JOIN: 50.0}), *events], once)
    assert twice.missed[JOIN] == pytest.approx((0.45, 0.15)) and held(twice, JOIN) == pytest.approx(0.6)


def test_a_straggler_leaves_in_whatever_state_it_is() -> None:
    """X has entered most of the joins: what stays after a pull-down are the same shares of all states."""
    loaded = pot().run([Wait(600.0)], start(join=100.0, X=90.0, X_cogate=10.0))
    left = pot(missed=0.01).run([PullDown((JOIN,))], loaded).values
    places = pot().on_beads([JOIN])
    assert (loaded.values[places] > 1.0).sum() > 1
    assert left[places] == pytest.approx(0.01 * loaded.values[places])


def test_one_magnet_takes_all_beads_of_a_tag() -> None:
    before = start(join=100.0, other=50.0)
    assert held(pot().run([PullDown((JOIN,))], before), OTHER) == 50.0
    assert held(pot(one_magnet=True).run([PullDown((JOIN,))], before), OTHER) == 0.0


def test_reactions_go_on_while_beads_are_pulled() -> None:
    """A pull-down of 5 min is a wait of 5 min and a pull-down at once; with jitter it is within a fifth of that."""
    before, pull = start(join=100.0, X=20.0, X_cogate=10.0), PullDown((JOIN,))
    slow, waited = pot(pull=300.0).run([pull], before), pot().run([Wait(300.0), pull], before)
    assert np.array_equal(slow.values, waited.values)
    assert held(slow, JOIN) == 0.0 and slow.values[0] < pot().run([pull], before).values[0]
    seconds = np.array([Handling(pull=300.0, jitter=0.2, seed=1).pull_seconds(number) for number in range(200)])
    assert 240 <= seconds.min() < 250 and 350 < seconds.max() <= 360


def test_a_pull_down_loses_volume_and_air_takes_it() -> None:
    """1 % of the volume at each move of a pull-down, concentrations as they are; 0.2 % in an hour, which concentrates."""
    lost = pot(lost=0.01).run([PullDown((JOIN,)), PullDown((JOIN,), moves=3)], start(X=10.0))
    assert lost.volume == pytest.approx(0.99**4) and lost.values[0] == 10.0
    dried = pot(evaporation=0.002).run([Wait(3600.0)], start(X=10.0))
    assert dried.volume == pytest.approx(0.998) and dried.values[0] == pytest.approx(10.0 / 0.998)
