"""Leak spread: gates leak at different rates, and one bad gate can spoil what a uniform rate would leave alone."""

from __future__ import annotations

from dataclasses import replace

from numpy.random import Generator

from dsd_ncrn.simulate.imperfections.gates import spread
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation


class LeakSpread:
    """A lognormal factor of median 1 for the leaks of every gate; the magnitude is the deviation of its logarithm."""

    name = "leak_spread"
    largest = 1.0

    def apply(self, before: Realisation, pot: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        return replace(before, rates=before.rates * spread(pot, magnitude, True, random))
