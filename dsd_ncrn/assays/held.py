"""Wells that a fit has not seen: what it says that they show, beside what was read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.assays.fit import Fit, Problem
from dsd_ncrn.assays.judge import smoothed
from dsd_ncrn.assays.wells import Assay, Purpose, Well, read_values


@dataclass(frozen=True)
class Check:
    """A well that was held out: its largest smoothed residual over the range of its readings, as the layout has its doses
    (``mixed``), and with those doses within what is known of pipetting that suit it best (``dosed``).
    """

    well: str
    mixed: float
    dosed: float

    def __str__(self) -> str:
        return (
            f"well {self.well}, held out: off by up to {self.dosed:.1%} of its range, {self.mixed:.1%} as mixed by the layout"
        )


def without_held(assay: Assay) -> tuple[Assay, tuple[Well, ...]]:
    """The assay to be fitted, and the wells with readings that are held out."""
    held = tuple(well for well in assay.wells if well.purpose is Purpose.HELD and well.trace is not None)
    return replace(assay, wells=tuple(well for well in assay.wells if well.purpose is not Purpose.HELD)), held


def checked(fit: Fit, well: Well) -> Check:
    """How far off the prediction is for a well that was held out; all but its own doses and start is as fitted.

    Raises CheckFailed where an integration stops.
    """
    assert well.trace is not None
    found = {p.name: p.outside(float(x)) for p, x in zip(fit.parameters, fit.x) if not p.nuisance}
    assay = replace(fit.assay, wells=(replace(well, purpose=Purpose.SAMPLE),), fixed={**fit.assay.fixed, **found}, given=())
    problem, read = Problem(assay, fit.noise), read_values(well.trace)[1]
    start = np.array([p.inside(p.start) for p in assay.parameters])
    at = (start, problem.solve(start)[0])
    off = (np.abs(smoothed(problem.predictions(x)[well.name].values - read)).max() / np.ptp(read) for x in at)
    return Check(well.name, *map(float, off))
