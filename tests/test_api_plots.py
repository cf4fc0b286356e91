"""The figures for notebooks show the numbers that they were given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib import pyplot

import dsd_ncrn as dn
from api_cases import CURVE, linreg

pytestmark = pytest.mark.xdist_group("studies")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    pyplot.close("all")


def test_the_error_of_one_iteration_is_the_distance_of_its_prediction() -> None:
    training = linreg().ideal
    (line,) = dn.plot.learning(training, window=1).lines
    assert np.allclose(line.get_ydata(), np.abs(training.predictions - training.targets).ravel())
    assert line.get_label() == f"ideal network: {training.rmse_after:.3g} on the test set"


def test_a_window_is_the_mean_of_the_squares_that_end_there() -> None:
    training = linreg().ideal
    squares = ((training.predictions - training.targets) ** 2).ravel()
    shown = np.asarray(dn.plot.learning(training, window=10).lines[0].get_ydata())
    assert shown[0] == pytest.approx(np.sqrt(squares[0])) and shown[4] == pytest.approx(np.sqrt(squares[:5].mean()))
    assert shown[50] == pytest.approx(np.sqrt(squares[41:51].mean()))


def test_curves_are_told_apart_without_colour() -> None:
    study = linreg()
    lines = dn.plot.learning(study.ideal, study.train("value", iterations=5), labels=["a", "b"]).lines
    assert len({(line.get_linestyle(), str(line.get_marker())) for line in lines}) == 2
    assert [str(line.get_label())[0] for line in lines] == ["a", "b"]


def test_parameters_are_those_of_the_training() -> None:
    training = linreg().ideal
    lines = dn.plot.parameters(training).lines
    assert [line.get_label() for line in lines] == ["theta1, ideal network", "theta2, ideal network"]
    assert np.array_equal(np.column_stack([np.asarray(line.get_ydata()) for line in lines]), training.parameters)


def test_phases_are_drawn_equally_wide_and_named() -> None:
    """A trajectory from 0 to 1 in the first phase is drawn in the first unit, whatever both phases last."""
    trace = dn.Trajectory(
        ("A",), np.array([0.0, 5.0, 10.0, 110.0]), np.array([[0.0], [0.5], [1.0], [2.0]]), (("C1", 0.0), ("C2", 10.0))
    )
    axes = dn.plot.trajectory(trace)
    assert np.allclose(axes.lines[0].get_xdata(), [0.0, 0.5, 1.0, 2.0])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["C1", "C2"]


def test_a_network_without_phases_is_drawn_over_its_time() -> None:
    trace = dn.simulate_crn(dn.parse_crn("A @initial 10 nM\nA -> B [k = 0.01]"), seconds=50, points=6)
    axes = dn.plot.trajectory(trace, species=["B"])
    assert np.allclose(axes.lines[0].get_xdata(), trace.times) and axes.get_xlabel() == "time, s"


def test_predictions_are_drawn_over_their_targets_in_the_axes_given() -> None:
    training, (_, own) = linreg().ideal, pyplot.subplots()
    assert dn.plot.predictions(training, ax=own) is own
    before, after = own.lines[:2]
    assert np.array_equal(before.get_ydata(), training.test_before.ravel())
    assert np.array_equal(after.get_xdata(), training.test_targets.ravel())


def test_a_leak_curve_is_sorted_and_shows_what_counts_as_learning() -> None:
    axes = dn.plot.leak_curve(reversed(CURVE))
    assert np.allclose(axes.lines[0].get_xdata(), [0.001, 0.1]) and np.allclose(axes.lines[0].get_ydata(), [0.99, 2.2])
    assert np.allclose(axes.lines[1].get_ydata(), 1.1)


def test_what_cannot_be_drawn_is_refused() -> None:
    ideal = linreg().ideal
    with pytest.raises(dn.InputError, match="nothing is given to draw"):
        dn.plot.learning()
    with pytest.raises(dn.InputError, match="1 curves have as many labels"):
        dn.plot.parameters(ideal, labels=["a", "b"])
    with pytest.raises(dn.InputError, match=r"no such species \(got 'Z9'\)\. Known: .*Z1, Z2"):
        dn.plot.trajectory(linreg().trajectory("ideal"), species=["Z9"])
    with pytest.raises(dn.InputError, match="at least one point"):
        dn.plot.leak_curve([])
