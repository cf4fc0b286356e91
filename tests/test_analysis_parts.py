"""Fidelity, fuel budget and leak sensitivity on trainings that are made up, so that the arithmetic can be seen."""

from __future__ import annotations

import csv
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.analysis import leaks as leak_analysis
from dsd_ncrn.analysis.fidelity import parameter_errors
from dsd_ncrn.analysis.leaks import (
    LeakChannel,
    LeakPoint,
    LeakRanking,
    LeakSensitivity,
    LeakShare,
    leak_point,
    leak_sensitivity,
)
from dsd_ncrn.analysis.results import fuel_budget, top_up_schedule
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.tables import LEAK_RANKING, LEAK_STEPS, LEAKS, leak_files
from dsd_ncrn.simulate.results import Training

Floats = NDArray[np.float64]
RANKING = LeakRanking((LeakShare("N1 N1_1", 0.75, 0.03), LeakShare("N3 N3_1p", 0.25, 0.01)), ())


def training(
    parameters: list[list[float]], test_after: list[float] | None = None, **fuels: tuple[float, list[float]]
) -> Training:
    """A training with these parameters; ``fuels`` gives what is there at the start and what each iteration uses."""
    count = len(parameters) - 1
    return Training(
        level="dsd",
        parameter_names=tuple(f"theta{number}" for number in range(len(parameters[0]))),
        parameters=np.array(parameters),
        predictions=np.zeros(count),
        targets=np.zeros(count),
        epochs=1,
        test_targets=np.zeros(2),
        test_before=np.full(2, 5.0),
        test_after=np.array(test_after or [1.0, -1.0]),
        fuel_used={name: np.array(used) for name, (_, used) in fuels.items()},
        fuel_start={name: start for name, (start, _) in fuels.items()},
    )


def test_parameter_errors_are_relative_to_the_largest_ideal_one() -> None:
    """max |theta - theta_ideal| / max |theta_ideal|, before training and after every iteration."""
    ideal = training([[1.0, -2.0], [4.0, 2.0], [-5.0, 1.0]])
    strands = training([[1.0, -2.0], [3.0, 2.5], [-5.0, 2.0]])
    assert parameter_errors(strands, ideal) == pytest.approx([0.0, 0.25, 0.2])
    assert parameter_errors(ideal, ideal) == pytest.approx([0.0, 0.0, 0.0])


def test_a_shorter_training_is_compared_as_far_as_it_goes() -> None:
    ideal = training([[1.0], [2.0], [4.0]])
    assert parameter_errors(training([[1.0], [2.5]]), ideal) == pytest.approx([0.0, 0.25])


def test_the_fuel_budget_is_the_mean_use_over_the_start() -> None:
    """100 nM of which 1 to 3 nM go per iteration: 2 %, so a tenth is gone after five; the greediest fuel is named."""
    made = training([[1.0]] * 4, gate=(100.0, [1.0, 2.0, 3.0]), helper=(1000.0, [5.0, 5.0, 5.0]))
    budget = fuel_budget(made)
    assert budget.used_nM == pytest.approx({"gate": 2.0, "helper": 5.0})
    assert budget.used_fraction == pytest.approx({"gate": 0.02, "helper": 0.005})
    assert budget.limiting_fuel == "gate"
    assert budget.iterations_to_10_percent == pytest.approx(5.0)


def test_fuels_are_topped_up_before_they_have_lost_a_tenth() -> None:
    """100 nM losing 4 nM at a time: 8 nM before the 3rd and the 5th iteration. 60 nM at a time: before each. 500 nM losing
    5 nM at a time stay above nine tenths."""
    made = training(
        [[1.0]] * 6, gate=(100.0, [4.0] * 5), greedy=(100.0, [60.0] * 5), idle=(500.0, [0.0] * 5), slow=(500.0, [5.0] * 5)
    )
    schedule = [(each.iteration, each.fuel, each.amount_nM) for each in top_up_schedule(made)]
    greedy = [(number, "greedy", 60.0) for number in range(2, 6)]
    assert schedule == sorted([(3, "gate", 8.0), (5, "gate", 8.0), *greedy])
    budget = fuel_budget(made)
    assert budget.lasts == pytest.approx({"gate": 2.5, "greedy": 1 / 6, "idle": np.inf, "slow": 10.0})
    assert [(each.iteration, each.fuel, each.amount_nM) for each in budget.schedule] == schedule


def test_a_leak_point_compares_with_the_ideal_training() -> None:
    ideal = training([[1.0], [2.0], [4.0]], test_after=[1.0, 1.0])
    leaky = training([[1.0], [2.2], [5.0]], test_after=[1.5, 1.5])
    point = leak_point(cast("Study", SimpleNamespace(compared=ideal)), 0.01, leaky)
    assert (point.rate_per_M_s, point.rmse, point.rmse_ratio) == (0.01, 1.5, 1.5)
    assert point.parameter_error_first_iteration == pytest.approx(0.1)
    assert point.parameter_error_final == pytest.approx(0.25)


class Curve:
    """A made-up leak curve in place of trainings; remembers which rates were asked for."""

    def __init__(self, ratio: Callable[[float], float]) -> None:
        self.ratio, self.asked = ratio, list[float]()

    def point(self, _: Study, rate: float) -> LeakPoint:
        self.asked.append(rate)
        return self.at(rate)

    def at(self, rate: float) -> LeakPoint:
        return LeakPoint(rate, 0.4 * self.ratio(rate), self.ratio(rate), 0.1, 0.01)


STUDY = cast("Study", SimpleNamespace(spec=SimpleNamespace(leak=SimpleNamespace(rate=1e-11))))


@pytest.fixture
def curve(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[float], float]], Curve]:
    """Install a curve; the ranking is given as well."""

    def install(ratio: Callable[[float], float]) -> Curve:
        made = Curve(ratio)
        monkeypatch.setattr(leak_analysis, "_point", made.point)
        monkeypatch.setattr(leak_analysis, "rank_leaks", lambda _study, _rate: RANKING)
        return made

    return install


Install = Callable[[Callable[[float], float]], Curve]


def test_the_tolerated_rate_is_the_last_pass_before_the_first_failure(curve: Install) -> None:
    """The RMSE may be up to 1.1 times the ideal one; a rate that passes beyond the first failure does not count."""
    made = curve(lambda rate: 2.0 if 0.02 < rate < 0.05 else 1.0)
    found = leak_sensitivity(STUDY)
    assert found.tolerated_per_M_s is not None
    assert 0.01 <= found.tolerated_per_M_s <= 0.02
    assert any(point.rate_per_M_s == 0.1 and point.rmse_ratio == 1.0 for point in found.curve)
    rates = [point.rate_per_M_s for point in found.curve]
    assert rates == sorted(rates)
    assert sorted(made.asked) == rates
    failing = min(point.rate_per_M_s for point in found.curve if point.rmse_ratio >= 1.1)
    assert found.tolerated_per_M_s == max(rate for rate in rates if rate < failing)


def test_the_gap_is_narrowed_between_pass_and_failure(curve: Install) -> None:
    """Grid points are a factor of about three apart; what is added lies between the two that matter."""
    made = curve(lambda rate: 1.0 if rate < 0.017 else 1.5)
    found = leak_sensitivity(STUDY)
    added = [rate for rate in made.asked if rate not in leak_analysis.GRID_PER_M_S]
    assert added
    assert all(0.01 < rate < 0.03 for rate in added)
    assert found.tolerated_per_M_s == max(rate for rate in (*added, 0.01) if rate < 0.017)


def test_lanes_that_the_grid_leaves_empty_train_what_comes_next(curve: Install) -> None:
    """The design's own rate fails: below it are the gaps that will be cut, and one round of trainings is enough."""
    made, rounds = curve(lambda rate: 1.0 if rate < 0.005 else 1.5), list[int]()
    found = leak_sensitivity(STUDY, [made.at(0.01)], None, lambda done, of: rounds.append(done))
    assert len(made.asked) == 8
    assert [rate for rate in sorted(made.asked) if rate not in leak_analysis.GRID_PER_M_S] == [
        0.00144,
        0.00208,
        0.00448,
        0.00669,
    ]
    assert found.tolerated_per_M_s == 0.00448


def test_known_points_are_not_computed_again(curve: Install) -> None:
    """The training at the design's own rate comes from its own stage; here it lies between two points of the grid."""
    made = curve(lambda rate: 1.0 if rate < 0.017 else 1.5)
    fresh = leak_sensitivity(STUDY)
    made.asked.clear()
    again = leak_sensitivity(STUDY, known=[made.at(0.01), made.at(0.02)])
    assert not {0.01, 0.02} & set(made.asked)
    assert {0.01, 0.02} <= {point.rate_per_M_s for point in again.curve}
    assert again.tolerated_per_M_s is not None and fresh.tolerated_per_M_s is not None
    assert fresh.tolerated_per_M_s <= again.tolerated_per_M_s < 0.017


def test_a_design_that_fails_everywhere_is_searched_downwards(curve: Install) -> None:
    """Below the grid until one passes, at 1e-6 /M/s at the latest; then nothing is tolerated."""
    curve(lambda rate: 1.0 if rate < 5e-5 else 3.0)
    found = leak_sensitivity(STUDY)
    assert found.tolerated_per_M_s is not None
    assert 1e-5 <= found.tolerated_per_M_s < 5e-5
    made = curve(lambda _: 3.0)
    assert leak_sensitivity(STUDY).tolerated_per_M_s is None
    assert min(made.asked) >= 1e-8


def test_a_design_that_passes_everywhere_is_searched_upwards(curve: Install) -> None:
    curve(lambda rate: 1.0 if rate < 4.0 else 1.2)
    found = leak_sensitivity(STUDY)
    assert found.tolerated_per_M_s is not None
    assert 1.0 <= found.tolerated_per_M_s < 4.0
    made = curve(lambda _: 1.0)
    assert leak_sensitivity(STUDY).tolerated_per_M_s == max(made.asked) >= 100.0


def test_a_training_that_came_to_nothing_fails(curve: Install) -> None:
    """An RMSE that is not a number is no pass."""
    curve(lambda rate: 1.0 if rate < 0.005 else float("nan"))
    found = leak_sensitivity(STUDY)
    assert found.tolerated_per_M_s is not None
    assert found.tolerated_per_M_s < 0.01


@pytest.mark.parametrize("workers", [0, 2])
def test_rounds_may_run_side_by_side(curve: Install, workers: int) -> None:
    """The same curve with a pool; progress only grows."""
    curve(lambda rate: 1.0 if rate < 0.017 else 1.5)
    seen: list[tuple[int, int]] = []
    pool: Executor | None = ThreadPoolExecutor(workers) if workers else None
    found = leak_sensitivity(STUDY, pool=pool, progress=lambda done, total: seen.append((done, total)))
    if pool is not None:
        pool.shutdown()
    assert found.curve == leak_sensitivity(STUDY).curve
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert (found.ranking, found.ranking_rate_per_M_s) == (RANKING, pytest.approx(0.01))


def test_the_tables_of_leaks_have_their_columns_and_are_read_back(tmp_path: Path) -> None:
    """Shifts are given per /M/s and, to first order, at the rate of the row."""
    channel = LeakChannel("N1_1", "LL", ("P1_cogate", "fork_N1_1"), ("P1", "s172"), "theta1", -0.5)
    point = LeakPoint(0.01, 0.44, 1.02, 0.1, 0.01)
    found = LeakSensitivity((point,), 0.01, LeakRanking(RANKING.shares, (channel,)), 0.02)
    files = leak_files(found)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert LEAKS.read(tmp_path) == (point,)
    assert (LEAK_RANKING.read(tmp_path), LEAK_STEPS.read(tmp_path)) == (RANKING.shares, (channel,))
    ((first, _), (leak,)) = (list(csv.DictReader(files[f"leak_{name}.csv"].splitlines())) for name in ("ranking", "steps"))
    assert (first["origin"], float(first["share"]), float(first["rate_per_M_s"])) == ("N1 N1_1", 0.75, 0.02)
    assert (float(first["parameter_shift"]), float(first["shift_per_M_per_s"])) == pytest.approx((0.03 * 0.02, 0.03))
    assert (leak["rule"], leak["parameter"]) == ("LL", "theta1")
    assert (leak["reactants"], leak["products"]) == ("P1_cogate + fork_N1_1", "P1 + s172")
    assert float(leak["parameter_shift"]) == pytest.approx(-0.01)


def test_a_table_of_an_older_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leaks.csv").write_text("kind,rate_per_M_s,origin,rmse\ncurve,0.01,,0.4\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"leaks\.csv: this table .* other columns .* \(got 'kind'\)\. Run the design again"):
        LEAKS.read(tmp_path)
    (tmp_path / "leaks.csv").write_text(LEAKS.text([]) + "a,b,c,d,e\n", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read: could not convert"):
        LEAKS.read(tmp_path)
