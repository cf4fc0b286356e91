"""A design for the columns of a CSV file: which circuit, how fast it learns, what a user should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from pathlib import Path
from typing import Any

import numpy as np

from cli.new.columns import Column, ColumnChoice, factor_of, table_text
from cli.new.templates import DUAL, Values
from dsd_ncrn.arrays import Floats

MOST_INPUTS = 4
FEW_ROWS = 20
SEPARABLE = 0.95
"""Share of points on their side of the best line from which on a linear classifier is proposed."""
LINE_EXPLAINS = 0.8
"""Share of the variance below which a note says that a line does not explain the target."""
ITERATIONS = 2000
"""About as many iterations are proposed."""
PATTERN = ((0.6, -0.4, 0.5, -0.3), (0.3, 0.7, -0.5, 0.4), (0.5, 0.4, 0.3, -0.5))
"""Start of the three forms of a classifier, input by input: forms that start alike stay alike."""


@dataclass(frozen=True)
class Proposal:
    """What a design sets, the text of its table where the columns had to be divided, and what is told to the user."""

    values: Values
    table: str | None
    notes: tuple[str, ...]


def propose(choice: ColumnChoice, source: Path, name: str) -> Proposal:
    """A design for inputs and targets; ``name`` is that of the file, ``source`` the user's table."""
    scaled, divided = _scaled(choice)
    inputs, targets = scaled.inputs, scaled.targets
    x: Floats = np.array([column.values for column in inputs]).T
    y: Floats = np.array([column.values for column in targets]).T
    circuit, kind, notes = _circuit(x, y)
    csv = f"{name}.csv" if divided else str(source)
    rows = len(x)
    train = max(2, round(0.7 * rows))
    task: dict[str, Any] = {
        "csv": csv,
        "inputs": [column.name for column in inputs],
        "targets": [column.name for column in targets],
        **({"threshold": 0.5} if kind == "classification" else {}),
        **({"classes": True} if kind == "classes" else {}),
        "training_points": train,
        "test_points": max(2, rows - train),
    }
    training = {"epochs": min(100, max(5, round(ITERATIONS / train))), "strand_iterations": 5}
    values = {"task": task, "circuit": circuit, "training": training, "chemistry": {"unit": "4 nM"}}
    warnings = _warnings(inputs, rows)
    return Proposal(values, table_text((*inputs, *targets)) if divided else None, (*choice.notes, *divided, *notes, *warnings))


def _scaled(choice: ColumnChoice) -> tuple[ColumnChoice, tuple[str, ...]]:
    """Columns of a size that suits a tube, and what was done to which; two classes are 0 and 1."""
    notes: list[str] = []

    def sized(column: Column, target: bool) -> Column:
        if target and len(choice.targets) == 1 and len(column.distinct) == 2:
            low, high = column.distinct
            if (low, high) == (0.0, 1.0):
                return column
            notes.append(f"{column.name}: the classes {low:g} and {high:g} are written as 0 and 1")
            return column.divided(high - low, low)
        factor = factor_of(column)
        if factor != 1.0:
            notes.append(f"{column.name}: divided by {factor:g}, since its values reach {column.largest:.4g}")
        return column.divided(factor)

    inputs = tuple(sized(column, False) for column in choice.inputs)
    targets = tuple(sized(column, True) for column in choice.targets)
    return ColumnChoice(inputs, targets, ()), tuple(notes)


def _circuit(x: Floats, y: Floats) -> tuple[dict[str, Any], str, tuple[str, ...]]:
    """The section [circuit], the kind of task, and why."""
    padded: Floats = np.hstack([x, np.ones((len(x), 1))])
    fit: Floats = padded @ np.linalg.lstsq(padded, y, rcond=None)[0]
    if y.shape[1] > 1:
        one_hot = bool(np.all((y == 0.0) | (y == 1.0))) and bool(np.all(y.sum(axis=1) == 1))
        kind = "classes" if one_hot else "regression"
        return _linear(x, y.shape[1]), kind, (f"{kind} with {y.shape[1]} targets: each is linear in the inputs",)
    if len(set(y.ravel().tolist())) == 2:
        right = float(np.mean(np.equal(fit > 0.5, y > 0.5)))
        if right >= SEPARABLE:
            return _linear(x, 1), "classification", (f"two classes: a line puts {right:.0%} of the points on their side",)
        note = f"two classes: a line puts {right:.0%} of the points on their side, so squares of linear forms are weighed"
        return _squares(x), "classification", (note,)
    variance = float(np.sum((y - y.mean(axis=0)) ** 2))
    explained = 1.0 - float(np.sum((y - fit) ** 2)) / variance
    notes = [f"regression: linear in the inputs, which explains {explained:.0%} of the variance"]
    if explained < LINE_EXPLAINS:
        notes.append("a formula with products, as in designs/own_data.toml, may explain more")
    return _linear(x, 1), "regression", tuple(notes)


def _linear(x: Floats, targets: int) -> dict[str, Any]:
    """Linear with a learned constant: the last input is the constant 1. Gradient descent bears four times the rate."""
    inputs = x.shape[1]
    pad = max(1, targets - inputs)
    rate = _round_down(0.5 / (_largest(x) + pad))
    if targets == 1:
        return {"f": "theta * x", "T": 1.0, "learning_rate": rate, **DUAL, "theta_initial": 0.1, "pad": pad}
    size = inputs + pad
    rows = [_form(row, inputs + 1) for row in range(1, targets + 1)]
    f = [*rows, *["0*x1"] * (size - targets)]
    return {"f": f, "T": 1.0, "learning_rate": rate, **DUAL, "theta_initial": 0.1, "pad": pad}


def _squares(x: Floats) -> dict[str, Any]:
    """The squares of three linear forms, weighed against each other by a state that saturates (rings2d_bimolecular)."""
    inputs = x.shape[1]
    pad = max(1, 5 - inputs)
    forms = [_form(1, inputs), _form(2, inputs), _form(3, inputs + 1)]
    middle = ["2*(z1*z1 + z2*z2 - z3*z3) - 8*z4*abs(z4)", f"0.5*x{inputs + 1}"]
    unused = ["0*x1"] * (inputs + pad - 5)
    start = [*(row[place % 4] for row in PATTERN for place in range(inputs)), -0.6]
    weights = [0.0, 0.0, 0.0, 1.0, 1.0, *[0.0] * len(unused)]
    rate = min(0.05, _round_down(0.1 / (_largest(x) + 1.0)))
    learning = {"T": 1.0, "learning_rate": rate, **DUAL, "theta_initial": start, "pad": pad}
    return {"f": [*forms, *middle, *unused], **learning, "w_out": [weights], "zb_cap": 20.0}


def _largest(x: Floats) -> float:
    """The largest sum of squares of a point."""
    return float(np.max(np.sum(x**2, axis=1)))


def _form(row: int, inputs: int) -> str:
    separator = "_" if inputs > 9 or row > 9 else ""
    return " + ".join(f"Theta{row}{separator}{place}*x{place}" for place in range(1, inputs + 1))


def _round_down(value: float) -> float:
    """To one digit."""
    power = 10.0 ** floor(log10(value))
    return float(f"{floor(value / power) * power:.1g}")


def _warnings(inputs: Sequence[Column], rows: int) -> tuple[str, ...]:
    notes: list[str] = []
    negative = [column.name for column in inputs if min(column.values) < 0]
    if negative:
        notes.append(f"negative values need a second species each: {', '.join(negative)}")
    if len(inputs) > MOST_INPUTS:
        notes.append(f"{len(inputs)} inputs make a large circuit: each costs about 40 strands; choose some with --inputs")
    if rows < FEW_ROWS:
        notes.append(f"{rows} rows are few to learn from and to test on")
    return tuple(notes)
