"""From real-valued terms to mass action: dual-rail variables and the reaction templates of the paper's Table 2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

from dsd_ncrn.crn.types import Origin, Reaction, Species
from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Rail
from dsd_ncrn.ncrn.dynamics import Term
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.ncrn.types import Variable

Variables = Mapping[Symbol, Variable]


@dataclass(frozen=True, slots=True)
class Monomial:
    """A coefficient times a product of concentrations: one term of a right-hand side after dual railing."""

    coefficient: float
    species: tuple[str, ...]


def variable(symbol: Symbol, kind: SpeciesKind, rail: Rail) -> Variable:
    """A variable on species of a kind, one for each rail, at the place of its symbol."""
    return Variable(symbol, tuple(Species(kind, symbol.place, each) for each in (("",) if rail == "single" else ("p", "m"))))


def rail_of(target: Variable, sign: float) -> str | None:
    """The species whose growth changes the variable in the direction of ``sign``; None where there is none."""
    return target.plus if sign > 0 else target.minus


def monomials(term: Term, variables: Variables) -> tuple[Monomial, ...]:
    """Expand a term over the rails: four monomials for a product of two dual-rail variables (types II and III).

    |z| counts both rails as positive, which holds while one of them is empty; what cancels is left out, so z |z| gives
    two monomials.
    """
    # (x+ - x-)(y+ - y-) multiplied out: one monomial for each choice of rails, its sign the product of theirs.
    choices = [_choices(each, variables) for each in term.factors]
    expanded = [Monomial(_signed(term.coefficient, rails), tuple(rail for rail, _ in rails)) for rails in product(*choices)]
    return _without_cancelled(expanded) if any(each.absolute for each in term.factors) else tuple(expanded)


def _choices(symbol: Symbol, variables: Variables) -> tuple[tuple[str, float], ...]:
    source = variables[symbol.plain]
    if source.minus is None:
        return ((source.plus, 1.0),)
    return (source.plus, 1.0), (source.minus, 1.0 if symbol.absolute else -1.0)


def _signed(coefficient: float, rails: tuple[tuple[str, float], ...]) -> float:
    for _, sign in rails:
        coefficient *= sign
    return coefficient


def _without_cancelled(expanded: list[Monomial]) -> tuple[Monomial, ...]:
    # z |z| gives z+z- with both signs: what cancels is no reaction.
    balance: Counter[tuple[str, ...]] = Counter()
    for monomial in expanded:
        balance[tuple(sorted(monomial.species))] += 1 if monomial.coefficient > 0 else -1
    kept: list[Monomial] = []
    for monomial in expanded:
        species, sign = tuple(sorted(monomial.species)), 1 if monomial.coefficient > 0 else -1
        if balance[species] * sign > 0:
            balance[species] -= sign
            kept.append(monomial)
    return tuple(kept)


def products_of(target: Variable, monomial: Monomial) -> tuple[str, ...] | None:
    """What the reactants of a monomial become, so that ``target`` changes at its rate; None if that is not kinetic.

    Powers of a rail of the target itself grow by one (type IV) or shrink by one (type V); everything else is catalytic
    and adds to a rail (types I to III). A single-rail target can only shrink where it is a reactant itself.
    """
    # A power of one of the target's own rails can change that rail itself, without a catalyst.
    own = set(monomial.species) if set(monomial.species) <= set(target.species) else set[str]()
    shrinking = {target.plus: -1.0, target.minus: 1.0}
    # Falling: one molecule fewer comes out (type V).
    if len(own) == 1 and monomial.coefficient * shrinking[next(iter(own))] > 0:
        return monomial.species[1:]
    # Else the rail of the right sign gains a molecule, and all reactants come back (types I to IV).
    grown = rail_of(target, monomial.coefficient)
    if grown is not None:
        return (*monomial.species, grown)
    # A single rail can fall only by a reaction that takes it: without it the rate would not stop at 0.
    if target.plus not in monomial.species:
        return None
    place = monomial.species.index(target.plus)
    return monomial.species[:place] + monomial.species[place + 1 :]


def kinetic_reactions(
    target: Variable,
    term: Term,
    variables: Variables,
    order: Callable[[Symbol], int],
    label: Callable[[tuple[str, ...]], Origin],
    scale: float = 1.0,
) -> tuple[Reaction, ...]:
    """The reactions that make ``target`` change at the rate of ``term`` times ``scale``.

    ``order`` ranks symbols, the first reactant first; ``label`` names a reaction by its reactants. Raises DesignError
    where a single-rail target would have to shrink without taking part.
    """
    ordered = Term(term.coefficient * scale, tuple(sorted(term.factors, key=order)))
    reactions: list[Reaction] = []
    for monomial in monomials(ordered, variables):
        products = products_of(target, monomial)
        if products is None:
            raise not_kinetic(target, term)
        rate = abs(monomial.coefficient)
        reactions.append(Reaction(monomial.species, products, rate, origin=label(monomial.species)))
    return tuple(reactions)


def not_kinetic(target: Variable, term: Term) -> DesignError:
    """The error for a term that would make a concentration negative."""
    return DesignError(
        f"circuit.f: the term {term} lowers {target.name}, which is a single concentration and not a reactant of it",
        remedy=f'Set circuit.{key_of(target)} = "dual".',
        key=("circuit", "f"),
    )


def key_of(target: Variable) -> str:
    """The key of a design's circuit that says how many rails a variable has."""
    return SymbolKind.Z if target.symbol.kind == SymbolKind.BACKWARD else target.symbol.kind
