"""Imperfections of real tubes, applied one after the other."""

from __future__ import annotations

from dataclasses import replace

from numpy.random import Generator

from dsd_ncrn.design.imperfections import MAGNITUDES, Imperfections
from dsd_ncrn.families import Family
from dsd_ncrn.simulate.imperfections.realisation import Imperfection, Mixture, Realisation, perfect

IMPERFECTIONS: Family[Imperfection] = Family("imperfection", MAGNITUDES)


def realise(given: Imperfections, mixture: Mixture, random: Generator) -> Realisation:
    """Draw one tube.

    Every imperfection has a stream of its own, so that the magnitude of one does not change what is drawn for another.
    """
    found = perfect(mixture)
    for imperfection, stream in zip(IMPERFECTIONS.values(), random.spawn(len(IMPERFECTIONS))):
        magnitude = getattr(given, imperfection.name)
        found = imperfection.apply(found, mixture, magnitude, stream) if magnitude else found
    return found if given.stretch else replace(found, stretch=1.0)
