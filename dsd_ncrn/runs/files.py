"""Texts of result files: plain values, CSV, JSON, and their readers. A file that is not there is None."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

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
