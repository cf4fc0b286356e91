"""The sparse LU of the default engine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from dsd_ncrn.simulate.engines.sparse_lu import LuPattern, analyse, factorise, solve_in_place, solve_transposed_in_place
from strategies import dominant_systems

Floats = NDArray[np.float64]


def pattern_of(matrix: Floats) -> LuPattern:
    rows, columns = np.nonzero(matrix)
    return analyse(len(matrix), rows.astype(np.int64), columns.astype(np.int64))


def solution(matrix: Floats, vector: Floats) -> Floats | None:
    """Solve in elimination order and come back; None where a pivot vanishes."""
    pattern = pattern_of(matrix)
    values = np.zeros(len(pattern.columns))
    values[pattern.positions(*np.nonzero(matrix))] = matrix[matrix != 0.0]
    if not factorise(values, pattern.starts, pattern.columns, pattern.diagonal, pattern.nested, np.empty(len(matrix))):
        return None
    ordered = vector[pattern.order].copy()
    solve_in_place(values, pattern.starts, pattern.columns, pattern.diagonal, ordered)
    return ordered[pattern.place]


@settings(max_examples=150, deadline=None)
@given(dominant_systems())
def test_it_solves_what_numpy_solves(system: tuple[Floats, Floats]) -> None:
    """Diagonally dominant matrices with any pattern, as the stepper makes them."""
    matrix, vector = system
    found = solution(matrix, vector)
    assert found is not None
    assert found == pytest.approx(np.linalg.solve(matrix, vector), rel=1e-9, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(dominant_systems())
def test_it_solves_the_transposed_system_with_the_same_factors(system: tuple[Floats, Floats]) -> None:
    """As the derivatives along a trajectory need it; NumPy with the transpose."""
    matrix, vector = system
    pattern = pattern_of(matrix)
    values = np.zeros(len(pattern.columns))
    values[pattern.positions(*np.nonzero(matrix))] = matrix[matrix != 0.0]
    assert factorise(values, pattern.starts, pattern.columns, pattern.diagonal, pattern.nested, np.empty(len(matrix)))
    ordered = vector[pattern.order].copy()
    solve_transposed_in_place(values, pattern.starts, pattern.columns, pattern.diagonal, ordered)
    assert ordered[pattern.place] == pytest.approx(np.linalg.solve(matrix.T, vector), rel=1e-9, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(dominant_systems())
def test_the_order_is_a_permutation_and_keeps_the_pattern(system: tuple[Floats, Floats]) -> None:
    """``place`` undoes ``order``, and every entry has its own position."""
    matrix, _ = system
    pattern = pattern_of(matrix)
    assert sorted(pattern.order) == list(range(len(matrix)))
    assert (pattern.order[pattern.place] == np.arange(len(matrix))).all()
    positions = pattern.positions(*np.nonzero(matrix))
    assert len(set(positions.tolist())) == len(positions)


def test_a_singular_matrix_is_reported() -> None:
    assert solution(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([1.0, 2.0])) is None


def test_accumulating_species_come_first_and_fill_nothing() -> None:
    """A chain that ends in many wastes: no entry of L + U beyond the pattern."""
    size = 12
    matrix = np.eye(size)
    for row in range(1, size):
        matrix[row, 0] = -0.1
    pattern = pattern_of(matrix)
    assert len(pattern.columns) == np.count_nonzero(matrix)
    assert pattern.place[0] == size - 1
