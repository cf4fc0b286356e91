"""The slow stages: N1, the forward pass, and N3, the backward pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.spec import Circuit
from dsd_ncrn.ncrn.dynamics import Dynamics, Term, Terms
from dsd_ncrn.ncrn.rails import Variables, kinetic_reactions, not_kinetic, rail_of
from dsd_ncrn.ncrn.roster import BIAS, Roster, index_of
from dsd_ncrn.ncrn.types import Variable

# A DNA gate holds back its first input, so what stands first should be first nowhere else: x in N1, the adjoint in N3.
_FORWARD_ORDER = ("x", "z", "theta", "Theta", "beta")
_BACKWARD_ORDER = ("a", "x", "zb", "theta", "Theta", "beta")


@dataclass(frozen=True, slots=True)
class Slow:
    """How the terms of a slow stage become reactions: the order of their reactants, and the variables they read."""

    stage: str
    order: tuple[str, ...]
    variables: Variables

    def reactions(self, target: Variable, term: Term, label: str, scale: float = 1.0) -> tuple[Reaction, ...]:
        """One reaction for each monomial of a term; they are named by ``label`` and the rails of their reactants."""
        dual = {name for variable in self.variables.values() if variable.minus for name in variable.species}

        def origin(reactants: tuple[str, ...]) -> Origin:
            rails = "".join(name[-1] for name in reactants if name in dual)
            return Origin(f"{self.stage}_{label}{rails}", self.stage, str(term))

        return kinetic_reactions(target, term, self.variables, self._rank, origin, scale)

    def _rank(self, factor: str) -> int:
        return self.order.index(factor.strip("|").rstrip("0123456789_"))


def forward_pass(dynamics: Dynamics, roster: Roster) -> tuple[Reaction, ...]:
    """N1: dz/dt = f(x, z)."""
    slow = Slow("N1", _FORWARD_ORDER, roster.variables)
    pairs = [(variable, dynamics.forward[variable.name]) for variable in roster.z]
    reactions = [
        reaction
        for target, terms in pairs
        for term in terms
        if term.factors
        for reaction in slow.reactions(target, term, _forward_label(target, term))
    ]
    return finished("C1", [*reactions, *_bias("N1", pairs, "bias")])


def backward_pass(circuit: Circuit, dynamics: Dynamics, roster: Roster) -> tuple[Reaction, ...]:
    """N3: dzb/dt = -f, da/dt = a df/dz, dg/dt = a df/dtheta; the last times eta where the learning rate is in N3."""
    slow = Slow("N3", _BACKWARD_ORDER, roster.variables)
    states = [(variable, dynamics.backward[variable.name]) for variable in roster.zb]
    gradients = [(g, p) for g, p in zip(roster.gradients, roster.parameters) if p.name in dynamics.gradient]
    blocks = [
        *((roster.variables[name], terms, f"A{name[1:]}", 1.0) for name, terms in dynamics.adjoint.items()),
        *((g, dynamics.gradient[p.name], index_of(p.name), gradient_scale(circuit, p)) for g, p in gradients),
    ]
    grown = [
        reaction
        for target, terms in states
        for term in terms
        if term.factors
        for reaction in slow.reactions(target, term, target.plus.removesuffix("p"))
    ]
    others = [
        reaction
        for target, terms, label, rate in blocks
        for term in terms
        if term.factors
        for reaction in slow.reactions(target, term, label, rate)
    ]
    return finished("C2", [*_capped(circuit, roster, grown), *others, *_bias("N3", states, "Zb_bias")])


def gradient_scale(circuit: Circuit, parameter: Variable) -> float:
    """What G holds over the gradient: the learning rate where that is in N3, else 1."""
    in_gradient = parameter.minus is None or circuit.learning_rate_in == "N3"
    return circuit.learning_rate if in_gradient else 1.0


def _capped(circuit: Circuit, roster: Roster, reactions: Iterable[Reaction]) -> list[Reaction]:
    """Nonlinear growth of zb spends a finite fuel, so that it ends where the algebra would run to infinity.

    The rate is k [F] / cap, which is k while little has been used, as with the gates of a DNA circuit.
    """
    if circuit.zb_cap is None:
        return list(reactions)
    backward = {name: variable for variable in roster.zb for name in variable.species}
    return [_fuelled(reaction, circuit.zb_cap, backward, roster) for reaction in reactions]


def _fuelled(reaction: Reaction, cap: float, backward: Variables, roster: Roster) -> Reaction:
    grown = [name for name in backward if reaction.products.count(name) > reaction.reactants.count(name)]
    degree = sum(name in backward for name in reaction.reactants)
    if degree < 2 or not grown:
        return reaction
    fuel = roster.fuels[int(backward[grown[0]].name[2:]) - 1].plus
    return replace(reaction, reactants=(*reaction.reactants, fuel), rate=reaction.rate / cap)


def _forward_label(target: Variable, term: Term) -> str:
    """The index of the term's parameter, or the species that changes where it has none."""
    indices = [index_of(name) for name in term.factors if name.startswith(("theta", "Theta", "beta"))]
    return indices[0] if len(indices) == 1 else f"Z{target.name[1:]}"


def _bias(stage: str, pairs: Iterable[tuple[Variable, Terms]], label: str) -> list[Reaction]:
    """The constant terms: B makes all variables that share a constant in one reaction, and is kept."""
    grown: dict[float, list[str]] = {}
    for target, terms in pairs:
        for term in terms:
            if not term.factors:
                species = rail_of(target, term.coefficient)
                if species is None:
                    raise not_kinetic(target, term)
                grown.setdefault(abs(term.coefficient), []).append(species)
    return [
        Reaction((BIAS,), (BIAS, *species), rate, origin=Origin(f"{stage}_{label}", stage, f"{rate:g}"))
        for rate, species in grown.items()
    ]


def finished(phase: str, reactions: Iterable[Reaction]) -> tuple[Reaction, ...]:
    """Bind the reactions to their clock phase and number those whose names would coincide."""
    taken: set[str] = set()
    result: list[Reaction] = []
    for reaction in reactions:
        name = unique = reaction.origin.reaction
        number = 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique)
        origin = replace(reaction.origin, reaction=unique)
        result.append(replace(reaction, phases=frozenset((phase,)), origin=origin))
    return tuple(result)
