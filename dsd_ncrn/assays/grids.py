"""Where the traces stand in the rows of an export: wells as columns, wells as rows, or one reading a row.

Instruments write lines about themselves first, then one block or several. A block begins at a row with a header of times or
of cycles; what stands beside it decides how it goes on. Times are as instruments write them: ``0:04:22``, ``0 h 15 min``,
or numbers under a header that names their unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.tables import is_missing, is_number
from dsd_ncrn.errors import InputError

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


WELL = re.compile(r"([A-Pa-p])0?(\d{1,2})(?:\s*\(.*\))?")
PETAB = "simulationConditionId"
"""A column of its table of measurements, whose times are in s here."""
_TEMPERATURE = re.compile(r"(?:t|temp\w*)\b\.?.*(?:°|º|deg|\bC\b).*|temp\w*\.?(?:\s*\[.*\])?", re.IGNORECASE)
_MEAN = re.compile(r"mean|mittelwert|average", re.IGNORECASE)
_LONG = {
    "well": re.compile(r"well|tube|sample|trace|cuvette|position|probe|name|simulationConditionId", re.IGNORECASE),
    "value": re.compile(
        r"value|fluorescence|signal|rfu|intensity|reading|measurement|raw ?data|wert|signal\b.*|fluorescence\b.*", re.IGNORECASE
    ),
}


@dataclass(frozen=True)
class Cell:
    """A text and where it stands: line and column, both from 1."""

    text: str
    line: int
    column: int


@dataclass(frozen=True)
class Column:
    """What belongs to one well: pairs of time and reading, in order. ``header`` is that of the times; of ``cycles`` the times
    are numbers of cycles.
    """

    well: str
    header: str
    cycles: bool
    label: str = ""
    pairs: list[tuple[Cell, Cell]] = field(default_factory=list[tuple[Cell, Cell]])


Row = tuple[int, list[str]]


def columns_of(rows: Sequence[Row], file: str) -> Iterator[Column]:
    """The traces of a sheet of a file, block by block. Raises InputError for a row with more numbers than its header names."""
    start = 0
    while start < len(rows):
        end = next((n for n in range(start + 1, len(rows)) if _begins(rows, n)), len(rows))
        if _begins(rows, start):
            yield from _block(rows, start, end, file)
        start = end


def well_name(text: str) -> str:
    """``A1`` for ``a01`` or ``A1 (Sample X1)``; any other name as it is."""
    found = WELL.fullmatch(text)
    return f"{found[1].upper()}{int(found[2])}" if found else text


def _headers(cells: Sequence[str]) -> list[int]:
    """The places of headers of times, or else of cycles; not where it is a key with a single value behind it."""
    times = [n for n, cell in enumerate(cells) if is_time_header(cell)]
    return times or [n for n, cell in enumerate(cells) if is_cycle_header(cell)]


def _begins(rows: Sequence[Row], number: int) -> bool:
    """Whether a block begins in a row. The rows of times, of cycles and of single wells of one block follow each other."""
    cells = rows[number][1]
    places = _headers(cells)
    if not places or (not any(cells[places[0] + 1 :]) and not any(cells[: places[0]])):
        return False
    inner = number > 0 and _is_across(cells, places[0]) and _carries_on(rows[number - 1][1])
    return not inner


def _carries_on(before: Sequence[str]) -> bool:
    """Whether a row of times goes on with the block of the row before it: one of cycles, or the name of a single well."""
    alone = not any(before[1:]) and WELL.fullmatch(before[0]) is not None
    return alone or (is_cycle_header(before[0]) and len(before) > 1)


def _is_across(cells: Sequence[str], place: int) -> bool:
    """Whether times go on to the right of their header."""
    after = [cell for cell in cells[place + 1 :] if cell]
    return bool(after) and all(is_number(cell) or clock_seconds(cell) is not None for cell in after)


def _block(rows: Sequence[Row], start: int, end: int, file: str) -> Iterator[Column]:
    cells, below = rows[start][1], rows[start + 1 : end]
    place = _headers(cells)[0]
    long = {kind: next((n for n, cell in enumerate(cells) if name.fullmatch(cell)), None) for kind, name in _LONG.items()}
    if long["well"] is not None and long["value"] is not None:
        _check_width(cells, below, file)
        return _one_a_row(cells, below, place, long["well"], long["value"])
    down = bool(below) and is_number(below[0][1][0])  # wells are named by numbers, as cycles or doses
    if _is_across(cells, place) and not down:
        return _wells_as_rows(rows, start, end, place, file)
    whole = list(_whole(cells, below))
    _check_width(cells, whole, file)
    return _wells_as_columns(cells, whole)


def _check_width(cells: Sequence[str], rows: Sequence[Row], file: str) -> None:
    """A decimal comma makes two cells of one, and all that follow would slip into other columns."""
    for line, row in rows:
        if any(map(is_number, row[len(cells) :])):
            rule = f"the row has {len(row)} cells, and the header {len(cells)}"
            raise InputError(rule, None, "Write decimal points, or semicolons between cells.", file, line)


def _whole(cells: Sequence[str], below: Sequence[Row]) -> Iterator[Row]:
    """The rows of a table, filled up; it ends where a row has no time and no numbers."""
    place, wide = _headers(cells)[0], max((len(row) for _, row in below), default=0)
    for line, row in below:
        filled = [*row, *[""] * (wide - len(row))]
        if not _is_time(filled[place]) and not any(map(is_number, filled)):
            return
        yield line, filled


def _one_a_row(cells: Sequence[str], below: Sequence[Row], time: int, well: int, value: int) -> Iterator[Column]:
    found: dict[tuple[str, str], Column] = {}
    header = "Time [s]" if cells[well] == PETAB else cells[time]
    label = next((n for n, cell in enumerate(cells) if cell.lower() in ("label", "channel", "dye", "wavelength")), None)
    for line, row in below:
        filled = [*row, *[""] * len(cells)]
        key = well_name(filled[well]), filled[label] if label is not None else ""
        made = Column(key[0], header, is_cycle_header(header), key[1])
        found.setdefault(key, made).pairs.append((Cell(filled[time], line, time + 1), Cell(filled[value], line, value + 1)))
    return iter(found.values())


def _wells_as_columns(cells: Sequence[str], rows: Sequence[Row]) -> Iterator[Column]:
    """Each column goes with the nearest header of times to its left."""
    places = _headers(cells)
    for n, name in enumerate(cells):
        skipped = not name or is_time_header(name) or is_cycle_header(name) or _TEMPERATURE.fullmatch(name) is not None
        if not skipped and rows and n < len(rows[0][1]):
            time = max((place for place in places if place < n), default=places[0])
            pairs = [(Cell(row[time], line, time + 1), Cell(row[n], line, n + 1)) for line, row in rows]
            yield Column(well_name(name), cells[time], is_cycle_header(cells[time]), "", pairs)


def _is_time(cell: str) -> bool:
    return is_number(cell) or clock_seconds(cell) is not None


def _wells_as_rows(rows: Sequence[Row], start: int, end: int, place: int, file: str) -> Iterator[Column]:
    """Times, or cycles until a row of times comes, from the header on to the right; readings of a well below them.

    Of several readings at one time their mean is taken, which stands below the name of the well.
    """
    line, times = rows[start]
    labels = _labels(rows[start - 1][1] if start else [], place, len(times))
    alone = ""
    for at, row in rows[start + 1 : end]:
        head = row[place] if place < len(row) else ""
        values = row[place + 1 :]
        if is_time_header(head):
            line, times = at, row
        elif _MEAN.fullmatch(head) and alone:
            yield _row(alone, (line, times), (at, row), place)
        elif not any(values):
            alone = well_name(head) if WELL.fullmatch(head) else alone
        elif (well := _named(row[: place + 1])) and not alone and (WELL.fullmatch(well) or any(map(is_number, values))):
            _check_width(times, [(at, row)], file)
            for label in dict.fromkeys(labels):
                some = _row(well, (line, times), (at, row), place)
                kept = [pair for pair, own in zip(some.pairs, labels) if own == label]
                yield replace(some, label=label, pairs=kept)


def _row(well: str, times: Row, values: Row, place: int) -> Column:
    header = times[1][place]
    pairs = [
        (Cell(when, times[0], n + 1), Cell(values[1][n] if n < len(values[1]) else "", values[0], n + 1))
        for n, when in enumerate(times[1])
        if n > place
    ]
    return Column(well, header, is_cycle_header(header), "", pairs)


def _labels(above: Sequence[str], place: int, width: int) -> list[str]:
    """What stands above each of the times, the filter of a row of readings; nothing where the row above is another."""
    names = [*above, *[""] * width][place + 1 : width]
    return names if all(names) and not any(map(is_number, names)) else [""] * max(width - place - 1, 0)


def _named(before: Sequence[str]) -> str:
    """The well that a row begins with: one cell of it, or a letter and a number in two; "" for what is none."""
    if len(before) > 1 and len(before[0]) == 1 and before[1].isdigit():
        return well_name(before[0] + before[1])
    found = next((cell for cell in before if WELL.fullmatch(cell)), "")
    other = before[0] if before and not is_missing(before[0]) and not _TEMPERATURE.fullmatch(before[0]) else ""
    return well_name(found or other)
