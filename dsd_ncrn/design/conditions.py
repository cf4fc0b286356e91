"""Conditions: what a tube is taken to be like, as a file that says of every value where it is from and how sure it is.

A file of conditions has the tables of a design file, with a table for each value: the ``value`` itself, the band from ``low``
to ``high`` where one is known, its ``source`` ("estimate" where nobody measured it) and what it stands for (``says``). Three
come with the project: ``ideal``, ``study`` and ``bench``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from dsd_ncrn.design.files import read_text
from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.design.problems import findings_of
from dsd_ncrn.design.section import Section
from dsd_ncrn.design.spec import Leak
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.families import CONDITIONS

FOLDER = Path(__file__).parent.parent / "data" / "conditions"
LARGEST_BYTES = 2**20
TABLES: Mapping[str, type[Section]] = {"imperfections": Imperfections, "leak": Leak}
"""The tables of a design file that conditions speak of."""
PARTS = ("value", "low", "high", "source", "says")
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One value: its dotted key in a design file, the value as it stands there, its band, its source, what it stands for."""

    key: str
    value: object
    source: str
    says: str
    low: object = None
    high: object = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Named values; what they do not speak of is as the design has it."""

    name: str
    says: str
    values: tuple[Condition, ...]

    def over(self, design: Table) -> dict[str, Any]:
        """The tables of a design with these values in place of its own."""
        return _merged(design, self._tables)

    def under(self, design: Table) -> dict[str, Any]:
        """The tables of a design with these values where it has none of its own."""
        return _merged(self._tables, design)

    @property
    def _tables(self) -> dict[str, Any]:
        tables: dict[str, Any] = {}
        for condition in self.values:
            *path, last = condition.key.split(".")
            table = tables
            for name in path:
                table = table.setdefault(name, {})
            table[last] = condition.value
        return tables


def load_conditions(name: str | Path, beside: Path | None = None) -> Conditions:
    """Conditions by name, or from a file; a relative path starts at ``beside``, the folder of the design that names it.

    Raises InputError for an unknown name, and naming file, key and remedy for a file that is not as it should be.
    """
    if str(name) in CONDITIONS:
        return _read(FOLDER / f"{name}.toml")
    path = (beside or Path()) / name
    if path.suffix != ".toml":
        remedy = f"{did_you_mean(str(name), CONDITIONS)} Or give a file (.toml)."
        raise InputError("unknown conditions", str(name), remedy)
    return _read.__wrapped__(path)


def imperfections_of(name: str) -> Imperfections:
    """Those of conditions by name. Raises InputError for an unknown one."""
    return Imperfections.model_validate(load_conditions(name).over({})["imperfections"])


@cache
def _read(path: Path) -> Conditions:
    text = read_text(path, LARGEST_BYTES)
    try:
        data = tomllib.loads(text)
    except ValueError as error:
        raise InputError(f"not valid TOML: {error}", remedy="See https://toml.io.", file=str(path)) from None
    head = {key: data.pop(key, None) for key in ("format", "name", "says")}
    if head["format"] != 1 or not isinstance(head["name"], str) or not isinstance(head["says"], str):
        raise InputError("conditions begin with format = 1, a name and what they say", None, "Add them.", str(path))
    found = Conditions(head["name"], head["says"], tuple(_values(data, "", str(path))))
    for name, table in found.over({}).items():
        try:
            TABLES[name].model_validate(table)
        except ValidationError as error:
            problem = findings_of(error, table)[0].problem()
            raise InputError(f"{name}.{problem.rule}", problem.value, problem.remedy, str(path)) from None
    return found


def _values(table: Table, prefix: str, file: str) -> Iterator[Condition]:
    """The values of a table and of those in it."""
    for name, entry in table.items():
        key = f"{prefix}{name}"
        if not prefix and name not in TABLES:
            raise InputError("conditions have no such table", key, did_you_mean(name, (*TABLES,)), file)
        if not isinstance(entry, dict):
            raise InputError("a condition is a table with its value and source", key, f"Write [{key}] and value = …", file)
        found = cast("Table", entry)
        if "value" not in found:
            yield from _values(found, f"{key}.", file)
            continue
        if unknown := next((part for part in found if part not in PARTS), None):
            raise InputError(f"a condition has no such entry: {key}", unknown, did_you_mean(unknown, PARTS), file)
        if missing := next((part for part in ("source", "says") if not isinstance(found.get(part), str)), None):
            raise InputError(f"a condition says where it is from and what it stands for: {key}", None, f"Add {missing}.", file)
        yield Condition(key, **found)


def _merged(below: Table, above: Table) -> dict[str, Any]:
    """Nested tables, those ``above`` before those ``below``."""
    both = {name for name in below if isinstance(below[name], Mapping) and isinstance(above.get(name), Mapping)}
    return {**below, **above, **{name: _merged(below[name], above[name]) for name in both}}
