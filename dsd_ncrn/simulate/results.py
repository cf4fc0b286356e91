"""What training needs of a learner, what a simulation returns, and the levels at which a design is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

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


@dataclass(frozen=True, slots=True)
class Level:
    """What a training is of. ``name`` is that of files, options and results, ``title`` what people read.

    ``strands`` are simulated one by one, with ``leaks``, and with ``top_up`` of their fuels before every iteration.
    ``asked`` are the levels that a training can be asked for by name alone, ``run`` those of run folders.
    """

    name: str
    title: str
    strands: bool = False
    leaks: bool = False
    top_up: bool = True
    asked: bool = True
    run: bool = True


LEVELS: Mapping[str, Level] = {
    level.name: level
    for level in (
        Level("ideal", "ideal network"),
        Level("value", "equations"),
        Level("paper_form", "equations of the paper's form", asked=False),
        Level("autonomous", "own chemical clock"),
        Level("dsd", "DNA strands", strands=True),
        Level("dsd_leaky", "DNA strands with leak", strands=True, leaks=True),
        Level("dsd_sequences", "DNA strands with these sequences", strands=True, asked=False),
        Level("dsd_diluted", "strands in a growing volume", strands=True, asked=False),
        Level("one_pot", "one pot, no top-up", strands=True, top_up=False),
        Level("one_pot_leaky", "one pot with leak", strands=True, leaks=True, top_up=False, run=False),
    )
}
"""By name, in their order everywhere."""
ASKED = tuple(name for name, level in LEVELS.items() if level.asked)
IN_RUNS = tuple(name for name, level in LEVELS.items() if level.run)


def level_of_strands(leaks: bool, top_up: bool) -> Level:
    """That of strands with their lengths' rates, with leaks and topped up or not."""
    return next(each for each in LEVELS.values() if each.strands and (each.leaks, each.top_up) == (leaks, top_up))
