"""Units inside the project: nM, seconds, nM^(1-n)/s, degrees Celsius, nucleotides. Conversion happens here only."""

from __future__ import annotations

import math
import re

from dsd_ncrn.errors import InputError

ZERO_CELSIUS_K = 273.15
NM_PER_M = 1e9
LARGEST = 1e100
"""No quantity is larger, so that products of some are finite."""
GAS_CONSTANT = 1.98717e-3
"""kcal/mol/K, with ViennaRNA's digits."""
AVOGADRO = 6.02214076e23
"""Per mole (SI, 2019)."""

_FACTORS: dict[str, dict[str, float]] = {
    "concentration": {"pM": 1e-3, "nM": 1.0, "uM": 1e3, "µM": 1e3, "mM": 1e6, "M": 1e9},
    "time": {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0},
    "bimolecular rate": {"/M/s": 1e-9, "/uM/s": 1e-3, "/nM/s": 1.0},
    "temperature": {"C": 1.0},
    "length": {"nt": 1.0},
    "volume": {"uL": 1.0, "µL": 1.0, "mL": 1e3},
    "small volume": {"pL": 1e-12, "fL": 1e-15, "nL": 1e-9, "uL": 1e-6, "µL": 1e-6},
}

_NUMBER = r"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
_QUANTITY = re.compile(rf"\s*+({_NUMBER})\s*+(\S(?:.*\S)?)\s*+")
"""Possessive, so that a long text that fits nothing is left at once."""
_RATE = re.compile(rf"\s*+({_NUMBER})\s*+(?:1(?=/))?+((?:[/*·]?\s*+[µa-zA-Z]++(?:\^?[-+]?[0-9])?\s*+)*+)")
_FACTOR = re.compile(r"([/*·]?)\s*+([µa-zA-Z]++)\^?([-+]?[0-9])?")
_SIGNS = str.maketrans({"μ": "µ", "⁻": "-", "−": "-", "¹": "1", "²": "2", "³": "3"})
"""Signs that look like those of the units, by which they are replaced: the Greek letter, a printed exponent."""


def parse_quantity(text: object, kind: str) -> float:
    """Read ``"200 nM"`` or ``"1.5 h"`` into the internal unit of its kind.

    Raises InputError naming the units that would have been accepted, and for a number too large to be held.
    """
    units = _FACTORS[kind]
    match = _QUANTITY.fullmatch(text.translate(_SIGNS)) if isinstance(text, str) else None
    if match is None or match.group(2) not in units:
        raise InputError(
            f"a {kind} is a number and a unit", text, f'Write for example "1 {next(iter(units))}"; units: {", ".join(units)}.'
        )
    value = float(match.group(1)) * units[match.group(2)]
    if not abs(value) <= LARGEST:
        raise InputError(f"a {kind} is finite, and below {LARGEST:g}", text, "Write a smaller one.")
    return value


def parse_rate(text: str) -> tuple[float, int | None]:
    """Read a rate constant such as ``"1e6 /M/s"``, ``"3 M^-1 s^-1"`` or ``"0.5 nM/s"``: in nM^(1-n)/s, with its order n.

    One without a unit is in nM and s already, and may be of any order. Raises InputError for other units.
    """
    match = _RATE.fullmatch(text.translate(_SIGNS))
    value, order, time = (float(match[1]) if match else math.nan), 1, 0
    for over, unit, power in _FACTOR.findall(match[2]) if match else ():
        exponent = int(power or 1) * (-1 if over == "/" else 1)
        factor = (_FACTORS["concentration"] | _FACTORS["time"]).get(unit, math.nan) ** abs(exponent)
        value = value * factor if exponent > 0 else value / factor
        order -= exponent * (unit in _FACTORS["concentration"])
        time += exponent * (unit in _FACTORS["time"])
    if match is None or math.isnan(value) or (time, order < 0) != (-1 if match[2] else 0, False):
        units = f"{', '.join(_FACTORS['concentration'])} and {', '.join(_FACTORS['time'])}"
        raise InputError(
            "a rate constant is a number, with or without a unit", text, f'Write for example "1e6 /M/s"; units: {units}.'
        )
    return value, order if match[2] else None


def format_quantity(value: float, kind: str, unit: str) -> str:
    """Write an internal value with a unit, so that ``parse_quantity`` gives the same value back."""
    return f"{value / _FACTORS[kind][unit]:.12g} {unit}"


def per_nM_s_to_per_M_s(rate: float) -> float:
    """Bimolecular rate constant, /nM/s to /M/s."""
    return rate * NM_PER_M


def molecules_per_nM(volume: float) -> float:
    """How many molecules in a volume, in litres, are 1 nM: the Avogadro constant (SI, 2019) times 1e-9 mol/L."""
    return AVOGADRO / NM_PER_M * volume
