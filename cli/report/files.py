"""Readers of a run folder's files. A file that is not there is None; one that cannot be read is an error by name."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from dsd_ncrn.errors import InputError

Row = dict[str, str]


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object. Raises InputError for a file that is no JSON object."""
    text = _text(path)
    if text is None:
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise _unreadable(path, "JSON", error) from error
    if not isinstance(value, dict):
        raise InputError("this file of the run folder holds one JSON object", None, "Run the design again.", str(path))
    return cast("dict[str, Any]", value)


def read_toml(path: Path) -> dict[str, Any] | None:
    """A TOML document. Raises InputError for one that cannot be parsed."""
    text = _text(path)
    try:
        return None if text is None else tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, "TOML", error) from error


def read_csv(path: Path) -> list[Row] | None:
    """The rows of a CSV file with a header, as text."""
    text = _text(path)
    return None if text is None else list(csv.DictReader(text.splitlines()))


def read_text(path: Path) -> str | None:
    """A text file."""
    return _text(path)


def read_parquet(path: Path) -> Mapping[str, list[Any]] | None:
    """The columns of a Parquet file. Raises InputError for one that cannot be read."""
    if not path.is_file():
        return None
    from importlib import import_module

    parquet: Any = import_module("pyarrow.parquet")  # it has no annotations
    invalid: type[Exception] = import_module("pyarrow").ArrowInvalid
    try:
        return parquet.read_table(path).to_pydict()
    except invalid as error:
        raise _unreadable(path, "Parquet", error) from error


def number(text: str | None) -> float | None:
    """A number of a CSV field; None where it is empty."""
    return float(text) if text else None


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _unreadable(path: Path, kind: str, error: Exception) -> InputError:
    return InputError(f"this file of the run folder is {kind}", str(error), "Run the design again.", str(path))
