"""Derivatives along integrations and through the tube, against closed forms and finite differences."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.simulate.engines.adjoint import pull_back
from dsd_ncrn.simulate.engines.rosenbrock import RosenbrockEngine
from dsd_ncrn.simulate.mass_action import MassAction, from_crn
from dsd_ncrn.simulate.tape import sensitivities
from dsd_ncrn.simulate.tube import Tube
from studies import ideal_study, strand_network

Floats = NDArray[np.float64]
Point = tuple[Floats, Floats]
CLOSE = 2e-4, 2e-6
"""A fifth of the tolerances of tubes."""
pytestmark = pytest.mark.xdist_group("studies")


def differentiated(
    text: str, start: list[float], end: float, rates: list[float] | None = None
) -> tuple[MassAction, Floats, Floats]:
    """The derivatives of all concentrations at the end by the first ones and by the rate constants."""
    system = from_crn(parse_crn(text))
    stepper = RosenbrockEngine().prepare(system, 1e-8, 1e-11)
    solution, path = stepper.record(np.array(start), end, system.rates if rates is None else np.array(rates))
    assert solution.ok
    return system, *pull_back(stepper, path, np.eye(system.size))


def test_a_decay() -> None:
    """A -> B: dB/dk = t A0 exp(-k t), dB/dA0 = 1 - exp(-k t)."""
    _, by_start, by_rate = differentiated("A -> B [k = 0.3]", [2.0, 0.5], 4.0)
    assert by_rate[1, 0] == pytest.approx(4.0 * 2.0 * exp(-1.2), rel=1e-7)
    assert by_start[1] == pytest.approx([1 - exp(-1.2), 1.0], rel=1e-7)


def test_a_reversible_reaction() -> None:
    """A <=> B from A0: B = A0 f / (f + r) (1 - e) with e = exp(-(f + r) t); its derivatives by f and r."""
    f, r, t, a = 0.8, 0.3, 2.5, 1.7
    _, _, by_rate = differentiated(f"A <=> B [kf = {f}, kr = {r}]", [a, 0.0], t)
    s, e = f + r, exp(-(f + r) * t)
    common = f * t * e / s
    assert by_rate[1] == pytest.approx([a * (r * (1 - e) / s**2 + common), a * (-f * (1 - e) / s**2 + common)], rel=1e-7)


def test_a_catalyst() -> None:
    """A + X -> B + X: B = A0 (1 - exp(-k X t)); derivatives by k, A0 and X."""
    k, x, t, a = 0.4, 1.3, 2.0, 3.0
    e = exp(-k * x * t)
    system, by_start, by_rate = differentiated(f"A + X -> B + X [k = {k}]", [a, x, 0.0], t)
    made = system.index["B"]
    assert by_rate[made, 0] == pytest.approx(a * x * t * e, rel=1e-7)
    assert by_start[made, [system.index["A"], system.index["X"]]] == pytest.approx([1 - e, a * k * t * e], rel=1e-7)


def test_two_of_a_kind() -> None:
    """2 A -> B: A = A0 / (1 + 2 k A0 t), so dA/dk = -2 t A^2 and dA/dA0 = (A / A0)^2."""
    _, by_start, by_rate = differentiated("2 A -> B [k = 0.7]", [3.0, 0.0], 1.5)
    left = 3.0 / (1 + 2 * 0.7 * 3.0 * 1.5)
    assert by_rate[0, 0] == pytest.approx(-2 * 1.5 * left**2, rel=1e-7)
    assert by_start[0, 0] == pytest.approx((left / 3.0) ** 2, rel=1e-7)


def test_a_rate_of_zero_has_a_derivative() -> None:
    """A -> B with k = 0 beside A -> C: B = k A0 (1 - exp(-m t)) / m at first order."""
    _, _, by_rate = differentiated("A -> B [k = 1]\nA -> C [k = 1]", [2.0, 0.0, 0.0], 3.0, rates=[0.0, 0.6])
    assert by_rate[1, 0] == pytest.approx(2.0 * (1 - exp(-1.8)) / 0.6, rel=1e-7)


MIXED = "A -> B [k = 0.3]\nA + B -> C + A [k = 0.7]\n2 C + A -> B [k = 0.2]\nB <=> D [kf = 1, kr = 3]"


def test_reactions_of_up_to_three_molecules() -> None:
    """Central differences of integrations at 1e-12, by rate constants and by concentrations; measured at 1e-8: 6e-8 off."""
    start, end, step = np.array([2.0, 0.1, 0.1, 0.1]), 3.0, 1e-4
    system, by_start, by_rate = differentiated(MIXED, list(start), end)
    exact = RosenbrockEngine().prepare(system, 1e-12, 1e-14)

    def at(first: Floats, rates: Floats) -> Floats:
        return exact.solve(first, np.array([0.0, end]), rates).values[-1]

    for number, one in enumerate(step * np.eye(len(system.rates))):
        difference = (at(start, system.rates + one) - at(start, system.rates - one)) / (2 * step)
        assert by_rate[:, number] == pytest.approx(difference, abs=1e-7)
    for number, one in enumerate(step * np.eye(system.size)):
        difference = (at(start + one, system.rates) - at(start - one, system.rates)) / (2 * step)
        assert by_start[:, number] == pytest.approx(difference, abs=1e-7)


def test_derivatives_keep_what_reactions_conserve() -> None:
    """B + C and A + C + 2 D stay what they are, whatever the rate constants."""
    _, _, by_rate = differentiated("A + B -> C [k = 0.7]\nC -> A + B [k = 0.1]\n2 A -> D [k = 0.2]", [2.0, 1.5, 0.1, 0.0], 5.0)
    conserved = np.array([[0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 1.0, 2.0]])
    assert np.abs(conserved @ by_rate).max() < 1e-12


def leaky(leak: float) -> tuple[Tube, ReactionNetwork]:
    """The linear regressor's tube at the trained parameters; ``leak`` in /nM/s."""
    network = strand_network("linreg2d", "gate")
    made = ideal_study("linreg2d")  # what rests on toeholds is taken not to depend on anything
    tube = made.given(leaky=network).tube("dsd_leaky", 0.0)
    tube.pot.rates[[step.kind == "leak" for step in network.steps]] = leak
    tube.set_parameters(made.ideal.parameters[-1])
    return tube, network


def difference(leak: float, steps: list[int], points: list[Point], change: float) -> Floats:
    """The central difference of the parameters by the rate of some steps, integrated at 1e-7."""
    ends = []
    for sign in (1.0, -1.0):
        tube, _ = leaky(leak)
        tube.pot = replace(tube.pot, stepper=RosenbrockEngine().prepare(tube.pot.mass_action, 1e-7, 1e-9))
        tube.pot.rates[steps] += sign * change
        for x, y in points:
            tube.iterate(x, y)
        ends.append(tube.parameters())
    return (ends[0] - ends[1]) / (2 * change)


def steps_of(network: ReactionNetwork, origin: str) -> list[int]:
    """The leak steps of one formal reaction's gates."""
    return [number for number, step in enumerate(network.steps) if step.kind == "leak" and str(step.origins[0]) == origin]


@pytest.mark.parametrize("origin", ["N1_1", "N4_1m", "flush_X1"])
def test_an_iteration_in_the_tube(origin: str) -> None:
    """Central differences at leak 0 of the leaks of one formal reaction's gates; measured over all 20: at most 6e-6 off."""
    tube, network = leaky(0.0)
    steps, points = steps_of(network, origin), [ideal_study("linreg2d").reference]
    found = sensitivities(tube, points, *CLOSE).rates[:, steps].sum(axis=1)
    expected = difference(0.0, steps, points, min(3e-10, 1e-3 / np.abs(found).max()))
    assert np.abs(found - expected).max() < 2e-5 * np.abs(expected).max()


def test_a_single_leak_in_the_tube() -> None:
    """One of the leaks of N1_1's gates, with all leaks at 0.1 /M/s."""
    tube, network = leaky(1e-10)
    steps = steps_of(network, "N1_1")[:1]
    found = sensitivities(tube, [ideal_study("linreg2d").reference], *CLOSE).rates[:, steps[0]]
    expected = difference(1e-10, steps, [ideal_study("linreg2d").reference], 1e-3 / np.abs(found).max())
    assert np.abs(found - expected).max() < 2e-5 * np.abs(expected).max()


@pytest.mark.slow
def test_three_iterations_with_topping_up() -> None:
    """What topping up replaces no longer depends on leaks; central differences at 0.1 /M/s."""
    tube, network = leaky(1e-10)
    data, steps = ideal_study("linreg2d").data, steps_of(network, "N1_2")
    points = list(zip(data.train_x[:3], data.train_y[:3], strict=True))
    found = sensitivities(tube, points, *CLOSE).rates[:, steps].sum(axis=1)
    expected = difference(1e-10, steps, points, 1e-3 / np.abs(found).max())
    assert np.abs(found - expected).max() < 2e-5 * np.abs(expected).max()


def test_the_tube_is_trained_meanwhile() -> None:
    """The same parameters, bit for bit, as from iterations without derivatives; and the same derivatives each time."""
    points = [ideal_study("linreg2d").reference] * 2
    plain, _ = leaky(1e-11)
    for x, y in points:
        plain.iterate(x, y)
    (one, _), (other, _) = leaky(1e-11), leaky(1e-11)
    first, second = sensitivities(one, points), sensitivities(other, points)
    assert np.array_equal(one.state, plain.state)
    assert first.values == pytest.approx(plain.parameters(), rel=1e-12)
    assert np.array_equal(first.rates, second.rates)
    assert np.array_equal(first.start, second.start)


def test_a_parameter_carries_over() -> None:
    """The derivative by a parameter's strand at the start is that by the parameter: central differences."""
    tube, _ = leaky(0.0)
    found = sensitivities(tube, [ideal_study("linreg2d").reference], *CLOSE)
    strand = tube.pot.index(tube.protocol.system.signals[tube.protocol.ncrn.parameters[0].plus])
    start = ideal_study("linreg2d").ideal.parameters[-1]
    ends = []
    for change in (0.01, -0.01):
        moved, _ = leaky(0.0)
        moved.pot = replace(moved.pot, stepper=RosenbrockEngine().prepare(moved.pot.mass_action, 1e-7, 1e-9))
        moved.set_parameters(start + np.array([change, 0.0]))
        moved.iterate(*ideal_study("linreg2d").reference)
        ends.append(moved.parameters())
    assert found.start[:, strand] * tube.protocol.unit == pytest.approx((ends[0] - ends[1]) / 0.02, rel=1e-4)
