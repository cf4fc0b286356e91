"""The built-in tasks: one conformance suite over all of them, and the paper's definitions."""

from __future__ import annotations

import numpy as np
import pytest

from dsd_ncrn.design.spec import Task
from dsd_ncrn.errors import InputError
from dsd_ncrn.families import TASKS
from dsd_ncrn.simulate.results import rmse
from dsd_ncrn.tasks import BuiltinTask, load_dataset

every_task = pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)


@every_task
def test_a_task_gives_the_points_asked_for_and_the_same_again(task: BuiltinTask) -> None:
    spec = Task(name=task.name, training_points=13, test_points=7)
    first, second, other = load_dataset(spec, 3), load_dataset(spec, 3), load_dataset(spec, 4)
    assert first.train_x.shape == (13, task.dimension) and len(first.train_y) == 13
    assert first.test_x.shape == (7, task.dimension) and len(first.test_y) == 7
    assert np.array_equal(first.train_x, second.train_x) and np.array_equal(first.test_y, second.test_y)
    assert not np.array_equal(first.train_x, other.train_x)


@every_task
def test_data_sets_cannot_be_changed(task: BuiltinTask) -> None:
    data = load_dataset(Task(name=task.name, training_points=4, test_points=2), 0)
    with pytest.raises(ValueError, match="read-only"):
        data.train_x[0, 0] = 0.0


@every_task
def test_more_training_points_leave_the_test_set_alone(task: BuiltinTask) -> None:
    few = load_dataset(Task(name=task.name, training_points=4), 0)
    many = load_dataset(Task(name=task.name, training_points=40), 0)
    assert np.array_equal(few.test_x, many.test_x)


@pytest.mark.parametrize("task", [task for task in TASKS.values() if task.threshold is not None], ids=lambda task: task.name)
def test_the_classes_of_a_classification_task_are_equally_large(task: BuiltinTask) -> None:
    _, y = task.sample(np.random.default_rng(0), 101)
    assert task.threshold is not None
    assert (y > task.threshold).sum() == 51
    assert set(np.unique(y)) == {0.0, task.on}


def test_linreg2d_is_the_plane_of_the_paper() -> None:
    """Eq. 8 of the paper: k1 = 1, k2 = 2, k0 = 1, noise sd 0.4, inputs from U(1, 5)."""
    x, y = TASKS["linreg2d"].sample(np.random.default_rng(1), 20_000)
    design = np.column_stack((x, np.ones(len(x))))
    weights, *_ = np.linalg.lstsq(design, y, rcond=None)
    assert weights == pytest.approx([1.0, 2.0, 1.0], abs=0.03)
    assert np.std(y - design @ weights) == pytest.approx(0.4, abs=0.01)
    assert x.min() >= 1.0 and x.max() <= 5.0


def test_least_squares_on_linreg2d_leaves_the_error_that_is_to_be_expected() -> None:
    """With n = 41 points and p = 3 weights the test RMSE is 0.4 sqrt(1 + p/n), about 0.415; the mean of 100 seeds."""
    errors = []
    for seed in range(100):
        data = load_dataset(Task(name="linreg2d"), seed)
        weights, *_ = np.linalg.lstsq(np.column_stack((data.train_x, np.ones(41))), data.train_y, rcond=None)
        errors.append(rmse(np.column_stack((data.test_x, np.ones(101))) @ weights, data.test_y))
    assert np.mean(errors) == pytest.approx(0.415, abs=0.01)


def test_xor_and_rings_are_the_definitions_of_the_paper() -> None:
    """Eqs. 15 and 16 (cut at 0.5), and the radii 0.45, 0.5 and 1."""
    xor = load_dataset(Task(name="xor2d"), 0)
    assert np.array_equal(xor.train_y[:, 0], ((xor.train_x[:, 0] > 0.5) != (xor.train_x[:, 1] > 0.5)).astype(float))
    rings = load_dataset(Task(name="rings2d"), 0)
    radius = np.hypot(rings.train_x[:, 0], rings.train_x[:, 1])
    assert radius[rings.train_y[:, 0] == 0].max() < 0.45
    assert radius[rings.train_y[:, 0] == 1].min() > 0.5 and radius[rings.train_y[:, 0] == 1].max() < 1.0


def test_an_unknown_task_names_the_nearest_one() -> None:
    with pytest.raises(InputError, match=r"unknown task \(got 'linreg2'\). Did you mean 'linreg2d'?"):
        load_dataset(Task(name="linreg2"), 0)


@pytest.mark.parametrize("task", [task for task in TASKS.values() if task.classes], ids=lambda task: task.name)
def test_the_classes_of_a_one_hot_task_are_equally_large(task: BuiltinTask) -> None:
    x, y = task.sample(np.random.default_rng(0), 100)
    assert y.sum(axis=0).tolist() == [34.0, 33.0, 33.0]
    assert set(np.unique(y)) == {0.0, 1.0} and len(x) == 100


def test_stripes_and_sectors_are_what_they_say() -> None:
    stripes = load_dataset(Task(name="stripes3", training_points=60), 0)
    total = stripes.train_x.sum(axis=1)
    assert total[stripes.train_y[:, 0] == 1].max() < 0.75
    assert total[stripes.train_y[:, 1] == 1].min() > 0.8 and total[stripes.train_y[:, 1] == 1].max() < 1.2
    sectors = load_dataset(Task(name="sectors3", training_points=60), 0)
    angle = np.degrees(np.arctan2(sectors.train_x[:, 1], sectors.train_x[:, 0])) % 360
    assert np.array_equal(np.floor(angle / 120), sectors.train_y.argmax(axis=1))


def test_accuracy_counts_the_side_of_the_threshold_or_the_largest_target() -> None:
    rings = load_dataset(Task(name="rings2d"), 0)
    assert rings.accuracy(np.array([[0.6], [0.4], [0.2]]), np.array([[1.0], [1.0], [0.0]])) == pytest.approx(2 / 3)
    sectors = load_dataset(Task(name="sectors3"), 0)
    assert sectors.accuracy(np.array([[0.6, 0.5, 0.1], [0.1, 0.2, 0.0]]), np.eye(3)[:2]) == 1.0
    assert load_dataset(Task(name="linreg2d"), 0).accuracy(np.zeros((1, 1)), np.zeros((1, 1))) is None
