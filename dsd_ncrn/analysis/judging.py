"""Tubes over several draws of the data, each judged by which share it has learned of what the ideal network learns."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.analysis.jobs import run_jobs, tube_work
from dsd_ncrn.analysis.results import Judged, Yardstick
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import unwatched
from dsd_ncrn.analysis.yields import Drawn, Proportion, stream
from dsd_ncrn.arrays import Floats
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.results import rmse
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.tasks import Dataset

THRESHOLD = 0.9
"""A tube has learned that removed this share of the error which the ideal network removes."""
NEAR, ROUNDING = 0.05, 1e-9
"""So much below the ideal network's accuracy a classification is near it."""


def yardstick(study: Study) -> Yardstick:
    """That of a study's data and ideal network, after as many iterations as strands are trained for."""
    data, ideal = study.data, study.compared
    before, after = test_error(data, ideal.test_before), test_error(data, ideal.test_after)
    return Yardstick(study.seed, before, after, test_error(data, least_squares(data)), ideal.iterations)


def least_squares(data: Dataset) -> Floats:
    """Predictions of the test points (points, outputs) by a linear fit with a constant to all training points."""
    train, test = (np.column_stack([x, np.ones(len(x))]) for x in (data.train_x, data.test_x))
    weights, *_ = np.linalg.lstsq(train, data.train_y, rcond=None)
    return np.asarray(test @ weights)


def test_error(data: Dataset, predictions: Floats) -> float:
    """RMSE of predictions of the test points (points, outputs); 1 − accuracy in a classification."""
    accuracy = data.accuracy(predictions, data.test_y)
    return rmse(predictions, data.test_y) if accuracy is None else 1.0 - accuracy


def judged(drawn: Drawn, tubes: int, pool: Executor | None = None, progress: Progress = no_progress) -> tuple[Judged, ...]:
    """Train that many realisations of a study's imperfections at its leak rate; ``pool`` has no part in the results."""
    return tuple(run_jobs(judge, drawn, range(tubes), pool, lambda done: progress(done, tubes)))


@tube_work
def judge(drawn: Drawn, number: int) -> Judged:
    """One tube, which depends on both seeds and its number alone."""
    study = drawn.study
    try:
        random = stream(drawn.seed, number, study.seed)
        fitted = drawn.tubes.fitted(drawn.tubes.draw(study.spec.imperfections, random), study.spec.leak.rate)
        training = study.train(fitted.tube, "imperfect")
    except CheckFailed as error:
        return Judged(study.seed, number, np.nan, np.nan, 0.0, np.nan, 0, 0.0, str(error))
    before, after = (test_error(study.data, each) for each in (training.test_before, training.test_after))
    hours = fitted.tube.protocol.schedule.seconds_per_iteration / 3600
    share = yardstick(study).share(before, after)
    return Judged(study.seed, number, before, after, share, hours, fitted.aliquots, fitted.hours)


@dataclass(frozen=True)
class Draws:
    """A study's strands over some other draws of its data."""

    drawn: tuple[Drawn, ...]


def redrawn(study: Study, draws: int) -> Draws:
    """The next ``draws`` of a study's data by seed, with tubes drawn by its own; none where its points are always the same."""
    known = {name: vars(study)[name] for name in ("network", "leaky", "settings", "crossing") if name in vars(study)}
    seeds = range(study.seed + 1, study.seed + draws + 1)
    others = [replace(study, seed=seed, watch=unwatched).given(**known) for seed in seeds]
    changed = [each for each in others if not np.array_equal(each.data.train_x, study.data.train_x)]
    return Draws(tuple(Drawn(each.ready, study.seed) for each in changed))


def judged_elsewhere(
    draws: Draws, tubes: int, pool: Executor | None = None, progress: Progress = no_progress
) -> tuple[Judged, ...]:
    """That many realisations at each draw, as ``judged``."""
    jobs = [(draw, number) for draw in range(len(draws.drawn)) for number in range(tubes)]
    return tuple(run_jobs(judge_at, draws, jobs, pool, lambda done: progress(done, len(jobs))))


@tube_work
def judge_at(draws: Draws, job: tuple[int, int]) -> Judged:
    """One tube of one draw."""
    draw, number = job
    return judge(draws.drawn[draw], number)


def learned(found: Sequence[Judged]) -> Proportion:
    """Which tubes have learned."""
    return Proportion(sum(each.learned_share >= THRESHOLD for each in found), len(found))


def near(found: Sequence[Judged], stick: Yardstick) -> int:
    """In how many tubes the accuracy of a classification is near the ideal network's."""
    return sum(each.after <= stick.ideal + NEAR + ROUNDING for each in found)
