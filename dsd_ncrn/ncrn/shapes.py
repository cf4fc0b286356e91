"""Sizes and projections of a circuit: how many inputs, states and outputs, and the matrices between them."""

from __future__ import annotations

from dataclasses import dataclass

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, Matrix, Rail, Rails

LARGEST_WEIGHT = 10.0
"""A weight becomes that many product molecules of one reaction, which a gate must release."""


@dataclass(frozen=True, slots=True)
class Shape:
    """``inputs`` counts those of the data, ``loaded`` also the constant ones, ``states`` is d.

    ``w_in`` (states, loaded) and ``w_out`` (outputs, states).
    """

    inputs: int
    loaded: int
    states: int
    outputs: int
    w_in: Matrix
    w_out: Matrix

    @property
    def backward_weights(self) -> Matrix:
        """W_out^T W_out, (states, states): with a = W_out^T (W_out z - y) what each z gives to each adjoint."""
        columns = list(zip(*self.w_out))
        return tuple(tuple(sum(a * b for a, b in zip(first, second)) for second in columns) for first in columns)


def shape_of(circuit: Circuit, inputs: int, outputs: int = 1) -> Shape:
    """The sizes of a circuit for data with ``inputs`` and ``outputs`` columns.

    Raises DesignError, naming the key, for a matrix that does not fit them or has a weight out of bounds.
    """
    loaded = inputs + circuit.pad
    w_in = circuit.w_in or _identity(loaded, loaded)
    _check_matrix("w_in", w_in, None, loaded)
    states = len(w_in)
    if circuit.w_out is None and outputs > states:
        rule = f"{outputs} outputs are more than the {states} states"
        raise DesignError(f"circuit.w_out: {rule}", remedy="Raise circuit.pad, or give w_out.", key=("circuit", "w_out"))
    w_out = circuit.w_out or ((1.0,) * states,) if outputs == 1 else circuit.w_out or _identity(outputs, states)
    _check_matrix("w_out", w_out, outputs, states)
    return Shape(inputs, loaded, states, outputs, w_in, w_out)


def each(rails: Rails | None, count: int, key: str) -> tuple[Rail, ...]:
    """One rail for each of ``count`` entries; what is left to the compiler and not yet decided is dual."""
    if isinstance(rails, tuple):
        if len(rails) != count:
            rule = f"circuit.{key}: one rail, or a list of {count}"
            raise DesignError(rule, list(rails), key=("circuit", key))
        return rails
    return ("single" if rails == "single" else "dual",) * count


def _identity(rows: int, columns: int) -> Matrix:
    return tuple(tuple(float(row == column) for column in range(columns)) for row in range(rows))


def _check_matrix(key: str, matrix: Matrix, rows: int | None, columns: int) -> None:
    wanted = f"{rows if rows is not None else 'one or more'} rows of {columns}"
    if (rows is not None and len(matrix) != rows) or any(len(row) != columns for row in matrix) or not matrix:
        found = " + ".join(str(len(row)) for row in matrix)
        raise DesignError(f"circuit.{key}: a matrix of {wanted} numbers", f"rows of {found}", key=("circuit", key))
    largest = max((abs(value) for row in matrix for value in row), default=0.0)
    if largest > LARGEST_WEIGHT:
        rule = f"circuit.{key}: a weight is -{LARGEST_WEIGHT:g} to {LARGEST_WEIGHT:g}"
        raise DesignError(rule, largest, "Scale the data, or the rest of f.", key=("circuit", key))
