"""The columns of a user's table that a circuit learns from: which are inputs and targets, what is a class, which rows count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.tables import Table, is_missing, is_number
from dsd_ncrn.errors import InputError

Flags = np.ndarray[Any, np.dtype[np.bool_]]
"""One truth for each row."""
TARGET_NAMES = ("y", "target", "targets", "output", "response", "result", "outcome")
CLASS_NAMES = ("class", "classes", "label", "labels", "species", "category")
MOST_CLASSES, MOST_CODES = 10, 5
"""So many words are classes, and so many whole numbers in a row where the name of the column is none of a class."""
LARGEST = 1e100
"""Squares and products of numbers up to it are finite."""
ROWS_A_CODE = 5
"""Whole numbers are codes of classes where each comes that often, on the average."""


class Kind(StrEnum):
    """What is learned: numbers, which of two classes, or which of several."""

    REGRESSION = "regression"
    BINARY = "classification"
    CLASSES = "classes"


@dataclass(frozen=True, eq=False)
class Choice:
    """Inputs ``x`` (rows, inputs) and targets ``y`` (rows, targets) with their names, and what was thought on the way.

    One class of two is 0 or 1; of several each has a column, 1 in its rows. ``guessed`` tells that nobody named the inputs,
    ``coded`` that some cells are not the numbers that they hold in the file.
    """

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    x: Floats
    y: Floats
    kind: Kind
    guessed: bool
    coded: bool
    notes: tuple[str, ...]


def choose(table: Table, inputs: Sequence[str], targets: Sequence[str], kind: Kind | None = None) -> Choice:
    """Inputs and targets as they are named, or guessed: a column named like a target, else the last one, is the target.

    ``kind`` says whether a target of few whole numbers is a number or a code. Rows that lack a value in a chosen column are
    left out. Raises InputError for a name that is no column, a chosen column that is of neither numbers nor classes, with
    the line of its first wrong cell, and where nothing is left to learn from.
    """
    _check_header(table)
    for name in (*inputs, *targets):
        table.cells(name)
    useful = [name for name in table.header if name and _tells(table, name)]
    left_out = [name for name in table.header if name and name not in (*useful, *inputs, *targets)]
    notes = [*table.notes]
    if any(cell for row in table.rows for name, cell in zip(table.header, row) if not name):
        notes.append("left out: a column without a name")
    if not targets:
        likely = [name for name in useful if name not in inputs and name.lower() in (*TARGET_NAMES, *CLASS_NAMES)]
        targets = likely or [name for name in useful if name not in inputs][-1:]
        notes.append(f"the target is taken to be {', '.join(targets)}")
    guessed = not inputs
    if guessed:
        rest = [name for name in useful if name not in targets]
        inputs = [name for name in rest if table.holds_numbers(name) or len(_words(table, name)) == 2]
        notes.append(f"the inputs are taken to be {', '.join(inputs)}")
        left_out += [name for name in rest if name not in inputs]
        notes += [f"left out: {', '.join(left_out)}, which are no numbers, constant or count the rows"] if left_out else []
    if not (inputs and targets):
        remedy = "Write commas, semicolons or tabs between cells." if len(table.header) == 1 else ""
        raise InputError(
            "there is nothing to learn: a target and an input are needed", ", ".join(table.header), remedy, table.file
        )
    if set(inputs) & set(targets):
        raise InputError("a column is an input or a target, not both", sorted(set(inputs) & set(targets))[0], "", table.file)
    notes += table.how([name for name in (*inputs, *targets) if table.holds_numbers(name)])
    whole = _whole(table, (*inputs, *targets))
    if not whole.all():
        notes.append(f"{np.sum(~whole)} of {len(whole)} rows lack a value and are left out")
    x = [_input(table, name, notes)[whole] for name in inputs]
    found, names, columns = _target(table, targets, kind, whole, notes)
    for column, values in zip((*inputs, *names), (*x, *columns.T)):
        largest = np.abs(values).max()
        if largest > LARGEST or 0 < largest < 1 / LARGEST:
            rule = f"column {column!r}: numbers of up to 1e100, and the largest not below 1e-100, can be scaled"
            raise InputError(rule, float(largest), "Write them in another unit.", table.file)
    coded = (found == Kind.CLASSES and len(targets) == 1) or not all(map(table.holds_numbers, (*inputs, *targets)))
    return Choice(tuple(inputs), names, np.column_stack(x), columns, found, guessed, coded, tuple(notes))


def _check_header(table: Table) -> None:
    named = [name for name in table.header if name]
    for name in named:
        if named.count(name) > 1:
            raise InputError("every column has a name of its own", name, "Correct the header.", table.file, 1)
    if all(map(is_number, named)):
        remedy = "Put a header above the data."
        raise InputError("the first line names the columns", ",".join(named), remedy, table.file, 1)
    if len(table.rows) < 2:
        rule = "a data set has a header and at least two rows, one to train on and one to test on"
        raise InputError(rule, f"{len(table.rows)} rows", file=table.file)


def _words(table: Table, name: str) -> list[str]:
    """The values of a column of words, sorted; nothing where one of them is a number."""
    found = sorted({cell for cell in table.cells(name) if not is_missing(cell)})
    return [] if any(map(is_number, found)) else found


def _tells(table: Table, name: str) -> bool:
    """Whether a column is of numbers or of few words, and neither constant nor the number of the row."""
    if not table.holds_numbers(name):
        return 2 <= len(_words(table, name)) <= min(MOST_CLASSES, len(table.rows) // 2)
    values = table.numbers(name)
    counts = len(values) > 2 and values[0] in (0.0, 1.0) and np.array_equal(values, values[0] + np.arange(len(values)))
    return len(np.unique(values[~np.isnan(values)])) > 1 and not counts


def _whole(table: Table, names: Sequence[str]) -> Flags:
    """Which rows have a value in each of the columns. Raises InputError where fewer than two have."""
    lacking = {name: np.array([is_missing(cell) for cell in table.cells(name)]) for name in names}
    whole = ~np.any(list(lacking.values()), axis=0)
    if whole.sum() < 2:
        worst = max(names, key=lambda name: int(lacking[name].sum()))
        rule = "fewer than two rows have a value in every column that is used"
        raise InputError(rule, worst, f"Leave {worst!r} out, with --inputs and --targets.", table.file)
    return whole


def _input(table: Table, name: str, notes: list[str]) -> Floats:
    """The numbers of a column (rows,); of two words the first is 0 and the second 1."""
    words = [] if table.holds_numbers(name) else _words(table, name)
    if len(words) != 2:
        return table.numbers(name)
    notes.append(f"{name}: {words[0]} is written as 0, and {words[1]} as 1")
    return np.array([float(cell == words[1]) for cell in table.cells(name)])


def _target(
    table: Table, names: Sequence[str], wanted: Kind | None, whole: Flags, notes: list[str]
) -> tuple[Kind, tuple[str, ...], Floats]:
    """What is learned, the names of its columns, and their numbers (rows, targets)."""
    if len(names) > 1:
        y = np.column_stack([table.numbers(name)[whole] for name in names])
        one_hot = bool(np.isin(y, (0.0, 1.0)).all() and (y.sum(axis=1) == 1).all())
        return Kind.CLASSES if one_hot else Kind.REGRESSION, tuple(names), y
    name = names[0]
    words = [] if table.holds_numbers(name) else _words(table, name)
    cells: list[object] = [cell for cell, kept in zip(table.cells(name), whole) if kept]
    if not 2 <= len(words) <= MOST_CLASSES:
        values = table.numbers(name)[whole]
        if not _are_codes(name, values, wanted):
            return Kind.REGRESSION, (name,), values.reshape(-1, 1)
        cells = [float(value) for value in values]
    kinds = sorted(set(cells), key=lambda value: (value if isinstance(value, float) else 0.0, str(value)))
    shown = [f"{value:g}" if isinstance(value, float) else str(value) for value in kinds]
    if len(kinds) == 2:
        if kinds != [0.0, 1.0]:
            notes.append(f"{name}: the classes {shown[0]} and {shown[1]} are written as 0 and 1")
        return Kind.BINARY, (name,), np.array([[float(cell == kinds[1])] for cell in cells])
    if len(kinds) < 2:
        raise InputError(f"the target {name!r} has only one value", shown[0], "Name another with --targets.", table.file)
    notes.append(f"{name}: {', '.join(shown)} are classes with a column each; --kind regression keeps them as numbers")
    return Kind.CLASSES, tuple(f"{name}_{each}" for each in shown), np.array([[float(c == k) for k in kinds] for c in cells])


def _are_codes(name: str, values: Floats, wanted: Kind | None) -> bool:
    """Whether the numbers of a target stand for classes: two of them, or few whole ones in a row."""
    found = np.unique(values)
    if wanted == Kind.REGRESSION or len(found) == 2 or (wanted and len(found) <= MOST_CLASSES):
        return wanted != Kind.REGRESSION
    most = MOST_CLASSES if name.lower() in CLASS_NAMES else MOST_CODES
    in_a_row = np.array_equal(found, found[0] + np.arange(len(found)))
    return in_a_row and float(found[0]).is_integer() and len(found) <= most and len(values) >= ROWS_A_CODE * len(found)
