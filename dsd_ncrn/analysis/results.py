"""Results that run folders hold as rows of tables, apart from what works them out: reading them costs no simulator.

At the end what a training consumes, and what it comes to if that is not replaced at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from dsd_ncrn.analysis import ALLOWED_RATIO
from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.results import Training

HALF = 0.5


@dataclass(frozen=True, slots=True)
class LeakPoint:
    """One uniform leak rate (/M/s) and what a whole training comes to with it."""

    rate_per_M_s: float
    rmse: float
    rmse_ratio: float
    parameter_error_final: float
    parameter_error_first_iteration: float


@dataclass(frozen=True, slots=True)
class LeakShare:
    """How much of the parameter error of one iteration comes from the leaks of one formal reaction's gates.

    ``shift_per_M_s`` is the largest derivative of a parameter by the leak rate (/M/s) through them alone, each channel with its
    relative rate; ``share`` is that over the sum of all formal reactions.
    """

    origin: str
    share: float
    shift_per_M_s: float


@dataclass(frozen=True, slots=True)
class LeakChannel:
    """One leak step: its species by name, its rule, and the parameter that it moves most in one iteration.

    ``shift_per_M_s`` is the derivative of that parameter by the leak rate (/M/s) through this step alone, with its sign.
    """

    origin: str
    rule: str
    reactants: tuple[str, ...]
    products: tuple[str, ...]
    parameter: str
    shift_per_M_s: float


@dataclass(frozen=True, slots=True)
class FuelAddition:
    """What is added of a fuel (nM) before an iteration, which are counted from 1."""

    iteration: int
    fuel: str
    amount_nM: float


@dataclass(frozen=True, slots=True)
class Sample:
    """A training in one realisation, by its number. ``failure`` says why there is none, or that a simulation stopped: all
    else is then not a number."""

    number: int
    rmse: float
    rmse_before: float
    rmse_ratio: float
    parameter_error_final: float
    parameter_error_first_iteration: float
    failure: str = ""

    @property
    def learns(self) -> bool:
        """Whether the test error ends under 1.1 times the ideal network's."""
        return self.rmse_ratio < ALLOWED_RATIO

    @property
    def improves(self) -> bool:
        """Whether the test error ends under half of what it was at the start of the same tube."""
        return self.rmse < HALF * self.rmse_before


@dataclass(frozen=True, slots=True)
class Screening:
    """Morris 1991: the mean of a factor's elementary effects over its range, the mean of their sizes with the half-width of
    its 95 % confidence interval, and their standard deviation, which tells of interactions and curvature."""

    factor: str
    mean: float
    mean_size: float
    mean_size_confidence: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Indices:
    """Sobol 2001: the share of the output's variance that a factor alone explains, and that with all its interactions,
    each with the half-width of its 95 % confidence interval."""

    factor: str
    first: float
    first_confidence: float
    total: float
    total_confidence: float


@dataclass(frozen=True, slots=True)
class Redesigned:
    """What a candidate of a redesign came to: so many ``tubes`` have learned, and what they learn in the mean is ``share``.

    ``ordered_nt`` has all variants, ``price`` is what they cost by the design's list, not a number where it has none.
    ``positions`` are those of the knobs; a table that is read again does not know them. ``beyond`` tells which bounds it
    exceeds and what of it cannot be pipetted. One that can no longer be among the best is ``stopped`` before all its tubes are
    trained. Candidates of the search have a ``number`` from 1.
    """

    cost: float
    learned: int
    tubes: int
    share: float
    hours: float
    fuel_nM: float
    slurry_uL: float
    strands: int
    longest_nt: int
    ordered_nt: int
    price: float = nan
    failure: str = ""
    stopped: bool = False
    beyond: str = ""
    number: int = 0
    positions: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One tube at one draw of the data. Errors are those of the whole test set: RMSE, or 1 − accuracy in a classification.

    ``hours`` are those of an iteration; for its calibration so many ``aliquots`` were measured, in ``calibration_hours``: of a
    staged learner those of all aliquots, else of rounds whose aliquots run side by side. ``failure`` says why there is nothing
    to judge; such a tube has learned nothing.
    """

    data_seed: int
    tube: int
    before: float
    after: float
    learned_share: float
    hours: float
    aliquots: int
    calibration_hours: float
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What there was to learn of one draw of the data: test errors before training and after it of the ideal network, and of
    linear least squares with a constant, which see all points at once."""

    data_seed: int
    before: float
    ideal: float
    least_squares: float
    iterations: int

    def share(self, before: float, after: float) -> float:
        """The share that a learner removed of the error which the ideal network removes; 0 where that removes none."""
        return (before - after) / (before - self.ideal) if before > self.ideal else 0.0

    @property
    def ideal_share(self) -> float:
        """The share that the ideal network removes of the error which least squares remove."""
        to_learn = self.before - self.least_squares
        return (self.before - self.ideal) / to_learn if to_learn > 0 else float(self.ideal <= self.before)


DEPLETION = 0.1
"""Errors become visible when a gate has lost about this fraction."""


@dataclass(frozen=True, slots=True)
class FuelBudget:
    """Consumption of fuels and gates.

    ``used_fraction`` is the mean consumption per iteration over what is there when the iteration starts;
    ``iterations_to_10_percent`` counts iterations without top-up until the limiting fuel has lost a tenth, ``lasts`` until
    each one has (infinity for one that is not used). ``schedule`` adds a fuel just before it would have lost a tenth.
    """

    used_fraction: Mapping[str, float]
    used_nM: Mapping[str, float]
    iterations_to_10_percent: float
    limiting_fuel: str
    lasts: Mapping[str, float]
    schedule: tuple[FuelAddition, ...]


def fuel_budget(training: Training) -> FuelBudget:
    """The budget of a training with top-up, in which each iteration starts from full fuels."""
    used = {name: float(np.mean(amounts)) for name, amounts in training.fuel_used.items()}
    fraction = {name: amount / training.fuel_start[name] for name, amount in used.items()}
    lasts = {name: DEPLETION / share if share > 0 else np.inf for name, share in fraction.items()}
    limiting = max(fraction, key=lambda name: fraction[name])
    return FuelBudget(fraction, used, lasts[limiting], limiting, lasts, top_up_schedule(training))


def top_up_schedule(training: Training) -> tuple[FuelAddition, ...]:
    """What to add before which iteration so that no fuel starts one with less than nine tenths and ends it with less still.

    A fuel is added, in the amount that is gone, before the first iteration that would bring its loss above a tenth; one
    that loses more than that in a single iteration is added before each. Consumption is that measured with full fuels.
    """
    added = [
        each for name in training.fuel_used for each in _additions(name, training.fuel_used[name], training.fuel_start[name])
    ]
    return tuple(sorted(added, key=lambda each: (each.iteration, each.fuel)))


def _additions(fuel: str, used: Floats, start: float) -> Iterator[FuelAddition]:
    gone = 0.0
    for number, amount in enumerate(used, start=1):
        if gone > 0 and gone + amount > DEPLETION * start:
            yield FuelAddition(number, fuel, float(gone))
            gone = 0.0
        gone += amount
