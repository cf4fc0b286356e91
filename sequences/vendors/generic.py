"""A plain CSV with everything a vendor may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sequences.bench import molecular_weight
from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, Vendor, csv_bytes


class Generic(Vendor):
    """Name, sequence, length, mass, modification, role and use of every oligo, within what synthesis can do at all."""

    name = "generic"
    title = "Generic"
    ranges = (LengthRange("synthesis", 2, 200),)

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        header = ("name", "sequence", "length_nt", "molecular_weight", "modification", "role", "used_in")
        return {"oligos.csv": csv_bytes([header, *(self._row(oligo) for oligo in oligos)])}

    def _row(self, oligo: Oligo) -> tuple[object, ...]:
        self.scale(oligo)
        weight = f"{molecular_weight(oligo.sequence):.1f}"
        modification = "5' biotin" if oligo.on_beads else ""
        return oligo.name, oligo.sequence, oligo.length, weight, modification, oligo.role, " ".join(oligo.used_in)
