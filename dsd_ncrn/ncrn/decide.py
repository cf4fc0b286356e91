"""What a design leaves open and its data or its seed decide: the rails of its variables, and random start values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dsd_ncrn.design.spec import Circuit, DesignSpec, Rail
from dsd_ncrn.ncrn.clocking import unclocked_stages
from dsd_ncrn.ncrn.compile import compile_design, derive, theta_start
from dsd_ncrn.ncrn.dynamics import Dynamics, Term
from dsd_ncrn.ncrn.shapes import Shape, each, shape_of
from dsd_ncrn.ncrn.signs import Floats, lowest
from dsd_ncrn.tasks import Dataset


def decide(spec: DesignSpec, data: Dataset, seed: int) -> DesignSpec:
    """The design with nothing left open: rails chosen, start values drawn, stages with a clock told from those without.

    Raises DesignError as compiling does.
    """
    decided = _drawn(choose_rails(spec, data), data, seed)
    ncrn = compile_design(decided, data.dimension, data.outputs)
    translation = {"always_on": unclocked_stages(ncrn, decided.translation)}
    return decided.model_copy(update={"translation": decided.translation.model_copy(update=translation)})


def _drawn(spec: DesignSpec, data: Dataset, seed: int) -> DesignSpec:
    """theta_initial plus U(-theta_spread, theta_spread), which tells parameters apart that would learn the same."""
    circuit = spec.circuit
    if not circuit.theta_spread:
        return spec
    start = np.array(theta_start(circuit, derive(circuit, shape_of(circuit, data.dimension, data.outputs))))
    drawn = start + np.random.default_rng((seed, 2)).uniform(-circuit.theta_spread, circuit.theta_spread, len(start))
    changed = circuit.model_copy(update={"theta_initial": tuple(map(float, drawn)), "theta_spread": 0.0})
    return spec.model_copy(update={"circuit": changed})


def choose_rails(spec: DesignSpec, data: Dataset) -> DesignSpec:
    """The design with every rail decided that it leaves to the compiler ("auto").

    x and y get one rail for a column without negative numbers. z gets one where f provably keeps it at or above zero:
    what it starts from is not negative, and every term of its equation is a product of non-negative factors or lowers
    z with z itself as a factor. Nothing bounds a parameter that learns: theta gets two.
    """
    circuit = spec.circuit
    chosen: dict[str, object] = {}
    if circuit.x == "auto":
        chosen["x"] = _by_sign(lowest(data.train_x, data.test_x))
    if circuit.y == "auto":
        chosen["y"] = _by_sign(lowest(data.train_y, data.test_y))
    if circuit.theta == "auto":
        chosen["theta"] = "dual"
    circuit = circuit.model_copy(update=chosen)
    if circuit.z == "auto":
        circuit = circuit.model_copy(update={"z": _state_rails(circuit, shape_of(circuit, data.dimension, data.outputs))})
    return spec.model_copy(update={"circuit": circuit})


def _by_sign(lowest: Floats) -> tuple[Rail, ...]:
    return tuple("single" if value >= 0 else "dual" for value in lowest)


def _state_rails(circuit: Circuit, shape: Shape) -> tuple[Rail, ...]:
    """Start from all states non-negative and take away those for which that does not follow, until none is left."""
    dynamics = derive(circuit, shape)
    inputs = (*(rail == "single" for rail in each(circuit.x, shape.inputs, "x")), *(True,) * circuit.pad)
    x = [all(w == 0 or (w > 0 and positive) for w, positive in zip(row, inputs)) for row in shape.w_in]
    known = {f"x{number}": positive for number, positive in enumerate(x, start=1)}
    rails = zip(dynamics.parameters, each(circuit.theta, len(dynamics.parameters), "theta"))
    known |= {name: rail == "single" for name, rail in rails}
    starts = x if circuit.z_initial == "x" else [True] * shape.states
    known |= {f"z{number}": positive for number, positive in enumerate(starts, start=1)}
    while doubtful := [name for name in dynamics.forward if known[name] and not _stays_positive(name, dynamics, known)]:
        known |= dict.fromkeys(doubtful, False)
    return tuple("single" if known[name] else "dual" for name in dynamics.forward)


def _stays_positive(name: str, dynamics: Dynamics, known: Mapping[str, bool]) -> bool:
    def harmless(term: Term) -> bool:
        others = [factor for factor in term.factors if factor[0] != "|"]
        if term.coefficient < 0 or not all(known[factor] for factor in others):
            return name in term.factors
        return True

    return all(harmless(term) for term in dynamics.forward[name])
