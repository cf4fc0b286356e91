"""What a simulation returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dsd_ncrn.arrays import Floats


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Concentrations over time: ``times`` (n,), s, or dimensionless for an ideal network; ``values`` (n, species)."""

    species: tuple[str, ...]
    times: Floats
    values: Floats
    phase_starts: tuple[tuple[str, float], ...] = ()

    def of(self, name: str) -> Floats:
        """One species' concentrations, shape (n,)."""
        return self.values[:, self.species.index(name)]


@dataclass(frozen=True, eq=False)
class Training:
    """A whole training, in the design's dimensionless units.

    ``parameters`` (iterations + 1, p) starts with the initial values; ``predictions`` and ``targets`` (iterations,
    outputs) are those of the training points as they came; ``test_before`` and ``test_after`` are the predictions on
    ``test_targets`` (m, outputs) with the initial and the final parameters. ``fuel_used`` maps a component to its
    consumption per iteration, shape (iterations,), in nM; empty for an ideal network.
    """

    level: str
    parameter_names: tuple[str, ...]
    parameters: Floats
    predictions: Floats
    targets: Floats
    epochs: int
    test_targets: Floats
    test_before: Floats
    test_after: Floats
    fuel_used: Mapping[str, Floats] = field(default_factory=dict[str, Floats])
    fuel_start: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def iterations(self) -> int:
        """Number of training iterations done."""
        return len(self.predictions)

    @property
    def rmse_before(self) -> float:
        """Root mean square error on the test set before training."""
        return rmse(self.test_before, self.test_targets)

    @property
    def rmse_after(self) -> float:
        """Root mean square error on the test set after training."""
        return rmse(self.test_after, self.test_targets)


def rmse(predictions: Floats, targets: Floats) -> float:
    """Root mean square difference over all entries of two arrays of the same shape."""
    return float(np.sqrt(np.mean((predictions - targets) ** 2)))
