"""Tables that users bring: CSV with any separator and encoding, or a workbook; and the numbers that their cells hold.

Cells stay texts with the line they came from until a column is asked for, since what is wrong is told by its line.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.files import read_bytes
from dsd_ncrn.errors import InputError, did_you_mean

Sign = Literal[".", ","]
SEPARATORS = ",;\t|"
MISSING = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "-", "--", "?", ".", "#n/a", "#nv", "#div/0!", "#value!", "missing"}
)
"""What people and programs write where a value is missing, in lower case."""
MOST_ROWS, MOST_COLUMNS, MOST_UNPACKED_BYTES = 20_000, 1_000, 64 * 2**20
"""Of a workbook: more than any order has, 20 000 oligos, and more columns than a plate has wells or a night cycles."""
_HINT = re.compile(r'"?sep=(.)"?\n')
"""The first line by which Excel tells itself the separator."""
_NARROW = re.compile(r"(?<=\d)[\u00a0\u202f\u2009'’](?=\d{3})")
"""What typesetters put between thousands."""


def _number(decimal: str, group: str) -> re.Pattern[str]:
    whole = rf"(?:[1-9]\d{{0,2}}(?:[{group}]\d{{3}})+|\d+)"
    return re.compile(rf"[+-]?(?:{whole}(?:[{decimal}]\d*)?|[{decimal}]\d+)(?:[eE][+-]?\d+)?\s*%?", re.ASCII)


NUMBER: dict[Sign, re.Pattern[str]] = {".": _number(".", ","), ",": _number(",", ".")}
"""A number with one decimal sign, the other one between thousands."""


class UnreadableWorkbook(Exception):
    """Bytes that are no workbook, or one that is larger than any that this program reads."""


@dataclass(frozen=True)
class Rows:
    """The rows of a file that hold anything, each with the line on which it ends, and what lies between their cells.

    Cells have no outer blanks. ``notes`` tell how the file was read where that is a guess.
    """

    numbered: Iterator[tuple[int, list[str]]]
    separator: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """A header, and below it ``rows`` of as many cells, each from one of the ``lines``."""

    file: str
    header: tuple[str, ...]
    lines: tuple[int, ...]
    rows: tuple[Sequence[str], ...]
    separator: str
    notes: tuple[str, ...] = ()

    def cells(self, name: str) -> list[str]:
        """The cells of a column. Raises InputError where there is none of that name, or more than one."""
        if self.header.count(name) == 1:
            place = self.header.index(name)
            return [row[place] for row in self.rows]
        if name in self.header:
            raise InputError("the column is there more than once", name, "Give each column a name of its own.", self.file, 1)
        raise InputError("there is no such column", name, did_you_mean(name, filter(None, self.header)), self.file, 1)

    @cached_property
    def signs(self) -> dict[str, set[Sign]]:
        """The decimal signs with which all cells of a column are numbers or missing, by the column's name."""
        found: dict[str, set[Sign]] = {}
        for place, name in enumerate(self.header):
            present = [row[place] for row in self.rows if not is_missing(row[place])]
            found[name] = {sign for sign, number in NUMBER.items() if present and all(map(number.fullmatch, present))}
        return found

    @cached_property
    def decimal(self) -> Sign:
        """The decimal sign of the whole table, which the columns that allow but one decide.

        Raises InputError where they differ, and where nothing tells whether a comma between commas divides thousands.
        """
        of_points = next((name for name, signs in self.signs.items() if signs == {"."}), None)
        of_commas = next((name for name, signs in self.signs.items() if signs == {","}), None)
        if of_points is not None and of_commas is not None:
            rule = f"column {of_points!r} has decimal points, and column {of_commas!r} decimal commas"
            raise self._error(rule, of_commas, lambda cell: not NUMBER["."].fullmatch(cell), "Write points in all.")
        if of_points is not None:
            return "."
        if of_commas is None:
            of_commas = next((name for name, signs in self.signs.items() if signs and "," in "".join(self.cells(name))), None)
            if of_commas is not None and self.separator == ",":
                rule = f"column {of_commas!r}: a comma may be a decimal sign or divide thousands"
                raise self._error(
                    rule, of_commas, lambda cell: "," in cell, "Write decimal points, and nothing between thousands."
                )
        return "." if of_commas is None else ","

    def holds_numbers(self, name: str) -> bool:
        """Whether all cells of a column are numbers, or missing."""
        return bool(self.signs[name])

    def numbers(self, name: str) -> Floats:
        """The numbers of a column (rows,), NaN where one is missing; 43 % is 0.43.

        Raises InputError, with its line, for a cell that is no finite number.
        """
        values = np.array([self._value(cell) for cell in self.cells(name)])
        if not np.isfinite(values[[not is_missing(cell) for cell in self.cells(name)]]).all():
            rule, remedy = f"column {name!r}: a cell is a finite number", "Correct the cell or delete the row."
            if not np.isfinite(values).any():
                remedy = f"Words can be classes: `dsd-ncrn new NAME --csv {self.file} --targets {name}` gives each a column."
            raise self._error(rule, name, lambda cell: not math.isfinite(self._value(cell)), remedy)
        return values

    def how(self, names: Sequence[str]) -> tuple[str, ...]:
        """How the numbers of some columns were read, where a reader may think of another way."""
        text = "".join("".join(self.cells(name)) for name in names)
        thousands = "," if self.decimal == "." else "."
        notes = {
            "numbers are read with decimal commas": self.decimal == "," and "," in text,
            f"{'commas' if thousands == ',' else 'points'} are read as dividing thousands": thousands in text,
            "43 % is read as 0.43": "%" in text,
        }
        return tuple(note for note, holds in notes.items() if holds)

    def _value(self, cell: str) -> float:
        if not NUMBER[self.decimal].fullmatch(cell):
            return math.nan
        plain = cell.rstrip("% ").replace("," if self.decimal == "." else ".", "").replace(",", ".")
        return float(plain) / (100 if cell.endswith("%") else 1)

    def _error(self, rule: str, name: str, wrong: Callable[[str], bool], remedy: str) -> InputError:
        """An error about the first cell of a column that is wrong."""
        line, cell = next(
            (line, cell) for line, cell in zip(self.lines, self.cells(name)) if not is_missing(cell) and wrong(cell)
        )
        return InputError(rule, cell, remedy, self.file, line)


def is_missing(cell: str) -> bool:
    """Whether a cell holds no value."""
    return cell.lower() in MISSING


def is_number(cell: str) -> bool:
    """Whether a cell is a number with one decimal sign or the other."""
    return any(number.fullmatch(cell) for number in NUMBER.values())


def read_table(path: str | Path) -> Table:
    """A table with a header, as ``read_rows`` reads it; a row that ends early lacks its last values.

    Raises InputError as ``read_rows``, for a file without a header, and with its line for a row with more cells than the
    header: a decimal comma makes two cells of one, and all that follow would slip into other columns.
    """
    file, found = str(path), read_rows(path)
    _, header = next(found.numbered, (1, list[str]()))
    if not header:
        raise InputError("the file is empty", remedy="The first line names the columns.", file=file, line=1)
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, row in found.numbered:
        if any(row[len(header) :]):
            rule = f"the row has {len(row)} cells, and the header {len(header)}"
            remedy = "Write decimal points, or semicolons between cells."
            raise InputError(rule, remedy=remedy, file=file, line=line)
        lines.append(line)
        rows.append([*(_plain(cell) for cell in row[: len(header)]), *[""] * (len(header) - len(row))])
    return Table(file, tuple(header), tuple(lines), tuple(rows), found.separator, found.notes)


def read_rows(path: str | Path) -> Rows:
    """The rows of a CSV file, or of the first sheet of an .xlsx workbook that has any.

    Commas, semicolons, tabs or bars lie between cells: what gives the first row most of them. Text is UTF-8, UTF-16 or,
    where it is neither, Windows-1252, which is noted. Raises InputError for a file that cannot be read or is too large;
    going through the rows raises it, with the line, for text that is no CSV.
    """
    content, file = read_bytes(path), str(path)
    if Path(path).suffix.lower() in (".xlsx", ".xlsm"):
        sheets = _sheets(content, file).values()
        return Rows(_kept(enumerate(next((rows for rows in sheets if rows), list[list[str]]()), start=1)), "\t")
    text, notes = _decoded(content, file)
    hint = _HINT.match(text)
    text = text[hint.end() - 1 :] if hint else text
    separator = max(hint[1] if hint else SEPARATORS, key=lambda sign: _width(text, sign))  # the first of equals
    return Rows(_kept(_divided(text, separator, file)), separator, notes)


def read_sheets(path: str | Path) -> dict[str, Rows]:
    """The rows of all sheets of a workbook by name, or of a text file, as instruments write them, below other lines.

    What lies between the cells of a text is the first of tab, semicolon, bar and comma that is in a third of its lines. Raises
    as ``read_rows``.
    """
    content, file = read_bytes(path), str(path)
    if Path(path).suffix.lower() in (".xlsx", ".xlsm"):
        return {title: Rows(_kept(enumerate(rows, start=1)), "\t") for title, rows in _sheets(content, file).items()}
    text, notes = _decoded(content, file)
    lines = [line for line in text.splitlines() if line.strip()]
    counts = {sign: sum(sign in line for line in lines) for sign in "\t;|,"}
    separator = next((sign for sign, count in counts.items() if 3 * count >= len(lines)), ",")
    return {"": Rows(_kept(_divided(text, separator, file)), separator, notes)}


def _sheets(content: bytes, file: str) -> dict[str, list[list[str]]]:
    try:
        return workbook_rows(content, computed=True)
    except UnreadableWorkbook as error:
        raise InputError("the workbook cannot be read", str(error), "Save it as CSV.", file) from None


def _decoded(content: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    """A text with lines ended by ``\n``, and what is to be told of its encoding."""
    notes: tuple[str, ...] = ()
    start = content[:2]
    unmarked = "utf-16-le" if start[1:] == b"\0" else "utf-16-be"
    encoding = "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else unmarked if 0 in start else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if 0 in content:
            rule = f"the file is not UTF-8 text (byte {error.start})"
            raise InputError(rule, remedy="Save it as CSV, in UTF-8.", file=file) from None
        text, notes = content.decode("cp1252", errors="replace"), ("the text is no UTF-8 and is read as Windows-1252",)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _divided(text: str, separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise InputError(f"not a valid CSV file: {error}", None, "Close every quotation mark.", file, reader.line_num) from None


def _width(text: str, separator: str) -> int:
    """How many cells a sign makes of the first row; none where quotation marks forbid it to."""
    try:
        return len(next(_kept(_divided(text, separator, "")), (1, list[str]()))[1])
    except InputError:
        return 0


def _kept(numbered: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, without outer blanks."""
    for line, row in numbered:
        stripped = [cell.strip() for cell in row]
        if any(stripped):
            yield line, stripped


def _plain(cell: str) -> str:
    """A cell with the signs of programs in the place of those of typesetters."""
    return _NARROW.sub("", cell).replace("\u2212", "-")


def workbook_rows(content: bytes, computed: bool = False) -> dict[str, list[list[str]]]:
    """The rows of every sheet of a workbook, by its name; empty cells are empty texts.

    A formula is its own text or, ``computed``, the value that was saved with it. Raises UnreadableWorkbook, also for a sheet
    that goes on below MOST_ROWS. No more than MOST_COLUMNS are read: a cell that says that it stands at the far end of
    the sheet would fill the memory with empty ones.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(_unpacked(content), read_only=True, data_only=computed)
        return {sheet.title: _sheet_rows(sheet) for sheet in book.worksheets}
    except Exception as error:  # openpyxl, zipfile and zlib raise whatever they stumble over in a damaged file
        raise UnreadableWorkbook(f"{type(error).__name__}: {error}") from error


def _unpacked(content: bytes) -> io.BytesIO:
    """The archive, unless it would fill the memory when it is unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
            raise ValueError(f"its parts have more than {MOST_UNPACKED_BYTES // 2**20} MB")
    return io.BytesIO(content)


def _sheet_rows(sheet: Any) -> list[list[str]]:
    """Rows of one width, that of the longest."""
    most = {"max_row": MOST_ROWS + 1, "max_col": MOST_COLUMNS + 1}
    rows = [[_text(cell) for cell in row] for row in sheet.iter_rows(**most, values_only=True)]
    if any(row[MOST_COLUMNS:] and row[MOST_COLUMNS] for row in rows) or any(map(any, rows[MOST_ROWS:])):
        raise ValueError(f"a sheet has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
    width = max((place for row in rows for place, cell in enumerate(row, start=1) if cell), default=0)
    return [row[:width] for row in rows[:MOST_ROWS]] if width else []


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
