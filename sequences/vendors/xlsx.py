"""Excel workbooks whose bytes depend on their cells alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

_FIXED = datetime(2000, 1, 1)
"""openpyxl writes the time of day into the document and into the archive's entries."""
MOST_ROWS, MOST_COLUMNS, MOST_UNPACKED_BYTES = 20_000, 100, 64 * 2**20
"""More than any order has: 20 000 oligos."""


def workbook_bytes(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """A workbook with a sheet for each name, rows of text cells."""
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.properties.created = book.properties.modified = _FIXED
    raw = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(raw, "w")).save()
    return _with_fixed_times(raw.getvalue())


def _with_fixed_times(archive: bytes) -> bytes:
    """The same archive with every entry dated alike."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            info = zipfile.ZipInfo(entry.filename, _FIXED.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(entry))
    return result.getvalue()


class UnreadableWorkbook(Exception):
    """Bytes that are no workbook, or one that is larger than any that this program reads."""


def workbook_rows(content: bytes) -> dict[str, list[list[str]]]:
    """The rows of every sheet of a workbook, by its name; empty cells are empty texts.

    Raises UnreadableWorkbook. Of a sheet no more is read than MOST_ROWS and MOST_COLUMNS: a cell that says that it stands
    at the far end of the sheet would fill the memory with empty ones.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(_checked(content), read_only=True)
        return {sheet.title: _sheet_rows(sheet) for sheet in book.worksheets}
    except Exception as error:  # openpyxl, zipfile and zlib raise whatever they stumble over in a damaged file
        raise UnreadableWorkbook(f"{type(error).__name__}: {error}") from error


def first_sheet(content: bytes) -> list[list[str]]:
    """The rows of a workbook's first sheet. Raises UnreadableWorkbook, also for a workbook without a sheet."""
    sheets = list(workbook_rows(content).values())
    if not sheets:
        raise UnreadableWorkbook("it has no sheet")
    return sheets[0]


def _checked(content: bytes) -> io.BytesIO:
    """The archive, unless it would fill the memory when it is unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
            raise ValueError(f"its parts have more than {MOST_UNPACKED_BYTES // 2**20} MB")
    return io.BytesIO(content)


def _sheet_rows(sheet: Any) -> list[list[str]]:
    """Rows of one width, that of the longest."""
    rows = [[_text(cell) for cell in row] for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)]
    width = max((place for row in rows for place, cell in enumerate(row, start=1) if cell), default=0)
    return [row[:width] for row in rows]


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
