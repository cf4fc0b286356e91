"""IDT plates: one workbook with a sheet for each plate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sequences.oligos import Oligo
from sequences.vendors.base import Line, Well, csv_bytes
from sequences.vendors.idt import HUNDRED, SMALLEST, ULTRAMERS, Idt
from sequences.vendors.plates import Plates
from sequences.vendors.xlsx import workbook_bytes, workbook_rows

HEADER = ("Well Position", "Name", "Sequence")


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
            names[plate]: [HEADER, *((well.label, well.oligo, by_name[well.oligo].spelled) for well in group)]
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
        """Plates that are under the fewest wells."""
        names, fewest = self._plate_names(oligos), self.plates.fewest
        return tuple(
            f"{names[number]} has {len(group)} wells, under the {fewest} without a surcharge: tubes may be cheaper"
            for number, group in enumerate(self._plates(oligos), start=1)
            if len(group) < fewest
        )

    def _plate_names(self, oligos: Sequence[Oligo]) -> dict[int, str]:
        """Sheet names: at most 31 characters, as Excel demands."""
        plates = enumerate(self._plates(oligos), start=1)
        return {number: f"plate{number}_{self.scale(group[0]).name}" for number, group in plates}

    def _plates(self, oligos: Sequence[Oligo]) -> list[Sequence[Oligo]]:
        by_scale: dict[str, list[Oligo]] = {each.name: [] for each in self.ranges}
        for oligo in oligos:
            by_scale[self.scale(oligo).name].append(oligo)
        return [plate for group in by_scale.values() for plate in self.plates.shared(group)]
