"""What training needs of a learner, be it an ideal network or a tube of strands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dsd_ncrn.arrays import Floats
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.engines.types import Solution


@dataclass(frozen=True, eq=False, slots=True)
class Iteration:
    """One training iteration: ``outputs`` (outputs,) and ``parameters`` (parameters,) of its forward pass."""

    outputs: Floats
    parameters: Floats


class Learner(Protocol):
    """A pot with a state. Values are in the design's dimensionless units."""

    def predict(self, x: Floats) -> Floats:
        """The outputs of a forward pass, from a copy of the state: shape (outputs,)."""
        ...

    def iterate(self, x: Floats, y: Floats) -> Iteration:
        """One training iteration with inputs (inputs,) and targets (outputs,)."""
        ...

    def parameters(self) -> Floats:
        """The parameters that the next iteration will use, shape (parameters,)."""
        ...


def checked(solution: Solution, where: str, advice: str = "") -> Floats:
    """The values (times, species) of a solution that reached its end. Raises CheckFailed with the engine's advice."""
    if not solution.ok:
        more = f"; {advice}" if advice else ""
        raise CheckFailed(f"the simulation of {where} stopped: {solution.status}{more}")
    return solution.values
