"""What can be unknown about a gate, what reads it, and a well."""

from __future__ import annotations

from enum import StrEnum


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
