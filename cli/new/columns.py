"""The columns of a CSV file: which are numbers, which are inputs and targets, and by what they are divided."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dsd_ncrn.design.files import read_text
from dsd_ncrn.errors import InputError, did_you_mean

TARGET_NAMES = ("y", "target", "targets", "label", "class", "output", "response", "result", "outcome")
SMALL, LARGE = 0.2, 10.0
"""Largest values that are used as they are: the gates are made for values of about 1."""
STEPS = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Column:
    """A column of finite numbers."""

    name: str
    values: tuple[float, ...]

    @property
    def largest(self) -> float:
        """The largest absolute value."""
        return max(abs(value) for value in self.values)

    @property
    def distinct(self) -> tuple[float, ...]:
        """The values that occur, sorted."""
        return tuple(sorted(set(self.values)))

    @property
    def tells(self) -> bool:
        """Whether it is neither constant nor the number of the row."""
        first = self.values[0]
        numbers = first in (0.0, 1.0) and self.values == tuple(first + row for row in range(len(self.values)))
        return len(self.distinct) > 1 and not (numbers and len(self.values) > 2)

    def divided(self, factor: float, offset: float = 0.0) -> Column:
        """The column less an offset, divided."""
        return Column(self.name, tuple((value - offset) / factor for value in self.values))


@dataclass(frozen=True)
class ColumnChoice:
    """Inputs and targets, and what was thought on the way to them."""

    inputs: tuple[Column, ...]
    targets: tuple[Column, ...]
    notes: tuple[str, ...]


def read_columns(path: Path) -> tuple[dict[str, Column], tuple[str, ...]]:
    """The columns of numbers by name, and notes on those that are left out.

    Raises InputError for a file that cannot be read, has no header, fewer than two rows, or no column of numbers.
    """

    reader = csv.reader(io.StringIO(read_text(path), newline=""), skipinitialspace=True)
    rows = [[cell.strip() for cell in row] for row in reader if any(cell.strip() for cell in row)]
    if len(rows) < 3:
        rule = "a data set has a header and at least two rows, one to train on and one to test on"
        raise InputError(rule, f"{len(rows)} lines", file=str(path))
    header, body = rows[0], rows[1:]
    _check_header(header, path)
    found, notes = dict[str, Column](), list[str]()
    for place, name in enumerate(header):
        numbers = [_number(row[place] if place < len(row) else "") for row in body]
        wrong = next((row for row, number in zip(body, numbers) if not math.isfinite(number)), None)
        if wrong is None:
            found[name] = Column(name, tuple(numbers))
        else:
            cell = wrong[place] if place < len(wrong) else ""
            notes.append(f"column {name!r} is left out: {cell!r} in data row {body.index(wrong) + 1} is no number")
    if not found:
        raise InputError("no column holds numbers alone", notes[0], "Write decimal points and commas between cells.", str(path))
    return found, tuple(notes)


def _check_header(header: Sequence[str], path: Path) -> None:
    if len(header) == 1 and any(sign in header[0] for sign in ";\t"):
        rule, remedy = "columns are separated by commas", "Write commas between cells and points in numbers."
        raise InputError(rule, header[0], remedy, str(path), 1)
    for name in header:
        if not name or header.count(name) > 1:
            raise InputError("every column has a name of its own", name, "Correct the header.", str(path), 1)
    if all(math.isfinite(_number(name)) for name in header):
        raise InputError("the first line names the columns", ",".join(header), "Put a header above the data.", str(path), 1)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def choose(columns: dict[str, Column], inputs: Sequence[str], targets: Sequence[str], file: str) -> ColumnChoice:
    """Inputs and targets as given, or guessed: a column named like a target, else the last one, is the target.

    Raises InputError for a name that is no column of numbers, and where nothing is left for inputs.
    """
    for name in (*inputs, *targets):
        if name not in columns:
            raise InputError("there is no such column of numbers", name, did_you_mean(name, columns), file)
    notes: list[str] = []
    useful = [each for each in columns.values() if each.name not in inputs and each.tells]
    if not targets:
        named = [each.name for each in useful if each.name.lower() in TARGET_NAMES]
        targets = named or [each.name for each in useful[-1:]]
        notes.append(f"the target is taken to be {', '.join(targets)}")
    if not inputs:
        inputs = [each.name for each in useful if each.name not in targets]
        dropped = [name for name in columns if name not in (*inputs, *targets)]
        notes.append(f"the inputs are taken to be {', '.join(inputs)}")
        notes += [f"left out: {', '.join(dropped)}, constant or the number of the row"] if dropped else []
    if not (inputs and targets):
        raise InputError("there is nothing to learn: a target and an input are needed", ", ".join(columns), "", file)
    if set(inputs) & set(targets):
        raise InputError("a column is an input or a target, not both", sorted(set(inputs) & set(targets))[0], "", file)
    return ColumnChoice(tuple(columns[name] for name in inputs), tuple(columns[name] for name in targets), tuple(notes))


def factor_of(column: Column) -> float:
    """What the values are divided by: 1 where they suit a tube, else the round number next below the largest of them."""
    largest = column.largest
    if largest == 0 or SMALL <= largest <= LARGE:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return max(step for step in STEPS if step * power <= largest * (1 + 1e-12)) * power


def table_text(columns: Sequence[Column]) -> str:
    """The columns as a CSV file, to ten digits."""
    rows = zip(*(column.values for column in columns))
    lines = [",".join(f"{value:.10g}" for value in row) for row in rows]
    return "\n".join([",".join(column.name for column in columns), *lines]) + "\n"
