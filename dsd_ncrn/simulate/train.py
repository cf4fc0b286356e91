"""The training loop, the same for every learner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.simulate.learner import Learner
from dsd_ncrn.simulate.types import Training
from dsd_ncrn.tasks import Dataset

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
"""Called with (iterations done, iterations in all)."""


def no_progress(done: int, total: int) -> None:
    """The default: nothing is shown."""


@dataclass
class Record:
    """Numbers gathered while a training runs."""

    parameters: list[Floats] = field(default_factory=list)
    predictions: list[float] = field(default_factory=list)
    targets: list[float] = field(default_factory=list)


def train(
    learner: Learner,
    level: str,
    names: tuple[str, ...],
    data: Dataset,
    epochs: int,
    iterations: int | None = None,
    progress: Progress = no_progress,
) -> Training:
    """Go through the training points in their order, ``epochs`` times or for ``iterations`` in all.

    The test points are predicted before and after from copies of the learner's state.
    """
    total = iterations or epochs * len(data.train_x)
    before = _test(learner, data)
    record = Record(parameters=[learner.parameters()])
    for number in range(total):
        point = number % len(data.train_x)
        predicted = learner.iterate(data.train_x[point], np.atleast_1d(data.train_y[point]))
        record.predictions.append(float(predicted[0]))
        record.targets.append(float(np.atleast_1d(data.train_y[point])[0]))
        record.parameters.append(learner.parameters())
        progress(number + 1, total)
    return Training(
        level=level,
        parameter_names=names,
        parameters=np.array(record.parameters),
        predictions=np.array(record.predictions),
        targets=np.array(record.targets),
        epochs=-(-total // len(data.train_x)),
        test_targets=np.asarray(data.test_y, dtype=float).reshape(len(data.test_x), -1)[:, 0],
        test_before=before,
        test_after=_test(learner, data),
    )


def _test(learner: Learner, data: Dataset) -> Floats:
    return np.array([learner.predict(x)[0] for x in data.test_x])
