"""Plates: how many wells, in which order they are filled, and how oligos are shared out to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
