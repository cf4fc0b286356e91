"""A peer simulates what is exported: libRoadRunner's trajectories against those of the project's own engines."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from cli.job import job_of
from dsd_ncrn.crn.sbml import sbml_of, sbml_problems
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.simulate.engines import INTEGRATING, engine_named
from dsd_ncrn.simulate.mass_action import from_crn
from interchange_networks import DESIGNS, PLAIN, clocked, example
from interchange_peers import simulated

Floats = NDArray[np.float64]
TOLERANCE = 1e-6
"""Of the largest concentration that a species has."""
TRACE = 1e-5
"""Of the largest concentration of all: species that stay below it are compared on this scale."""
LOADED = {"X1": 1.5, "X2": 3.0, "Y": 4.0}


@cache
def regressor() -> Crn:
    """The Neural CRN of the linear regressor with a point loaded."""
    crn = job_of(DESIGNS / "linreg2d.toml", 0).study.ncrn.crn
    return replace(crn, initial={**crn.initial, **LOADED})


def own(crn: Crn, engine: str, seconds: float = 4000.0, points: int = 12) -> tuple[Floats, Floats]:
    """Times and concentrations (times, species) by one of the engines, phase by phase."""
    system = from_crn(crn)
    stepper = engine_named(engine).prepare(system, 1e-10, 1e-13)
    state, start = np.array([crn.initial.get(name, 0.0) for name in crn.species]), 0.0
    times, values = [np.zeros(1)], [state[None]]
    for name, duration in [(phase.name, phase.duration) for phase in crn.phases] or [("", seconds)]:
        running = [not each.phases or name in each.phases for each in crn.reactions]
        grid = np.linspace(0.0, duration, points)
        solution = stepper.solve(state, grid, np.where(running, system.rates, 0.0))
        assert solution.ok, solution.status
        state, times, values = solution.values[-1], [*times, grid[1:] + start], [*values, solution.values[1:]]
        start += duration
    return np.concatenate(times), np.concatenate(values)


def disagreement(crn: Crn, engine: str) -> float:
    """The largest difference of any species at any time, over that species' largest concentration."""
    times, ours = own(crn, engine)
    theirs = simulated(sbml_of(crn), crn.species, times)
    scale = np.maximum(ours.max(axis=0), TRACE * ours.max())
    return float((np.abs(ours - theirs).max(axis=0) / scale).max())


@pytest.mark.parametrize("engine", INTEGRATING)
def test_an_iteration_of_the_linear_regressor(engine: str) -> None:
    """libRoadRunner, one whole iteration with all phases: forward, backward, flush."""
    crn = regressor()
    assert sbml_problems(sbml_of(crn)) == ()
    assert disagreement(crn, engine) < TOLERANCE


def test_the_exported_iteration_learns() -> None:
    """The gradient in closed form, g_i = T (yhat - y) x_i, from libRoadRunner's run alone.

    For f = theta x + beta with Z(0) = 0, yhat = T (theta . x + 2 beta); the learning rate is the constant of N3.
    k_fast / k_slow = 1000 lets the network be off by the share of T that N2 takes, about 0.2 %.
    """
    crn = regressor()
    c1, c2 = crn.phases[:2]
    rate = next(each.rate for each in crn.reactions if each.origin.stage == "N3")
    theta = np.array([crn.initial[name] for name in ("P1", "P2")])
    x = np.array([LOADED["X1"], LOADED["X2"]])
    error = c1.duration * (theta @ x + 2 * crn.initial["B"]) - LOADED["Y"]
    after = simulated(sbml_of(crn), crn.species, np.array([0.0, c1.duration, c1.duration + c2.duration]))[-1]
    made = [after[crn.species.index(f"G{i}p")] - after[crn.species.index(f"G{i}m")] for i in (1, 2)]
    assert made == pytest.approx(rate * c2.duration * error * x, rel=1e-2)


@pytest.mark.parametrize("crn", [clocked(), *map(example, PLAIN)], ids=lambda crn: crn.name)
@pytest.mark.parametrize("engine", INTEGRATING)
def test_small_networks(crn: Crn, engine: str) -> None:
    """libRoadRunner against both engines."""
    assert disagreement(crn, engine) < TOLERANCE


def plain(name: str) -> Crn:
    return example(DESIGNS / f"{name}.crn")


def ran(name: str, seconds: float = 4000.0) -> dict[str, Floats]:
    """Trajectories of a plain network by name of species, under ``time`` the times."""
    crn = plain(name)
    times, values = own(crn, "rosenbrock", seconds, points=400)
    return {"time": times, **{species: values[:, number] for number, species in enumerate(crn.species)}}


def test_the_majority_wins() -> None:
    """Conservation of X + Y + B, and the protocol's outcome."""
    trace = ran("approximate_majority")
    assert trace["X"] + trace["Y"] + trace["B"] == pytest.approx(100.0, rel=1e-9)
    assert trace["X"][-1] == pytest.approx(100.0, rel=1e-6)


def test_prey_and_predators_stay_on_their_orbit() -> None:
    """Lotka and Volterra's constant of motion; the orbit closes near 1 h, as the file says."""
    trace = ran("lotka_volterra", 2e4)
    prey, predator = trace["prey"], trace["predator"]
    constant = 2e-5 * (prey + predator) - 2e-3 * (np.log(prey) + np.log(predator))
    assert constant == pytest.approx(constant[0], rel=1e-8)
    peaks = trace["time"][1:-1][(prey[1:-1] > prey[:-2]) & (prey[1:-1] > prey[2:])]
    assert np.diff(peaks).mean() == pytest.approx(3600.0, rel=0.1)


def test_rock_paper_scissors_conserves_sum_and_product() -> None:
    """d/dt of A + B + C and of A B C is 0 for equal constants."""
    trace = ran("rock_paper_scissors")
    assert trace["A"] + trace["B"] + trace["C"] == pytest.approx(100.0, rel=1e-9)
    assert trace["A"] * trace["B"] * trace["C"] == pytest.approx(24_000.0, rel=1e-7)
