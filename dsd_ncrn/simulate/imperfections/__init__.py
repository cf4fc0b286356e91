"""Imperfections of real tubes: one file each, listed here in the order in which they are applied.

What is added comes before what depends on it: the initial leak on what is mixed, occlusion on the toeholds in the tube.
"""

from __future__ import annotations

from dataclasses import replace

from numpy.random import Generator

from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.simulate.imperfections.base import Imperfection
from dsd_ncrn.simulate.imperfections.dilution import Dilution
from dsd_ncrn.simulate.imperfections.inactive import Inactive
from dsd_ncrn.simulate.imperfections.initial_leak import InitialLeak
from dsd_ncrn.simulate.imperfections.leak_spread import LeakSpread
from dsd_ncrn.simulate.imperfections.occlusion import Occlusion
from dsd_ncrn.simulate.imperfections.pipetting import Pipetting
from dsd_ncrn.simulate.imperfections.rate_spread import RateSpread
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation, perfect

IMPERFECTIONS: tuple[Imperfection, ...] = (
    Pipetting(),
    Inactive(),
    InitialLeak(),
    RateSpread(),
    LeakSpread(),
    Occlusion(),
    Dilution(),
)


def realise(given: Imperfections, pot: Mixture, random: Generator) -> Realisation:
    """Draw one tube.

    Every imperfection has a stream of its own, so that the magnitude of one does not change what is drawn for another.
    """
    found = perfect(pot)
    for imperfection, stream in zip(IMPERFECTIONS, random.spawn(len(IMPERFECTIONS))):
        magnitude = getattr(given, imperfection.name)
        found = imperfection.apply(found, pot, magnitude, stream) if magnitude else found
    return found if given.stretch else replace(found, stretch=1.0)
