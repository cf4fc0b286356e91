"""Rate constants from toehold lengths."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsd_ncrn.kinetics.rates import ToeholdLengthRates
from dsd_ncrn.units import per_nM_s_to_per_M_s

RATES = ToeholdLengthRates()
toeholds = st.integers(1, 12)
DISPLACEMENT = [1.40, 8.17, 144, 1.08e3, 5.05e4, 9.64e5, 2.36e6, 3.22e6, 3.15e6, 2.77e6, 2.83e6]
EXCHANGE = {3: 974, 4: 2.13e4, 5: 3.45e5, 6: 4.05e5, 7: 4.7e5}


@pytest.mark.parametrize(("length", "per_M_s"), list(enumerate(DISPLACEMENT)))
def test_displacement_is_the_measured_value(length: int, per_M_s: float) -> None:
    """Zhang & Winfree 2009, figure 3: toeholds of 0 to 10 nt, 25 C."""
    assert per_nM_s_to_per_M_s(RATES.displacement(length, 0)) == pytest.approx(per_M_s)


@pytest.mark.parametrize(("length", "per_M_s"), EXCHANGE.items())
def test_exchange_of_equal_toeholds_is_the_measured_value(length: int, per_M_s: float) -> None:
    """Zhang & Winfree 2009: toehold exchange (n, n), n = 3 to 7; 3.45e5 /M/s at the project's 5 nt."""
    assert per_nM_s_to_per_M_s(RATES.displacement(length, length)) == pytest.approx(per_M_s)


@settings(max_examples=100, deadline=None)
@given(toeholds, toeholds)
def test_exchange_obeys_detailed_balance(invading: int, released: int) -> None:
    """k(n, m) / k(m, n) is the ratio of the dissociation constants, at the two diagonals' geometric mean or below it."""
    there, back = RATES.displacement(invading, released), RATES.displacement(released, invading)
    assert there / back == pytest.approx(RATES.unbinding(released) / RATES.unbinding(invading))
    diagonal = RATES.displacement(invading, invading) * RATES.displacement(released, released)
    assert there * back <= diagonal * (1 + 1e-12)
    assert max(there, back) <= RATES.displacement(max(invading, released), 0) * (1 + 1e-12)


@settings(max_examples=100, deadline=None)
@given(toeholds, toeholds, toeholds)
def test_no_cycle_of_exchanges_gains_energy(a: int, b: int, c: int) -> None:
    """Wegscheider's condition over three toeholds."""
    k = RATES.displacement
    assert k(a, b) * k(b, c) * k(c, a) == pytest.approx(k(b, a) * k(c, b) * k(a, c))


def test_a_measured_exchange_beside_the_diagonal_is_near() -> None:
    """Zhang & Winfree 2009: k(6, 7) = 1.61e5 /M/s; the rule, which interpolates, is within a factor of two."""
    assert 0.5 < per_nM_s_to_per_M_s(RATES.displacement(6, 7)) / 1.61e5 < 2


def test_longer_toeholds_bind_faster_and_hold_longer() -> None:
    """Up to 7 nt, where displacement is limited by the toehold."""
    for length in range(1, 7):
        assert RATES.displacement(length + 1, 0) > RATES.displacement(length, 0)
        assert RATES.unbinding(length + 1) < RATES.unbinding(length)
        assert RATES.displacement(length + 1, length + 1) >= RATES.displacement(length, length)


def test_the_three_step_model_gives_its_displacement_back() -> None:
    """Zhang & Winfree 2009: k(n, 0) = k_f k_b / (k_b + k_r), with k_b = 1 /s."""
    for length in range(11):
        k = RATES.binding(length) / (1 + RATES.unbinding(length))
        assert k == pytest.approx(RATES.displacement(length, 0))


def test_rates_stay_finite_outside_the_measured_lengths() -> None:
    assert RATES.displacement(11, 0) == RATES.displacement(10, 0)
    assert RATES.displacement(9, 9) == RATES.displacement(7, 7)
    assert 0 < RATES.displacement(1, 1) < RATES.displacement(2, 2) < RATES.displacement(3, 3)
    assert RATES.hybridisation() == pytest.approx(3.5e-3)
