"""What the tests of imperfections share: realisations of linreg2d with its leaks."""

from __future__ import annotations

from functools import cache

import numpy as np

from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.simulate.imperfections import realise
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation
from studies import strand_network, study


@cache
def leaky_pot() -> Mixture:
    return Mixture(study("linreg2d").system, strand_network("linreg2d", "gate"))


def drawn(seed: int = 0, **magnitudes: float) -> Realisation:
    """A realisation of linreg2d with its leaks."""
    return realise(Imperfections(**magnitudes), leaky_pot(), np.random.default_rng(seed))


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)
