"""The equations of a circuit, and where its parameters start."""

from __future__ import annotations

from collections.abc import Iterable

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit
from dsd_ncrn.ncrn.dynamics import Dynamics, differentiate
from dsd_ncrn.ncrn.exact import SymbolKind
from dsd_ncrn.ncrn.formula import parse_formula
from dsd_ncrn.ncrn.roster import Shape, each


def derive(circuit: Circuit, shape: Shape) -> Dynamics:
    """The differential equations of a circuit; DesignError for a formula that cannot learn."""
    beta = None if circuit.train_beta else _per_entry(circuit.beta, shape.states, "beta")
    dynamics = differentiate(parse_formula(circuit.f, shape.states, beta), circuit.first_order)
    if not dynamics.parameters:
        raise DesignError("circuit.f: nothing in f can be trained", circuit.f, "Use theta or Theta.", key=("circuit", "f"))
    reads_x = any(term.reads(SymbolKind.X) for terms in dynamics.forward.values() for term in terms)
    if not reads_x and circuit.z_initial == "zero":
        remedy = 'Use x in f, or set circuit.z_initial = "x".'
        raise DesignError("circuit.f: the inputs reach nothing", circuit.f, remedy, key=("circuit", "f"))
    return dynamics


def initial_parameters(circuit: Circuit, dynamics: Dynamics, shape: Shape) -> tuple[float, ...]:
    """One start value per parameter: theta and Theta (row by row), beta, output weights.

    Raises DesignError for a wrong number of values, or a negative one on a single rail.
    """
    trained = [each for each in dynamics.parameters if each.kind == SymbolKind.BETA]
    offsets = _per_entry(circuit.beta, shape.states, "beta") if trained else ()
    start = (*theta_start(circuit, dynamics), *(offsets[each.number] for each in trained))
    check_start(circuit, dynamics, start, "theta_initial")
    return (*start, *(weight for row in shape.w_out for weight in row)) if circuit.train_w_out else start


def check_start(circuit: Circuit, dynamics: Dynamics, start: Iterable[float], key: str) -> None:
    """Raises DesignError, at the key that gives it (for beta that one), for a negative start value on a single rail."""
    rails = each(circuit.theta, len(dynamics.parameters), "theta")
    for symbol, value, rail in zip(dynamics.parameters, start, rails):
        if rail == "single" and value < 0:
            given = str(SymbolKind.BETA) if symbol.kind == SymbolKind.BETA else key
            rule = f"circuit.{given}: {symbol} is a concentration, as a parameter on a single rail"
            remedy = 'Start at 0 or above, or set circuit.theta = "dual".'
            raise DesignError(rule, float(value), remedy, key=("circuit", given))


def theta_start(circuit: Circuit, dynamics: Dynamics) -> tuple[float, ...]:
    """One start value for each entry of theta and Theta that f has; DesignError for a wrong number of values."""
    count = sum(symbol.kind != SymbolKind.BETA for symbol in dynamics.parameters)
    return _per_entry(circuit.theta_initial, count, "theta_initial")


def _per_entry(value: float | tuple[float, ...], count: int, key: str) -> tuple[float, ...]:
    if not isinstance(value, tuple):
        return (float(value),) * count
    if len(value) != count:
        raise DesignError(f"circuit.{key}: one value, or a list of {count}", list(value), key=("circuit", key))
    return value
