"""What hands, pipettes, beads and air do to a tube from one event to the next: the pot asks here whatever happens to it.

All of it is off by default, and every number then is that of a perfect hand, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.random import Generator

from dsd_ncrn.arrays import Flags, Floats

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Handling:
    """How events go that are not perfect.

    ``addition`` is the coefficient of variation of every single addition. With ``strand_stock`` and ``complex_stock`` (nM)
    what is added of either takes its volume, and no addition less than the share ``least`` of that of the start; beads hold
    ``slurry`` (nM) of strands and bring the share ``carried`` of the slurry's liquid along. A pull-down lasts ``pull`` (s),
    give or take the share ``jitter``, while reactions go on. It leaves ``missed`` of the beads, which the next one takes, and
    ``never``, which stay for good; it takes all beads with the same tag where there is ``one_magnet``. Every move onto beads
    and off them loses ``lost`` of the volume. ``evaporation`` is the share of the volume that an hour takes. ``calibration``
    and ``loading`` are the coefficients of variation of firings that are measured and of parameters that are loaded for that.
    ``seed`` decides what chance does.
    """

    addition: float = 0.0
    strand_stock: float = 0.0
    complex_stock: float = 0.0
    least: float = 0.0
    slurry: float = 0.0
    carried: float = 0.0
    pull: float = 0.0
    jitter: float = 0.0
    missed: float = 0.0
    never: float = 0.0
    one_magnet: bool = False
    lost: float = 0.0
    evaporation: float = 0.0
    calibration: float = 0.0
    loading: float = 0.0
    seed: int = 0

    def really(self, doses: Floats, number: int) -> Floats:
        """What an addition of ``doses`` (components,), nM, comes to as the ``number``-th event; other doses are drawn anew."""
        if not self.addition:
            return doses
        return doses * np.maximum(0.0, 1.0 + self.addition * self._chance(number, doses).standard_normal(len(doses)))

    @property
    def takes_volume(self) -> bool:
        """Whether additions have a volume."""
        return bool(self.strand_stock or self.complex_stock or self.carried)

    def growth(self, doses: Floats, complexes: Flags, on_beads: Flags, poured: Flags, spare: float = 1.0) -> float:
        """By which share of itself ``doses`` (components,), nM, make the volume grow; of slurry the carried part alone does.

        What is ``poured`` (components,) comes as liquid; that may be on beads as well, which catch it later. It is at
        least ``spare`` times the least volume.
        """
        stocks = np.where(complexes, self.complex_stock, self.strand_stock)
        liquid = float(np.divide(doses, stocks, out=np.zeros(len(doses)), where=(stocks > 0) & poured).sum())
        slurry = float(doses[on_beads].sum()) / self.slurry if self.slurry else 0.0
        added = max(liquid, spare * self.least) if doses[poured].any() else 0.0
        return added + (self.carried * max(slurry, self.least) if doses[on_beads].any() else 0.0)

    def pull_seconds(self, number: int) -> float:
        """How long the ``number``-th event lasts, a pull-down."""
        return self.pull * (1.0 + self.jitter * self._chance(number).uniform(-1.0, 1.0)) if self.jitter else self.pull

    def stragglers(self, present: float, late: float, never: float) -> tuple[float, float]:
        """What of ``present`` beads a pull-down leaves: those that the next one takes, and those that stay; all nM of strands.

        ``late`` of those present have been missed once, and ``never`` are never caught.
        """
        fresh = max(0.0, present - late - never)
        return self.missed * fresh, min(never, present) + self.never * fresh

    def _chance(self, number: int, doses: Floats | None = None) -> Generator:
        # By the nearest 12 bits of each dose, one part in 4,000: chance does not turn on how the last bits were rounded.
        told = 0 if doses is None else crc32((doses.astype(np.float32).view(np.uint32) + 1024 >> 11).tobytes())
        return np.random.default_rng((self.seed, number, told))


PERFECT = Handling()
"""The hand that does what it is told."""
