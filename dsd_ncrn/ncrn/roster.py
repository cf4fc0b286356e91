"""The variables of a circuit and the species that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_letters

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, Rail
from dsd_ncrn.ncrn.dynamics import Dynamics, Terms
from dsd_ncrn.ncrn.rails import Variables, variable
from dsd_ncrn.ncrn.types import Variable

BIAS = "B"


@dataclass(frozen=True, slots=True)
class Roster:
    """Every variable by the name that terms use, and by role.

    ``loaded`` are the input variables as they are poured in: the x themselves, or separate species I that are split
    into X and Z where both are needed. ``padded`` is the number of trailing inputs that are constants.
    """

    variables: Variables
    x: tuple[Variable, ...]
    loaded: tuple[Variable, ...]
    y: Variable
    z: tuple[Variable, ...]
    zb: tuple[Variable, ...]
    parameters: tuple[Variable, ...]
    adjoints: tuple[Variable, ...]
    gradients: tuple[Variable, ...]
    padded: int

    @property
    def reads_x(self) -> bool:
        """Whether f reads the inputs during the passes."""
        return any(variable.name in self.variables for variable in self.x)


def roster(circuit: Circuit, dynamics: Dynamics) -> Roster:
    """Name the species of a circuit; ``dynamics`` says which backward variables exist.

    Raises DesignError where a shared adjoint was asked for and the adjoints differ.
    """
    d = dynamics.dimension
    numbers = range(1, d + 1)
    data = d - circuit.pad
    x = tuple(variable(f"x{i}", f"X{i}", circuit.x if i <= data else "single") for i in numbers)
    z = tuple(variable(f"z{i}", f"Z{i}", circuit.z) for i in numbers)
    zb = tuple(variable(name, f"Zb{name[2:]}", _backward_rail(circuit, dynamics, name)) for name in dynamics.backward)
    parameters = tuple(variable(name, f"P{index_of(name)}", circuit.theta) for name in dynamics.parameters)
    adjoints = _adjoints(circuit, dynamics)
    gradients = tuple(variable(f"g{index_of(name)}", f"G{index_of(name)}", "dual") for name in dynamics.parameters)
    read = {factor.strip("|") for equations in _equations(dynamics) for term in equations for factor in term.factors}
    by_name = {item.name: item for item in (*z, *zb, *parameters)} | {item.name: item for item in x if item.name in read}
    by_name |= dict(zip(dynamics.adjoint, adjoints if not circuit.shared_adjoint else adjoints * d))
    return Roster(
        by_name,
        x,
        _loaded(circuit, x, any(item.name in read for item in x)),
        variable("y", "Y", circuit.y or circuit.z),
        z,
        zb,
        parameters,
        adjoints,
        gradients,
        circuit.pad,
    )


def index_of(parameter: str) -> str:
    """What tells a parameter's species apart: 1 for theta1, 12 for Theta12, b1 for beta1."""
    digits = parameter.lstrip(ascii_letters)
    return f"b{digits}" if parameter.startswith("beta") else digits


def _equations(dynamics: Dynamics) -> list[Terms]:
    return [*dynamics.forward.values(), *dynamics.backward.values(), *dynamics.adjoint.values(), *dynamics.gradient.values()]


def _backward_rail(circuit: Circuit, dynamics: Dynamics, name: str) -> Rail:
    """Running backwards turns growth into loss, so a single-rail z may need a dual-rail zb."""
    shrinks = any(term.coefficient < 0 and name not in term.factors for term in dynamics.backward[name])
    return "dual" if shrinks else circuit.z


def _adjoints(circuit: Circuit, dynamics: Dynamics) -> tuple[Variable, ...]:
    if not circuit.shared_adjoint:
        return tuple(variable(name, f"A{name[1:]}", "dual") for name in dynamics.adjoint)
    if any(dynamics.adjoint.values()):
        raise DesignError(
            "circuit.shared_adjoint: the adjoints evolve differently, since f depends on z",
            circuit.f,
            "Set shared_adjoint = false, or first_order = true.",
            key=("circuit", "shared_adjoint"),
        )
    return (variable("a", "A", "dual"),)


def _loaded(circuit: Circuit, x: tuple[Variable, ...], reads_x: bool) -> tuple[Variable, ...]:
    if circuit.z_initial == "x" and reads_x:
        return tuple(variable(f"i{i}", f"I{i}", "single" if item.minus is None else "dual") for i, item in enumerate(x, 1))
    return x
