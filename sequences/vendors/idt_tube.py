"""IDT tubes: the bulk input format, one line for each oligo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, csv_bytes
from sequences.vendors.idt import Idt

PAGE_ABOVE_NT = 60
"""Longer oligos are so often truncated (a 60-mer 45 % at 99 % coupling) that they are ordered PAGE-purified."""


class IdtTube(Idt):
    """``Name,Sequence,Scale,Purification`` for the bulk input page; the scale follows from the length."""

    name = "idt-tube"
    title = "IDT (tubes)"
    ranges = (
        LengthRange("25nm", 15, 60),
        LengthRange("100nm", 10, 90),
        LengthRange("250nm", 5, 100),
        LengthRange("4nmU", 45, 200),
    )

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        header = ("Name", "Sequence", "Scale", "Purification")
        rows = [(oligo.name, self.spelled(oligo), self.scale(oligo).name, self.purification(oligo)) for oligo in oligos]
        return {"idt_tubes.csv": csv_bytes([header, *rows])}

    def purification(self, oligo: Oligo) -> str:
        """``STD`` (desalted), ``PAGE`` for long oligos, ``HPLC`` for modified ones."""
        if oligo.on_beads:
            return "HPLC"
        return "PAGE" if oligo.length > PAGE_ABOVE_NT else "STD"
