"""What can be unknown about a gate, what reads it and a well; and what a design takes of that from a file of fits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from dsd_ncrn.design.files import read_text
from dsd_ncrn.errors import InputError


class Quantity(StrEnum):
    """What a parameter is."""

    RATE = "rate constant"
    ACTIVE = "active share"
    LOSS = "constant loss"
    INITIAL = "initial leak"
    BLANK = "blank"
    GAIN = "gain"
    DARK = "unopened reporter"
    DRIFT = "drift"
    LEVEL = "level of a control"
    DOSE = "dose factor"
    SHIFT = "start time"


FORMAT = 1


class Kind(StrEnum):
    """What is known of a parameter."""

    INTERVAL = "interval"
    UPPER = "at most"
    LOWER = "at least"
    UNKNOWN = "not determined by these tubes"


@dataclass(frozen=True)
class Measured:
    """One number of a gate with its 95 % interval, in its own unit; ``known`` as in ``Kind``."""

    value: float
    low: float
    high: float
    known: str
    deviation: float
    logarithmic: bool
    predicted: float | None = None


@dataclass(frozen=True)
class MeasuredGate:
    """What a fit says of the gates of some reactions: numbers by quantity and what they are of."""

    name: str
    reactions: tuple[str, ...]
    numbers: Mapping[tuple[str, str], Measured]

    def get(self, quantity: Quantity, of: str = "") -> Measured | None:
        """A number, None where the fit has none that was told."""
        found = self.numbers.get((quantity, of))
        return None if found is None or found.known == Kind.UNKNOWN else found


def read_measured(path: str | Path) -> tuple[MeasuredGate, ...]:
    """The gates of a file of fits. Raises InputError where it is none."""
    file = str(path)
    try:
        found = json.loads(read_text(path))
        if found["format"] != FORMAT:
            raise InputError("a file of fits has format 1", found["format"], "Fit again with this version.", file)
        return tuple(_gate(each) for each in found["gates"])
    except json.JSONDecodeError as error:
        raise InputError(
            f"not valid JSON: {error.msg}", None, "Give the fit.json of `dsd-ncrn fit`.", file, error.lineno
        ) from None
    except (KeyError, TypeError) as error:
        raise InputError(
            f"not a file of fits: {error} is missing or wrong", None, "Give the fit.json of `dsd-ncrn fit`.", file
        ) from None


def _gate(data: Mapping[str, Any]) -> MeasuredGate:
    keys = ("value", "low", "high", "known", "deviation", "logarithmic", "predicted")
    numbers = {(str(p["quantity"]), str(p["of"])): Measured(*(p[key] for key in keys)) for p in data["parameters"]}
    return MeasuredGate(str(data["name"]), tuple(data["reactions"]), numbers)
