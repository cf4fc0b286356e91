"""Rate spread: gates of equal toeholds react at different rates.

Fits of Chen et al. 2013 (Nat. Nanotechnol. 8:755) spread over two orders of magnitude between steps. Sequences are not
known here, so each gate gets one factor for all its reactions, forward and backward.
"""

from __future__ import annotations

from dataclasses import replace

from numpy.random import Generator

from dsd_ncrn.simulate.imperfections.gates import spread
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation


class RateSpread:
    """A lognormal factor of median 1 for the reactions of every gate; the magnitude is the deviation of its logarithm."""

    name = "rate_spread"
    largest = 0.5

    def apply(self, before: Realisation, pot: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        return replace(before, rates=before.rates * spread(pot, magnitude, False, random))
