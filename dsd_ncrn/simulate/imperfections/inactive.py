"""Inactive strands and gates: some of every stock never reacts (synthesis errors, wrong folding, bad annealing).

Chen et al. 2013 (Nat. Nanotechnol. 8:755) fit a median of 12 % and allow 0 to 30 %. What is inactive is taken to be gone:
it neither reacts nor blocks, and a top-up brings the active part back to what it was.
"""

from __future__ import annotations

from dataclasses import replace

from numpy.random import Generator

from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation


class Inactive:
    """A fraction of every component, uniform between 0 and twice the magnitude, which is so the median."""

    name = "inactive"
    largest = 0.15

    def apply(self, before: Realisation, pot: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        return replace(before, doses=before.doses * (1.0 - random.uniform(0.0, 2 * magnitude, len(before.doses))))
