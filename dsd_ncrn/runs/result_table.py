"""One description of a table in a run folder, by which it is written and read."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, cast, get_type_hints

from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import AGAIN, csv_text, text_of, unreadable

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
