"""Tubes side by side: each as it is alone, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.simulate.engines.lanes import LANES
from dsd_ncrn.simulate.engines.rosenbrock import RosenbrockEngine
from dsd_ncrn.simulate.mass_action import from_crn

# Robertson's stiff problem (1966), and a species that doubles itself, which runs away where its rate is high.
SYSTEM = from_crn(parse_crn("A -> B [k = 0.04]\n2 B -> B + C [k = 3e7]\nB + C -> A + C [k = 1e4]\n2 D -> 3 D [k = 1e-9]"))
STEPPER = RosenbrockEngine().prepare(SYSTEM, 1e-6, 1e-9)
MANY = 2 * LANES + 3
RUNAWAY = 5


@pytest.fixture(scope="module")
def tubes() -> tuple[list[Floats], list[Floats], list[Floats]]:
    """Starts, times and rate constants that all differ; the species of one tube runs away after the first time."""
    random = np.random.default_rng(1)
    starts = [random.lognormal(0.0, 1.0, SYSTEM.size) for _ in range(MANY)]
    times = [np.array([0.0, 1e-3, 1e2]) * random.lognormal(0.0, 2.0) for _ in range(MANY)]
    rates = [SYSTEM.rates * random.lognormal(0.0, 1.0, len(SYSTEM.rates)) for _ in range(MANY)]
    rates[RUNAWAY][-1] = 0.5 / starts[RUNAWAY][-1] / times[RUNAWAY][1]
    return starts, times, rates


def test_each_is_what_it_is_alone_whatever_the_number_and_the_order(tubes: tuple[list[Floats], ...]) -> None:
    """Also beside one that stops: it alone has the advice, and the times that it reached."""
    alone = [STEPPER.solve(*each) for each in zip(*tubes, strict=True)]
    assert len({each.steps for each in alone}) > MANY // 2  # they wait for one another
    assert [number for number, each in enumerate(alone) if not each.ok] == [RUNAWAY]
    assert len(alone[RUNAWAY].values) == 2
    for order in (range(MANY), range(MANY)[::-1], range(3), [RUNAWAY]):
        together = STEPPER.solve_all(*([each[number] for number in order] for each in tubes))
        for number, found in zip(order, together, strict=True):
            assert np.array_equal(found.values, alone[number].values)
            assert (found.status, found.steps) == (alone[number].status, alone[number].steps)


def test_no_tubes_are_no_solutions() -> None:
    assert STEPPER.solve_all([], [], []) == []
