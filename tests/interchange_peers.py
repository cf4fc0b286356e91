"""What other tools understand when they read the project's SBML and Antimony: libSBML, libAntimony and libRoadRunner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import antimony
import libsbml
import numpy as np
import roadrunner
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Understood:
    """Reactions as libRoadRunner computes them at time 0: rates, and net changes by the names of species."""

    rates: list[float]
    changes: list[dict[str, int]]
    initial: dict[str, float]


def understood(sbml: str) -> Understood:
    """Load a document and ask for everything that matters."""
    document = libsbml.readSBMLFromString(sbml)  # to be kept: its model does not outlive it
    model = document.getModel()
    names = {each.getId(): each.getName() or each.getId() for each in model.getListOfSpecies()}
    runner = roadrunner.RoadRunner(sbml)
    matrix = runner.getFullStoichiometryMatrix()
    order = [each.getId() for each in model.getListOfReactions()]
    columns = dict(zip(matrix.colnames, np.array(matrix).T, strict=True))
    rates = dict(zip(runner.model.getReactionIds(), runner.model.getReactionRates(), strict=True))
    ids = runner.model.getFloatingSpeciesIds()
    concentrations = runner.model.getFloatingSpeciesConcentrations()
    return Understood(
        [float(rates[name]) for name in order],
        [{names[row]: int(n) for row, n in zip(matrix.rownames, columns[name]) if n} for name in order],
        {names[name]: float(value) for name, value in zip(ids, concentrations, strict=True)},
    )


def simulated(sbml: str, species: Sequence[str], times: Floats) -> Floats:
    """Concentrations (times, species) by libRoadRunner's CVODE, with tolerances far below those compared."""
    runner: Any = roadrunner.RoadRunner(sbml)
    runner.integrator.relative_tolerance = 1e-12
    runner.integrator.absolute_tolerance = 1e-14
    runner.integrator.setValue("maximum_num_steps", 200_000)
    runner.timeCourseSelections = [f"[{name}]" for name in species]
    return np.array(runner.simulate(times=times.tolist()))


def sbml_of_antimony(text: str) -> str:
    """What libAntimony makes of a model."""
    antimony.clearPreviousLoads()
    assert antimony.loadString(text) != -1, antimony.getLastError()
    return antimony.getSBMLString(antimony.getMainModuleName())
