"""What a study comes to at the ends of the bands of the measured constants, without doing it again.

Toeholds that bind s times more slowly make every step s times slower: with all durations s times longer the tube does the
same, but that leaks run s times as long. So an iteration takes s times the hours, a leak of L does what s L does at the default
rates, and what is tolerated is s times less. Strands that rest on toeholds do the same, by the share of toeholds that they
leave free. A design with ``chemistry.rates = "gate:pessimistic"`` and ``imperfections.occlusion = "3 uM"`` is the study itself
there; for linreg2d at 90 µM it comes to 5.58 h where this says 5.29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, fsum, log

import numpy as np

from dsd_ncrn.analysis.leaks import LeakSensitivity
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.arrays import Floats
from dsd_ncrn.constants import ENDS, End, parted, rate_constants
from dsd_ncrn.gates.laws import JoinLaw, join_laws
from dsd_ncrn.kinetics.rates import RESTING_NT, RateModel, rates_of
from dsd_ncrn.units import per_nM_s_to_per_M_s


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
