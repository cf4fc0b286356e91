"""The engines on large strand networks: errors in multiples of the tolerance, and two independent codes against each other."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.simulate.engines import INTEGRATING, engine_named
from dsd_ncrn.simulate.engines.cvode import LARGE, CvodeEngine
from dsd_ncrn.simulate.engines.equations import equations_of
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.mass_action import NONE, MassAction, mass_action

Floats = NDArray[np.float64]
DATA = Path(__file__).parent.parent / "benchmarks" / "data"
TIMES = np.array([0.0, 1e4])
SIZES = ("sim_n14", "sim_n100")


@cache
def network(name: str) -> tuple[MassAction, Floats]:
    """Two-domain modules with leaks, 257 and 1,741 species, and start concentrations in nM."""
    with np.load(DATA / f"{name}.npz") as file:
        found = {key: file[key] for key in file}
    sides = ([[index for index in row if index != NONE] for row in found[side].tolist()] for side in ("reac", "prod"))
    reactions = list(zip(*sides, found["k"].tolist(), strict=True))
    return mass_action([str(each) for each in found["names"]], reactions), found["y0"].astype(float)


def end(name: str, engine: Engine, tolerance: float) -> Floats:
    system, start = network(name)
    solution = engine.prepare(system, tolerance, tolerance).solve(start, TIMES, system.rates)
    assert solution.ok
    return solution.values[-1]


@cache
def reference(name: str) -> Floats:
    return end(name, engine_named("rosenbrock"), 1e-11)


@pytest.mark.parametrize("name", SIZES)
def test_two_codes_have_the_same_limit(name: str) -> None:
    """RODAS4 at 1e-11 and CVODE at 1e-10 share no code for the method or the linear systems: 1e-9 of the largest value."""
    other = end(name, engine_named("cvode"), 1e-10)
    assert np.abs(other - reference(name)).max() < 1e-9 * reference(name).max()


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize(("engine", "most"), [("rosenbrock", 3.0), ("cvode", 20.0)])
@pytest.mark.parametrize("name", SIZES)
def test_errors_are_a_few_times_the_tolerance(name: str, engine: str, most: float, tolerance: float) -> None:
    """Of every species, in multiples of tolerance * (1 nM + its concentration).

    Solvers bound the error of a step, which adds up: RODAS4 ends within 3 tolerances (measured 0.2 to 2.9), CVODE, which
    takes more and smaller steps of its own choice, within 20 (measured 4.8 to 17).
    """
    error = np.abs(end(name, engine_named(engine), tolerance) - reference(name))
    assert (error < most * tolerance * (1.0 + reference(name))).all()


def test_the_sparse_and_the_dense_solver_of_cvode_agree() -> None:
    """The same steps with other linear algebra: equal to a thousandth of the tolerance. Small systems are dense."""
    system, start = network("sim_n14")
    stepper = CvodeEngine().prepare(system, 1e-6, 1e-6)
    assert stepper.sparse and system.size >= LARGE
    sparse, dense = (each.solve(start, TIMES, system.rates).values[-1] for each in (stepper, replace(stepper, sparse=False)))
    assert sparse == pytest.approx(dense, rel=1e-9, abs=1e-9)
    small = mass_action(["A", "B"], [([0], [1], 1.0)])
    assert not CvodeEngine().prepare(small).sparse


@pytest.mark.parametrize("name", INTEGRATING)
def test_nothing_is_negative_beyond_the_tolerance(name: str) -> None:
    """Concentrations stay above minus ten tolerances at every one of 50 times."""
    system, start = network("sim_n14")
    values = engine_named(name).prepare(system, 1e-6, 1e-6).solve(start, np.linspace(0.0, 1e4, 50), system.rates).values
    assert values.min() > -1e-5


def test_the_jacobian_is_the_derivative_of_the_equations() -> None:
    """Central differences of dy/dt, whose error is nought for reactions of up to two reactants but for rounding."""
    system, start = network("sim_n14")
    equations, y = equations_of(system), start + 1.0
    derivative = equations.derivative(system.rates)
    matrix = equations.pattern.toarray()
    matrix[equations.pattern.indices, np.repeat(np.arange(system.size), np.diff(equations.pattern.indptr))] = (
        equations.jacobian(system.rates)(y)
    )
    shifts = np.eye(system.size)
    differences = np.array([(derivative(y + shift) - derivative(y - shift)) / 2 for shift in shifts]).T
    assert matrix == pytest.approx(differences, abs=1e-9)
