"""Real tubes: which fraction of those with a design's imperfections still learns, and how much dilution one tolerates."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, SeedSequence

from dsd_ncrn.analysis import ALLOWED_RATIO
from dsd_ncrn.analysis.fidelity import parameter_errors
from dsd_ncrn.analysis.jobs import run_jobs, tube_work
from dsd_ncrn.analysis.results import Sample
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.imperfections import LEAST_OF_UL, Imperfections
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.simulate.engines.crew import worked_out
from dsd_ncrn.simulate.imperfections import realise
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.simulate.tube import Tube
from dsd_ncrn.units import per_nM_s_to_per_M_s

NORMAL_95 = 1.959963984540054
"""The quantile of the normal distribution that 2.5 % lie above."""
DILUTED = "dsd_diluted"
LEAST_GROWTH = 1e-4
"""Growth of the volume in an iteration below which no pipette matters; it is not looked further."""
HALVINGS = 5


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
        # The score interval, solved for the probability: it stays within 0 and 1, and is no point where none or all learn.
        within = self.count * (self.of - self.count) / self.of + squared / 4
        half = NORMAL_95 * float(np.sqrt(within)) / (self.of + squared)
        return max(0.0, centre - half), min(1.0, centre + half)


def difference(more: Proportion, less: Proportion) -> tuple[float, float, float]:
    """By how much a probability is larger than another, with the 95 % interval: method 10 of Newcombe, Stat. Med. 17:873
    (1998), which is a little wide where both are of the same tubes."""
    (low, high), (lowest, highest), by = more.interval, less.interval, more.value - less.value
    down = float(np.hypot(more.value - low, highest - less.value))
    return by, by - down, by + float(np.hypot(high - more.value, less.value - lowest))


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

    @worked_out
    def tubes(self) -> RealTubes:
        """What mixes them."""
        return RealTubes(self.study.lean() if self.leaking else self.study, self.leaking)

    @property
    def leaking(self) -> bool:
        """Whether they are simulated with all leak channels."""
        return self.study.spec.leak.rate > 0 or self.study.spec.imperfections.initial_leak > 0


def monte_carlo_yield(drawn: Drawn, count: int, pool: Executor | None = None, progress: Progress = no_progress) -> Yield:
    """Train ``count`` realisations at the design's leak rate, for as many iterations as strands are trained for.

    A realisation depends on the seed and on its number alone, so that ``pool`` has no part in the results. Raises InputError
    for a design without imperfections or without samples.
    """
    require_imperfections(drawn.study.spec)
    if count < 1:
        raise InputError("a yield needs at least one tube", count)
    samples = run_jobs(train_sample, drawn, range(count), pool, lambda done: progress(done, count))
    return Yield(tuple(samples), per_nM_s_to_per_M_s(drawn.study.spec.leak.rate))


def require_imperfections(spec: DesignSpec) -> None:
    """Raises InputError for a design without imperfections."""
    if not spec.imperfections.any:
        raise InputError("the design has no imperfections, so that all its tubes are the same", None, "Add [imperfections].")


@tube_work
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


def stream(seed: int, *number: int) -> Generator:
    """The random numbers of one realisation: the same whatever others are drawn, and wherever."""
    return np.random.default_rng(SeedSequence(seed, spawn_key=number))


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fresh tube, and what its calibration took: ``aliquots``, and ``hours`` where those of one round run side by side."""

    tube: Tube
    aliquots: int = 0
    hours: float = 0.0


class RealTubes:
    """Mixes tubes of a study with leaks and imperfections; made once per process, because the network is the costly part.

    ``leaking`` tubes are simulated with all leak channels, which takes several times as long.
    """

    def __init__(self, study: Study, leaking: bool = True) -> None:
        self.study, self.level = study, "dsd_leaky" if leaking else "dsd"
        self.network = study.leaky if leaking else study.network
        self.pot = Mixture(study.system, self.network)
        self._tube = study.tube(self.level, 0.0)

    def draw(self, given: Imperfections, random: Generator) -> Realisation:
        """One realisation of some imperfections. Raises what they raise."""
        # What is pipetted at the least is a volume; simulated additions are shares of the reaction's.
        least = given.least * LEAST_OF_UL / self.study.spec.order.volume_uL
        drawn = realise(given.model_copy(update={"least": least}), self.pot, random)
        return self.study.with_measured(replace(drawn, crossing=self.study.crossing), self.pot, random)

    def mix(self, given: Imperfections, random: Generator, leak_rate: float) -> Tube:
        """A fresh tube, calibrated if that is asked for; ``leak_rate`` in /nM/s. It is valid until the next is mixed.

        Raises CheckFailed where it cannot be calibrated.
        """
        return self.mixed(self.draw(given, random), leak_rate, given.calibrated)

    def mixed(self, realisation: Realisation, leak_rate: float, calibrated: bool) -> Tube:
        """A fresh tube of a realisation that has been drawn; ``leak_rate`` in /nM/s. Raises CheckFailed as ``mix``."""
        return self.fitted(realisation, leak_rate, calibrated).tube

    def fitted(self, realisation: Realisation, leak_rate: float, calibrated: bool | None = None) -> Fitted:
        """The same with what its calibration took; calibrated where the design says so, if not given."""
        if not (self.study.spec.imperfections.calibrated if calibrated is None else calibrated):
            return Fitted(self._tube.mixed_with(leak_rate * self.study.leak_warmth, realisation))
        if self.study.staged:
            tube = self._tube.mixed_with(leak_rate * self.study.leak_warmth, realisation)
            found = self.study.settling(tube, np.random.default_rng(realisation.handling.seed))
            return Fitted(found.applied(tube), found.aliquots, found.tube_hours)
        # A tube is calibrated when it is fresh, before leaks have gathered: they have no part in what is fitted.
        measured = realisation.without_leaks(self.network, self.study.network)
        study = self.study.refitted(realisation=measured)
        tube, made = study.tube(self.level, leak_rate, realisation), study.calibration
        return Fitted(tube, made.aliquots, made.hours)


@dataclass(frozen=True)
class DilutionStudy:
    """The training at a growth of the volume in every iteration, and the largest growth found at which the test error stays
    under 1.1 times what it is in a constant volume; None where that is below ``LEAST_GROWTH``."""

    growth: float
    training: Training
    tolerated: float | None


def train_diluted(study: Study, growth: float, progress: Progress = no_progress) -> Training:
    """Train a tube, topped up and without leaks, whose volume grows by a share of itself in every iteration."""
    realisation = replace(study.usual(study.system, study.network), growth=growth)
    return study.train(study.tube(realisation=realisation), DILUTED, progress)


def study_dilution(study: Study, growth: float, progress: Progress = no_progress) -> DilutionStudy:
    """Train at a growth above 0, and close in on the tolerated one by halving its logarithm."""
    trainings, total = 0, HALVINGS + 3

    def trained(share: float) -> Training:
        nonlocal trainings
        found = train_diluted(study, share, lambda done, of: progress(int(100 * (trainings + done / of)), 100 * total))
        trainings += 1
        return found

    # Against the same strands in a constant volume, not the ideal: dilution alone is asked about.
    most = ALLOWED_RATIO * trained(0.0).rmse_after
    wanted = trained(growth)
    if wanted.rmse_after < most:
        return DilutionStudy(growth, wanted, growth)
    if growth <= LEAST_GROWTH or not trained(LEAST_GROWTH).rmse_after < most:
        return DilutionStudy(growth, wanted, None)
    # Between a growth that learns and one that does not, decades apart: halve the logarithm.
    low, high = LEAST_GROWTH, growth
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if trained(middle).rmse_after < most else (low, middle)
    return DilutionStudy(growth, wanted, low)
