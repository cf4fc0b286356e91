"""Tubes over draws of the data, judged by what they have learned of what there was to learn."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from conftest import Invoke, small_spec
from dsd_ncrn.analysis.judging import judge, judged_elsewhere, learned, least_squares, near, redrawn, yardstick
from dsd_ncrn.analysis.judging import test_error as error_of
from dsd_ncrn.analysis.results import Judged, Yardstick
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import Drawn
from dsd_ncrn.design.load import load_design
from dsd_ncrn.simulate.results import rmse
from dsd_ncrn.tasks import Dataset
from studies import DESIGNS, changed, prepare

pytestmark = pytest.mark.xdist_group("studies")
LINE = np.array([[0.0], [1.0], [2.0], [4.0]])


@cache
def small() -> Study:
    spec = changed(changed(small_spec(), "leak", rate=0.0), "training", strand_iterations=3)
    return prepare(changed(spec, "imperfections", pipetting=0.1, calibrated=True), seed=1)


def test_the_share_is_of_what_the_ideal_network_removes() -> None:
    """(before - after) / (before - ideal's after), with the tube's own error before; a network that removes nothing gives 0."""
    stick = Yardstick(0, before=4.0, ideal=1.0, least_squares=0.5, iterations=20)
    assert stick.share(5.0, 1.4) == pytest.approx(3.6 / 4.0)
    assert stick.ideal_share == pytest.approx(3.0 / 3.5)
    assert stick.share(0.8, 0.5) == 0.0
    tubes = [Judged(0, n, 5.0, 1.0, share, 1.0, 0, 0.0) for n, share in enumerate((0.9, 0.89, 0.0))]
    assert (learned(tubes).count, learned(tubes).of) == (1, 3)


@pytest.mark.parametrize("iterations", [3, 40])
def test_tubes_are_held_against_an_ideal_network_that_is_trained_for_as_long(iterations: int) -> None:
    """Shorter and longer than the design's 20 iterations: as where the design itself says so many."""
    design = load_design(DESIGNS / "first_learner.toml")
    found = yardstick(Study(design).lasting(iterations=iterations, strand_iterations=None))
    whole = yardstick(Study(changed(design, "training", iterations=iterations)))
    assert astuple(found) == pytest.approx(astuple(whole), rel=1e-12)
    assert found.iterations == iterations


def test_a_tube_is_near_the_ideal_network_within_a_twentieth_of_accuracy() -> None:
    """0.92 where the ideal network has 0.97: near, and 0.91 is not; a tube that cannot be judged is not either."""
    stick = Yardstick(0, before=0.5, ideal=1 - 0.97, least_squares=0.0, iterations=20)
    tubes = [Judged(0, n, 0.5, after, 0.9, 1.0, 0, 0.0) for n, after in enumerate((1 - 0.92, 1 - 0.91, 0.0, np.nan))]
    assert near(tubes, stick) == 2


def test_least_squares_have_a_constant_and_see_no_test_point() -> None:
    """Of 2 x + 1 without noise nothing is left; the test targets do not matter; a class is judged by its accuracy."""
    data = Dataset(LINE, 2 * LINE + 1, np.array([[3.0], [5.0]]), np.zeros((2, 1)), ("x",))
    assert least_squares(data) == pytest.approx(np.array([[7.0], [11.0]]))
    assert error_of(data, least_squares(data)) == pytest.approx(np.sqrt((49 + 121) / 2))
    told = Dataset(LINE, LINE, np.array([[3.0], [5.0]]), np.array([[0.0], [1.0]]), ("x",), threshold=0.5)
    assert error_of(told, np.array([[1.0], [1.0]])) == 0.5


def test_a_tube_is_judged_on_the_data_of_its_seed() -> None:
    """As often as it is done; its calibration took aliquots at three points in every round."""
    study = small()
    found = [judge(Drawn(study, 5), number) for number in (0, 1, 0)]
    assert found[0] == found[2] != found[1]
    assert found[0].data_seed == 1 and not found[0].failure
    assert found[0].aliquots > 0 and found[0].aliquots % 3 == 0 and found[0].calibration_hours > found[0].hours
    stick = yardstick(study)
    assert found[0].learned_share == pytest.approx((found[0].before - found[0].after) / (found[0].before - stick.ideal))
    assert stick.least_squares == pytest.approx(rmse(least_squares(study.data), study.data.test_y))


def test_other_draws_have_the_same_strands_and_other_points() -> None:
    """The next seeds, each tube as it is judged alone; points in an order that no seed changes are always the same."""
    study = small()
    draws = redrawn(study, 2)
    assert [each.study.seed for each in draws.drawn] == [2, 3]
    assert all(each.study.network is study.network and each.seed == study.seed for each in draws.drawn)
    found = judged_elsewhere(draws, 1)
    assert found == tuple(judge(each, 0) for each in draws.drawn) and found[0].after != found[1].after
    assert not redrawn(replace(study, points=study.data), 2).drawn


@pytest.mark.slow
def test_tubes_of_two_draws_go_on_from_what_is_kept(tmp_path: Path, invoke: Invoke) -> None:
    """What the command prints has the names of the contract of scripts; a second call finds both draws' tubes."""
    words = ("train", "designs/first_learner.toml", "--conditions", "study", "--tubes", "1", "--data-seed", "3", "--json")
    words = (*words, "--iterations", "2", "--workers", "1", "-o", tmp_path)
    one = json.loads(invoke(*words).stdout)
    both = json.loads(invoke(*words, "--seeds", "2").stdout)
    assert both["data_seed"] == [3, 4] and both["learned_share"][:1] == one["learned_share"]
    assert both["tubes"] == 2 and both["threshold"] == 0.9 and len(both["interval"]) == 2
    assert [each["data_seed"] for each in both["data"]] == [3, 4]
    assert invoke("train", "designs/first_learner.toml", "--seeds", "2").exit_code == 2
    assert invoke(*words, "--level", "ideal").exit_code == 2


@pytest.mark.slow
def test_the_stage_of_tubes_trains_those_of_train(tmp_path: Path, invoke: Invoke) -> None:
    """Two tubes of three iterations at seed 2: files of the stage and of the command are equal to the last byte."""
    text = (DESIGNS / "first_learner.toml").read_text(encoding="utf-8").replace("iterations = 20", "iterations = 3")
    design, out, judged = tmp_path / "few.toml", tmp_path / "run", tmp_path / "judged"
    design.write_text(f"{text}\n[imperfections]\nsamples = 2\n", encoding="utf-8")
    words = (design, "--conditions", "bench", "--workers", "1", "--seed", "2")
    assert invoke("run", *words, "--until", "tubes", "-o", out).exit_code == 0
    assert invoke("train", *words, "--tubes", "2", "--data-seed", "2", "-o", judged).exit_code == 0
    rows = (judged / "tubes.csv").read_text(encoding="utf-8")
    assert len(rows.splitlines()) == 3 and (out / "bench.csv").read_text(encoding="utf-8") == rows
    assert (out / "bench_no_leak.csv").read_text(encoding="utf-8") != rows
