"""Imperfections of real tubes, applied one after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import PCG64, Generator

from dsd_ncrn.design.imperfections import MAGNITUDES, Imperfections
from dsd_ncrn.families import Family
from dsd_ncrn.kinetics.network import StepKind
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


class _Middle(Generator):
    """Has no chance in it: what it draws is the middle of what could be drawn."""

    def __init__(self) -> None:
        super().__init__(PCG64(0))

    def standard_normal(self, size: Any = None, *args: Any, **kwargs: Any) -> Any:
        """0: the middle of the normal distribution."""
        return 0.0 if size is None else np.zeros(size)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """The middle of the range."""
        return (low + high) / 2 if size is None else np.full(size, (low + high) / 2)

    def spawn(self, n_children: int) -> list[Generator]:
        """The same for every stream."""
        return [self] * n_children


def middle(given: Imperfections, mixture: Mixture) -> Realisation:
    """What is known of a tube before anything of it is measured: slow beads, the usual inactive share, pulls that take time.

    What comes triggered is left out where the network has no leaks.
    """
    certain: dict[str, float] = dict.fromkeys(("addition", "pull_jitter", "calibration", "loading"), 0.0)
    if not mixture.network.kinds(StepKind.LEAK):
        certain |= {"initial_leak": 0.0, "washed_leak": 0.0}
    return realise(given.model_copy(update=certain), mixture, _Middle())


def _told(handling: Handling, given: Imperfections, seed: int) -> Handling:
    """The handling with what says how its imperfections go."""
    kept = {"slurry": given.slurry, "least": given.least, "jitter": given.pull_jitter, "one_magnet": given.one_magnet}
    return replace(handling, **kept, seed=seed)
