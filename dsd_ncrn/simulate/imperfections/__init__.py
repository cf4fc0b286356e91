"""Imperfections of real tubes, applied one after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from dsd_ncrn.design.imperfections import MAGNITUDES, Imperfections
from dsd_ncrn.families import Family
from dsd_ncrn.simulate.handling import PERFECT, Handling
from dsd_ncrn.simulate.imperfections.realisation import Imperfection, Mixture, Realisation, perfect

IMPERFECTIONS: Family[Imperfection] = Family("imperfection", MAGNITUDES)


def realise(given: Imperfections, mixture: Mixture, random: Generator) -> Realisation:
    """Draw one tube.

    Every imperfection has a stream of its own, so that the magnitude of one does not change what is drawn for another.
    """
    found, streams = perfect(mixture), random.spawn(len(IMPERFECTIONS) + 1)
    for imperfection, stream in zip(IMPERFECTIONS.values(), streams):
        magnitude = getattr(given, imperfection.name)
        found = imperfection.apply(found, mixture, magnitude, stream) if magnitude else found
    if found.handling != PERFECT:
        found = replace(found, handling=_told(found.handling, given, int(streams[-1].integers(2**63))))
    return found


CHANCE = (
    "pipetting",
    "inactive",
    "initial_leak",
    "washed_leak",
    "rate_spread",
    "leak_spread",
    "toehold_spread",
    "addition",
    "pull_jitter",
    "calibration",
    "loading",
)
"""What differs from tube to tube, or from one time to the next."""


def typical(given: Imperfections, mixture: Mixture) -> Realisation:
    """The tube in the middle: gates and stocks as they are usually, handled as usual; what is mixed has not leaked yet."""
    found = realise(given.model_copy(update=dict.fromkeys(CHANCE, 0.0)), mixture, np.random.default_rng(0))
    return replace(found, doses=found.doses * (1.0 - given.inactive))


def _told(handling: Handling, given: Imperfections, seed: int) -> Handling:
    """The handling with what says how its imperfections go."""
    kept = {"slurry": given.slurry, "least": given.least, "jitter": given.pull_jitter, "one_magnet": given.one_magnet}
    return replace(handling, **kept, seed=seed)
