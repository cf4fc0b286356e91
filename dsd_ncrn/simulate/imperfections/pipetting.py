"""Pipetting: every stock has a concentration of its own, off by a factor that stays for the whole training.

Errors of single additions, which differ from one to the next, are not modelled: over a training they average out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation


class Pipetting:
    """A lognormal factor for every component, of mean 1 and with the magnitude as its coefficient of variation."""

    name = "pipetting"
    largest = 0.1

    def apply(self, before: Realisation, pot: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        variance = np.log1p(magnitude**2)
        factors = np.exp(np.sqrt(variance) * random.standard_normal(len(before.doses)) - variance / 2)
        return replace(before, doses=before.doses * factors)
