"""Long trainings under leak leave out what carries next to nothing: the whole network is their oracle."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from dsd_ncrn.analysis.study import LONG, Study
from dsd_ncrn.analysis.yields import RealTubes, stream
from dsd_ncrn.crn.events import Purpose, Wait
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.simulate import traffic
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import mass_action
from dsd_ncrn.simulate.pot import Contents, plain_pot
from dsd_ncrn.simulate.tube import Tube
from dsd_ncrn.units import per_nM_s_to_per_M_s
from studies import design, study

pytestmark = pytest.mark.xdist_group("studies")
TENTH = 0.1 / per_nM_s_to_per_M_s(1.0)


@cache
def short_study() -> Study:
    """The shortest training that is made lean."""
    return study("linreg2d").lasting(strand_iterations=LONG)


def test_how_often_steps_fire_is_what_has_reacted() -> None:
    """A -> B -> C from 8 nM of A: after two half-lives 6 nM have taken the first step, and what is C the second."""
    system = mass_action("ABC", [((0,), (1,), np.log(2.0)), ((1,), (2,), 1.0)])
    pot, counted = plain_pot(system, engine_named("rosenbrock"), 1e-8, 1e-10), traffic.Traffic()
    after = pot.run([Wait(2.0, Purpose.OPEN)], Contents(np.array([8.0, 0.0, 0.0])), counted)
    assert counted.fired == pytest.approx([6.0, after.values[2]], rel=0.02)


def test_what_gathers_is_grown_on_to_the_end_as_a_power_of_the_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spent gates in proportion to the iterations, made by leaks at most as the power 1.5; what does not gather stays.

    Eight iterations are looked at, one in the middle (40, by logarithms) and the last (200), each with two points.
    """
    seen: list[np.ndarray] = []
    laws = (lambda n: 3.0, lambda n: 0.5 * n, lambda n: 0.1 * n**2, lambda n: 7.0)  # dosed, spent, made by leaks, steady
    tube = cast("Tube", SimpleNamespace(nominal=np.ones(1), state=np.zeros(4), contents=None))

    def fired(of: Tube, _: object) -> np.ndarray:
        if len(seen) < traffic.FIRST:
            of.state = np.array([law(len(seen) + 1.0) for law in laws])
        seen.append(of.state)
        return np.zeros(1)

    monkeypatch.setattr(traffic, "_fired", fired)
    traffic._traffic(tube, np.array([False, False, True, False]), [(np.zeros(1),) * 2], 200)
    assert len(seen) == 12
    for number, at in ((40, 8), (200, 10)):
        assert seen[at] == pytest.approx([3.0, 0.5 * number, 0.1 * 64 * (number / 8) ** 1.5, 7.0])
    seen.clear()
    traffic._traffic(tube, np.zeros(4, dtype=bool), [(np.zeros(1),) * 2], 8)
    assert len(seen) == 8, "a training that is not longer is looked at whole"


def test_a_lean_network_has_all_that_does_not_leak_and_less_of_the_rest() -> None:
    """Components stay in their places, and every step of the strands as designed stays with its rate."""
    made = short_study()
    found = made.lean(TENTH)
    assert found.leaky.names[: len(made.system.components)] == made.leaky.names[: len(made.system.components)]
    assert len(found.leaky.steps) < 0.5 * len(made.leaky.steps)

    def spelled(of: Study, leaks: bool) -> set[tuple[object, ...]]:
        return {
            (*(tuple(of.leaky.complexes[n] for n in side) for side in (step.reactants, step.products)), step.rate)
            for step in of.leaky.steps
            if leaks or step.kind != StepKind.LEAK
        }

    plain = {
        (*(tuple(made.network.complexes[n] for n in side) for side in (step.reactants, step.products)), step.rate)
        for step in made.network.steps
    }
    assert plain < spelled(found, leaks=False) < spelled(made, leaks=False)
    assert spelled(found, leaks=True) < spelled(made, leaks=True)


def test_rates_of_a_decade_share_one_lean_study_and_short_trainings_have_none() -> None:
    made = short_study()
    assert made.lean(TENTH) is made.lean(TENTH / 50) is made.lean(0.0)
    short = made.lasting(strand_iterations=LONG - 1)
    assert short.lean(TENTH) is short


def test_where_the_parameters_would_move_otherwise_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "SHARES", (1.0,))
    made = short_study().given()
    assert made.lean(TENTH) is made


def test_a_real_tube_is_the_same_in_a_lean_network() -> None:
    """The chance that makes it does not depend on what is left out."""
    made = short_study()
    found = made.lean(TENTH)
    whole, other = (RealTubes(each).draw(design("linreg2d_imperfect").imperfections, stream(0, 3)) for each in (made, found))
    numbers = {(step.kind, *_spelled(made, n)): n for n, step in enumerate(made.leaky.steps)}
    kept = [numbers[step.kind, *_spelled(found, n)] for n, step in enumerate(found.leaky.steps)]
    assert other.rates == pytest.approx(whole.rates[kept], rel=1e-12)
    assert replace(other.handling, seed=0) == replace(whole.handling, seed=0)


def _spelled(of: Study, number: int) -> tuple[object, ...]:
    step = of.leaky.steps[number]
    return tuple(tuple(of.leaky.complexes[n] for n in side) for side in (step.reactants, step.products))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "per_M_s", "most"),
    [("linreg2d", 0.01, 0.001), ("linreg2d", 0.1, 0.005), ("linreg2d", 1.0, 0.01), ("linear2d", 1.0, 0.005)],
)
def test_a_lean_training_ends_where_the_whole_one_does(name: str, per_M_s: float, most: float) -> None:
    """A whole training: parameters all along, and the share of the test error that is learned within 0.01.

    The first iteration of linear2d moves its parameters to 4: at the tolerances of later ones it would be 1.1 % off.
    """
    made, rate = study(name), per_M_s / per_nM_s_to_per_M_s(1.0)
    exact = made.train(made.tube("dsd_leaky", rate), "dsd_leaky")
    found = made.train_strands("dsd_leaky", rate)
    scale = np.abs(exact.parameters).max(axis=0)
    assert (np.abs(found.parameters - exact.parameters) / scale).max() < most
    learned = [1.0 - each.rmse_after / each.rmse_before for each in (found, exact)]
    assert learned[0] == pytest.approx(learned[1], abs=0.01)
