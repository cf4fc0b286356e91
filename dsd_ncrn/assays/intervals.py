"""How well each parameter is known: intervals, one-sided bounds, and what cannot be told.

Where the sum of squares is about a parabola the covariance gives the interval. Elsewhere, for what is known badly or lies
on a bound, it is the profile likelihood: the parameter is held, all others are fitted again, and the interval ends where the
sum of squares has risen by the quantile of chi squared (Raue et al., Bioinformatics 25:1923, 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.fit import Fit, Problem, bounds_of
from dsd_ncrn.assays.measured import Kind, Quantity
from dsd_ncrn.assays.wells import Parameter

NORMAL_95 = 1.959963984540054
TWO_SIDED, ONE_SIDED = 3.841458820694124, 2.705543454095404
"""The quantiles of chi squared with one degree of freedom that 5 and 10 % lie above."""
BADLY_KNOWN, LOG_BADLY_KNOWN = 0.15, 0.25
"""Deviation over the value, and of a logarithm, from which on a profile is worked out."""
PROBES, CLOSE_ENOUGH = 9, 0.15
APART = 0.98
"""Correlation from which on two parameters cannot be told apart."""
MOST_UNKNOWN = float(np.log(100.0))
"""The width of a logarithm's interval from which on a parameter is as good as unknown."""
SHARES = (Quantity.LOSS, Quantity.INITIAL, Quantity.DARK)
"""What is about 0, so that its own size says nothing."""


@dataclass(frozen=True)
class Estimate:
    """A parameter's best value with its 95 % interval, or the one bound that the tubes give; in the parameter's own unit.

    ``deviation`` is that on the scale on which it was sought. ``profiled`` says that the interval is by its profile.
    """

    parameter: Parameter
    value: float
    low: float
    high: float
    kind: Kind
    deviation: float
    profiled: bool

    def __str__(self) -> str:
        unit = f" {self.parameter.unit}" if self.parameter.unit else ""
        match self.kind:
            case Kind.UPPER:
                return f"at most {self.high:.3g}{unit}"
            case Kind.LOWER:
                return f"at least {self.low:.3g}{unit}"
            case Kind.UNKNOWN:
                return "not determined by these tubes"
            case _:
                return f"{self.value:.3g} ({self.low:.3g} to {self.high:.3g}){unit}"


def estimates(fit: Fit, profiles: bool = True) -> tuple[Estimate, ...]:
    """Every parameter that is not of a single well. Raises CheckFailed where an integration stops."""
    problem = Problem(fit.assay, fit.noise)
    wanted = [n for n, each in enumerate(fit.parameters) if not each.nuisance]
    return tuple(_estimate(fit, problem, n, profiles) for n in wanted)


def _estimate(fit: Fit, problem: Problem, number: int, profiles: bool) -> Estimate:
    parameter, x = fit.parameters[number], float(fit.x[number])
    deviation = float(np.sqrt(fit.covariance[number, number]))
    low, high = (float(each[number]) for each in bounds_of(fit.parameters))
    relative = deviation if parameter.log else deviation / max(abs(x), 1e-9)
    # Well inside its bounds and well known, a parabola is close; profiles cost a fit for each point.
    badly = relative > (LOG_BADLY_KNOWN if parameter.log else BADLY_KNOWN)
    near = x - NORMAL_95 * deviation < low or x + NORMAL_95 * deviation > high
    of_gates = parameter.quantity in (Quantity.RATE, Quantity.ACTIVE, Quantity.LOSS, Quantity.INITIAL)
    if fit.on_bound[number] and not (profiles and of_gates):
        return _bounded(fit, number, low, high)
    if not (profiles and of_gates and (fit.on_bound[number] or badly or near or deviation == 0.0)):
        ends = [parameter.outside(max(x - NORMAL_95 * deviation, low)), parameter.outside(min(x + NORMAL_95 * deviation, high))]
        kind = Kind.INTERVAL if deviation > 0 else Kind.UNKNOWN
        return Estimate(parameter, parameter.outside(x), ends[0], ends[1], kind, deviation, False)
    # The search for both ends begins where a parabola would have them.
    guess = deviation or 0.05 * (high - low)
    below, above = (_end(fit, problem, number, sign, guess, TWO_SIDED) for sign in (-1.0, 1.0))
    # No end on one side within the bounds makes it a bound, which is one-sided and so a little closer.
    kind = _kind(parameter, below, above)
    if kind is Kind.UPPER:
        above = _end(fit, problem, number, 1.0, guess, ONE_SIDED)
    elif kind is Kind.LOWER:
        below = _end(fit, problem, number, -1.0, guess, ONE_SIDED)
    ends = (low if below is None else below, high if above is None else above)
    spread = (ends[1] - ends[0]) / (2 * NORMAL_95)
    least, most = parameter.outside(ends[0]), parameter.outside(ends[1])
    return Estimate(parameter, parameter.outside(x), least, most, kind, spread, True)


def _bounded(fit: Fit, number: int, low: float, high: float) -> Estimate:
    """The one bound of a parameter that lies on the other, by the covariance that it would have if it were free."""
    parameter, x = fit.parameters[number], float(fit.x[number])
    # The covariance takes what is on a bound for known: set free it says how far the trace would let it go.
    deviation = float(np.sqrt(fit.unbounded_covariance[number, number]))
    upper, reach = x - low < high - x, float(np.sqrt(ONE_SIDED)) * deviation
    ends = parameter.outside(max(x - reach, low)), parameter.outside(min(x + reach, high))
    known = 0.0 < reach < high - low
    kind = (Kind.UPPER if upper else Kind.LOWER) if known else Kind.UNKNOWN
    return Estimate(parameter, parameter.outside(x), ends[0], ends[1], kind, deviation, False)


def _kind(parameter: Parameter, below: float | None, above: float | None) -> Kind:
    if below is None and above is None:
        return Kind.UNKNOWN
    if below is None:
        return Kind.UPPER
    if above is None:
        return Kind.LOWER
    return Kind.UNKNOWN if parameter.log and above - below > MOST_UNKNOWN else Kind.INTERVAL


def _end(fit: Fit, problem: Problem, number: int, sign: float, guess: float, rise: float) -> float | None:
    """Where the profile has risen by ``rise`` on one side; None where it does not up to the bound.

    The square root of the rise is about straight: the next place to look at follows from the last two.
    """
    bound = float(bounds_of(fit.parameters)[1 if sign > 0 else 0][number])
    best, most, needed = float(fit.x[number]), abs(bound - float(fit.x[number])), float(np.sqrt(rise))
    # Bracketed: below the rise inside, above it outside.
    if most <= 0 or np.sqrt(max(profile(fit, problem, number, bound)[0], 0.0)) < needed:
        return None
    inside, outside, away, along = (0.0, 0.0), (most, np.inf), min(guess * needed, most / 2), None
    for _ in range(PROBES):
        risen, along = profile(fit, problem, number, best + sign * away, along)
        risen = float(np.sqrt(max(risen, 0.0)))
        if abs(risen - needed) < CLOSE_ENOUGH * needed / 2:
            break
        if risen < needed:
            inside = (away, risen)
        else:
            outside = (away, risen)
        # Between two places: by the straight line, kept off both ends. With none outside yet: further out, at most by four.
        if np.isfinite(outside[1]):
            share = (needed - inside[1]) / (outside[1] - inside[1])
            away = inside[0] + float(np.clip(share, 0.1, 0.9)) * (outside[0] - inside[0])
        else:
            away = min(away * float(np.clip(needed / max(risen, 1e-3), 1.2, 4.0)), 0.5 * (away + most))
    return best + sign * away


def profile(fit: Fit, problem: Problem, number: int, value: float, along: Floats | None = None) -> tuple[float, Floats]:
    """By how much the sum of squares rises where a parameter is held at ``value``, on its scale, and all others are fitted.

    They are returned as well, (parameters,). ``along`` are those of another value on the same side: the others are sought on
    from the line through these and the best ones, or else in the direction of the covariance.
    """
    x, variance = fit.x.copy(), fit.covariance[number, number]
    if along is not None:
        # The other parameters follow along a valley: a line through two of its points is a good start for the next.
        x = x + (along - x) * (value - x[number]) / (along[number] - x[number])
    elif variance > 0 and abs(value - x[number]) < 4 * np.sqrt(variance):
        x = x + fit.covariance[:, number] / variance * (value - x[number])
    held = np.clip(x, *bounds_of(fit.parameters))
    held[number] = value
    found, cost, _ = problem.solve(held, np.arange(len(x)) != number, tolerance=1e-3)
    return cost - fit.cost, found


def alike(fit: Fit) -> tuple[tuple[str, str, float], ...]:
    """Pairs of parameters that these tubes cannot tell apart, with their correlation."""
    # Doses of single wells are known by the prior and are left out.
    deviations = np.sqrt(np.diag(fit.covariance))
    found: list[tuple[str, str, float]] = []
    wanted = [n for n, each in enumerate(fit.parameters) if not each.nuisance and deviations[n] > 0]
    for place, one in enumerate(wanted):
        for other in wanted[place + 1 :]:
            correlation = float(fit.covariance[one, other] / (deviations[one] * deviations[other]))
            if abs(correlation) > APART:
                found.append((fit.parameters[one].name, fit.parameters[other].name, correlation))
    return tuple(found)
