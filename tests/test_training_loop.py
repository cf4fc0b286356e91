"""The training loop: what it records, how often a point comes, and batches."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cli.report.data import ReportData
from cli.report.figures.learning import squared_errors
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.runs.trainings import joint_tests, read_trainings, training_files
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.results import Iteration, Training
from dsd_ncrn.simulate.train import Repeats, train
from dsd_ncrn.tasks import Dataset
from studies import changed, design

Floats = NDArray[np.float64]
RATE = 0.25


@dataclass
class LeastMeanSquares:
    """W x learned by W -= RATE (W x - y) x^T: a learner whose every number is known by hand."""

    weights: Floats
    seen: list[float] = field(default_factory=list)

    def predict(self, x: Floats) -> Floats:
        return self.weights @ x

    def iterate(self, x: Floats, y: Floats) -> Iteration:
        before, outputs = self.weights, self.weights @ x
        self.seen.append(float(x[0]))
        self.weights = before - RATE * np.outer(outputs - y, x)
        return Iteration(outputs, before.ravel())

    def parameters(self) -> Floats:
        return self.weights.ravel()


def points(outputs: int = 1) -> Dataset:
    """x = 1, 2, -1 and y = 2 x in every output, times the output's number."""
    x = np.array([[1.0], [2.0], [-1.0]])
    y = 2 * x * np.arange(1, outputs + 1)
    return Dataset(x, y, np.array([[3.0]]), 6.0 * np.arange(1, outputs + 1)[None], ("x",))


def test_the_record_starts_with_the_initial_parameters_and_ends_with_the_last() -> None:
    """w -= 0.25 (w - 2) x^2 by hand from 0: x = 1 gives 0.5, x = 2 gives 2 and ends it."""
    training = train(LeastMeanSquares(np.zeros((1, 1))), "test", ("w",), points(), epochs=1)
    assert training.parameters[:, 0] == pytest.approx([0.0, 0.5, 2.0, 2.0])
    assert training.predictions[:, 0] == pytest.approx([0.0, 1.0, -2.0])
    assert training.targets[:, 0] == pytest.approx([2.0, 4.0, -2.0])
    assert (training.iterations, training.epochs) == (3, 1)
    assert training.test_before == pytest.approx(np.array([[0.0]]))
    assert training.test_after == pytest.approx(np.array([[6.0]]))
    assert (training.rmse_before, training.rmse_after) == pytest.approx((6.0, 0.0))


def test_several_outputs_have_a_column_each() -> None:
    """Errors 6 and 12 at the test point: root mean square sqrt(90)."""
    training = train(LeastMeanSquares(np.zeros((2, 1))), "test", ("w1", "w2"), points(2), epochs=2)
    assert training.predictions.shape == training.targets.shape == (6, 2)
    assert training.test_targets.shape == training.test_after.shape == (1, 2)
    assert training.parameters.shape == (7, 2)
    assert training.rmse_before == pytest.approx(np.sqrt(90.0))


def test_iterations_may_end_within_an_epoch() -> None:
    told: list[tuple[int, int]] = []
    training = train(
        LeastMeanSquares(np.zeros((1, 1))), "test", ("w",), points(), 9, 4, lambda done, total: told.append((done, total))
    )
    assert (training.iterations, training.epochs) == (4, 2)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def presented(repeats: Repeats, iterations: int | None = None) -> tuple[list[float], Training]:
    learner = LeastMeanSquares(np.zeros((1, 1)))
    training = train(learner, "test", ("w",), points(), 1, iterations, repeats=repeats)
    return learner.seen, training


def test_a_point_comes_again_until_it_is_right() -> None:
    """At x = 1 the error is 2 * 0.75^n before iteration n + 1: below 0.5 at the sixth, 2 * 0.75^5 = 0.47; then x = 2 with
    error 0.71 comes until it is below 0.5, which one update does (w - 2 becomes 0); x = -1 is right at once.
    """
    seen, training = presented(Repeats(0.5, 20))
    assert seen == [1.0] * 6 + [2.0] * 2 + [-1.0]
    assert abs(training.predictions[5, 0] - 2) < 0.5 < abs(training.predictions[4, 0] - 2)
    assert training.iterations == 9 == len(training.parameters) - 1
    assert training.epochs == 1


def test_a_point_comes_no_more_often_than_allowed() -> None:
    """x = 1 is never exact and comes three times; one update at x = 2 makes w = 2, which ends its row and the next."""
    assert presented(Repeats(1e-12, 3))[0] == [1.0] * 3 + [2.0] * 2 + [-1.0]


def test_repeats_count_as_iterations() -> None:
    assert presented(Repeats(1e-12, 3), iterations=5)[0] == [1.0] * 3 + [2.0] * 2


def test_an_error_that_is_no_number_is_not_right() -> None:
    """NaN is not below any tolerance: the point comes as often as it may."""
    done = Iteration(np.array([np.nan]), np.zeros(1))
    assert Repeats(0.5, 2).again(done, np.zeros(1), 1)
    assert not Repeats(0.5, 2).again(done, np.zeros(1), 2)


def ideal(spec: DesignSpec) -> IdealLearner:
    return IdealLearner(compile_design(spec, 2), engine_named("rosenbrock"))


def test_a_batch_changes_the_parameters_once_by_the_sum_of_its_gradients() -> None:
    """f = theta x + beta: g = T (yhat - y) x for every point at the old theta; k_fast / k_slow of 1e5 is within 0.1 %."""
    spec = changed(changed(design("linreg2d"), "circuit", fast_ratio=1e5), "training", batch=3)
    learner, eta, duration = ideal(spec), spec.circuit.learning_rate, spec.circuit.T
    x = np.array([[1.0, 2.0], [0.5, 1.5], [2.0, 0.5]])
    y = np.array([[3.0], [1.0], [4.0]])
    used = [learner.iterate(*point).parameters for point in zip(x, y, strict=True)]
    assert np.array(used) == pytest.approx(np.ones((3, 2)), abs=1e-9)
    errors = duration * (x.sum(axis=1) + 2.0) - y[:, 0]
    assert learner.parameters() == pytest.approx(1.0 - eta * duration * errors @ x, rel=1e-3)
    assert learner.iterate(x[0], y[0]).parameters == pytest.approx(learner.parameters(), rel=2e-2)


def test_an_iteration_tells_the_parameters_that_the_one_before_left() -> None:
    """The update happens in the next forward pass: what settling alone finds is what that pass had, to 1e-6."""
    learner = ideal(design("linreg2d"))
    x, y = np.array([1.5, 3.0]), np.array([4.0])
    learner.iterate(x, y)
    settled = learner.parameters()
    assert learner.iterate(np.array([2.0, 1.0]), y).parameters == pytest.approx(settled, rel=1e-6)


def test_a_failure_names_the_phase_and_the_iteration() -> None:
    """dz/dt = z^2 + x from 0 runs to infinity at pi / (2 sqrt(x)) < T: the third point is the first that is too large."""
    circuit = {"f": "theta * x + z * z", "T": 1.0, "theta": "dual", "x": "dual", "z": "dual", "learning_rate": 1e-6}
    learner = ideal(changed(design("linreg2d"), "circuit", **circuit))
    for _ in range(2):
        learner.iterate(np.array([0.1, 0.1]), np.array([0.0]))
    with pytest.raises(CheckFailed, match="phase C1 of iteration 3 stopped"):
        learner.iterate(np.array([9.0, 0.1]), np.array([0.0]))


@pytest.mark.parametrize("outputs", [1, 2])
def test_the_files_of_a_training_are_what_the_report_reads(outputs: int, tmp_path: Path) -> None:
    """Columns ``prediction`` and ``target`` for one output, ``prediction_1`` ... for several; the same numbers come back."""
    training = train(LeastMeanSquares(np.zeros((outputs, 1))), "ideal", ("w1", "w2")[:outputs], points(outputs), 1)
    files = training_files(training)
    (tmp_path / "predictions").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    data = ReportData(tmp_path)
    table, tests = data.trainings["ideal"], data.tests["ideal"]
    header = "iteration,prediction,target,w1" if outputs == 1 else "iteration,prediction_1,prediction_2,target_1,target_2,w1,w2"
    assert files["training_ideal.csv"].splitlines()[0] == header
    names = files["predictions/ideal.csv"].splitlines()[0].split(",")
    joint = [name if name.startswith("target") else f"ideal_{name}" for name in names]
    assert joint_tests(read_trainings(tmp_path)).splitlines()[0].split(",") == joint
    assert (table.predictions == training.predictions).all() and (table.targets == training.targets).all()
    assert (table.parameters == training.parameters).all()
    assert squared_errors(table) == pytest.approx(((training.predictions - training.targets) ** 2).mean(axis=1))
    assert tests.targets.tolist() == training.test_targets.T.ravel().tolist()
    assert tests.after.tolist() == training.test_after.T.ravel().tolist()


def test_a_training_that_diverges_is_a_failure_with_advice() -> None:
    """The error of W x is multiplied by 1 - RATE x^2 = -3 each time: the 8th prediction is 2 (1 + 3^7) = 4376."""
    x, y = np.full((20, 1), 4.0), np.full((20, 1), 2.0)
    data = Dataset(x, y, x, y, ("a",))
    with pytest.raises(
        CheckFailed, match=r"diverges: after 8 iterations a prediction is 4.38e\+03.*lower circuit.learning_rate"
    ):
        train(LeastMeanSquares(np.zeros((1, 1))), "value", ("w",), data, epochs=1)


@pytest.mark.parametrize(("iterations", "fails"), [(2, False), (3, True)])
def test_a_training_that_has_begun_to_diverge_is_one_too(iterations: int, fails: bool) -> None:
    """The error of W x, -2 at first, is multiplied by -3 each time: 18 is below ten times the targets' 2, 54 is above."""
    x, y = np.full((iterations, 1), 4.0), np.full((iterations, 1), 2.0)
    with pytest.raises(CheckFailed, match="test error is 54, and 2 before; lower") if fails else nullcontext():
        train(LeastMeanSquares(np.zeros((1, 1))), "value", ("w",), Dataset(x, y, x, y, ("a",)), epochs=1)
