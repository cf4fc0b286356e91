"""Imperfections that are one number of a realisation or of its handling: what rests, single additions, beads, volumes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.random import Generator

from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation


class Resting:
    """Strands rest on open toeholds: the magnitude is a dissociation constant, nM. No chance is involved."""

    largest = None

    def __init__(self, name: str, field: str) -> None:
        self.name, self.field = name, field

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        changes: dict[str, Any] = {self.field: magnitude}
        return replace(before, **changes)


class Handled:
    """The field of this name in the handling; its chance is that of the tube."""

    largest = None

    def __init__(self, name: str) -> None:
        self.name = name

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        changes: dict[str, Any] = {self.name: magnitude}
        return replace(before, handling=replace(before.handling, **changes))


OCCLUSION, CROSS_BINDING = Resting("occlusion", "resting"), Resting("cross_binding", "cross")
ADDITION = Handled("addition")
STRAND_STOCK, COMPLEX_STOCK, CARRIED = Handled("strand_stock"), Handled("complex_stock"), Handled("carried")
PULL, MISSED, NEVER, LOST = Handled("pull"), Handled("missed"), Handled("never"), Handled("lost")
EVAPORATION, CALIBRATION, LOADING = Handled("evaporation"), Handled("calibration"), Handled("loading")
