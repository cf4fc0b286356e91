"""The Neural CRN compiler: from f_theta and its rails to a network of reactions in clock phases."""

from __future__ import annotations

from collections.abc import Iterable

from dsd_ncrn.crn.types import Crn, Phase, Reaction, Species
from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, DesignSpec
from dsd_ncrn.ncrn.dynamics import Dynamics
from dsd_ncrn.ncrn.equations import derive, initial_parameters
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.ncrn.fast import adjoint_start, annihilation, feed, flush, loads_stay, update
from dsd_ncrn.ncrn.roster import BIAS, Roster, roster, shape_of
from dsd_ncrn.ncrn.slow import DURATION, ERROR, READOUT, backward_pass, forward_pass, readout
from dsd_ncrn.ncrn.staged import compile_staged
from dsd_ncrn.ncrn.types import NeuralCrn, Output, Variable

FLUSH_LIFETIMES = 30.0
UPDATE = "update"


def compile_design(spec: DesignSpec, dimension: int, outputs: int = 1) -> NeuralCrn:
    """Compile a design for ``dimension`` inputs (its padding is added to them) and ``outputs`` targets.

    Slow reactions have the coefficient of their term as rate, fast ones ``fast_ratio``; time and concentration are
    dimensionless. Raises DesignError naming the key for a formula, a shape or a rail that cannot work.
    """
    circuit = spec.circuit
    if circuit.form == "staged":
        return compile_staged(spec, dimension, outputs)
    if spec.task.layer:
        rule = "task.layer: its units are gates, which only the staged form takes as inputs"
        raise DesignError(rule, circuit.form, 'Set circuit.form = "staged".', key=("task", "layer"))
    # 1: sizes and weights; 2: equations by symbolic derivatives; 3: a species for every rail of every variable.
    shape = shape_of(circuit, dimension, outputs)
    dynamics = derive(circuit, shape)
    names = roster(circuit, dynamics, shape)
    # 4: the stages in the order in which an iteration runs through them.
    reactions = (
        *forward_pass(dynamics, names),
        *readout(circuit, names),
        *adjoint_start(circuit, names),
        *backward_pass(circuit, dynamics, names),
        *update(circuit, names, "C1" if spec.training.batch == 1 else UPDATE),
        *flush(circuit, names),
        *feed(circuit, names),
        *annihilation(circuit, dynamics, names),
    )
    # 5: what nothing takes or makes is no species: rails that a formula leaves empty cost no strands.
    reacting = {name for reaction in reactions for name in (*reaction.reactants, *reaction.products)}
    held, refilled = _constants(circuit, names, reacting)
    start = initial_parameters(circuit, dynamics, shape)
    return NeuralCrn(
        crn=_network(spec, names, reactions, reacting, dict(held) | _loaded(names.parameters, start)),
        inputs=names.loaded[:dimension],
        targets=names.y,
        parameters=names.parameters,
        initial_parameters=start,
        outputs=_outputs(names),
        adjoints=names.adjoints,
        gradients=names.gradients,
        constants=held,
        warnings=_warnings(circuit, names, dynamics, reactions),
        padding=refilled,
        outputs_after=READOUT if names.weights else "C1",
    )


def _outputs(names: Roster) -> tuple[Output, ...]:
    if names.errors:
        return tuple(Output(((error, 1.0),)) for error in names.errors)
    rows = (zip(names.z, row) for row in names.shape.w_out)
    return tuple(Output(tuple((z, weight) for z, weight in row if weight)) for row in rows)


def _constants(
    circuit: Circuit, names: Roster, reacting: set[str]
) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
    """What is there from the start and stays, and what is brought to its value in every iteration."""
    data = names.shape.inputs
    padding = tuple((variable.plus, circuit.pad_value) for variable in names.loaded[data:] if variable.plus in reacting)
    fuels = tuple((fuel.plus, circuit.zb_cap or 0.0) for fuel in names.fuels if fuel.plus in reacting)
    bias = ((BIAS, 1.0),) if BIAS in reacting else ()
    if loads_stay(circuit, names):
        return (*bias, *padding), fuels
    return bias, (*padding, *fuels)


def _loaded(variables: Iterable[Variable], values: Iterable[float]) -> dict[str, float]:
    """What to pour in for each value: max(0, v) on the positive rail or max(0, -v) on the negative one."""
    pairs = zip(variables, values, strict=True)
    return {variable.species[1 if value < 0 else 0]: abs(value) for variable, value in pairs}


def _network(
    spec: DesignSpec, names: Roster, reactions: tuple[Reaction, ...], reacting: set[str], initial: dict[str, float]
) -> Crn:
    groups = (
        *(names.loaded, names.x, names.y, names.parameters, names.z, names.reported, names.errors),
        *(names.zb, names.adjoints, names.gradients, names.fuels),
    )
    listed = [rail for group in groups for variable in group for rail in variable.rails]
    bias = tuple(name for name in (BIAS,) if name in reacting)
    carriers = {each.name: each for each in (*listed, Species(SpeciesKind.BIAS)) if each.name in reacting}
    species = tuple(carriers)
    return Crn(
        name=spec.name,
        species=species,
        reactions=reactions,
        phases=_phases(spec, names),
        bias_species=frozenset(bias),
        fuel_species=frozenset(fuel.plus for fuel in names.fuels if fuel.plus in reacting),
        initial={name: value for name, value in initial.items() if name in species},
        carriers=carriers,
    )


def _phases(spec: DesignSpec, names: Roster) -> tuple[Phase, ...]:
    """C1 and C2 of the paper; trained output weights and batches have clocks of their own."""
    circuit, batch = spec.circuit, spec.training.batch
    between = (Phase(READOUT, "Cr", DURATION), Phase(ERROR, "Ce", DURATION)) if names.weights else ()
    after = (Phase(UPDATE, "Cu", circuit.T, batch),) if batch > 1 else ()
    last = Phase("flush", "", FLUSH_LIFETIMES / circuit.fast_ratio)
    return (Phase("C1", "C1", circuit.T), *between, Phase("C2", "C2", circuit.T), *after, last)


def _warnings(circuit: Circuit, names: Roster, dynamics: Dynamics, reactions: tuple[Reaction, ...]) -> tuple[str, ...]:
    fuels = {fuel.plus for fuel in names.fuels}
    large = [reaction for reaction in reactions if sum(name not in fuels for name in reaction.reactants) > 2]
    found: list[str] = []
    if large:
        found.append(f"{len(large)} reactions need three molecules to meet (the first: {large[0]}); strands do that badly")
    if circuit.train_beta and not any(each.kind == SymbolKind.BETA for each in dynamics.parameters):
        found.append("circuit.train_beta has no effect: f has no beta")
    if circuit.zb_cap is not None and not any(fuels & set(reaction.reactants) for reaction in reactions):
        found.append("circuit.zb_cap has no effect: no term of f makes a state grow by states in the backward pass")
    still = _unreached(circuit, names, dynamics)
    if still:
        found.append(
            f"with first_order these parameters never change, no output depends on their states: {', '.join(map(str, still))}"
        )
    return tuple(found)


def _unreached(circuit: Circuit, names: Roster, dynamics: Dynamics) -> list[Symbol]:
    """Parameters whose gradient reads only adjoints that start, and with a frozen adjoint stay, at zero."""
    if not circuit.first_order or names.weights:
        return []
    dead = [number for number, row in enumerate(names.shape.backward_weights) if not any(row)]
    return [each for each, terms in dynamics.gradient.items() if all(term.factors[0].number in dead for term in terms)]
