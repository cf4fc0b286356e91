"""What a study comes to elsewhere: over the range of leaks and imperfections, and at the ends of the bands of constants.

Which leaks and imperfections matter over their whole range, together, is told by Morris screening and Sobol indices
(SALib).

The ends of the bands of the measured constants need no simulation. Toeholds that bind s times more slowly make every step s
times slower: with all durations s times longer the tube does the same, but that leaks run s times as long. So an iteration
takes s times the hours, a leak of L does what s L does at the default rates, and what is tolerated is s times less. Strands
that rest on toeholds do the same, by the share of toeholds that they leave free. A design with ``chemistry.rates =
"gate:pessimistic"`` and ``imperfections.occlusion = "3 uM"`` is the study itself there; for linreg2d at 90 µM it comes to
5.58 h where this says 5.29.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from math import exp, fsum, log

import numpy as np

from dsd_ncrn.analysis.jobs import run_jobs, tube_work
from dsd_ncrn.analysis.leaks import LeakSensitivity
from dsd_ncrn.analysis.results import Indices, Screening
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import RealTubes, stream
from dsd_ncrn.arrays import Floats
from dsd_ncrn.constants import ENDS, End, parted, rate_constants
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.gates.laws import JoinLaw, join_laws
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.kinetics.rates import RESTING_NT, RateModel, rates_of
from dsd_ncrn.simulate.engines.crew import worked_out
from dsd_ncrn.simulate.imperfections import IMPERFECTIONS
from dsd_ncrn.simulate.imperfections.realisation import Realisation
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.units import per_nM_s_to_per_M_s

Model = Callable[[Floats], Floats]
"""From factors (points, factors) to outputs (points,)."""
LEVELS = 4
LEAK_RATE = "leak rate"
LEAKS_OF, RATES_OF = "leaks of ", "rates of "
REALISATIONS = 4


@dataclass(frozen=True, slots=True)
class Factor:
    """Something uncertain between two values, evenly or, where ``logarithmic``, evenly in its logarithm."""

    name: str
    low: float
    high: float
    logarithmic: bool = False

    def at(self, shares: Floats) -> Floats:
        """The values at shares (0 to 1) of the range, of the same shape."""
        if self.logarithmic:
            return self.low * (self.high / self.low) ** shares
        return self.low + (self.high - self.low) * shares


FACTORS = (
    Factor(LEAK_RATE, 1e-3, 1.0, logarithmic=True),
    Factor("occlusion", 90_000.0, 3_000.0, logarithmic=True),
    *(Factor(name, 0.0, each.largest) for name, each in IMPERFECTIONS.items() if each.largest is not None),
)
"""The leak rate (/M/s), the dissociation constant of resting strands (nM) and every imperfection that one iteration sees, up to
what is found in practice."""


def morris(factors: Sequence[Factor], model: Model, seed: int, trajectories: int = 10) -> tuple[Screening, ...]:
    """Screen factors by ``trajectories`` x (factors + 1) evaluations of a model, in their order."""
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    problem = _unit_cube(factors)
    # Sampled in the unit cube: an elementary effect is then that over the whole range of a factor, logarithmic or not.
    shares = sampling.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    found = analysis.analyze(problem, shares, _finite(model(_values(factors, shares))), num_levels=LEVELS, seed=seed)
    columns = zip(*(np.asarray(found[key], dtype=float) for key in ("mu", "mu_star", "mu_star_conf", "sigma")))
    return tuple(Screening(factor.name, *map(float, row)) for factor, row in zip(factors, columns))


def sobol(factors: Sequence[Factor], model: Model, seed: int, points: int = 64) -> tuple[Indices, ...]:
    """Sobol indices by ``points`` (a power of 2) x (factors + 2) evaluations of a model, in their order."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    problem = _unit_cube(factors)
    shares = sampling.sample(problem, points, calc_second_order=False, seed=seed)
    found = analysis.analyze(problem, _finite(model(_values(factors, shares))), calc_second_order=False, seed=seed)
    columns = zip(*(np.asarray(found[key], dtype=float) for key in ("S1", "S1_conf", "ST", "ST_conf")))
    return tuple(Indices(factor.name, *map(float, row)) for factor, row in zip(factors, columns))


def _finite(outputs: Floats) -> Floats:
    """Outputs of a model, (points,). Raises CheckFailed where one is no number: SALib would make every index 0 of it."""
    lost = int((~np.isfinite(outputs)).sum())
    if lost:
        raise CheckFailed(
            f"{lost} of {len(outputs)} tubes gave no finite error, so no index can be computed; narrow the ranges"
        )
    return outputs


def _unit_cube(factors: Sequence[Factor]) -> dict[str, object]:
    return {"num_vars": len(factors), "names": [f.name for f in factors], "bounds": [[0.0, 1.0]] * len(factors)}


def _values(factors: Sequence[Factor], shares: Floats) -> Floats:
    return np.column_stack([factor.at(column) for factor, column in zip(factors, shares.T)])


def gate_factors(study: Study) -> tuple[Factor, ...]:
    """For the gates of each stage, all their leaks and all their reactions from a tenth to ten times as fast."""
    stages = dict.fromkeys(stage for stage in _stages(study.network) if stage)
    return tuple(Factor(of + stage, 0.1, 10.0, logarithmic=True) for of in (LEAKS_OF, RATES_OF) for stage in stages)


def _stages(network: ReactionNetwork) -> list[str]:
    """The stage that each step belongs to, "" for none."""
    return [step.origins[0].stage if step.origins else "" for step in network.steps]


@dataclass(frozen=True)
class FirstIteration:
    """A model of the error that leaks and imperfections make in the first iteration of a design.

    The output is max |theta - theta_ideal| / max |theta_ideal| after the first training point, the mean over
    ``realisations`` whose random numbers are the same at all points, so that magnitudes alone differ. Factors that are not
    named are as the design has them. Raises what mixing raises.
    """

    study: Study
    factors: tuple[Factor, ...]
    seed: int
    realisations: int = REALISATIONS

    @worked_out
    def tubes(self) -> RealTubes:
        """What mixes the tubes of all points."""
        return RealTubes(self.study)

    def errors(self, points: Floats, pool: Executor | None = None, progress: Progress = no_progress) -> Floats:
        """Errors (points,) at factors (points, factors)."""
        jobs = [tuple(map(float, point)) for point in points]
        return np.array(run_jobs(first_error, self, jobs, pool, lambda done: progress(done, len(jobs))))


@tube_work
def first_error(model: FirstIteration, point: Sequence[float]) -> float:
    """The output of a model at one point (factors,)."""
    values = dict(zip((factor.name for factor in model.factors), point))
    return float(np.mean([_error(model.tubes, values, model.seed, number) for number in range(model.realisations)]))


def _error(tubes: RealTubes, values: dict[str, float], seed: int, number: int) -> float:
    study, rate = tubes.study, values.get(LEAK_RATE)
    magnitudes = {name: value for name, value in values.items() if name in IMPERFECTIONS}
    given = study.spec.imperfections.model_copy(update=magnitudes)
    # The same random numbers at all points: what differs between two of them is what the factors do.
    realisation = _with_groups(tubes.draw(given, stream(seed, number)), tubes.network, values)
    leak_rate = study.spec.leak.rate if rate is None else rate / per_nM_s_to_per_M_s(1.0)
    tube = tubes.mixed(realisation, leak_rate, given.calibrated)
    tube.iterate(study.data.train_x[0], study.data.train_y[0])
    # Relative to the largest parameter: one that should be near 0 would make any error infinite.
    wanted = study.ideal.parameters[1]
    return float(np.abs(tube.parameters() - wanted).max() / np.abs(wanted).max())


def _with_groups(before: Realisation, network: ReactionNetwork, values: dict[str, float]) -> Realisation:
    """The realisation with the leaks and the reactions of whole stages faster or slower."""
    kinds = [LEAKS_OF if step.kind == StepKind.LEAK else RATES_OF for step in network.steps]
    factors = [values.get(kind + stage, 1.0) for kind, stage in zip(kinds, _stages(network))]
    return replace(before, rates=before.rates * np.array(factors))


@dataclass(frozen=True, slots=True)
class Span:
    """A number at the two ends of its band."""

    low: float
    high: float


def slowdowns(study: Study) -> Mapping[End, float]:
    """How many times slower than in the study itself its joins are at each end: the geometric mean by their laws, times what
    rests on toeholds makes of it, where anything does."""
    table, laws = parted(study.decided.chemistry.rates)[0], join_laws(study.system)
    # Join by join in logarithms: gates that are slowed by different factors have no one factor but their mean.
    usual = _rates(laws, study.rates)
    shifts: dict[End, float] = {end: float(np.mean(usual - _rates(laws, rates_of(f"{table}:{end}")))) for end in ENDS}
    return {end: exp(shift) * _occluded(study, table, end) for end, shift in shifts.items()}


def _occluded(study: Study, table: str, end: End) -> float:
    """How many times as long as in the study an iteration takes for what rests at an end: of phases by how long they are."""
    resting, usual = rate_constants(table)["resting"], study.usual(study.system, study.network)
    if not usual.resting or end == "default":
        return 1.0
    there = replace(usual, resting=usual.resting * resting.at(end)[0] / resting.number)
    here, other = (study.tube(realisation=each) for each in (usual, there))
    phases = study.schedule.phases
    longer = (seconds * other.slowdown(name) / here.slowdown(name) for name, seconds in phases.items())
    return fsum(longer) / fsum(phases.values())


def hours_band(study: Study, slower: Mapping[End, float]) -> Span:
    """Hours of an iteration at the ends."""
    hours = study.schedule.seconds_per_iteration / 3600
    return Span(hours * slower["optimistic"], hours * slower["pessimistic"])


def tolerated_band(found: LeakSensitivity, slower: Mapping[End, float]) -> Span | None:
    """The tolerated leak at the ends, /M/s; None where none is tolerated."""
    most = found.tolerated_per_M_s
    return None if most is None else Span(most / slower["pessimistic"], most / slower["optimistic"])


def error_band(study: Study, found: LeakSensitivity, slower: Mapping[End, float]) -> Span | None:
    """The test error at the design's leak rate at the ends, between the rates that were tried; None beyond them."""
    rate = per_nM_s_to_per_M_s(study.spec.leak.rate)
    # Slower joins leave leaks as much more time as a higher rate would take: the curve that is known is read there.
    points = sorted((point.rate_per_M_s, point.rmse) for point in found.curve if point.rate_per_M_s > 0)
    ends = [_between(points, rate * slower[end]) for end in ("optimistic", "pessimistic")]
    known = [each for each in ends if each is not None]
    return Span(min(known), max(known)) if len(known) == len(ends) else None


def _between(points: Sequence[tuple[float, float]], rate: float) -> float | None:
    """The error at a rate, in logarithms; below the smallest rate tried, where leaks do little, that of the smallest."""
    if not points or rate > points[-1][0]:
        return None
    rates, errors = ([log(each[side]) for each in points] for side in (0, 1))
    return exp(np.interp(max(log(rate), rates[0]), rates, errors)) if rate > 0 else exp(errors[0])


def _rates(laws: Sequence[JoinLaw], rates: RateModel) -> Floats:
    """Logarithms of what joins add to rate constants (laws,); of the usual exchange where no join has a law."""
    usual = rates.displacement(RESTING_NT, RESTING_NT)
    return np.log([law.rate(rates) for law in laws] or [usual])
