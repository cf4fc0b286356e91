"""Numbers as people read them."""

from __future__ import annotations

import math
from typing import Any

NOTHING = "–"
SMALLEST = 1e-12
"""Numbers nearer to nothing than this are rounding errors."""


def number(value: Any, digits: int = 3) -> str:
    """A number to some significant digits, without an exponent where that stays short; a dash for nothing."""
    if value is None or isinstance(value, bool):
        return NOTHING if value is None else ("yes" if value else "no")
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    if not math.isfinite(value):
        return "∞" if value > 0 else "not a number" if math.isnan(value) else "−∞"
    if 0 < abs(value) < SMALLEST:
        return "≈ 0"
    return _real(float(value), digits)


def _real(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude >= 7 or magnitude < -4:
        mantissa = _trimmed(f"{value / 10**magnitude:.{digits - 1}f}")
        return f"{mantissa}·10{_superscript(magnitude)}"
    decimals = digits - 1 - magnitude
    return _trimmed(f"{round(value, decimals):,.{max(decimals, 0)}f}")


def _trimmed(text: str) -> str:
    """Without zeros at the end, and with a real minus."""
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def _superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def percent(value: float | None, digits: int = 2) -> str:
    """A fraction as a percentage; a dash for nothing."""
    return NOTHING if value is None else f"{number(100 * float(value), digits)}\u00a0%"


def days(hours: float) -> str:
    """A duration in the unit that suits it."""
    if hours < 48:
        return f"{number(hours, 2)} hours"
    if hours < 24 * 120:
        return f"{number(hours / 24, 2)} days"
    return f"{number(hours / 24 / 365.25, 2)} years"


def size(count: int) -> str:
    """A file's size."""
    return f"{count:,} B" if count < 1024 else f"{count / 1024:,.1f} kB"
