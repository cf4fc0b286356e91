"""Every table of a run folder is read back as it was written, by the description that wrote it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import ResultTable
from dsd_ncrn.runs.tables import TABLES, TUNE
from sequences.crosstalk import CrosstalkMatrix, Interaction
from sequences.tables import MATRICES, MatrixTable
from sequences.tables import TABLES as SEQUENCE_TABLES

ALL: tuple[ResultTable[Any], ...] = (*TABLES, *SEQUENCE_TABLES)
VALUES: dict[Any, Any] = {
    str: 'a, "b"', int: 3, float: 0.1 + 0.2, bool: False, tuple[str, ...]: ("x", "y z"), tuple[float, ...]: (),
}  # fmt: skip


def example(table: ResultTable[Any]) -> Any:
    """A record with a value of its type in every field."""
    hints = get_type_hints(table.record)
    return table.record(**{each.name: VALUES[hints[each.name]] for each in fields(table.record)})


@pytest.mark.parametrize("table", ALL, ids=lambda table: f"{table.file} {table.record.__name__}")
def test_records_are_read_back(table: ResultTable[Any], tmp_path: Path) -> None:
    """Columns that no field has are given beside the records."""
    record = example(table)
    given = {each.name: 0.5 for each in table.columns if not hasattr(record, each.key)}
    (tmp_path / table.file).write_text(table.text([record, record], **given), encoding="utf-8")
    assert table.read(tmp_path) == (record, record)
    (tmp_path / table.file).unlink()
    assert table.read(tmp_path) == ()


@pytest.mark.parametrize("table", MATRICES, ids=lambda table: table.file)
def test_matrices_are_read_back(table: MatrixTable, tmp_path: Path) -> None:
    """A pair that was not judged leaves its place empty."""
    matrix = CrosstalkMatrix((Interaction("x", "x*", -7.25), Interaction("x", "y, z", -0.3), Interaction("y", "y, z", 0.0)))
    assert table.read(tmp_path) is None
    (tmp_path / table.file).write_text(table.text(matrix), encoding="utf-8")
    assert table.read(tmp_path) == matrix
    (tmp_path / table.file).write_text(",x\ny,strong\n", encoding="utf-8")
    with pytest.raises(InputError, match=table.file):
        table.read(tmp_path)


def test_an_open_table_may_have_more_columns_and_no_fewer(tmp_path: Path) -> None:
    record = replace(example(TUNE), tolerated_leak_per_M_s=1.0)
    path = tmp_path / TUNE.file
    path.write_text(TUNE.text([record], knob=lambda each: 2 * each.cost), encoding="utf-8")
    header, row = path.read_text(encoding="utf-8").splitlines()
    assert header.endswith(",knob") and row.endswith(f",{2 * record.cost!r}")
    assert TUNE.read(tmp_path) == (record,)
    path.write_text(header.replace("cost,", "", 1) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="other columns than this version writes"):
        TUNE.read(tmp_path)
