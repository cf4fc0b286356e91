"""The default engine: RODAS4, a stiffly accurate Rosenbrock method of order 4(3), compiled.

Hairer & Wanner, "Solving Ordinary Differential Equations II" (2nd ed., 1996), section IV.7 and the coefficients of
their code RODAS (set 1). A one-step method: every clock phase restarts at the cost of a few small steps. All unknowns
are kept in the elimination order of the sparse LU.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.simulate.engines.sparse_lu import LuPattern, analyse, factorise, solve_in_place
from dsd_ncrn.simulate.engines.types import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Solution
from dsd_ncrn.simulate.mass_action import MAX_REACTANTS, NONE, MassAction

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

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
        self, system: MassAction, relative: float = RELATIVE_TOLERANCE, absolute: float = ABSOLUTE_TOLERANCE
    ) -> RosenbrockStepper:
        """Analyse the Jacobian's pattern; the compiled code is shared by all systems."""
        reactions, which, entries = _jacobian_entries(system)
        species = system.net_species[entries]
        columns = system.reactants[reactions, which]
        pattern = analyse(system.size, species, columns)
        positions = [pattern.position(row, column) for row, column in zip(species, columns)]
        place = np.append(pattern.place, NONE)  # so that place[NONE] is NONE
        arrays = Arrays(
            place[system.reactants],
            system.net_reaction,
            pattern.place[system.net_species],
            system.net_change,
            reactions,
            which,
            system.net_change[entries],
            np.array(positions, dtype=np.int64),
        )
        return RosenbrockStepper(pattern, arrays, relative, absolute)


@dataclass(frozen=True, eq=False)
class Arrays:
    """A mass-action system in elimination order, with the places of its Jacobian's entries."""

    reactants: Ints
    net_reaction: Ints
    net_species: Ints
    net_change: Floats
    jacobian_reaction: Ints
    jacobian_which: Ints
    jacobian_change: Floats
    jacobian_position: Ints


@dataclass(frozen=True, eq=False)
class RosenbrockStepper:
    """RODAS4 bound to one system."""

    pattern: LuPattern
    arrays: Arrays
    relative: float
    absolute: float

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate; see the Stepper protocol."""
        arrays, pattern, order = self.arrays, self.pattern, self.pattern.order
        values = np.zeros((len(times), len(order)))
        code, steps, reached = _integrate(
            start[order], np.asarray(times, dtype=float), np.asarray(rates, dtype=float), self.relative, self.absolute, values,
            arrays.reactants, arrays.net_reaction, arrays.net_species, arrays.net_change,
            arrays.jacobian_reaction, arrays.jacobian_which, arrays.jacobian_change, arrays.jacobian_position,
            pattern.starts, pattern.columns, pattern.diagonal,
        )  # fmt: skip
        return Solution(values[:reached][:, pattern.place], ADVICE[code], steps)


def _jacobian_entries(system: MassAction) -> tuple[Ints, Ints, Ints]:
    """For every reactant of every reaction and every species it changes: reaction, which reactant, entry of ``net``."""
    found = [
        (reaction, which, entry)
        for entry, reaction in enumerate(system.net_reaction)
        for which in range(MAX_REACTANTS)
        if system.reactants[reaction, which] != NONE
    ]
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy()


@numba.njit(cache=True)
def _derivative(y, rates, reactants, net_reaction, net_species, net_change, flux, out):  # noqa: ANN001, ANN202  numba types
    for reaction in range(len(rates)):
        rate = rates[reaction]
        for which in range(3):
            if reactants[reaction, which] >= 0:
                rate *= y[reactants[reaction, which]]
        flux[reaction] = rate
    out[:] = 0.0
    for entry in range(len(net_reaction)):
        out[net_species[entry]] += net_change[entry] * flux[net_reaction[entry]]


@numba.njit(cache=True)
def _matrix(y, rates, reactants, reaction_of, which_of, change, position, shift, diagonal, out):  # noqa: ANN001, ANN202
    """shift * I - J in the LU pattern."""
    out[:] = 0.0
    for entry in range(len(reaction_of)):
        reaction = reaction_of[entry]
        slope = rates[reaction]
        for which in range(3):
            if which != which_of[entry] and reactants[reaction, which] >= 0:
                slope *= y[reactants[reaction, which]]
        out[position[entry]] -= change[entry] * slope
    for place in diagonal:
        out[place] += shift


@numba.njit(cache=True)
def _integrate(  # noqa: ANN202
    start, times, rates, relative, absolute, values,  # noqa: ANN001
    reactants, net_reaction, net_species, net_change,  # noqa: ANN001
    jac_reaction, jac_which, jac_change, jac_position,  # noqa: ANN001
    starts, columns, diagonal,  # noqa: ANN001
):  # fmt: skip
    """Fill ``values`` at ``times``; returns a status code, the number of steps and the number of times reached."""
    size = len(start)
    y, trial, slope, work = start.copy(), np.empty(size), np.empty(size), np.empty(size)
    flux, matrix, stage = np.empty(len(rates)), np.empty(len(columns)), np.empty((STAGES, size))
    values[0] = y
    steps = 0
    h = 0.0
    for output in range(1, len(times)):
        t, end = times[output - 1], times[output]
        while t < end:
            _derivative(y, rates, reactants, net_reaction, net_species, net_change, flux, slope)
            if h == 0.0:
                h = _first_step(y, slope, relative, absolute, end - t)
            last = t + h >= end * (1 - 1e-14)
            step = end - t if last else h
            shift = 1 / (step * GAMMA)
            _matrix(y, rates, reactants, jac_reaction, jac_which, jac_change, jac_position, shift, diagonal, matrix)
            error = np.inf
            if factorise(matrix, starts, columns, diagonal, work):
                for i in range(STAGES):
                    trial[:] = y
                    for j in range(i):
                        trial += A[i, j] * stage[j]
                    if i > 0:
                        _derivative(trial, rates, reactants, net_reaction, net_species, net_change, flux, slope)
                    stage[i] = slope
                    for j in range(i):
                        stage[i] += (C[i, j] / step) * stage[j]
                    solve_in_place(matrix, starts, columns, diagonal, stage[i])
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
        values[output] = y
    return OK, steps, len(times)


@numba.njit(cache=True)
def _error(before, after, difference, relative, absolute):  # noqa: ANN001, ANN202  numba types
    total = 0.0
    for i in range(len(before)):
        scale = absolute + relative * max(abs(before[i]), abs(after[i]))
        total += (difference[i] / scale) ** 2
    return np.sqrt(total / len(before))


@numba.njit(cache=True)
def _first_step(y, slope, relative, absolute, span):  # noqa: ANN001, ANN202  numba types
    """A step in which no component changes by more than a hundredth of its tolerance's square root."""
    fastest = 0.0
    for i in range(len(y)):
        fastest = max(fastest, abs(slope[i]) / (absolute / relative + abs(y[i])))
    return span if fastest == 0.0 else min(span, 1e-2 / fastest)
