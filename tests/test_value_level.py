"""The neural ODE without species: its gradients in closed form and by differences, blow-up, fuel, and the network's limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.dynamics import Dynamics, Term, differentiate
from dsd_ncrn.ncrn.exact import Symbol
from dsd_ncrn.ncrn.formula import parse_formula
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.flow import Fuels
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.train import train
from dsd_ncrn.simulate.value import ValueLearner, ValueModel, separation_error
from dsd_ncrn.tasks import load_dataset
from studies import changed, design
from symbols import symbol, term

Floats = NDArray[np.float64]
T, ETA = 0.5, 0.05
X, Y = np.array([1.5, 3.0]), np.array([4.0])


def model(f: str, dimension: int, start: list[float], duration: float = T, **options: Any) -> ValueModel:
    """Dual-rail parameters, one output that adds up the states, beta of one where f has it."""
    dynamics = differentiate(parse_formula(f, dimension, (1.0,) * dimension))
    count = len(start)
    usual = {"w_out": ((1.0,) * dimension,), "learning_rates": (ETA,) * count, "single_rail": (False,) * count}
    return ValueModel(dynamics, duration, initial=tuple(start), **{**usual, **options})


def test_the_linear_regressor_in_closed_form() -> None:
    """f = theta x + beta: yhat = T (theta.x + 2 beta), g_i = T (yhat - y) x_i."""
    learner = ValueLearner(model("theta * x + beta", 2, [1.0, 1.0]))
    done = learner.iterate(X, Y)
    yhat = T * (X.sum() + 2.0)
    assert done.outputs == pytest.approx([yhat], rel=1e-9)
    assert done.parameters.tolist() == [1.0, 1.0]
    assert learner.parameters() == pytest.approx(1.0 - ETA * T * (yhat - Y[0]) * X, rel=1e-9)


def test_exponential_growth_in_closed_form() -> None:
    """f = theta z from z(0) = x: z_i = x_i exp(theta_i T), g_i = T (yhat - y) z_i(T)."""
    theta = np.array([0.4, -0.7])
    learner = ValueLearner(model("theta * z", 2, theta.tolist(), starts_at_x=True))
    z = X * np.exp(theta * T)
    assert learner.predict(X) == pytest.approx([z.sum()], rel=1e-9)
    learner.iterate(X, Y)
    assert learner.parameters() == pytest.approx(theta - ETA * T * (z.sum() - Y[0]) * z, rel=1e-8)


def loss(learner: ValueLearner, values: Floats, x: Floats, y: Floats) -> float:
    learner.values = values
    return float(((learner.predict(x) - y) ** 2).sum() / 2)


@pytest.mark.parametrize("f", ["Theta @ x + beta - z**3", "theta * x - 0.5 * z * abs(z) + 0.3 * z"])
@pytest.mark.parametrize("trained", [False, True])
def test_gradients_are_those_of_differences(f: str, trained: bool) -> None:
    """Three states, two outputs with weights, one padded input, x = W_in i: central differences of the loss, to 1e-6."""
    rng = np.random.default_rng(7)
    w_out, w_in = rng.normal(size=(2, 3)), rng.normal(size=(3, 3))
    count = (9 if "Theta" in f else 3) + 6 * trained
    start = rng.normal(0, 0.5, count)
    if trained:
        start[-6:] = w_out.ravel()
    rows: dict[str, Any] = {"w_out": tuple(map(tuple, w_out)), "w_in": tuple(map(tuple, w_in))}
    learner = ValueLearner(model(f, 3, start.tolist(), 0.8, constants=(0.7,), train_w_out=trained, **rows))
    x, y = rng.normal(size=2), rng.normal(size=2)
    learner.iterate(x, y)
    gradient = (start - learner.parameters()) / ETA
    step = 1e-5
    moved = [start + step * np.eye(count)[i] * sign for i in range(count) for sign in (1, -1)]
    losses = np.array([loss(learner, values, x, y) for values in moved]).reshape(count, 2)
    assert gradient == pytest.approx((losses[:, 0] - losses[:, 1]) / (2 * step), rel=1e-6, abs=1e-8)


def test_the_passes_are_those_of_scipy() -> None:
    """Forward, backward and adjoint equations of f = theta x - z^2 written out and integrated by DOP853."""
    theta, x, y = np.array([0.8, -0.3]), np.array([0.9, 1.4]), 0.2

    def forward(_: float, z: Floats) -> Floats:
        return theta * x - z * z

    def backward(_: float, state: Floats) -> Floats:
        zb, a = state[:2], state[2:4]
        return np.concatenate([-(theta * x - zb * zb), -2 * a * zb, a * x])

    options = {"method": "DOP853", "rtol": 1e-11, "atol": 1e-13}
    z = solve_ivp(forward, (0, T), np.zeros(2), **options).y[:, -1]
    end = solve_ivp(backward, (0, T), np.concatenate([z, np.full(2, z.sum() - y), np.zeros(2)]), **options).y[:, -1]
    learner = ValueLearner(model("theta * x - z * z", 2, theta.tolist()))
    assert learner.iterate(x, np.array([y])).outputs == pytest.approx([z.sum()], rel=1e-8)
    assert learner.parameters() == pytest.approx(theta - ETA * end[4:], rel=1e-8)


def test_first_order_gradients_keep_the_adjoint() -> None:
    """g_i = T a x_i whatever f does to z."""
    dynamics = differentiate(parse_formula("theta * x - z * z", 2, None), first_order=True)
    learner = ValueLearner(replace(model("theta * x", 2, [0.8, 0.3]), dynamics=dynamics))
    done = learner.iterate(X, Y)
    assert learner.parameters() == pytest.approx([0.8, 0.3] - ETA * T * (done.outputs[0] - Y[0]) * X, rel=1e-8)


def test_a_single_rail_parameter_stops_at_zero() -> None:
    """theta = max(0, theta - eta g), beside a dual-rail one that does not stop."""
    learner = ValueLearner(model("theta * x", 2, [0.1, 0.1], learning_rates=(5.0, 5.0), single_rail=(True, False)))
    learner.iterate(X, np.array([0.0]))
    gradient = T * T * 0.1 * X.sum() * X
    assert learner.parameters() == pytest.approx([0.0, 0.1 - 5.0 * gradient[1]], rel=1e-9)


def test_a_batch_is_learned_from_at_once() -> None:
    """Two points at the old parameters, then one update by the sum of their gradients."""
    learner = ValueLearner(model("theta * x", 2, [1.0, 1.0], batch=2))
    points = [(X, Y), (X[::-1].copy(), Y / 2)]
    used = [learner.iterate(*point).parameters.tolist() for point in points]
    assert used == [[1.0, 1.0]] * 2
    gradients = [T * (T * x.sum() - y[0]) * x for x, y in points]
    assert learner.parameters() == pytest.approx(1.0 - ETA * sum(gradients), rel=1e-9)


def runaway(backward: Mapping[Symbol, tuple[Term, ...]], **options: Any) -> ValueLearner:
    """z = theta x T, and then a backward pass of one's own; its gradient is that of zb."""
    gradient = {symbol("theta1"): (term(1.0, "zb1"),)}
    dynamics = Dynamics(1, (symbol("theta1"),), {symbol("z1"): (term(1.0, "theta1", "x1"),)}, backward, {}, gradient)
    plain = ValueModel(dynamics, 1.0, ((1.0,),), (1.0,), (1.0,), (False,))
    return ValueLearner(replace(plain, **options))


SQUARE = {symbol("zb1"): (term(1.0, "zb1", "zb1"),)}


def test_what_runs_to_infinity_is_named_with_its_iteration() -> None:
    """zb' = zb^2 reaches infinity at 1 / zb(0): after T for z = 0.5, at 0.8 for z = 1.25 in the second iteration."""
    learner = runaway(SQUARE, learning_rates=(0.0,))
    learner.iterate(np.array([0.5]), np.zeros(1))
    with pytest.raises(CheckFailed, match=r"backward pass of iteration 2 stopped: zb1 runs to infinity at 0.8 of T = 1"):
        learner.iterate(np.array([1.25]), np.zeros(1))


def test_a_forward_pass_can_run_away_too() -> None:
    """z' = z^2 + x from 0 is sqrt(x) tan(sqrt(x) t): infinite at pi / 2 / sqrt(x) = 0.524 for x = 9."""
    with pytest.raises(CheckFailed, match=r"forward pass of iteration 1 stopped: z1 runs to infinity at 0.524"):
        ValueLearner(model("theta * x + z * z", 1, [1.0], 1.0)).predict(np.array([9.0]))


def spent(z: float, amount: float) -> float:
    """zb(T) for zb' = zb^2 F / amount, F' = -zb': with s = z + amount, the logistic-like equation's implicit solution.

    amount / (zb^2 (s - zb)) dzb = dt integrates to amount (-1 / (s zb) + ln(zb / (s - zb)) / s^2) = t + constant.
    """
    total = z + amount

    def clock(zb: float) -> float:
        return amount * (-1 / (total * zb) + np.log(zb / (total - zb)) / total**2)

    low, high = z, total - 1e-15
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if clock(middle) - clock(z) < 1.0 else (low, middle)
    return low


@pytest.mark.parametrize(("z", "amount"), [(1.25, 1.0), (0.5, 0.4)])
def test_a_finite_fuel_ends_the_growth(z: float, amount: float) -> None:
    """What ran to infinity ends below zb(0) + fuel, where the closed form says; the gradient is the integral of zb."""
    learner = runaway(SQUARE, fuels=Fuels(amount))
    learner.iterate(np.array([z]), np.zeros(1))
    done = solve_ivp(
        lambda _, s: [s[0] ** 2 * s[1] / amount, -(s[0] ** 2) * s[1] / amount, s[0]],
        (0, 1), [z, amount, 0.0], rtol=1e-11, atol=1e-13,
    ).y[:, -1]  # fmt: skip
    assert done[0] == pytest.approx(spent(z, amount), rel=1e-8)
    assert done[0] < z + amount
    assert learner.parameters() == pytest.approx([1.0 - done[2]], rel=1e-8)


@pytest.mark.parametrize(
    ("made", "single", "rule"),
    [
        (term(1.0, "x1", "zb1"), False, "never"),
        (term(-1.0, "zb1", "zb1"), False, "shrinks"),
        (term(-1.0, "zb1", "|zb1|"), False, "shrinks"),
        (term(-1.0, "theta1", "zb1", "zb1"), False, "spends"),
        (term(-1.0, "theta1", "zb1", "zb1"), True, "never"),
    ],
)
def test_fuel_is_spent_by_what_makes_molecules(made: Term, single: bool, rule: str) -> None:
    """A linear term spends none, nor a power that shrinks its own rail; a catalytic term of a dual rail always does.

    Spending shows as a difference from the same pass without fuel.
    """
    fuels = Fuels(0.3, frozenset({symbol("zb1")} if single else ()))
    with_fuel, without = runaway({symbol("zb1"): (made,)}, fuels=fuels), runaway({symbol("zb1"): (made,)})
    for learner in (with_fuel, without):
        learner.iterate(np.array([0.6]), np.zeros(1))
    same = with_fuel.parameters() == pytest.approx(without.parameters(), rel=1e-8)
    assert same == (rule != "spends")


def test_a_model_of_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="one entry for each of 2 parameters"):
        model("theta * x", 2, [1.0])


def test_the_network_tends_to_its_values() -> None:
    """The separation error falls in proportion to 1 / fast_ratio: N2 and N4 take 1 / k_fast of the time T."""
    plain = design("linreg2d")
    data, circuit = load_dataset(plain.task, 0), plain.circuit
    exact = ValueLearner(
        model(
            "theta * x + beta", 2, [1.0, 1.0], circuit.T, learning_rates=(circuit.learning_rate,) * 2, single_rail=(True,) * 2
        )
    )
    values = train(exact, "value", ("theta1", "theta2"), data, 2)
    errors = []
    for ratio in (300.0, 1000.0, 3000.0, 10000.0):
        ncrn = compile_design(changed(plain, "circuit", fast_ratio=ratio), 2)
        network = train(IdealLearner(ncrn, engine_named("rosenbrock")), "ideal", ("theta1", "theta2"), data, 2)
        errors.append(separation_error(network, values))
    ratios = np.array(errors[:-1]) / np.array(errors[1:])
    assert ratios == pytest.approx([1000 / 300, 3.0, 10 / 3], rel=0.1)
    assert errors[1] < 0.02


def network(f: str, outputs: int, **circuit: Any) -> IdealLearner:
    """Everything on two rails and annihilated, with fast reactions at 1e5: within a thousandth of its limit."""
    dual = {"theta": "dual", "x": "dual", "z": "dual", "annihilate": ("A", "G", "Z", "P"), "fast_ratio": 1e5, "T": T}
    spec = changed(design("linreg2d"), "circuit", f=f, learning_rate=ETA, **dual, **circuit)
    return IdealLearner(compile_design(spec, 2, outputs), engine_named("rosenbrock"))


def test_trained_output_weights_are_those_of_the_network() -> None:
    """The network reads its outputs after a phase in which the targets were subtracted; both learners agree on two points."""
    rows = ((0.8, -0.3), (0.2, 0.5))
    learner = network("theta * x + beta", 2, w_out=rows, train_w_out=True)
    start = [1.0, 1.0, *rows[0], *rows[1]]
    exact = ValueLearner(model("theta * x + beta", 2, start, w_out=rows, train_w_out=True))
    for x, y in ((np.array([1.0, -2.0]), np.array([0.5, 1.0])), (np.array([0.3, 0.8]), np.array([-1.0, 2.0]))):
        assert learner.predict(x) == pytest.approx(exact.predict(x), rel=1e-3)
        found, wanted = learner.iterate(x, y), exact.iterate(x, y)
        assert found.outputs == pytest.approx(wanted.outputs, rel=1e-3)
        assert found.parameters == pytest.approx(wanted.parameters, rel=1e-3)
        assert learner.parameters() == pytest.approx(exact.parameters(), rel=1e-3)


def test_the_fuel_of_the_network_is_that_of_the_values() -> None:
    """A little fuel changes the gradient by far more than the two differ."""
    x, y = np.array([1.0, -2.0]), np.array([3.0])
    learner = network("theta * x + beta - z**3", 1, zb_cap=0.05)
    capped, free = (ValueLearner(model("theta * x + beta - z**3", 2, [1.0, 1.0], fuels=f)) for f in (Fuels(0.05), None))
    for each in (learner, capped, free):
        each.iterate(x, y)
    difference = np.abs(capped.parameters() - free.parameters()).max()
    assert np.abs(learner.parameters() - capped.parameters()).max() < 0.03 * difference
