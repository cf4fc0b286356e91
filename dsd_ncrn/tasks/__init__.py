"""Tasks: what a circuit can be asked to learn."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.design.spec import Task
from dsd_ncrn.families import TASKS
from dsd_ncrn.tasks.dataset import BuiltinTask, Dataset, load_table

__all__ = ["BuiltinTask", "Dataset", "load_dataset"]


def load_dataset(task: Task, seed: int) -> Dataset:
    """The data of a design's task; the same seed gives the same data.

    Training and test points of a built-in task come from separate streams, so that the number of one does not change
    the other. Raises DesignError for an unknown task, InputError for a CSV file that cannot be used.
    """
    if task.csv is not None:
        return load_table(task, seed)
    builtin = TASKS[task.name]
    train = builtin.sample(np.random.default_rng((seed, 0)), task.training_points)
    test = builtin.sample(np.random.default_rng((seed, 1)), task.test_points)
    names = tuple(f"x{index + 1}" for index in range(builtin.dimension))
    return Dataset(*train, *test, names, builtin.threshold, builtin.classes)
