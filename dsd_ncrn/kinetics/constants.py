"""The table of measured constants, ``constants.toml``: what each is, its band, its source and its conditions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

TABLE = "constants.toml"


@dataclass(frozen=True, slots=True)
class Constant:
    """A measured number, or one for each toehold length, with the ends of its band (none where none is known)."""

    numbers: tuple[float, ...]
    unit: str
    meaning: str
    source: str
    conditions: str
    optimistic: tuple[float, ...] = ()
    pessimistic: tuple[float, ...] = ()

    @property
    def number(self) -> float:
        """That of a constant which has a single one."""
        (number,) = self.numbers
        return number


@cache
def constants() -> Mapping[str, Constant]:
    """Every constant by its name, such as ``duplex.association``."""
    tables = tomllib.loads(files(__package__).joinpath(TABLE).read_text(encoding="utf-8"))
    return {f"{group}.{name}": _constant(entry) for group, entries in tables.items() for name, entry in entries.items()}


def constant(name: str) -> Constant:
    """One of them. Raises KeyError for an unknown name."""
    return constants()[name]


def _constant(entry: Mapping[str, Any]) -> Constant:
    ends = (_numbers(entry[key]) if key in entry else () for key in ("optimistic", "pessimistic"))
    return Constant(_numbers(entry["value"]), entry["unit"], entry["meaning"], entry["source"], entry["conditions"], *ends)


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(map(float, cast("list[float]", value))) if isinstance(value, list) else (float(value),)
