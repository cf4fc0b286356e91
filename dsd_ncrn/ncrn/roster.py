"""The variables of a circuit and the species that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_letters

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, Rail
from dsd_ncrn.ncrn.dynamics import Dynamics, Terms
from dsd_ncrn.ncrn.rails import Variables, variable
from dsd_ncrn.ncrn.shapes import Shape, each
from dsd_ncrn.ncrn.types import Variable

BIAS = "B"


@dataclass(frozen=True, slots=True)
class Roster:
    """Every variable by the name that terms use, and by role.

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
        return bool(self.loaded) and self.loaded[0].plus.startswith("I")

    @property
    def reads_x(self) -> bool:
        """Whether f reads the inputs during the passes."""
        return any(variable.name in self.variables for variable in self.x)

    @property
    def read_x(self) -> tuple[Variable, ...]:
        """The inputs that f reads."""
        return tuple(variable for variable in self.x if variable.name in self.variables)


def roster(circuit: Circuit, dynamics: Dynamics, shape: Shape) -> Roster:
    """Name the species of a circuit; ``dynamics`` says which backward variables exist.

    Raises DesignError where rails do not fit, or where a shared adjoint was asked for and the adjoints differ.
    """
    numbers, outputs = range(1, shape.states + 1), range(1, shape.outputs + 1)
    rails = each(circuit.z, shape.states, "z")
    apart = circuit.w_in is not None or (circuit.z_initial == "x" and _reads(dynamics, "x"))
    loaded, x = _inputs(circuit, shape, apart)
    z = _variables("z", "Z", rails)
    zb = tuple(variable(name, f"Zb{name[2:]}", _backward_rail(rails, dynamics, name)) for name in dynamics.backward)
    weights = _weights(shape) if circuit.train_w_out else ()
    parameters = (*_parameters(circuit, dynamics), *weights)
    adjoints = _adjoints(circuit, dynamics, shape)
    read = _factors(dynamics)
    by_name = {item.name: item for item in (*z, *zb, *parameters)} | {item.name: item for item in x if item.name in read}
    by_name |= dict(zip(dynamics.adjoint, adjoints * shape.states if circuit.shared_adjoint else adjoints))
    return Roster(
        shape,
        by_name,
        x,
        loaded,
        _variables("y", "Y", _target_rails(circuit, rails, shape), numbered=shape.outputs > 1),
        z,
        zb,
        parameters,
        weights,
        adjoints,
        tuple(variable(f"g{index_of(item.name)}", f"G{index_of(item.name)}", "dual") for item in parameters),
        _variables("e", "E", ("dual",) * shape.outputs) if weights else (),
        tuple(variable(f"yhat{k}", f"Yhat{k}", "dual") for k in outputs) if circuit.report_output else (),
        _variables("fuel", "F", ("single",) * len(numbers)) if circuit.zb_cap is not None else (),
    )


def index_of(parameter: str) -> str:
    """What tells a parameter's species apart: 1 for theta1, 12 for Theta12, b1 for beta1, w12 for w_out12."""
    digits = parameter.lstrip(ascii_letters + "_")
    prefix = {"b": "b", "w": "w"}.get(parameter[0], "")
    return prefix + digits


def _variables(name: str, species: str, rails: Sequence[Rail], numbered: bool = True) -> tuple[Variable, ...]:
    numbers = range(1, len(rails) + 1) if numbered else ("",)
    return tuple(variable(f"{name}{number}", f"{species}{number}", rail) for number, rail in zip(numbers, rails))


def _weights(shape: Shape) -> tuple[Variable, ...]:
    """The trained output weights, one row after the other."""
    gap = "_" if max(shape.outputs, shape.states) > 9 else ""
    places = [f"{k}{gap}{i}" for k in range(1, shape.outputs + 1) for i in range(1, shape.states + 1)]
    return tuple(variable(f"w_out{place}", f"Pw{place}", "dual") for place in places)


def _parameters(circuit: Circuit, dynamics: Dynamics) -> tuple[Variable, ...]:
    rails = each(circuit.theta, len(dynamics.parameters), "theta")
    return tuple(variable(name, f"P{index_of(name)}", rail) for name, rail in zip(dynamics.parameters, rails))


def _inputs(circuit: Circuit, shape: Shape, apart: bool) -> tuple[tuple[Variable, ...], tuple[Variable, ...]]:
    """The inputs as poured in, and as f reads them; the same where nothing turns one into the other."""
    constant: tuple[Rail, ...] = ("single",) * circuit.pad
    rails = (*each(circuit.x, shape.inputs, "x"), *constant)
    if circuit.w_in is None:
        x = _variables("x", "X", rails)
        return (_variables("i", "I", rails) if apart else x), x
    mapped: list[Rail] = [_mapped_rail(row, rails) for row in shape.w_in]
    return _variables("i", "I", rails), _variables("x", "X", mapped)


def _mapped_rail(weights: Iterable[float], rails: Sequence[Rail]) -> Rail:
    """A combination of inputs keeps one rail where no weight is negative and no input with a weight has two."""
    safe = all(weight == 0 or (weight > 0 and rail == "single") for weight, rail in zip(weights, rails))
    return "single" if safe else "dual"


def _target_rails(circuit: Circuit, states: Sequence[Rail], shape: Shape) -> tuple[Rail, ...]:
    if circuit.y is not None:
        return each(circuit.y, shape.outputs, "y")
    return ("single" if set(states) == {"single"} else "dual",) * shape.outputs


def _backward_rail(rails: Sequence[Rail], dynamics: Dynamics, name: str) -> Rail:
    """Running backwards turns growth into loss, so a single-rail z may need a dual-rail zb."""
    shrinks = any(term.coefficient < 0 and name not in term.factors for term in dynamics.backward[name])
    return "dual" if shrinks else rails[int(name[2:]) - 1]


def _adjoints(circuit: Circuit, dynamics: Dynamics, shape: Shape) -> tuple[Variable, ...]:
    if not circuit.shared_adjoint:
        return tuple(variable(name, f"A{name[1:]}", "dual") for name in dynamics.adjoint)
    evolving = any(dynamics.adjoint.values())
    if evolving or circuit.train_w_out or len(set(shape.backward_weights)) > 1:
        why, remedy = "evolve differently, since f depends on z", "Set shared_adjoint = false, or first_order = true."
        if not evolving:
            why, remedy = "start differently, because of the output weights", "Set shared_adjoint = false."
        key = ("circuit", "shared_adjoint")
        raise DesignError(f"circuit.shared_adjoint: the adjoints {why}", circuit.f, remedy, key=key)
    return (variable("a", "A", "dual"),)


def _reads(dynamics: Dynamics, letter: str) -> bool:
    return any(name.startswith(letter) for name in _factors(dynamics))


def _factors(dynamics: Dynamics) -> set[str]:
    """Every symbol that a term reads."""
    return {factor.strip("|") for terms in _equations(dynamics) for term in terms for factor in term.factors}


def _equations(dynamics: Dynamics) -> list[Terms]:
    return [*dynamics.forward.values(), *dynamics.backward.values(), *dynamics.adjoint.values(), *dynamics.gradient.values()]
