"""Tasks: what a circuit can be asked to learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dsd_ncrn.design.spec import Task
from dsd_ncrn.families import TASKS
from dsd_ncrn.tasks.dataset import BuiltinTask, Dataset, load_table
from dsd_ncrn.tasks.layer import outputs, units_of

__all__ = ["BuiltinTask", "Dataset", "load_dataset"]

TELLING = 0.05
"""A unit of a fixed layer that is no larger tells nothing: its gates are too few to change a parameter by an error."""


def load_dataset(task: Task, seed: int) -> Dataset:
    """The data of a design's task, with the units of its layer as inputs; the same seed gives the same data.

    Training and test points of a built-in task come from separate streams, so that the number of one does not change
    the other. Raises DesignError for an unknown task, InputError for a CSV file that cannot be used.
    """
    plain = load_table(task, seed) if task.csv is not None else _drawn(task, seed)
    if not task.layer:
        return plain
    units = units_of(task.layer, plain.dimension)
    kept = outputs(units, plain.train_x).max(axis=1) > TELLING
    left_out = f"{np.sum(~kept)} of {len(kept)} training points move no unit of the layer and are left out"
    plain = replace(plain, train_x=plain.train_x[kept], train_y=plain.train_y[kept])
    train, test = (outputs(units, x) for x in (plain.train_x, plain.test_x))
    names, notes = tuple(f"h{number}" for number in range(1, len(units) + 1)), (*plain.notes, left_out)
    return replace(
        plain, train_x=train, test_x=test, input_names=names, plain=plain, notes=notes if not kept.all() else plain.notes
    )


def _drawn(task: Task, seed: int) -> Dataset:
    """The points of a built-in task."""
    builtin = TASKS[task.name]
    train = builtin.sample(np.random.default_rng((seed, 0)), task.training_points)
    test = builtin.sample(np.random.default_rng((seed, 1)), task.test_points)
    names = tuple(f"x{index + 1}" for index in range(builtin.dimension))
    return Dataset(*train, *test, names, builtin.threshold, builtin.classes)
