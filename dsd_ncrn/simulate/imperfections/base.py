"""What every imperfection is."""

from __future__ import annotations

from typing import Protocol

from numpy.random import Generator

from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation


class Imperfection(Protocol):
    """One way in which tubes differ from their design. ``name`` is its key in ``[imperfections]``."""

    name: str

    def apply(self, before: Realisation, pot: Mixture, magnitude: float, random: Generator) -> Realisation:
        """The realisation with this imperfection drawn on top; ``magnitude`` is the design's, above 0."""
        ...
