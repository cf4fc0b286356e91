"""The fast stages: N2 (adjoint), N4 (update), flush, feed, and the annihilation of rails.

A species is turned into several others in given proportions by unimolecular reactions that compete: reaction j fires for
a share of the molecules and makes whole numbers of products. The shares are chosen so that the expected products are the
weights: with fractional parts f1 >= f2 >= … of the weights, a share f_j - f_(j+1) makes what the first j targets are due.
Nothing is catalytic, so an input is used up by giving exactly its weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit
from dsd_ncrn.ncrn.dynamics import Dynamics
from dsd_ncrn.ncrn.exact import SymbolKind
from dsd_ncrn.ncrn.rails import key_of
from dsd_ncrn.ncrn.roster import Roster, label_of
from dsd_ncrn.ncrn.types import Variable

Weighted = list[tuple[Variable, float]]
SMALLEST = 1e-12
"""Differences of weights below this are rounding."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A competing reaction: its share of the molecules, and what one of them becomes."""

    share: float
    products: tuple[str, ...]


def branches(targets: Sequence[tuple[Variable, float]], sign: float = 1.0) -> tuple[Branch, ...] | Variable:
    """The reactions of a source that counts with ``sign`` for targets with weights; shares add up to 1.

    Returns the variable instead that would have to fall below zero: a single-rail one with a negative weight.
    """
    due: list[tuple[str, int, float]] = []
    for variable, weight in targets:
        amount = weight * sign
        species = variable.plus if amount >= 0 else variable.minus
        if species is None:
            return variable
        whole = floor(abs(amount) + SMALLEST)
        due.append((species, whole, max(abs(amount) - whole, 0.0)))
    return _layers(due)


def _layers(due: Sequence[tuple[str, int, float]]) -> tuple[Branch, ...]:
    # Weights by falling fraction: the first share serves all of them, the next one all but the smallest, and so on.
    levels = sorted({fraction for _, _, fraction in due if fraction > SMALLEST}, reverse=True)
    steps = zip((1.0, *levels), (*levels, 0.0), strict=True)
    found: list[Branch] = []
    for above, below in steps:
        if above - below > SMALLEST:
            products = [name for name, whole, part in due for _ in range(whole + (part >= above))]
            found.append(Branch(above - below, tuple(products)))
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class FastStage:
    """What all reactions of a fast stage share."""

    name: str
    phase: str
    rate: float

    def reaction(
        self, reactants: tuple[str, ...], products: tuple[str, ...], label: str, term: str, share: float = 1.0
    ) -> Reaction:
        """One reaction at the stage's rate times ``share``."""
        origin = Origin(f"{self.name}_{label}", self.name, term)
        phases = frozenset((self.phase,)) if self.phase else frozenset[str]()
        return Reaction(reactants, products, self.rate * share, phases, fast=True, origin=origin)

    def transfer(self, source: Variable, targets: Weighted, term: str) -> list[Reaction]:
        """Turn both rails of a variable into others; DesignError where a single-rail one would have to shrink."""
        made: list[Reaction] = []
        for species, sign in zip(source.species, (1.0, -1.0)):
            found = branches(targets, sign)
            if isinstance(found, Variable):
                raise _needs_two_rails(source, found)
            made += [self._branch(species, branch, number, term) for number, branch in enumerate(found, start=1)]
        return made

    def _branch(self, species: str, branch: Branch, number: int, term: str) -> Reaction:
        label = species if number == 1 else f"{species}_{number}"
        return self.reaction((species,), branch.products, label, term, branch.share)


def _needs_two_rails(source: Variable, target: Variable) -> DesignError:
    kind = key_of(target)
    rule = f"circuit.{kind}: a part of {source.name} lowers {target.name}, which is a single concentration"
    return DesignError(rule, remedy=f'Set circuit.{kind} = "dual".', key=("circuit", kind))


def adjoint_start(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """N2: every z is copied to zb, and a = W_out^T (W_out z - y), which is z1 + … + zd - y for weights of one.

    With trained weights the readout has made the adjoints, and only the copies remain.
    """
    stage = FastStage("N2", "C2", circuit.fast_ratio)
    copies = {variable.symbol.place: variable for variable in roster.zb}
    reactions: list[Reaction] = []
    for place, z in enumerate(roster.z):
        # One molecule of z becomes its copy, its part of the adjoints and of what is reported, in one reaction.
        copied: Weighted = [(copies[z.symbol.place], 1.0)] if z.symbol.place in copies else []
        given = [] if roster.weights else _to_adjoints(roster, [row[place] for row in roster.shape.backward_weights])
        shown = [(variable, row[place]) for variable, row in zip(roster.reported, roster.shape.w_out)]
        reactions += stage.transfer(z, [*copied, *given, *shown], f"a += {z.name}")
    if not roster.weights:
        for y, row in zip(roster.y, roster.shape.w_out):
            reactions += stage.transfer(y, _to_adjoints(roster, [-weight for weight in row]), f"a -= {y.name}")
    return tuple(reactions)


def _to_adjoints(roster: Roster, weights: Sequence[float]) -> Weighted:
    """The adjoints with their weights, those of weight zero left out; the first weight for a shared adjoint."""
    return [(each, weights[each.symbol.number]) for each in roster.adjoints if weights[each.symbol.number]]


def update(circuit: Circuit, roster: Roster, phase: str) -> tuple[Reaction, ...]:
    """N4: theta -= eta g by a branching ratio, or theta -= g where the learning rate is in N3.

    Raises DesignError for a branching ratio above 1, or of a single-rail parameter, which has none.
    """
    stage = FastStage("N4", phase, circuit.fast_ratio)
    pairs = zip(roster.gradients, roster.parameters)
    return tuple(reaction for g, p in pairs for reaction in _update(stage, update_share(circuit, p), g, p))


def update_share(circuit: Circuit, parameter: Variable) -> float:
    """The share of G that reaches P: the learning rate where that is in N4, else 1. Raises DesignError as ``update``."""
    if parameter.minus is None and circuit.learning_rate_in == "N4":
        rule = f"circuit.learning_rate_in: {parameter.name} has one rail, and its N4 moves whole molecules"
        raise DesignError(rule, "N4", 'Leave it out, or set circuit.theta = "dual".', key=("circuit", "learning_rate_in"))
    if parameter.minus is None or circuit.learning_rate_in == "N3":
        return 1.0
    if circuit.learning_rate > 1:
        rule = "circuit.learning_rate: with a dual-rail theta it is the share of G that reaches P, at most 1"
        remedy = 'Lower it, raise T, or set learning_rate_in = "N3".'
        raise DesignError(rule, circuit.learning_rate, remedy, key=("circuit", "learning_rate"))
    return circuit.learning_rate


def _update(stage: FastStage, share: float, gradient: Variable, parameter: Variable) -> list[Reaction]:
    if parameter.minus is None:
        return _single_rail_update(stage, gradient, parameter)
    return _dual_rail_update(stage, share, gradient, parameter)


def _single_rail_update(stage: FastStage, gradient: Variable, parameter: Variable) -> list[Reaction]:
    label, p, term = label_of(parameter.symbol), parameter.plus, f"{parameter.name} -= {gradient.name}"
    plus, minus = gradient.species
    return [
        stage.reaction((plus, p), (), f"{label}p", term),
        stage.reaction((minus,), (p,), f"{label}m", term),
    ]


def _dual_rail_update(stage: FastStage, eta: float, gradient: Variable, parameter: Variable) -> list[Reaction]:
    label, factor = label_of(parameter.symbol), "" if eta == 1 else f"{eta:g} "
    term = f"{parameter.name} -= {factor}{gradient.name}"
    # Descent: G+ makes P-, and G- makes P+.
    crossed = list(zip(gradient.species, reversed(parameter.species), "pm"))
    moved = [stage.reaction((g,), (p,), f"{label}{rail}", term, eta) for g, p, rail in crossed]
    if eta == 1:
        return moved
    # The rest of G vanishes, so that all of it is gone after the update.
    lost = [stage.reaction((g,), (), f"{label}{rail}_decay", term, 1 - eta) for g, _, rail in crossed]
    return moved + lost


def flush(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """Remove A, Zb, X and the errors at the end of an iteration. G needs none: N4, which comes after, uses it up."""
    stage = FastStage("flush", "flush", circuit.fast_ratio)
    # Constants that are added once must not be flushed away.
    held = circuit.pad if loads_stay(circuit, roster) else 0
    inputs = roster.x[: len(roster.x) - held]
    gone = (*roster.adjoints, *roster.zb, *inputs, *roster.errors, *roster.reported)
    return tuple(stage.reaction((name,), (), name, f"{name} = 0") for variable in gone for name in variable.species)


def loads_stay(circuit: Circuit, roster: Roster) -> bool:
    """Whether what is loaded is there until it is flushed: nothing turns it into x or Z."""
    return not roster.is_loaded_apart and circuit.z_initial == "zero"


def feed(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """x = W_in i and, where asked for, Z(0) = x: what is loaded becomes X where f reads it, and Z."""
    if loads_stay(circuit, roster):
        return ()
    stage = FastStage("feed", "C1", circuit.fast_ratio)
    reactions: list[Reaction] = []
    for place, loaded in enumerate(roster.loaded):
        weights = [row[place] for row in roster.shape.w_in]
        targets: Weighted = []
        for x, z, weight in zip(roster.x, roster.z, weights):
            if weight and roster.is_loaded_apart and x.symbol in roster.variables:
                targets.append((x, weight))
            if weight and circuit.z_initial == "x":
                targets.append((z, weight))
        names = ", ".join(target.name for target, _ in targets)
        reactions += stage.transfer(loaded, targets, f"{names} += {loaded.name}")
    return tuple(reactions)


def annihilation(circuit: Circuit, dynamics: Dynamics, roster: Roster) -> tuple[Reaction, ...]:
    """S+ + S- -> 0, in every phase, for the groups the design names.

    Z always where f has a power or product of z: |z| relies on one rail being empty, and the rails of z^2 or z^3, both of
    which feed each other, would run to infinity together while their difference does not.
    """
    stage = FastStage("annihilation", "", circuit.fast_ratio)
    groups: dict[str, Iterable[Variable]] = {
        "A": (*roster.errors, *roster.adjoints),
        "G": roster.gradients,
        "Z": (*roster.z, *roster.zb),
        "P": roster.parameters,
    }
    wanted = {*circuit.annihilate, *("Z" if is_nonlinear(dynamics) else "")}
    pairs = [item for name, group in groups.items() if name in wanted for item in group if item.minus is not None]
    return tuple(stage.reaction(item.species, (), item.carrier, f"{item.name} keeps one rail") for item in pairs)


def is_nonlinear(dynamics: Dynamics) -> bool:
    """Whether f has a term with two or more factors z."""
    return any(term.reads(SymbolKind.Z) > 1 for terms in dynamics.forward.values() for term in terms)
