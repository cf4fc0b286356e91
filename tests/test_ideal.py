"""The ideal network as a learner: its gradient in closed form, and what it learns."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.decide import decide
from dsd_ncrn.simulate.engines import INTEGRATING, engine_named
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.learners import train_ideal
from dsd_ncrn.simulate.results import Training, rmse
from dsd_ncrn.tasks import load_dataset
from studies import changed, design

Floats = NDArray[np.float64]
X, Y = np.array([1.5, 3.0]), np.array([4.0])
T, RATE = 0.5, 0.05


def regressor(name: str = "linreg2d", **circuit: object) -> DesignSpec:
    return changed(design(name), "circuit", **circuit)


def learner(spec: DesignSpec, engine: str = "rosenbrock") -> IdealLearner:
    return IdealLearner(compile_design(spec, 2), engine_named(engine))


def closed_form(theta: Floats, beta: float) -> Floats:
    """The new theta: g_i = T (yhat - y) x_i with yhat = T (theta.x + 2 beta), for f = theta x + beta."""
    yhat = T * (theta @ X + 2 * beta)
    return theta - RATE * T * (yhat - Y[0]) * X


@pytest.mark.parametrize("engine", INTEGRATING)
def test_one_iteration_is_the_closed_form(engine: str) -> None:
    """The paper's equations solved by hand; with k_fast / k_slow = 1e5 the network is within 0.02 % of them."""
    ideal = learner(regressor(fast_ratio=1e5), engine)
    done = ideal.iterate(X, Y)
    assert done.outputs == pytest.approx([T * (X.sum() + 2.0)], rel=1e-6)
    assert done.parameters == pytest.approx([1.0, 1.0], rel=1e-6)
    assert ideal.parameters() == pytest.approx(closed_form(np.ones(2), 1.0), rel=2e-4)


def separation_error(spec: DesignSpec, beta: float) -> float:
    """How far one iteration of finite speed is from the closed form, over the change of theta."""
    ideal = learner(spec)
    ideal.iterate(X, Y)
    exact = closed_form(np.ones(2), beta)
    return float(np.abs(ideal.parameters() - exact).max() / np.abs(exact - 1.0).max())


def test_time_scales_separate_as_fast_reactions_get_faster() -> None:
    """The error falls in proportion to k_slow / k_fast: N2 still makes A while N3 runs, for about 1 / k_fast of T."""
    ratios = [1e2, 1e3, 1e4, 1e5]
    errors = [separation_error(regressor(fast_ratio=ratio), 1.0) for ratio in ratios]
    assert errors == sorted(errors, reverse=True)
    for ratio, error in zip(ratios, errors, strict=True):
        assert error < 3 / (T * ratio)
    assert errors[0] / errors[2] == pytest.approx(100.0, rel=0.2)


def test_the_minimal_circuit_has_the_same_gradient() -> None:
    """One adjoint for both inputs, and no bias."""
    assert separation_error(regressor("linreg2d_minimal", fast_ratio=1e4), 0.0) < 1e-3


def test_predicting_changes_nothing() -> None:
    ideal = learner(design("linreg2d"))
    before = ideal.state.copy()
    assert ideal.predict(X) == pytest.approx([T * (X.sum() + 2.0)], rel=1e-6)
    assert (ideal.state == before).all()
    assert ideal.parameters() == pytest.approx([1.0, 1.0])


def test_an_iteration_leaves_no_trace_but_the_parameters() -> None:
    """Flushed: X and A are gone, Z and Y were used up; only G waits for the next first phase, where it updates theta."""
    ideal = learner(design("linreg2d"))
    ideal.iterate(X, Y)
    kept = {"P1", "P2", "B", *(name for variable in ideal.ncrn.gradients for name in variable.species)}
    left = {name: value for name, value in zip(ideal.system.species, ideal.state, strict=True) if name not in kept}
    assert max(left.values()) < 1e-3
    assert ideal.state[ideal.system.index["B"]] == pytest.approx(1.0)


def test_a_single_rail_parameter_stops_at_zero() -> None:
    """A concentration cannot be negative: P = max(0, P - G+) with G+ + P -> 0."""
    ideal = learner(regressor(learning_rate=5.0))
    ideal.iterate(np.array([4.0, 0.5]), np.array([0.0]))
    assert ideal.parameters()[0] == pytest.approx(0.0, abs=1e-3)


def test_loading_and_reading_are_inverse() -> None:
    """On one rail and on two, for both signs."""
    dual = learner(regressor(theta="dual", x="dual", z="dual", learning_rate=0.1))
    dual.set_parameters(np.array([-0.7, 0.4]))
    assert [dual.read(dual.state, variable) for variable in dual.ncrn.parameters] == pytest.approx([-0.7, 0.4])
    negative = dual.predict(np.array([1.0, 0.0]))
    assert negative == pytest.approx([T * (-0.7 + 2.0)], rel=1e-5)


def test_the_firings_of_slow_reactions_are_their_integrals() -> None:
    """N1 fires T theta_i x_i times, the bias T, N3 eta T a x_i; N2 empties Z and Y."""
    fired = learner(regressor(fast_ratio=1e5)).extents(X, Y)
    yhat = T * (X.sum() + 2.0)
    assert fired["N1_1"] == pytest.approx(T * X[0], rel=1e-4)
    assert fired["N1_bias"] == pytest.approx(T, rel=1e-4)
    assert fired["N3_1p"] == pytest.approx(RATE * T * yhat * X[0], rel=1e-3)
    assert fired["N3_2m"] == pytest.approx(RATE * T * Y[0] * X[1], rel=1e-3)


def test_a_trace_covers_the_phases_in_their_order() -> None:
    ideal = learner(design("linreg2d"))
    trace = ideal.trace(X, Y, points=11)
    assert [name for name, _ in trace.phase_starts] == ["C1", "C2", "flush"]
    assert trace.values.shape == (33, ideal.system.size)
    assert (np.diff(trace.times) >= 0).all()
    assert trace.of("Z1")[10] == pytest.approx(T * (X[0] + 1.0), rel=1e-6)


def least_squares(train_x: Floats, train_y: Floats, test_x: Floats, test_y: Floats) -> float:
    """Test error of ordinary least squares with a constant."""
    weights, *_ = np.linalg.lstsq(np.column_stack([train_x, np.ones(len(train_x))]), train_y, rcond=None)
    return rmse(np.column_stack([test_x, np.ones(len(test_x))]) @ weights, test_y)


def trained(name: str, seed: int) -> Training:
    spec = design(name)
    data = load_dataset(spec.task, seed)
    return train_ideal(spec, data, compile_design(spec, data.dimension), engine_named("rosenbrock"))


@pytest.mark.parametrize("seed", [0, 1])
def test_the_linear_regressor_learns_to_the_noise(seed: int) -> None:
    """LinReg2D, 41 points, 5 epochs: from above 2.5 to below 0.50, at the floor of least squares.

    Independent simulations of the same circuit reach 0.438 to 0.4525; the noise is 0.40.
    """
    data, training = load_dataset(design("linreg2d").task, seed), trained("linreg2d", seed)
    floor = least_squares(data.train_x, data.train_y, data.test_x, data.test_y)
    assert training.rmse_before > 2.5
    assert training.rmse_after < 0.50
    assert 0.95 * floor < training.rmse_after < 1.2 * floor
    assert training.iterations == 205 == len(training.parameters) - 1
    slopes = training.parameters[-1] * T
    assert slopes == pytest.approx([1.0, 2.0], abs=0.3)


def test_the_minimal_circuit_learns() -> None:
    """Without a bias the constant of the task goes into theta: a little worse, 0.453 in independent simulation."""
    training = trained("linreg2d_minimal", 0)
    assert training.rmse_before > 2.5
    assert training.rmse_after < 0.55


def runaway(cap: float | None) -> Training:
    """A cubic damping with fast reactions only 20 times as fast as slow ones: copy errors reach zb's singularity."""
    spec = changed(design("xor2d"), "circuit", fast_ratio=20.0, T=2.0, zb_cap=cap)
    spec = changed(spec, "training", iterations=5)
    data = load_dataset(spec.task, 0)
    spec = decide(spec, data, 0)
    return train_ideal(spec, data, compile_design(spec, data.dimension, data.outputs), engine_named("rosenbrock"))


def test_a_backward_pass_that_runs_away_is_told_with_its_remedy_and_a_finite_fuel_holds_it() -> None:
    with pytest.raises(CheckFailed, match=r"phase C2 of iteration 2 stopped.*circuit\.zb_cap"):
        runaway(None)
    assert np.isfinite(runaway(100.0).parameters).all()


def test_a_forward_pass_that_runs_away_is_not_told_to_cap_the_backward_one() -> None:
    spec = changed(
        design("nonlinreg2d"), "circuit", f="theta * x + z**2", T=5.0, theta_initial=1.0, pad=0, w_in=None, w_out=None
    )
    data = load_dataset(spec.task, 0)
    spec = decide(spec, data, 0)
    with pytest.raises(CheckFailed, match="phase C1 of iteration 1 stopped") as caught:
        train_ideal(spec, data, compile_design(spec, data.dimension, data.outputs), engine_named("rosenbrock"))
    assert "zb_cap" not in str(caught.value)
