"""Reverse differentiation of RODAS4 along the steps that it took.

Each step is a function of the state before it and of the rate constants; the chain rule, taken from the last step to the
first, gives the derivatives of a few numbers by all rate constants and all concentrations at once. This is the discrete
adjoint of Daescu, Sandu & Carmichael, Atmos. Environ. 37:5097 (2003): exact for the steps as they were taken, so that what
it misses of the derivatives of the solution shrinks with the tolerance, like the error of the solution itself.

A stage solves M k_i = f(Y_i) + sum_j C_ij k_j / h with M = 1/(h gamma) - J(y) and Y_i = y + sum_j A_ij k_j. With
w_i = M^-T (adjoint of k_i), it hands J(Y_i)^T w_i to Y_i, C_ij / h w_i to the stages before, and, since M depends on y, the
derivative of w_i^T J(y) k_i to y.
"""

from __future__ import annotations

import numpy as np

from dsd_ncrn.arrays import Flags
from dsd_ncrn.simulate.compiled import compiled, interruptible
from dsd_ncrn.simulate.engines.fluxes import Floats, Indices, combine, derivative
from dsd_ncrn.simulate.engines.rosenbrock import STAGES, A, C, Path, RosenbrockStepper, fill_stages
from dsd_ncrn.simulate.engines.sparse_lu import solve_transposed_in_place


def pull_back(stepper: RosenbrockStepper, path: Path, adjoints: Floats) -> tuple[Floats, Floats]:
    """The derivatives of some numbers by the state at a path's start and by its rate constants.

    ``adjoints`` (numbers, species) are their derivatives by the state at its end. Returns arrays (numbers, species) and
    (numbers, reactions).
    """
    terms, jacobian, pattern = stepper.terms, stepper.jacobian, stepper.pattern
    ordered = np.zeros((len(adjoints), adjoints.shape[1] + 1))
    ordered[:, :-1] = adjoints[:, pattern.order]
    gradient = np.zeros((len(adjoints), len(path.rates)))
    with interruptible():
        _pull_back(
            path.points, path.sizes, path.rates, ordered, gradient,
            terms.reactants, terms.starts, terms.reaction, terms.change,
            jacobian.reaction, jacobian.others, jacobian.starts, jacobian.partial, jacobian.change,
            pattern.starts, pattern.columns, pattern.diagonal, pattern.nested,
        )  # fmt: skip
    return ordered[:, pattern.place], gradient


@compiled
def _pull_back(
    points: Floats, sizes: Floats, rates: Floats, adjoints: Floats, gradient: Floats,
    reactants: Indices, net_starts: Indices, net_reaction: Indices, net_change: Floats,
    jac_reaction: Indices, jac_others: Indices, jac_entries: Indices, jac_partial: Indices, jac_change: Floats,
    starts: Indices, columns: Indices, diagonal: Indices, nested: Flags,
) -> None:  # fmt: skip
    """Take ``adjoints`` (numbers, species + 1) from the end of the steps to their start, and add up ``gradient``."""
    size = points.shape[1]
    flux, matrix, stage = np.empty(len(rates)), np.empty(len(columns)), np.empty((STAGES, size))
    slope, trial, work, gains = np.zeros(size), np.empty(size), np.empty(size), np.empty(len(rates))
    bars, reach, slopes, weights = np.empty((STAGES, size)), np.empty(size), np.empty(len(jac_reaction)), np.empty(STAGES)
    # From the last step to the first; stages are worked out again from the state before, which is cheaper than keeping them.
    for number in range(len(sizes) - 1, -1, -1):
        y, step = points[number], sizes[number : number + 1]
        derivative(y, rates, reactants, net_starts, net_reaction, net_change, flux, slope)
        fill_stages(
            y, rates, step, reactants, net_starts, net_reaction, net_change,
            jac_reaction, jac_others, jac_entries, jac_partial, jac_change, starts, columns, diagonal, nested,
            flux, slope, trial, work, slopes, weights, matrix, stage,
        )  # fmt: skip
        for which in range(len(adjoints)):
            adjoint = adjoints[which]
            for j in range(STAGES):
                # The new state is y + sum A_5j k_j + k_5: so much of its adjoint goes to each stage.
                bars[j] = (A[STAGES - 1, j] if j < STAGES - 1 else 1.0) * adjoint
            for i in range(STAGES - 1, -1, -1):
                # w_i = M^-T bar_i, by the same factors.
                solve_transposed_in_place(matrix, starts, columns, diagonal, bars[i])
                # N^T w_i: what a firing of each reaction counts, whichever species it changes.
                _gains(bars[i], net_starts, net_reaction, net_change, gains)
                # Y_i once more, where f was evaluated.
                combine(y, A[i], stage, i, trial)
                reach[:] = 0.0
                # Through f(Y_i), by the state and by the rate constants.
                _first_order(trial, rates, gains, reactants, reach, gradient[which])
                # Through M, whose Jacobian is that of y.
                _second_order(y, stage[i], rates, gains, reactants, adjoint, gradient[which])
                adjoint += reach
                # Through the stages before: Y_i contains them, and so does the right side by C / h.
                for j in range(i):
                    bars[j] += A[i, j] * reach + C[i, j] / step[0] * bars[i]
            adjoint[-1] = 0.0  # that of the 1 in place of missing reactants


@compiled
def _gains(weights: Floats, net_starts: Indices, net_reaction: Indices, net_change: Floats, gains: Floats) -> None:
    """What one firing of each reaction changes in the weighted sum of all species."""
    gains[:] = 0.0
    for species in range(len(net_starts) - 1):
        for entry in range(net_starts[species], net_starts[species + 1]):
            gains[net_reaction[entry]] += net_change[entry] * weights[species]


@compiled
def _first_order(y: Floats, rates: Floats, gains: Floats, reactants: Indices, by_state: Floats, by_rate: Floats) -> None:
    """Add the derivatives of the gains of all fluxes at ``y``."""
    width = reactants.shape[1]
    for reaction in range(len(rates)):
        product = gains[reaction]
        for which in range(width):
            product *= y[reactants[reaction, which]]
        by_rate[reaction] += product
        for which in range(width):
            partial = gains[reaction] * rates[reaction]
            for other in range(width):
                if other != which:
                    partial *= y[reactants[reaction, other]]
            by_state[reactants[reaction, which]] += partial


@compiled
def _second_order(
    y: Floats, direction: Floats, rates: Floats, gains: Floats, reactants: Indices, by_state: Floats, by_rate: Floats
) -> None:
    """Add the derivatives of the gains of how all fluxes at ``y`` change along a direction."""
    width = reactants.shape[1]
    for reaction in range(len(rates)):
        for moved in range(width):
            change = gains[reaction] * direction[reactants[reaction, moved]]
            product = change
            for other in range(width):
                if other != moved:
                    product *= y[reactants[reaction, other]]
            by_rate[reaction] += product
            for which in range(width):
                if which == moved:
                    continue
                partial = change * rates[reaction]
                for other in range(width):
                    if other not in (which, moved):
                        partial *= y[reactants[reaction, other]]
                by_state[reactants[reaction, which]] += partial
