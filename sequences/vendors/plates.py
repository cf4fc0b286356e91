"""Plates: how many wells, in which order they are filled, and how oligos are shared out to them.

A picture of a plate: a circle for each well, coloured by the role of what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from dsd_ncrn.errors import InputError

_ROWS = "ABCDEFGHIJKLMNOP"
_SHAPES = {96: (8, 12, 24), 384: (16, 24, 96)}
"""Rows, columns, and the fewest wells without a surcharge (IDT)."""

FILLS = ("column", "row")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plates:
    """A kind of plate: 96 or 384 ``wells``, filled by ``column`` (A1, B1, ...) or by ``row`` (A1, A2, ...).

    Raises InputError for another number or direction.
    """

    wells: int = 96
    fill: str = "column"

    def __post_init__(self) -> None:
        if self.wells not in _SHAPES:
            raise InputError("a plate has 96 or 384 wells", self.wells)
        if self.fill not in FILLS:
            raise InputError("a plate is filled by column or by row", self.fill)

    @property
    def rows(self) -> str:
        """The letters of the rows."""
        return _ROWS[: _SHAPES[self.wells][0]]

    @property
    def columns(self) -> int:
        """The number of columns."""
        return _SHAPES[self.wells][1]

    @property
    def fewest(self) -> int:
        """A plate with fewer wells in use costs a surcharge."""
        return _SHAPES[self.wells][2]

    def labels(self) -> Iterator[str]:
        """Every well of a plate in the order in which they are filled."""
        columns = range(1, self.columns + 1)
        if self.fill == "row":
            return (f"{row}{column}" for row in self.rows for column in columns)
        return (f"{row}{column}" for column in columns for row in self.rows)

    def shared(self, items: Sequence[T]) -> list[Sequence[T]]:
        """Items plate by plate, the last two evened out where the last would fall under the fewest wells."""
        plates = [items[start : start + self.wells] for start in range(0, len(items), self.wells)]
        if len(plates) > 1 and len(plates[-1]) < self.fewest:
            cut = (len(plates) - 2) * self.wells
            together = items[cut:]
            plates[-2:] = [together[: -self.fewest], together[-self.fewest :]]
        return plates


_PITCH, _MARGIN = 62, 40
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee8866", "#bbbbbb")
"""Tol's bright scheme, told apart by colour-blind readers as well."""


def plate_svg(title: str, plates: Plates, wells: Mapping[str, tuple[str, str]]) -> str:
    """SVG of one plate; ``wells`` maps a label such as ``A1`` to name and role. Names stand in full in tooltips."""
    roles = list(dict.fromkeys(role for _, role in wells.values()))
    colours = {role: _COLOURS[number % len(_COLOURS)] for number, role in enumerate(roles)}
    width, height = _MARGIN + _PITCH * plates.columns + 10, _MARGIN + _PITCH * len(plates.rows) + 40
    parts = [f'<text x="{_MARGIN}" y="14" font-size="13">{escape(title)}</text>', *_axes(plates)]
    parts += [_well(plates, label, wells.get(label), colours) for label in plates.labels()]
    parts += [_key(number, role, colours[role], height - 14) for number, role in enumerate(roles)]
    frame = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="sans-serif"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>\n' + "\n".join(parts) + "\n</svg>\n"


def _axes(plates: Plates) -> list[str]:
    across = [(_centre(number), 34, str(number + 1)) for number in range(plates.columns)]
    down = [(14, _centre(number) + 4, row) for number, row in enumerate(plates.rows)]
    return [f'<text x="{x}" y="{y}" font-size="12" text-anchor="middle">{text}</text>' for x, y, text in across + down]


def _centre(number: int) -> int:
    return _MARGIN + _PITCH * number + _PITCH // 2


def _well(plates: Plates, label: str, content: tuple[str, str] | None, colours: Mapping[str, str]) -> str:
    x, y = _centre(int(label[1:]) - 1), _centre(plates.rows.index(label[0]))
    circle = f'<circle cx="{x}" cy="{y}" r="{_PITCH // 2 - 3}" stroke="#888" fill='
    if content is None:
        return f'{circle}"none"/>'
    name, role = content
    short = escape(name if len(name) <= 11 else f"{name[:5]}…{name[-5:]}")
    words = f'<text x="{x}" y="{y + 3}" font-size="8" text-anchor="middle">{short}</text>'
    return f'<g><title>{label} {escape(name)}</title>{circle}"{colours[role]}" fill-opacity="0.5"/>{words}</g>'


def _key(number: int, role: str, colour: str, y: int) -> str:
    x = _MARGIN + 110 * number
    square = f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour}" fill-opacity="0.5"/>'
    return f'{square}<text x="{x + 17}" y="{y}" font-size="12">{escape(role)}</text>'
