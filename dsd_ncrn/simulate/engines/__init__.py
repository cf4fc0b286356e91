"""Simulation engines."""

from __future__ import annotations

from dsd_ncrn.errors import InputError
from dsd_ncrn.families import COUNTING, ENGINES
from dsd_ncrn.simulate.engines.types import Engine

INTEGRATING = tuple(name for name in ENGINES if name != COUNTING)
"""The names of those that integrate the differential equations."""


def engine_named(name: str) -> Engine:
    """The integrating engine of that name. Raises InputError for an unknown one, and for the one that counts molecules."""
    if name == COUNTING:
        raise InputError("equations are integrated here, no molecules counted", name, f"Engines: {', '.join(INTEGRATING)}.")
    return ENGINES[name]
