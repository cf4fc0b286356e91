"""Engines side by side on one iteration of the linear regressor, at strand level, without and with leaks.

Run ``uv run benchmarks/engines.py``; see README.md. All engines get the same tolerances and the same protocol in the same
process; the error is the largest difference of any species from a run at 1e-10, and that of the parameters.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.sparse import csc_matrix

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.load import load_design
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.cvode import CvodeEngine
from dsd_ncrn.simulate.engines.types import Engine, Solution, Stepper
from dsd_ncrn.simulate.mass_action import Equations, MassAction, equations_of
from dsd_ncrn.simulate.tube import Tube

Floats = NDArray[np.float64]
DESIGN = Path(__file__).parent.parent / "designs" / "linreg2d.toml"
REFERENCE = 1e-10


class ScipyBdf:
    """SciPy's BDF with the sparse analytic Jacobian, as it would be used without an engine of one's own."""

    name = "scipy BDF"

    def prepare(self, system: MassAction, relative: float, absolute: float, transients: bool = False) -> ScipyStepper:
        """Bind a system."""
        return ScipyStepper(equations_of(system), relative, absolute)


@dataclass(frozen=True, eq=False)
class ScipyStepper:
    """SciPy's BDF bound to one system."""

    equations: Equations
    relative: float
    absolute: float

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate; see the Stepper protocol."""
        derivative, values = self.equations.derivative(rates), self.equations.jacobian(rates)
        pattern = self.equations.pattern

        def jacobian(_: float, y: Floats) -> csc_matrix:
            return csc_matrix((values(y), pattern.indices, pattern.indptr), shape=pattern.shape)

        span, limits = (times[0], times[-1]), {"rtol": self.relative, "atol": self.absolute}
        done = solve_ivp(lambda _, y: derivative(y), span, start, "BDF", times, jac=jacobian, **limits)
        return Solution(done.y.T, "ok" if done.success else done.message, int(done.nfev))


class DenseCvode:
    """CVODE with its dense solver, whatever the size."""

    name = "CVODE dense"

    def prepare(self, system: MassAction, relative: float, absolute: float, transients: bool = False) -> Stepper:
        """Bind a system."""
        return replace(CvodeEngine().prepare(system, relative, absolute), sparse=False)


@dataclass(frozen=True)
class At:
    """An engine at tolerances of its own, whatever it is asked for."""

    engine: Engine
    relative: float
    name: str = "fixed"

    def prepare(self, system: MassAction, relative: float, absolute: float) -> Stepper:
        """Bind a system at the fixed tolerances."""
        return self.engine.prepare(system, self.relative, self.relative * 1e-2)


def iteration(tube: Tube, study: Study) -> tuple[Floats, Floats]:
    """State and parameters after the first training point."""
    tube.iterate(study.data.train_x[0], study.data.train_y[0])
    return tube.state, tube.parameters()


def timed(study: Study, level: str, leak: float, engine: Engine, repeats: int) -> tuple[float, Floats, Floats]:
    """The best wall-clock time of an iteration in ms, and where it ends."""
    tube = study.given(simulator=engine).tube(level, leak)
    start, best = tube.state, np.inf
    state = parameters = start
    for _ in range(repeats):
        tube.state = start
        began = time.perf_counter()
        state, parameters = iteration(tube, study)
        best = min(best, time.perf_counter() - began)
    return best * 1e3, state, parameters


def compare(study: Study, title: str, level: str, leak: float, tolerances: tuple[float, ...]) -> None:
    """One table."""
    ours = engine_named("rosenbrock")
    _, true_state, true_parameters = timed(study, level, leak, At(ours, REFERENCE), 1)
    network = study.tube(level).network
    print(f"\n{title}: {len(network.names)} species, {len(network.steps)} steps")
    print(f"{'engine':<14}{'tolerance':>10}{'ms':>10}{'ratio':>8}{'error nM':>11}{'parameters':>12}")
    for tolerance in tolerances:
        base = None
        for engine, repeats in ((ours, 5), (engine_named("cvode"), 2), (DenseCvode(), 1), (ScipyBdf(), 2)):
            ms, state, parameters = timed(study, level, leak, At(engine, tolerance), repeats)
            base = base or ms
            errors = np.abs(state - true_state).max(), np.abs(parameters - true_parameters).max()
            row = f"{engine.name:<14}{tolerance:>10.0e}{ms:>10.1f}{ms / base:>8.1f}{errors[0]:>11.1e}{errors[1]:>12.1e}"
            print(row, flush=True)


@click.command()
@click.option("--tolerance", "tolerances", multiple=True, type=float, default=(1e-3, 1e-6), show_default=True)
def main(tolerances: tuple[float, ...]) -> None:
    """Time every engine."""
    study = Study(load_design(DESIGN)).ready
    iteration(study.tube(), study)  # compiled code is loaded before the clock runs
    compare(study, "without leaks", "dsd", 0.0, tolerances)
    compare(study, "with leaks at 0.01 /M/s", "dsd_leaky", 1e-11, tolerances)


if __name__ == "__main__":
    main()
