"""Engines side by side on one iteration of the linear regressor, at strand level, without and with leaks.

Run ``uv run benchmarks/engines.py``; see README.md. All engines get the same tolerances and the same protocol in the same
process; the error is the largest difference of any species from a run at 1e-10, and that of the parameters.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.sparse import csc_matrix, csr_matrix, identity

from dsd_ncrn.analysis.study import Study, prepare
from dsd_ncrn.design.load import load_design
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.types import Engine, Solution, Stepper
from dsd_ncrn.simulate.mass_action import NONE, MassAction
from dsd_ncrn.simulate.tube import Tube

Floats = NDArray[np.float64]
DESIGN = Path(__file__).parent.parent / "designs" / "linreg2d.toml"
REFERENCE = 1e-10


class ScipyBdf:
    """SciPy's BDF with the sparse analytic Jacobian, as it would be used without an engine of one's own."""

    name = "scipy BDF"

    def prepare(self, system: MassAction, relative: float, absolute: float) -> ScipyStepper:
        """Bind a system."""
        shape = (system.size, len(system.rates))
        net = csr_matrix((system.net_change, (system.net_species, system.net_reaction)), shape=shape)
        return ScipyStepper(system, net, relative, absolute)


@dataclass(frozen=True, eq=False)
class ScipyStepper:
    """SciPy's BDF bound to one system."""

    system: MassAction
    net: csr_matrix
    relative: float
    absolute: float

    def derivative(self, rates: Floats) -> Callable[[float, Floats], Floats]:
        """dy/dt as a function of t and y."""
        padded, extended = self.padded(), np.ones(self.system.size + 1)

        def derivative(_: float, y: Floats) -> Floats:
            extended[:-1] = y
            return self.net @ (rates * extended[padded].prod(axis=1))

        return derivative

    def jacobian(self, rates: Floats) -> Callable[[float, Floats], csr_matrix]:
        """The derivative of dy/dt by y as a function of t and y."""
        padded, extended, numbers = self.padded(), np.ones(self.system.size + 1), np.arange(len(rates))
        there = [np.flatnonzero(column != NONE) for column in self.system.reactants.T]
        rows = np.concatenate([numbers[present] for present in there])
        columns = np.concatenate([padded[present, which] for which, present in enumerate(there)])

        def jacobian(_: float, y: Floats) -> csr_matrix:
            extended[:-1] = y
            factors = extended[padded]
            others = [rates * np.delete(factors, which, axis=1).prod(axis=1) for which in range(padded.shape[1])]
            slopes = np.concatenate([values[present] for values, present in zip(others, there, strict=True)])
            return self.net @ csr_matrix((slopes, (rows, columns)), shape=(len(rates), self.system.size))

        return jacobian

    def padded(self) -> NDArray[np.int64]:
        """Reactants, with a species that is always 1 in place of none."""
        return np.where(self.system.reactants == NONE, self.system.size, self.system.reactants)

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate; see the Stepper protocol."""
        span, limits = (times[0], times[-1]), {"rtol": self.relative, "atol": self.absolute}
        done = solve_ivp(self.derivative(rates), span, start, "BDF", times, jac=self.jacobian(rates), **limits)
        return Solution(done.y.T, "ok" if done.success else done.message, int(done.nfev))


class SparseCvode:
    """CVODE with its sparse solver and an analytic Jacobian; the package's own CVODE engine uses the dense one."""

    name = "CVODE sparse"

    def prepare(self, system: MassAction, relative: float, absolute: float) -> SparseCvodeStepper:
        """Bind a system."""
        return SparseCvodeStepper(ScipyBdf().prepare(system, relative, absolute))


@dataclass(frozen=True, eq=False)
class SparseCvodeStepper:
    """CVODE bound to one system."""

    terms: ScipyStepper

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate; see the Stepper protocol."""
        from sksundae.cvode import CVODE

        derivative, jacobian = self.terms.derivative(rates), self.terms.jacobian(rates)
        ones = self.terms.jacobian(np.ones(len(rates)))(0.0, np.ones(len(start)))
        ones.data[:] = 1.0
        pattern = (ones + identity(len(start))).tocsc()
        pattern.sort_indices()
        full = csc_matrix((np.zeros(pattern.nnz), pattern.indices, pattern.indptr), shape=pattern.shape)

        def slope(t: float, y: Floats, out: Floats) -> None:
            out[:] = derivative(t, y)

        def entries(t: float, y: Floats, _: Floats, out: Floats) -> None:
            found = jacobian(t, y).tocoo()
            keys = found.col * len(start) + found.row
            out[:] = 0.0
            np.add.at(out, np.searchsorted(places, keys), found.data)

        places = np.repeat(np.arange(len(start)), np.diff(full.indptr)) * len(start) + full.indices
        options = {"rtol": self.terms.relative, "atol": self.terms.absolute, "max_num_steps": 100_000}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that the pattern is used for our Jacobian alone
            solver = CVODE(slope, jacfn=entries, sparsity=pattern, linsolver="sparse", method="BDF", **options)
        done = solver.solve(np.linspace(times[0], times[-1], 3), start)
        return Solution(done.y[[0, -1]], "ok" if done.success else done.message, int(done.nfev))


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


def timed(study: Study, network: ReactionNetwork, leak: float, engine: Engine, repeats: int) -> tuple[float, Floats, Floats]:
    """The best wall-clock time of an iteration in ms, and where it ends."""
    tube = replace(study, engine=engine).tube(network, leak)
    start, best = tube.state, np.inf
    state = parameters = start
    for _ in range(repeats):
        tube.state = start
        began = time.perf_counter()
        state, parameters = iteration(tube, study)
        best = min(best, time.perf_counter() - began)
    return best * 1e3, state, parameters


def compare(study: Study, title: str, network: ReactionNetwork, leak: float, tolerances: tuple[float, ...]) -> None:
    """One table."""
    ours = engine_named("rosenbrock")
    _, true_state, true_parameters = timed(study, network, leak, At(ours, REFERENCE), 1)
    print(f"\n{title}: {len(network.names)} species, {len(network.steps)} steps")
    print(f"{'engine':<14}{'tolerance':>10}{'ms':>10}{'ratio':>8}{'error nM':>11}{'parameters':>12}")
    for tolerance in tolerances:
        base = None
        for engine, repeats in ((ours, 5), (SparseCvode(), 2), (engine_named("cvode"), 1), (ScipyBdf(), 2)):
            ms, state, parameters = timed(study, network, leak, At(engine, tolerance), repeats)
            base = base or ms
            errors = np.abs(state - true_state).max(), np.abs(parameters - true_parameters).max()
            row = f"{engine.name:<14}{tolerance:>10.0e}{ms:>10.1f}{ms / base:>8.1f}{errors[0]:>11.1e}{errors[1]:>12.1e}"
            print(row, flush=True)


@click.command()
@click.option("--tolerance", "tolerances", multiple=True, type=float, default=(1e-3, 1e-6), show_default=True)
def main(tolerances: tuple[float, ...]) -> None:
    """Time every engine."""
    study = prepare(load_design(DESIGN), seed=0)
    iteration(study.tube(), study)  # compiled code is loaded before the clock runs
    compare(study, "without leaks", study.network, 0.0, tolerances)
    compare(study, "with leaks at 0.01 /M/s", study.leaky_network(), 1e-11, tolerances)


if __name__ == "__main__":
    main()
