"""A fixed layer under a trained circuit: units that are amounts of gates left on beads after a subtraction.

A unit is a formula of ``rest(a, b)``, what is left of a when b has been taken from it and never below zero, as
``rest(0.2, rest(2*x1, 0.9) + rest(2*x2, 0.9))``. Of the outer one a are gates, and b releasers, each of which lets one gate go;
every ``rest`` in b is made first: releasers, of which bare tethers take some. A sum of several ``rest`` shares the gates' well.
All amounts are linear in the inputs, so that a pipette computes nothing else.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.tasks.dataset import Dataset

REST = "rest"


@dataclass(frozen=True, slots=True)
class Amount:
    """``constant`` plus ``slopes`` (input number, factor) times the inputs."""

    constant: float = 0.0
    slopes: tuple[tuple[int, float], ...] = ()

    def of(self, x: Floats) -> Floats:
        """The amounts (points,) at inputs (points, inputs); below zero nothing is added."""
        return np.maximum(self.constant + sum((slope * x[:, number] for number, slope in self.slopes), np.zeros(len(x))), 0.0)

    def plus(self, other: Amount, factor: float = 1.0) -> Amount:
        """The sum with ``factor`` times another."""
        slopes = dict(self.slopes)
        for number, slope in other.slopes:
            slopes[number] = slopes.get(number, 0.0) + factor * slope
        return Amount(self.constant + factor * other.constant, tuple(slopes.items()))


@dataclass(frozen=True, slots=True)
class Well:
    """What is mixed for one ``rest``: ``gates``, releasers that are ``released`` as they are, and those of ``premixed`` that
    are left of some when bare tethers against them have been taken out: pairs of both."""

    gates: Amount
    released: Amount = Amount()
    premixed: tuple[tuple[Amount, Amount], ...] = ()

    def left(self, x: Floats) -> Floats:
        """The gates (points,) that stay at inputs (points, inputs) when everything reacts to its end."""
        spare = (np.maximum(releasers.of(x) - tethers.of(x), 0.0) for releasers, tethers in self.premixed)
        return np.maximum(self.gates.of(x) - self.released.of(x) - sum(spare, np.zeros(len(x))), 0.0)


Unit = tuple[Well, ...]


def outputs(units: tuple[Unit, ...], x: Floats) -> Floats:
    """The units (points, units) at inputs (points, inputs)."""
    return np.column_stack([sum((well.left(x) for well in unit), np.zeros(len(x))) for unit in units])


def loaded(units: tuple[Unit, ...], x: Floats) -> Floats:
    """The gates (points, units) that are on beads before any is let go."""
    return np.column_stack([sum((well.gates.of(x) for well in unit), np.zeros(len(x))) for unit in units])


def beside(units: tuple[Unit, ...], data: Dataset) -> Floats:
    """What a tube is given at the training points (points, 3 units): units for the forward pass, for the update, and the bare
    tethers of each."""
    assert data.plain is not None
    made = data.train_x
    return np.hstack([made, made, np.maximum(loaded(units, data.plain.train_x) - made, 0.0)])


@lru_cache
def units_of(formulas: tuple[str, ...], inputs: int) -> tuple[Unit, ...]:
    """The units of some formulas. Raises DesignError for what is no sum of ``rest``."""
    return tuple(_unit(text, inputs) for text in formulas)


def _unit(text: str, inputs: int) -> Unit:
    try:
        return tuple(_well(call, inputs) for call in _terms(ast.parse(text, mode="eval").body))
    except (SyntaxError, ValueError) as error:
        rule = f"task.layer: a unit is a sum of rest(amount, amount), with amounts linear in x1 to x{inputs}: {error}"
        raise DesignError(rule, text, "Write rest(x1, 0.45 + rest(x1, x2)).", key=("task", "layer")) from None


def _terms(node: ast.expr) -> list[ast.expr]:
    """The terms of a sum."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _is_rest(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == REST and len(node.args) == 2


def _well(node: ast.expr, inputs: int) -> Well:
    if not isinstance(node, ast.Call) or not _is_rest(node):
        raise ValueError(f"{ast.unparse(node)} is no rest of two")
    released, inner = Amount(), list[ast.Call]()
    for term in _terms(node.args[1]):
        if isinstance(term, ast.Call) and _is_rest(term):
            inner.append(term)
        else:
            released = released.plus(_amount(term, inputs))
    pairs = ((_amount(releasers, inputs), _amount(tethers, inputs)) for releasers, tethers in (each.args for each in inner))
    return Well(_amount(node.args[0], inputs), released, tuple(pairs))


def _amount(node: ast.expr, inputs: int) -> Amount:
    match node:
        case ast.Constant(value=float() | int() as value):
            return Amount(float(value))
        case ast.Name(id=name) if name[:1] == "x" and name[1:].isdecimal() and 1 <= int(name[1:]) <= inputs:
            return Amount(0.0, ((int(name[1:]) - 1, 1.0),))
        case ast.UnaryOp(op=ast.USub(), operand=of):
            return Amount().plus(_amount(of, inputs), -1.0)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=right):
            return _amount(left, inputs).plus(_amount(right, inputs), 1.0 if isinstance(sign, ast.Add) else -1.0)
        case ast.BinOp(left=ast.Constant(value=float() | int() as factor), op=ast.Mult(), right=right):
            return Amount().plus(_amount(right, inputs), float(factor))
        case _:
            raise ValueError(f"{ast.unparse(node)} is not linear")
