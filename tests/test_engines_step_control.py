"""How the steppers choose their steps: as often as SciPy's code of the same method, and as exact as they are asked to be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.rosenbrock import RosenbrockEngine
from dsd_ncrn.simulate.engines.transient import follow
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.flow import advance, flow_of
from symbols import symbol, term
from test_engines_problems import Floats, WithTransients, solved, system_of

PREY = "A -> 2 A [k = 1]\nA + B -> 2 B [k = 1]\nB -> [k = 1]"
START, END = np.array([2.0, 0.5]), 20.0


def rates_of(_: float, y: Floats) -> list[float]:
    return [y[0] - y[0] * y[1], y[0] * y[1] - y[1]]


EXACT = solve_ivp(rates_of, (0.0, END), START, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]


def error_of(found: Floats) -> float:
    return float(np.abs(found - EXACT).max())


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-8, 1e-10])
def test_the_explicit_steps_are_those_of_scipys_dop853(tolerance: float) -> None:
    """Three rounds of predator and prey: as many steps, refused ones among them, within 10 %, and errors of one size."""
    peer = solve_ivp(rates_of, (0.0, END), START, method="DOP853", rtol=tolerance, atol=tolerance * 1e-3)
    found = solved(WithTransients(), system_of(PREY), START, [0.0, END], tolerance)
    assert found.steps == pytest.approx(peer.nfev / 12, rel=0.1)  # twelve evaluations a step
    assert error_of(found.values[-1]) < 3 * error_of(peer.y[:, -1])


def test_the_steps_of_rodas_grow_with_the_fourth_root_of_the_tolerance() -> None:
    """Four decades are a factor of 10 for a method of order 4, of which the estimate is of order 3; errors stay at it."""
    runs = {each: solved(engine_named("rosenbrock"), system_of(PREY), START, [0.0, END], each) for each in (1e-6, 1e-8, 1e-10)}
    assert runs[1e-10].steps / runs[1e-6].steps == pytest.approx(10.0, rel=0.15)
    for tolerance, run in runs.items():
        assert 0.5 < error_of(run.values[-1]) / tolerance < 5


@pytest.mark.parametrize("tolerance", [1e-5, 1e-7, 1e-9])
def test_the_equations_of_a_learner_are_as_exact_as_asked(tolerance: float) -> None:
    """Those of predator and prey as terms, by the fifth-order pair of Dormand and Prince: errors within 1 to 30 tolerances."""
    equations = {
        symbol("z1"): (term(1.0, "z1"), term(-1.0, "z1", "z2")),
        symbol("z2"): (term(1.0, "z1", "z2"), term(-1.0, "z2")),
    }
    values = np.array([*START, 1.0])
    reached, _ = advance(flow_of(equations, tuple(equations)), values, END, tolerance)
    assert reached == END
    assert 0.1 < error_of(values[:2]) / tolerance < 30


@pytest.mark.parametrize("engine", [WithTransients(), engine_named("rosenbrock")], ids=["explicit first", "implicit"])
def test_many_copies_of_a_problem_take_as_many_steps_as_one(engine: Engine) -> None:
    """An error is a mean over all species: nine pairs of predator and prey that do not meet, and one."""
    copies = "\n".join(PREY.replace("A", f"A{number}").replace("B", f"B{number}") for number in range(9))
    many = solved(engine, system_of(copies), np.tile(START, 9), [0.0, END], 1e-7)
    assert many.steps == pytest.approx(solved(engine, system_of(PREY), START, [0.0, END], 1e-7).steps, rel=0.02)


@pytest.mark.parametrize("engine", [WithTransients(), engine_named("rosenbrock")], ids=["explicit first", "implicit"])
def test_where_nothing_happens_one_step_is_enough(engine: Engine) -> None:
    """Nothing of A is there to turn into B: no error, and no step but the first, which is as long as the span."""
    still = solved(engine, system_of("A -> B [k = 1]"), [0.0, 3.0], [0.0, 50.0])
    assert still.steps == 1
    assert still.values[-1] == pytest.approx([0.0, 3.0], abs=1e-15)


def test_what_has_died_away_does_not_come_back_in_a_step_beyond_stability() -> None:
    """P and M annihilate, so that M stays 27.9 but for the 2e-9 of P, as a training once came to it after 75,810 iterations.

    P had grown from 1e-140 unseen: explicit steps beyond their stability multiply it. In the step that is proposed, of which
    the stable ones are the 20th part, it ends at -596 and M at -568, and the estimate of order 5 changes its sign there.
    """
    system = system_of("\n".join(f"P{n} + M{n} -> [k = 1000]" for n in range(28)))
    stepper = RosenbrockEngine().prepare(system, 1e-6, 1e-9)
    terms, (p, m) = stepper.terms, (stepper.pattern.place[system.index[name]] for name in ("P0", "M0"))
    step = 0.004073264375547809
    for off in np.linspace(-2e-8, 2e-8, 9):
        y = np.zeros(system.size + 1)
        y[-1], y[p], y[m] = 1.0, -2.296301991769211e-09 * (1.0 + off), 27.90007709661917
        follow(y, 0.0, 2 * step, step, system.rates, 1e-6, 1e-9, terms.reactants, terms.starts, terms.reaction, terms.change)
        assert y[m] == pytest.approx(27.90007709661917, abs=1e-7)
