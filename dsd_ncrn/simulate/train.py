"""The training loop, the same for every learner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.results import Iteration, Learner, Training, rmse
from dsd_ncrn.simulate.tube import Tube
from dsd_ncrn.tasks import Dataset

Progress = Callable[[int, int], None]
"""Called with (iterations done, iterations in all), or with points where the number of iterations is not known ahead."""


DIVERGED = 1000.0
"""A prediction is that many times as large as targets and first predictions where a training runs away."""
ADVICE = "lower circuit.learning_rate or circuit.T, or scale the data, as `new` does"
WORSE = 10.0
"""The test error of equations or of an abstract network grows that much where a training has begun to run away.

Nothing but step size and scale can do that to them, and an error beyond both its start and the targets themselves is of no use.
A tube may end there for want of fuel or by leak: that is a finding about the tube, and is told as such.
"""


def no_progress(done: int, total: int) -> None:
    """The default: nothing is shown."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """Present a point until the largest error of its outputs is below ``tolerance``, ``most`` times in a row at most."""

    tolerance: float = np.inf
    most: int = 1

    def again(self, done: Iteration, y: Floats, times: int) -> bool:
        """Whether a point with targets ``y`` (outputs,) that has come ``times`` times in a row comes once more."""
        return times < self.most and not np.abs(done.outputs - y).max() < self.tolerance


ONCE = Repeats()


@dataclass
class Record:
    """Numbers gathered while a training runs; an iteration tells the parameters that the one before left.

    Each entry of ``parameters`` has shape (parameters,), of ``predictions`` and ``targets`` (outputs,).
    """

    parameters: list[Floats] = field(default_factory=list)
    predictions: list[Floats] = field(default_factory=list)
    targets: list[Floats] = field(default_factory=list)

    @property
    def iterations(self) -> int:
        """Iterations kept so far."""
        return len(self.predictions)

    def add(self, done: Iteration, y: Floats) -> None:
        """Keep one iteration with targets ``y`` (outputs,)."""
        self.parameters.append(done.parameters)
        self.predictions.append(done.outputs)
        self.targets.append(y)


def train(
    learner: Learner,
    level: str,
    names: tuple[str, ...],
    data: Dataset,
    epochs: int,
    iterations: int | None = None,
    progress: Progress = no_progress,
    repeats: Repeats = ONCE,
) -> Training:
    """Go through the training points in their order, ``epochs`` times or for ``iterations`` in all.

    Points that ``repeats`` asks for again come at once, each time as an iteration. The test points are predicted before
    and after from copies of the learner's state. Raises CheckFailed where the learner's simulation stops, or the training
    diverges.
    """
    before = _test(learner, data)
    far = DIVERGED * max(float(np.abs(values).max()) for values in (data.train_y, data.test_y, before))
    record, presented, count = Record(), 0, len(data.train_x)
    while record.iterations != iterations and (iterations is not None or presented < epochs * count):
        point = presented % count
        _present(learner, data.train_x[point], data.train_y[point], record, repeats, iterations, far)
        presented += 1
        progress(*((presented, epochs * count) if iterations is None else (record.iterations, iterations)))
    after = _test(learner, data)
    _check_bounded(after, far, record.iterations)
    training = Training(
        level=level,
        parameter_names=names,
        parameters=np.array([*record.parameters, learner.parameters()]),
        predictions=np.array(record.predictions),
        targets=np.array(record.targets),
        epochs=-(-presented // count),
        test_targets=data.test_y,
        test_before=before,
        test_after=after,
    )
    if not isinstance(learner, Tube):
        _check_better(training)
    return training


def _present(learner: Learner, x: Floats, y: Floats, record: Record, repeats: Repeats, limit: int | None, far: float) -> None:
    """One point, as often as it takes, while the limit of iterations is not reached."""
    times, again = 0, True
    while again and record.iterations != limit:
        done = learner.iterate(x, y)
        record.add(done, y)
        _check_bounded(done.outputs, far, record.iterations)
        times += 1
        again = repeats.again(done, y, times)


def _check_bounded(outputs: Floats, far: float, iterations: int) -> None:
    """Raises CheckFailed where a prediction is beyond everything that is learned."""
    largest = float(np.abs(outputs).max())
    if not largest <= far:
        raise CheckFailed(
            f"the training diverges: after {iterations} iterations a prediction is {largest:.3g}, over {DIVERGED:g} times what "
            f"targets and first predictions reach; {ADVICE}"
        )


def _check_better(training: Training) -> None:
    """Raises CheckFailed where the test error is beyond what it was and beyond what predictions of 0 would give."""
    far = WORSE * max(training.rmse_before, rmse(training.test_targets, np.zeros_like(training.test_targets)))
    if training.rmse_after > far:
        raise CheckFailed(
            f"the training diverges: after {training.iterations} iterations the test error is {training.rmse_after:.3g}, and "
            f"{training.rmse_before:.3g} before; {ADVICE}"
        )


def _test(learner: Learner, data: Dataset) -> Floats:
    if isinstance(learner, Tube):
        return learner.predictions(data.test_x)
    return np.array([learner.predict(x) for x in data.test_x])
