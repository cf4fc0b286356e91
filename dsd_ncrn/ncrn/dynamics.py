"""The ordinary differential equations of a Neural CRN: forward pass, adjoint and gradient, as lists of terms.

Chen et al. 2018 ("Neural Ordinary Differential Equations") in forward time, as in Table 4 of the Neural CRN paper:
dz/dt = f, then dzb/dt = -f(x, zb), da/dt = a df/dz, dg/dt = a df/dtheta with z = zb.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from dsd_ncrn.ncrn.exact import Polynomial, Symbol, SymbolKind
from dsd_ncrn.ncrn.formula import Formula

Terms = tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A coefficient times factors, with repetition."""

    coefficient: float
    factors: tuple[Symbol, ...]

    def __str__(self) -> str:
        number, factors = f"{self.coefficient:g}", map(str, self.factors)
        if not self.factors or abs(self.coefficient) != 1.0:
            return "*".join((number, *factors))
        return number.removesuffix("1") + "*".join(factors)

    def value(self, values: Mapping[Symbol, float]) -> float:
        """The term's value, given those of its symbols."""
        return self.coefficient * prod(abs(values[each.plain]) if each.absolute else values[each] for each in self.factors)

    def reads(self, *kinds: SymbolKind) -> int:
        """How many of its factors are of some kinds."""
        return sum(each.kind in kinds for each in self.factors)


@dataclass(frozen=True, slots=True)
class Dynamics:
    """All right-hand sides, by the symbol that changes.

    ``forward`` has z1…; ``backward`` zb1…; ``adjoint`` a1…; ``gradient`` one entry per parameter. Backward and adjoint
    hold only what the gradient needs; an adjoint that is needed and constant has no terms.
    """

    dimension: int
    parameters: tuple[Symbol, ...]
    forward: Mapping[Symbol, Terms]
    backward: Mapping[Symbol, Terms]
    adjoint: Mapping[Symbol, Terms]
    gradient: Mapping[Symbol, Terms]

    @property
    def terms(self) -> Iterator[Term]:
        """The terms of all equations."""
        for equations in (self.forward, self.backward, self.adjoint, self.gradient):
            for terms in equations.values():
                yield from terms

    @property
    def read(self) -> set[Symbol]:
        """Every symbol that a term reads."""
        return {factor.plain for term in self.terms for factor in term.factors}


def differentiate(formula: Formula, first_order: bool = False) -> Dynamics:
    """Derive the backward pass of a formula; with ``first_order`` the adjoint stays as it starts."""
    states = [Symbol(SymbolKind.Z, str(number)) for number in range(1, formula.dimension + 1)]
    forward = {z: terms_of(f, formula.symbols) for z, f in zip(states, formula.polynomials)}
    # In forward time: the backward state retraces the forward pass, dzb/ds = -f.
    backward = {z.at_place(SymbolKind.BACKWARD): tuple(map(_backward, terms)) for z, terms in forward.items()}
    # a^T df/dtheta and a^T df/dz, read along the retraced state.
    gradient = {parameter: _weighted(formula, parameter) for parameter in formula.parameters}
    adjoint = {z.at_place(SymbolKind.ADJOINT): () if first_order else _weighted(formula, z) for z in states}
    # What no gradient reads, directly or by way of other equations, needs no reactions.
    needed = _needed(gradient.values(), {**adjoint, **backward})
    return Dynamics(
        formula.dimension,
        formula.parameters,
        forward,
        {symbol: terms for symbol, terms in backward.items() if symbol in needed},
        {symbol: terms for symbol, terms in adjoint.items() if symbol in needed},
        gradient,
    )


def terms_of(polynomial: Polynomial, symbols: Sequence[Symbol]) -> Terms:
    """The terms of a polynomial in the ring's order, factors in the order of its ``symbols``."""
    return tuple(
        Term(float(coefficient), tuple(symbol for symbol, power in zip(symbols, powers) for _ in range(power)))
        for powers, coefficient in polynomial.terms()
        if coefficient
    )


def derivative(polynomial: Polynomial, by: Symbol, symbols: Sequence[Symbol]) -> Polynomial:
    """The derivative by one of the ring's symbols. For z^a |z|, a >= 1, it is (a + 1) z^(a-1) |z|: z sign(z) is |z|."""
    place, size = symbols.index(by), replace(by, absolute=True)
    plain = polynomial.diff(place)
    if size not in symbols:
        return plain
    generators, at = polynomial.ring.gens, symbols.index(size)
    return plain + (polynomial.diff(at) * generators[at]).exquo(generators[place])


def _weighted(formula: Formula, by: Symbol) -> Terms:
    """The sum over i of a_i df_i/d(by), on the backward trajectory."""
    return tuple(
        Term(term.coefficient, (Symbol(SymbolKind.ADJOINT, str(index)), *_backward(term).factors))
        for index, f in enumerate(formula.polynomials, start=1)
        for term in terms_of(derivative(f, by, formula.symbols), formula.symbols)
    )


def _backward(term: Term) -> Term:
    """A term of -f with zb in the place of z."""
    factors = (each.at_place(SymbolKind.BACKWARD) if each.kind == SymbolKind.Z else each for each in term.factors)
    return Term(-term.coefficient, tuple(factors))


def _needed(roots: Iterable[Terms], equations: Mapping[Symbol, Terms]) -> set[Symbol]:
    """The symbols that the root equations read, directly or through other equations."""
    needed: set[Symbol] = set()
    waiting = list(roots)
    while waiting:
        read = {factor.plain for term in waiting.pop() for factor in term.factors} & equations.keys()
        waiting += [equations[symbol] for symbol in read - needed]
        needed |= read
    return needed
