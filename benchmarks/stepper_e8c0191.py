"""The stepper of commit e8c0191, as it was: what the ensembles of today are measured against. Not part of the project.

RODAS4 on a sparse LU, one tube at a time; only its explicit start (``follow``) and its recorded path, which tubes do not use,
are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.simulate.engines.types import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Solution
from dsd_ncrn.simulate.mass_action import NONE, MassAction

Ints = NDArray[np.int64]
Indices = NDArray[np.uint32]
Floats = NDArray[np.float64]
compiled = numba.njit(error_model="numpy")
inlined = numba.njit(error_model="numpy", inline="always")


@dataclass(frozen=True, eq=False)
class Terms:
    """``reactants`` (reactions, width) with the number of species for none; the changes of species i are the entries
    ``starts[i]`` to ``starts[i + 1]`` of ``change`` times the rates of ``reaction``.
    """

    reactants: Indices
    starts: Indices
    reaction: Indices
    change: Floats


def terms_of(system: MassAction, place: Ints) -> Terms:
    """The system with species i at ``place[i]``, where ``place`` has shape (species,)."""
    there = place[system.net_species]
    order = np.argsort(there, kind="stable")
    starts = np.searchsorted(there[order], np.arange(system.size + 1))
    return Terms(
        padded(system.reactants, place),
        starts.astype(np.uint32),
        system.net_reaction[order].astype(np.uint32),
        system.net_change[order],
    )


def padded(species: Ints, place: Ints) -> Indices:
    """Species at their places, the entry after the last for none; of the same shape."""
    return np.where(species == NONE, len(place), np.append(place, 0)[species]).astype(np.uint32)


@compiled
def derivative(
    y: Floats, rates: Floats, reactants: Indices, starts: Indices, reaction_of: Indices, change: Floats,
    flux: Floats, out: Floats,
) -> None:  # fmt: skip
    """Writes dy/dt to ``out`` (species + 1,), whose last entry is left as it is.

    ``y`` (species + 1,); ``rates`` (reactions,), nM^(1-n)/s; the other arrays are those of ``Terms``. Leaves in ``flux``
    (reactions,) how fast each reaction fires.
    """
    for reaction in range(len(rates)):
        rate = rates[reaction]
        for which in range(reactants.shape[1]):
            rate *= y[reactants[reaction, which]]
        flux[reaction] = rate
    for species in range(len(starts) - 1):
        total = 0.0
        for entry in range(starts[species], starts[species + 1]):
            total += change[entry] * flux[reaction_of[entry]]
        out[species] = total


@compiled
def combine(base: Floats, weights: Floats, stage: Floats, count: int, out: Floats) -> None:
    """``out`` = ``base``, both (n,), plus the first ``count`` rows of ``stage`` (stages, n) with their weights (stages,)."""
    for k in range(len(base)):
        out[k] = base[k]
    for j in range(count):
        weight = weights[j]
        if weight != 0.0:
            for k in range(len(base)):
                out[k] += weight * stage[j, k]


@compiled
def first_step(y: Floats, slope: Floats, relative: float, absolute: float, span: float) -> float:
    """A step in which no component of ``y`` (n,) changes by more than a hundredth of its tolerance's square root."""
    fastest = 0.0
    for i in range(len(y)):
        fastest = max(fastest, abs(slope[i]) / (absolute / relative + abs(y[i])))
    return span if fastest == 0.0 else min(span, 1e-2 / fastest)


@dataclass(frozen=True, eq=False)
class LuPattern:
    """Pattern of L + U by rows, in elimination order: ``starts`` (n + 1,), ``columns``, and the diagonals' places."""

    order: Ints
    place: Ints
    starts: Indices
    columns: Indices
    diagonal: Indices

    def positions(self, rows: Ints, columns: Ints) -> Indices:
        """Where the entries (rows, columns), in the original numbering, are stored; all must be in the pattern."""
        return np.searchsorted(self._keys, _keys(self.place[rows], self.place[columns], len(self.place))).astype(np.uint32)

    @cached_property
    def _keys(self) -> Ints:
        rows = np.repeat(np.arange(len(self.place)), np.diff(self.starts))
        return _keys(rows, self.columns.astype(np.int64), len(self.place))


def analyse(size: int, rows: Ints, columns: Ints) -> LuPattern:
    """Order the unknowns and fill the pattern for the non-zeros (rows, columns); the diagonal is added."""
    order = _ordering(size, rows, columns)
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    everyone = np.arange(size)
    given = _keys(np.append(place[rows], everyone), np.append(place[columns], everyone), size)
    first, second = np.divmod(np.unique(given), max(size, 1))
    starts, flat, diagonal = _fill(np.searchsorted(first, np.arange(size + 1)), second)
    return LuPattern(order, place, starts, flat, diagonal)


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
    dominant = symmetric + diags_array(1.0 + np.asarray(symmetric.sum(axis=1)).ravel())
    factors = splu(csc_matrix(dominant), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return np.concatenate([np.flatnonzero(~reacting), inner[np.argsort(factors.perm_c)]]).astype(np.int64)


@compiled
def factorise(values: Floats, starts: Indices, columns: Indices, diagonal: Indices, work: Floats) -> bool:
    """Overwrite a matrix, ``values`` (entries,), by its factors (unit lower triangle); False where a pivot vanishes."""
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


@compiled
def solve_in_place(values: Floats, starts: Indices, columns: Indices, diagonal: Indices, vector: Floats) -> None:
    """Solve with the factors; ``vector`` (n,) is in elimination order."""
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


GAMMA = 0.25
STAGES = 6
A = np.zeros((STAGES, STAGES))
A[1, :1] = 1.544
A[2, :2] = 0.9466785280815826, 0.2557011698983284
A[3, :3] = 3.314825187068521, 2.896124015972201, 0.9986419139977817
A[4, :4] = 1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950
A[5, :5] = 1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0
C = np.zeros((STAGES, STAGES))
C[1, :1] = -5.6688
C[2, :2] = -2.430093356833875, -0.2063599157091915
C[3, :3] = -0.1073529058151375, -9.594562251023355, -20.47028614809616
C[4, :4] = 7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160
C[5, :5] = 8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054

MAX_STEPS = 200_000
OK, TOO_MANY_STEPS, STEP_TOO_SMALL = 0, 1, 2
ADVICE = {
    OK: "ok",
    TOO_MANY_STEPS: f"more than {MAX_STEPS} steps: loosen the tolerance or look for a blow-up in the trajectory",
    STEP_TOO_SMALL: "the step size vanished: a concentration runs away, or a rate constant is out of proportion",
}


class RosenbrockEngine:
    """RODAS4 with a sparse analytic Jacobian."""

    name = "rosenbrock"

    def prepare(
        self,
        system: MassAction,
        relative: float = RELATIVE_TOLERANCE,
        absolute: float = ABSOLUTE_TOLERANCE,
        transients: bool = False,
    ) -> RosenbrockStepper:
        """Analyse the Jacobian's pattern; the compiled code is shared by all systems."""
        entries = system.jacobian
        pattern = analyse(system.size, entries.row, entries.column)
        jacobian = Jacobian(
            entries.reaction.astype(np.uint32),
            padded(entries.others, pattern.place),
            entries.change,
            pattern.positions(entries.row, entries.column),
        )
        return RosenbrockStepper(pattern, terms_of(system, pattern.place), jacobian, relative, absolute, transients)


@dataclass(frozen=True, eq=False)
class Jacobian:
    """``JacobianEntries`` as compiled code reads them, of the same shapes; ``position`` (entries,) is in the LU pattern."""

    reaction: Indices
    others: Indices
    change: Floats
    position: Indices


@dataclass(frozen=True, eq=False)
class RosenbrockStepper:
    """RODAS4 bound to one system."""

    pattern: LuPattern
    terms: Terms
    jacobian: Jacobian
    relative: float
    absolute: float
    transients: bool

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate; see the Stepper protocol."""
        code, steps, values = self._run(start, times, rates)
        return Solution(values[:, self.pattern.place], ADVICE[code], steps)

    def _run(self, start: Floats, times: Floats, rates: Floats) -> tuple[int, int, Floats]:
        """Status, number of steps, concentrations in elimination order."""
        terms, jacobian, pattern = self.terms, self.jacobian, self.pattern
        values, extended = np.zeros((len(times), len(pattern.order))), np.ones(len(start) + 1)
        extended[:-1] = start[pattern.order]
        code, steps, reached = _integrate(
            extended, np.asarray(times, dtype=float), np.asarray(rates, dtype=float),
            self.relative, self.absolute, values,
            terms.reactants, terms.starts, terms.reaction, terms.change,
            jacobian.reaction, jacobian.others, jacobian.change, jacobian.position,
            pattern.starts, pattern.columns, pattern.diagonal,
        )  # fmt: skip
        return code, steps, values[:reached]


@compiled
def _matrix(
    y: Floats, rates: Floats, reaction_of: Indices, others: Indices, change: Floats, position: Indices,
    shift: float, diagonal: Indices, out: Floats,
) -> None:  # fmt: skip
    """shift * I - J in the LU pattern."""
    out[:] = 0.0
    for entry in range(len(reaction_of)):
        slope = rates[reaction_of[entry]]
        for which in range(others.shape[1]):
            slope *= y[others[entry, which]]
        out[position[entry]] -= change[entry] * slope
    for place in diagonal:
        out[place] += shift


@inlined
def fill_stages(
    y: Floats, rates: Floats, step: float,
    reactants: Indices, net_starts: Indices, net_reaction: Indices, net_change: Floats,
    jac_reaction: Indices, jac_others: Indices, jac_change: Floats, jac_position: Indices,
    starts: Indices, columns: Indices, diagonal: Indices,
    flux: Floats, slope: Floats, trial: Floats, work: Floats, matrix: Floats, stage: Floats,
) -> bool:  # fmt: skip
    """The stages of a step from ``y``, whose derivative is in ``slope``, and the factors of its matrix.

    Vectors have shape (species + 1,) in elimination order, ``flux`` and ``rates`` (reactions,), ``stage`` (stages,
    species + 1), ``matrix`` (entries of the LU pattern,). Leaves in ``trial`` where the last stage starts from; False where
    a pivot vanishes.
    """
    _matrix(y, rates, jac_reaction, jac_others, jac_change, jac_position, 1 / (step * GAMMA), diagonal, matrix)
    if not factorise(matrix, starts, columns, diagonal, work):
        return False
    for i in range(STAGES):
        combine(y, A[i], stage, i, trial)
        if i > 0:
            derivative(trial, rates, reactants, net_starts, net_reaction, net_change, flux, slope)
        combine(slope, C[i] / step, stage, i, stage[i])
        solve_in_place(matrix, starts, columns, diagonal, stage[i])
    return True


@compiled
def _integrate(
    start: Floats, times: Floats, rates: Floats, relative: float, absolute: float, values: Floats,
    reactants: Indices, net_starts: Indices, net_reaction: Indices, net_change: Floats,
    jac_reaction: Indices, jac_others: Indices, jac_change: Floats, jac_position: Indices,
    starts: Indices, columns: Indices, diagonal: Indices,
) -> tuple[int, int, int]:  # fmt: skip
    """Fill ``values`` at ``times``; returns a status code, the number of steps and of times reached."""
    size = len(start)
    y, trial, slope, work = start.copy(), np.empty(size), np.zeros(size), np.empty(size)
    flux, matrix, stage = np.empty(len(rates)), np.empty(len(columns)), np.empty((STAGES, size))
    values[0] = y[:-1]
    steps = 0
    h = 0.0
    for output in range(1, len(times)):
        t, end = times[output - 1], times[output]
        while t < end:
            derivative(y, rates, reactants, net_starts, net_reaction, net_change, flux, slope)
            if h == 0.0:
                h = first_step(y, slope, relative, absolute, end - t)
            last = t + h >= end * (1 - 1e-14)
            step = end - t if last else h
            error = np.inf
            if fill_stages(
                y, rates, step, reactants, net_starts, net_reaction, net_change,
                jac_reaction, jac_others, jac_change, jac_position, starts, columns, diagonal,
                flux, slope, trial, work, matrix, stage,
            ):  # fmt: skip
                trial += stage[STAGES - 1]
                error = _error(y, trial, stage[STAGES - 1], relative, absolute)
            steps += 1
            if steps > MAX_STEPS:
                return TOO_MANY_STEPS, steps, output
            growth = min(6.0, max(0.2, 0.9 / max(error, 1e-10) ** 0.25)) if np.isfinite(error) else 0.1
            if error <= 1.0:
                y[:] = trial
                t = end if last else t + step
                h = max(h, step * growth) if last else step * growth
            else:
                h = step * growth
                if h < 1e-14 * max(end, 1e-10):
                    return STEP_TOO_SMALL, steps, output
        values[output] = y[:-1]
    return OK, steps, len(times)


@compiled
def _error(before: Floats, after: Floats, difference: Floats, relative: float, absolute: float) -> float:
    total = 0.0
    size = len(before) - 1
    for i in range(size):
        scale = absolute + relative * max(abs(before[i]), abs(after[i]))
        total += (difference[i] / scale) ** 2
    return np.sqrt(total / size)
