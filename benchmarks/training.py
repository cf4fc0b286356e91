"""Training iterations of the abstract networks of two circuits: this project's engine and libRoadRunner, side by side.

Run ``uv run benchmarks/training.py``; see README.md. Both integrate the same networks phase by phase with full mass action,
at the same tolerances, in the same process, through the same learner: what differs is the solver and its model.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import Circuit, DesignSpec, Task
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.types import Solution
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.mass_action import NONE, MassAction, Part
from dsd_ncrn.tasks import Dataset, load_dataset

Floats = NDArray[np.float64]
Make = Callable[[NeuralCrn, float], IdealLearner]
DESIGN = Path(__file__).parent.parent / "designs" / "linreg2d.toml"
REFERENCE = 1e-11
ABSOLUTE = 1e-3
"""The absolute tolerance over the relative one."""
NOTHING = 1e-30
"""libRoadRunner's CVODE fails at the start of a phase where concentrations below this are not set to zero."""
MATH = 'xmlns="http://www.w3.org/1998/Math/MathML"'
SBML = '<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'


def lr_ncrn() -> DesignSpec:
    """The linear regressor of the paper's Table 5, five epochs of 41 points."""
    return load_design(DESIGN)


def rings() -> DesignSpec:
    """The paper's nonlinear classifier, everything on two rails and with annihilation; one epoch of 101 points."""
    start = tuple(np.random.default_rng(0).normal(0, 0.5, 9).tolist())
    shape = {"f": "Theta @ x + beta - z**3", "T": 0.9, "pad": 1, "pad_value": 0.2, "theta_initial": start}
    circuit = Circuit(**shape, learning_rate=0.5, annihilate=("A", "G", "Z", "P"))
    changes = {"circuit": circuit, "task": Task(name="rings2d", training_points=101)}
    return lr_ncrn().model_copy(update=changes)


@dataclass(frozen=True)
class RoadRunner:
    """libRoadRunner as an engine; the rate constants are parameters of its model, set before every phase."""

    name: str = "libRoadRunner"

    def prepare(self, system: MassAction, relative: float, absolute: float, transients: bool = False) -> RoadRunnerStepper:
        """Load a system."""
        from roadrunner import RoadRunner as Model

        model = Model(sbml(system))
        for key, value in (("relative_tolerance", relative), ("absolute_tolerance", absolute), ("maximum_num_steps", 100_000)):
            model.integrator.setValue(key, value)
        species = [int(name[1:]) for name in model.model.getFloatingSpeciesIds()]
        return RoadRunnerStepper(model, np.array(species), [int(name[1:]) for name in model.model.getGlobalParameterIds()])


@dataclass(frozen=True, eq=False)
class RoadRunnerStepper:
    """A loaded model, with its order of species and parameters."""

    model: Any
    species: NDArray[np.int64]
    parameters: list[int]

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate to the last time; see the Stepper protocol."""
        state = self.model.model
        state.setTime(0.0)
        state.setGlobalParameterValues(rates[self.parameters])
        state.setFloatingSpeciesConcentrations(np.where(np.abs(start) < NOTHING, 0.0, start)[self.species])
        self.model.oneStep(0.0, float(times[-1]), True)
        values = np.array([start, start])
        values[1, self.species] = state.getFloatingSpeciesConcentrations()
        return Solution(values, "ok", 0)


def sbml(system: MassAction) -> str:
    """A system as SBML: species s0, s1 ... and rate constants k0, k1 ..."""
    numbers = range(len(system.rates))
    species = (
        f'<species id="s{number}" compartment="v" initialConcentration="0" hasOnlySubstanceUnits="false" '
        'boundaryCondition="false" constant="false"/>'
        for number in range(system.size)
    )
    parameters = (f'<parameter id="k{number}" value="0" constant="false"/>' for number in numbers)
    reactions = (_reaction(system, number) for number in numbers)
    parts = (
        f'{SBML}<model id="phase"><listOfCompartments><compartment id="v" spatialDimensions="3" size="1" constant="true"/>',
        "</listOfCompartments><listOfSpecies>", *species, "</listOfSpecies><listOfParameters>", *parameters,
        "</listOfParameters><listOfReactions>", *reactions, "</listOfReactions></model></sbml>",
    )  # fmt: skip
    return "".join(parts)


def _reaction(system: MassAction, number: int) -> str:
    reactants = [int(index) for index in system.reactants[number] if index != NONE]
    products = Counter(reactants)
    for entry in np.flatnonzero(system.net_reaction == number):
        products[int(system.net_species[entry])] += int(system.net_change[entry])
    factors = "".join(f"<ci>{name}</ci>" for name in (f"k{number}", *(f"s{index}" for index in reactants)))
    law = f"<kineticLaw><math {MATH}><apply><times/>{factors}<cn>1</cn></apply></math></kineticLaw>"
    sides = _side("Reactants", Counter(reactants)) + _side("Products", products)
    return f'<reaction id="r{number}" reversible="false" fast="false">{sides}{law}</reaction>'


def _side(name: str, counts: Counter[int]) -> str:
    listed = "".join(
        f'<speciesReference species="s{index}" stoichiometry="{count}" constant="true"/>'
        for index, count in counts.items()
        if count
    )
    return f"<listOf{name}>{listed}</listOf{name}>" if listed else ""


def ours(ncrn: NeuralCrn, tolerance: float) -> IdealLearner:
    """The project's own learner."""
    return IdealLearner(ncrn, engine_named("rosenbrock"), tolerance, tolerance * ABSOLUTE)


def model_per_phase(ncrn: NeuralCrn, tolerance: float) -> IdealLearner:
    """libRoadRunner given what ours does: a model for each phase, of the species that change in it."""
    return IdealLearner(ncrn, RoadRunner(), tolerance, tolerance * ABSOLUTE)


def one_model(ncrn: NeuralCrn, tolerance: float) -> IdealLearner:
    """libRoadRunner as one would use it: the whole network, whose rate constants the clock switches."""
    learner = ours(ncrn, tolerance)
    stepper = RoadRunner().prepare(learner.system, tolerance, tolerance * ABSOLUTE)
    learner.phases = tuple(
        replace(running, part=_whole(learner.system, ncrn, running.phase.name), stepper=stepper) for running in learner.phases
    )
    return learner


def _whole(system: MassAction, ncrn: NeuralCrn, phase: str) -> Part:
    running = np.array([not reaction.phases or phase in reaction.phases for reaction in ncrn.crn.reactions])
    nothing_held = np.full((len(running), 1), NONE)
    return Part(replace(system, rates=np.where(running, system.rates, 0.0)), np.arange(system.size), nothing_held)


def trained(learner: IdealLearner, data: Dataset, iterations: int) -> tuple[float, Floats]:
    """CPU milliseconds for an iteration, and the parameters after the last."""
    start, count = time.process_time(), len(data.train_x)
    for number in range(iterations):
        learner.iterate(data.train_x[number % count], data.train_y[number % count])
    return (time.process_time() - start) / iterations * 1e3, learner.parameters()


def compare(title: str, spec: DesignSpec, iterations: int, tolerances: tuple[float, ...], repeats: int) -> None:
    """One table."""
    data = load_dataset(spec.task, 0)
    ncrn = compile_design(spec, data.dimension, data.outputs)
    _, exact = trained(ours(ncrn, REFERENCE), data, iterations)
    print(f"\n{title}: {len(ncrn.crn.species)} species, {len(ncrn.crn.reactions)} reactions, {iterations} iterations")
    print(f"{'':<32}{'tolerance':>10}{'CPU ms':>9}{'per CPU s':>11}{'ratio':>7}{'parameters off by':>19}")
    makers: dict[str, Make] = {"this project": ours, "libRoadRunner, one model": one_model}
    makers["libRoadRunner, a model a phase"] = model_per_phase
    for tolerance in tolerances:
        runs = [
            {name: trained(make(ncrn, tolerance), data, iterations) for name, make in makers.items()} for _ in range(repeats)
        ]
        best = {name: min(run[name][0] for run in runs) for name in makers}
        for name, ms in best.items():
            error = np.abs(runs[0][name][1] - exact).max() / np.abs(exact).max()
            ratio = ms / best["this project"]
            print(f"{name:<32}{tolerance:>10.0e}{ms:>9.3f}{1e3 / ms:>11.0f}{ratio:>7.1f}{error:>19.1e}", flush=True)


@click.command()
@click.option("--tolerance", "tolerances", multiple=True, type=float, default=(1e-5, 1e-6, 1e-7), show_default=True)
@click.option("--repeats", default=3, show_default=True, help="Trainings of each; the fastest counts.")
def main(tolerances: tuple[float, ...], repeats: int) -> None:
    """Time both."""
    try:
        import roadrunner  # noqa: F401
    except ImportError:
        raise click.ClickException("libRoadRunner is not installed: uv sync, or pip install libroadrunner") from None
    for spec in (lr_ncrn(), rings()):  # compiled code is loaded before the clock runs
        data = load_dataset(spec.task, 0)
        trained(ours(compile_design(spec, data.dimension, data.outputs), 1e-6), data, 1)
    compare("LR-NCRN on LinReg2D", lr_ncrn(), 205, tolerances, repeats)
    compare("NLC-NCRN on Rings2D", rings(), 101, tolerances, repeats)


if __name__ == "__main__":
    main()
