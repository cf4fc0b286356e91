"""The sizes of a circuit, its variables, and the species that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, Matrix, Rail, Rails
from dsd_ncrn.ncrn.dynamics import Dynamics
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.ncrn.rails import Variables, variable
from dsd_ncrn.ncrn.types import Variable

BIAS = str(SpeciesKind.BIAS)
_CARRIERS = {
    SymbolKind.BETA: (SpeciesKind.OFFSET, SymbolKind.OFFSET_GRADIENT, SpeciesKind.OFFSET_GRADIENT),
    SymbolKind.WEIGHT: (SpeciesKind.WEIGHT, SymbolKind.WEIGHT_GRADIENT, SpeciesKind.WEIGHT_GRADIENT),
}
"""What carries a parameter, its gradient and what carries that, where it is none of theta or Theta."""
_OF_THETA = (SpeciesKind.PARAMETER, SymbolKind.GRADIENT, SpeciesKind.GRADIENT)
LARGEST_WEIGHT = 10.0
"""A weight becomes that many product molecules of one reaction, which a gate must release."""


@dataclass(frozen=True, slots=True)
class Shape:
    """``inputs`` counts those of the data, ``loaded`` also the constant ones, ``states`` is d.

    ``w_in`` (states, loaded) and ``w_out`` (outputs, states).
    """

    inputs: int
    loaded: int
    states: int
    outputs: int
    w_in: Matrix
    w_out: Matrix

    @property
    def backward_weights(self) -> Matrix:
        """W_out^T W_out, (states, states): with a = W_out^T (W_out z - y) what each z gives to each adjoint."""
        columns = list(zip(*self.w_out))
        return tuple(tuple(sum(a * b for a, b in zip(first, second)) for second in columns) for first in columns)


def shape_of(circuit: Circuit, inputs: int, outputs: int = 1) -> Shape:
    """The sizes of a circuit for data with ``inputs`` and ``outputs`` columns.

    Raises DesignError, naming the key, for a matrix that does not fit them or has a weight out of bounds.
    """
    loaded = inputs + circuit.pad
    w_in = _identity(loaded, loaded) if circuit.w_in is None else circuit.w_in
    _check_matrix("w_in", w_in, None, loaded)
    states = len(w_in)
    if circuit.w_out is None and outputs > states:
        rule = f"{outputs} outputs are more than the {states} states"
        raise DesignError(f"circuit.w_out: {rule}", remedy="Raise circuit.pad, or give w_out.", key=("circuit", "w_out"))
    w_out = _outputs(outputs, states) if circuit.w_out is None else circuit.w_out
    _check_matrix("w_out", w_out, outputs, states)
    _check_reach(circuit, w_in, w_out)
    return Shape(inputs, loaded, states, outputs, w_in, w_out)


def each(rails: Rails | None, count: int, key: str) -> tuple[Rail, ...]:
    """One rail for each of ``count`` entries; what is left to the compiler and not yet decided is dual.

    Raises DesignError for a list of another length.
    """
    if isinstance(rails, tuple):
        if len(rails) != count:
            rule = f"circuit.{key}: one rail, or a list of {count}"
            raise DesignError(rule, list(rails), key=("circuit", key))
        return rails
    return ("single" if rails == "single" else "dual",) * count


def _identity(rows: int, columns: int) -> Matrix:
    return tuple(tuple(float(row == column) for column in range(columns)) for row in range(rows))


def _outputs(outputs: int, states: int) -> Matrix:
    """One target is the sum of all states, the first of several the first state, and so on."""
    return ((1.0,) * states,) if outputs == 1 else _identity(outputs, states)


def _check_reach(circuit: Circuit, w_in: Matrix, w_out: Matrix) -> None:
    """Nothing can be learned where no input gets in, or where an output is 0 whatever the state."""
    if not any(weight for row in w_in for weight in row):
        raise DesignError(
            "circuit.w_in: all entries are 0, so no input gets in", remedy="Give weights.", key=("circuit", "w_in")
        )
    if not circuit.train_w_out and not all(any(row) for row in w_out):
        remedy = "Give weights, or set train_w_out = true."
        raise DesignError("circuit.w_out: with a row of zeros an output is always 0", remedy=remedy, key=("circuit", "w_out"))


def _check_matrix(key: str, matrix: Matrix, rows: int | None, columns: int) -> None:
    wanted = f"{'one or more' if rows is None else rows} row{'s' * (rows != 1)} of {columns}"
    if (rows is not None and len(matrix) != rows) or any(len(row) != columns for row in matrix) or not matrix:
        found = " + ".join(str(len(row)) for row in matrix)
        given = f"rows of {found}" if matrix else "no row"
        raise DesignError(f"circuit.{key}: a matrix of {wanted} numbers", given, key=("circuit", key))
    largest = max((abs(value) for row in matrix for value in row), default=0.0)
    if largest > LARGEST_WEIGHT:
        rule = f"circuit.{key}: a weight is -{LARGEST_WEIGHT:g} to {LARGEST_WEIGHT:g}"
        raise DesignError(rule, largest, "Scale the data, or the rest of f.", key=("circuit", key))


@dataclass(frozen=True, slots=True)
class Roster:
    """Every variable by the symbol that terms use, and by role.

    ``loaded`` are the inputs as they are poured in, the constant ones last: the x themselves, or separate species I
    that are turned into X and Z. ``weights`` are the trained output weights, row by row, and ``errors`` what the
    readout makes with them; both are empty for fixed weights. ``fuels`` are the finite fuels of the backward pass.
    """

    shape: Shape
    variables: Variables
    x: tuple[Variable, ...]
    loaded: tuple[Variable, ...]
    y: tuple[Variable, ...]
    z: tuple[Variable, ...]
    zb: tuple[Variable, ...]
    parameters: tuple[Variable, ...]
    weights: tuple[Variable, ...]
    adjoints: tuple[Variable, ...]
    gradients: tuple[Variable, ...]
    errors: tuple[Variable, ...]
    reported: tuple[Variable, ...]
    fuels: tuple[Variable, ...]

    @property
    def is_loaded_apart(self) -> bool:
        """Whether the inputs are poured in as species that a reaction uses up."""
        return any(variable.symbol.kind == SymbolKind.LOADED for variable in self.loaded)

    @property
    def reads_x(self) -> bool:
        """Whether f reads the inputs during the passes."""
        return bool(self.read_x)

    @property
    def read_x(self) -> tuple[Variable, ...]:
        """The inputs that f reads."""
        return tuple(variable for variable in self.x if variable.symbol in self.variables)


def roster(circuit: Circuit, dynamics: Dynamics, shape: Shape) -> Roster:
    """Name the species of a circuit; ``dynamics`` says which backward variables exist.

    Raises DesignError where rails do not fit, or where a shared adjoint was asked for and the adjoints differ.
    """
    rails, read = each(circuit.z, shape.states, "z"), dynamics.read
    apart = circuit.w_in is not None or (circuit.z_initial == "x" and any(each.kind == SymbolKind.X for each in read))
    loaded, x = _inputs(circuit, shape, apart)
    z = _variables(SymbolKind.Z, SpeciesKind.STATE, rails)
    zb = tuple(
        variable(symbol, SpeciesKind.BACKWARD_STATE, _backward_rail(rails, dynamics, symbol)) for symbol in dynamics.backward
    )
    weights = _weights(shape) if circuit.train_w_out else ()
    parameters = (*_parameters(circuit, dynamics), *weights)
    adjoints = _adjoints(circuit, dynamics, shape)
    by_name = {item.symbol: item for item in (*z, *zb, *parameters)} | {item.symbol: item for item in x if item.symbol in read}
    by_name |= dict(zip(dynamics.adjoint, adjoints * shape.states if circuit.shared_adjoint else adjoints))
    return Roster(
        shape,
        by_name,
        x,
        loaded,
        _variables(SymbolKind.Y, SpeciesKind.TARGET, _target_rails(circuit, rails, shape), numbered=shape.outputs > 1),
        z,
        zb,
        parameters,
        weights,
        adjoints,
        tuple(map(_gradient, parameters)),
        _variables(SymbolKind.ERROR, SpeciesKind.ERROR, ("dual",) * shape.outputs) if weights else (),
        _variables(SymbolKind.REPORTED, SpeciesKind.REPORTED, ("dual",) * shape.outputs) if circuit.report_output else (),
        _variables(SymbolKind.FUEL, SpeciesKind.FUEL, ("single",) * shape.states) if circuit.zb_cap is not None else (),
    )


def label_of(parameter: Symbol) -> str:
    """What tells a parameter's species apart: 1 for theta1, 12 for Theta12, b1 for beta1, w12 for w_out12."""
    return {SymbolKind.BETA: "b", SymbolKind.WEIGHT: "w"}.get(parameter.kind, "") + parameter.place


def gradient_of(parameter: Symbol) -> Symbol:
    """The loss by a parameter: g1 for theta1, gb1 for beta1."""
    return parameter.at_place(_CARRIERS.get(parameter.kind, _OF_THETA)[1])


def _parameter(symbol: Symbol, rail: Rail) -> Variable:
    return variable(symbol, _CARRIERS.get(symbol.kind, _OF_THETA)[0], rail)


def _gradient(parameter: Variable) -> Variable:
    return variable(gradient_of(parameter.symbol), _CARRIERS.get(parameter.symbol.kind, _OF_THETA)[2], "dual")


def _variables(kind: SymbolKind, carrier: SpeciesKind, rails: Sequence[Rail], numbered: bool = True) -> tuple[Variable, ...]:
    places = range(1, len(rails) + 1) if numbered else ("",)
    return tuple(variable(Symbol(kind, str(place)), carrier, rail) for place, rail in zip(places, rails))


def _weights(shape: Shape) -> tuple[Variable, ...]:
    """The trained output weights, one row after the other."""
    gap = "_" if max(shape.outputs, shape.states) > 9 else ""
    places = [f"{k}{gap}{i}" for k in range(1, shape.outputs + 1) for i in range(1, shape.states + 1)]
    return tuple(_parameter(Symbol(SymbolKind.WEIGHT, place), "dual") for place in places)


def _parameters(circuit: Circuit, dynamics: Dynamics) -> tuple[Variable, ...]:
    rails = each(circuit.theta, len(dynamics.parameters), "theta")
    return tuple(map(_parameter, dynamics.parameters, rails))


def _inputs(circuit: Circuit, shape: Shape, apart: bool) -> tuple[tuple[Variable, ...], tuple[Variable, ...]]:
    """The inputs as poured in, and as f reads them; the same where nothing turns one into the other."""
    constant: tuple[Rail, ...] = ("single",) * circuit.pad
    rails = (*each(circuit.x, shape.inputs, "x"), *constant)
    if circuit.w_in is None:
        x = _variables(SymbolKind.X, SpeciesKind.INPUT, rails)
        return (_variables(SymbolKind.LOADED, SpeciesKind.LOADED, rails) if apart else x), x
    mapped: list[Rail] = [_mapped_rail(row, rails) for row in shape.w_in]
    return (
        _variables(SymbolKind.LOADED, SpeciesKind.LOADED, rails),
        _variables(SymbolKind.X, SpeciesKind.INPUT, mapped),
    )


def _mapped_rail(weights: Iterable[float], rails: Sequence[Rail]) -> Rail:
    """A combination of inputs keeps one rail where no weight is negative and no input with a weight has two."""
    safe = all(weight == 0 or (weight > 0 and rail == "single") for weight, rail in zip(weights, rails))
    return "single" if safe else "dual"


def _target_rails(circuit: Circuit, states: Sequence[Rail], shape: Shape) -> tuple[Rail, ...]:
    if circuit.y is not None:
        return each(circuit.y, shape.outputs, "y")
    return ("single" if set(states) == {"single"} else "dual",) * shape.outputs


def _backward_rail(rails: Sequence[Rail], dynamics: Dynamics, zb: Symbol) -> Rail:
    """Running backwards turns growth into loss, so a single-rail z may need a dual-rail zb."""
    shrinks = any(term.coefficient < 0 and zb not in term.factors for term in dynamics.backward[zb])
    return "dual" if shrinks else rails[zb.number]


def _adjoints(circuit: Circuit, dynamics: Dynamics, shape: Shape) -> tuple[Variable, ...]:
    if not circuit.shared_adjoint:
        return tuple(variable(symbol, SpeciesKind.ADJOINT, "dual") for symbol in dynamics.adjoint)
    evolving = any(dynamics.adjoint.values())
    if evolving or circuit.train_w_out or len(set(shape.backward_weights)) > 1:
        why, remedy = "evolve differently, since f depends on z", "Set shared_adjoint = false, or first_order = true."
        if not evolving:
            why, remedy = "start differently, because of the output weights", "Set shared_adjoint = false."
        key = ("circuit", "shared_adjoint")
        raise DesignError(f"circuit.shared_adjoint: the adjoints {why}", circuit.f, remedy, key=key)
    return (variable(Symbol(SymbolKind.ADJOINT), SpeciesKind.ADJOINT, "dual"),)
