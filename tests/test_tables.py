"""Tables as people have them: separators, encodings, decimal signs, workbooks, and what a cell may hold."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from dsd_ncrn.design.tables import Table, read_table
from dsd_ncrn.errors import InputError

ROWS = [[1.5, 2291.0, 0.43], [2.25, 1346.0, 0.5]]
"""What all the files below say, in columns ``a``, ``dose, nM`` and ``b``."""
POINTS = '"a","dose, nM",b\n1.5,"2,291",43 %\n2.25,1346,0.5\n'
COMMAS = "a;dose, nM;b\n1,5;2.291;43%\n2,25;1346;0,5\n"


def table(folder: Path, content: str | bytes, name: str = "data.csv") -> Table:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


def numbers(found: Table) -> list[list[float]]:
    return np.column_stack([found.numbers(name) for name in found.header if name]).tolist()


@pytest.mark.parametrize(
    "content",
    [
        POINTS,
        POINTS.replace("\n", "\r\n"),
        POINTS.encode("utf-8-sig"),
        COMMAS,
        COMMAS.replace(";", "\t"),
        COMMAS.replace(";", "|"),
        "sep=;\n" + COMMAS,
        COMMAS.encode("utf-16"),
        COMMAS.encode("utf-16-le"),
        COMMAS.encode("utf-16-be"),
        COMMAS.replace("\n", ";\n"),
        "\n\n" + COMMAS.replace("\n", "\n;;\n"),
        COMMAS.replace("2.291", "2\u202f291"),
    ],
)
def test_the_same_numbers_are_read_however_they_are_written(content: str | bytes, tmp_path: Path) -> None:
    found = table(tmp_path, content)
    assert [name for name in found.header if name] == ["a", "dose, nM", "b"]
    assert numbers(found) == ROWS


def test_how_numbers_were_read_is_told(tmp_path: Path) -> None:
    commas, points = table(tmp_path, COMMAS), table(tmp_path, POINTS)
    assert commas.how(("a",)) == ("numbers are read with decimal commas",)
    assert commas.how(("dose, nM",)) == ("points are read as dividing thousands",)
    assert points.how(commas.header) == ("commas are read as dividing thousands", "43 % is read as 0.43")
    assert points.how(("a",)) == ()


def test_the_three_decimals_of_a_decimal_comma_are_no_thousands(tmp_path: Path) -> None:
    assert numbers(table(tmp_path, "a;b;y\n2,291;2,745;4,377\n")) == [[2.291, 2.745, 4.377]]
    assert numbers(table(tmp_path, "a;b;y\n0.938;1.346;2.393\n")) == [[0.938, 1.346, 2.393]]


def test_a_workbook_is_read_with_the_values_of_its_formulas(tmp_path: Path) -> None:
    """openpyxl saves no values of formulas: such a cell is empty, never its own text."""
    book, content = Workbook(), io.BytesIO()
    for row in (["a", "b", "y"], [1.5, 0.1, "=A2+B2"], [2, 3e-7, 4], [None, None, None]):
        book.worksheets[0].append(row)
    book.save(content)
    found = table(tmp_path, content.getvalue(), "data.xlsx")
    assert found.lines == (2, 3)
    assert found.numbers("a").tolist() == [1.5, 2.0] and found.numbers("b").tolist() == [0.1, 3e-7]
    assert np.isnan(found.numbers("y")).tolist() == [True, False]


def test_a_text_that_is_not_unicode_is_read_as_windows_writes_it(tmp_path: Path) -> None:
    found = table(tmp_path, "µM;Größe\n1;2\n".encode("cp1252"))
    assert found.header == ("µM", "Größe")
    assert found.notes == ("the text is no UTF-8 and is read as Windows-1252",)


def test_missing_values_are_known_in_many_words(tmp_path: Path) -> None:
    found = table(
        tmp_path, "a\tb\n" + "".join(f"{word}\t1\n" for word in ("NA", "nan", "n/a", "#N/A", "-", "NULL", "?", "", "7"))
    )
    assert found.numbers("a")[-1] == 7 and np.isnan(found.numbers("a")[:-1]).all()
    assert found.holds_numbers("a")


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("a,b,y\n2,291,2,745,4,377\n", 2, "the row has 6 cells, and the header 3. Write decimal points, or semicolons"),
        ('a,y\n1,2\n"1,234",2\n', 3, "column 'a': a comma may be a decimal sign or divide thousands (got '1,234')"),
        ("a;y\n1.5;0\n2;0,25\n", 3, "column 'a' has decimal points, and column 'y' decimal commas (got '0,25')"),
        ('a,y\n1,"2\n3",x\n5,6\n', 3, "the row has 3 cells, and the header 2"),
        ('a,y\n1,"2\n', None, "not a valid CSV file: unexpected end of data. Close every quotation mark."),
    ],
)
def test_what_may_be_read_in_two_ways_is_refused(content: str, line: int | None, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        numbers(table(tmp_path, content))
    assert message in str(caught.value)
    assert line is None or caught.value.line == line


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=5),
    separator=st.sampled_from(";\t|"),
    decimal=st.sampled_from(".,"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_is_read(
    rows: list[tuple[float, float]], separator: str, decimal: str, encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A third column of halves tells the decimal sign; numbers are as Python writes them."""
    lines = [separator.join(repr(value).replace(".", decimal) for value in (*row, 0.5)) for row in rows]
    text = "\n".join([separator.join("abc"), *lines])
    found = table(tmp_path_factory.mktemp("table"), text.encode(encoding))
    assert numbers(found) == [[*row, 0.5] for row in rows]
