"""The slow stages: N1, the forward pass, N3, the backward pass, and between them the readout of trained output weights.

readout (one unit of time): e = W z - y, with z and W constant. error (one unit): a = W^T e, and dL/dW = e z^T. Both are
products of two variables that a fast unimolecular N2 cannot make, so each has a clock phase of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.spec import Circuit
from dsd_ncrn.ncrn.dynamics import Dynamics, Term, Terms
from dsd_ncrn.ncrn.exact import PARAMETER_KINDS, Symbol, SymbolKind
from dsd_ncrn.ncrn.fast import FastStage
from dsd_ncrn.ncrn.rails import Variables, kinetic_reactions, not_kinetic, rail_of
from dsd_ncrn.ncrn.roster import BIAS, Roster, label_of
from dsd_ncrn.ncrn.types import Variable

# A DNA gate holds back its first input, so what stands first should be first nowhere else: x in N1, the adjoint in N3.
_FORWARD_ORDER = (SymbolKind.X, SymbolKind.Z, *PARAMETER_KINDS)
_BACKWARD_ORDER = (SymbolKind.ADJOINT, SymbolKind.X, SymbolKind.BACKWARD, *PARAMETER_KINDS)

READOUT, ERROR = "readout", "error"
DURATION = 1.0


@dataclass(frozen=True, slots=True)
class Slow:
    """How the terms of a slow stage become reactions: the order of their reactants, and the variables they read."""

    stage: str
    order: tuple[SymbolKind, ...]
    variables: Variables

    def reactions(self, target: Variable, term: Term, label: str, scale: float = 1.0) -> tuple[Reaction, ...]:
        """One reaction for each monomial of a term; they are named by ``label`` and the rails of their reactants."""
        carriers = {rail.name: rail for variable in self.variables.values() for rail in variable.rails}

        def origin(reactants: tuple[str, ...]) -> Origin:
            rails = "".join(carriers[name].rail for name in reactants)
            return Origin(f"{self.stage}_{label}{rails}", self.stage, str(term))

        return kinetic_reactions(target, term, self.variables, lambda symbol: self.order.index(symbol.kind), origin, scale)

    def made(self, blocks: Iterable[tuple[Variable, Terms, str, float]]) -> list[Reaction]:
        """The reactions of whole equations but for their constants: targets, terms, labels and scales."""
        return [
            reaction
            for target, terms, label, scale in blocks
            for term in terms
            if term.factors
            for reaction in self.reactions(target, term, label, scale)
        ]


def forward_pass(dynamics: Dynamics, roster: Roster) -> tuple[Reaction, ...]:
    """N1: dz/dt = f(x, z)."""
    slow = Slow("N1", _FORWARD_ORDER, roster.variables)
    pairs = [(variable, dynamics.forward[variable.symbol]) for variable in roster.z]
    reactions = slow.made((target, (term,), _forward_label(target, term), 1.0) for target, terms in pairs for term in terms)
    return finished("C1", [*reactions, *_bias("N1", pairs, "bias")])


def backward_pass(circuit: Circuit, dynamics: Dynamics, roster: Roster) -> tuple[Reaction, ...]:
    """N3: dzb/dt = -f, da/dt = a df/dz, dg/dt = a df/dtheta; the last times eta where the learning rate is in N3."""
    slow = Slow("N3", _BACKWARD_ORDER, roster.variables)
    states = [(variable, dynamics.backward[variable.symbol]) for variable in roster.zb]
    gradients = [(g, p) for g, p in zip(roster.gradients, roster.parameters) if p.symbol in dynamics.gradient]
    # The state runs back along its own trajectory; only its growth can run away, and is capped.
    grown = slow.made((target, terms, target.carrier, 1.0) for target, terms in states)
    others = [
        *slow.made((roster.variables[each], terms, f"A{each.place}", 1.0) for each, terms in dynamics.adjoint.items()),
        # Gradients accumulate; with the learning rate here, G is eta times the gradient.
        *slow.made((g, dynamics.gradient[p.symbol], label_of(p.symbol), gradient_scale(circuit, p)) for g, p in gradients),
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


def _fuelled(reaction: Reaction, cap: float, backward: Mapping[str, Variable], roster: Roster) -> Reaction:
    # Only growth by at least two backward states can run to infinity in finite time.
    grown = [name for name in backward if reaction.products.count(name) > reaction.reactants.count(name)]
    degree = sum(name in backward for name in reaction.reactants)
    if degree < 2 or not grown:
        return reaction
    fuel = roster.fuels[backward[grown[0]].symbol.number].plus
    return replace(reaction, reactants=(*reaction.reactants, fuel), rate=reaction.rate / cap)


def _forward_label(target: Variable, term: Term) -> str:
    """The index of the term's parameter, or the species that changes where it has none."""
    labels = [label_of(each) for each in term.factors if each.kind in PARAMETER_KINDS]
    return labels[0] if len(labels) == 1 else target.carrier


def _bias(stage: str, pairs: Iterable[tuple[Variable, Terms]], label: str) -> list[Reaction]:
    """The constant terms: B makes all variables that share a constant in one reaction, and is kept."""
    grown: dict[float, list[str]] = {}
    for target, terms in pairs:
        for term in terms:
            if not term.factors:
                species = rail_of(target, term.coefficient)
                if species is None:
                    raise not_kinetic(target, term)
                # One catalyst for all constants: equal ones share a reaction, and so a gate.
                grown.setdefault(abs(term.coefficient), []).append(species)
    return [
        Reaction((BIAS,), (BIAS, *species), rate, origin=Origin(f"{stage}_{label}", stage, f"{rate:g}"))
        for rate, species in grown.items()
    ]


def readout(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """The reactions of both phases; none for fixed weights."""
    if not roster.weights:
        return ()
    fast = FastStage("readout", READOUT, circuit.fast_ratio)
    compared = [
        reaction for y, e in zip(roster.y, roster.errors) for reaction in fast.transfer(y, [(e, -1.0)], f"e -= {y.name}")
    ]
    names = {item.symbol: item for item in (*roster.variables.values(), *roster.errors)}
    reading = Slow("readout", (SymbolKind.Z, SymbolKind.WEIGHT), names)
    spreading = Slow("readout", (SymbolKind.ERROR, SymbolKind.WEIGHT, SymbolKind.Z), names)
    read, spread = _readout_terms(roster)
    scales = {g.symbol: gradient_scale(circuit, p) for g, p in zip(roster.gradients, roster.parameters)}
    return (
        *finished(READOUT, reading.made((target, (term,), target.name, 1.0) for target, term in read)),
        *compared,
        *finished(
            ERROR,
            spreading.made((target, (term,), target.name, scales.get(target.symbol, 1.0)) for target, term in spread),
        ),
    )


def readout_equations(roster: Roster, phase: str) -> tuple[tuple[Variable, ...], dict[Symbol, Terms]]:
    """The variables that a phase changes slowly, and their right-hand sides."""
    found: dict[Variable, list[Term]] = {}
    for target, term in _readout_terms(roster)[phase == ERROR]:
        found.setdefault(target, []).append(term)
    return tuple(found), {target.symbol: tuple(terms) for target, terms in found.items()}


def _readout_terms(roster: Roster) -> tuple[list[tuple[Variable, Term]], list[tuple[Variable, Term]]]:
    """(changing variable, term) for the readout, and for adjoints and gradients of the weights."""
    adjoints = {item.symbol.place: item for item in roster.adjoints}
    gradients = dict(zip(roster.parameters, roster.gradients))
    read: list[tuple[Variable, Term]] = []
    spread: list[tuple[Variable, Term]] = []
    places = [(e, z) for e in roster.errors for z in roster.z]
    for weight, (e, z) in zip(roster.weights, places, strict=True):
        read.append((e, Term(1.0, (weight.symbol, z.symbol))))
        if z.symbol.place in adjoints:
            spread.append((adjoints[z.symbol.place], Term(1.0, (weight.symbol, e.symbol))))
        spread.append((gradients[weight], Term(1.0, (e.symbol, z.symbol))))
    return read, spread


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
