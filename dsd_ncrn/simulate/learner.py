"""What training needs of a learner, be it an ideal network or a tube of strands."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.engines.types import Solution

Floats = NDArray[np.float64]


class Learner(Protocol):
    """A pot with a state. Values are in the design's dimensionless units."""

    def predict(self, x: Floats) -> Floats:
        """The outputs of a forward phase, from a copy of the state: shape (outputs,)."""
        ...

    def iterate(self, x: Floats, y: Floats) -> Floats:
        """One training iteration; returns the outputs of its forward phase."""
        ...

    def parameters(self) -> Floats:
        """The parameters that the next iteration will use, shape (parameters,)."""
        ...


def checked(solution: Solution, where: str) -> Floats:
    """The concentrations of a solution that reached its end. Raises CheckFailed with the engine's advice."""
    if not solution.ok:
        raise CheckFailed(f"the simulation of {where} stopped: {solution.status}")
    return solution.values
