"""The table of measured constants, ``constants.toml``: what each is, its band, its source and its conditions.

Rates have presets in it, and a user may write a table of the same form with constants of his own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, cast, get_args

from dsd_ncrn.errors import DesignError, InputError, did_you_mean

TABLE = "constants.toml"
PRESETS = ("gate", "duplex")
DEFAULT_PRESET = "gate"
End = Literal["optimistic", "default", "pessimistic"]
"""Which end of their bands constants are taken at: optimistic is the faster tube."""
ENDS: tuple[End, ...] = get_args(End)


@dataclass(frozen=True, slots=True)
class Constant:
    """A measured number, or one for each toehold length, with the other ends of its band where they are known."""

    numbers: tuple[float, ...]
    unit: str = ""
    meaning: str = ""
    source: str = ""
    conditions: str = ""
    ends: Mapping[End, tuple[float, ...]] = field(default_factory=dict["End", tuple[float, ...]])

    @property
    def number(self) -> float:
        """That of a constant which has a single one."""
        (number,) = self.numbers
        return number

    def at(self, end: End) -> tuple[float, ...]:
        """The numbers at an end of the band."""
        return self.ends.get(end, self.numbers)


@cache
def constants() -> Mapping[str, Constant]:
    """Every constant of the project by its name, such as ``duplex.association``."""
    return {f"{group}.{name}": each for group, entries in _groups().items() for name, each in _read(entries).items()}


def constant(name: str) -> Constant:
    """One of them. Raises KeyError for an unknown name."""
    return constants()[name]


def parted(table: str) -> tuple[str, End]:
    """A table of rate constants and the end of its band, as a design names them: ``gate:pessimistic``, or the table alone."""
    name, _, last = table.rpartition(":")
    for end in ENDS:
        if name and last == end:
            return name, end
    return table, "default"


@cache
def rate_constants(table: str) -> Mapping[str, Constant]:
    """The constants of a preset, or of a user's file, which has a preset for its base: association, opening, resting.

    An end of the band that the name has is left aside. Raises DesignError for an unknown preset, InputError for a file that
    cannot be used.
    """
    table, _ = parted(table)
    if table in PRESETS:
        return _with_base(_groups()[table])
    if not table.endswith(".toml"):
        remedy = f"{did_you_mean(table, PRESETS)} Or name a file that ends in .toml."
        raise DesignError("unknown table of rate constants", table, remedy, key=("chemistry", "rates"))
    try:
        entries = tomllib.loads(Path(table).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"the rate constants cannot be read: {error}", file=table) from None
    return _checked(entries, table)


def _groups() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("dsd_ncrn").joinpath(TABLE).read_text(encoding="utf-8"))


def _with_base(entries: Mapping[str, Any]) -> Mapping[str, Constant]:
    base = entries.get("base")
    return {**(_with_base(_groups()[base]) if base else {}), **_read(entries)}


def _read(entries: Mapping[str, Any]) -> dict[str, Constant]:
    return {name: _constant(entry) for name, entry in entries.items() if name != "base"}


def _constant(entry: Mapping[str, Any]) -> Constant:
    unit, meaning, source, conditions = (str(entry.get(key, "")) for key in ("unit", "meaning", "source", "conditions"))
    ends: dict[End, tuple[float, ...]] = {end: _numbers(entry[end]) for end in ENDS if end in entry}
    return Constant(_numbers(entry["value"]), unit, meaning, source, conditions, ends)


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(map(float, cast("list[float]", value))) if isinstance(value, list) else (float(value),)


def _checked(entries: Mapping[str, Any], file: str) -> Mapping[str, Constant]:
    """A user's table. Raises InputError, which names the file, for what it must not have."""
    usual = _with_base(_groups()[DEFAULT_PRESET])
    base = entries.get("base", DEFAULT_PRESET)
    if base not in PRESETS:
        raise InputError("unknown base of rate constants", base, did_you_mean(str(base), PRESETS), file)
    for name, entry in entries.items():
        if name != "base" and name not in usual:
            raise InputError("unknown rate constant", name, did_you_mean(name, usual), file)
        if name != "base" and "value" not in (cast("dict[str, Any]", entry) if isinstance(entry, dict) else ()):
            raise InputError(f"{name} has no value", name, f"Write [{name}] and below it value = 1e5.", file)
    try:
        found = _with_base({"base": base, **entries})
    except (TypeError, ValueError) as error:
        raise InputError(f"a rate constant is no number: {error}", file=file) from None
    for name, each in found.items():
        count, rising = len(usual[name].numbers), any(a < b for a, b in pairwise(each.numbers))
        for numbers in (each.numbers, *each.ends.values()):
            if len(numbers) != count or not all(0 < number < 1e300 for number in numbers):
                raise InputError(f"{name} takes {count} positive number{'s' * (count > 1)}", list(numbers), file=file)
        if rising:
            raise InputError(f"{name} must not rise with length", list(each.numbers), "Longer toeholds hold longer.", file)
    return found
