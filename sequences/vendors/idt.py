"""What IDT's formats have in common: modifications stand in the sequence, and modified oligos need a larger scale.

IDT tubes: the bulk input format, one line for each oligo, and the same as a workbook.

IDT plates: one workbook with a sheet for each plate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from dsd_ncrn.design.tables import workbook_rows
from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, Line, Vendor, Well, csv_bytes, csv_rows, workbook_bytes
from sequences.vendors.plates import Plates

SMALLEST = LengthRange("25nm", 15, 60, 25.0)
"""At this scale nothing is modified, and nothing purified but by desalting."""

HUNDRED = LengthRange("100nm", 10, 90, 100.0)
QUARTER = LengthRange("250nm", 5, 100, 250.0)
MICRO = LengthRange("1um", 5, 100, 1000.0)
ULTRAMERS = (LengthRange("4nmU", 45, 200, 4.0, True), LengthRange("20nmU", 45, 200, 20.0, True))


class Idt(Vendor):
    """IDT's spelling and scales."""

    def offered(self, oligo: Oligo) -> tuple[LengthRange, ...]:
        """All scales, or for a modified oligo those of 100 nmol and more."""
        if not oligo.ends:
            return self.ranges
        return tuple(each for each in self.ranges if each != SMALLEST and not each.guaranteed)


PAGE_ABOVE_NT = 60
"""Longer oligos are so often truncated (a 60-mer 45 % at 99 % coupling) that they are ordered PAGE-purified."""

TUBE_HEADER = ("Name", "Sequence", "Scale", "Purification")


class IdtTube(Idt):
    """``Name,Sequence,Scale,Purification``; the scale follows from length, amount, modification and purification."""

    name = "idt-tube"
    title = "IDT (tubes)"
    ranges = (SMALLEST, HUNDRED, QUARTER, MICRO, *ULTRAMERS)

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        rows = [(oligo.name, oligo.spelled, self.scale(oligo).name, self.purification(oligo)) for oligo in oligos]
        return {
            "idt_tubes.csv": csv_bytes([TUBE_HEADER, *rows]),
            "idt_tubes.xlsx": workbook_bytes({"tubes": [TUBE_HEADER, *rows]}),
        }

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
        return "HPLC" if oligo.ends else "PAGE" if _truncation_harms(oligo) else "STD"


def _truncation_harms(oligo: Oligo) -> bool:
    return oligo.is_bottom or oligo.length > PAGE_ABOVE_NT


WELL_HEADER = ("Well Position", "Name", "Sequence")


@dataclass(frozen=True)
class IdtPlate(Idt):
    """Header ``Well Position | Name | Sequence``, wells ``A1``, ``B1`` ... A map for the bench comes with it.

    Plates hold one scale: oligos of up to 60 nt go to 25-nmol plates, up to 90 nt or with a label to 100-nmol plates, and
    longer ones to plates of Ultramers. What a plate would not yield enough of goes to the next larger scale.
    """

    plates: Plates = field(default_factory=Plates)

    name = "idt-plate"
    title = "IDT (plates)"
    advice = (
        "Plates come desalted: purify the annealed complexes, or order the bottoms of gates as tubes. "
        "Check the limits on the vendor's page when ordering."
    )
    ranges = (SMALLEST, HUNDRED, *ULTRAMERS)

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        by_name = {oligo.name: oligo for oligo in oligos}
        wells, names = self.wells(oligos), self._plate_names(oligos)
        sheets = {
            names[plate]: [WELL_HEADER, *((well.label, well.oligo, by_name[well.oligo].spelled) for well in group)]
            for plate, group in groupby(wells, key=lambda well: well.plate)
        }
        rows = [(names[well.plate], well.label, well.oligo, by_name[well.oligo].role) for well in wells]
        return {
            "idt_plates.xlsx": workbook_bytes(sheets),
            "plate_map.csv": csv_bytes([("plate", "well", "name", "role"), *rows]),
        }

    def read(self, files: Mapping[str, bytes]) -> tuple[Line, ...]:
        sheets = workbook_rows(files["idt_plates.xlsx"]).values()
        return tuple(Line(name, spelled) for rows in sheets for _, name, spelled in rows[1:])

    def wells(self, oligos: Sequence[Oligo]) -> tuple[Well, ...]:
        return tuple(
            Well(number, label, oligo.name)
            for number, group in enumerate(self._plates(oligos), start=1)
            for oligo, label in zip(group, self.plates.labels())
        )

    def notes(self, oligos: Sequence[Oligo]) -> tuple[str, ...]:
        """Plates that are under the fewest wells, and strands that should be purified as no plate is."""
        names, fewest = self._plate_names(oligos), self.plates.fewest
        harmed = [oligo.name for oligo in oligos if _truncation_harms(oligo)]
        purified = (
            f"plates do not offer PAGE, which {len(harmed)} strands should have (order them with --vendor idt-tube, or purify "
            f"the annealed complexes): {', '.join(harmed)}"
        )
        few = (
            f"{names[number]} has {len(group)} wells, under the {fewest} without a surcharge: tubes may be cheaper"
            for number, group in enumerate(self._plates(oligos), start=1)
            if len(group) < fewest
        )
        return (*few, *([purified] if harmed else []))

    def _plate_names(self, oligos: Sequence[Oligo]) -> dict[int, str]:
        """Sheet names: at most 31 characters, as Excel demands."""
        plates = enumerate(self._plates(oligos), start=1)
        return {number: f"plate{number}_{self.scale(group[0]).name}" for number, group in plates}

    def _plates(self, oligos: Sequence[Oligo]) -> list[Sequence[Oligo]]:
        by_scale: dict[str, list[Oligo]] = {each.name: [] for each in self.ranges}
        for oligo in oligos:
            by_scale[self.scale(oligo).name].append(oligo)
        return [plate for group in by_scale.values() for plate in self.plates.shared(group)]
