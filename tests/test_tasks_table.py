"""Tasks from CSV files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dsd_ncrn.design.spec import Task
from dsd_ncrn.errors import InputError
from dsd_ncrn.tasks import load_dataset


def task(path: Path, **changes: object) -> Task:
    """A task on the columns a, b and y of a file."""
    return Task.model_validate({"csv": str(path), "inputs": ("a", "b"), "targets": ("y",), **changes})


def written(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_split_by_seed_and_none_is_used_twice(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i + 100},x,{i + 200}" for i in range(50))
    path = written(tmp_path, f"a,y,note,b\n{rows}\n")
    data = load_dataset(task(path, training_points=30, test_points=10), 5)
    again = load_dataset(task(path, training_points=30, test_points=10), 5)
    assert data.train_x.shape == (30, 2) and data.test_x.shape == (10, 2)
    assert np.array_equal(data.train_y[:, 0], data.train_x[:, 0] + 100) and np.array_equal(
        data.train_x[:, 1], data.train_x[:, 0] + 200
    )
    assert not set(data.train_y.ravel()) & set(data.test_y.ravel())
    assert np.array_equal(data.train_x, again.train_x)
    assert data.input_names == ("a", "b")


def test_columns_are_scaled_as_the_design_says(tmp_path: Path) -> None:
    """Less the offset, divided by the factor, which turns a column round where it is negative."""
    path = written(tmp_path, "a,b,y\n1,2,3\n5,8,13\n")
    scaled = load_dataset(task(path, shuffle=False, scales={"a": (5.0, -2.0), "y": (3.0, 5.0)}), 0)
    assert scaled.train_x.tolist() == [[2.0, 2.0]] and scaled.test_x.tolist() == [[0.0, 8.0]]
    assert scaled.train_y.tolist() == [[0.0]] and scaled.test_y.tolist() == [[2.0]]
    for wrong in ({"c": (0.0, 1.0)}, {"a": (1.0, 0.0)}):
        with pytest.raises(ValueError, match="scales are of columns"):
            task(path, scales=wrong)


def test_a_short_file_is_split_in_the_ratio_of_the_design(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,y\n" + "1,2,3\n" * 10)
    data = load_dataset(task(path, training_points=80, test_points=20), 0)
    assert (len(data.train_y), len(data.test_y)) == (8, 2)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a,b,z\n1,2,3\n4,5,6\n", 1, "there is no such column (got 'y'). Known: a, b, z."),
        ("a,bb,y\n1,2,3\n4,5,6\n", 1, "there is no such column (got 'b'). Did you mean 'bb'?"),
        ("a,b,y,y\n1,2,3,4\n", 1, "the column is there more than once (got 'y'). Give each column a name of its own."),
        ("a,b,y\n1,2,3\n1,5,2,3\n", 3, "the row has 4 cells, and the header 3"),
        ("a,b,y\n2,291,2,745,4,377\n", 2, "the row has 6 cells, and the header 3. Write decimal points, or semicolons"),
        ("a,b,y\n1,2,3\n4,5,inf\n", 3, "column 'y': a cell is a finite number (got 'inf')"),
        (
            "a,b,y\n1,two,3\n4,5,6\n",
            2,
            "a cell is a finite number (got 'two'). Correct the cell or delete the row.",
        ),
        ("a,b,y\n1,2,red\n4,5,blue\n", 2, "(got 'red'). Words can be classes: `dsd-ncrn new NAME --csv "),
        ("a,b,y\n1,2,3\n\n4,5\n", None, "at least two rows, one to train on and one to test on (got 1)"),
        ("", 1, "the file is empty"),
        ("a,b,y\n1,2,3\n", None, "at least two rows"),
        ('a,b,y\n1,"2,3\n', None, "not a valid CSV file"),
    ],
)
def test_what_cannot_be_used_is_named_with_file_and_line(tmp_path: Path, text: str, line: int | None, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_dataset(task(path), 0)
    assert message in str(caught.value)
    assert caught.value.file == str(path)
    assert line is None or caught.value.line == line


def test_a_missing_file_and_a_column_named_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the file"):
        load_dataset(task(tmp_path / "none.csv"), 0)
    with pytest.raises(InputError, match="an input or a target, once"):
        load_dataset(task(tmp_path / "none.csv", targets=("y", "a")), 0)


def test_several_target_columns_become_several_outputs(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,y,z\n1,2,3,4\n5,6,7,8\n")
    data = load_dataset(task(path, targets=("z", "y"), classes=True), 0)
    assert data.outputs == 2 and data.classes
    assert sorted(np.vstack((data.train_y, data.test_y)).tolist()) == [[4.0, 3.0], [8.0, 7.0]]


def test_rows_that_lack_a_value_are_left_out_and_counted(tmp_path: Path) -> None:
    """Only values of the task's own columns count."""
    path = written(tmp_path, "a,b,note,y\n1,2,,3\n4,NA,,6\n7,8,,9\n1,2\n5,6,,7\n")
    data = load_dataset(task(path), 0)
    assert sorted(np.concatenate((data.train_y, data.test_y)).ravel()) == [3.0, 7.0, 9.0]
    assert data.notes == (f"{path}: 2 of 5 rows lack a value and are left out",)


def test_rows_may_keep_their_order(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,y\n" + "".join(f"{n},0,{n}\n" for n in range(10)))
    data = load_dataset(task(path, shuffle=False, training_points=7, test_points=3), 5)
    assert data.train_y.ravel().tolist() == list(range(7)) and data.test_y.ravel().tolist() == [7, 8, 9]


def test_test_points_may_have_a_file_of_their_own(tmp_path: Path) -> None:
    """Its columns may stand in another order; what is more than the design takes is told."""
    path, other = written(tmp_path, "a,b,y\n1,0,1\n2,0,2\n3,0,3\n"), tmp_path / "test.csv"
    other.write_text("y;b;a\n10,5;0;10\n20;0;20\n30;0;30\n", encoding="utf-8")
    data = load_dataset(task(path, test_csv=str(other), shuffle=False, training_points=9, test_points=2), 0)
    assert data.train_x[:, 0].tolist() == data.train_y.ravel().tolist() == [1, 2, 3]
    assert data.test_x[:, 0].tolist() == [10, 20] and data.test_y.ravel().tolist() == [10.5, 20]
    decimal, used = data.notes
    assert decimal == f"{other}: numbers are read with decimal commas"
    assert used == f"{other}: 2 of 3 rows are used (task.test_points)"
