"""Units inside the project: nM, seconds, nM^(1-n)/s, degrees Celsius, nucleotides. Conversion happens here only."""

from __future__ import annotations

import math
import re

from dsd_ncrn.errors import InputError

ZERO_CELSIUS_K = 273.15
NM_PER_M = 1e9

_FACTORS: dict[str, dict[str, float]] = {
    "concentration": {"pM": 1e-3, "nM": 1.0, "uM": 1e3, "µM": 1e3, "mM": 1e6, "M": 1e9},
    "time": {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0},
    "bimolecular rate": {"/M/s": 1e-9, "/uM/s": 1e-3, "/nM/s": 1.0},
    "temperature": {"C": 1.0},
    "length": {"nt": 1.0},
    "volume": {"uL": 1.0, "µL": 1.0, "mL": 1e3},
    "small volume": {"pL": 1e-12, "fL": 1e-15, "nL": 1e-9, "uL": 1e-6, "µL": 1e-6},
}

_QUANTITY = re.compile(r"\s*+([+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)\s*+(\S(?:.*\S)?)\s*+")
"""Possessive, so that a long text that fits nothing is left at once."""


def parse_quantity(text: object, kind: str) -> float:
    """Read ``"200 nM"`` or ``"1.5 h"`` into the internal unit of its kind.

    Raises InputError naming the units that would have been accepted, and for a number too large to be held.
    """
    units = _FACTORS[kind]
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if match is None or match.group(2) not in units:
        raise InputError(
            f"a {kind} is a number and a unit", text, f'Write for example "1 {next(iter(units))}"; units: {", ".join(units)}.'
        )
    value = float(match.group(1)) * units[match.group(2)]
    if not math.isfinite(value):
        raise InputError(f"a {kind} is finite", text, "Write a smaller one.")
    return value


def format_quantity(value: float, kind: str, unit: str) -> str:
    """Write an internal value with a unit, so that ``parse_quantity`` gives the same value back."""
    return f"{value / _FACTORS[kind][unit]:.12g} {unit}"


def per_nM_s_to_per_M_s(rate: float) -> float:
    """Bimolecular rate constant, /nM/s to /M/s."""
    return rate * NM_PER_M


def molecules_per_nM(volume: float) -> float:
    """How many molecules in a volume, in litres, are 1 nM: the Avogadro constant (SI, 2019) times 1e-9 mol/L."""
    return 6.02214076e14 * volume
