"""Checks where they turn: what is just allowed, and what only a second molecule shows."""

from __future__ import annotations

import numpy as np
import pytest

from circuits import compiled, spec_with
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.final_states import wrong_final_state
from dsd_ncrn.dsd.modular import Module, Steps
from dsd_ncrn.dsd.structure import Domain, free
from dsd_ncrn.ncrn.signs import check_signs
from dsd_ncrn.tasks import Dataset

SINGLE = {"theta": "single", "x": "single", "z": "single"}


@pytest.mark.parametrize("start", [0.0, (0.0, 0.5)])
def test_a_parameter_on_one_rail_may_start_at_nothing_and_not_below(start: float | tuple[float, ...]) -> None:
    """A concentration of 0 is one; every number below it is refused, with its key."""
    assert compiled(**SINGLE, theta_initial=start).initial_parameters[0] == 0.0
    with pytest.raises(DesignError, match="theta1 is a concentration"):
        compiled(**SINGLE, theta_initial=-1e-9)


def test_inputs_and_targets_on_one_rail_may_be_nothing_and_not_below() -> None:
    """Each column counts, in the training and in the test set."""
    spec = spec_with(**SINGLE)
    good = np.array([[0.0, 1.0], [2.0, 0.0]])
    check_signs(spec, Dataset(good, good[:, :1], good, good[:, :1], ("x1", "x2")))
    for place in range(4):
        for row, column in ((0, 0), (1, 0)):
            parts = [good.copy(), good[:, :1].copy(), good.copy(), good[:, :1].copy()]
            parts[place][row, column] = -1e-9
            with pytest.raises(DesignError, match="cannot be negative"):
                check_signs(spec, Dataset(*parts, ("x1", "x2")))


def test_a_module_is_tried_with_two_molecules_of_each_input() -> None:
    """X + G -> I -> Y is X -> Y; where two I can meet and make one Y alone, only two X show it."""
    x, y, gate, held, waste = (free(Domain("t", 5), Domain(name, 15)) for name in "xyghw")
    module = Module(Reaction(("X",), ("Y",), 1.0), (("X", x), ("Y", y)), frozenset({gate}), frozenset())
    good: Steps = (((x, gate), (held,)), ((held,), (y,)))
    assert wrong_final_state(module, good) is None
    assert wrong_final_state(module, (*good, ((held, held), (y, waste)))) == "2 of each input can end with Y instead of 2 Y"
    assert wrong_final_state(module, (*good, ((held,), (waste,)))) == "1 of each input can end with nothing instead of Y"
