"""The engines on large strand networks: errors in multiples of the tolerance, and two independent codes against each other."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.simulate.engines import INTEGRATING, cvode, engine_named
from dsd_ncrn.simulate.engines.cvode import LARGE, CvodeEngine
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.mass_action import NONE, MassAction, equations_of, mass_action

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


def tangled(species: int) -> tuple[MassAction, Floats]:
    """As many reversible reactions as species, two by two at random: their matrices fill up when they are factorised."""
    chance = np.random.default_rng(0)
    sides = chance.integers(0, species, (species, 2, 2)).tolist()
    rates = 10 ** chance.uniform(-4, -2, (species, 2))
    reactions = [(left, right, k) for (left, right), (k, _) in zip(sides, rates)]
    reactions += [(right, left, k) for (left, right), (_, k) in zip(sides, rates)]
    return mass_action([f"S{number}" for number in range(species)], reactions), chance.uniform(0, 10, species)


def test_what_fills_up_is_left_to_another_solver_of_cvode() -> None:
    """GMRES behind SciPy's factorisation: within 20 tolerances of RODAS4, as the direct solver is; and nothing is printed."""
    system, start = tangled(400)
    stepper = CvodeEngine().prepare(system, 1e-6, 1e-6)
    assert not stepper.iterative and CvodeEngine().prepare(tangled(1000)[0]).iterative
    found = replace(stepper, iterative=True).solve(start, np.array([0.0, 100.0]), system.rates).values[-1]
    exact = engine_named("rosenbrock").prepare(system, 1e-9, 1e-9).solve(start, np.array([0.0, 100.0]), system.rates).values[-1]
    assert (np.abs(found - exact) < 20e-6 * (1.0 + exact)).all()


@pytest.mark.slow
def test_three_thousand_tangled_species_survive() -> None:
    """SuperLU_MT ends the process at 3,000 of them: "Storage for L subscripts exceeded", exit code 255. Here: mass is kept."""
    system, start = tangled(3000)
    solution = CvodeEngine().prepare(system, 1e-6, 1e-6).solve(start, np.array([0.0, 0.5]), system.rates)
    assert solution.ok and solution.values[-1].sum() == pytest.approx(start.sum(), rel=1e-6)


def test_cvode_tells_of_a_blow_up_by_its_status_alone(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """2 A -> 3 A from 1 nM at 1 /nM/s is infinite after 1 s; SUNDIALS would write of it to both streams."""
    monkeypatch.setattr(cvode, "MAX_STEPS", 2000)
    system = mass_action(["A"], [([0, 0], [0, 0, 0], 1.0)])
    stepper = engine_named("cvode").prepare(system, 1e-6, 1e-9)
    solution = stepper.solve(np.array([1.0]), np.array([0.0, 5.0, 10.0]), system.rates)
    assert "CVODE stopped" in solution.status and capfd.readouterr() == ("", "")
