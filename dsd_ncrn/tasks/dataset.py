"""Data sets, the kind of task that makes them, and those of a user's CSV file, checked cell by cell and split at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Task
from dsd_ncrn.design.tables import read_table
from dsd_ncrn.errors import InputError

Sampler = Callable[[np.random.Generator, int], tuple[Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Points to learn from and points to judge by: ``*_x`` (n, inputs) and ``*_y`` (n, outputs), dimensionless, read-only.

    Targets given as (n,) become one column. ``threshold`` is what a prediction must exceed to count as ON in a
    classification with one output; with several and ``classes`` the largest names the class. A regression has neither.
    ``notes`` tell how a file was read where that may surprise. Where inputs are those of a fixed layer, ``plain`` are the
    points that it is made from.
    """

    train_x: Floats
    train_y: Floats
    test_x: Floats
    test_y: Floats
    input_names: tuple[str, ...]
    threshold: float | None = None
    classes: bool = False
    notes: tuple[str, ...] = ()
    plain: Dataset | None = None

    def __post_init__(self) -> None:
        for name in ("train_x", "train_y", "test_x", "test_y"):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.ndim == 1:
                array = array.reshape(-1, 1)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def dimension(self) -> int:
        """Number of inputs."""
        return self.train_x.shape[1]

    @property
    def outputs(self) -> int:
        """Number of targets."""
        return self.train_y.shape[1]

    def accuracy(self, predictions: Floats, targets: Floats) -> float | None:
        """The share of predictions (n, outputs) on the side, or in the class, of their targets; None in a regression."""
        if self.classes:
            return float((predictions.argmax(axis=1) == targets.argmax(axis=1)).mean())
        if self.threshold is None:
            return None
        return float(((predictions > self.threshold) == (targets > self.threshold)).mean())


@dataclass(frozen=True, slots=True)
class BuiltinTask:
    """A synthetic task. ``sample(rng, n)`` draws inputs (n, dimension) and targets (n,) or, for classes, (n, classes)."""

    name: str
    description: str
    dimension: int
    sample: Sampler
    threshold: float | None = None
    on: float | None = None
    classes: bool = False


def load_table(task: Task, seed: int) -> Dataset:
    """The rows of ``task.csv``, shuffled by ``seed`` unless the task keeps their order, and divided in training and test.

    Where the file has enough rows, exactly the wanted numbers of points are taken, else it is divided in their ratio. With
    ``task.test_csv`` each file gives its own points, at most that many. Rows that lack a value are left out and counted in
    ``notes``. Raises InputError, with the line, for a missing column, a cell that is no finite number, a row with more
    cells than the header, or too few rows; DesignError for a column named twice in the design.
    """
    if task.csv is None:
        raise DesignError("the task names no CSV file", key=("task",))
    columns = (*task.inputs, *task.targets)
    for column in columns:
        if columns.count(column) > 1:
            key = ("task", "targets" if column in task.targets else "inputs")
            raise DesignError("a column is an input or a target, once", column, "Name another column.", key=key)
    rows, notes = _complete_rows(task.csv, columns, task.scales)
    if task.shuffle:
        rows = rows[np.random.default_rng(seed).permutation(len(rows))]
    if task.test_csv is None:
        train = _training_share(task, len(rows), task.csv)
        first, second = rows[:train], rows[train : train + task.test_points]
    else:
        others, more = _complete_rows(task.test_csv, columns, task.scales)
        first, second, notes = rows[: task.training_points], others[: task.test_points], (*notes, *more)
        for file, all_rows, used in ((task.csv, rows, "training_points"), (task.test_csv, others, "test_points")):
            if len(all_rows) == 0:
                raise InputError("a data set needs a row at least", 0, file=file)
            if len(all_rows) > getattr(task, used):
                notes = (*notes, f"{file}: {getattr(task, used)} of {len(all_rows)} rows are used (task.{used})")
    split = len(task.inputs)
    parts = (first[:, :split], first[:, split:], second[:, :split], second[:, split:])
    return Dataset(*parts, task.inputs, task.threshold, task.classes, notes)


def _training_share(task: Task, rows: int, file: str) -> int:
    if rows < 2:
        raise InputError("a data set needs at least two rows, one to train on and one to test on", rows, file=file)
    wanted = task.training_points + task.test_points
    share = task.training_points if rows >= wanted else round(rows * task.training_points / wanted)
    return min(max(share, 1), rows - 1)


def _complete_rows(
    file: str, columns: Sequence[str], scales: Mapping[str, tuple[float, float]]
) -> tuple[Floats, tuple[str, ...]]:
    """The named columns of the rows that have a value in each, shape (rows, columns), and what is to be told of them.

    Of a column with a scale its offset is taken, and the rest divided by its factor.
    """
    table = read_table(file)
    values = np.column_stack([table.numbers(column) for column in columns])
    whole = ~np.isnan(values).any(axis=1)
    lacking = (f"{len(values) - whole.sum()} of {len(values)} rows lack a value and are left out",) if not whole.all() else ()
    offset, factor = np.array([scales.get(column, (0.0, 1.0)) for column in columns]).T
    return (values[whole] - offset) / factor, tuple(f"{file}: {note}" for note in (*table.notes, *table.how(columns), *lacking))
