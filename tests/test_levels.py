"""Levels of training: one registry, which every name of a level is of."""

from __future__ import annotations

from typing import get_args

import pytest

from cli.run.summary import empty_summary
from dsd_ncrn.prepared import Level
from dsd_ncrn.simulate.results import ASKED, IN_RUNS, LEVELS, level_of_strands
from studies import study


def test_the_levels_that_can_be_asked_for_are_those_of_the_type() -> None:
    assert set(ASKED) == set(get_args(Level))
    assert (
        tuple(empty_summary("a", "b", 0, "c")["training"])
        == IN_RUNS
        == tuple(name for name in LEVELS if name != "one_pot_leaky")
    )


@pytest.mark.parametrize(
    ("leaks", "top_up", "name"),
    [(False, True, "dsd"), (True, True, "dsd_leaky"), (False, False, "one_pot"), (True, False, "one_pot_leaky")],
)
@pytest.mark.xdist_group("studies")
def test_a_level_decides_on_leaks_and_topping_up(leaks: bool, top_up: bool, name: str) -> None:
    """The tube has the network with leaks, or tops fuels up, exactly where the level says so."""
    assert level_of_strands(leaks, top_up) == LEVELS[name]
    made = study("linreg2d")
    tube = made.tube(name)
    assert tube.network is (made.leaky if leaks else made.network)
    assert (tube.protocol.refill_below is not None) == top_up
