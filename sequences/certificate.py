"""The vendor's certificate of what was delivered, and what it says of the strands that were ordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dsd_ncrn.design.tables import read_rows
from dsd_ncrn.errors import InputError, did_you_mean
from sequences.oligos import Oligo
from sequences.properties import resuspension_volume

_NAME, _SEQUENCE, _AMOUNT = ("Sequence Name", "Name"), ("Sequence",), ("nmoles", "nmole", "nmol")
_PLATE, _WELL = ("Plate Name",), ("Well Position", "Well")


@dataclass(frozen=True, slots=True)
class Delivery:
    """An ordered oligo and what came of it: ``nmol``, and the plate and well where it is in a plate."""

    oligo: Oligo
    nmol: float
    plate: str = ""
    well: str = ""

    @property
    def enough(self) -> bool:
        """Whether it covers what is needed."""
        return self.nmol >= self.oligo.nmol

    def volume_uL(self, stock_uM: float) -> float:
        """The volume in which to dissolve all of it."""
        return resuspension_volume(self.nmol, stock_uM)


def read_certificate(path: Path, oligos: Sequence[Oligo]) -> tuple[Delivery, ...]:
    """Read IDT's ``coa.csv`` or workbook: columns ``Sequence Name``, ``Sequence`` and ``nmoles``, others as they are there.

    A strand delivered in several tubes counts once, with the sum. Raises InputError naming the file, and the line of a
    strand that was not ordered, has another sequence, or no amount.
    """
    numbered = read_rows(path).numbered
    _, header = next(numbered, (1, list[str]()))
    name, word, amount = (_column(header, names, str(path)) for names in (_NAME, _SEQUENCE, _AMOUNT))
    plate, well = (_place(header, names) for names in (_PLATE, _WELL))
    by_name = {oligo.name.lower(): oligo for oligo in oligos}
    found: dict[str, Delivery] = {}
    for line, row in numbered:
        oligo = _ordered(_cell(row, name), _cell(row, word), by_name, str(path), line)
        nmol = _amount(_cell(row, amount), oligo.name, str(path), line)
        before = found[oligo.name].nmol if oligo.name in found else 0.0
        found[oligo.name] = Delivery(oligo, before + nmol, _cell(row, plate), _cell(row, well))
    if not found:
        raise InputError("the certificate has no strands", None, "Give the file that came with the oligos.", str(path))
    return tuple(found.values())


def _place(header: Sequence[str], names: Sequence[str]) -> int | None:
    known = [cell.lower() for cell in header]
    return next((known.index(name.lower()) for name in names if name.lower() in known), None)


def _column(header: Sequence[str], names: Sequence[str], file: str) -> int:
    place = _place(header, names)
    if place is None:
        raise InputError(f"a certificate has a column {names[0]!r}", ", ".join(header), "Keep the vendor's header.", file, 1)
    return place


def _cell(row: Sequence[str], place: int | None) -> str:
    return "" if place is None or place >= len(row) else row[place]


def _ordered(name: str, spelled: str, by_name: dict[str, Oligo], file: str, line: int) -> Oligo:
    oligo = by_name.get(name.lower())
    if oligo is None:
        remedy = did_you_mean(name, [each.name for each in by_name.values()])
        raise InputError("the certificate lists a strand that was not ordered", name, remedy, file, line)
    word = "".join(spelled.split())
    if word.lower() != oligo.spelled.lower():
        raise InputError(f"strand {name} was ordered as {oligo.spelled}", word, "Ask the vendor.", file, line)
    return oligo


def _amount(text: str, name: str, file: str, line: int) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        raise InputError(f"the amount of strand {name} is a number of nmol above 0", text, "", file, line)
    return value
