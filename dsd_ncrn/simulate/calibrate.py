"""Make the DNA circuit's rates those of the formal reactions, by gate concentrations and phase durations.

At a reference point the strand-level network runs one iteration; the firings of every slow reaction are counted by
its private waste strand and compared with the ideal network's. A phase whose duration is free takes the common factor,
each join takes the rest. Loading, latency and depletion are thus all in the measured number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.timing import Schedule
from dsd_ncrn.simulate.tube import Tube

Floats = NDArray[np.float64]
ROUNDS = 10
CLOSE_ENOUGH = 1e-4
CONVERGED = 0.02
NEGLIGIBLE = 1e-9
MAX_FACTOR = 4.0
"""A join is moved from its designed concentration by no more than this factor."""


@dataclass(frozen=True)
class Calibration:
    """The calibrated system and schedule, and firings of each slow reaction over wanted ones, before and after."""

    system: DsdSystem
    schedule: Schedule
    before: Mapping[str, float]
    after: Mapping[str, float]


MakeTube = Callable[[DsdSystem, Schedule], Tube]


def calibrate(
    make_tube: MakeTube, system: DsdSystem, schedule: Schedule, free_phases: set[str], ideal: IdealLearner, x: Floats, y: Floats
) -> Calibration:
    """Iterate until every slow reaction fires as often as it should at the reference point (x, y).

    ``ideal`` holds the reference parameters. A reaction that the ideal network does not fire there, as that of an empty
    rail, and one without outputs, which nothing counts, keep their designed gates. Raises CheckFailed where a join would
    have to leave its bounds, where a reaction does not fire at all, and where the rounds do not converge.
    """
    slow = {r.origin.reaction: next(iter(r.phases)) for r in ideal.ncrn.crn.reactions if not r.fast}
    wanted = ideal.extents(x, y)
    designed, before, ratio = system, {}, {}
    for _ in range(ROUNDS):
        ratio = _ratios(make_tube(system, schedule), wanted, slow, ideal, x, y)
        before = before or ratio
        if max(abs(np.log(list(ratio.values())))) < CLOSE_ENOUGH:
            break
        schedule = _stretch(schedule, ratio, slow, free_phases)
        system = _reconcentrate(system, designed, ratio, slow, free_phases)
    _check_converged(ratio)
    return Calibration(system, schedule, before, ratio)


def _ratios(
    tube: Tube, wanted: Mapping[str, float], slow: Mapping[str, str], ideal: IdealLearner, x: Floats, y: Floats
) -> dict[str, float]:
    tube.set_parameters(np.array([ideal.read(ideal.state, variable) for variable in ideal.ncrn.parameters]))
    fired = tube.extents(x, y)
    least = NEGLIGIBLE * max(wanted.values())
    ratios = {name: fired[name] / wanted[name] for name in slow if name in fired and wanted[name] > least}
    for name, ratio in ratios.items():
        if ratio <= 0:
            raise CheckFailed(f"reaction {name} never fires at strand level: check its fork, fuel and buffers under chemistry")
    return ratios


def _check_converged(ratio: Mapping[str, float]) -> None:
    name = max(ratio, key=lambda reaction: abs(np.log(ratio[reaction])))
    if abs(np.log(ratio[name])) > CONVERGED:
        raise CheckFailed(
            f"calibration did not settle: after {ROUNDS} rounds reaction {name} fires {ratio[name]:.3g} times as often as it "
            "should; give it more gate, fuel or buffer under chemistry"
        )


def _common(ratio: Mapping[str, float], slow: Mapping[str, str], phase: str) -> float:
    return float(np.exp(np.mean([np.log(value) for name, value in ratio.items() if slow[name] == phase])))


def _stretch(schedule: Schedule, ratio: Mapping[str, float], slow: Mapping[str, str], free: set[str]) -> Schedule:
    for phase in sorted(free & {slow[name] for name in ratio}):
        schedule = schedule.with_phase(phase, schedule.phases[phase] / _common(ratio, slow, phase))
    return schedule


def _reconcentrate(
    system: DsdSystem, designed: DsdSystem, ratio: Mapping[str, float], slow: Mapping[str, str], free: set[str]
) -> DsdSystem:
    changed = {}
    for name in ratio:
        join, phase = system.joins[name], slow[name]
        factor = ratio[name] / (_common(ratio, slow, phase) if phase in free else 1.0)
        changed[join] = system.by_name[join].concentration / factor
    _check_bounds(changed, {system.joins[name]: name for name in ratio}, designed)
    return system.with_concentrations(changed)


def _check_bounds(levels: Mapping[str, float], reactions: Mapping[str, str], designed: DsdSystem) -> None:
    """Raises CheckFailed naming the join furthest from its design: where a phase is stretched, it moves the others too."""
    shift = {join: level / designed.by_name[join].concentration for join, level in levels.items()}
    join = max(shift, key=lambda name: abs(np.log(shift[name])))
    if not 1 / MAX_FACTOR <= shift[join] <= MAX_FACTOR:
        raise CheckFailed(
            f"{join} would need {levels[join]:.3g} nM to give reaction {reactions[join]} its rate, {shift[join]:.2g} times its "
            f"{designed.by_name[join].concentration:g} nM: change its concentration or its first_toehold under chemistry.gates"
        )
