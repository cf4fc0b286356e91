"""Fast transients, followed explicitly: DOP853, an explicit Runge-Kutta method of order 8(5,3), until it meets stiffness.

Hairer, Norsett & Wanner, "Solving Ordinary Differential Equations I" (2nd ed., 1993), section II.10, with their code's
error estimate and stiffness test. A clock phase starts with fast reactions that run their course: while they do, accuracy
limits the step, and no linear system need be solved. Afterwards stability would, and an implicit method goes on.
"""

from __future__ import annotations

import numpy as np
from scipy.integrate import DOP853

from dsd_ncrn.simulate.compiled import compiled
from dsd_ncrn.simulate.engines.fluxes import Floats, Indices, combine, derivative, first_step, speeds

STAGES = 12
WEIGHTS = np.vstack([DOP853.A[:STAGES, :STAGES], DOP853.B])
"""A row for each stage, and one for the step."""
ERROR_5, ERROR_3 = np.ascontiguousarray(DOP853.E5[:STAGES]), np.ascontiguousarray(DOP853.E3[:STAGES])
STABLE = 6.1
"""The interval of stability on the negative real axis, as in the authors' code."""
ENOUGH = 2
"""Steps at the limit of stability after which the problem counts as stiff."""
SMALLEST = 1e-12
"""Of the span: a step below this is left to the implicit method."""
FIRST = 0.3
"""The share of its tolerance's square root by which something may change in the first step."""
MOST_STEPS = 100_000
MOST_OFF = 0.1
"""No step of which the estimate of order 3 is off by so much of a value is accepted, whatever that of order 5 says."""


@compiled
def follow(
    y: Floats, t: float, end: float, h: float, rates: Floats, relative: float, absolute: float,
    reactants: Indices, net_starts: Indices, net_reaction: Indices, net_change: Floats,
) -> tuple[float, float, int, bool]:  # fmt: skip
    """Advance ``y`` (species + 1,) in place from ``t`` to ``end`` or until the problem is stiff.

    Returns the time reached, the next step size, the number of steps, and whether stiffness was met.
    """
    size = len(y)
    stage, trial, slope = np.zeros((STAGES, size)), np.empty(size), np.zeros(size)
    flux, middle, five, three = np.empty(len(rates)), np.empty(size), np.empty(size), np.empty(size)
    derivative(y, rates, reactants, net_starts, net_reaction, net_change, flux, slope)
    if h == 0.0:
        fastest = np.empty(1)
        speeds(y, slope, relative, absolute, fastest)
        h = first_step(fastest[0], FIRST, end - t)
    weights = np.empty((STAGES + 1, STAGES))
    span, limited, steps = end - t, 0, 0
    while t < end:
        last = t + h >= end * (1 - 1e-14)
        step = end - t if last else h
        stage[0] = slope
        # h times the weights at once, for both the stages and the step.
        for i in range(STAGES + 1):
            for j in range(STAGES):
                weights[i, j] = step * WEIGHTS[i, j]
        for i in range(1, STAGES):
            combine(y, weights[i], stage, i, trial)
            derivative(trial, rates, reactants, net_starts, net_reaction, net_change, flux, stage[i])
        # The last stage's place, at the same time as the step's end: two slopes there estimate the stiffest eigenvalue.
        middle[:] = trial
        combine(y, weights[STAGES], stage, STAGES, trial)
        error = _error(y, trial, stage, step, relative, absolute, five, three)
        steps += 1
        # Order 8: the error of a step goes as h^8 in the combined estimate.
        growth = min(6.0, max(0.2, 0.9 / max(error, 1e-16) ** 0.125)) if np.isfinite(error) else 0.1
        if error <= 1.0:
            derivative(trial, rates, reactants, net_starts, net_reaction, net_change, flux, slope)
            if _stiffness(step, slope, stage[STAGES - 1], trial, middle) > STABLE:
                limited += 1
            y[:] = trial
            t = end if last else t + step
            h = max(h, step * growth) if last else step * growth
        else:
            h = step * growth
        # Beyond the limit of stability the step would stay that small, however smooth the solution is.
        if limited >= ENOUGH or h < SMALLEST * span or steps > MOST_STEPS:
            return t, h, steps, True
    return t, h, steps, False


@compiled
def _error(
    before: Floats, after: Floats, stage: Floats, step: float, relative: float, absolute: float, five: Floats, three: Floats
) -> float:
    """The estimate of order 5, weighed down where that of order 3 is larger by far; the last arrays are for work.

    What has died away grows unseen in steps beyond its stability: a rail of 1e-140 beside a partner of 28 does, up to 1e15
    times a step, until it throws both far off in one. Where the estimate of order 5 then changes its sign it is small by
    chance; that of order 3 is as large as the values, and the step is refused.
    """
    fifth, third, far, size = 0.0, 0.0, 0.0, len(before) - 1
    five[:] = 0.0
    three[:] = 0.0
    combine(five, ERROR_5, stage, STAGES, five)
    combine(three, ERROR_3, stage, STAGES, three)
    for k in range(size):
        scale = absolute + relative * max(abs(before[k]), abs(after[k]))
        fifth += (five[k] / scale) ** 2
        third += (three[k] / scale) ** 2
        far = max(far, step * abs(three[k]) * relative / scale)
    if fifth == 0.0 and third == 0.0:
        return 0.0
    # Hairer's combination: of order 8 where the two estimates behave, and the safer one where they do not.
    error = step * fifth / np.sqrt((fifth + 0.01 * third) * size)
    return np.inf if error <= 1.0 and far > MOST_OFF else error


@compiled
def _stiffness(step: float, slope: Floats, other_slope: Floats, place: Floats, other_place: Floats) -> float:
    """|h lambda| of the dominant eigenvalue, from two slopes at the same time."""
    slopes, places = 0.0, 0.0
    for k in range(len(slope)):
        slopes += (slope[k] - other_slope[k]) ** 2
        places += (place[k] - other_place[k]) ** 2
    return step * np.sqrt(slopes / places) if places > 0.0 else 0.0
