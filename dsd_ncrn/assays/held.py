"""Wells that a fit has not seen: what it says that they show, beside what was read.

Noise is no error of a prediction, so that what is compared is smoothed: the error of a well is the largest distance between
the running means of its trace and of the prediction, over the range of the former. Where a well shows little, noise alone is
a large part of its range even so; how much is told beside. Made-up wells, whose noise is known, are compared without it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.fit import Fit, Problem
from dsd_ncrn.assays.judge import smoothed
from dsd_ncrn.assays.noise import Noise, correlated
from dsd_ncrn.assays.wells import Assay, Purpose, Well, read_values

DRAWS, USUAL = 400, 0.95
"""Traces of noise that are drawn, and the share of them that reach less than what is told."""


@dataclass(frozen=True)
class Check:
    """The error of a well that was held out, as the layout has its doses (``mixed``), and with those doses within what is known
    of pipetting that suit it best (``dosed``); and what noise alone reaches in 95 of 100 traces. All over the well's range.
    """

    well: str
    mixed: float
    dosed: float
    noise: float

    def __str__(self) -> str:
        return (
            f"well {self.well}, held out: off by up to {self.dosed:.1%} of its range, {self.mixed:.1%} as mixed by the layout; "
            f"noise alone reaches {self.noise:.1%}"
        )


def without_held(assay: Assay) -> tuple[Assay, tuple[Well, ...]]:
    """The assay to be fitted, and the wells with readings that are held out."""
    held = tuple(well for well in assay.wells if well.purpose is Purpose.HELD and well.trace is not None)
    return replace(assay, wells=tuple(well for well in assay.wells if well.purpose is not Purpose.HELD)), held


def foretold(fit: Fit, well: Well) -> tuple[Floats, Floats]:
    """What a well that was held out should show (points,): as mixed by the layout, and with the doses and start that suit it
    best. Kinetics and readout are as fitted. Raises CheckFailed where an integration stops.
    """
    # Kinetics, gain and blank become constants; what is left are the well's own doses and start, with what is known of them.
    found = {p.name: p.outside(float(x)) for p, x in zip(fit.parameters, fit.x) if not p.nuisance}
    assay = replace(fit.assay, wells=(replace(well, purpose=Purpose.SAMPLE),), fixed={**fit.assay.fixed, **found}, given=())
    problem = Problem(assay, fit.noise)
    start = np.array([p.inside(p.start) for p in assay.parameters])
    mixed = problem.predictions(start)[well.name].values
    return mixed, problem.predictions(problem.solve(start)[0])[well.name].values


def error(foretold: Floats, trace: Floats) -> float:
    """The largest distance of the two (points,) when they are smoothed, over the range of the latter."""
    return float(np.abs(smoothed(foretold - trace)).max() / np.ptp(trace))


def checked(fit: Fit, well: Well) -> Check:
    """How far off the prediction is for a well that was held out. Raises as ``foretold``."""
    assert well.trace is not None
    read = read_values(well.trace)[1]
    mixed, dosed = (error(each, read) for each in foretold(fit, well))
    return Check(well.name, mixed, dosed, _of_noise(fit.noise, len(read)) / float(np.ptp(read)))


def _of_noise(noise: Noise, points: int) -> float:
    """What the running means of noise alone reach, in the reader's units."""
    drawn = noise.deviation * correlated((points, DRAWS), noise.lag, np.random.default_rng(0))
    return float(np.quantile([np.abs(smoothed(each)).max() for each in drawn.T], USUAL))
