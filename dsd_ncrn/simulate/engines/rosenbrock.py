"""The default engine: RODAS4, a stiffly accurate Rosenbrock method of order 4(3), compiled.

Hairer & Wanner, "Solving Ordinary Differential Equations II" (2nd ed., 1996), section IV.7 and the coefficients of
their code RODAS (set 1). A one-step method: every clock phase restarts at the cost of a few small steps. All unknowns
are kept in the elimination order of the sparse LU.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsd_ncrn.simulate.compiled import compiled, inlined, interruptible
from dsd_ncrn.simulate.engines.kernels import (
    Floats,
    Indices,
    Terms,
    combine,
    derivative,
    first_step,
    padded,
    terms_of,
)
from dsd_ncrn.simulate.engines.sparse_lu import LuPattern, analyse, factorise, solve_in_place
from dsd_ncrn.simulate.engines.transient import follow
from dsd_ncrn.simulate.engines.types import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Solution
from dsd_ncrn.simulate.mass_action import MassAction

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
class Path:
    """The accepted steps of an integration: the states before them (steps, species + 1), in elimination order and with the
    final 1, and their sizes (steps,). ``rates`` (reactions,) held all along.
    """

    points: Floats
    sizes: Floats
    rates: Floats


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
        code, steps, values, _, _ = self._run(start, times, rates, keep=False)
        return Solution(values[:, self.pattern.place], ADVICE[code], steps)

    def record(self, start: Floats, seconds: float, rates: Floats) -> tuple[Solution, Path]:
        """Integrate over a span, else as ``solve``, and keep every step for derivatives to be taken along them.

        ``start`` (species,), nM; ``rates`` (reactions,), nM^(1-n)/s.
        """
        code, steps, values, points, sizes = self._run(start, np.array([0.0, seconds]), rates, keep=True)
        return Solution(values[:, self.pattern.place], ADVICE[code], steps), Path(points, sizes, rates)

    def _run(self, start: Floats, times: Floats, rates: Floats, keep: bool) -> tuple[int, int, Floats, Floats, Floats]:
        """Status, number of steps, concentrations in elimination order; with ``keep`` the states and sizes of all steps."""
        terms, jacobian, pattern = self.terms, self.jacobian, self.pattern
        values, extended = np.zeros((len(times), len(pattern.order))), np.ones(len(start) + 1)
        extended[:-1] = start[pattern.order]
        with interruptible():
            code, steps, reached, points, sizes = _integrate(
                extended, np.asarray(times, dtype=float), np.asarray(rates, dtype=float),
                self.relative, self.absolute, self.transients, keep, values,
                terms.reactants, terms.starts, terms.reaction, terms.change,
                jacobian.reaction, jacobian.others, jacobian.change, jacobian.position,
                pattern.starts, pattern.columns, pattern.diagonal,
            )  # fmt: skip
        return code, steps, values[:reached], points, sizes


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
    start: Floats, times: Floats, rates: Floats, relative: float, absolute: float, transient: bool, keep: bool, values: Floats,
    reactants: Indices, net_starts: Indices, net_reaction: Indices, net_change: Floats,
    jac_reaction: Indices, jac_others: Indices, jac_change: Floats, jac_position: Indices,
    starts: Indices, columns: Indices, diagonal: Indices,
) -> tuple[int, int, int, Floats, Floats]:  # fmt: skip
    """Fill ``values`` at ``times``; returns a status code, the number of steps and of times reached, and the path."""
    size = len(start)
    y, trial, slope, work = start.copy(), np.empty(size), np.zeros(size), np.empty(size)
    flux, matrix, stage = np.empty(len(rates)), np.empty(len(columns)), np.empty((STAGES, size))
    points, sizes = np.empty((1, size)), np.empty(1)
    values[0] = y[:-1]
    steps = kept = 0
    h = 0.0
    for output in range(1, len(times)):
        t, end = times[output - 1], times[output]
        if transient:
            t, h, taken, stiff = follow(
                y, t, end, h, rates, relative, absolute, reactants, net_starts, net_reaction, net_change
            )
            steps += taken
            transient = not stiff
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
                return TOO_MANY_STEPS, steps, output, points[:kept], sizes[:kept]
            growth = min(6.0, max(0.2, 0.9 / max(error, 1e-10) ** 0.25)) if np.isfinite(error) else 0.1
            if error <= 1.0:
                if keep:
                    if kept == len(sizes):
                        points, sizes = np.concatenate((points, points)), np.concatenate((sizes, sizes))
                    points[kept], sizes[kept] = y, step
                    kept += 1
                y[:] = trial
                t = end if last else t + step
                h = max(h, step * growth) if last else step * growth
            else:
                h = step * growth
                if h < 1e-14 * max(end, 1e-10):
                    return STEP_TOO_SMALL, steps, output, points[:kept], sizes[:kept]
        values[output] = y[:-1]
    return OK, steps, len(times), points[:kept], sizes[:kept]


@compiled
def _error(before: Floats, after: Floats, difference: Floats, relative: float, absolute: float) -> float:
    total = 0.0
    size = len(before) - 1
    for i in range(size):
        scale = absolute + relative * max(abs(before[i]), abs(after[i]))
        total += (difference[i] / scale) ** 2
    return np.sqrt(total / size)
