"""The default engine: RODAS4, a stiffly accurate Rosenbrock method of order 4(3), compiled.

Hairer & Wanner, "Solving Ordinary Differential Equations II" (2nd ed., 1996), section IV.7 and the coefficients of
their code RODAS (set 1). A one-step method: every clock phase restarts at the cost of a few small steps. All unknowns
are kept in the elimination order of the sparse LU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np

from dsd_ncrn.arrays import Flags, Ints
from dsd_ncrn.simulate.compiled import compiled, inlined, interruptible
from dsd_ncrn.simulate.engines.crew import crew
from dsd_ncrn.simulate.engines.fluxes import (
    Floats,
    Indices,
    Jacobian,
    Terms,
    combine,
    derivative,
    first_step,
    jacobian_of,
    room,
    speeds,
    terms_of,
)
from dsd_ncrn.simulate.engines.lanes import LANES, chosen, load, magnitude, root, store, zero
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

FIRST = 1.0
"""The share of its tolerance's square root by which something may change in the first step."""
FIRST_GROWTH, GROWTH = 1e4, 10.0
"""A step is at most so many times the one before: much more after the first, of which nothing was known, as in CVODE."""
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
        jacobian = jacobian_of(entries, pattern)
        return RosenbrockStepper(pattern, terms_of(system, pattern.place), jacobian, relative, absolute, transients)


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
        """Integrate; see the Stepper protocol. In a crew, side by side with what others of it ask for."""
        mine = None if self.transients else crew()
        return self.solve_alone(start, times, rates) if mine is None else mine.solve(self, start, times, rates)

    def solve_alone(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """The same in any case at once."""
        return self._kept(start, times, rates, keep=False)[0]

    @cached_property
    def kind(self) -> str:
        """A digest of the system and the tolerances: steppers of one kind are the same."""
        # By content, not by identity: tubes of one network are prepared one by one, and may share a pass.
        parts = (*vars(self.pattern).values(), *vars(self.terms).values(), *vars(self.jacobian).values())
        arrays = b"".join(part.tobytes() for part in parts if isinstance(part, np.ndarray))
        return sha256(arrays + repr((self.relative, self.absolute, self.transients)).encode()).hexdigest()

    def record(self, start: Floats, seconds: float, rates: Floats) -> tuple[Solution, Path]:
        """Integrate over a span, else as ``solve``, and keep every step for derivatives to be taken along them.

        ``start`` (species,), nM; ``rates`` (reactions,), nM^(1-n)/s.
        """
        return self._kept(start, np.array([0.0, seconds]), rates, keep=True)

    def _kept(self, start: Floats, times: Floats, rates: Floats, keep: bool) -> tuple[Solution, Path]:
        codes, steps, values, reached, points, sizes = self._run(
            start, np.asarray(times, float), np.asarray(rates, float), keep
        )
        solution = Solution(values[: reached[0], self.pattern.place], ADVICE[int(codes[0])], int(steps[0]))
        return solution, Path(points, sizes, rates)

    def solve_all(self, starts: Sequence[Floats], times: Sequence[Floats], rates: Sequence[Floats]) -> list[Solution]:
        """What ``solve`` gives of each of some tubes, to the last bit, LANES of them at a time side by side.

        All have as many ``times``; there are no transients.
        """
        assert not self.transients
        found: list[Solution] = []
        # A lane costs the same, filled or not; the last tube fills those that are left over.
        for first in range(0, len(starts), LANES):
            some = [*range(first, min(first + LANES, len(starts)))]
            start, when, rate = (_beside(each, some) for each in (starts, times, rates))
            codes, steps, values, reached = self._run(start, when, rate, keep=False)[:4]
            found += [
                Solution(values[: reached[n], self.pattern.place, n], ADVICE[int(codes[n])], int(steps[n]))
                for n in range(len(some))
            ]
        return found

    def _run(self, start: Floats, times: Floats, rates: Floats, keep: bool) -> tuple[Ints, Ints, Floats, Ints, Floats, Floats]:
        """Status, number of steps, concentrations in elimination order, how many times were reached; with ``keep`` the states
        and sizes of all steps. Arrays (n,), or (n, LANES) for some tubes side by side.
        """
        terms, jacobian, pattern = self.terms, self.jacobian, self.pattern
        values, extended = np.zeros((len(times), *start.shape)), np.ones((len(start) + 1, *start.shape[1:]))
        extended[:-1] = start[pattern.order]
        with interruptible():
            codes, steps, reached, points, sizes = _integrate(
                extended, times.reshape(len(times), -1), rates, self.relative, self.absolute, self.transients, keep, values,
                terms.reactants, terms.starts, terms.reaction, terms.change,
                jacobian.reaction, jacobian.others, jacobian.starts, jacobian.partial, jacobian.change,
                pattern.starts, pattern.columns, pattern.diagonal, pattern.nested,
            )  # fmt: skip
        return codes, steps, values, reached, points, sizes


def _beside(arrays: Sequence[Floats], some: list[int]) -> Floats:
    """Some of the arrays (n,) as lanes; the last one fills those that are left."""
    last = len(some) - 1
    return np.stack([np.asarray(arrays[some[min(n, last)]], dtype=float) for n in range(LANES)], axis=-1)


@compiled
def _matrix(
    y: Floats, rates: Floats, reaction_of: Indices, others: Indices, entries: Indices, partial: Indices, change: Floats,
    step: Floats, diagonal: Indices, slopes: Floats, out: Floats,
) -> None:  # fmt: skip
    """I / (h gamma) - J in the LU pattern; ``slopes`` (partials,) are for work."""
    for number in range(len(reaction_of)):
        # The partial derivatives by reactant, without factorials: k times the other reactants.
        slope = load(rates, reaction_of[number])
        for which in range(others.shape[1]):
            slope = slope * load(y, others[number, which])
        store(slopes, number, slope)
    for place in range(len(entries) - 1):
        total = zero(out)
        for entry in range(entries[place], entries[place + 1]):
            total = total - change[entry] * load(slopes, partial[entry])
        store(out, place, total)
    # Scaled by 1 / (h gamma), as in RODAS, the stages need no further products with J.
    shift = 1.0 / (GAMMA * load(step, 0))
    for place in diagonal:
        store(out, place, load(out, place) + shift)


@inlined
def fill_stages(
    y: Floats, rates: Floats, step: Floats,
    reactants: Indices, net_starts: Indices, net_reaction: Indices, net_change: Floats,
    jac_reaction: Indices, jac_others: Indices, jac_entries: Indices, jac_partial: Indices, jac_change: Floats,
    starts: Indices, columns: Indices, diagonal: Indices, nested: Flags,
    flux: Floats, slope: Floats, trial: Floats, work: Floats, slopes: Floats, weights: Floats, matrix: Floats, stage: Floats,
) -> bool:  # fmt: skip
    """The stages of a step of size ``step`` (1,) from ``y``, whose derivative is in ``slope``, and the factors of its matrix.

    Vectors have shape (species + 1,) in elimination order, ``flux`` and ``rates`` (reactions,), ``stage`` (stages,
    species + 1), ``matrix`` (entries of the LU pattern,), ``slopes`` (partials,), ``weights`` (stages,); of tubes side by side
    all end with (LANES,). Leaves in ``trial`` where the last stage starts from; False where a pivot vanishes.
    """
    _matrix(y, rates, jac_reaction, jac_others, jac_entries, jac_partial, jac_change, step, diagonal, slopes, matrix)
    # One factorisation serves all six stages.
    if not factorise(matrix, starts, columns, diagonal, nested, work):
        return False
    for i in range(STAGES):
        combine(y, A[i], stage, i, trial)
        if i > 0:
            derivative(trial, rates, reactants, net_starts, net_reaction, net_change, flux, slope)
        for j in range(i):
            # Earlier stages enter the right side by C / h, in place of J times them.
            store(weights, j, C[i, j] / load(step, 0))
        combine(slope, weights, stage, i, stage[i])
        solve_in_place(matrix, starts, columns, diagonal, stage[i])
    return True


@compiled
def _integrate(
    start: Floats, times: Floats, rates: Floats, relative: float, absolute: float, transient: bool, keep: bool, values: Floats,
    reactants: Indices, net_starts: Indices, net_reaction: Indices, net_change: Floats,
    jac_reaction: Indices, jac_others: Indices, jac_entries: Indices, jac_partial: Indices, jac_change: Floats,
    starts: Indices, columns: Indices, diagonal: Indices, nested: Flags,
) -> tuple[Ints, Ints, Ints, Floats, Floats]:  # fmt: skip
    """Fill ``values`` at ``times`` (times, tubes); returns status codes, numbers of steps and of times reached, and the path.

    One tube, or LANES of them side by side, each with steps of its own: all try one, and who is at the end of the span waits.
    """
    tubes, size = times.shape[1], len(start)
    beside = start.shape[1:]  # nothing, or the lanes
    y, trial, slope, work = room(start.shape), room(start.shape), room(start.shape), room(start.shape)
    flux, slopes, matrix = room(rates.shape), room((len(jac_reaction), *beside)), room((len(columns), *beside))
    stage, weights = room((STAGES, *start.shape)), room((STAGES, *beside))
    step, error, better = room((1, *beside)), room((1, *beside)), room((1, *beside))
    y[:], slope[:], stage[:], flux[:] = start, 0.0, 0.0, rates
    rates, flux = flux, room(rates.shape)
    steps_now, errors, accepted = step.ravel(), error.ravel(), better.ravel()  # the same, whichever shape they have
    points, sizes, kept = np.empty((1, size)), np.empty(1), 0
    codes, steps, reached = np.zeros(tubes, np.int64), np.zeros(tubes, np.int64), np.full(tubes, len(times))
    t, h = times[0].copy(), np.zeros(tubes)
    values[0] = y[:-1]
    for output in range(1, len(times)):
        end = times[output]
        # While accuracy limits the step an explicit method is cheaper; from the first stiffness on it is not tried again.
        if start.ndim == 1 and transient:
            t[0], h[0], taken, stiff = follow(
                y, t[0], end[0], h[0], rates, relative, absolute, reactants, net_starts, net_reaction, net_change
            )
            steps[0] += taken
            transient = not stiff
        # One step of every tube at a time, each of its own size; one at its end is computed along, but stays.
        while (t < end).any():
            derivative(y, rates, reactants, net_starts, net_reaction, net_change, flux, slope)
            speeds(y, slope, relative, absolute, error)
            for n in range(tubes):
                # Nothing is known of a new phase: its first step is by how fast things change now.
                if h[n] == 0.0:
                    h[n] = first_step(errors[n], FIRST, end[n] - t[n])
                steps_now[n] = end[n] - t[n] if t[n] + h[n] >= end[n] * (1 - 1e-14) else h[n]
                if t[n] >= end[n]:
                    steps_now[n] = h[n]
            possible = fill_stages(
                y, rates, step, reactants, net_starts, net_reaction, net_change,
                jac_reaction, jac_others, jac_entries, jac_partial, jac_change, starts, columns, diagonal, nested,
                flux, slope, trial, work, slopes, weights, matrix, stage,
            )  # fmt: skip
            if possible:
                for k in range(size):
                    # Stiffly accurate: the last stage is both the correction to the embedded solution and its error.
                    store(trial, k, load(trial, k) + load(stage[STAGES - 1], k))
                _error(y, trial, stage[STAGES - 1], relative, absolute, error)
            else:
                errors[:] = np.inf
            for n in range(tubes):
                accepted[n] = 0.0
                if t[n] >= end[n]:
                    continue
                steps[n] += 1
                last, right = t[n] + h[n] >= end[n] * (1 - 1e-14), errors[n] <= 1.0
                # The exponent is that of order 4 with an error of order 3: err ~ h^4.
                most = FIRST_GROWTH if steps[n] == 1 else GROWTH
                growth = min(most, max(0.2, 0.9 / max(errors[n], 1e-16) ** 0.25)) if np.isfinite(errors[n]) else 0.1
                if steps[n] > MAX_STEPS:
                    codes[n] = TOO_MANY_STEPS
                elif right:
                    if start.ndim == 1 and keep:
                        if kept == len(sizes):
                            points, sizes = np.concatenate((points, points)), np.concatenate((sizes, sizes))
                        points[kept], sizes[kept] = y, steps_now[n]
                        kept += 1
                    accepted[n] = 1.0
                    t[n] = end[n] if last else t[n] + steps_now[n]
                    # A step that was cut to meet the end says nothing against the size before.
                    h[n] = max(h[n], steps_now[n] * growth) if last else steps_now[n] * growth
                else:
                    h[n] = steps_now[n] * growth
                    if h[n] < 1e-14 * max(end[n], 1e-10):
                        codes[n] = STEP_TOO_SMALL
                if codes[n] != OK:
                    # A tube that fails stops; those beside it go on.
                    t[n], reached[n] = np.inf, output
            for k in range(size):
                store(y, k, chosen(load(better, 0), 0.5 * load(better, 0), load(trial, k), load(y, k)))
        values[output] = y[:-1]
    return codes, steps, reached, points[:kept], sizes[:kept]


@compiled
def _error(before: Floats, after: Floats, difference: Floats, relative: float, absolute: float, out: Floats) -> None:
    """The root mean square of what a step is estimated to be off, in tolerances."""
    total, size = zero(before), len(before) - 1
    for i in range(size):
        one, other = magnitude(load(before, i)), magnitude(load(after, i))
        off = load(difference, i) / (absolute + relative * chosen(one, other, one, other))
        total = total + off * off
    store(out, 0, root((1.0 / size) * total))
