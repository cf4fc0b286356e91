"""IDT plates: one workbook with a sheet for each 96-well plate, filled down the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, Well, csv_bytes, wells_by_column
from sequences.vendors.idt import Idt
from sequences.vendors.xlsx import workbook_bytes

MINIMUM_WELLS = 24
"""A plate with fewer wells costs a surcharge; the last two plates are then evened out."""

PLATE_WELLS = 96


class IdtPlate(Idt):
    """Header ``Well Position | Name | Sequence``, wells ``A1``, ``B1`` ... ``H12``. A map for the bench comes with it.

    Plates hold one scale: oligos of up to 60 nt go to 25-nmol plates, up to 90 nt to 100-nmol plates, and longer ones to
    plates of Ultramers.
    """

    name = "idt-plate"
    title = "IDT (plates)"
    ranges = (LengthRange("25nm", 15, 60), LengthRange("100nm", 10, 90), LengthRange("4nmU", 45, 200))

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        header = ("Well Position", "Name", "Sequence")
        by_name = {oligo.name: oligo for oligo in oligos}
        wells, names = self.wells(oligos), self._plate_names(oligos)
        sheets = {
            names[plate]: [header, *((well.label, well.oligo, self.spelled(by_name[well.oligo])) for well in group)]
            for plate, group in groupby(wells, key=lambda well: well.plate)
        }
        rows = [(names[well.plate], well.label, well.oligo, by_name[well.oligo].role) for well in wells]
        return {
            "idt_plates.xlsx": workbook_bytes(sheets),
            "plate_map.csv": csv_bytes([("plate", "well", "name", "role"), *rows]),
        }

    def wells(self, oligos: Sequence[Oligo]) -> tuple[Well, ...]:
        places = []
        for number, group in enumerate(self._plates(oligos), start=1):
            places += [Well(number, label, oligo.name) for oligo, (_, label) in zip(group, wells_by_column())]
        return tuple(places)

    def _plate_names(self, oligos: Sequence[Oligo]) -> dict[int, str]:
        """Sheet names: at most 31 characters, as Excel demands."""
        plates = enumerate(self._plates(oligos), start=1)
        return {number: f"plate{number}_{self.scale(group[0]).name}" for number, group in plates}

    def _plates(self, oligos: Sequence[Oligo]) -> list[list[Oligo]]:
        by_scale: dict[str, list[Oligo]] = {each.name: [] for each in self.ranges}
        for oligo in oligos:
            by_scale[self.scale(oligo).name].append(oligo)
        return [plate for group in by_scale.values() for plate in _split(group)]


def _split(oligos: list[Oligo]) -> list[list[Oligo]]:
    """Plates of 96, the last two evened out where the last would fall under the minimum."""
    plates = [oligos[start : start + PLATE_WELLS] for start in range(0, len(oligos), PLATE_WELLS)]
    if len(plates) > 1 and len(plates[-1]) < MINIMUM_WELLS:
        together = plates[-2] + plates[-1]
        plates[-2:] = [together[: len(together) - MINIMUM_WELLS], together[len(together) - MINIMUM_WELLS :]]
    return plates
