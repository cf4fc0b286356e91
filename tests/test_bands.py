"""What a study comes to at the ends of the bands of constants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dsd_ncrn.analysis.leaks import LeakPoint, LeakRanking, LeakSensitivity
from dsd_ncrn.analysis.ranges import error_band, hours_band, slowdowns, tolerated_band
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.arrays import Floats
from dsd_ncrn.kinetics.network import StepKind
from studies import changed, design, study

pytestmark = pytest.mark.xdist_group("studies")


ENDS = {"optimistic": 2.18 / 6.68 / 2.461, "default": 1.0, "pessimistic": 2.18 / 0.712 * 3.113}
"""k_f: 2.18e5 /M/s over 6.68e5 and 7.12e4 (docs/reference/rates.md); K_d of what rests: 13 µM over 90 and 3."""


def test_the_ends_are_those_of_association_and_of_what_rests() -> None:
    """All steps go with k_f; at 3, 13 and 90 µM they take 10.7, 3.4 and 1.4 times as long as with free toeholds, and 3.4 in a
    tube with all resting strands as species (9,621). Hours and leaks go with both."""
    made = study("linreg2d")
    slower = slowdowns(made)
    assert slower == pytest.approx(ENDS, rel=0.01)
    hours, usual = hours_band(made, slower), made.schedule.seconds_per_iteration / 3600
    assert (hours.low, hours.high) == pytest.approx((usual * slower["optimistic"], usual * slower["pessimistic"]))
    curve = tuple(LeakPoint(rate, error, error, 0.0, 0.0) for rate, error in ((0.0, 1.0), (0.001, 1.0), (1.0, 1000.0)))
    found = LeakSensitivity(curve, 0.02, LeakRanking((), ()), 0.01)
    tolerated, error = tolerated_band(found, slower), error_band(made, found, slower)
    assert tolerated is not None and error is not None
    assert (tolerated.low, tolerated.high) == pytest.approx((0.02 / ENDS["pessimistic"], 0.02 / ENDS["optimistic"]), rel=0.01)
    assert (error.low, error.high) == pytest.approx((10 * ENDS["optimistic"], 10 * ENDS["pessimistic"]), rel=0.01)


def test_nothing_that_rests_has_no_band() -> None:
    """In the ideal case the ends are those of association alone."""
    made = Study(changed(design("linreg2d"), "imperfections", occlusion=0.0))
    assert slowdowns(made) == pytest.approx({"optimistic": 2.18 / 6.68, "default": 1.0, "pessimistic": 2.18 / 0.712})


def test_a_design_may_be_studied_at_an_end() -> None:
    """The rates are those of the end, and bands are told from there."""
    spec = changed(design("linreg2d"), "chemistry", rates="gate:pessimistic")
    end = Study(spec)
    assert end.rates.displacement(5, 5) / study("linreg2d").rates.displacement(5, 5) == pytest.approx(0.712 / 2.18)


def test_slower_steps_are_longer_phases_with_more_leak() -> None:
    """What the ends rest on: three times slower, in three times the time, is the same tube with three times the leak."""
    made, slower, leak = study("linreg2d"), 3.0, 1e-11
    usual = made.usual(made.system, made.leaky)
    leaks = np.array([step.kind == StepKind.LEAK for step in made.leaky.steps])
    slow = replace(usual, rates=np.where(leaks, 1.0, 1 / slower))
    calibrated = made.calibration
    longer = made.given(calibration=replace(calibrated, schedule=calibrated.schedule.prolonged(slower)))
    ends: list[Floats] = []
    for there, rate, realisation in ((made, slower * leak, usual), (longer, leak, slow)):
        tube = there.tube("dsd_leaky", rate, realisation)
        tube.iterate(*made.reference)
        ends.append(tube.parameters())
    assert ends[0] == pytest.approx(ends[1], rel=1e-4)
    assert np.abs(ends[0] - made.ideal.parameters[0]).max() > 0.1
