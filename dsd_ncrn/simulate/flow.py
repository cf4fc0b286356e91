"""Sums of products as compiled differential equations, solved by the explicit method of Dormand and Prince.

Dormand & Prince, J. Comput. Appl. Math. 6:19 (1980): order 5 with an error estimate of order 4, the last slope of a step
being the first of the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import RK45

from dsd_ncrn.arrays import Flags, Floats, Indices
from dsd_ncrn.ncrn.dynamics import Term, Terms
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.simulate.compiled import compiled, interruptible

Rules = NDArray[np.uint8]

STAGES = 6
A, B, ERROR = np.ascontiguousarray(RK45.A), np.ascontiguousarray(RK45.B), np.ascontiguousarray(RK45.E)
NO_FUEL, OWN_POWER, EITHER_RAIL, ONE_RAIL = range(4)
"""When a term spends fuel: never; where it makes its own variable larger; always; where it is positive."""
SMALLEST = 1e-12
"""Of the span: a step below this means that something runs to infinity."""


@dataclass(frozen=True, eq=False)
class Flow:
    """dy/dt as a sum of terms over a vector of symbols whose last entry is 1.

    ``target`` (terms,) is what a term changes, ``factors`` (terms, width) what it multiplies, in size alone where
    ``sizes`` says so; ``fuel`` (terms,) is what it may spend, of which ``full`` was there, by the rule ``burns``.
    """

    target: Indices
    coefficient: Floats
    factors: Indices
    sizes: Flags
    fuel: Indices
    burns: Rules
    full: float


@dataclass(frozen=True, slots=True)
class Fuels:
    """A finite supply ``amount`` of fuel for each backward variable; ``single`` names those on one rail.

    It is spent by terms of degree two and more in the backward variables, as far as they make molecules: at k F / amount.
    """

    amount: float
    single: frozenset[Symbol] = frozenset()

    def rule(self, target: Symbol, term: Term) -> int:
        """When a term spends the fuel of its target, which must be a backward variable."""
        if target.kind != SymbolKind.BACKWARD or term.reads(SymbolKind.BACKWARD) < 2:
            return NO_FUEL
        if {factor.plain for factor in term.factors} == {target}:
            return OWN_POWER
        return ONE_RAIL if target in self.single else EITHER_RAIL


def flow_of(equations: Mapping[Symbol, Terms], symbols: Sequence[Symbol], fuels: Fuels | None = None) -> Flow:
    """The terms of some equations; the fuel of zb1 is the symbol fuel1."""
    index = {name: number for number, name in enumerate(symbols)}
    pairs = [(target, term) for target, terms in equations.items() for term in terms]
    width = max((len(term.factors) for _, term in pairs), default=0)
    one = len(symbols)
    read = [[(index[each.plain], each.absolute) for each in term.factors] for _, term in pairs]
    padded = [[*row, *[(one, False)] * (width - len(row))] for row in read]
    rules = [fuels.rule(target, term) if fuels else NO_FUEL for target, term in pairs]
    spent = [index[target.at_place(SymbolKind.FUEL)] if rule else one for (target, _), rule in zip(pairs, rules)]
    return Flow(
        np.array([index[target] for target, _ in pairs], dtype=np.uint32),
        np.array([term.coefficient for _, term in pairs], dtype=float),
        np.array([[place for place, _ in row] for row in padded], dtype=np.uint32).reshape(-1, width),
        np.array([[size for _, size in row] for row in padded], dtype=bool).reshape(-1, width),
        np.array(spent, dtype=np.uint32),
        np.array(rules, dtype=np.uint8),
        fuels.amount if fuels else 1.0,
    )


def advance(flow: Flow, values: Floats, span: float, tolerance: float) -> tuple[float, int]:
    """Move a vector (symbols + 1,), whose last entry is 1, by ``span`` of time, in place.

    Returns the time reached and the index of the largest value: short of ``span`` that one runs to infinity there.
    """
    with interruptible():
        return _advance(
            values, span, tolerance, tolerance * 1e-3,
            flow.target, flow.coefficient, flow.factors, flow.sizes, flow.fuel, flow.burns, flow.full,
        )  # fmt: skip


@compiled
def _slopes(
    y: Floats, target: Indices, coefficient: Floats, factors: Indices, sizes: Flags, fuel: Indices, burns: Rules, full: float,
    out: Floats,
) -> None:  # fmt: skip
    out[:] = 0.0
    for term in range(len(target)):
        rate = coefficient[term]
        for which in range(factors.shape[1]):
            factor = y[factors[term, which]]
            # |z| enters as a size: rail by rail, z |z| is what the reactions make of it.
            rate *= abs(factor) if sizes[term, which] else factor
        rule = burns[term]
        grows = rate * y[target[term]] > 0.0 if rule == OWN_POWER else rule == EITHER_RAIL or (rule == ONE_RAIL and rate > 0.0)
        # Growth spends fuel, and slows as it runs out: what stands for gates that are used up.
        if grows:
            rate *= y[fuel[term]] / full
            out[fuel[term]] -= abs(rate)
        out[target[term]] += rate


@compiled
def _advance(
    y: Floats, span: float, relative: float, absolute: float,
    target: Indices, coefficient: Floats, factors: Indices, sizes: Flags, fuel: Indices, burns: Rules, full: float,
) -> tuple[float, int]:  # fmt: skip
    size, t, h = len(y), 0.0, span / 10
    slopes, trial = np.zeros((STAGES + 1, size)), np.empty(size)
    _slopes(y, target, coefficient, factors, sizes, fuel, burns, full, slopes[0])
    while t < span:
        step = min(h, span - t)
        for stage in range(1, STAGES + 1):
            _weighted(y, step, A[stage] if stage < STAGES else B, slopes, stage, trial)
            _slopes(trial, target, coefficient, factors, sizes, fuel, burns, full, slopes[stage])
        error = _error(y, trial, slopes, step, relative, absolute)
        if error <= 1.0:
            t = span if step == span - t else t + step
            y[:] = trial
            # First same as last: the slope at the end is that of the next step's start.
            slopes[0] = slopes[STAGES]
        elif not step > SMALLEST * span:
            break
        h = step * (min(6.0, max(0.2, 0.9 / max(error, 1e-10) ** 0.2)) if np.isfinite(error) else 0.1)
    return t, int(np.argmax(np.abs(y)))


@compiled
def _weighted(y: Floats, step: float, weights: Floats, slopes: Floats, count: int, out: Floats) -> None:
    out[:] = y
    for stage in range(count):
        weight = step * weights[stage]
        for k in range(len(y)):
            out[k] += weight * slopes[stage, k]


@compiled
def _error(before: Floats, after: Floats, slopes: Floats, step: float, relative: float, absolute: float) -> float:
    """The largest component's error over its tolerance."""
    largest = 0.0
    for k in range(len(before)):
        difference = 0.0
        for stage in range(STAGES + 1):
            difference += ERROR[stage] * slopes[stage, k]
        scaled = abs(step * difference) / (absolute + relative * max(abs(before[k]), abs(after[k])))
        if not np.isfinite(scaled):
            return np.inf
        largest = max(largest, scaled)
    return largest
