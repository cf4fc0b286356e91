"""The built-in tasks, most of them of the Neural CRN paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sin

import numpy as np

from dsd_ncrn.arrays import Floats, one_by_one
from dsd_ncrn.tasks.dataset import BuiltinTask


def balanced(
    rng: np.random.Generator, n: int, bounds: tuple[float, float], label: Callable[[Floats], float | None], on: float
) -> tuple[Floats, Floats]:
    """Uniform points (n, 2) of the square ``bounds`` x ``bounds`` and targets (n,), shuffled.

    The classes are equally large (for odd n one more ON), with targets ``on`` and 0. ``label`` gives a point's target, or
    None for a point that belongs to neither class.
    """
    return _equal_classes(rng, n, bounds, label, (on, 0.0))


def one_hot(
    rng: np.random.Generator, n: int, bounds: tuple[float, float], label: Callable[[Floats], int | None], classes: int
) -> tuple[Floats, Floats]:
    """As ``balanced``, for classes 0 to ``classes`` - 1: targets (n, classes) with a 1 in the column of the class."""
    points, numbers = _equal_classes(rng, n, bounds, label, tuple(range(classes)))
    return points, np.eye(classes)[numbers.astype(int)]


def _equal_classes(
    rng: np.random.Generator,
    n: int,
    bounds: tuple[float, float],
    label: Callable[[Floats], float | None],
    values: Sequence[float],
) -> tuple[Floats, Floats]:
    """Points and labels; what does not divide evenly goes to the first of the ``values``."""
    room = {value: n // len(values) + (place < n % len(values)) for place, value in enumerate(values)}
    points: list[Floats] = []
    labels: list[float] = []
    while len(points) < n:
        point = rng.uniform(*bounds, size=2)
        found = label(point)
        if found is not None and room[found]:
            room[found] -= 1
            points.append(point)
            labels.append(found)
    order = rng.permutation(n)  # the class that fills up last would otherwise end the list
    return np.array(points)[order], np.array(labels)[order]


def _plane(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    x = rng.uniform(1.0, 5.0, size=(n, 2))
    return x, x[:, 0] + 2.0 * x[:, 1] + 1.0 + rng.normal(0.0, 0.4, size=n)


def _line(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    x = rng.uniform(0.5, 2.5, size=(n, 1))
    return x, np.maximum(0.4 * x[:, 0] + rng.normal(0.0, 0.012, size=n), 0.0)


def _product(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    x = rng.uniform(0.5, 2.0, size=(n, 2))
    return x, x[:, 0] * x[:, 1] + x[:, 1] ** 2 + rng.normal(0.0, 0.1, size=n)


def _sine(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    x = rng.uniform(0.5, 2.0, size=(n, 2))
    return x, one_by_one(sin, x[:, 0]) + x[:, 1] ** 2 + rng.normal(0.0, 0.1, size=n)


LINE1D = BuiltinTask("line1d", "y = 0.4 x + N(0, sd 0.012), x ~ U(0.5, 2.5)", 1, _line)
"""The least that can be learned: one weight."""
LINREG2D = BuiltinTask("linreg2d", "y = x1 + 2 x2 + 1 + N(0, sd 0.4), x ~ U(1, 5)^2", 2, _plane)
"""Eq. 8: a noisy plane."""
NONLINREG2D = BuiltinTask("nonlinreg2d", "y = x1 x2 + x2^2 + N(0, sd 0.1), x ~ U(0.5, 2)^2", 2, _product)
SINREG2D = BuiltinTask("sinreg2d", "y = sin x1 + x2^2 + N(0, sd 0.1), x ~ U(0.5, 2)^2", 2, _sine)


def _sides(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return balanced(rng, n, (0.0, 2.0), lambda x: 4.0 if x[0] + 2.0 * x[1] > 2.0 else 0.0, 4.0)


def _ring(x: Floats) -> float | None:
    radius = float(np.hypot(x[0], x[1]))
    if radius < 0.45:
        return 0.0
    return 1.0 if 0.5 < radius < 1.0 else None


def _rings(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return balanced(rng, n, (-1.0, 1.0), _ring, 1.0)


LINEAR2D = BuiltinTask("linear2d", "ON (4) where x1 + 2 x2 > 2, else OFF (0), x ~ U(0, 2)^2", 2, _sides, 2.0, 4.0)
RINGS2D = BuiltinTask("rings2d", "ON (1) where 0.5 < |x| < 1, OFF (0) where |x| < 0.45, x ~ U(-1, 1)^2", 2, _rings, 0.5, 1.0)


def _gate(name: str, gate: Callable[[bool, bool], bool]) -> BuiltinTask:
    """A gate of two inputs cut at 0.5, as eqs. 15 and 16 do it for XOR."""

    def label(x: Floats) -> float:
        return float(gate(bool(x[0] > 0.5), bool(x[1] > 0.5)))

    def sample(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        return balanced(rng, n, (0.0, 1.0), label, 1.0)

    upper = name.removesuffix("2d").upper()
    return BuiltinTask(name, f"ON (1) where {upper}(x1 > 0.5, x2 > 0.5), else OFF (0), x ~ U(0, 1)^2", 2, sample, 0.5, 1.0)


XOR2D = _gate("xor2d", lambda first, second: first != second)
XNOR2D = _gate("xnor2d", lambda first, second: first == second)
AND2D = _gate("and2d", lambda first, second: first and second)
OR2D = _gate("or2d", lambda first, second: first or second)


def _sector(x: Floats) -> int:
    return int(np.arctan2(x[1], x[0]) % (2 * np.pi) // (2 * np.pi / 3))


def _sectors(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return one_hot(rng, n, (-1.0, 1.0), _sector, 3)


def _stripe(x: Floats) -> int | None:
    total = float(x[0] + x[1])
    if total < 0.75:
        return 0
    if 0.8 < total < 1.2:
        return 1
    return 2 if total > 1.25 else None


def _stripes(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return one_hot(rng, n, (0.0, 1.0), _stripe, 3)


SECTORS3 = BuiltinTask("sectors3", "three sectors of 120 degrees, one-hot, x ~ U(-1, 1)^2", 2, _sectors, classes=True)
"""Straight lines part them, so a linear f can learn it."""
STRIPES3 = BuiltinTask(
    "stripes3", "x1 + x2 below 0.75, between 0.8 and 1.2, above 1.25: one-hot, x ~ U(0, 1)^2", 2, _stripes, classes=True
)
"""The middle one needs a nonlinear f."""
