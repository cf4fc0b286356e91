"""Twist oligo pools: one tube with all oligos, as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sequences.oligos import Oligo
from sequences.vendors.base import LengthRange, Vendor, csv_bytes


class Twist(Vendor):
    """``name,sequence``. A pool mixes all strands in one tube, without amounts."""

    name = "twist"
    title = "Twist (pool)"
    ranges = (LengthRange("pool", 1, 300),)
    advice = (
        "A pool is one tube of all strands in unknown amounts: gates cannot be annealed from it one by one. "
        "Use it as a template for amplification, not as stocks. It has no modifications: the scavengers that go on beads "
        "need a 5' biotin and are to be ordered elsewhere. Check the limits, also for short oligos, on the vendor's "
        "page when ordering."
    )

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        for oligo in oligos:
            self.scale(oligo)
        header = ("name", "sequence")
        return {"twist_pool.csv": csv_bytes([header, *((each.name, each.sequence) for each in oligos)])}
