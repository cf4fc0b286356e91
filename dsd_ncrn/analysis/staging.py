"""A design in the staged form, at an operating point that follows from its data.

Stages have no negative numbers. Where a table has some, or a weight of its fit would be one, columns are shifted to begin at 0,
turned round where their weight is negative, and the target is shifted so that the constant is well above zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.design.load import changed
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.learners import train_value
from dsd_ncrn.simulate.results import Training, rmse
from dsd_ncrn.simulate.staged import StagedLearner
from dsd_ncrn.tasks import Dataset, load_dataset

LARGEST_TARGET = 58.0
"""nM of Y: with gates in proportion, the beads of every point of three columns fit into 25 µL of slurry for 100 µL."""
BEGIN = 0.1
"""A weight that training starts from, over its limit."""
REACH = 2.0
"""Scaled inputs go from 0 to this."""
STEPS = np.array([0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8])
"""Which part of an error an iteration at the mean input may take away: the learning rates that are tried."""
ORDERS = 8
"""Of the training points, for each of them."""
FORKS, MOST_FORKS = 240.0, 300.0
"""nM of all weights, and the most of them that leaves room for other beads."""
PER_Z = {"fork": 3.2, "trigger": 13.0}
"""Amounts of a weight over the most Z that one makes, so that Z stays in proportion to the input."""
UPDATE: Mapping[str, object] = {
    "staged.target_join": "66 nM",
    "staged.update_dose": 0.8,
    "staged.meet": "115 nM",
    "staged.state_buffer": "150 nM",
}
"""Enough for the first errors, which are as large as targets: what is left of Y or Z would be there in the next iteration."""
BUFFERS = 3000.0
"""nM that free P, of all weights."""
ROOM = 1.5
"""Limit of weights over the largest of a fit: more room takes more gates for the same weight, which leak, less saturates."""
LOST = 0.06
"""Of each parameter in an iteration, about, by beads and dilution: what is fed."""
EVERY_ROW = 50_000


def staged_of(spec: DesignSpec, data: Dataset, iterations: int) -> DesignSpec:
    """A design in the staged form, with doses and a learning rate that follow from its training points.

    With T theta_i as the weights of a fit, the limit is half as much again as the largest; the largest target is 58 nM; the
    learning rate is the best in closed form over some orders of the points. Raises DesignError, which says why, where the
    formula does not allow it.
    """
    if spec.circuit.form == "staged":
        return spec
    if spec.task.csv is not None and not _positive(data):
        spec = _shifted(spec)
        data = load_dataset(spec.task, 0)
    x = _padded(spec, data.train_x)
    fit = _fit(data.train_x, data.train_y[:, 0])
    fit = np.append(fit[:-1], [fit[-1] / max(spec.circuit.pad_value, 1e-9)] * (spec.circuit.pad > 0))
    limit = max(ROOM * float(np.abs(fit).max()), 1e-3)
    unit = LARGEST_TARGET / float(np.abs(data.train_y).max())
    most = float((np.resize(fit, x.shape[1]) * x.max(axis=0)).max()) * unit
    start = np.asarray(spec.circuit.theta_initial)
    weights = x.shape[1]
    point: dict[str, object] = {
        **dict.fromkeys(("circuit.theta", "circuit.x", "circuit.z", "circuit.y"), "single"),
        "circuit.form": "staged",
        "circuit.weight_limit": float(f"{limit:.4g}"),
        "circuit.learning_rate_in": None,
        "circuit.annihilate": [],
        "chemistry.unit": f"{unit:.4g} nM",
        "staged.variants": 2,
        **UPDATE,
        "training.batch": 1,
        "training.epochs": None,
        "training.iterations": iterations,
        "training.strand_iterations": None,
        "staged.parameter_buffer": f"{BUFFERS / max(weights, 2):.4g} nM",
        "staged.fork": f"{min(max(PER_Z['fork'] * most, FORKS / weights), MOST_FORKS / weights):.4g} nM",
        "staged.trigger": f"{max(PER_Z['trigger'] * most, 500.0):.4g} nM",
    }
    if not (start > 0).all():
        point["circuit.theta_initial"] = float(f"{BEGIN * limit / spec.circuit.T:.4g}")
    spec = changed(spec, point)
    rate = _learning_rate(spec, data, iterations)
    ends = -np.log1p(-np.clip(fit, 0.0, None) / limit) * limit / spec.circuit.T / rate
    feed = LOST * float(ends.mean()) * spec.chemistry.unit
    return changed(spec, {"circuit.learning_rate": rate, "staged.feed": f"{feed:.2g} nM"})


def _positive(data: Dataset) -> bool:
    """Whether nothing is negative: inputs, targets and the weights of a fit to all points."""
    x, y = np.vstack([data.train_x, data.test_x]), np.vstack([data.train_y, data.test_y])[:, 0]
    return bool(min(x.min(), y.min(), _fit(x, y).min()) >= 0)


def _fit(x: Floats, y: Floats) -> Floats:
    """Weights of least squares, (inputs,), and the constant behind them."""
    return np.asarray(np.linalg.pinv(np.column_stack([x, np.ones(len(x))])) @ y, dtype=np.float64)


def _padded(spec: DesignSpec, x: Floats) -> Floats:
    """Inputs with the constant ones, (points, inputs)."""
    return np.column_stack([x, np.full((len(x), spec.circuit.pad), spec.circuit.pad_value)])


def _shifted(spec: DesignSpec) -> DesignSpec:
    """A design whose columns are scaled so that nothing is negative; the constant becomes an input, and so is trained.

    Its weight is to be about as large as the mean of the others, since one near zero cannot be lowered and is fed by all that
    leaks; but less so for a table that a line explains less of, where what stands for a constant is missing to tell the rest.
    """
    task = spec.task
    whole = load_dataset(task.model_copy(update={"training_points": EVERY_ROW, "test_points": EVERY_ROW}), 0)
    x, y = np.vstack([whole.train_x, whole.test_x]), np.vstack([whole.train_y, whole.test_y])[:, 0]
    weights = _fit(x, y)[:-1]
    low, high = x.min(axis=0), x.max(axis=0)
    turned = weights < 0
    begin, factor = turned * high + ~turned * low, (1.0 - 2.0 * turned) * (high - low) / REACH
    scaled = (x - begin) / factor
    *slopes, constant = _fit(scaled, y)
    explained = 1.0 - np.var(y - scaled @ slopes) / np.var(y)
    lowest = min(float(constant - explained * np.mean(slopes)), float(y.min()))
    offsets, sizes = [*map(float, begin), lowest], [*map(float, factor), 1.0]
    scales = dict(task.scales)
    for name, offset, size in zip((*task.inputs, *task.targets), offsets, sizes):
        first, unit = scales.get(name, (0.0, 1.0))
        scales[name] = first + offset * unit, size * unit
    return changed(spec, {"task.scales": scales, "circuit.pad": max(spec.circuit.pad, 1)})


def _learning_rate(spec: DesignSpec, data: Dataset, iterations: int) -> float:
    """That with which trainings in closed form end at the least error of all training points, the mean of some orders."""
    x = _padded(spec, data.train_x)
    step: float = spec.circuit.T * float(((x**2).sum(axis=1) / x.sum(axis=1)).mean())
    random = np.random.default_rng(0)
    orders = [np.resize(random.permutation(len(x)), iterations) for _ in range(ORDERS)]
    rates = [float(f"{share / step:.4g}") for share in STEPS]
    return min(rates, key=lambda rate: np.mean([_left(spec, rate, data, order) for order in orders]))


def _left(spec: DesignSpec, rate: float, data: Dataset, order: Ints) -> float:
    """The error of all training points after one training."""
    learner = StagedLearner(spec.circuit.model_copy(update={"learning_rate": rate}), data.dimension)
    for point in order:
        learner.iterate(data.train_x[point], data.train_y[point])
    return rmse(np.array([learner.predict(x) for x in data.train_x]), data.train_y)


def papers_form(study: Study) -> Training | None:
    """What a staged learner's formula learns of the same points by the paper's equations, with gradients in place of stages.

    Its learning rate is that with which an error at the mean input moves the prediction as far. None where the learner is not
    staged, or where its inputs are gates; and where these equations diverge.
    """
    spec = study.decided
    if not study.staged or spec.task.layer:
        return None
    other = in_papers_form(spec, study.data).model_copy(update={"training": study.plan})
    try:
        return replace(train_value(other, study.data), level="paper_form")
    except CheckFailed:
        return None


def in_papers_form(spec: DesignSpec, data: Dataset) -> DesignSpec:
    """A staged design in the paper's form, with gates as they usually are there; the learning rate is as in ``papers_form``."""
    together = float(_padded(spec, data.train_x).sum(axis=1).mean())
    rate = spec.circuit.learning_rate / (spec.circuit.T * together)
    circuit = {"form": "adjoint", "learning_rate": float(f"{rate:.4g}"), "learning_rate_in": "N3"}
    return changed(spec, {**{f"circuit.{name}": value for name, value in circuit.items()}, "chemistry.unit": None})
