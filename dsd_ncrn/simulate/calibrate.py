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
ROUNDS = 6
CLOSE_ENOUGH = 1e-4
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

    ``ideal`` holds the reference parameters. Raises CheckFailed where a join would have to leave its bounds.
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
    return Calibration(system, schedule, before, ratio)


def _ratios(
    tube: Tube, wanted: Mapping[str, float], slow: Mapping[str, str], ideal: IdealLearner, x: Floats, y: Floats
) -> dict[str, float]:
    tube.set_parameters(np.array([ideal.read(ideal.state, variable) for variable in ideal.ncrn.parameters]))
    fired = tube.extents(x, y)
    return {name: fired[name] / wanted[name] for name in slow}


def _common(ratio: Mapping[str, float], slow: Mapping[str, str], phase: str) -> float:
    return float(np.exp(np.mean([np.log(ratio[name]) for name, when in slow.items() if when == phase])))


def _stretch(schedule: Schedule, ratio: Mapping[str, float], slow: Mapping[str, str], free: set[str]) -> Schedule:
    for phase in sorted(free & set(slow.values())):
        schedule = schedule.with_phase(phase, schedule.phases[phase] / _common(ratio, slow, phase))
    return schedule


def _reconcentrate(
    system: DsdSystem, designed: DsdSystem, ratio: Mapping[str, float], slow: Mapping[str, str], free: set[str]
) -> DsdSystem:
    changed = {}
    for name, phase in slow.items():
        join = system.joins[name]
        factor = ratio[name] / (_common(ratio, slow, phase) if phase in free else 1.0)
        level, start = system.by_name[join].concentration / factor, designed.by_name[join].concentration
        if not 1 / MAX_FACTOR <= level / start <= MAX_FACTOR:
            raise CheckFailed(
                f"{join} would need {level:.3g} nM to give reaction {name} its rate, {level / start:.2g} times its "
                f"{start:g} nM: change its concentration or its first_toehold under chemistry.gates"
            )
        changed[join] = level
    return system.with_concentrations(changed)
