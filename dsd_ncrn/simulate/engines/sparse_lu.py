"""Sparse LU of one fixed pattern without pivoting: analysed once in Python, factorised in compiled code.

The matrices are I/(h gamma) - J of mass-action systems: a smaller step makes their diagonal dominate, and the stepper
shrinks it where its error estimate or a vanishing pivot says so. Minimum-degree ordering on the symmetrised pattern (as SuperLU
offers it) keeps the fill low; species that only accumulate have no feedback and are eliminated first, without fill.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Indices = NDArray[np.uint32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LuPattern:
    """Pattern of L + U by rows, in elimination order: ``starts`` (n + 1,), ``columns``, and the diagonals' places."""

    order: Ints
    place: Ints
    starts: Indices
    columns: Indices
    diagonal: Indices

    def position(self, row: int, column: int) -> int:
        """Where entry (row, column), in the original numbering, is stored."""
        here, there = self.place[row], self.place[column]
        first, last = self.starts[here], self.starts[here + 1]
        return int(first + np.searchsorted(self.columns[first:last], there))


def analyse(size: int, rows: Ints, columns: Ints) -> LuPattern:
    """Order the unknowns and fill the pattern for the non-zeros (rows, columns); the diagonal is added."""
    order = _ordering(size, rows, columns)
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    pattern: list[set[int]] = [{row} for row in range(size)]
    for row, column in zip(place[rows], place[columns]):
        pattern[row].add(int(column))
    _fill(pattern)
    sorted_rows = [sorted(row) for row in pattern]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in sorted_rows])]).astype(np.uint32)
    flat = np.array([column for row in sorted_rows for column in row], dtype=np.uint32)
    diagonal = np.array([starts[row] + sorted_rows[row].index(row) for row in range(size)], dtype=np.uint32)
    return LuPattern(order, place, starts, flat, diagonal)


def _fill(pattern: list[set[int]]) -> None:
    """Add the entries that elimination creates, row by row."""
    upper: list[list[int]] = []
    for row, entries in enumerate(pattern):
        waiting = sorted(column for column in entries if column < row)
        while waiting:
            pivot = waiting.pop(0)
            new = [column for column in upper[pivot] if column not in entries]
            entries.update(new)
            lower = [column for column in new if column < row]
            if lower:
                waiting = sorted({*waiting, *lower})
        upper.append([column for column in entries if column > row])


def _ordering(size: int, rows: Ints, columns: Ints) -> Ints:
    """Accumulating species first, the others by minimum degree."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    reacting = np.zeros(size, dtype=bool)
    reacting[columns] = True
    inner = np.flatnonzero(reacting)
    if not len(inner):
        return np.arange(size)
    number = np.full(size, -1)
    number[inner] = np.arange(len(inner))
    kept = reacting[rows] & (rows != columns)
    ones = np.full(kept.sum(), 1e-3)
    entries = coo_matrix((ones, (number[rows[kept]], number[columns[kept]])), shape=(len(inner),) * 2)
    symmetric = (entries + entries.T).tolil()
    symmetric.setdiag(1.0 + np.asarray(abs(symmetric).sum(axis=1)).ravel())
    factors = splu(symmetric.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return np.concatenate([np.flatnonzero(~reacting), inner[np.argsort(factors.perm_c)]]).astype(np.int64)


@numba.njit(cache=True, error_model="numpy")
def factorise(values: Floats, starts: Indices, columns: Indices, diagonal: Indices, work: Floats) -> bool:
    """Overwrite a matrix by its factors (unit lower triangle); False where a pivot vanishes."""
    for row in range(len(starts) - 1):
        first, last, middle = starts[row], starts[row + 1], diagonal[row]
        for entry in range(first, last):
            work[columns[entry]] = values[entry]
        for entry in range(first, middle):
            pivot = columns[entry]
            factor = work[pivot] * values[diagonal[pivot]]
            work[pivot] = factor
            for other in range(diagonal[pivot] + 1, starts[pivot + 1]):
                work[columns[other]] -= factor * values[other]
        for entry in range(first, last):
            values[entry] = work[columns[entry]]
        if values[middle] == 0.0 or not np.isfinite(values[middle]):
            return False
        values[middle] = 1.0 / values[middle]
    return True


@numba.njit(cache=True, error_model="numpy")
def solve_in_place(values: Floats, starts: Indices, columns: Indices, diagonal: Indices, vector: Floats) -> None:
    """Solve with the factors; ``vector`` is in elimination order."""
    size = len(starts) - 1
    for row in range(size):
        total = vector[row]
        for entry in range(starts[row], diagonal[row]):
            total -= values[entry] * vector[columns[entry]]
        vector[row] = total
    for row in range(size - 1, -1, -1):
        total = vector[row]
        for entry in range(diagonal[row] + 1, starts[row + 1]):
            total -= values[entry] * vector[columns[entry]]
        vector[row] = total * values[diagonal[row]]


@numba.njit(cache=True, error_model="numpy")
def solve_transposed_in_place(values: Floats, starts: Indices, columns: Indices, diagonal: Indices, vector: Floats) -> None:
    """Solve with the transpose of the factorised matrix; ``vector`` is in elimination order."""
    size = len(starts) - 1
    for row in range(size):
        vector[row] *= values[diagonal[row]]
        for entry in range(diagonal[row] + 1, starts[row + 1]):
            vector[columns[entry]] -= values[entry] * vector[row]
    for row in range(size - 1, -1, -1):
        for entry in range(starts[row], diagonal[row]):
            vector[columns[entry]] -= values[entry] * vector[row]
