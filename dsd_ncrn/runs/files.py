"""Texts of result files: plain values, CSV, JSON, and their readers. A file that is not there is None.

A table in a run folder is described once, and written and read by that.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, cast, get_type_hints

from dsd_ncrn.design.files import read_text
from dsd_ncrn.errors import InputError

Json = Mapping[str, Any]
Row = dict[str, str]
AGAIN = "Run the design again."


def plain(value: Any) -> Any:
    """The same value of Python's own types; a number that is not finite becomes None, which JSON can hold."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("Sequence[object]", value)]
    if value is None or isinstance(value, bool | str):
        return value
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and not math.isfinite(number) else number


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Comma-separated rows under a header; numbers are written so that reading gives the same value back."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([plain(item) for item in row] for row in rows)
    return text.getvalue()


def json_text(value: Any) -> str:
    """JSON as it is written everywhere: indented, keys in their order, text as it is."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_json(path: Path) -> Any:
    """The JSON of a file, which could be written again.

    Raises ValueError or RecursionError for any other text: a number that is not finite, half a surrogate pair.
    """
    value = json.loads(path.read_text(encoding="utf-8"))
    json_text(value).encode()
    return value


def text_of(path: Path) -> str | None:
    """A text file."""
    return read_text(path) if path.is_file() else None


def json_of(path: Path) -> dict[str, Any] | None:
    """A JSON object. Raises InputError for a file that is none."""
    text = text_of(path)
    if text is None:
        return None
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable(path, error) from error
    if not isinstance(value, dict):
        raise InputError("this file of the run folder holds one JSON object", None, AGAIN, str(path))
    return cast("dict[str, Any]", value)


def rows_of(path: Path) -> list[Row] | None:
    """The rows of a CSV file with a header, as text."""
    text = text_of(path)
    return None if text is None else list(csv.DictReader(text.splitlines()))


def section_of(values: Json, name: str) -> Json:
    """A mapping within a mapping; empty where there is none."""
    found = values.get(name)
    return cast(Json, found) if isinstance(found, Mapping) else {}


def unreadable(path: Path, error: object) -> InputError:
    """The error of a file that is no such file as a run writes."""
    return InputError(f"this file of the run folder cannot be read: {error}", None, AGAIN, str(path))


Record = TypeVar("Record")
_TOGETHER = " + "


class TableColumn(NamedTuple):
    """A column: its name, unit (empty for none) and meaning, and the field of the record, where that has another name."""

    name: str
    unit: str
    meaning: str
    field: str = ""

    @property
    def key(self) -> str:
        """The field of the record."""
        return self.field or self.name


@dataclass(frozen=True)
class ResultTable(Generic[Record]):
    """A file with a row for each record of a kind; columns are fields of the record but for those that are given beside it.

    An ``open`` table may have more columns, which are not read. Numbers that are not finite are left empty.
    """

    file: str
    stage: str
    holds: str
    record: type[Record]
    columns: tuple[TableColumn, ...]
    open: bool = False

    @cached_property
    def readers(self) -> Mapping[str, Callable[[str], Any]]:
        """What reads each column that is a field of the record."""
        hints = get_type_hints(self.record)
        return {each.name: _READERS[hints[each.key]] for each in self.columns if each.key in hints}

    def text(self, records: Iterable[Record], **given: object) -> str:
        """The file. ``given`` are columns that no field has: one value for all rows, or a function of the record."""
        keys = {each.name: each.key for each in self.columns} | {name: name for name in given}
        rows = ([_cell(record, key, given.get(name)) for name, key in keys.items()] for record in records)
        return csv_text(tuple(keys), rows)

    def read(self, folder: Path) -> tuple[Record, ...]:
        """The records of a run folder, none where there is no such file.

        Raises InputError for a file with other columns, as older versions wrote, or other values.
        """
        path = folder / self.file
        text = text_of(path)
        if text is None:
            return ()
        header, *rows = list(csv.reader(text.splitlines())) or [[]]
        names = [each.name for each in self.columns]
        if header != names and not (self.open and header[: len(names)] == names):
            wrong = next((name for name in (*header, *names) if (name in names) != (name in header)), ", ".join(header))
            raise InputError("this table of the run folder has other columns than this version writes", wrong, AGAIN, str(path))
        keys = {each.name: each.key for each in self.columns}
        try:
            cells = (dict(zip(header, row, strict=True)) for row in rows)
            return tuple(self.record(**{keys[name]: read(row[name]) for name, read in self.readers.items()}) for row in cells)
        except (ValueError, TypeError) as error:
            raise unreadable(path, error) from None


def _cell(record: object, key: str, given: object) -> object:
    value = given(record) if callable(given) else getattr(record, key) if given is None else given
    return _TOGETHER.join(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value


def number(text: str) -> float:
    """A number of a table; NaN for an empty cell."""
    return float(text or "nan")


_READERS: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: number,
    bool: {"True": True, "False": False}.__getitem__,
    tuple[str, ...]: lambda text: tuple(text.split(_TOGETHER)) if text else (),
}
