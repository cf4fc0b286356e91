"""The Neural CRN compiler: from f_theta and its rails to a network of reactions in clock phases."""

from __future__ import annotations

from collections.abc import Iterable

from dsd_ncrn.crn.types import Crn, Phase, Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, DesignSpec
from dsd_ncrn.ncrn.dynamics import Dynamics, differentiate
from dsd_ncrn.ncrn.formula import parse_formula
from dsd_ncrn.ncrn.passes import backward_pass, forward_pass
from dsd_ncrn.ncrn.roster import BIAS, Roster, roster
from dsd_ncrn.ncrn.transfers import adjoint_start, annihilation, feed, flush, update
from dsd_ncrn.ncrn.types import NeuralCrn, Variable

FLUSH_LIFETIMES = 30.0


def compile_design(spec: DesignSpec, dimension: int) -> NeuralCrn:
    """Compile a design for ``dimension`` inputs (its padding is added to them).

    Slow reactions have the coefficient of their term as rate, fast ones ``fast_ratio``; time and concentration are
    dimensionless. Raises DesignError naming the key for a formula, a shape or a rail that cannot work.
    """
    circuit = spec.circuit
    dynamics = derive(circuit, dimension)
    names = roster(circuit, dynamics)
    reactions = (
        *forward_pass(dynamics, names),
        *adjoint_start(circuit, names),
        *backward_pass(dynamics, names, circuit.learning_rate if circuit.theta == "single" else 1.0),
        *update(circuit, names),
        *flush(circuit, names),
        *feed(circuit, names),
        *annihilation(circuit, names),
    )
    constants = _constants(circuit, names, reactions)
    padding = _padding(circuit, names) if circuit.z_initial == "x" else ()
    start = initial_parameters(circuit, dynamics)
    data = len(names.x) - names.padded
    return NeuralCrn(
        crn=_network(spec, names, reactions, {**dict(constants), **_loaded(names.parameters, start)}),
        inputs=names.loaded[:data],
        targets=(names.y,),
        parameters=names.parameters,
        initial_parameters=start,
        outputs=names.z,
        adjoints=names.adjoints,
        gradients=names.gradients,
        constants=constants,
        warnings=_warnings(circuit, reactions),
        padding=padding,
    )


def derive(circuit: Circuit, dimension: int) -> Dynamics:
    """The differential equations of a circuit with ``dimension`` inputs; DesignError for a formula that cannot learn."""
    total = dimension + circuit.pad
    beta = None if circuit.train_beta else _per_entry(circuit.beta, total, "beta")
    dynamics = differentiate(parse_formula(circuit.f, total, beta), circuit.first_order)
    if not dynamics.parameters:
        raise DesignError("circuit.f: nothing in f can be trained", circuit.f, "Use theta or Theta.", key=("circuit", "f"))
    reads_x = any(name.startswith("x") for terms in dynamics.forward.values() for term in terms for name in term.factors)
    if not reads_x and circuit.z_initial == "zero":
        remedy = 'Use x in f, or set circuit.z_initial = "x".'
        raise DesignError("circuit.f: the inputs reach nothing", circuit.f, remedy, key=("circuit", "f"))
    return dynamics


def initial_parameters(circuit: Circuit, dynamics: Dynamics) -> tuple[float, ...]:
    """One start value per parameter, theta (row by row) before beta; DesignError for a wrong number or a negative rail."""
    trained = [name for name in dynamics.parameters if name.startswith("beta")]
    weights = _per_entry(circuit.theta_initial, len(dynamics.parameters) - len(trained), "theta_initial")
    offsets = _per_entry(circuit.beta, dynamics.dimension, "beta") if trained else ()
    start = (*weights, *(offsets[int(name.removeprefix("beta")) - 1] for name in trained))
    if circuit.theta == "single" and min(start) < 0:
        remedy = 'Start at 0 or above, or set circuit.theta = "dual".'
        rule = "circuit.theta_initial: a single-rail parameter is a concentration"
        raise DesignError(rule, min(start), remedy, key=("circuit", "theta_initial"))
    return start


def _per_entry(value: float | tuple[float, ...], count: int, key: str) -> tuple[float, ...]:
    if not isinstance(value, tuple):
        return (float(value),) * count
    if len(value) != count:
        raise DesignError(f"circuit.{key}: one value, or a list of {count}", list(value), key=("circuit", key))
    return value


def _padding(circuit: Circuit, names: Roster) -> tuple[tuple[str, float], ...]:
    padded = names.loaded[len(names.loaded) - names.padded :]
    return tuple((variable.plus, circuit.pad_value) for variable in padded)


def _constants(circuit: Circuit, names: Roster, reactions: Iterable[Reaction]) -> tuple[tuple[str, float], ...]:
    bias = ((BIAS, 1.0),) if any(BIAS in reaction.reactants for reaction in reactions) else ()
    held = _padding(circuit, names) if circuit.z_initial == "zero" and names.reads_x else ()
    return (*bias, *held)


def _loaded(variables: Iterable[Variable], values: Iterable[float]) -> dict[str, float]:
    """What to pour in for each value: max(0, v) on the positive rail or max(0, -v) on the negative one."""
    pairs = zip(variables, values, strict=True)
    return {variable.species[1 if value < 0 else 0]: abs(value) for variable, value in pairs}


def _network(spec: DesignSpec, names: Roster, reactions: tuple[Reaction, ...], initial: dict[str, float]) -> Crn:
    circuit = spec.circuit
    reacting = {name for reaction in reactions for name in (*reaction.reactants, *reaction.products)}
    groups = (names.loaded, names.x, (names.y,), names.parameters, names.z, names.zb, names.adjoints, names.gradients)
    listed = [name for group in groups for variable in group for name in variable.species]
    bias = tuple(name for name in (BIAS,) if name in initial)
    species = dict.fromkeys(name for name in (*listed, *bias) if name in reacting)
    return Crn(
        name=spec.name,
        species=tuple(species),
        reactions=reactions,
        phases=(
            Phase("C1", "C1", circuit.T),
            Phase("C2", "C2", circuit.T),
            Phase("flush", "", FLUSH_LIFETIMES / circuit.fast_ratio),
        ),
        bias_species=frozenset(bias),
        initial={name: value for name, value in initial.items() if name in species},
    )


def _warnings(circuit: Circuit, reactions: Iterable[Reaction]) -> tuple[str, ...]:
    large = [reaction for reaction in reactions if reaction.molecularity > 2]
    found: list[str] = []
    if large:
        found.append(f"{len(large)} reactions need three molecules to meet (the first: {large[0]}); strands do that badly")
    if circuit.train_beta and "beta" not in circuit.f:
        found.append("circuit.train_beta has no effect: f has no beta")
    return tuple(found)
