"""A design for a user's table that a tube can learn within a week: the columns, the circuit, how fast and how long.

The circuit is linear: what a line cannot tell, columns of squares and products may, which are worked out beside the tube.
Columns are centred, on two rails: as they are, on one, they take several times as long to learn, since the constant and the
slopes then move together. Parameters have one rail, since inputs are turned round where a slope would be negative. How fast and
how long it is trained is decided by the training that it will be, stochastic gradient descent from the mean of the targets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from math import floor, log10
from typing import Any

import numpy as np

from cli.new.columns import Choice, Flags, Kind
from dsd_ncrn.arrays import Floats
from dsd_ncrn.runs.files import csv_text

MOST_INPUTS = 4
"""Of inputs that nobody named so many are chosen at most: each costs about 70 strands."""
MOST_PRODUCTS = 3
GAIN = 0.1
"""By which part of itself a column must lower the error at points that were left out of the fit, to be worth its strands."""
LINE_EXPLAINS = 0.95
"""Share of the variance from which on no products are tried."""
FEW_ROWS = 20
STEPS = (1.0, 2.0, 5.0, 10.0)
WEEK_H = 155.0
"""A week, less what the estimate of an iteration may be too short."""
HANDLING_H, FORWARD_H, GRADIENT_H = 1.9, 3.6, 33.0
"""Of an iteration on strands: flush and pull-downs; the forward pass, times T; and the gradients, times the learning rate and
T. As calibrated for one to three targets, within about a fifth.
"""
SEVERAL = 1.5
"""With several targets the gradients of each take so many times as long, since parameters are on two rails."""
LENGTHS = np.array([0.5, 1.0])
"""Values of T that are tried."""
RATES = np.array([0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3])
"""What is tried for eta T^2: the change of a weight T theta over error times input."""
SHUFFLES, WITHIN = 32, 0.9
"""Orders of rows that are tried, and the share of them whose error counts: which rows come in a short training is chance."""
NEARLY = 1.01
"""A shorter training is taken where its error is below the least times this."""


@dataclass(frozen=True, eq=False)
class Scaling:
    """Columns less their ``offset``, divided by their ``factor`` (both (columns,)), which is negative for what is turned
    round."""

    names: tuple[str, ...]
    offset: Floats
    factor: Floats

    def of(self, values: Floats) -> Floats:
        """The scaled values (rows, columns)."""
        return (values - self.offset) / self.factor

    @property
    def notes(self) -> tuple[str, ...]:
        """What is done to which column."""
        return tuple(
            f"{name}: {f'{offset:g} less the value' if factor < 0 else f'less {offset:g}' if offset else 'the value'}"
            f"{f', divided by {abs(factor):g}' if abs(factor) != 1 else ''}"
            for name, offset, factor in zip(self.names, self.offset, self.factor)
            if offset or factor != 1
        )


@dataclass(frozen=True, eq=False)
class Plan:
    """One way to train: scaled inputs and targets, whether there is a constant, on which rails, and what it comes to.

    ``weights`` (targets, inputs, and 1 with a constant) are those of least squares, ``start`` those of the baseline.
    ``error`` is the root mean square one on all rows, after ``iterations`` at the ``rate``-th of RATES, below which nine of
    ten orders of rows end.
    """

    inputs: Scaling
    targets: Scaling
    constant: bool
    x: Floats
    y: Floats
    rate: int = 0
    iterations: int = 0
    error: float = np.inf

    @property
    def length(self) -> float:
        """T, at which an iteration takes least."""
        return float(LENGTHS[self.hours[self.rate].argmin()])

    @property
    def points(self) -> Floats:
        """The inputs with the constant, if there is one."""
        return np.column_stack([self.x, np.ones(len(self.x))]) if self.constant else self.x

    @property
    def hours(self) -> Floats:
        """About how long an iteration takes: (RATES, LENGTHS)."""
        targets = self.y.shape[1]
        gradients = GRADIENT_H * (1 if targets == 1 else SEVERAL * targets)
        return HANDLING_H + FORWARD_H * LENGTHS + gradients * RATES[:, None] / LENGTHS

    @property
    def weights(self) -> Floats:
        """Least squares of the targets, (targets, columns)."""
        return _fitted(self.points, self.y).T

    @property
    def single(self) -> Flags:
        """Which weights are never negative, so that one species will do."""
        return self.weights >= 0

    @property
    def start(self) -> Floats:
        """Weights that predict the mean of the targets."""
        start = np.zeros_like(self.weights)
        if self.constant:
            start[:, -1] = self.y.mean(axis=0)
        return start


@dataclass(frozen=True)
class Proposal:
    """What a design sets, the text of its table where that is not the user's file, and what is told to the user."""

    values: Mapping[str, Mapping[str, Any]]
    table: str | None
    notes: tuple[str, ...]


def propose(choice: Choice, csv: str, copy: str) -> Proposal:
    """A design for inputs and targets; ``csv`` is the user's table and ``copy`` a name for one with scaled columns."""
    choice = _with_products(_with_the_most_telling(choice))
    plan = _trained(_plan(choice))
    scaled = bool(plan.inputs.notes or plan.targets.notes) or choice.coded
    rows, columns = len(plan.x), (*choice.inputs, *choice.targets)
    values = np.column_stack([plan.x, plan.y])
    text = csv_text(columns, ([float(f"{value:.10g}") for value in row] for row in values.tolist())) if scaled else None
    train = max(2, round(0.7 * rows))
    task: dict[str, Any] = {
        "csv": copy if scaled else csv,
        "inputs": list(choice.inputs),
        "targets": list(choice.targets),
        **({"threshold": 0.5} if choice.kind == Kind.BINARY else {}),
        **({"classes": True} if choice.kind == Kind.CLASSES else {}),
        "training_points": train,
        "test_points": max(2, rows - train),
    }
    training = {"iterations": plan.iterations, "strand_iterations": min(10, plan.iterations)}
    values = {"task": task, "circuit": _circuit(plan), "training": training, "chemistry": {"unit": "4 nM"}}
    few = (f"{rows} rows are few to learn from and to test on",) if rows < FEW_ROWS else ()
    return Proposal(
        values,
        text,
        (*choice.notes, *plan.inputs.notes, *plan.targets.notes, *_reach(choice, plan, min(train, rows - 1)), *few),
    )


def _with_the_most_telling(choice: Choice) -> Choice:
    """Few inputs where nobody named any, each the one that adds most to those before."""
    if not choice.guessed or len(choice.inputs) <= MOST_INPUTS:
        return choice
    places = _telling(np.empty((len(choice.x), 0)), choice.x, choice.y, MOST_INPUTS, GAIN / 4) or [0]
    names = tuple(choice.inputs[place] for place in places)
    note = f"of {len(choice.inputs)} inputs {', '.join(names)} tell most; --inputs chooses others"
    return replace(choice, inputs=names, x=choice.x[:, places], coded=choice.coded, notes=(*choice.notes, note))


def _with_products(choice: Choice) -> Choice:
    """Squares and products of the centred inputs beside them, where these tell what a line does not."""
    spread = _left_out_error(choice.x[:, :0], choice.y)
    if _left_out_error(choice.x, choice.y) < (1 - LINE_EXPLAINS) * spread:
        return choice
    scaling = _centred(choice.inputs, choice.x)
    scaled = scaling.of(choice.x)
    pairs = [*combinations_with_replacement(range(len(choice.inputs)), 2)]
    products: Floats = np.column_stack([scaled[:, one] * scaled[:, other] for one, other in pairs])
    places = _telling(choice.x, products, choice.y, MOST_PRODUCTS, GAIN)
    terms = [f"({name} - {o:g})/{f:g}" for name, o, f in zip(scaling.names, scaling.offset, scaling.factor)]
    names: list[str] = []
    notes: list[str] = []
    for one, other in (pairs[place] for place in places):
        names.append(f"{choice.inputs[one]}_{choice.inputs[other]}")
        notes.append(f"{names[-1]}: {terms[one]} times {terms[other]}, which is computed outside the tube")
    x = np.column_stack([choice.x, products[:, places]])
    coded = choice.coded or bool(names)
    return replace(choice, inputs=(*choice.inputs, *names), x=x, coded=coded, notes=(*choice.notes, *notes))


def _telling(base: Floats, columns: Floats, y: Floats, most: int, gain: float) -> list[int]:
    """The columns that lower the error beside ``base``, one after the other."""
    chosen: list[int] = []
    error = _left_out_error(base, y)
    while len(chosen) < min(most, columns.shape[1]):
        rest = [place for place in range(columns.shape[1]) if place not in chosen]
        errors = [_left_out_error(np.column_stack([base, columns[:, [*chosen, place]]]), y) for place in rest]
        best = int(np.argmin(errors))
        if errors[best] > (1 - gain) * error:
            break
        chosen.append(rest[best])
        error = errors[best]
    return chosen


def _fitted(x: Floats, y: Floats) -> Floats:
    """The weights (inputs, targets) of least squares."""
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=np.float64)


def _left_out_error(x: Floats, y: Floats) -> float:
    """Mean square error of least squares with a constant at each row, fitted without that row (Allen 1974, PRESS)."""
    padded = np.column_stack([x, np.ones(len(x))])
    left, sizes, _ = np.linalg.svd(padded, full_matrices=False)
    left = left[:, sizes > 1e-9 * sizes[0]]
    leverage = np.minimum(np.sum(left**2, axis=1), 1 - 1e-9)
    missed: Floats = (y - left @ (left.T @ y)) / (1 - leverage)[:, None]
    return float((missed**2).mean())


def _plan(choice: Choice) -> Plan:
    """Centred inputs; numbers as targets are centred, too, which needs no constant, and classes stay 0 and 1."""
    regression = choice.kind == Kind.REGRESSION
    inputs = _centred(choice.inputs, choice.x)
    unscaled = Scaling(choice.targets, np.zeros(len(choice.targets)), np.ones(len(choice.targets)))
    targets = _centred(choice.targets, choice.y, 2) if regression else unscaled
    x, y = inputs.of(choice.x), targets.of(choice.y)
    if len(choice.targets) == 1:  # columns are turned round for one target, so that none of its weights is negative
        turned: Floats = np.where(_fitted(np.column_stack([x, np.ones(len(x))]), y)[:-1, 0] < 0, -1.0, 1.0)
        inputs, x = replace(inputs, factor=inputs.factor * turned), x * turned
    return Plan(inputs, targets, not regression, x, y)


def _centred(names: tuple[str, ...], values: Floats, deviations: float = 1) -> Scaling:
    """Columns less about their mean, divided by the round number nearest to so many standard deviations."""
    spread = deviations * np.maximum(values.std(axis=0), 1e-9 * np.maximum(np.abs(values).max(axis=0), 1e-300))
    factor = np.array([min(_round_numbers(each), key=lambda step: abs(log10(step / each))) for each in spread.tolist()])
    return Scaling(names, np.rint(values.mean(axis=0) / factor * 50) / 50 * factor, factor)


def _round_numbers(near: float) -> Sequence[float]:
    """1, 2, 5 and 10 times the power of ten below a number."""
    return [float(f"{step * 10.0 ** floor(log10(near)):.1g}") for step in STEPS]


def _trained(plan: Plan) -> Plan:
    """The plan with the learning rate and the number of iterations that end best within a week, the quickest of equals.

    All rates and orders of rows go side by side: weights (orders, rates, targets, inputs), of which the prediction is T theta.
    """
    points, single, hours = plan.points, plan.single, plan.hours.min(axis=1)
    most = floor(WEEK_H / hours.min())
    draw = np.random.default_rng(0)
    orders = np.array([np.resize(draw.permutation(len(points)), most) for _ in range(SHUFFLES)])
    weights: Floats = np.tile(plan.start, (SHUFFLES, len(RATES), 1, 1))
    errors: list[Floats] = []
    with np.errstate(over="ignore", invalid="ignore"):  # rates that are too large run to infinity
        for iteration in range(most):
            x, y = points[orders[:, iteration]], plan.y[orders[:, iteration]]
            miss: Floats = np.einsum("srkp,sp->srk", weights, x) - y[:, None]
            weights -= RATES[:, None, None] * miss[..., None] * x[:, None, None]
            np.maximum(weights, 0.0, out=weights, where=single)
            predicted: Floats = np.einsum("srkp,np->srnk", weights, points)
            squares: Floats = ((predicted - plan.y) ** 2).mean(axis=(2, 3))
            errors.append(np.sqrt(np.sort(squares, axis=0)[int(WITHIN * SHUFFLES)]))
    reached = [
        (float(errors[length - 1][rate]), length, rate)
        for length in range(1, most + 1)
        for rate in range(len(RATES))
        if length * hours[rate] <= WEEK_H and np.isfinite(errors[length - 1][rate])
    ]
    least = min(reached)[0]
    near = [end for end in reached if end[0] <= NEARLY * least]
    error, length, rate = min(near, key=lambda end: end[1] * float(hours[end[2]]))
    return replace(plan, rate=rate, iterations=length, error=error)


def _circuit(plan: Plan) -> dict[str, Any]:
    """The section [circuit]: dz/dt = theta x for one target, a row of Theta for each of several."""
    targets, inputs = plan.weights.shape
    size = max(inputs, targets)
    separator = "_" if size > 9 else ""
    forms = [" + ".join(f"Theta{k}{separator}{j}*x{j}" for j in range(1, inputs + 1)) for k in range(1, targets + 1)]
    rails = np.where(plan.single, "single", "dual").ravel().tolist()
    return {
        "f": "theta * x" if targets == 1 else [*forms, *["0*x1"] * (size - targets)],
        "T": plan.length,
        "learning_rate": float(f"{RATES[plan.rate] / plan.length**2:.3g}"),
        "learning_rate_in": "N3",
        "theta": rails[0] if len(set(rails)) == 1 else rails,
        "x": "auto",
        "z": "auto",
        "y": "auto",
        "theta_initial": [float(f"{weight / plan.length:.3g}") for weight in plan.start.ravel().tolist()],
        "pad": size - plan.x.shape[1],
        "annihilate": ["A", "G", "P", "Z"],
    }


def _reach(choice: Choice, plan: Plan, train: int) -> tuple[str, ...]:
    """What least squares and the training reach, at the test points of seed 0, and how long that takes."""
    order = np.random.default_rng(0).permutation(len(plan.x))
    first, second = order[:train], order[train:]
    padded = np.column_stack([plan.x, np.ones(len(plan.x))])
    predicted, y = padded[second] @ _fitted(padded[first], plan.y[first]), plan.y[second]
    least, mean = (float(np.sqrt(np.mean((y - each) ** 2))) for each in (predicted, plan.y[first].mean(axis=0)))
    best = float(np.sqrt(np.mean((plan.y - plan.points @ plan.weights.T) ** 2)))
    notes = [_what(choice, plan), f"test error of the mean {mean:.3g}, of least squares {least:.3g}"]
    if choice.kind == Kind.REGRESSION and len(choice.targets) == 1 and plan.targets.factor[0] != 1:
        notes[-1] += f" (times {plan.targets.factor[0]:g} in the unit of {choice.targets[0]})"
    notes.append(
        f"nine of ten trainings should end at {plan.error:.3g} or less on all rows, where least squares have {best:.3g}"
    )
    hours = float(plan.hours[plan.rate].min())
    several = "s" if plan.iterations > 1 else ""
    days = plan.iterations * hours / 24
    notes.append(f"{plan.iterations} iteration{several} of about {hours:.1f} h: {days:.1f} days in the tube")
    return tuple(notes)


def _what(choice: Choice, plan: Plan) -> str:
    """What is learned, and how much of it a line tells."""
    fit: Floats = plan.points @ plan.weights.T
    if choice.kind == Kind.REGRESSION:
        explained = 1 - float(np.sum((plan.y - fit) ** 2) / np.sum((plan.y - plan.y.mean(axis=0)) ** 2))
        several = f" with {len(choice.targets)} targets" if len(choice.targets) > 1 else ""
        return f"regression{several}: linear in the inputs, which explains {explained:.0%} of the variance"
    if choice.kind == Kind.BINARY:
        return f"two classes: a line puts {np.mean((fit > 0.5) == (plan.y > 0.5)):.0%} of the points on their side"
    right = float(np.equal(fit.argmax(axis=1), plan.y.argmax(axis=1)).mean())
    return f"classes with {len(choice.targets)} targets: lines give {right:.0%} of the points their class"
