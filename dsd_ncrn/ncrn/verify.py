"""A check of the compiler: the mass action of the slow reactions is the differential equation they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

import numpy as np

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.compile import compile_design, derive
from dsd_ncrn.ncrn.dynamics import Terms
from dsd_ncrn.ncrn.roster import Roster, roster
from dsd_ncrn.ncrn.types import Variable

State = Mapping[str, float]


def largest_error(spec: DesignSpec, dimension: int, seed: int = 0, states: int = 20) -> float:
    """The largest relative difference between mass action and algebra over random states of the compiled design.

    The states have both rails of every variable filled, or one of them empty where f uses |z|, which means the size of
    z only then. Raises what ``compile_design`` raises.
    """
    dynamics = derive(spec.circuit, dimension)
    names = roster(spec.circuit, dynamics)
    crn = compile_design(spec, dimension).crn
    eta = spec.circuit.learning_rate if spec.circuit.theta == "single" else 1.0
    gradients = dict(zip((variable.name for variable in names.gradients), dynamics.gradient.values()))
    rng, worst = np.random.default_rng(seed), 0.0
    for _ in range(states):
        state = _random_state(rng, names, crn.species, one_rail="abs" in spec.circuit.f)
        forward, backward = mass_action(crn.stage("N1"), state), mass_action(crn.stage("N3"), state)
        values = {name: _real(variable, state) for name, variable in names.variables.items()}
        pairs = [
            *_compare(names.z, dynamics.forward, forward, values),
            *_compare(names.zb, dynamics.backward, backward, values),
            *_compare(names.adjoints, _by_variable(names, dynamics.adjoint), backward, values),
            *_compare(names.gradients, gradients, backward, values, eta),
        ]
        worst = max(worst, *(abs(found - right) / max(1.0, abs(right)) for found, right in pairs))
    return worst


def mass_action(reactions: Iterable[Reaction], state: State) -> dict[str, float]:
    """The rate of change of every species: k times the product of concentrations, without factorials."""
    rates = dict.fromkeys(state, 0.0)
    for reaction in reactions:
        flux = reaction.rate * prod(state[name] for name in reaction.reactants)
        for name in reaction.reactants:
            rates[name] -= flux
        for name in reaction.products:
            rates[name] += flux
    return rates


def _real(variable: Variable, amounts: State) -> float:
    """The real number that a variable's species stand for."""
    return amounts[variable.plus] - (amounts[variable.minus] if variable.minus else 0.0)


def _random_state(rng: np.random.Generator, names: Roster, species: Iterable[str], one_rail: bool) -> dict[str, float]:
    state = {name: float(rng.uniform(0.0, 2.0)) for name in species}
    state |= dict.fromkeys(set("B") & state.keys(), 1.0)
    for variable in names.variables.values():
        if one_rail and variable.minus is not None:
            state[variable.species[int(rng.integers(2))]] = 0.0
    return state


def _by_variable(names: Roster, adjoint: Mapping[str, Terms]) -> dict[str, Terms]:
    """The adjoint equations by the name of the variable that carries them (one for all, where it is shared)."""
    return {names.variables[name].name: terms for name, terms in adjoint.items()}


def _compare(
    variables: Iterable[Variable], equations: Mapping[str, Terms], rates: State, values: State, scale: float = 1.0
) -> list[tuple[float, float]]:
    """Pairs of (mass action, algebra) for the change of each variable."""
    return [(_real(item, rates), scale * sum(term.value(values) for term in equations[item.name])) for item in variables]
