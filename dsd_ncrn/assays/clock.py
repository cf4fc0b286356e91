"""Times as instruments write them: ``0:04:22``, ``0 h 15 min``, numbers under a header that names their unit."""

from __future__ import annotations

import re

import numpy as np

from dsd_ncrn.arrays import Floats

_WORDS_OF = {1e-3: "ms", 1.0: "s sec seconds sek sekunden", 60.0: "min minutes minuten", 3600.0: "h hr hours std stunden"}
UNITS = {word: seconds for seconds, words in _WORDS_OF.items() for word in words.split()}
"""Seconds in units of time, by their English and German words."""
MINUTE_S = 60.0
_TIME = re.compile(
    r"(?:time|times|zeit|t|elapsed time|run ?time|kinetic read|time ?point)(?![a-z])[\s\[(_,/:]*([a-z]*)[\])\s.]*",
    re.IGNORECASE,
)
_CYCLE = re.compile(r"(?:cycles?|zyklus|zyklen)\s*(?:nr\.?|no\.?|number|#|/ ?well)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+) days?, |\d{4}-\d\d-(\d\d)[ T])?(\d+):(\d\d):(\d\d(?:[.,]\d+)?)")
_WORDS = re.compile(r"(?:(\d+)\s*h)?\s*(?:(\d+)\s*min)?\s*(?:(\d+(?:[.,]\d+)?)\s*s(?:ec)?)?", re.IGNORECASE)


def is_time_header(cell: str) -> bool:
    """Whether a cell says that times follow, with or without their unit."""
    found = _TIME.fullmatch(cell)
    return found is not None and found[1].lower() in {"", *UNITS}


def is_cycle_header(cell: str) -> bool:
    """Whether a cell says that numbers of cycles follow."""
    return _CYCLE.fullmatch(cell) is not None


def unit_of(header: str) -> float | None:
    """Seconds in the unit that a header of times names; None where it names none."""
    found = _TIME.fullmatch(header)
    return UNITS.get(found[1].lower()) if found else None


def clock_seconds(cell: str) -> float | None:
    """The seconds of a time that tells its units itself; None for anything else, also a bare number."""
    if found := _CLOCK.fullmatch(cell):
        days, date, hours, minutes, seconds = found.groups()
        whole = int(days or 0) * 24 + int(date or 0) * 24 + int(hours)
        return whole * 3600.0 + int(minutes) * 60.0 + float(seconds.replace(",", "."))
    if cell and (found := _WORDS.fullmatch(cell.strip())) and any(found.groups()):
        hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in found.groups())
        return hours * 3600.0 + minutes * 60.0 + seconds
    return None


def evened(times: Floats) -> Floats:
    """Times (points,) that were rounded to whole minutes, as even as they fit: those of BMG, of which several may be equal.

    They stay as they are where even ones would be more than half a minute away, or where they are even already.
    """
    steps = np.diff(times)
    if len(times) < 3 or np.any(times % MINUTE_S) or np.any(steps < 0) or np.ptp(steps) == 0:
        return times
    number = np.arange(len(times))
    slope, start = np.polyfit(number, times, 1)
    even = start + slope * number
    return even if np.abs(even - times).max() <= MINUTE_S / 2 + 1e-9 and slope > 0 else times
