"""Data sets, the kind of task that makes them, and those of a user's CSV file, checked cell by cell and split at random."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.files import read_rows
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Task
from dsd_ncrn.errors import InputError, did_you_mean

Sampler = Callable[[np.random.Generator, int], tuple[Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Points to learn from and points to judge by: ``*_x`` (n, inputs) and ``*_y`` (n, outputs), dimensionless, read-only.

    Targets given as (n,) become one column. ``threshold`` is what a prediction must exceed to count as ON in a
    classification with one output; with several and ``classes`` the largest names the class. A regression has neither.
    """

    train_x: Floats
    train_y: Floats
    test_x: Floats
    test_y: Floats
    input_names: tuple[str, ...]
    threshold: float | None = None
    classes: bool = False

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
    """The rows of ``task.csv``, shuffled by ``seed`` and split in the ratio of training_points to test_points.

    Where the file has enough rows, exactly those numbers of points are taken. Raises InputError naming the file's line
    for a missing column, an empty, non-numeric or non-finite cell, a row with more cells than the header, or fewer than two
    rows; DesignError for a column named twice in the design.
    """
    if task.csv is None:
        raise DesignError("the task names no CSV file", key=("task",))
    columns = (*task.inputs, *task.targets)
    for column in columns:
        if columns.count(column) > 1:
            key = ("task", "targets" if column in task.targets else "inputs")
            raise DesignError("a column is an input or a target, once", column, "Name another column.", key=key)
    rows = _read_rows(task.csv, columns)
    train = _training_share(task, len(rows), task.csv)
    order = np.random.default_rng(seed).permutation(len(rows))
    first, second = rows[order[:train]], rows[order[train : train + task.test_points]]
    split = len(task.inputs)
    parts = (first[:, :split], first[:, split:], second[:, :split], second[:, split:])
    return Dataset(*parts, task.inputs, task.threshold, task.classes)


def _training_share(task: Task, rows: int, file: str) -> int:
    if rows < 2:
        raise InputError("a data set needs at least two rows, one to train on and one to test on", rows, file=file)
    wanted = task.training_points + task.test_points
    share = task.training_points if rows >= wanted else round(rows * task.training_points / wanted)
    return min(max(share, 1), rows - 1)


def _read_rows(file: str, columns: Sequence[str]) -> Floats:
    """The named columns of all rows, shape (rows, columns)."""
    numbered = read_rows(file)
    _, header = next(numbered, (1, list[str]()))
    indices = _indices(header, columns, file)
    rows: list[list[float]] = []
    for line, row in numbered:
        _check_length(row, header, file, line)
        rows.append([_number(row, index, column, file, line) for index, column in zip(indices, columns)])
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(columns))


def _indices(header: Sequence[str], columns: Sequence[str], file: str) -> list[int]:
    names = [name.strip() for name in header]
    if not any(names):
        raise InputError("the file is empty", remedy="The first line names the columns.", file=file, line=1)
    for column in columns:
        if names.count(column) != 1:
            raise _column_error(column, names, file)
    return [names.index(column) for column in columns]


def _column_error(column: str, names: Sequence[str], file: str) -> InputError:
    if column in names:
        return InputError("the column is there more than once", column, "Give each column a name of its own.", file, 1)
    separator = next((sign for sign in (";", "\t") if len(names) == 1 and sign in names[0]), None)
    if separator:
        remedy = "Write commas between cells and points in numbers."
        return InputError("the header is one cell: columns are separated by commas", names[0], remedy, file, 1)
    return InputError("there is no such column", column, did_you_mean(column, names), file, 1)


def _check_length(row: Sequence[str], header: Sequence[str], file: str, line: int) -> None:
    """A decimal comma makes two cells of one, and all that follow would slip into other columns."""
    if any(cell.strip() for cell in row[len(header) :]):
        rule = f"the row has {len(row)} cells, and the header {len(header)}"
        raise InputError(rule, remedy="Write decimal points, and commas between cells alone.", file=file, line=line)


def _number(row: Sequence[str], index: int, column: str, file: str, line: int) -> float:
    text = row[index].strip() if index < len(row) else ""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        rule = f"column {column!r}: a cell is a finite number"
        raise InputError(rule, text, "Correct the cell or delete the row.", file, line)
    return value
