"""Vectors of LANES numbers, one for each of as many systems that advance side by side, in compiled code.

The loops of the stepper are written once: ``load`` takes a number out of an array (n,), and LANES of them, as one register of
the processor, out of an array (n, LANES). Every lane is computed as the number alone would be, in the same order and without
fused operations, so that what comes out for a system is the same to the last bit whatever is beside it.
"""

# numba and llvmlite tell no types
# pyright: reportUnknownLambdaType=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportCallIssue=false, reportUntypedClassDecorator=false, reportOptionalCall=false

from __future__ import annotations

import math
import operator
from typing import Any, ClassVar

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, overload, register_model

from dsd_ncrn.arrays import Floats

LANES = 8
"""Of 64 bits each: one register with AVX-512, two with AVX2, four else."""
VECTOR = ir.VectorType(ir.DoubleType(), LANES)
WORD = ir.IntType(64)


class Lanes(types.Type):
    """Numba's type of a vector."""


lanes = Lanes("lanes")


@register_model(Lanes)
class _Register(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, VECTOR)


def _at(context: Any, builder: Any, kind: Any, values: Any, row: Any) -> Any:
    """The address of a row."""
    row = builder.zext(row, WORD) if row.type.width < WORD.width else row
    start = context.make_array(kind)(context, builder, values).data
    return builder.bitcast(builder.gep(start, [builder.mul(row, WORD(LANES))]), VECTOR.as_pointer())


@intrinsic
def _load(_: Any, values: Any, row: Any) -> Any:
    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        # Aligned to a double only: slices of larger arrays need not begin at a vector's boundary.
        found = builder.load(_at(context, builder, sig.args[0], *args))
        found.align = 8
        return found

    return lanes(values, row), code


@intrinsic
def _store(_: Any, values: Any, row: Any, vector: Any) -> Any:
    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _at(context, builder, sig.args[0], *args[:2])).align = 8
        return context.get_dummy_value()

    return types.none(values, row, vector), code


def _spread(builder: Any, number: Any) -> Any:
    """A number in every lane."""
    one = builder.insert_element(VECTOR(ir.Undefined), number, ir.IntType(32)(0))
    return builder.shuffle_vector(one, VECTOR(ir.Undefined), ir.VectorType(ir.IntType(32), LANES)([0] * LANES))


@intrinsic
def _zeros(_: Any) -> Any:
    return lanes(), lambda context, builder, sig, args: VECTOR([0.0] * LANES)


def _called(name: str) -> Any:
    """One of LLVM's functions of a vector."""

    @intrinsic
    def function(_: Any, vector: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            kind = ir.FunctionType(VECTOR, [VECTOR])
            return builder.call(get_or_insert_function(builder.module, kind, f"llvm.{name}.v{LANES}f64"), args)

        return lanes(vector), code

    return function


_fabs, _sqrt = _called("fabs"), _called("sqrt")


@intrinsic
def _chosen(_: Any, one: Any, other: Any, a: Any, b: Any) -> Any:
    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        # Ordered comparison: no number is above another where one of them is none.
        return builder.select(builder.fcmp_ordered(">", args[0], args[1]), args[2], args[3])

    return lanes(one, other, a, b), code


def _operators() -> None:
    """Sum, difference, product and quotient, also with a number on the left."""
    named = ((operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul"), (operator.truediv, "fdiv"))
    for symbol, name in named:

        @infer_global(symbol)
        class _(ConcreteTemplate):
            cases: ClassVar = [signature(lanes, lanes, lanes), signature(lanes, types.float64, lanes)]

        def both(context: Any, builder: Any, sig: Any, args: Any, name: str = name) -> Any:
            return getattr(builder, name)(*args)

        def left(context: Any, builder: Any, sig: Any, args: Any, name: str = name) -> Any:
            return getattr(builder, name)(_spread(builder, args[0]), args[1])

        lower_builtin(symbol, lanes, lanes)(both)
        lower_builtin(symbol, types.float64, lanes)(left)


_operators()


# What numba is switched off for is Python: a row of an array then is the vector.
def load(values: Floats, row: Any) -> Any:
    """The number, or the vector, in a row."""
    return values[row]


def store(values: Floats, row: Any, found: Any) -> None:
    """Put a number, or a vector, into a row."""
    values[row] = found


def zero(values: Floats) -> Any:
    """0, or a vector of zeros, as ``load`` would give of ``values``."""
    return np.zeros_like(values[0])


def vanishes(values: Floats, row: Any) -> bool:
    """Whether the number in a row is 0 or none; nobody asks of a vector."""
    return values.ndim == 1 and (values[row] == 0.0 or not np.isfinite(values[row]))


def magnitude(number: Any) -> Any:
    """Its absolute value."""
    return np.abs(number)


def root(number: Any) -> Any:
    """Its square root."""
    return np.sqrt(number)


def chosen(one: Any, other: Any, a: Any, b: Any) -> Any:
    """``a`` where ``one`` is above ``other``, else ``b``."""
    return np.where(one > other, a, b)


@overload(load, strict=False)
def _loading(values: Any, row: Any) -> Any:
    return (lambda values, row: values[row]) if values.ndim == 1 else (lambda values, row: _load(values, row))


@overload(store, strict=False)
def _storing(values: Any, row: Any, found: Any) -> Any:
    def number(values: Any, row: Any, found: Any) -> None:
        values[row] = found

    return number if values.ndim == 1 else lambda values, row, found: _store(values, row, found)


@overload(zero, strict=False)
def _zero(values: Any) -> Any:
    return (lambda values: 0.0) if values.ndim == 1 else lambda values: _zeros()


@overload(vanishes, strict=False)
def _vanishing(values: Any, row: Any) -> Any:
    def number(values: Any, row: Any) -> bool:
        return values[row] == 0.0 or not np.isfinite(values[row])

    return number if values.ndim == 1 else lambda values, row: False


@overload(magnitude, strict=False)
def _magnitude(number: Any) -> Any:
    return (lambda number: _fabs(number)) if number == lanes else lambda number: abs(number)


@overload(root, strict=False)
def _root(number: Any) -> Any:
    return (lambda number: _sqrt(number)) if number == lanes else lambda number: math.sqrt(number)


@overload(chosen, strict=False)
def _choice(one: Any, other: Any, a: Any, b: Any) -> Any:
    def number(one: Any, other: Any, a: Any, b: Any) -> Any:
        return a if one > other else b

    return (lambda one, other, a, b: _chosen(one, other, a, b)) if one == lanes else number
