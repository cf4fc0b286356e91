"""What a training consumes, and what it comes to if that is not replaced at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from dsd_ncrn.analysis.results import FuelAddition
from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.results import Training

DEPLETION = 0.1
"""Errors become visible when a gate has lost about this fraction."""


@dataclass(frozen=True, slots=True)
class FuelBudget:
    """Consumption of fuels and gates.

    ``used_fraction`` is the mean consumption per iteration over what is there when the iteration starts;
    ``iterations_to_10_percent`` counts iterations without top-up until the limiting fuel has lost a tenth, ``lasts`` until
    each one has (infinity for one that is not used). ``schedule`` adds a fuel just before it would have lost a tenth.
    """

    used_fraction: Mapping[str, float]
    used_nM: Mapping[str, float]
    iterations_to_10_percent: float
    limiting_fuel: str
    lasts: Mapping[str, float]
    schedule: tuple[FuelAddition, ...]


def fuel_budget(training: Training) -> FuelBudget:
    """The budget of a training with top-up, in which each iteration starts from full fuels."""
    used = {name: float(np.mean(amounts)) for name, amounts in training.fuel_used.items()}
    fraction = {name: amount / training.fuel_start[name] for name, amount in used.items()}
    lasts = {name: DEPLETION / share if share > 0 else np.inf for name, share in fraction.items()}
    limiting = max(fraction, key=lambda name: fraction[name])
    return FuelBudget(fraction, used, lasts[limiting], limiting, lasts, top_up_schedule(training))


def top_up_schedule(training: Training) -> tuple[FuelAddition, ...]:
    """What to add before which iteration so that no fuel starts one with less than nine tenths and ends it with less still.

    A fuel is added, in the amount that is gone, before the first iteration that would bring its loss above a tenth; one
    that loses more than that in a single iteration is added before each. Consumption is that measured with full fuels.
    """
    added = [
        each for name in training.fuel_used for each in _additions(name, training.fuel_used[name], training.fuel_start[name])
    ]
    return tuple(sorted(added, key=lambda each: (each.iteration, each.fuel)))


def _additions(fuel: str, used: Floats, start: float) -> Iterator[FuelAddition]:
    gone = 0.0
    for number, amount in enumerate(used, start=1):
        if gone > 0 and gone + amount > DEPLETION * start:
            yield FuelAddition(number, fuel, float(gone))
            gone = 0.0
        gone += amount
