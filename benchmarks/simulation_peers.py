"""Other simulators of the same networks, for simulation.py: bngsim, libRoadRunner's Gillespie, Peppercorn's pilsimulator."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from training import RoadRunner

from dsd_ncrn.simulate.engines.stochastic import build_model
from dsd_ncrn.simulate.engines.types import Solution
from dsd_ncrn.simulate.mass_action import NONE, MassAction

Floats = NDArray[np.float64]


def cpu_seconds() -> float:
    """CPU time of this process and of those that it waited for, such as compilers, to a hundredth of a second."""
    return sum(os.times()[:4])


class BngsimOde:
    """CVODE in C++ with KLU and its analytic Jacobian."""

    def prepare(self, system: MassAction, relative: float, absolute: float) -> BngsimStepper:
        """Build the model."""
        from bngsim import Simulator

        model = build_model(system, np.arange(len(system.rates)))
        for number, rate in enumerate(system.rates):
            model.set_param(f"k{number}", float(rate))
        return BngsimStepper(model, Simulator(model, method="ode"), relative, absolute)


@dataclass(frozen=True, eq=False)
class BngsimStepper:
    """bngsim bound to one system and its rate constants."""

    model: Any
    simulator: Any
    relative: float
    absolute: float

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate to the last time; see the Stepper protocol."""
        self.model.set_state(start)
        span, limits = (float(times[0]), float(times[-1])), {"rtol": self.relative, "atol": self.absolute}
        done = self.simulator.run(span, 2, max_steps=100_000, **limits)
        return Solution(np.asarray(done.species), "ok", 0)


class RoadRunnerGillespie:
    """libRoadRunner's Gillespie integrator on a system in molecules."""

    def __init__(self, system: MassAction, molecules: float) -> None:
        order = (system.reactants != NONE).sum(axis=1)
        self.rates, self.molecules = system.rates * molecules ** (1.0 - order), molecules
        self.stepper = RoadRunner().prepare(replace(system, rates=self.rates), 1e-6, 1e-6)
        self.stepper.model.setIntegrator("gillespie")
        self.stepper.model.integrator.seed = 1
        self.stepper.model.integrator.variable_step_size = False

    def solve(self, start: Floats, end: float) -> Floats:
        """One realisation's last concentrations."""
        model, species = self.stepper.model, self.stepper.species
        model.model.setGlobalParameterValues(self.rates[self.stepper.parameters])
        model.model.setFloatingSpeciesConcentrations(np.rint(start * self.molecules)[species])
        model.simulate(0.0, end, 2)
        values = np.empty(len(start))
        values[species] = model.model.getFloatingSpeciesConcentrations()
        return values / self.molecules


def pilsimulator(system: MassAction, start: Floats, end: float, tolerance: float, reference: Floats, limit: float) -> str:
    """What Peppercorn's pilsimulator takes for a network, from its PIL text to a file of results; or why it does not run."""
    if find_spec("crnsimulator") is None:
        return "pilsimulator: not installed (it needs the package crnsimulator beside Peppercorn)"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "peppercornenumerator.pilsimulator", "-o", f"{folder}/ode", "--nxy", "--force"]
        options = ["--t8", str(end), "--t-lin", "2", "--rtol", str(tolerance), "--atol", str(tolerance)]
        began = cpu_seconds()
        try:
            told = {"input": "\n".join(_pil(system, start)), "capture_output": True, "text": True, "cwd": folder}
            done = subprocess.run([*command, *options], check=True, timeout=limit, **told)
        except subprocess.TimeoutExpired:
            return f"pilsimulator: over {limit:.0f} s at {system.size} species"
        seconds = cpu_seconds() - began
    order = sorted(range(system.size), key=lambda number: f"s{number}")  # its columns, after the time
    values = np.array([float(each) for each in done.stdout.splitlines()[-1].split()[1:]])
    error = np.abs(values - reference[order]).max()
    return f"pilsimulator, the whole command: {seconds:.1f} s at {system.size} species, error {error:.1e} nM"


def _pil(system: MassAction, start: Floats) -> Iterator[str]:
    """A network as PIL text with a domain for every species."""
    for number, level in enumerate(start.tolist()):
        yield f"length d{number} = 15\ns{number} = d{number} @initial {level!r} nM"
    for reaction, rate in enumerate(system.rates.tolist()):
        reactants = [int(index) for index in system.reactants[reaction] if index != NONE]
        products = Counter(reactants)
        for entry in np.flatnonzero(system.net_reaction == reaction):
            products[int(system.net_species[entry])] += int(system.net_change[entry])
        left, right = (" + ".join(f"s{each}" for each in side) for side in (reactants, products.elements()))
        yield f"reaction [condensed = {rate!r} {'/nM' * (len(reactants) - 1)}/s ] {left} -> {right}"
