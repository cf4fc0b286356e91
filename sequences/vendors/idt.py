"""What IDT's formats have in common: modifications stand in the sequence, and modified oligos need a larger scale."""

from __future__ import annotations

from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, Vendor

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
