"""Tasks: what a circuit can be asked to learn. A new one is a file here and an entry in ``TASKS``."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Task
from dsd_ncrn.errors import did_you_mean
from dsd_ncrn.tasks import boolean2d, linear2d, linreg2d, nonlinreg2d, rings2d, sectors3, sinreg2d, stripes3
from dsd_ncrn.tasks.table import load_table
from dsd_ncrn.tasks.types import BuiltinTask, Dataset

__all__ = ["TASKS", "BuiltinTask", "Dataset", "load_dataset", "task_named"]

TASKS: tuple[BuiltinTask, ...] = (
    linreg2d.TASK,
    nonlinreg2d.TASK,
    sinreg2d.TASK,
    linear2d.TASK,
    rings2d.TASK,
    boolean2d.XOR,
    boolean2d.AND,
    boolean2d.OR,
    sectors3.TASK,
    stripes3.TASK,
)


def task_named(name: str) -> BuiltinTask:
    """The built-in task of that name; DesignError naming the nearest one if there is none."""
    for task in TASKS:
        if task.name == name:
            return task
    raise DesignError("unknown task", name, did_you_mean(name, [task.name for task in TASKS]), key=("task", "name"))


def load_dataset(task: Task, seed: int) -> Dataset:
    """The data of a design's task; the same seed gives the same data.

    Training and test points of a built-in task come from separate streams, so that the number of one does not change
    the other. Raises DesignError for an unknown task, InputError for a CSV file that cannot be used.
    """
    if task.csv is not None:
        return load_table(task, seed)
    builtin = task_named(task.name)
    train = builtin.sample(np.random.default_rng((seed, 0)), task.training_points)
    test = builtin.sample(np.random.default_rng((seed, 1)), task.test_points)
    names = tuple(f"x{index + 1}" for index in range(builtin.dimension))
    return Dataset(*train, *test, names, builtin.threshold, builtin.classes)
