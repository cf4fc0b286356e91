"""The search for an operating point: concentrations, toeholds and durations with which a design tolerates its leaks.

Leak grows with gates over signals and with time, the error of the gates themselves with signals over gates: the best point
lies between. It is searched for by CMA-ES (Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772), in the
logarithms of the concentrations; every candidate is translated, calibrated and trained at strand level.

Beside the search stand the usual mitigations of leak, each a change of the design: higher signals, gates sized by their
flux, less helper and fork, shorter phases through larger joins, sealed gates, helpers that are there in their
phase alone, thresholds, cooperative annihilation, and leaks that cancel because both rails of every variable have them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from dsd_ncrn.analysis import ALLOWED_RATIO, AS_IT_IS
from dsd_ncrn.analysis.fidelity import parameter_errors
from dsd_ncrn.analysis.jobs import run_jobs, tube_work
from dsd_ncrn.analysis.knobs import SLOW_KINDS, Knob, knobs_of, scaled, turned
from dsd_ncrn.analysis.leaks import train_leaky
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.structure import strand_length
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.engines.crew import worked_out
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.tasks import Dataset

Positions = tuple[float, ...]
TEST_POINTS = 20
"""Of the test set, evenly spaced, on which candidates are compared."""
FAILED = 10.0
"""The cost of a candidate that cannot be calibrated or simulated."""
FIRST_SPREAD = 0.15
MOST_SHOWN = 8
LEAKS_PER_DECADE = 4
LEAST_PER_M_S, MOST_PER_M_S = 1e-3, 100.0
Changes = Mapping[str, Mapping[str, Any]]
THRESHOLD = 0.25
"""Of the unit: the first quarter of a dimensionless unit is swallowed."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a candidate may use: hours per iteration, nM of strands and complexes in all, nt of the longest strand."""

    hours: float = np.inf
    fuel_nM: float = np.inf
    longest_nt: float = np.inf


@dataclass(frozen=True, slots=True)
class Question:
    """What candidates are asked: a leak rate (/M/s), training iterations, and the bounds."""

    leak_per_M_s: float
    iterations: int
    bounds: Bounds = Bounds()


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One candidate, by the positions of the knobs.

    Errors are of the parameters, as ``parameter_errors``, under the leak but for ``leak_free_error``, which like
    ``first_error`` is that of the first iteration; ``mean_error`` is over all iterations, ``rmse_ratio`` at their end.
    """

    positions: Positions
    cost: float
    leak_free_error: float
    first_error: float
    mean_error: float
    rmse_ratio: float
    hours: float
    fuel_nM: float
    strands: int
    longest_nt: int
    failure: str = ""


@dataclass(frozen=True)
class Tuning:
    """All candidates in the order of the search, and the front with the leak that each of its points tolerates (/M/s)."""

    knobs: tuple[str, ...]
    points: tuple[OperatingPoint, ...]
    front: tuple[tuple[OperatingPoint, float], ...]
    design: DesignSpec

    @property
    def start(self) -> OperatingPoint:
        """The design as it was."""
        return self.points[0]

    @property
    def best(self) -> OperatingPoint:
        """The candidate of least cost."""
        return min(self.points, key=lambda point: point.cost)


def bench_of(study: Study, question: Question) -> TuningCase:
    """Where the candidates of a design are tried. Raises InputError where the design cannot be compiled."""
    return TuningCase(study.decided, study.seed, question, knobs_of(study.decided, study.ncrn))


def tune(bench: TuningCase, candidates: int, pool: Executor | None = None, progress: Progress = no_progress) -> Tuning:
    """Search; ``candidates`` are the trainings that it may cost, rounded up to a whole generation."""
    points: list[OperatingPoint] = []
    for generation in generations([knob.start(bench.spec) for knob in bench.knobs], bench.seed, candidates, points):
        before = len(points)
        points += run_jobs(evaluate, bench, generation, pool, lambda done, before=before: progress(before + done, candidates))
    # The search trains at one leak rate; how far each of the best goes is asked of these few alone, as it costs trainings.
    shown = front(points)[:MOST_SHOWN]
    tolerated = run_jobs(tolerated_leak, bench, [point.positions for point in shown], pool)
    names = tuple(knob.name for knob in bench.knobs)
    best = min(points, key=lambda point: point.cost)
    return Tuning(names, tuple(points), tuple(zip(shown, tolerated)), turned(bench.spec, bench.knobs, best.positions))


class Costing(Protocol):
    """What a search makes small."""

    @property
    def cost(self) -> float:
        """Smaller is better."""
        ...


def generations(start: Sequence[float], seed: int, most: int, told: Sequence[Costing]) -> Iterable[list[Positions]]:
    """The candidates of one generation after the other, the design itself first; ``told`` holds what they came to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import it tells that matplotlib's interactive plots are off
        import cma

    yield [tuple(map(float, start))]
    options = {"seed": seed + 1, "bounds": [0, 1], "verbose": -9}
    search = cma.CMAEvolutionStrategy(list(start), FIRST_SPREAD, options)
    while len(told) < most:
        asked = search.ask()
        before = len(told)
        # By so many digits the store of results knows a candidate again.
        yield [tuple(float(f"{value:.6g}") for value in positions) for positions in asked]
        search.tell(asked, [point.cost for point in told[before:]])


@dataclass(frozen=True, eq=False)
class TuningCase:
    """Where candidates are tried: a design, its knobs, and what is asked."""

    spec: DesignSpec
    seed: int
    question: Question
    knobs: tuple[Knob, ...]

    @worked_out
    def data(self) -> Dataset:
        """The points, with the test set of the comparison."""
        return thinned(Study(self.spec, self.seed).data)

    def candidate(self, positions: Positions) -> Study:
        """The study of the design with its knobs at some positions."""
        iterations = {"iterations": self.question.iterations, "strand_iterations": None}
        spec = turned(self.spec, self.knobs, positions)
        spec = spec.model_copy(update={"training": spec.training.model_copy(update=iterations)})
        return Study(spec, self.seed, points=self.data)


@tube_work
def evaluate(bench: TuningCase, positions: Positions) -> OperatingPoint:
    """Train a candidate under the leak."""
    try:
        return _measured(bench.candidate(positions), positions, bench.question)
    except (CheckFailed, InputError) as error:
        nothing = (FAILED, np.inf, np.inf, np.inf, np.inf, np.inf, np.inf, 0, 0)
        return OperatingPoint(tuple(positions), *nothing, failure=str(error))


def _measured(study: Study, positions: Positions, question: Question) -> OperatingPoint:
    tube = study.tube()
    tube.iterate(study.data.train_x[0], study.data.train_y[0])
    ideal = study.compared.parameters[1]
    leaky = train_leaky(study, question.leak_per_M_s)
    errors = parameter_errors(leaky, study.compared)[1:]
    point = OperatingPoint(
        positions=tuple(positions),
        cost=0.0,
        leak_free_error=float(np.abs(tube.parameters() - ideal).max() / np.abs(ideal).max()),
        first_error=float(errors[0]),
        mean_error=float(errors.mean()),
        rmse_ratio=float(leaky.rmse_after / study.compared.rmse_after),
        hours=study.schedule.seconds_per_iteration / 3600,
        fuel_nM=float(sum(component.concentration for component in study.system.components)),
        strands=len(study.system.strands),
        longest_nt=max(map(strand_length, study.system.strands)),
    )
    return replace(point, cost=cost(point, question.bounds))


@tube_work
def tolerated_leak(bench: TuningCase, positions: Positions) -> float:
    """The largest leak rate (/M/s) with a ratio under 1.1, in steps of a quarter of a decade from the least; 0 for none."""
    study, tolerated = bench.candidate(positions), 0.0
    decades = np.log10(MOST_PER_M_S / LEAST_PER_M_S)
    for rate in np.geomspace(LEAST_PER_M_S, MOST_PER_M_S, round(decades * LEAKS_PER_DECADE) + 1):
        # From below, up to the first that fails: past it a pass would be luck.
        if not train_leaky(study, float(rate)).rmse_after < ALLOWED_RATIO * study.compared.rmse_after:
            break
        tolerated = float(f"{rate:.3g}")
    return tolerated


def thinned(data: Dataset) -> Dataset:
    """The data with some test points alone, evenly spaced."""
    chosen = np.unique(np.linspace(0, len(data.test_x) - 1, TEST_POINTS).round().astype(int))
    return replace(data, test_x=data.test_x[chosen], test_y=data.test_y[chosen])


def cost(point: OperatingPoint, bounds: Bounds) -> float:
    """What the search makes small: the parameter error, first or mean, and what the test error is above the ideal one.

    A test error below the ideal one is luck and earns nothing; each bound costs the logarithm of how far it is exceeded.
    """
    used = ((point.hours, bounds.hours), (point.fuel_nM, bounds.fuel_nM), (point.longest_nt, bounds.longest_nt))
    beyond = sum(max(0.0, float(np.log(have / allowed))) for have, allowed in used if np.isfinite(allowed))
    # The larger of the two: the mean alone forgives a first iteration that is far off, the first alone what gathers later.
    error = max(point.first_error, point.mean_error)
    return min(error + max(0.0, point.rmse_ratio - 1.0), FAILED / 2) + beyond


def front(points: Iterable[OperatingPoint]) -> list[OperatingPoint]:
    """The points that no other one beats in cost, hours and fuel together, by rising cost."""
    known = sorted((point for point in points if not point.failure), key=_aims)
    return [point for point in known if not any(_beats(other, point) for other in known)]


def _beats(one: OperatingPoint, other: OperatingPoint) -> bool:
    return _aims(one) != _aims(other) and all(mine <= theirs for mine, theirs in zip(_aims(one), _aims(other)))


def _aims(point: OperatingPoint) -> tuple[float, float, float]:
    return point.cost, point.hours, point.fuel_nM


def ways(spec: DesignSpec, ncrn: NeuralCrn) -> dict[str, DesignSpec]:
    """The design as it is, and changed in each way that it does not have yet, by name."""
    chemistry, level = spec.chemistry, THRESHOLD * spec.chemistry.unit
    made = sorted(
        {species for reaction in ncrn.crn.stage("N1") for species in reaction.products if species not in reaction.reactants}
    )
    changes: dict[str, Changes] = {
        AS_IT_IS: {},
        "twice the signals": {"chemistry": {"unit": 2 * chemistry.unit}},
        "four times the signals": {"chemistry": {"unit": 4 * chemistry.unit}},
        "gates sized by their flux": {"chemistry": {"sizing": "auto"}},
        "sealed gates": {"translation": {"scheme": "sealed"}},
        "auxiliary strands in their phase alone": {"translation": {"phase_fuels": True}},
        "thresholds on what N1 makes": {"translation": {"thresholds": dict.fromkeys(made, level)}},
        "cooperative annihilation": {
            "translation": {"annihilation": "cooperative"},
            "chemistry": {"gates": {"cooperative": Chemistry().gates["cooperative"], **chemistry.gates}},
        },
        "both rails, gates sized": {"circuit": dict.fromkeys(("theta", "z", "y"), "dual"), "chemistry": {"sizing": "auto"}},
    }
    found = {name: _changed(spec, change) for name, change in changes.items()}
    kinds = [kind for kind in SLOW_KINDS if kind in chemistry.gates]
    found["a third of auxiliary strands and forks"] = _scaled(spec, kinds, ("fork", "fuel"), 1 / 3)
    found["half as large joins, longer phases"] = _scaled(spec, kinds, ("join",), 1 / 2)
    return {name: each for name, each in found.items() if name == AS_IT_IS or each != spec}


Ways = tuple[Mapping[str, DesignSpec], int, Question]
"""The designs to try, the seed, and what is asked of them."""


def compare_ways(shared: Ways, pool: Executor | None = None, progress: Progress = no_progress) -> dict[str, OperatingPoint]:
    """What each way comes to, by name; one that cannot be calibrated says why."""
    tried = list(shared[0])
    return dict(zip(tried, run_jobs(try_way, shared, tried, pool, lambda done: progress(done, len(tried)))))


def try_way(shared: Ways, name: str) -> OperatingPoint:
    """What one of some designs comes to."""
    tried, seed, question = shared
    return evaluate(TuningCase(tried[name], seed, question, ()), ())


def _changed(spec: DesignSpec, changes: Changes) -> DesignSpec:
    """A design with some keys of its sections changed."""
    sections = {name: getattr(spec, name).model_copy(update=values) for name, values in changes.items()}
    return spec.model_copy(update=sections)


def _scaled(spec: DesignSpec, kinds: Iterable[str], parts: Iterable[str], factor: float) -> DesignSpec:
    """A design with parts of the gates of some kinds multiplied."""
    paths = tuple(("chemistry", "gates", kind, part) for kind in kinds for part in parts)
    return scaled(spec, paths, factor)
