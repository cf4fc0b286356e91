"""Other explanations that fit nearly as well, and the tube that would tell them from the best one.

A wrong model can fit one set of tubes as well as the right one: a reporter that is one third active and a join that is pulled
back look alike until a tube saturates the reporter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.exports import Trace
from dsd_ncrn.assays.fit import Fit, Problem, fit_at
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.predict import Predictor
from dsd_ncrn.assays.wells import Assay, Purpose, Well, read_values
from dsd_ncrn.constants import constant
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.rates import UM_TO_NM

AS_GOOD = 6.0
"""A sum of squares that is larger by less than this is no reason to discard a model."""
DIFFERENT = 1.4
"""From this factor between rate constants or active shares on two explanations differ."""
TIMES = 30
NO_ONE = -1
OCCLUDED_NM = constant("duplex.resting").number * UM_TO_NM
"""The dissociation constant that is tried where the model has none."""


@dataclass(frozen=True, eq=False)
class Rival:
    """Another explanation: how much larger its sum of squares is (less than 0 where it fits better), which parameters differ,
    as (name, value here, value there), and the mix (nM) that tells them apart, by ``apart`` of full scale.
    """

    name: str
    excess: float
    differs: tuple[tuple[str, float, float], ...]
    mix: Mapping[str, float]
    apart: float


def rivals(fit: Fit) -> tuple[Rival, ...]:
    """The explanations that these tubes leave open. Those that cannot be integrated are left out."""
    found: list[Rival] = []
    for name, assay, start, held in _others(fit):
        try:
            problem = Problem(assay, fit.noise)
            x, cost, count = problem.solve(start, np.arange(len(start)) != held, tolerance=1e-3)
            other = fit_at(problem, x, count)
        except CheckFailed:
            continue
        differs = _differences(fit, other)
        if cost - fit.cost < AS_GOOD and differs:
            found.append(Rival(name, cost - fit.cost, differs, *_telling(fit, other)))
    return tuple(found)


def _others(fit: Fit) -> Iterator[tuple[str, Assay, Floats, int]]:
    """By name, with a start and the place of the parameter that is held there, -1 for none."""
    model, at = fit.assay.model, {p.name: n for n, p in enumerate(fit.parameters)}
    # The reporter's share is held at what it may be, and everything else fitted: if that costs little, tubes do not tell it.
    active, back = at.get(f"active share {model.reporter}"), at.get("rate constant reverse")
    if active is not None:
        for share in (0.35, 1.0):
            if abs(fit.x[active] - share) > 0.2:
                start = fit.x.copy()
                start[active] = share
                yield f"the reporter is {share:.0%} active", fit.assay, start, active
    if back is not None:
        for factor in (10.0, 0.1):
            start = fit.x.copy()
            start[back] += np.log(factor)
            yield f"the gate is pulled back {'more' if factor > 1 else 'less'} strongly", fit.assay, start, back
    # The network's rates change here and not its parameters: rests on toeholds, or none.
    occlusion = 0.0 if model.occlusion else OCCLUDED_NM
    name = "nothing rests on toeholds" if model.occlusion else f"strands rest on toeholds (K_d {OCCLUDED_NM / UM_TO_NM:g} uM)"
    yield name, replace(fit.assay, model=replace(model, occlusion=occlusion)), fit.x, NO_ONE


def _differences(fit: Fit, other: Fit) -> tuple[tuple[str, float, float], ...]:
    pairs = [
        (p.name, p.outside(float(one)), p.outside(float(two)), p.quantity)
        for p, one, two, edge in zip(fit.parameters, fit.x, other.x, fit.on_bound)
        if p.quantity in (Quantity.RATE, Quantity.ACTIVE) and not edge and "leak" not in p.of
    ]
    return tuple((name, a, b) for name, a, b, _ in pairs if max(a, b) > DIFFERENT * min(a, b))


def _telling(fit: Fit, other: Fit) -> tuple[Mapping[str, float], float]:
    """The mix for which the two predict most differently, of the tubes that there are with one dose changed."""
    mixes = list(_variants(fit.assay))
    shown = [_predicted(each, mixes) for each in (fit, other)]
    gain = [_gain(each) for each in (fit, other)]
    # Gains differ between two fits: both in nM first, so that only kinetics count.
    apart = [float(np.abs(one / gain[0] - two / gain[1]).max()) * gain[0] / fit.scale for one, two in zip(*shown)]
    best = int(np.argmax(apart))
    return mixes[best], apart[best]


def _gain(fit: Fit) -> float:
    return Predictor(fit.assay).value(fit.x, Quantity.GAIN, fit.assay.wells[0].plate, default=1.0)


def _variants(assay: Assay) -> Iterator[Mapping[str, float]]:
    """Samples with one dose three times as large, a third as large, or left out."""
    seen: set[tuple[tuple[str, float], ...]] = set()
    for well in assay.samples:
        for name in well.doses:
            for factor in (0.0, 1 / 3, 3.0):
                mix = {other: dose * (factor if other == name else 1.0) for other, dose in well.doses.items()}
                mix = {other: dose for other, dose in mix.items() if dose > 0}
                key = tuple(sorted(mix.items()))
                if assay.model.reporter in mix and key not in seen:
                    seen.add(key)
                    yield mix


def _predicted(fit: Fit, mixes: list[Mapping[str, float]]) -> list[Floats]:
    """What wells without errors of their own would show."""
    last = max(read_values(well.trace)[0][-1] for well in fit.assay.wells if well.trace is not None)
    times = np.array([last * n / TIMES for n in range(1, TIMES + 1)])
    plate = fit.assay.wells[0].plate
    wells = tuple(
        Well(
            f"mix {n}", mix, Trace(f"mix {n}", times, np.zeros(TIMES), np.zeros(TIMES, dtype=bool)), 0.0, Purpose.SAMPLE, plate
        )
        for n, mix in enumerate(mixes)
    )
    known = {p.name: p.outside(float(x)) for p, x in zip(fit.parameters, fit.x) if not p.nuisance}
    predictor = Predictor(replace(fit.assay, wells=wells, fixed={**fit.assay.fixed, **known}))
    x = np.array([p.inside(p.start) for p in predictor.parameters])
    found = predictor.predictions(x, slopes=False)
    return [found[well.name].values for well in wells]
