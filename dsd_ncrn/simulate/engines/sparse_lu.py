"""Sparse LU of one fixed pattern without pivoting, in compiled code: analysed once, factorised at every step.

The matrices are I/(h gamma) - J of mass-action systems: a smaller step makes their diagonal dominate, and the stepper
shrinks it where its error estimate or a vanishing pivot says so. Minimum-degree ordering on the symmetrised pattern (as SuperLU
offers it) keeps the fill low; species that only accumulate have no feedback and are eliminated first, without fill.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from dsd_ncrn.arrays import Flags, Floats, Indices, Ints
from dsd_ncrn.simulate.compiled import compiled
from dsd_ncrn.simulate.engines.lanes import load, store, vanishes


@dataclass(frozen=True, eq=False)
class LuPattern:
    """Pattern of L + U by rows, in elimination order: ``starts`` (n + 1,), ``columns``, and the diagonals' places.

    A row is ``nested`` (n,) where its upper part is the next row's diagonal and upper part.
    """

    order: Ints
    place: Ints
    starts: Indices
    columns: Indices
    diagonal: Indices
    nested: Flags

    def positions(self, rows: Ints, columns: Ints) -> Indices:
        """Where the entries (rows, columns), in the original numbering, are stored; all must be in the pattern."""
        return np.searchsorted(self._keys, _keys(self.place[rows], self.place[columns], len(self.place))).astype(np.uint32)

    @cached_property
    def _keys(self) -> Ints:
        rows = np.repeat(np.arange(len(self.place)), np.diff(self.starts))
        return _keys(rows, self.columns.astype(np.int64), len(self.place))


def analyse(size: int, rows: Ints, columns: Ints) -> LuPattern:
    """Order the unknowns and fill the pattern for the non-zeros (rows, columns); the diagonal is added."""
    # 1: an order in which elimination fills little.
    order = _ordering(size, rows, columns)
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    everyone = np.arange(size)
    given = _keys(np.append(place[rows], everyone), np.append(place[columns], everyone), size)
    first, second = np.divmod(np.unique(given), max(size, 1))
    # 2: where it fills, worked out once for all steps.
    starts, flat, diagonal = _fill(np.searchsorted(first, np.arange(size + 1)), second)
    # 3: rows whose upper parts coincide, which are subtracted in pairs.
    upper: list[list[int]] = [flat[begin + 1 : end].tolist() for begin, end in zip(diagonal, starts[1:])]
    nested = np.array([row == [n, *after] for n, (row, after) in enumerate(pairwise([*upper, []]), 1)], dtype=bool)
    return LuPattern(order, place, starts, flat, diagonal, nested)


def _keys(rows: Ints, columns: Ints, size: int) -> Ints:
    """One number for each entry of a matrix, in the order of rows and within them of columns."""
    return rows * size + columns


@compiled
def _fill(given_starts: Ints, given: Ints) -> tuple[Indices, Indices, Indices]:
    """The given entries (sorted rows with their diagonal) and those that elimination creates: starts, columns, diagonals.

    A row is a sorted linked list into which the upper parts of its pivots are merged, as in Saad, "Iterative Methods for
    Sparse Linear Systems" (2nd ed., 2003), section 10.3, without a limit on fill.
    """
    size = len(given_starts) - 1
    starts, diagonal = np.zeros(size + 1, dtype=np.uint32), np.zeros(size, dtype=np.uint32)
    columns = np.empty(2 * len(given) + 16, dtype=np.uint32)
    following = np.empty(size + 1, dtype=np.int64)  # the last entry is the head of the list, and `size` its end
    for row in range(size):
        here = size
        for entry in range(given_starts[row], given_starts[row + 1]):
            following[here] = given[entry]
            here = given[entry]
        following[here] = size
        pivot = following[size]
        # Pivots in ascending order; entries that they add may be pivots themselves, which the list has in place.
        while pivot < row:
            here = pivot
            for entry in range(diagonal[pivot] + 1, starts[pivot + 1]):
                column = columns[entry]
                while following[here] < column:
                    here = following[here]
                if following[here] != column:
                    following[column] = following[here]
                    following[here] = column
            pivot = following[pivot]
        end, column = int(starts[row]), following[size]
        if end + size > len(columns):
            columns = np.concatenate((columns, np.empty(len(columns) + size, dtype=np.uint32)))
        while column < size:
            if column == row:
                diagonal[row] = end
            columns[end] = column
            end += 1
            column = following[column]
        starts[row + 1] = end
    return starts, columns[: starts[size]].copy(), diagonal


def _ordering(size: int, rows: Ints, columns: Ints) -> Ints:
    """Accumulating species first, the others by minimum degree."""
    from scipy.sparse import csc_matrix, diags_array
    from scipy.sparse.linalg import splu

    # A species that nothing reads has an empty column of J: as pivots they touch nobody else.
    reacting = np.zeros(size, dtype=bool)
    reacting[columns] = True
    inner = np.flatnonzero(reacting)
    if not len(inner):
        return np.arange(size)
    number = np.full(size, -1)
    number[inner] = np.arange(len(inner))
    kept = reacting[rows] & (rows != columns)
    ones = np.full(kept.sum(), 1e-3)
    entries = csc_matrix((ones, (number[rows[kept]], number[columns[kept]])), shape=(len(inner), len(inner)))
    symmetric = entries + entries.T
    # The values do not matter; a dominant diagonal keeps SuperLU from pivoting, so that it only orders.
    dominant = symmetric + diags_array(1.0 + np.asarray(symmetric.sum(axis=1)).ravel())
    factors = splu(csc_matrix(dominant), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return np.concatenate([np.flatnonzero(~reacting), inner[np.argsort(factors.perm_c)]]).astype(np.int64)


@compiled
def factorise(values: Floats, starts: Indices, columns: Indices, diagonal: Indices, nested: Flags, work: Floats) -> bool:
    """Overwrite a matrix, ``values`` (entries,), by its factors (unit lower triangle); False where a pivot vanishes.

    Side by side, ``values`` (entries, LANES), a pivot that vanishes leaves infinities and no numbers in its lane instead.
    Two nested rows are subtracted at once, which spares half of the loads and stores of what they are subtracted from.
    """
    for row in range(len(starts) - 1):
        first, last, middle = starts[row], starts[row + 1], diagonal[row]
        # The row in full form, so that subtractions reach their column without a search.
        for entry in range(first, last):
            store(work, columns[entry], load(values, entry))
        entry = first
        while entry < middle:
            pivot = columns[entry]
            # Diagonals are stored as their reciprocals: a product in place of a quotient for each use.
            factor = load(work, pivot) * load(values, diagonal[pivot])
            store(work, pivot, factor)
            other, end = diagonal[pivot] + 1, starts[pivot + 1]
            entry += 1
            # The next row has the same columns, and is the next pivot: both are subtracted in one pass.
            if nested[pivot] and entry < middle:
                second = (load(work, pivot + 1) - factor * load(values, other)) * load(values, diagonal[pivot + 1])
                store(work, pivot + 1, second)
                other += 1
                beside = diagonal[pivot + 1] + 1 - other
                while other < end:
                    place = columns[other]
                    kept = load(work, place) - factor * load(values, other)
                    store(work, place, kept - second * load(values, other + beside))
                    other += 1
                entry += 1
            while other < end:
                store(work, columns[other], load(work, columns[other]) - factor * load(values, other))
                other += 1
        for entry in range(first, last):
            store(values, entry, load(work, columns[entry]))
        # Without pivoting a vanishing pivot is left to the stepper, which shrinks h: the diagonal then dominates.
        if vanishes(values, middle):
            return False
        store(values, middle, 1.0 / load(values, middle))
    return True


@compiled
def solve_in_place(values: Floats, starts: Indices, columns: Indices, diagonal: Indices, vector: Floats) -> None:
    """Solve with the factors; ``vector`` (n,) is in elimination order."""
    size = len(starts) - 1
    for row in range(size):
        total = load(vector, row)
        for entry in range(starts[row], diagonal[row]):
            total = total - load(values, entry) * load(vector, columns[entry])
        store(vector, row, total)
    for row in range(size - 1, -1, -1):
        total = load(vector, row)
        for entry in range(diagonal[row] + 1, starts[row + 1]):
            total = total - load(values, entry) * load(vector, columns[entry])
        store(vector, row, total * load(values, diagonal[row]))


@compiled
def solve_transposed_in_place(values: Floats, starts: Indices, columns: Indices, diagonal: Indices, vector: Floats) -> None:
    """Solve with the transpose of the factorised matrix; ``vector`` (n,) is in elimination order."""
    size = len(starts) - 1
    for row in range(size):
        vector[row] *= values[diagonal[row]]
        for entry in range(diagonal[row] + 1, starts[row + 1]):
            vector[columns[entry]] -= values[entry] * vector[row]
    for row in range(size - 1, -1, -1):
        for entry in range(starts[row], diagonal[row]):
            vector[columns[entry]] -= values[entry] * vector[row]
