"""What plate readers, fluorimeters and qPCR machines export, as traces: one well read over time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from dsd_ncrn.arrays import Flags, Floats
from dsd_ncrn.assays.grids import Cell, Column, Row, clock_seconds, columns_of, evened, unit_of
from dsd_ncrn.design.tables import Table, is_missing, is_number, read_sheets
from dsd_ncrn.errors import InputError, did_you_mean

_SATURATED = re.compile(r"(?:ovrflw|over|overflow|overrange|sat\w*|#sat|>+[\d.,]*|\*+|max)", re.IGNORECASE)
_WORDS = re.compile(rf"{_SATURATED.pattern}|missed|skipped|invalid|\?+", re.IGNORECASE)
_STARTED = re.compile(r"start ?time|startzeit|start", re.IGNORECASE)
CLIPPED, COUNTS = 5, 1e4
"""So many equal readings after one another at the top of a trace of so many counts are those of a detector at its end."""


@dataclass(frozen=True, eq=False)
class Trace:
    """One well read over time: ``times`` (points,) in s, rising, and ``values`` (points,) in the reader's units or NaN.

    ``saturated`` (points,) are those at which the detector was at its end; their value is NaN. ``line`` and ``column`` are
    those of the first reading in ``file``.
    """

    well: str
    times: Floats
    values: Floats
    saturated: Flags
    label: str = ""
    line: int = 0
    column: int = 0
    file: str = ""

    @property
    def place(self) -> str:
        """Where its first reading stands."""
        return f"{Path(self.file).name}:{self.line}:{self.column}"

    def error(self, rule: str, value: object, remedy: str) -> InputError:
        """What is wrong with it, with its place."""
        return InputError(f"{self.well}: {rule}", value, remedy, self.file, self.line, self.column)

    @property
    def read(self) -> Flags:
        """The points that have a value, (points,)."""
        return np.isfinite(self.values)


@dataclass(frozen=True, eq=False)
class Export:
    """The traces of a file, and notes on how it was read where that is a guess."""

    file: str
    traces: tuple[Trace, ...]
    notes: tuple[str, ...] = ()

    def trace(self, well: str, label: str = "") -> Trace:
        """The one of a well, of the label if several were read. Raises InputError where there is none, or more than one."""
        named = [trace for trace in self.traces if trace.well == well and (not label or trace.label == label)]
        if len(named) == 1:
            return named[0]
        if named:
            labels = ", ".join(dict.fromkeys(trace.label for trace in named))
            raise InputError(f"well {well} was read more than once", labels, "Say which label is meant.", self.file)
        wells = dict.fromkeys(trace.well for trace in self.traces)
        raise InputError("the file has no such well", well, did_you_mean(well, wells), self.file)


def read_export(path: str | Path, unit: float | None = None, cycle: float | None = None) -> Export:
    """The traces of a file of CSV, text or a workbook, in whatever of the usual forms.

    ``unit`` has the seconds in a unit of time where the file does not name it, ``cycle`` those of a cycle where it has no
    times. A well that was read in several sheets is one trace where these say when they started. Raises InputError with file,
    line and column for what cannot be read or makes no sense: no trace at all, times that run backwards, a single reading,
    a cell that is no number.
    """
    file, notes = str(path), list[str]()
    found: dict[tuple[str, str], list[tuple[str, float | None, Trace]]] = {}
    for title, rows in read_sheets(path).items():
        numbered = list(rows.numbered)
        notes += rows.notes
        started = _start(numbered)
        for trace in _traces(list(columns_of(numbered, file)), rows.separator, _Reading(file, unit, cycle, notes)):
            found.setdefault((trace.well, trace.label), []).append((title, started, trace))
    traces = [trace for parts in found.values() for trace in _joined(parts)]
    if not traces:
        remedy = "A header names the times, as Time [s], and the wells stand beside or below it."
        raise InputError("no trace was found", remedy=remedy, file=file, line=1)
    for trace in traces:
        _check(trace)
    notes += [f"{trace.well}: {int(trace.saturated.sum())} readings are saturated" for trace in traces if trace.saturated.any()]
    return Export(file, tuple(traces), tuple(dict.fromkeys(notes)))


@dataclass(frozen=True)
class _Reading:
    file: str
    unit: float | None
    cycle: float | None
    notes: list[str]

    def error(self, rule: str, cell: Cell, remedy: str) -> InputError:
        return InputError(rule, cell.text or None, remedy, self.file, cell.line, cell.column)


def _traces(columns: Sequence[Column], separator: str, how: _Reading) -> list[Trace]:
    """All columns of a sheet: one decimal sign holds for all of them."""
    kept = [(column, _filled(column, how)) for column in columns]
    kept = [(column, pairs) for column, pairs in kept if any(not is_missing(value.text) for _, value in pairs)]
    cells = [cell for _, pairs in kept for pair in pairs for cell in pair if is_number(cell.text)]
    numbers = Table(how.file, ("reading",), tuple(c.line for c in cells), tuple((c.text,) for c in cells), separator)
    values = dict(zip(((c.line, c.column) for c in cells), numbers.numbers("reading"))) if cells else {}
    how.notes.extend(numbers.how(("reading",)))
    return [_trace(column, pairs, values, how) for column, pairs in kept]


def _filled(column: Column, how: _Reading) -> list[tuple[Cell, Cell]]:
    """The pairs without those behind the last cycle: BioTek fills its table up with readings at 0:00:00.

    Readings without a time are left out. Raises InputError for a cell that is neither a number nor one of the words that
    instruments write in place of one.
    """
    for _, cell in column.pairs:
        if not (is_number(cell.text) or is_missing(cell.text) or _WORDS.fullmatch(cell.text)):
            raise how.error(f"{column.well}: a reading is a number", cell, "Correct the cell, or leave it empty.")
    pairs = list(column.pairs)
    while len(pairs) > 1 and _is_nothing(pairs[-1]):
        pairs.pop()
    timed = [pair for pair in pairs if not is_missing(pair[0].text)]
    if lost := sum(not is_missing(value.text) for when, value in pairs if is_missing(when.text)):
        how.notes.append(f"{column.well}: {lost} readings have no time and are left out")
    return timed


def _is_nothing(pair: tuple[Cell, Cell]) -> bool:
    """Whether a reading is one of those after the end: no time, or time 0, and no value, or value 0."""
    when, value = pair
    empty = is_missing(value.text) or (is_number(value.text) and not value.text.strip("0.,"))
    return empty and (is_missing(when.text) or clock_seconds(when.text) == 0.0)


def _trace(column: Column, pairs: Sequence[tuple[Cell, Cell]], values: dict[tuple[int, int], float], how: _Reading) -> Trace:
    own = [clock_seconds(when.text) for when, _ in pairs]
    unit = how.cycle if column.cycles else unit_of(column.header) or how.unit
    bare = next((when for (when, _), seconds in zip(pairs, own) if seconds is None and is_number(when.text)), None)
    if bare is not None and unit is None:
        rule = "the file has cycles and no times" if column.cycles else f"nothing says the unit of {column.header!r}"
        remedy = "Say how long a cycle is (--cycle)." if column.cycles else "Write Time [s], [min] or [h], or give --time-unit."
        raise how.error(rule, bare, remedy)
    times = list[float]()
    for (when, _), seconds in zip(pairs, own):
        if seconds is None and (when.line, when.column) not in values:
            raise how.error(f"{column.well}: a time is a number or h:mm:ss", when, "Correct the cell, or delete the reading.")
        times.append(seconds if seconds is not None else values[when.line, when.column] * (unit or 1.0))
    when = evened(np.array(times)) if all(seconds is not None for seconds in own) else np.array(times)
    if column.cycles:
        when = when - when[0]
    backwards = next((n for n in range(1, len(when)) if when[n] <= when[n - 1]), None)
    if backwards is not None:
        rule = "time runs backwards" if when[backwards] < when[backwards - 1] else "two readings at one time"
        raise how.error(f"{column.well}: {rule}", pairs[backwards][0], "Keep the rows in the order in which they were read.")
    read = np.array([values.get((value.line, value.column), np.nan) for _, value in pairs])
    saturated = np.array([_SATURATED.fullmatch(value.text) is not None for _, value in pairs], dtype=bool) | _clipped(read)
    first = pairs[0][1]
    return Trace(
        column.well, when, np.where(saturated, np.nan, read), saturated, column.label, first.line, first.column, how.file
    )


def _clipped(values: Floats) -> Flags:
    """Readings at the upper end of a detector that writes its largest count there, (points,)."""
    top = np.nanmax(values, initial=-np.inf)
    at = values == top
    runs = np.convolve(at, np.ones(CLIPPED), "valid") if len(values) >= CLIPPED else np.zeros(1)
    return at if top >= COUNTS and runs.max() >= CLIPPED else np.zeros(len(values), dtype=bool)


def _check(trace: Trace) -> None:
    if trace.saturated.sum() > len(trace.times) / 2:
        rule = "the detector is saturated in more than half of the readings"
        raise trace.error(rule, int(trace.saturated.sum()), "Lower the gain and read again.")
    if trace.read.sum() < 2:
        raise trace.error("one reading is no trace", int(trace.read.sum()), "Read the well over time.")


def _start(rows: Iterable[Row]) -> float | None:
    """The time of day at which a sheet says that it was started, s."""
    for _, cells in rows:
        if cells and _STARTED.fullmatch(cells[0].rstrip(":")):
            text = next((cell for cell in cells[1:] if cell), "")
            clock = re.search(r"(\d+):(\d\d):(\d\d)\s*([AP]M)?", text)
            date = re.search(r"(\d{4})-(\d\d)-(\d\d)|(\d+)[./](\d+)[./](\d{4})", text)
            if clock:
                hours = int(clock[1]) % 12 + 12 * (clock[4] == "PM") if clock[4] else int(clock[1])
                return _days(date) * 86400.0 + hours * 3600.0 + int(clock[2]) * 60.0 + int(clock[3])
    return None


def _days(date: re.Match[str] | None) -> int:
    """Days since some day; of two ways to write a date the American one has slashes."""
    from datetime import date as Date

    if date is None:
        return 0
    if date[1]:
        return Date(int(date[1]), int(date[2]), int(date[3])).toordinal()
    first, second, year = int(date[4]), int(date[5]), int(date[6])
    day, month = (second, first) if "/" in date[0] else (first, second)
    try:
        return Date(year, month, day).toordinal()
    except ValueError:
        return Date(year, day, month).toordinal()


def _joined(parts: Sequence[tuple[str, float | None, Trace]]) -> list[Trace]:
    """One trace of the parts that were read one after the other; else each with its sheet as label."""
    traces = [trace for _, _, trace in parts]
    if len(parts) == 1:
        return traces
    starts = [started for _, started, _ in parts if started is not None]
    if len(starts) == len(parts):
        times = [trace.times + start - starts[0] for start, trace in zip(starts, traces)]
        if all(before[-1] < after[0] for before, after in pairwise(times)):
            whole = replace(
                traces[0],
                times=np.concatenate(times),
                values=np.concatenate([trace.values for trace in traces]),
                saturated=np.concatenate([trace.saturated for trace in traces]),
            )
            return [whole]
    number = iter(range(1, len(parts) + 1))
    return [replace(trace, label=trace.label or title or f"block {next(number)}") for title, _, trace in parts]
