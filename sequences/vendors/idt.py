"""What IDT's formats have in common: modifications stand in the sequence, and modified oligos need a larger scale."""

from __future__ import annotations

from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, Vendor

BIOTIN_5 = "/5Biosg/"
UNMODIFIED_ONLY = "25nm"
"""The scale at which no modification is made."""


class Idt(Vendor):
    """IDT's spelling and scales."""

    def scale(self, oligo: Oligo) -> LengthRange:
        """The smallest scale that makes the oligo; a modified one needs 100 nmol or more."""
        ranges = [each for each in self.ranges if not (oligo.on_beads and each.name == UNMODIFIED_ONLY)]
        return self.first_fitting(oligo, ranges)

    def spelled(self, oligo: Oligo) -> str:
        """The sequence as IDT reads it, with the biotin of strands that go on beads."""
        return BIOTIN_5 + oligo.sequence if oligo.on_beads else oligo.sequence
