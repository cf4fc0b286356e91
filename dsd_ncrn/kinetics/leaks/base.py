"""What a leak model offers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.kinetics.enumerator import Enumerator


class LeakModel(Protocol):
    """Adds leaks to an enumerated network, with rate 1 to be multiplied by the leak rate."""

    @property
    def name(self) -> str:
        """What it is called in designs."""
        ...

    def extend(self, enumerator: Enumerator, gates: Sequence[Complex], fuels: Collection[Complex] = ()) -> None:
        """Record the leaks of ``gates`` with all that is known so far, and what follows; ``fuels`` are there in excess."""
        ...
