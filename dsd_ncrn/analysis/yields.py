"""Monte-Carlo yield: which fraction of real tubes still learns."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from dsd_ncrn.analysis.fidelity import parameter_errors
from dsd_ncrn.analysis.jobs import run_jobs
from dsd_ncrn.analysis.real_tubes import RealTubes, stream
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.types import ALLOWED_RATIO
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.units import per_nM_s_to_per_M_s

HALF = 0.5
NORMAL_95 = 1.959963984540054
"""The quantile of the normal distribution that 2.5 % lie above."""


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
class Proportion:
    """How many of how many, with the 95 % confidence interval of the probability (Wilson 1927)."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The fraction."""
        return self.count / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson, J. Am. Stat. Assoc. 22:209 (1927)."""
        squared = NORMAL_95**2
        centre = (self.count + squared / 2) / (self.of + squared)
        within = self.count * (self.of - self.count) / self.of + squared / 4
        half = NORMAL_95 * float(np.sqrt(within)) / (self.of + squared)
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Yield:
    """The realisations by number, and the leak rate at which they were trained."""

    samples: tuple[Sample, ...]
    leak_rate_per_M_s: float

    @property
    def learning(self) -> Proportion:
        """Those that learn what the ideal network learns."""
        return Proportion(sum(sample.learns for sample in self.samples), len(self.samples))

    @property
    def improving(self) -> Proportion:
        """Those that at least halve their error."""
        return Proportion(sum(sample.improves for sample in self.samples), len(self.samples))


@dataclass(frozen=True)
class Drawn:
    """Realisations of a study's imperfections, each by its number; their tubes share one network in every process."""

    study: Study
    seed: int

    @cached_property
    def tubes(self) -> RealTubes:
        """What mixes them."""
        spec = self.study.spec
        return RealTubes(self.study, leaking=spec.leak.rate > 0 or spec.imperfections.initial_leak > 0)


def monte_carlo_yield(drawn: Drawn, count: int, pool: Executor | None = None, progress: Progress = no_progress) -> Yield:
    """Train ``count`` realisations at the design's leak rate, for as many iterations as strands are trained for.

    A realisation depends on the seed and on its number alone, so that ``pool`` has no part in the results. Raises InputError
    for a design without imperfections or without samples.
    """
    require_imperfections(drawn.study.spec)
    if count < 1:
        raise InputError("a yield is that of at least one realisation", count)
    samples = run_jobs(train_sample, drawn, range(count), pool, lambda done: progress(done, count))
    return Yield(tuple(samples), per_nM_s_to_per_M_s(drawn.study.spec.leak.rate))


def require_imperfections(spec: DesignSpec) -> None:
    """Raises InputError for a design without imperfections."""
    if not spec.imperfections.any:
        raise InputError("the design has no imperfections, so that all its tubes are the same", None, "Add [imperfections].")


def shortened(study: Study, iterations: int) -> Study:
    """The study with strands trained for some iterations alone, and compared with the ideal network there."""
    plan = study.spec.training.model_copy(update={"strand_iterations": iterations})
    return replace(study, spec=study.spec.model_copy(update={"training": plan}))


def train_sample(drawn: Drawn, number: int) -> Sample:
    """Train one realisation. A tube that cannot be mixed, calibrated or simulated to the end is one that does not learn."""
    study = drawn.study
    try:
        tube = drawn.tubes.mix(study.spec.imperfections, stream(drawn.seed, number), study.spec.leak.rate)
        return _sample(study, number, study.train(tube, "imperfect"))
    except CheckFailed as error:
        return Sample(number, *[np.nan] * 5, failure=str(error))


def _sample(study: Study, number: int, training: Training) -> Sample:
    errors = parameter_errors(training, study.compared)
    ratio = training.rmse_after / study.compared.rmse_after
    return Sample(number, training.rmse_after, training.rmse_before, ratio, float(errors[-1]), float(errors[1]))
