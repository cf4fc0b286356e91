"""Morris screening and Sobol indices against closed forms, and the model of a design's first iteration."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.analysis.ranges import (
    FACTORS,
    LEAK_RATE,
    LEAKS_OF,
    RATES_OF,
    Factor,
    FirstIteration,
    gate_factors,
    morris,
    sobol,
)
from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.simulate.imperfections import IMPERFECTIONS
from studies import study

pytestmark = pytest.mark.xdist_group("studies")
Floats = NDArray[np.float64]
ANGLES = tuple(Factor(f"x{number}", -np.pi, np.pi) for number in (1, 2, 3))


def ishigami(points: Floats) -> Floats:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1."""
    one, two, three = points.T
    return np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one)


def test_sobol_indices_of_the_ishigami_function() -> None:
    """Ishigami & Homma 1990, a = 7, b = 0.1: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437. To 0.03 by 1,024 points."""
    found = sobol(ANGLES, ishigami, seed=0, points=1024)
    assert [each.factor for each in found] == ["x1", "x2", "x3"]
    assert [each.first for each in found] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert [each.total for each in found] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    for each, first in zip(found, (0.3139, 0.4424, 0.0)):
        assert abs(each.first - first) <= 1.5 * each.first_confidence


def test_morris_effects_of_a_linear_model_are_its_slopes() -> None:
    """y = 3 a - 2 b over a in 0..1, b in 1..3: effects 3 and -4 over the ranges, without spread; c does nothing."""
    factors = (Factor("a", 0.0, 1.0), Factor("b", 1.0, 3.0), Factor("c", 0.0, 1.0))
    a, b, c = morris(factors, lambda points: 3 * points[:, 0] - 2 * points[:, 1], seed=0)
    assert (a.mean, b.mean, c.mean) == pytest.approx((3.0, -4.0, 0.0))
    assert (a.mean_size, b.mean_size, c.mean_size) == pytest.approx((3.0, 4.0, 0.0))
    assert (a.deviation, b.deviation, c.deviation) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)


def test_a_logarithmic_factor_is_even_in_its_logarithm() -> None:
    """log10 y over 1e-3..1 is linear in the share: an effect of 3."""
    factor = Factor("rate", 1e-3, 1.0, logarithmic=True)
    assert factor.at(np.array([0.0, 0.5, 1.0])) == pytest.approx([1e-3, 10**-1.5, 1.0])
    (found,) = morris((factor, Factor("other", 0.0, 1.0)), lambda points: np.log10(points[:, 0]), seed=1)[:1]
    assert found.mean == pytest.approx(3.0)


@pytest.mark.parametrize("analysis", [morris, sobol])
def test_the_seed_decides(analysis: Callable[..., object]) -> None:
    assert analysis(ANGLES, ishigami, 3) == analysis(ANGLES, ishigami, 3)
    assert analysis(ANGLES, ishigami, 3) != analysis(ANGLES, ishigami, 4)


def test_the_factors_are_the_leak_rate_and_every_imperfection() -> None:
    """The bounds are values that a design may have."""
    assert [factor.name for factor in FACTORS] == [
        LEAK_RATE,
        "occlusion",
        *(name for name, each in IMPERFECTIONS.items() if each.largest is not None),
    ]
    assert IMPERFECTIONS["dilution"].largest is None
    assert (FACTORS[1].low, FACTORS[1].high) == (90_000.0, 3_000.0)  # nM
    for factor in FACTORS[2:]:
        assert getattr(Imperfections(**{factor.name: factor.high}), factor.name) == factor.high


def test_the_first_iteration_of_a_perfect_tube_has_the_designs_own_error() -> None:
    """Below 1 % without leaks; ten times the rate, ten times the shift, as a small leak does to first order.

    Small is 0.0005 /M/s: at the rates of gates an iteration takes 13 h, and 0.02 /M/s moves theta by 80 %.
    """
    made = study("linreg2d")
    model = FirstIteration(made, (Factor(LEAK_RATE, 0.0, 1.0), Factor("pipetting", 0.0, 1.0)), seed=0, realisations=2)
    quiet, leaky, ten_times, imprecise = model.errors(np.array([[0.0, 0.0], [5e-4, 0.0], [5e-3, 0.0], [0.0, 0.1]]))
    assert quiet < 0.01 < leaky
    assert ten_times == pytest.approx(10 * leaky, rel=0.35)
    assert imprecise > 0.02


def test_the_gates_of_a_stage_can_be_changed_together() -> None:
    """Leaks of the largest gates, N1, count for more than those of N2; a factor of 1 changes nothing."""
    made = study("linreg2d")
    names = {factor.name for factor in gate_factors(made)}
    assert {LEAKS_OF + "N1", RATES_OF + "N1", RATES_OF + "N3", LEAKS_OF + "flush"} <= names
    rate = Factor(LEAK_RATE, 0.0, 1.0)
    groups = (Factor(LEAKS_OF + "N1", 0.1, 10), Factor(LEAKS_OF + "N2", 0.1, 10), Factor(RATES_OF + "N3", 0.1, 10))
    few = 2e-4  # /M/s: so small that a circuit of 13 h an iteration still computes
    base, n1, n2, n3 = FirstIteration(made, (rate, *groups), seed=0, realisations=1).errors(
        np.array([[few, 1.0, 1.0, 1.0], [few, 10.0, 1.0, 1.0], [few, 1.0, 10.0, 1.0], [few, 1.0, 1.0, 3.0]])
    )
    plain = FirstIteration(made, (rate,), seed=0, realisations=1).errors(np.array([[few]]))
    assert base == pytest.approx(plain[0], rel=1e-12)
    assert n1 > n2 > base * 0.5 and n1 > 2 * base
    assert n3 > 10 * base


def test_workers_find_the_same() -> None:
    made, points = study("linreg2d"), np.linspace(0.0, 0.1, 17)[:, None]
    factors = (Factor("pipetting", 0.0, 0.1),)
    with ThreadPoolExecutor(1) as pool:  # a tube is mixed anew for each point, so that a process does one at a time
        shared = FirstIteration(made, factors, seed=0, realisations=1).errors(points, pool)
    assert np.array_equal(shared, FirstIteration(made, factors, seed=0, realisations=1).errors(points))
