"""Symbols, and exact algebra over the rationals: what is used of sympy's sparse polynomials and matrices, with types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Protocol, cast

Powers = tuple[int, ...]
"""The exponent of every symbol of a ring."""


class SymbolKind(StrEnum):
    """What a symbol stands for: the first part of its name."""

    THETA = "theta"
    MATRIX = "Theta"
    BETA = "beta"
    WEIGHT = "w_out"
    X = "x"
    LOADED = "i"
    Y = "y"
    REPORTED = "yhat"
    Z = "z"
    BACKWARD = "zb"
    ADJOINT = "a"
    GRADIENT = "g"
    OFFSET_GRADIENT = "gb"
    WEIGHT_GRADIENT = "gw"
    ERROR = "e"
    FUEL = "fuel"


PARAMETER_KINDS = (SymbolKind.THETA, SymbolKind.MATRIX, SymbolKind.BETA)
"""What f may have to be trained, in the order of the parameters."""
STATES = (SymbolKind.Z, SymbolKind.BACKWARD)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A number in an equation: z1, |z1| (``absolute``) or Theta12; ``place`` is empty for the only one of its kind."""

    kind: SymbolKind
    place: str = ""
    absolute: bool = False

    def __str__(self) -> str:
        name = f"{self.kind}{self.place}"
        return f"|{name}|" if self.absolute else name

    @property
    def plain(self) -> Symbol:
        """The symbol whose size this is, or itself."""
        return replace(self, absolute=False)

    @property
    def number(self) -> int:
        """The dimension that an entry of a vector belongs to, from 0."""
        return int(self.place or 1) - 1

    def at_place(self, kind: SymbolKind) -> Symbol:
        """What stands at the same place in another vector."""
        return replace(self, kind=kind)


class Polynomial(Protocol):
    """A polynomial; its coefficients are rationals of sympy's own kind, which calculate like Fractions."""

    ring: Ring
    is_ground: bool

    def __neg__(self) -> Polynomial: ...
    def __add__(self, other: Polynomial, /) -> Polynomial: ...
    def __sub__(self, other: Polynomial, /) -> Polynomial: ...
    def __mul__(self, other: Polynomial | Fraction | int, /) -> Polynomial: ...
    def __rmul__(self, other: int, /) -> Polynomial: ...
    def __pow__(self, exponent: int, /) -> Polynomial: ...

    def terms(self) -> list[tuple[Powers, Fraction]]:
        """Terms in the ring's order."""
        ...

    def iterterms(self) -> Iterator[tuple[Powers, Fraction]]:
        """Terms in any order."""
        ...

    def itermonoms(self) -> Iterator[Powers]:
        """The exponents of all terms."""
        ...

    def coeffs(self) -> list[Fraction]:
        """The coefficients of all terms."""
        ...

    def coeff(self, element: int) -> Fraction:
        """The constant term, for ``element`` 1."""
        ...

    def diff(self, symbol: int) -> Polynomial:
        """The derivative by the symbol of this number."""
        ...

    def quo_ground(self, element: Fraction) -> Polynomial:
        """The quotient by a number that is not zero."""
        ...

    def exquo(self, divisor: Polynomial) -> Polynomial:
        """The quotient of a division without remainder."""
        ...


class Ring(Protocol):
    """All polynomials in some symbols."""

    symbols: tuple[object, ...]
    gens: tuple[Polynomial, ...]
    zero: Polynomial
    one: Polynomial

    def __call__(self, terms: Mapping[Powers, Fraction], /) -> Polynomial: ...

    def ground_new(self, coeff: object) -> Polynomial:
        """A constant."""
        ...


class _Matrix(Protocol):
    def nullspace(self) -> _Matrix: ...
    def to_list(self) -> list[list[Fraction]]: ...


def rational_ring(names: Sequence[str]) -> Ring:
    """The polynomials in some symbols with rational coefficients."""
    from sympy import QQ
    from sympy.polys.rings import PolyRing

    return cast("Ring", PolyRing(names, QQ))


def constant(ring: Ring, value: float) -> Polynomial:
    """The decimal as written, as an exact rational."""
    from sympy import QQ

    exact = Fraction(repr(float(value)))
    return ring.ground_new(QQ(exact.numerator, exact.denominator))


def null_space(rows: Sequence[Sequence[int]]) -> list[list[Fraction]]:
    """A basis of the vectors that a matrix (rows, columns) takes to zero."""
    from sympy import QQ
    from sympy.polys.matrices import DomainMatrix

    entries = [[QQ(value) for value in row] for row in rows]
    return cast("_Matrix", DomainMatrix(entries, (len(rows), len(rows[0])), QQ)).nullspace().to_list()
