"""Noise that goes on from one reading to the next, and how much of it there is.

Residuals of one trace are taken for a first-order autoregressive process: e_i = r e_(i-1) + white noise, of deviation s in the
long run. Both are found by restricted maximum likelihood (Patterson and Thompson, Biometrika 58:545, 1971) of the model
made linear around the best fit, which counts what the fitted parameters have taken up: the plain lag-1 correlation of residuals
is too low, and intervals by it too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from dsd_ncrn.arrays import Floats

MOST_CORRELATED = 0.995


@dataclass(frozen=True)
class Noise:
    """Deviation of single readings, in the reader's units, and their lag-1 autocorrelation."""

    deviation: float
    lag: float = 0.0

    def white(self, rows: Floats) -> Floats:
        """Rows (points, ...) of one trace made independent and of deviation 1."""
        # What is new in a reading, not foreseen by the one before, has deviation s sqrt(1 - r^2); the first is new as a whole.
        rest = (rows[1:] - self.lag * rows[:-1]) / np.sqrt(1.0 - self.lag**2)
        return np.concatenate([rows[:1], rest]) / self.deviation


@dataclass(frozen=True, eq=False)
class _Sums:
    """Products of the columns (residual and slopes) of all traces: with themselves, without the ends, and one later."""

    whole: Floats
    inner: Floats
    later: Floats
    points: int
    traces: int

    def precision(self, noise: Noise) -> Floats:
        """The products with the inverse of the covariance between them."""
        r = noise.lag
        return (self.whole + r**2 * self.inner - r * self.later) / (noise.deviation**2 * (1.0 - r**2))


def noise_of(residuals: Sequence[Floats], slopes: Sequence[Floats], prior: Floats, away: Floats, before: Noise) -> Noise:
    """The noise of traces with these ``residuals`` (points,), predicted less read, and ``slopes`` (points, parameters).

    ``prior`` (parameters,) holds 1 / variance of what is known of each parameter, 0 for nothing, and ``away`` (parameters,) how
    far the fit is from that.
    """
    # The inverse of the covariance of such a process has three diagonals, so that any product with it is a sum of three that
    # hold no noise: they are worked out once, and the search over s and r costs next to nothing.
    columns = [np.column_stack([residual, slope]) for residual, slope in zip(residuals, slopes)]
    sums = _Sums(
        np.sum([c.T @ c for c in columns], axis=0),
        np.sum([c[1:-1].T @ c[1:-1] for c in columns], axis=0),
        np.sum([c[1:].T @ c[:-1] + c[:-1].T @ c[1:] for c in columns], axis=0),
        sum(map(len, columns)),
        len(columns),
    )

    def cost(at: Floats) -> float:
        noise = _noise(at)
        products = sums.precision(noise)
        # Minus two logarithms of the restricted likelihood: determinant of the noise, determinant of what is known of the
        # parameters, and the squares that are left when these are fitted anew for this noise. The middle one is what plain
        # likelihood lacks: it pays for the noise that the parameters have taken up.
        inner = products[1:, 1:] + np.diag(prior + 1e-12)
        # Rate constants and blanks differ by many powers of ten: a unit diagonal keeps the factor sound.
        scale = np.sqrt(np.diag(inner))
        try:
            factor = cho_factor(inner / np.outer(scale, scale) + 1e-10 * np.eye(len(scale)))
        except np.linalg.LinAlgError:
            return np.inf
        cross = (products[1:, 0] + prior * away) / scale
        fitted = float(products[0, 0] + away @ (prior * away) - cross @ cho_solve(factor, cross))
        white = (sums.points - sums.traces) * np.log1p(-(noise.lag**2))
        determinant = 2.0 * float(np.log(np.diag(factor[0])).sum() + np.log(scale).sum())
        return float(2 * sums.points * np.log(noise.deviation) + white + determinant + fitted)

    # Sought are log s and artanh r, which have no bounds.
    start = np.array([np.log(before.deviation), np.arctanh(min(max(before.lag, -0.5), 0.98))])
    simplex = start + np.array([[0.0, 0.0], [0.3, 0.0], [0.0, 0.4]])
    found = minimize(cost, start, method="Nelder-Mead", options={"xatol": 2e-3, "fatol": 1e-3, "initial_simplex": simplex})
    return _noise(found.x)


def _noise(at: Floats) -> Noise:
    return Noise(float(np.exp(at[0])), float(np.clip(np.tanh(at[1]), -MOST_CORRELATED, MOST_CORRELATED)))


def first_guess(residuals: Sequence[Floats]) -> Noise:
    """From residuals of a model that does not fit yet: their median size, and their lag-1 correlation."""
    every = np.concatenate(list(residuals))
    # The median does not mind the wells that do not fit yet; 0.6745 is that of a normal deviate's size.
    size = max(float(np.median(np.abs(every))) / 0.6745, 1e-12 * float(np.abs(every).max(initial=1.0)), 1e-300)
    return Noise(size)


def correlated(shape: int | tuple[int, ...], lag: float, random: np.random.Generator) -> Floats:
    """First-order autoregressive noise of deviation 1 along the first axis of ``shape``."""
    noise = random.standard_normal(shape)
    for n in range(1, len(noise)):
        noise[n] = lag * noise[n - 1] + np.sqrt(1 - lag**2) * noise[n]
    return noise
