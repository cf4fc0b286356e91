"""What a design leaves open and its data or its seed decide: rails, random start values, which stages need a clock.

Fast stages may do without a clock at strand level; some phases a chemical clock cannot switch; and the data must fit the
rails, since one species cannot carry a negative number.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, DesignSpec, Rail, TrainingPlan, Translation
from dsd_ncrn.errors import did_you_mean
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.dynamics import Dynamics, Term
from dsd_ncrn.ncrn.equations import check_start, derive, theta_start
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.ncrn.roster import Shape, each, shape_of
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.tasks import Dataset


def decide(spec: DesignSpec, data: Dataset, seed: int) -> DesignSpec:
    """The design with nothing left open: rails chosen, start values drawn, stages with a clock told from those without.

    Raises DesignError as compiling does, for a batch that can never be full, and for gates of a reaction that there is not.
    """
    _check_batch(spec, data)
    decided = _drawn(choose_rails(spec, data), data, seed)
    ncrn = compile_design(decided, data.dimension, data.outputs)
    _check_budgets(decided, ncrn)
    if decided.circuit.form == "staged":
        return decided
    translation = {"always_on": unclocked_stages(ncrn, decided.translation)}
    return decided.model_copy(update={"translation": decided.translation.model_copy(update=translation)})


def _check_batch(spec: DesignSpec, data: Dataset) -> None:
    batch, points, key = spec.training.batch, len(data.train_x), ("training", "batch")
    if batch > points:
        rule = f"training.batch: a batch has at most all {points} training points"
        raise DesignError(rule, batch, "Lower it, or raise task.training_points.", key=key)
    if spec.clock.kind == "oscillator":
        check_turns(spec.training)


def _check_budgets(spec: DesignSpec, ncrn: NeuralCrn) -> None:
    known = [reaction.origin.reaction for reaction in ncrn.crn.reactions]
    for name in spec.chemistry.reactions:
        if name not in known:
            rule = "chemistry.reactions: the circuit has no such reaction"
            raise DesignError(rule, name, did_you_mean(name, known), key=("chemistry", "reactions", name))


def _drawn(spec: DesignSpec, data: Dataset, seed: int) -> DesignSpec:
    """theta_initial plus U(-theta_spread, theta_spread), which tells parameters apart that would learn the same."""
    circuit = spec.circuit
    if not circuit.theta_spread:
        return spec
    dynamics = derive(circuit, shape_of(circuit, data.dimension, data.outputs))
    start = np.array(theta_start(circuit, dynamics))
    drawn = start + np.random.default_rng((seed, 2)).uniform(-circuit.theta_spread, circuit.theta_spread, len(start))
    check_start(circuit, dynamics, drawn, "theta_spread")
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
        chosen["theta"] = "single" if circuit.form == "staged" else "dual"
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
    known = {Symbol(SymbolKind.X, str(number)): positive for number, positive in enumerate(x, start=1)}
    rails = zip(dynamics.parameters, each(circuit.theta, len(dynamics.parameters), "theta"))
    known |= {name: rail == "single" for name, rail in rails}
    starts = x if circuit.z_initial == "x" else [True] * shape.states
    known |= {Symbol(SymbolKind.Z, str(number)): positive for number, positive in enumerate(starts, start=1)}
    while doubtful := [name for name in dynamics.forward if known[name] and not _stays_positive(name, dynamics, known)]:
        known |= dict.fromkeys(doubtful, False)
    return tuple("single" if known[name] else "dual" for name in dynamics.forward)


def _stays_positive(name: Symbol, dynamics: Dynamics, known: Mapping[Symbol, bool]) -> bool:
    def harmless(term: Term) -> bool:
        others = [factor for factor in term.factors if not factor.absolute]
        if term.coefficient < 0 or not all(known[factor] for factor in others):
            return name in term.factors
        return True

    return all(harmless(term) for term in dynamics.forward[name])


def check_signs(spec: DesignSpec, data: Dataset) -> None:
    """Raises DesignError where an input or target on a single rail is negative."""
    circuit = spec.circuit
    targets = circuit.y if circuit.y is not None else ("single" if _is_single(circuit) else "dual")
    x = each(circuit.x, data.dimension, "x")
    y = each(targets, data.outputs, "y")
    for name, rails, smallest in (("x", x, lowest(data.train_x, data.test_x)), ("y", y, lowest(data.train_y, data.test_y))):
        for rail, value in zip(rails, smallest):
            if rail == "single" and value < 0:
                remedy = f'Shift the data, or set {name} = "dual".'
                raise DesignError(f"a single-rail {name} cannot be negative", float(value), remedy, key=("circuit", name))


def _is_single(circuit: Circuit) -> bool:
    rails = circuit.z if isinstance(circuit.z, tuple) else (circuit.z,)
    return set(rails) == {"single"}


def lowest(*parts: Floats) -> Floats:
    """The smallest value of each column, (columns,)."""
    return np.min(np.vstack(parts), axis=0)


def unclocked_stages(ncrn: NeuralCrn, translation: Translation) -> tuple[str, ...]:
    """The stages whose joins have no clock segment: those the design names, or N4 where that is safe.

    Without a clock N4 moves parameters as soon as G appears. That is safe while nothing reads them until the next forward
    pass. Raises DesignError where the design wants it all the same.
    """
    reason = _reads_parameters(ncrn)
    if translation.always_on is None:
        return () if reason else ("N4",)
    if "N4" in translation.always_on and reason:
        rule = f"translation.always_on: N4 cannot run all the time, {reason}"
        key = ("translation", "always_on")
        raise DesignError(rule, list(translation.always_on), "Take N4 out of the list, or leave the key out.", key=key)
    return translation.always_on


def check_turns(plan: TrainingPlan) -> None:
    """Raises DesignError where an oscillator cannot switch the phases: one of them is to wait for a whole batch."""
    if plan.batch > 1:
        rule = "training.batch: a ring of species switches all phases in each turn, and a batch needs one that waits"
        raise DesignError(rule, plan.batch, 'Set batch = 1, or clock.kind = "external".', key=("training", "batch"))


def _reads_parameters(ncrn: NeuralCrn) -> str:
    """Why parameters must not change while gradients are made; empty where they may."""
    if any(phase.every > 1 for phase in ncrn.crn.phases):
        return "a batch of points is to be predicted with the same parameters"
    parameters = {name for variable in ncrn.parameters for name in variable.species}
    forward = ncrn.crn.phases[0].name
    for reaction in ncrn.crn.reactions:
        if not reaction.fast and forward not in reaction.phases and parameters & set(reaction.reactants):
            return f"{reaction.origin.reaction} reads parameters while gradients are made"
    return ""
