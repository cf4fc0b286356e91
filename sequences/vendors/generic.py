"""A plain CSV with everything a vendor may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sequences.bench import extinction_260, molecular_weight
from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, Line, Vendor, csv_bytes, csv_rows

HEADER = (
    "name",
    "sequence",
    "length_nt",
    "molecular_weight",
    "extinction_260",
    "modification",
    "with_idt_codes",
    "role",
    "nmol_needed",
    "used_in",
)


class Generic(Vendor):
    """Everything of every oligo, within what synthesis can do at all. Mass and absorbance are those of the bare DNA."""

    name = "generic"
    title = "Generic"
    ranges = (LengthRange("synthesis", 2, 200),)

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        return {"oligos.csv": csv_bytes([HEADER, *(self._row(oligo) for oligo in oligos)])}

    def read(self, files: Mapping[str, bytes]) -> tuple[Line, ...]:
        header, *rows = csv_rows(files["oligos.csv"])
        place = header.index("with_idt_codes")
        return tuple(Line(row[0], row[place]) for row in rows)

    def _row(self, oligo: Oligo) -> tuple[object, ...]:
        self.scale(oligo)
        word = oligo.sequence
        return (
            oligo.name,
            word,
            oligo.length,
            f"{molecular_weight(word):.1f}",
            f"{extinction_260(word):.0f}",
            oligo.modification,
            oligo.spelled,
            oligo.role,
            f"{oligo.nmol:.4g}",
            " ".join(oligo.used_in),
        )
