"""Which leak a design survives, and whose leak hurts most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dsd_ncrn.analysis import ALLOWED_RATIO
from dsd_ncrn.analysis.fidelity import parameter_errors
from dsd_ncrn.analysis.jobs import run_jobs, tube_work
from dsd_ncrn.analysis.results import LeakChannel, LeakPoint, LeakShare
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.arrays import Floats
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind
from dsd_ncrn.simulate.engines.lanes import LANES
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.tape import sensitivities
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.units import per_nM_s_to_per_M_s

GRID_PER_M_S = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
REFINEMENTS = 1
LOWEST_PER_M_S = 1e-6
HIGHEST_PER_M_S = 100.0
WORST = 20
"""Leak steps that are listed."""


@dataclass(frozen=True, slots=True)
class LeakRanking:
    """The formal reactions by what their gates' leaks do, and the leak steps that do most, the worst first."""

    shares: tuple[LeakShare, ...]
    channels: tuple[LeakChannel, ...]


@dataclass(frozen=True, slots=True)
class LeakSensitivity:
    """The curve over uniform leak rates, the largest rate with an RMSE ratio under 1.1, and the ranking of gates and steps.

    ``tolerated_per_M_s`` is None where even the smallest rate tried fails.
    """

    curve: tuple[LeakPoint, ...]
    tolerated_per_M_s: float | None
    ranking: LeakRanking
    ranking_rate_per_M_s: float


def train_leaky(study: Study, rate_per_M_s: float) -> Training:
    """A whole training with a uniform leak rate in /M/s."""
    return study.train_strands("dsd_leaky", rate_per_M_s / per_nM_s_to_per_M_s(1.0))


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
    grid = sorted({*GRID_PER_M_S, rate} - {0.0})
    # One integration does LANES rates side by side: lanes that the grid leaves empty try what may be asked for next.
    ahead = _ahead(grid, points, rate)
    sweep.add([*grid, *ahead])
    # The tolerated rate may lie beyond the grid: down until one passes, up until one fails.
    while not _passing(points) and min(points) > LOWEST_PER_M_S:
        sweep.add([min(points) / 10, min(points) / 100])
    while len(_passing(points)) == len(points) and max(points) < HIGHEST_PER_M_S:
        sweep.add([max(points) * 10])
    # Gaps are cut as if nothing had been tried ahead, so that how many lanes there are does not show in the result.
    for _ in range(REFINEMENTS):
        sweep.add(_between({rate: point for rate, point in points.items() if rate not in ahead}))
    progress(sweep.expected, sweep.expected)
    tolerated = max(_passing(points), default=None)
    return LeakSensitivity(tuple(points[r] for r in sorted(points)), tolerated, rank_leaks(study, rate), rate)


class _Sweep:
    """Fills in points of the curve."""

    def __init__(self, study: Study, points: dict[float, LeakPoint], pool: Executor | None, progress: Progress) -> None:
        self.study, self.points, self.pool, self.progress = study, points, pool, progress
        self.expected = LANES

    def add(self, rates: Iterable[float]) -> None:
        """Compute the missing ones of some rates."""
        missing = [rate for rate in rates if rate not in self.points]
        before = len(self.points)

        def told(done: int) -> None:
            self.progress(min(before + done, self.expected), self.expected)

        for point in run_jobs(_point, self.study, missing, self.pool, told):
            self.points[point.rate_per_M_s] = point


@tube_work
def _point(study: Study, rate_per_M_s: float) -> LeakPoint:
    return leak_point(study, rate_per_M_s, train_leaky(study, rate_per_M_s))


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
    return _cut(max(passing), min(failing)) if passing and failing else []


def _cut(low: float, high: float) -> list[float]:
    return [float(f"{low * (high / low) ** share:.3g}") for share in (1 / 3, 2 / 3)]


def _ahead(grid: Sequence[float], points: Mapping[float, LeakPoint], rate: float) -> list[float]:
    """Rates by which ``_between`` may cut a gap of the grid, as many as there are lanes that the grid leaves empty.

    First come the gaps next to the design's own rate: below it where it is known to fail, else above.
    """
    missing = [each for each in grid if each not in points]
    # What is sought is the limit: it is below the design's own rate where that is known to fail, and else perhaps above.
    fails = rate in points and not points[rate].rmse_ratio < ALLOWED_RATIO
    start = (rate or grid[len(grid) // 2]) * (1 / 3 if fails else 3)
    gaps = sorted(pairwise(grid), key=lambda gap: abs(np.log(gap[0] * gap[1] / start**2)))
    rates = [each for low, high in gaps for each in _cut(low, high) if each not in points]
    return rates[: max(0, LANES - len(missing)) // 2 * 2]


def rank_leaks(study: Study, rate_per_M_s: float) -> LeakRanking:
    """Rank gates and leak steps by the derivatives of the parameters after one iteration at the reference point.

    The derivatives are those at a uniform leak rate of ``rate_per_M_s``, which may be 0.
    """
    slopes = leak_slopes(study, rate_per_M_s)
    return LeakRanking(_shares(study.leaky, slopes), _channels(study.leaky, slopes, study.ideal.parameter_names))


def leak_slopes(study: Study, rate_per_M_s: float) -> Floats:
    """The derivatives of the parameters by the leak rate through each step alone, per /M/s: shape (parameters, steps).

    A step of a relative rate has as many times that of one at rate 1; those of other steps are by their own rates.
    """
    tube = study.tube("dsd_leaky", rate_per_M_s / per_nM_s_to_per_M_s(1.0))
    # With the parameters of the end: a shift there is one that no later iteration takes back.
    tube.set_parameters(study.ideal.parameters[-1])
    found = sensitivities(tube, [study.reference])
    # By the chain rule: the constant of a step is the leak rate times the relative rate that the network holds.
    relative = np.array([step.rate if step.kind == StepKind.LEAK else 1.0 for step in study.leaky.steps])
    return found.rates * relative / per_nM_s_to_per_M_s(1.0)


def _shares(network: ReactionNetwork, slopes: Floats) -> tuple[LeakShare, ...]:
    owners: dict[str, list[int]] = {}
    for number, step in enumerate(network.steps):
        if step.kind == StepKind.LEAK:
            owners.setdefault(_owner(step), []).append(number)
    # Leaks of one gate go on together, so their derivatives add up with their signs before the worst parameter is taken.
    shifts = {origin: float(np.abs(slopes[:, steps].sum(axis=1)).max()) for origin, steps in owners.items()}
    total = sum(shifts.values()) or 1.0
    ranked = sorted(shifts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(LeakShare(origin, shift / total, shift) for origin, shift in ranked)


def _channels(network: ReactionNetwork, slopes: Floats, parameters: tuple[str, ...]) -> tuple[LeakChannel, ...]:
    leaks = [number for number, step in enumerate(network.steps) if step.kind == StepKind.LEAK]
    worst = sorted(leaks, key=lambda number: (-np.abs(slopes[:, number]).max(), number))[:WORST]
    return tuple(_channel(network, network.steps[number], slopes[:, number], parameters) for number in worst)


def _channel(network: ReactionNetwork, step: Step, slopes: Floats, parameters: tuple[str, ...]) -> LeakChannel:
    moved = int(np.abs(slopes).argmax())
    reactants, products = (tuple(network.names[index] for index in side) for side in (step.reactants, step.products))
    return LeakChannel(_owner(step), step.rule, reactants, products, parameters[moved], float(slopes[moved]))


def _owner(step: Step) -> str:
    return str(step.origins[0]) if step.origins else "shared"
