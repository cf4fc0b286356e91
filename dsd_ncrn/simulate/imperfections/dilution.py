"""Dilution: what an iteration adds takes volume, so that everything that is not topped up gets thinner by as much.

Parameters are not topped up: they are forgotten by the same share in every iteration. Taken at the end of an iteration, all
at once; within it the additions of later phases meet concentrations that are still those of its start.
"""

from __future__ import annotations

from dataclasses import replace

from numpy.random import Generator

from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation


class Dilution:
    """The magnitude is by how much of itself the volume grows in each iteration. No chance is involved."""

    name = "dilution"
    largest = None

    def apply(self, before: Realisation, pot: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        return replace(before, growth=before.growth * (1.0 + magnitude))
