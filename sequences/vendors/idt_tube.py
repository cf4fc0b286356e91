"""IDT tubes: the bulk input format, one line for each oligo, and the same as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, Line, csv_bytes, csv_rows
from sequences.vendors.idt import HUNDRED, MICRO, QUARTER, SMALLEST, ULTRAMERS, Idt
from sequences.vendors.xlsx import workbook_bytes, workbook_rows

PAGE_ABOVE_NT = 60
"""Longer oligos are so often truncated (a 60-mer 45 % at 99 % coupling) that they are ordered PAGE-purified."""

HEADER = ("Name", "Sequence", "Scale", "Purification")


class IdtTube(Idt):
    """``Name,Sequence,Scale,Purification``; the scale follows from length, amount, modification and purification."""

    name = "idt-tube"
    title = "IDT (tubes)"
    ranges = (SMALLEST, HUNDRED, QUARTER, MICRO, *ULTRAMERS)

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        rows = [(oligo.name, oligo.spelled, self.scale(oligo).name, self.purification(oligo)) for oligo in oligos]
        return {"idt_tubes.csv": csv_bytes([HEADER, *rows]), "idt_tubes.xlsx": workbook_bytes({"tubes": [HEADER, *rows]})}

    def read(self, files: Mapping[str, bytes]) -> tuple[Line, ...]:
        """See Vendor; of the two files, which say the same, the workbook where it is there."""
        book = files.get("idt_tubes.xlsx")
        rows = csv_rows(files["idt_tubes.csv"]) if book is None else workbook_rows(book)["tubes"]
        return tuple(Line(name, spelled) for name, spelled, *_ in rows[1:])

    def offered(self, oligo: Oligo) -> tuple[LengthRange, ...]:
        """Purified by PAGE only at 100 nmol and more."""
        ranges = super().offered(oligo)
        return ranges if self.purification(oligo) == "STD" else tuple(each for each in ranges if each != SMALLEST)

    def purification(self, oligo: Oligo) -> str:
        """``HPLC`` for modified oligos, ``PAGE`` for bottoms of gates and long oligos, else ``STD`` (desalted).

        A truncated bottom is a gate that leaks or does nothing, while a truncated signal is a slightly weaker one.
        """
        if oligo.ends:
            return "HPLC"
        return "PAGE" if oligo.is_bottom or oligo.length > PAGE_ABOVE_NT else "STD"
