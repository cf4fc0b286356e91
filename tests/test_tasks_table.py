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
        ("a;b;y\n1;2;3\n", 1, "columns are separated by commas (got 'a;b;y')"),
        ("a,b,y\n1,2,3\n1,5,2,3\n", 3, "the row has 4 cells, and the header 3"),
        ("a,b,y\n1,2,3\n4,nan,6\n", 3, "column 'b': a cell is a finite number (got 'nan')"),
        ("a,b,y\n1,2,3\n4,5,inf\n", 3, "column 'y': a cell is a finite number (got 'inf')"),
        ("a,b,y\n1,two,3\n", 2, "column 'b': a cell is a finite number (got 'two')"),
        ("a,b,y\n1,2,3\n\n4,5\n", 4, "column 'y': a cell is a finite number (got '')"),
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
