"""What all tables of a design file share: unknown keys are errors, quantities are written with their unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.units import format_quantity, parse_quantity

_BASE_UNITS = {"concentration": "nM", "time": "s", "bimolecular rate": "/nM/s", "temperature": "C"}


def refuse(rule: str, remedy: str = "", key: str = "") -> PydanticCustomError:
    """A validation error that keeps our own wording; ``key`` is the entry of the field that is wrong."""
    return PydanticCustomError("refused", "{rule}", {"rule": rule, "remedy": remedy, "key": key})


def _read(text: object, kind: str) -> float:
    try:
        return parse_quantity(text, kind)
    except InputError as error:
        raise refuse(error.rule, error.remedy) from None


def _write(value: float, kind: str, unit: str) -> str:
    """The value in the unit people use, or in the internal one where rounding would change it."""
    text = format_quantity(value, kind, unit)
    return text if parse_quantity(text, kind) == value else f"{value!r} {_BASE_UNITS[kind]}"


def _quantity(kind: str, unit: str) -> Any:
    """A pydantic field type that reads ``"<number> <unit>"`` and writes it back in ``unit``."""
    return (
        BeforeValidator(lambda text: _read(text, kind)),
        PlainSerializer(lambda value: _write(value, kind, unit), when_used="json"),
    )


def known_keys(keys: Iterable[str], known: tuple[str, ...], what: str) -> None:
    """Raises a validation error naming the nearest known key for one that is not known."""
    for key in keys:
        if key not in known:
            raise refuse(f"unknown {what} {key!r}", did_you_mean(key, known), key)


TABLE_NM = 750.0
"""The dissociation constant of 5 nt over which a bare number gives the strength of toeholds."""


def _is_strength(value: object) -> bool:
    """Whether a dissociation constant is written as a strength: as a number, of which 0 is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


Concentration = Annotated[float, *_quantity("concentration", "nM"), Field(ge=0)]
Present = Annotated[float, *_quantity("concentration", "nM"), Field(gt=0)]
"""A concentration that must not be 0."""
Dissociation = Annotated[
    float,
    BeforeValidator(lambda value: TABLE_NM / value if _is_strength(value) else _read(value or "0 nM", "concentration")),
    PlainSerializer(lambda value: _write(value, "concentration", "nM"), when_used="json"),
    Field(ge=0),
]
Time = Annotated[float, *_quantity("time", "s"), Field(ge=0)]
Duration = Annotated[float, *_quantity("time", "s"), Field(gt=0)]
LeakRate = Annotated[float, *_quantity("bimolecular rate", "/M/s"), Field(ge=0)]
HOTTEST = 70.0
"""Degrees Celsius. Energies are extrapolated linearly from 37: from 75 on the loops of mismatches come out bound too strongly,
so that at 80 a strand with a wrong base would bind better than the right one.
"""
Temperature = Annotated[float, *_quantity("temperature", "C"), Field(ge=0, le=HOTTEST)]


class Section(BaseModel):
    """A table of the design file: unknown keys are errors, values never change after reading.

    The text below a key is its description: the reference of the design file is made of these.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True)
