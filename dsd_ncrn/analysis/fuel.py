"""What a training consumes."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.analysis.types import FuelBudget
from dsd_ncrn.simulate.types import Training

DEPLETION = 0.1
"""Errors become visible when a gate has lost about this fraction."""


def fuel_budget(training: Training) -> FuelBudget:
    """The budget of a training with top-up, in which each iteration starts from full fuels."""
    used = {name: float(np.mean(amounts)) for name, amounts in training.fuel_used.items()}
    fraction = {name: amount / training.fuel_start[name] for name, amount in used.items()}
    limiting = max(fraction, key=lambda name: fraction[name])
    return FuelBudget(fraction, used, DEPLETION / fraction[limiting], limiting)
