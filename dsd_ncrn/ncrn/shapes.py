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
    w_in = _identity(loaded, loaded) if circuit.w_in is None else circuit.w_in
    _check_matrix("w_in", w_in, None, loaded)
    states = len(w_in)
    if circuit.w_out is None and outputs > states:
        rule = f"{outputs} outputs are more than the {states} states"
        raise DesignError(f"circuit.w_out: {rule}", remedy="Raise circuit.pad, or give w_out.", key=("circuit", "w_out"))
    w_out = _outputs(outputs, states) if circuit.w_out is None else circuit.w_out
    _check_matrix("w_out", w_out, outputs, states)
    _check_reach(circuit, w_in, w_out)
    return Shape(inputs, loaded, states, outputs, w_in, w_out)


def each(rails: Rails | None, count: int, key: str) -> tuple[Rail, ...]:
    """One rail for each of ``count`` entries; what is left to the compiler and not yet decided is dual.

    Raises DesignError for a list of another length.
    """
    if isinstance(rails, tuple):
        if len(rails) != count:
            rule = f"circuit.{key}: one rail, or a list of {count}"
            raise DesignError(rule, list(rails), key=("circuit", key))
        return rails
    return ("single" if rails == "single" else "dual",) * count


def _identity(rows: int, columns: int) -> Matrix:
    return tuple(tuple(float(row == column) for column in range(columns)) for row in range(rows))


def _outputs(outputs: int, states: int) -> Matrix:
    """One target is the sum of all states, the first of several the first state, and so on."""
    return ((1.0,) * states,) if outputs == 1 else _identity(outputs, states)


def _check_reach(circuit: Circuit, w_in: Matrix, w_out: Matrix) -> None:
    """Nothing can be learned where no input gets in, or where an output is 0 whatever the state."""
    if not any(weight for row in w_in for weight in row):
        raise DesignError("circuit.w_in: with zeros alone no input gets in", remedy="Give weights.", key=("circuit", "w_in"))
    if not circuit.train_w_out and not all(any(row) for row in w_out):
        remedy = "Give weights, or set train_w_out = true."
        raise DesignError("circuit.w_out: with a row of zeros an output is always 0", remedy=remedy, key=("circuit", "w_out"))


def _check_matrix(key: str, matrix: Matrix, rows: int | None, columns: int) -> None:
    wanted = f"{'one or more' if rows is None else rows} row{'s' * (rows != 1)} of {columns}"
    if (rows is not None and len(matrix) != rows) or any(len(row) != columns for row in matrix) or not matrix:
        found = " + ".join(str(len(row)) for row in matrix)
        given = f"rows of {found}" if matrix else "no row"
        raise DesignError(f"circuit.{key}: a matrix of {wanted} numbers", given, key=("circuit", key))
    largest = max((abs(value) for row in matrix for value in row), default=0.0)
    if largest > LARGEST_WEIGHT:
        rule = f"circuit.{key}: a weight is -{LARGEST_WEIGHT:g} to {LARGEST_WEIGHT:g}"
        raise DesignError(rule, largest, "Scale the data, or the rest of f.", key=("circuit", key))
