"""Which leak a design survives, and whose leak hurts most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor

from dsd_ncrn.analysis.fidelity import parameter_errors
from dsd_ncrn.analysis.jobs import run_jobs
from dsd_ncrn.analysis.ranking import rank_leaks
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.types import ALLOWED_RATIO, LeakPoint, LeakSensitivity
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.units import per_nM_s_to_per_M_s

GRID_PER_M_S = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
REFINEMENTS = 1
LOWEST_PER_M_S = 1e-6
HIGHEST_PER_M_S = 100.0


class LeakTrainer:
    """Trains a study at a given leak rate."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.network: ReactionNetwork = study.leaky_network()

    def train(self, rate_per_M_s: float, progress: Progress = no_progress) -> Training:
        """A whole training with a uniform leak rate in /M/s."""
        tube = self.study.tube(self.network, rate_per_M_s / per_nM_s_to_per_M_s(1.0))
        return self.study.train(tube, "dsd_leaky", progress)

    def point(self, rate_per_M_s: float) -> LeakPoint:
        """The point of the leak curve at one rate."""
        return leak_point(self.study, rate_per_M_s, self.train(rate_per_M_s))


def leak_point(study: Study, rate_per_M_s: float, training: Training) -> LeakPoint:
    """What a training under leak comes to."""
    errors = parameter_errors(training, study.compared)
    ratio = training.rmse_after / study.compared.rmse_after
    return LeakPoint(rate_per_M_s, training.rmse_after, ratio, float(errors[-1]), float(errors[1]))


def leak_sensitivity(
    study: Study, known: Iterable[LeakPoint] = (), pool: Executor | None = None, progress: Progress = no_progress
) -> LeakSensitivity:
    """Sweep a uniform leak rate, close in on the tolerated one, and rank the gates.

    ``known`` points are not computed again; ``pool`` runs the trainings of one round side by side. ``progress`` is told of
    every training when it ends.
    """
    points = {point.rate_per_M_s: point for point in known}
    sweep = _Sweep(study, points, pool, progress)
    rate = per_nM_s_to_per_M_s(study.spec.leak.rate)
    sweep.add(sorted({*GRID_PER_M_S, rate} - {0.0}))
    while not _passing(points) and min(points) > LOWEST_PER_M_S:
        sweep.add([min(points) / 10, min(points) / 100])
    while len(_passing(points)) == len(points) and max(points) < HIGHEST_PER_M_S:
        sweep.add([max(points) * 10])
    for _ in range(REFINEMENTS):
        sweep.add(_between(points))
    tolerated = max(_passing(points), default=None)
    return LeakSensitivity(tuple(points[r] for r in sorted(points)), tolerated, rank_leaks(study, rate), rate)


class _Sweep:
    """Fills in points of the curve."""

    def __init__(self, study: Study, points: dict[float, LeakPoint], pool: Executor | None, progress: Progress) -> None:
        self.study, self.points, self.pool, self.progress = study, points, pool, progress
        self.expected = len(GRID_PER_M_S) + 2 * REFINEMENTS

    def add(self, rates: Iterable[float]) -> None:
        """Compute the missing ones of some rates."""
        missing = [rate for rate in rates if rate not in self.points]
        before = len(self.points)

        def told(done: int) -> None:
            self.progress(min(before + done, self.expected), self.expected)

        for point in run_jobs(_point, self.study, missing, self.pool, told):
            self.points[point.rate_per_M_s] = point


def _point(study: Study, rate_per_M_s: float) -> LeakPoint:
    return LeakTrainer(study).point(rate_per_M_s)


def _passing(points: Mapping[float, LeakPoint]) -> list[float]:
    """Rates up to the first one that fails: past it a pass would be luck."""
    passing: list[float] = []
    for rate in sorted(points):
        if not points[rate].rmse_ratio < ALLOWED_RATIO:
            break
        passing.append(rate)
    return passing


def _between(points: Mapping[float, LeakPoint]) -> list[float]:
    """Two rates that cut the gap between the last passing and the first failing one into equal factors."""
    passing = _passing(points)
    failing = [rate for rate in sorted(points) if rate not in passing]
    if not passing or not failing:
        return []
    low, high = max(passing), min(failing)
    return [float(f"{low * (high / low) ** share:.3g}") for share in (1 / 3, 2 / 3)]
