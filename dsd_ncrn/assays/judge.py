"""What is wrong with a fit: wells that do not fit, two that may have been swapped, units that cannot be, smooth misfits.

Then wells that a fit has not seen: what it says that they show, beside what was read. Noise is no error of a prediction, so
that what is compared is smoothed: the error of a well is the largest distance between the running means of its trace and of
the prediction, over the range of the former. Where a well shows little, noise alone is a large part of its range even so;
how much is told beside. Made-up wells, whose noise is known, are compared without it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.fit import Fit, Problem
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.noise import Noise, correlated
from dsd_ncrn.assays.wells import Assay, Purpose, Well, read_values

UNLIKELY, WORSE = 3.0, 2.0
"""Deviations from what is known of a dose, and whitened residuals over those of the usual well, from which on a well is bad."""
SMOOTH = 5
"""Readings whose mean is a smoothed residual."""
SMOOTH_MISFIT = 0.03
"""A smoothed residual of that share of full scale is no noise."""
LEAST_GAIN, MOST_TRIED = 20.0, 6
"""By how much exchanging two wells has to lower the sum of squares, and of how many wells pairs are tried."""


@dataclass(frozen=True)
class WellFit:
    """One well: root mean square of its residuals and their largest when smoothed, over full scale; the former over the noise
    of the usual well; what doses are off, in deviations; and what is wrong with it, "" for nothing.
    """

    well: str
    rms: float
    smoothed: float
    over_usual: float
    off: float
    problem: str


def well_fits(fit: Fit) -> tuple[WellFit, ...]:
    """The wells that were read, in their order."""
    # Against the usual well and not against the noise: where all are a little off the noise was fitted too large.
    sizes = {well: float(np.sqrt(np.mean(fit.noise.white(fit.residuals(well)) ** 2))) for well in fit.predictions}
    usual = float(np.median(list(sizes.values()))) or 1.0
    return tuple(_judged(fit, well, size / usual) for well, size in sizes.items())


def _judged(fit: Fit, well: str, over: float) -> WellFit:
    away = [((x - p.inside(p.start)) / p.spread, p) for x, p in zip(fit.x, fit.parameters) if p.of == well and p.spread > 0]
    off, which = max(((abs(float(z)), p) for z, p in away), key=lambda each: each[0], default=(0.0, None))
    # A fit bends a wrong dose until it suits: the well fits then, and its dose is what is unlikely.
    residual = fit.residuals(well)
    problem = ""
    if over > WORSE:
        problem = f"it does not fit: residuals are {over:.1f} times those of the usual well"
    elif off > UNLIKELY and which is not None:
        size = f"{which.outside(float(fit.x[fit.parameters.index(which)])):.2f}" if which.log else ""
        what = f"the dose of {which.component} seems to be {size} times what the layout says" if size else "its start is off"
        problem = f"{what}, {off:.1f} deviations away"
    rms = float(np.sqrt(np.mean(residual**2))) / fit.scale
    return WellFit(well, rms, float(np.abs(smoothed(residual)).max()) / fit.scale, over, off, problem)


def smoothed(residual: Floats) -> Floats:
    """Running means of SMOOTH readings; of fewer all of them."""
    width = min(SMOOTH, len(residual))
    return np.convolve(residual, np.ones(width) / width, "valid")


def swapped(fit: Fit, wells: tuple[WellFit, ...]) -> tuple[str, str] | None:
    """The two wells that fit much better with each other's trace; None where there are none, or all fit anyway.

    A swap spoils the fit of all wells, so that pairs of those that are furthest off are tried, and the best one is told.
    """
    if not any(each.problem for each in wells) and worst_smoothed(fit) < SMOOTH_MISFIT:
        return None
    traces = {well.name: well.trace for well in fit.assay.wells if well.purpose is Purpose.SAMPLE}
    worst = sorted((each for each in wells if each.well in traces), key=lambda each: -each.rms)[:MOST_TRIED]
    # The doses that a swap has bent are put back first. A rough search does: a true swap gains hundreds, the limit is 20.
    x = np.array([p.inside(p.start) if p.quantity is Quantity.DOSE else v for v, p in zip(fit.x, fit.parameters)])
    costs: dict[tuple[str, str], float] = {}
    for one, other in combinations([each.well for each in worst], 2):
        taken = {one: traces[other], other: traces[one]}
        exchanged = tuple(replace(w, trace=taken.get(w.name, w.trace)) for w in fit.assay.wells)
        costs[one, other] = Problem(replace(fit.assay, wells=exchanged), fit.noise).solve(x, tolerance=1e-2)[1]
    best = min(costs, key=lambda pair: costs[pair], default=None)
    if best is None or fit.cost - costs[best] < LEAST_GAIN:
        return None
    return (best[0], best[1]) if best[0] < best[1] else (best[1], best[0])


def worst_smoothed(fit: Fit) -> float:
    """The largest smoothed residual of all wells, over full scale."""
    return max(float(np.abs(smoothed(fit.residuals(well))).max()) for well in fit.predictions) / fit.scale


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
