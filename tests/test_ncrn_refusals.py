"""What a design cannot ask of the compiler: parameters that change while they are read, numbers that a rail cannot carry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dsd_ncrn as dn
from dsd_ncrn.ncrn.decide import decide

DESIGN = Path(__file__).parent.parent / "designs" / "linreg2d.toml"
X = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 2.0]])


def points(lowest_x: float = 1.0, lowest_y: float = 1.0) -> dn.Dataset:
    """Three points whose smallest input and target are given."""
    x, y = X.copy(), X.sum(axis=1)
    x[0, 0], y[1] = lowest_x, lowest_y
    return dn.dataset(x, y, x, y)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"training.batch": 3}, "a batch of points is to be predicted with the same parameters"),
        ({"circuit.f": "theta * x - theta * z", "circuit.theta": "dual", "circuit.z": "dual"}, "reads parameters while"),
    ],
)
def test_an_update_that_would_disturb_the_gradient_is_not_left_without_a_clock(changes: dict[str, object], reason: str) -> None:
    """linreg2d asks for N4 without a clock. Where the design leaves that open, N4 gets one, as it gets none
    in linreg2d itself."""
    design = dn.changed(dn.load_design(DESIGN), changes)
    with pytest.raises(dn.DesignError, match="N4 cannot run all the time") as caught:
        dn.translate_design(design, points())
    assert reason in str(caught.value) and caught.value.key == ("translation", "always_on")
    opened = dn.changed(design, {"translation.always_on": None})
    assert decide(opened, points(), 0).translation.always_on == ()
    assert decide(dn.changed(dn.load_design(DESIGN), {"translation.always_on": None}), points(), 0).translation.always_on == (
        "N4",
    )


@pytest.mark.parametrize(("data", "name", "value"), [(points(lowest_x=-0.5), "x", -0.5), (points(lowest_y=-2.0), "y", -2.0)])
def test_a_negative_number_on_a_single_rail_is_refused(data: dn.Dataset, name: str, value: float) -> None:
    design = dn.load_design(DESIGN)
    with pytest.raises(dn.DesignError, match=rf"a single-rail {name} cannot be negative \(got {value}\)") as caught:
        dn.translate_design(design, data)
    assert caught.value.key == ("circuit", name)


CSV: dict[str, object] = {"task.name": None, "task.csv": "some.csv", "task.inputs": ["a", "b"], "task.targets": ["y"]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task.inputs": ["a"]}, "a built-in task has its own inputs and targets"),
        ({"task.threshold": 0.5}, "a built-in task knows its classes"),
        ({**CSV, "task.targets": None}, "a CSV task names its columns"),
        ({**CSV, "task.targets": ["y", "z"], "task.threshold": 0.5}, "a threshold divides one target"),
        ({**CSV, "task.classes": True}, "classes need one target column each"),
        ({"task.csv": "some.csv"}, "a task is either built in"),
    ],
)
def test_a_task_that_contradicts_itself_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(dn.DesignError, match=message):
        dn.changed(dn.load_design(DESIGN), changes)


def test_a_first_toehold_longer_than_the_universal_one_is_refused() -> None:
    design = dn.changed(dn.load_design(DESIGN), {"chemistry.gates.N3.first_toehold": 6})
    with pytest.raises(dn.DesignError, match=r"gates\.N3 is longer than the toehold of 5 nt \(got 6\)"):
        dn.translate_design(design)
