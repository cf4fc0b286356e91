"""Designs and points from Python values: the same as from files, and refused in the same words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

import dsd_ncrn as dn
from dsd_ncrn.tasks import load_dataset
from dsd_ncrn.tasks.builtin import LINREG2D

DESIGNS = Path(__file__).parent.parent / "designs"
LINREG = DESIGNS / "linreg2d.toml"
LEAST = {"task.name": "linreg2d", "circuit.f": "theta * x + beta", "circuit.T": 0.5, "circuit.learning_rate": 0.05}


@pytest.mark.parametrize("path", sorted(DESIGNS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_values_of_a_file_give_the_design_of_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DESIGNS)  # a relative CSV file is sought from here
    assert dn.new_design(tomllib.loads(path.read_text(encoding="utf-8"))) == dn.load_design(path)


def test_a_change_is_what_an_edit_of_the_file_would_be(tmp_path: Path) -> None:
    edited = tmp_path / "linreg2d.toml"
    edited.write_text(LINREG.read_text(encoding="utf-8").replace('"0.01 /M/s"', '"1 /M/s"').replace("T = 0.5", "T = 0.25"))
    given = dn.load_design(LINREG)
    assert dn.changed(given, {"leak.rate": "1 /M/s", "circuit.T": 0.25}) == dn.load_design(edited)
    assert given == dn.load_design(LINREG), "the design that was given has changed"


def test_a_nested_table_changes_alone() -> None:
    given = dn.load_design(LINREG)
    bigger = dn.changed(given, {"chemistry.gates.N1.join": "1.2 uM"})
    assert bigger.chemistry.gates["N1"].join == 1200.0 and bigger.chemistry.gates["N1"].fork == given.chemistry.gates["N1"].fork
    assert {kind for kind in given.chemistry.gates if bigger.chemistry.gates[kind] != given.chemistry.gates[kind]} == {"N1"}


def test_none_gives_a_key_its_default_back() -> None:
    given = dn.load_design(LINREG)
    assert given.translation.always_on == ("N4",)
    assert dn.changed(given, {"translation.always_on": None}).translation.always_on is None


def test_arrays_stand_for_lists() -> None:
    values = {**LEAST, "circuit.w_in": np.eye(2), "circuit.theta_initial": np.array([1.0, 2.0]), "training.epochs": np.int64(3)}
    design = dn.new_design(values, name="arrays")
    assert design.circuit.w_in == ((1.0, 0.0), (0.0, 1.0)) and design.circuit.theta_initial == (1.0, 2.0)
    assert design.training.epochs == 3 and design.name == "arrays"


@pytest.mark.parametrize(
    ("changes", "message", "key"),
    [
        ({"leak.rat": "1 /M/s"}, "unknown key 'leak.rat'. Did you mean 'rate'?", ("leak", "rat")),
        ({"leak.rate": 5}, "leak.rate: a bimolecular rate is a number and a unit (got 5)", ("leak", "rate")),
        ({"leak.rate": "-1 /M/s"}, "leak.rate: the value should be greater than or equal to 0", ("leak", "rate")),
        ({"circuit.T": None}, "missing key 'circuit.T'. Add it to [circuit].", ("circuit", "T")),
        ({"leak.rate.fast": "1 /M/s"}, "leak.rate is a value and no table (got 'leak.rate.fast')", ("rate", "fast")),
        ({"nothing.x": 1}, "unknown key 'nothing'", ("nothing",)),
        ({"circuit.w_in": [[1, "a"]]}, "circuit.w_in: the value should be a valid number (got 'a')", ("circuit", "w_in")),
    ],
)
def test_what_a_file_would_not_be_allowed_is_refused(changes: dict[str, object], message: str, key: tuple[str, ...]) -> None:
    with pytest.raises(dn.DesignError) as caught:
        dn.changed(dn.load_design(LINREG), changes)
    assert str(caught.value).startswith(message) and caught.value.key == key


def test_several_wrong_values_are_counted() -> None:
    with pytest.raises(dn.DesignError, match=r"missing key 'circuit\.f' \(and 2 more\)"):
        dn.new_design({"task.name": "linreg2d", "circuit": {}})


def test_points_are_those_of_a_built_in_task_where_its_sampler_draws_them() -> None:
    own = dn.sampled_dataset(LINREG2D.sample, 7, 5, seed=3)
    task = load_dataset(dn.new_design({**LEAST, "task.training_points": 7, "task.test_points": 5}).task, seed=3)
    for name in ("train_x", "train_y", "test_x", "test_y"):
        assert np.array_equal(getattr(own, name), getattr(task, name))


X, Y = np.ones((3, 2)), np.ones(3)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((X, Y[:2], X, Y), "train_x and train_y have as many points"),
        ((X, Y, X[:, :1], Y), "train_x and test_x have as many columns"),
        ((X, Y, X, np.ones((3, 2))), "train_y and test_y have as many columns"),
        ((X, Y * np.nan, X, Y), r"train_y is of finite numbers \(got \[0, 0\]\)"),
        ((X[:0], Y[:0], X, Y), r"train_x has points and columns \(got \(0, 2\)\)"),
        (([["a", "b"]], [1.0], X, Y), "train_x is an array of numbers"),
        (([[1.0], [1.0, 2.0]], [1.0, 2.0], X, Y), "train_x is an array of numbers"),
    ],
)
def test_points_that_do_not_fit_are_refused(parts: tuple[object, ...], message: str) -> None:
    with pytest.raises(dn.InputError, match=message):
        dn.dataset(*parts)  # pyright: ignore[reportArgumentType]


def test_names_are_as_many_as_inputs() -> None:
    assert dn.dataset(X, Y, X, Y).input_names == ("x1", "x2")
    with pytest.raises(dn.InputError, match="one name for each input"):
        dn.dataset(X, Y, X, Y, names=("dose",))


def test_own_points_stand_in_for_those_of_the_task() -> None:
    """x >= 0 has one rail where the design leaves it open; three inputs make three parameters."""
    random = np.random.default_rng(0)
    x = random.uniform(1.0, 2.0, (6, 3))
    points = dn.dataset(x, x.sum(axis=1), x, x.sum(axis=1))
    design = dn.new_design({**LEAST, "task.name": "own_points", "circuit.x": "auto"})
    learner = dn.compile_design(design, points)
    assert [len(variable.species) for variable in learner.inputs] == [1, 1, 1] and len(learner.parameters) == 3
    with pytest.raises(dn.DesignError, match="unknown task"):
        dn.compile_design(design)
