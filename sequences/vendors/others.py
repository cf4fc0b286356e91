"""Vendors but IDT: a pool of Twist, and a table that any vendor reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sequences.oligos import Oligo
from sequences.properties import extinction_260, molecular_weight
from sequences.vendors.base import LengthRange, Line, Vendor, csv_bytes, csv_rows

POOL, ELSEWHERE = "twist_pool.csv", "order_elsewhere.csv"


class Twist(Vendor):
    """``name,sequence``. A pool mixes all strands in one tube, without amounts.

    Strands with a modification are not made; they are listed in a file of their own, to be ordered from another vendor.
    """

    name = "twist"
    title = "Twist (pool)"
    ranges = (LengthRange("pool", 1, 300),)
    advice = (
        "A pool is one tube of all strands in unknown amounts: gates cannot be annealed from it one by one. "
        "Use it as a template for amplification, not as stocks. It has no modifications: strands on beads and in reporters "
        "are to be ordered elsewhere. Check the limits, also for short oligos, on the vendor's page when ordering."
    )

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        for oligo in oligos:
            self.scale(oligo)
        pool = [(each.name, each.sequence) for each in oligos if not each.ends]
        modified = [(each.name, each.spelled, each.modification) for each in oligos if each.ends]
        files = {POOL: csv_bytes([("name", "sequence"), *pool])}
        return files | ({ELSEWHERE: csv_bytes([("name", "sequence", "modification"), *modified])} if modified else {})

    def read(self, files: Mapping[str, bytes]) -> tuple[Line, ...]:
        """See Vendor; the pool first, then what is ordered elsewhere."""
        contents = (files[name] for name in (POOL, ELSEWHERE) if name in files)
        return tuple(Line(name, spelled) for content in contents for name, spelled, *_ in csv_rows(content)[1:])


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
