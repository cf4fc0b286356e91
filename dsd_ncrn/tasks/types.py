"""Data sets and the built-in tasks that make them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Flags, Floats

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
            return _share(predictions.argmax(axis=1) == targets.argmax(axis=1))
        if self.threshold is None:
            return None
        return _share((predictions > self.threshold) == (targets > self.threshold))


def _share(right: Flags) -> float:
    return float(right.mean())


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
