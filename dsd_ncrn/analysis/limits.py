"""What a candidate of a redesign may use, what it costs, and which candidates nothing beats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.analysis.judging import THRESHOLD
from dsd_ncrn.analysis.results import Redesigned
from dsd_ncrn.arrays import Floats

LEAST_SHARE = 0.4
"""No tube costs more than one that has learned this little: how badly it fails does not matter."""
UNLUCKY = 0.3
"""What a tube costs that has not learned, beside the share that it lacks."""
BEYOND = 1.0
"""What a candidate costs that cannot be done within its limits: more than one within them whose tubes learn nothing."""
BOUNDS = {"hours": "h an iteration", "fuel_nM": "nM in all", "longest_nt": "nt", "slurry_uL": "µL of slurry", "price": "to pay"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a candidate may use: hours an iteration, nM of strands and complexes in all, nt of the longest strand, µL of slurry
    for 100 µL, and what all strands cost by the design's list."""

    hours: float = np.inf
    fuel_nM: float = np.inf
    longest_nt: float = np.inf
    slurry_uL: float = 25.0
    price: float = np.inf

    def exceeded(self, point: Redesigned) -> Iterator[tuple[str, float, float]]:
        """Every bound that a candidate exceeds, what it uses, and what it may."""
        for name in BOUNDS:
            have, most = getattr(point, name), getattr(self, name)
            if have > most:
                yield name, have, most


def limited(point: Redesigned, shares: Floats, limits: Limits, misfits: Sequence[str] = ()) -> Redesigned:
    """A candidate with its cost, and with what of it goes beyond the limits or, as ``misfits``, cannot be pipetted."""
    over = [f"{have:.4g} {BOUNDS[name]}, {most:.4g} at most" for name, have, most in limits.exceeded(point)]
    return replace(point, beyond="; ".join([*over, *misfits]), cost=cost(point, shares, limits, misfits))


def cost(point: Redesigned, shares: Floats, limits: Limits, misfits: Sequence[str] = ()) -> float:
    """1 less the mean of the shares learned (tubes,), and more for what has not learned; for what cannot be done within the
    limits ``BEYOND``, and the logarithm of how far each is exceeded."""
    lacking = np.clip(1.0 - shares, 0.0, 1.0 - LEAST_SHARE).mean() + UNLUCKY * (shares < THRESHOLD).mean()
    over = [float(np.log(have / most)) for _, have, most in limits.exceeded(point)]
    return float(lacking) + (BEYOND + sum(over) if over or misfits else 0.0)


def least_cost(point: Redesigned, shares: Sequence[float], limits: Limits, misfits: Sequence[str] = ()) -> float:
    """What a candidate costs at least of whose ``tubes`` these have learned so much: where all others learn everything."""
    most = np.array([*shares, *[1.0] * (point.tubes - len(shares))])
    return cost(point, most, replace(limits, hours=np.inf), misfits)


def front(points: Sequence[Redesigned]) -> list[Redesigned]:
    """The points that no other beats in tubes that learn, hours, slurry, fuel and price together, by falling share.

    Those that were stopped early are not on it, since their tubes are others; nor are those beyond the limits, unless all are.
    """

    def aims(point: Redesigned) -> tuple[float, ...]:
        spent = point.hours, point.slurry_uL, point.fuel_nM, 0.0 if np.isnan(point.price) else point.price
        return -point.learned / point.tubes, -round(point.share, 3), *spent

    whole = [point for point in points if point.tubes and not point.stopped]
    known = sorted([point for point in whole if not point.beyond] or whole, key=aims)
    beaten = [any(all(a <= b for a, b in zip(aims(o), aims(p))) and aims(o) != aims(p) for o in known) for p in known]
    return [point for point, lost in zip(known, beaten) if not lost]
