"""All traces of an assay fitted at once: least squares of whitened residuals, with what is known of doses as more rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import least_squares

from dsd_ncrn.arrays import Flags, Floats
from dsd_ncrn.assays.noise import Noise, first_guess, noise_of
from dsd_ncrn.assays.predict import Prediction, Predictor
from dsd_ncrn.assays.wells import Assay, Parameter, read_values
from dsd_ncrn.errors import InputError

ROUNDS, SETTLED = 4, 0.03
"""Fits with the noise found in the one before, until it changes by less than this."""
MOST_EVALUATIONS = 60
ON_BOUND = 1e-3
"""Of the width between its bounds: nearer than that a parameter is on one."""
STARTS = (1.0, 0.2, 5.0)
"""What the predicted rate constants are multiplied by, in turn, at the start."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The best parameters (parameters,), on the scale on which they were sought, with the noise of readings.

    ``cost`` is the sum of squares of whitened residuals and of what is known beforehand; ``slopes`` (rows, parameters) are the
    derivatives of these. ``predictions`` has what each well should show.
    """

    assay: Assay
    x: Floats
    noise: Noise
    cost: float
    slopes: Floats
    predictions: Mapping[str, Prediction]
    evaluations: int

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What was sought."""
        return self.assay.parameters

    @cached_property
    def on_bound(self) -> Flags:
        """Which parameters lie on a bound, (parameters,)."""
        low, high = bounds_of(self.parameters)
        near = ON_BOUND * (high - low)
        return (self.x - low < near) | (high - self.x < near)

    @cached_property
    def covariance(self) -> Floats:
        """That of all parameters, (parameters, parameters); those on a bound are taken for known."""
        return self._covariance(~self.on_bound)

    @cached_property
    def unbounded_covariance(self) -> Floats:
        """The same as if no parameter were on a bound."""
        return self._covariance(np.ones(len(self.x), dtype=bool))

    def _covariance(self, wanted: Flags) -> Floats:
        # Rows have variance 1, so that this is the Fisher information, priors among it.
        information = self.slopes.T @ self.slopes
        free = wanted & (np.diag(information) > 0)
        # Parameters of very different size: scaled to a unit diagonal before the inverse.
        scale = np.sqrt(np.diag(information)[free])
        inner = np.linalg.pinv(information[np.ix_(free, free)] / np.outer(scale, scale), rcond=1e-12, hermitian=True)
        found = np.zeros_like(information)
        found[np.ix_(free, free)] = inner / np.outer(scale, scale)
        return found

    def residuals(self, well: str) -> Floats:
        """Read less predicted, (points,), in the reader's units."""
        trace = next(each.trace for each in self.assay.wells if each.name == well)
        assert trace is not None
        return read_values(trace)[1] - self.predictions[well].values

    @cached_property
    def rms(self) -> float:
        """The root mean square of all residuals, in the reader's units."""
        return float(np.sqrt(np.mean(np.concatenate([self.residuals(well) for well in self.predictions]) ** 2)))

    @cached_property
    def scale(self) -> float:
        """From the lowest to the highest reading of all."""
        read = np.concatenate([read_values(well.trace)[1] for well in self.assay.wells if well.trace is not None])
        return float(np.ptp(read))

    @property
    def rms_of_scale(self) -> float:
        """The former over the latter."""
        return self.rms / self.scale


def bounds_of(parameters: tuple[Parameter, ...]) -> tuple[Floats, Floats]:
    """The lowest and highest value (parameters,) of each, on the scale on which it is sought."""
    low = np.array([each.inside(each.low) for each in parameters])
    high = np.array([each.inside(each.high) for each in parameters])
    return low, high


class Problem:
    """The rows whose squares are summed, for one noise; what was worked out last is kept."""

    def __init__(self, assay: Assay, noise: Noise, predictor: Predictor | None = None) -> None:
        self.assay, self.noise = assay, noise
        self.predictor = predictor or Predictor(assay)
        self.read = {well.name: read_values(well.trace)[1] for well in assay.wells if well.trace is not None}
        known = [n for n, each in enumerate(assay.parameters) if each.spread > 0]
        self.known = np.array(known, dtype=np.int64)
        self.means = np.array([assay.parameters[n].inside(assay.parameters[n].start) for n in known])
        self.spreads = np.array([assay.parameters[n].spread for n in known])
        self._last: tuple[Floats, Mapping[str, Prediction]] | None = None

    def predictions(self, x: Floats) -> Mapping[str, Prediction]:
        """What the wells should show at ``x`` (parameters,)."""
        if self._last is None or not np.array_equal(self._last[0], x):
            self._last = x.copy(), self.predictor.predictions(x)
        return self._last[1]

    def rows(self, x: Floats) -> Floats:
        """Predicted less read, whitened; then what differs from what is known, in deviations."""
        return self.rows_of(self.predictions(x), x)

    def rows_of(self, found: Mapping[str, Prediction], x: Floats) -> Floats:
        """The rows at ``x`` (parameters,), where ``found`` is predicted."""
        # Rows of equal, independent variance: readings whitened by their noise, then what is known beforehand as readings of
        # its own.
        read = [self.noise.white(found[well].values - values) for well, values in self.read.items()]
        return np.concatenate([*read, (x[self.known] - self.means) / self.spreads])

    def slopes(self, x: Floats) -> Floats:
        """Their derivatives, (rows, parameters)."""
        found = self.predictions(x)
        prior = np.zeros((len(self.known), len(x)))
        prior[np.arange(len(self.known)), self.known] = 1.0 / self.spreads
        return np.vstack([*(self.noise.white(found[well].slopes) for well in self.read), prior])

    def solve(self, x: Floats, free: Flags | None = None, tolerance: float = 1e-6) -> tuple[Floats, float, int]:
        """The best parameters from ``x`` on, of which only those ``free`` are changed; the sum of squares; evaluations."""
        low, high = bounds_of(self.assay.parameters)
        chosen = np.ones(len(x), dtype=bool) if free is None else free

        def whole(part: Floats) -> Floats:
            full = x.copy()
            full[chosen] = part
            return full

        # The search wants a start strictly inside its bounds.
        margin = 1e-9 * (high - low)
        start = np.clip(x, low + margin, high - margin)[chosen]
        found = least_squares(
            lambda part: self.rows(whole(part)),
            start,
            lambda part: self.slopes(whole(part))[:, chosen],
            (low[chosen], high[chosen]),
            x_scale="jac",
            ftol=tolerance,
            xtol=tolerance,
            gtol=1e-10,
            max_nfev=MOST_EVALUATIONS,
        )
        return whole(found.x), 2.0 * float(found.cost), int(found.nfev)


def fit(assay: Assay, start: Floats | None = None) -> Fit:
    """The best fit to all traces of an assay, begun at ``start`` (parameters,) or at several multiples of the predicted rates.

    Raises InputError where no sample was read, CheckFailed where an integration stops.
    """
    if not any(well.trace is not None for well in assay.samples):
        raise InputError("no sample was read", None, "Name the wells of the export in the layout.")
    predictor = Predictor(assay)
    first = np.array([each.inside(each.start) for each in assay.parameters])
    # Before any fit all variation counts as noise, so that no trace outweighs another.
    noise = first_guess([values - np.mean(values) for values in Problem(assay, Noise(1.0), predictor).read.values()])
    problem, count = Problem(assay, Noise(0.02 * max(noise.deviation, 1e-300) * 3), predictor), 0
    if start is None:
        # Rate constants may be ten times off, where a local search ends in another valley: three starts, roughly.
        tried = [problem.solve(_scaled(assay, first, factor), tolerance=1e-2) for factor in STARTS]
        count += sum(evaluations for *_, evaluations in tried)
        x = min(tried, key=lambda each: each[1])[0]
    else:
        x = start
    # Uncorrelated at first: a fit that is still off would pass for noise of a long memory.
    noise = first_guess([problem.predictions(x)[well].values - values for well, values in problem.read.items()])
    # Fit and noise depend on each other: refined by turns until the noise stays.
    for _ in range(ROUNDS):
        problem = Problem(assay, noise, predictor)
        x, _, evaluations = problem.solve(x, tolerance=1e-5)
        count += evaluations
        found = noise_at(problem, x)
        change = max(abs(np.log(found.deviation / noise.deviation)), abs(found.lag - noise.lag))
        noise = found
        if change < SETTLED:
            break
    return fit_at(Problem(assay, noise, predictor), x, count)


def fit_at(problem: Problem, x: Floats, evaluations: int = 0) -> Fit:
    """The fit that parameters (parameters,) are, best or not."""
    cost = float(np.sum(problem.rows(x) ** 2))
    return Fit(problem.assay, x, problem.noise, cost, problem.slopes(x), problem.predictions(x), evaluations)


def noise_at(problem: Problem, x: Floats) -> Noise:
    """The noise of the readings if ``x`` (parameters,) is the best fit."""
    found = problem.predictions(x)
    # A parameter on its bound cannot bend to the noise, and takes up no degree of freedom.
    low, high = bounds_of(problem.assay.parameters)
    near = ON_BOUND * (high - low)
    free = (x - low >= near) & (high - x >= near)
    # Restricted likelihood: degrees of freedom that the parameters take are no noise.
    prior, away = np.zeros((2, len(x)))
    prior[problem.known], away[problem.known] = problem.spreads**-2, x[problem.known] - problem.means
    residuals = [found[well].values - values for well, values in problem.read.items()]
    slopes = [found[well].slopes[:, free] for well in problem.read]
    return noise_of(residuals, slopes, prior[free], away[free], problem.noise)


def _scaled(assay: Assay, x: Floats, factor: float) -> Floats:
    found = x.copy()
    for n, each in enumerate(assay.parameters):
        if each.quantity == "rate constant" and "leak" not in each.of:
            found[n] += np.log(factor)
    return found
