"""The ordinary differential equations of a Neural CRN: forward pass, adjoint and gradient, as lists of terms.

Chen et al. 2018 ("Neural Ordinary Differential Equations") in forward time, as in Table 4 of the Neural CRN paper:
dz/dt = f, then dzb/dt = -f(x, zb), da/dt = a df/dz, dg/dt = a df/dtheta with z = zb.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from dsd_ncrn.ncrn.exact import Polynomial
from dsd_ncrn.ncrn.formula import Formula, symbol_names

Terms = tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A coefficient times named factors (with repetition); ``|zb1|`` is the size of ``zb1``."""

    coefficient: float
    factors: tuple[str, ...]

    def __str__(self) -> str:
        number = f"{self.coefficient:g}"
        if not self.factors or abs(self.coefficient) != 1.0:
            return "*".join((number, *self.factors))
        return number.removesuffix("1") + "*".join(self.factors)

    def value(self, values: Mapping[str, float]) -> float:
        """The term's value, given those of its symbols."""
        return self.coefficient * prod(abs(values[name[1:-1]]) if name[0] == "|" else values[name] for name in self.factors)


@dataclass(frozen=True, slots=True)
class Dynamics:
    """All right-hand sides, by the name of the symbol that changes.

    ``forward`` has z1…; ``backward`` zb1…; ``adjoint`` a1…; ``gradient`` one entry per parameter. Backward and adjoint
    hold only what the gradient needs; an adjoint that is needed and constant has no terms.
    """

    dimension: int
    parameters: tuple[str, ...]
    forward: Mapping[str, Terms]
    backward: Mapping[str, Terms]
    adjoint: Mapping[str, Terms]
    gradient: Mapping[str, Terms]


def differentiate(formula: Formula, first_order: bool = False) -> Dynamics:
    """Derive the backward pass of a formula; with ``first_order`` the adjoint stays as it starts."""
    forward = {f"z{index}": terms_of(f) for index, f in enumerate(formula.polynomials, start=1)}
    backward = {f"zb{name[1:]}": tuple(_backward(term) for term in terms) for name, terms in forward.items()}
    gradient = {name: _weighted(formula, name) for name in formula.parameters}
    names = [f"z{index}" for index in range(1, formula.dimension + 1)]
    adjoint = {f"a{name[1:]}": () if first_order else _weighted(formula, name) for name in names}
    needed = _needed(gradient.values(), {**adjoint, **backward})
    return Dynamics(
        formula.dimension,
        formula.parameters,
        forward,
        {name: terms for name, terms in backward.items() if name in needed},
        {name: terms for name, terms in adjoint.items() if name in needed},
        gradient,
    )


def terms_of(polynomial: Polynomial) -> Terms:
    """The terms of a polynomial in the ring's order, factors in the order of its symbols."""
    names = symbol_names(polynomial.ring)
    return tuple(
        Term(float(coefficient), tuple(name for name, power in zip(names, powers) for _ in range(power)))
        for powers, coefficient in polynomial.terms()
        if coefficient
    )


def derivative(polynomial: Polynomial, name: str) -> Polynomial:
    """The derivative by one symbol. For z^a |z|, a >= 1, it is (a + 1) z^(a-1) |z|: z sign(z) is |z|."""
    names, generators = symbol_names(polynomial.ring), polynomial.ring.gens
    place = names.index(name)
    plain = polynomial.diff(place)
    if f"|{name}|" not in names:
        return plain
    size = names.index(f"|{name}|")
    return plain + (polynomial.diff(size) * generators[size]).exquo(generators[place])


def _weighted(formula: Formula, name: str) -> Terms:
    """The sum over i of a_i df_i/d(name), on the backward trajectory."""
    return tuple(
        Term(term.coefficient, (f"a{index}", *_backward(term).factors))
        for index, f in enumerate(formula.polynomials, start=1)
        for term in terms_of(derivative(f, name))
    )


def _backward(term: Term) -> Term:
    """A term of -f with zb in the place of z."""
    factors = (name.replace("z", "zb") if name.lstrip("|").startswith("z") else name for name in term.factors)
    return Term(-term.coefficient, tuple(factors))


def _needed(roots: Iterable[Terms], equations: Mapping[str, Terms]) -> set[str]:
    """The symbols that the root equations read, directly or through other equations."""
    needed: set[str] = set()
    waiting = list(roots)
    while waiting:
        names = {name.strip("|") for term in waiting.pop() for name in term.factors} & equations.keys()
        waiting += [equations[name] for name in sorted(names - needed)]
        needed |= names
    return needed
