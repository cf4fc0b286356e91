"""The slow stages: N1, the forward pass, and N3, the backward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.ncrn.dynamics import Dynamics, Term, Terms
from dsd_ncrn.ncrn.rails import kinetic_reactions, not_kinetic, rail_of
from dsd_ncrn.ncrn.roster import BIAS, Roster, index_of
from dsd_ncrn.ncrn.types import Variable

# A DNA gate holds back its first input, so what stands first should be first nowhere else: x in N1, the adjoint in N3.
_FORWARD_ORDER = ("x", "z", "theta", "Theta", "beta")
_BACKWARD_ORDER = ("a", "x", "zb", "theta", "Theta", "beta")


def forward_pass(dynamics: Dynamics, roster: Roster) -> tuple[Reaction, ...]:
    """N1: dz/dt = f(x, z)."""
    pairs = [(variable, dynamics.forward[variable.name]) for variable in roster.z]
    reactions = [
        reaction
        for target, terms in pairs
        for term in terms
        if term.factors
        for reaction in _reactions("N1", target, term, roster, _forward_label(target, term))
    ]
    return _finished("N1", "C1", [*reactions, *_bias("N1", pairs, "bias")])


def backward_pass(dynamics: Dynamics, roster: Roster, gradient_rate: float) -> tuple[Reaction, ...]:
    """N3: dzb/dt = -f, da/dt = a df/dz, dg/dt = a df/dtheta; the last at ``gradient_rate``."""
    states = [(variable, dynamics.backward[variable.name]) for variable in roster.zb]
    gradients = zip(roster.gradients, roster.parameters)
    blocks = [
        *((target, terms, target.plus.removesuffix("p"), 1.0) for target, terms in states),
        *((roster.variables[name], terms, f"A{name[1:]}", 1.0) for name, terms in dynamics.adjoint.items()),
        *((target, dynamics.gradient[of.name], index_of(of.name), gradient_rate) for target, of in gradients),
    ]
    reactions = [
        reaction
        for target, terms, label, rate in blocks
        for term in terms
        if term.factors
        for reaction in _reactions("N3", target, term, roster, label, rate)
    ]
    return _finished("N3", "C2", [*reactions, *_bias("N3", states, "Zb_bias")])


def _forward_label(target: Variable, term: Term) -> str:
    """The index of the term's parameter, or the species that changes where it has none."""
    indices = [index_of(name) for name in term.factors if name.startswith(("theta", "Theta", "beta"))]
    return indices[0] if len(indices) == 1 else f"Z{target.name[1:]}"


def _order(names: tuple[str, ...]) -> Callable[[str], int]:
    return lambda factor: names.index(factor.strip("|").rstrip("0123456789_"))


def _reactions(
    stage: str, target: Variable, term: Term, roster: Roster, label: str, scale: float = 1.0
) -> tuple[Reaction, ...]:
    order = _order(_FORWARD_ORDER if stage == "N1" else _BACKWARD_ORDER)
    dual = {name for variable in roster.variables.values() if variable.minus for name in variable.species}

    def origin(reactants: tuple[str, ...]) -> Origin:
        rails = "".join(name[-1] for name in reactants if name in dual)
        return Origin(f"{stage}_{label}{rails}", stage, str(term))

    return kinetic_reactions(target, term, roster.variables, order, origin, scale)


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


def _finished(stage: str, phase: str, reactions: Iterable[Reaction]) -> tuple[Reaction, ...]:
    """Bind the reactions to their clock phase and number those whose names would coincide."""
    taken: set[str] = set()
    result: list[Reaction] = []
    for reaction in reactions:
        name = reaction.origin.reaction
        candidates = (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3)))
        unique = next(candidate for candidate in candidates if candidate not in taken)
        taken.add(unique)
        origin = replace(reaction.origin, reaction=unique)
        result.append(replace(reaction, phases=frozenset((phase,)), origin=origin))
    return tuple(result)
