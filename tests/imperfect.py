"""What the tests of imperfections share: realisations of linreg2d with its leaks."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.simulate.imperfections import realise
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation
from studies import design, study


@cache
def leaky_pot() -> Mixture:
    return Mixture(study("linreg2d").system, study("linreg2d").leaky)


def drawn(seed: int = 0, **magnitudes: float) -> Realisation:
    """A realisation of linreg2d with its leaks; magnitudes in internal units, that of occlusion as a design has it.

    Occlusion is on, and all else off, where it is not given.
    """
    given: dict[str, Any] = {"leak_spread": 0.0} | {name: value for name, value in magnitudes.items() if name != "occlusion"}
    occlusion = design("linreg2d").imperfections.occlusion
    if "occlusion" in magnitudes:  # as a design has it
        occlusion = Imperfections(occlusion=magnitudes["occlusion"]).occlusion
    return realise(Imperfections.model_construct(**given, occlusion=occlusion), leaky_pot(), np.random.default_rng(seed))


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)
