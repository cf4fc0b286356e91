"""Imperfections of real tubes: listed here in the order in which they are applied.

What is added comes before what depends on it: the initial leak on what is mixed, occlusion on the toeholds in the tube.
"""

from __future__ import annotations

from dataclasses import replace

from numpy.random import Generator

from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.simulate.imperfections.initial_leak import InitialLeak
from dsd_ncrn.simulate.imperfections.occlusion import Occlusion
from dsd_ncrn.simulate.imperfections.realisation import Imperfection, Mixture, Realisation, perfect
from dsd_ncrn.simulate.imperfections.spreads import Dilution, Inactive, LeakSpread, Pipetting, RateSpread

IMPERFECTIONS: tuple[Imperfection, ...] = (
    Pipetting(),
    Inactive(),
    InitialLeak(),
    RateSpread(),
    LeakSpread(),
    Occlusion(),
    Dilution(),
)


def realise(given: Imperfections, mixture: Mixture, random: Generator) -> Realisation:
    """Draw one tube.

    Every imperfection has a stream of its own, so that the magnitude of one does not change what is drawn for another.
    """
    found = perfect(mixture)
    for imperfection, stream in zip(IMPERFECTIONS, random.spawn(len(IMPERFECTIONS))):
        magnitude = getattr(given, imperfection.name)
        found = imperfection.apply(found, mixture, magnitude, stream) if magnitude else found
    return found if given.stretch else replace(found, stretch=1.0)
