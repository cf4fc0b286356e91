"""Points to learn from that come from a program: arrays, or a function that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dsd_ncrn.errors import InputError
from dsd_ncrn.tasks.dataset import Dataset, Floats, Sampler

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def dataset(
    train_x: ArrayLike,
    train_y: ArrayLike,
    test_x: ArrayLike,
    test_y: ArrayLike,
    *,
    names: Sequence[str] = (),
    threshold: float | None = None,
    classes: bool = False,
) -> Dataset:
    """Points of your own.

    Raises InputError where shapes do not fit each other, a
    part has no point, or a number is not finite.

    Args:
        train_x: inputs (n, inputs), dimensionless, in any array form
        train_y: targets (n, outputs), or (n,) for one
        test_x: as ``train_x``
        test_y: as ``train_y``
        names: of the inputs; x1, x2 ... if not given
        threshold: makes one target a class, ON above it
        classes: makes the largest of several targets the class

    >>> import dsd_ncrn as dn
    >>> x = [[1.0, 2.0], [2.0, 1.0], [3.0, 3.0]]
    >>> points = dn.dataset(x, [6.0, 5.0, 10.0], x, [6.0, 5.0, 10.0], names=("dose_a", "dose_b"))
    >>> points.dimension, points.outputs
    (2, 1)
    """
    parts = {"train_x": train_x, "train_y": train_y, "test_x": test_x, "test_y": test_y}
    arrays = {name: _columns(name, part) for name, part in parts.items()}
    for left, right, axis in (
        ("train_x", "train_y", 0),
        ("test_x", "test_y", 0),
        ("train_x", "test_x", 1),
        ("train_y", "test_y", 1),
    ):
        sizes = arrays[left].shape[axis], arrays[right].shape[axis]
        if sizes[0] != sizes[1]:
            what = ("points", "columns")[axis]
            raise InputError(f"{left} and {right} have as many {what}", sizes, "Give arrays (points, columns).")
    known = tuple(names) or tuple(f"x{number}" for number in range(1, arrays["train_x"].shape[1] + 1))
    if len(known) != arrays["train_x"].shape[1]:
        raise InputError("there is one name for each input", known, f"The inputs have {arrays['train_x'].shape[1]} columns.")
    return Dataset(*arrays.values(), input_names=known, threshold=threshold, classes=classes)


def sampled_dataset(
    sampler: Sampler,
    training_points: int = 41,
    test_points: int = 101,
    *,
    seed: int = 0,
    names: Sequence[str] = (),
    threshold: float | None = None,
    classes: bool = False,
) -> Dataset:
    """Points drawn by ``sampler(random, n)``, which returns inputs (n, inputs) and targets (n,) or (n, outputs).

    Raises InputError as ``dataset``.

    Args:
        sampler: ``sampler(random, n)`` returns inputs (n, inputs) and targets (n,) or (n, outputs) from a NumPy
            generator
        training_points: how many
        test_points: how many
        seed: of two streams, for training and test points, as those of built-in tasks
        names: as for ``dataset``, like ``threshold`` and ``classes``

    >>> import dsd_ncrn as dn
    >>> def plane(random, n):
    ...     x = random.uniform(1.0, 5.0, (n, 2))
    ...     return x, x[:, 0] + 2 * x[:, 1]
    >>> dn.sampled_dataset(plane, training_points=5, test_points=3, seed=0).train_x.shape
    (5, 2)
    """
    train = sampler(np.random.default_rng((seed, 0)), training_points)
    test = sampler(np.random.default_rng((seed, 1)), test_points)
    return dataset(*train, *test, names=names, threshold=threshold, classes=classes)


def _columns(name: str, values: ArrayLike) -> Floats:
    """An array (points, columns) of finite numbers."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is an array of numbers: {error}") from None
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(f"{name} has points and columns", array.shape, "Give an array (points, columns).")
    if not np.isfinite(array).all():
        raise InputError(f"{name} is of finite numbers", np.argwhere(~np.isfinite(array))[0].tolist(), "Take that point out.")
    return array
