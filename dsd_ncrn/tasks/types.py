"""Data sets and the built-in tasks that make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Sampler = Callable[[np.random.Generator, int], tuple[Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Points to learn from and points to judge by: ``*_x`` (n, d) and ``*_y`` (n,), dimensionless, read-only.

    ``threshold`` is what a prediction must exceed to count as ON in a classification task; None in a regression.
    """

    train_x: Floats
    train_y: Floats
    test_x: Floats
    test_y: Floats
    input_names: tuple[str, ...]
    threshold: float | None = None

    def __post_init__(self) -> None:
        for name in ("train_x", "train_y", "test_x", "test_y"):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def dimension(self) -> int:
        """Number of inputs d."""
        return self.train_x.shape[1]


@dataclass(frozen=True, slots=True)
class BuiltinTask:
    """A synthetic task. ``sample(rng, n)`` draws inputs (n, dimension) and targets (n,)."""

    name: str
    description: str
    dimension: int
    sample: Sampler
    threshold: float | None = None
    on: float | None = None


def balanced(
    rng: np.random.Generator, n: int, bounds: tuple[float, float], label: Callable[[Floats], float | None], on: float
) -> tuple[Floats, Floats]:
    """Uniform points of the square ``bounds`` x ``bounds`` with equally large classes (for odd n one more ON), shuffled.

    ``label`` gives a point's target, or None for a point that belongs to neither class.
    """
    room = {True: n - n // 2, False: n // 2}
    points: list[Floats] = []
    targets: list[float] = []
    while len(points) < n:
        point = rng.uniform(*bounds, size=2)
        target = label(point)
        if target is not None and room[target == on]:
            room[target == on] -= 1
            points.append(point)
            targets.append(target)
    order = rng.permutation(n)  # the class that fills up last would otherwise end the list
    return np.array(points)[order], np.array(targets)[order]
