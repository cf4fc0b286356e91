"""The staged form: a linear learner without clocks, backward pass and gradients, whose inputs are used up.

forward: X_i + P_i -> P_i + Z. What is constant in f is poured in as Z; then what is left of X is taken away.
meet: Z + Y -> 0. What is left of one of them is the error, with its sign: at an error of zero nothing changes.
update, with X anew: Y + X_i -> P_i and Z + X_i + P_i -> 0. All X_i shrink by one factor, so that P_i gains in proportion to
x_i.

Units: one of Z and Y is 1. X_i is ``weight_limit`` w times x_i, so that Z gains w x_i (1 - exp(-c_i T theta_i / w)) where f
has the term c_i theta_i x_i: x_i theta_i c_i T for small weights. P_i is theta_i / eta: the update changes the thetas by
eta (y - z) in all. That is descent along the gradient, normalised by the inputs (Nagumo and Noda, IEEE Trans. Autom. Control
12:282, 1967, for a step along x over |x|^2). With one parameter its share is all: Y -> P and Z + P -> 0 need neither X nor
meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dsd_ncrn.crn.types import Crn, Origin, Phase, Reaction, Species
from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, DesignSpec, Rails
from dsd_ncrn.ncrn.dynamics import Dynamics, Term
from dsd_ncrn.ncrn.equations import derive, initial_parameters
from dsd_ncrn.ncrn.exact import PARAMETER_KINDS, Symbol, SymbolKind
from dsd_ncrn.ncrn.rails import variable
from dsd_ncrn.ncrn.roster import Shape, label_of, shape_of
from dsd_ncrn.ncrn.types import NeuralCrn, Output, Variable

FORWARD, MEET, UPDATE = "forward", "meet", "update"
SINGLE_RAILS = ("theta", "x", "z", "y")
ABSENT = {"train_w_out": False, "w_in": None, "z_initial": "zero", "report_output": False, "zb_cap": None}
"""Keys of a circuit that ask for what the form has not, with the value at which they do not."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A term of the prediction: ``coefficient`` times a parameter times an input, over the time T."""

    parameter: Symbol
    input: Symbol
    coefficient: float


@dataclass(frozen=True, slots=True)
class Linear:
    """What a staged circuit predicts, by the algebra of f: ``offset`` and a weight for each parameter, in their order."""

    weights: tuple[Weight, ...]
    offset: float


def linear_of(circuit: Circuit, shape: Shape, dynamics: Dynamics) -> Linear:
    """The prediction of an f that is linear in parameters and inputs. Raises DesignError, which says why, for any other."""
    found: dict[Symbol, Weight] = {}
    offset = 0.0
    for z, terms in dynamics.forward.items():
        for term in terms:
            coefficient = term.coefficient * shape.w_out[0][z.number]
            weight = _weight(term, coefficient) if term.factors else None
            if coefficient < 0:
                remedy = "Turn its input's sign, or shift the targets."
                raise _refused(f"the term {term} lowers the prediction, and Z can only grow", remedy)
            if weight is None:
                offset += coefficient * circuit.T
            elif coefficient:
                if weight.parameter in found or weight.input in {each.input for each in found.values()}:
                    why = f"{term} is not the only term of its parameter or its input"
                    raise _refused(why, "Give each input one parameter.")
                found[weight.parameter] = weight
    absent = [str(each) for each in dynamics.parameters if each not in found]
    if absent:
        raise _refused(f"{absent[0]} has no weight in the prediction", "Give its state a weight in w_out.")
    return Linear(tuple(found[each] for each in dynamics.parameters), offset)


def _weight(term: Term, coefficient: float) -> Weight:
    """A product of one parameter and one input. Raises DesignError for anything else."""
    parameters = [each for each in term.factors if each.kind in PARAMETER_KINDS]
    inputs = [each for each in term.factors if each.kind == SymbolKind.X]
    if term.reads(SymbolKind.Z):
        raise _refused(f"{term} reads a state: that needs a backward pass, and inputs that are used up cannot go back")
    if [each.kind for each in parameters] == [SymbolKind.BETA] and not inputs:
        raise _refused("a trained beta has no input by which it is updated", "Use a constant input instead: pad = 1.")
    if len(parameters) != 1 or len(inputs) != 1 or len(term.factors) != 2:
        raise _refused(f"{term} is not one parameter times one input")
    return Weight(parameters[0], inputs[0], coefficient)


def _refused(why: str, remedy: str = "", key: str = "form", value: object = None) -> DesignError:
    remedy = f'{remedy} Or set circuit.form = "adjoint".'.strip()
    return DesignError(f"circuit.{key}: not in the staged form, {why}", value, remedy, key=("circuit", key))


def _check(spec: DesignSpec, outputs: int) -> None:
    """Raises DesignError where a design asks for something that the staged form has not."""
    circuit = spec.circuit
    for key in SINGLE_RAILS:
        rails: Rails | None = getattr(circuit, key)
        if rails is not None and set(rails if isinstance(rails, tuple) else (rails,)) != {"single"}:
            raise _refused("every variable is one concentration", f'Set {key} = "single".', key, rails)
    for key, usual in ABSENT.items():
        if getattr(circuit, key) != usual:
            raise _refused("there is no such part", "Leave it out.", key, getattr(circuit, key))
    if outputs > 1:
        raise _refused("there is one prediction and one error", "Train a circuit for each target.", value=outputs)
    if spec.training.batch > 1:
        rule = "training.batch: not in the staged form, which keeps no gradients"
        raise DesignError(rule, spec.training.batch, "Set batch = 1.", key=("training", "batch"))
    if spec.clock.kind == "oscillator":
        rule = "clock.kind: not in the staged form, whose stages are switched by what is added and pulled out"
        raise DesignError(rule, spec.clock.kind, 'Set kind = "external".', key=("clock", "kind"))


def compile_staged(spec: DesignSpec, dimension: int, outputs: int = 1) -> NeuralCrn:
    """Compile a design in the staged form; see ``compile_design``.

    Raises DesignError, which says why, where f or something else of the design does not allow it.
    """
    circuit = spec.circuit
    _check(spec, outputs)
    shape = shape_of(circuit, dimension, outputs)
    dynamics = derive(circuit, shape)
    linear = linear_of(circuit, shape, dynamics)
    x = [input_of(circuit, each) for each in linear.weights]
    p = [Variable(each.parameter, (_parameter(each.parameter),), 1.0 / circuit.learning_rate) for each in linear.weights]
    z, y = _single(Symbol(SymbolKind.Z), SpeciesKind.STATE), _single(Symbol(SymbolKind.Y), SpeciesKind.TARGET)
    by_input = {each.symbol.number: each for each in x}
    unread = [number for number in range(shape.loaded) if number not in by_input]
    if unread:
        raise _refused(f"x{unread[0] + 1} is not read", "Leave its column out.", "f", circuit.f)
    inputs = tuple(by_input[number] for number in range(shape.loaded))
    padding = tuple((each.plus, circuit.pad_value * each.scale) for each in inputs[dimension:])
    start = initial_parameters(circuit, dynamics, shape)
    carried = [rail for each in (*inputs, y, *p, z) for rail in each.rails]
    crn = Crn(
        name=spec.name,
        species=tuple(each.name for each in carried),
        reactions=(*_forward(circuit, linear, x, p, z), *_learning(circuit, x, p, z, y)),
        phases=tuple(Phase(name, "", circuit.T) for name in ((FORWARD, MEET, UPDATE) if len(p) > 1 else (FORWARD, UPDATE))),
        initial={name: amount for each, value in zip(p, start) for name, amount in each.amounts(value)},
        carriers={each.name: each for each in carried},
    )
    return NeuralCrn(
        crn=crn,
        inputs=inputs[:dimension],
        targets=(y,),
        parameters=tuple(p),
        initial_parameters=start,
        outputs=(Output(((z, 1.0),)),),
        adjoints=(),
        gradients=(),
        padding=(*padding, (z.plus, linear.offset)),
        outputs_after=FORWARD,
        renewed_before=UPDATE if len(p) > 1 else "",
        warnings=_warnings(spec),
    )


def input_of(circuit: Circuit, weight: Weight) -> Variable:
    """The input of a weight, one of the data or a constant one."""
    return _single(weight.input, SpeciesKind.INPUT, circuit.weight_limit)


def _single(symbol: Symbol, kind: SpeciesKind, scale: float = 1.0) -> Variable:
    return replace(variable(symbol, kind, "single"), scale=scale)


def _parameter(symbol: Symbol) -> Species:
    return Species(SpeciesKind.PARAMETER, label_of(symbol))


def _forward(circuit: Circuit, linear: Linear, x: list[Variable], p: list[Variable], z: Variable) -> Iterable[Reaction]:
    for weight, source, parameter in zip(linear.weights, x, p):
        rate = weight.coefficient / (source.scale * parameter.scale)
        term = str(Term(weight.coefficient, (weight.parameter, weight.input)))
        left, right = (source.plus, parameter.plus), (parameter.plus, z.plus)
        yield _reaction("N1", parameter.symbol.place or "1", left, right, rate, FORWARD, term)


def _learning(circuit: Circuit, x: list[Variable], p: list[Variable], z: Variable, y: Variable) -> Iterable[Reaction]:
    """The error, and what it does to the parameters: with one of them the target is added to it."""
    rate, error = circuit.fast_ratio, "y - z"
    if len(p) == 1:
        yield _reaction("N4", "raise", (y.plus,), (p[0].plus,), rate, UPDATE, error)
        yield _reaction("N4", "lower", (z.plus, p[0].plus), (), rate, UPDATE, error)
        return
    yield _reaction("N2", "meet", (z.plus, y.plus), (), rate, MEET, error)
    for source, parameter in zip(x, p):
        place = parameter.symbol.place
        yield _reaction("N4", f"raise{place}", (y.plus, source.plus), (parameter.plus,), rate, UPDATE, error)
        yield _reaction("N4", f"lower{place}", (z.plus, source.plus, parameter.plus), (), rate, UPDATE, error)


def _reaction(
    stage: str, label: str, left: tuple[str, ...], right: tuple[str, ...], rate: float, phase: str, term: str
) -> Reaction:
    origin = Origin(f"{stage}_{label}", stage, term)
    return Reaction(left, right, rate, frozenset((phase,)), phase != FORWARD, origin)


def _warnings(spec: DesignSpec) -> tuple[str, ...]:
    """What has no effect, since there are neither adjoints nor gradients."""
    idle = [key for key in ("shared_adjoint", "first_order") if getattr(spec.circuit, key)]
    idle += ["learning_rate_in"] if spec.circuit.learning_rate_in else []
    return tuple(f"circuit.{key} has no effect in the staged form" for key in idle)
