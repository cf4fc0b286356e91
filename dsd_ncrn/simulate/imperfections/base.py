"""What every imperfection is."""

from __future__ import annotations

from typing import Protocol

from numpy.random import Generator

from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation


class Imperfection(Protocol):
    """One way in which tubes differ from their design.

    ``name`` is its key in ``[imperfections]``, ``largest`` the magnitude up to which it is found in practice, over which the
    global analysis goes; None where the first iteration does not see it.
    """

    name: str
    largest: float | None

    def apply(self, before: Realisation, pot: Mixture, magnitude: float, random: Generator) -> Realisation:
        """The realisation with this imperfection drawn on top; ``magnitude`` is the design's, above 0."""
        ...
