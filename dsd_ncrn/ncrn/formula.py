"""Formulas for f_theta: parsed by a whitelist over Python's syntax tree, nothing is ever evaluated.

Symbols: the vectors ``theta``, ``beta``, ``x``, ``z``; the matrix ``Theta``; single entries such as ``x1``, ``theta2``
or ``Theta12``. ``*`` multiplies element by element, ``Theta @ x`` applies the matrix, ``[f1, f2]`` lists one formula
per dimension and ``[[f11, f12], [f21, f22]]`` makes a matrix of them, ``abs(z)`` is the size of z (kept rail by rail),
numbers are coefficients.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import add, mul, sub
from typing import Any, NoReturn

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.errors import did_you_mean
from dsd_ncrn.ncrn.exact import PARAMETER_KINDS, Polynomial, Symbol, SymbolKind, constant, rational_ring

MAX_DEGREE = 3
MAX_LENGTH = 1000
MAX_DEPTH = 40
KEY = ("circuit", "f")

_NAMED = (*PARAMETER_KINDS, SymbolKind.X, SymbolKind.Z)
_ENTRY = re.compile(rf"({'|'.join(_NAMED)})(\d+(?:_\d+)?)")
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.Pow: "**",
}
_ELEMENT_WISE: dict[str, Callable[[Polynomial, Polynomial], Polynomial]] = {"+": add, "-": sub, "*": mul}


@dataclass(frozen=True, slots=True)
class Formula:
    """One polynomial per dimension in ``symbols``, of which ``parameters`` are trained."""

    polynomials: tuple[Polynomial, ...]
    symbols: tuple[Symbol, ...]
    parameters: tuple[Symbol, ...]

    @property
    def dimension(self) -> int:
        """Number of dimensions d."""
        return len(self.polynomials)


@dataclass(frozen=True, slots=True)
class _Value:
    """A scalar (shape ()), a vector (d,) or the parameter matrix (d, d); entries in row-major order."""

    entries: tuple[Polynomial, ...]
    shape: tuple[int, ...]


def parse_formula(text: str, dimension: int, beta: Sequence[float] | None = None) -> Formula:
    """Parse f_theta for ``dimension`` dimensions; ``beta`` gives its constants, None makes it a trained parameter.

    Raises DesignError, with the offset of the offending character, for a syntax error, an unknown symbol, shapes that
    do not fit, a division by a variable, a function other than abs, or a degree above three.
    """
    tree = _syntax_tree(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return _FormulaParser(text, dimension, names, beta).parse(tree)


def _syntax_tree(text: str) -> ast.expr:
    if not text.strip():
        _fail("the formula is empty", remedy="Write for example theta * x + beta.")
    if len(text) > MAX_LENGTH:
        _fail(f"a formula has at most {MAX_LENGTH} characters", f"{len(text)} characters")
    if not text.isascii() or not text.isprintable():
        position = next(index for index, char in enumerate(text) if not (char.isascii() and char.isprintable()))
        _fail("a formula is one line of ASCII", text[position], "Write theta, beta, x, z.", position)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # such as for 1if, which is refused below
            return ast.parse(text.lstrip(), mode="eval").body
    except SyntaxError as error:
        offset = _indent(text) + max((error.offset or 1) - 1, 0)
        _fail("not a valid formula", text, "Write for example theta * x + beta.", offset)
    except (MemoryError, RecursionError):
        _fail("a formula is not nested that deeply", text[:40] + "…")


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _fail(rule: str, value: object = None, remedy: str = "", offset: int | None = None) -> NoReturn:
    raise DesignError(f"circuit.f: {rule}", value, remedy, key=KEY, offset=offset)


LARGEST = 10**100
"""Of a coefficient, and its inverse of the smallest: products of some of them are still numbers."""


class _FormulaParser:
    def __init__(self, text: str, dimension: int, names: set[str], beta: Sequence[float] | None) -> None:
        self.text, self.dimension, self.beta = text, dimension, beta
        self.parameters = _parameters(names, dimension, trained_beta=beta is None)
        z = _entries(SymbolKind.Z, dimension)
        symbols = (*self.parameters, *_entries(SymbolKind.X, dimension), *z, *(replace(each, absolute=True) for each in z))
        self.generators = dict(zip(symbols, rational_ring([str(symbol) for symbol in symbols]).gens))
        """Every symbol as a generator of one polynomial ring; the order is that of printed terms."""
        self.sizes = [(symbols.index(replace(each, absolute=True)), symbols.index(each)) for each in z]
        """The generator indices of each |z| and its z."""

    def parse(self, tree: ast.expr) -> Formula:
        """The whole formula, with one entry per dimension."""
        value = self.value(tree, 0)
        if value.shape != (self.dimension,) and not (value.shape == () and self.dimension == 1):
            self.fail(tree, f"f has one value per dimension, {self.dimension} in all", "Use vectors, or list [f1, f2, …].")
        if any(unbacked(entry, self.sizes) for entry in value.entries):
            self.fail(tree, "abs(z) stands beside a factor z, else f has no derivative", "Write z * abs(z).")
        return Formula(value.entries, tuple(self.generators), self.parameters)

    def fail(self, node: ast.expr, rule: str, remedy: str = "") -> NoReturn:
        """Raise DesignError that quotes the part of the formula at ``node``."""
        _fail(rule, ast.get_source_segment(self.text.lstrip(), node), remedy, _indent(self.text) + node.col_offset)

    def value(self, node: ast.expr, depth: int) -> _Value:
        """What a part of the formula stands for, of bounded depth and degree."""
        if depth > MAX_DEPTH:
            self.fail(node, "a formula is not nested that deeply")
        handler = _HANDLERS.get(type(node))
        if handler is None:
            self.fail(node, "a formula has numbers, symbols, + - * @ / **, abs(z) and lists")
        value = handler(self, node, depth + 1)
        degree = max(degree_of(entry) for entry in value.entries)
        if degree > MAX_DEGREE:
            self.fail(node, f"a term has degree {degree}, more than {MAX_DEGREE} molecules would have to meet")
        sizes = (abs(each) for entry in value.entries for each in entry.coeffs())
        if not all(size * LARGEST >= 1 and size <= LARGEST for size in sizes):
            self.fail(node, "a coefficient is between 1e-100 and 1e100")
        return value

    def constant(self, node: ast.Constant, depth: int) -> _Value:
        """A number."""
        number = node.value
        if not isinstance(number, int | float) or isinstance(number, bool) or not abs(number) < 1e100:
            self.fail(node, "a coefficient is a finite number")
        return _Value((self.number(number),), ())

    def number(self, value: float) -> Polynomial:
        """The decimal as written, as an exact rational."""
        return constant(next(iter(self.generators.values())).ring, value)

    def name(self, node: ast.Name, depth: int) -> _Value:
        """A vector, a matrix, or one of their entries."""
        entry = _ENTRY.fullmatch(node.id)
        group = entry[1] if entry else node.id
        if group not in _NAMED:
            self.fail(node, "unknown symbol", did_you_mean(node.id, (*_NAMED, "abs")))
        kind = SymbolKind(group)
        symbols = _entries(kind, self.dimension)
        if entry is None:
            shape = (self.dimension,) * (2 if kind == SymbolKind.MATRIX else 1)
            return _Value(tuple(map(self.symbol, symbols)), shape)
        symbol = Symbol(kind, entry[2])
        if symbol not in symbols:
            remedy = f"Entries: {symbols[0]} to {symbols[-1]}."
            self.fail(node, f"there are {self.dimension} dimensions, so no such entry", remedy)
        return _Value((self.symbol(symbol),), ())

    def symbol(self, symbol: Symbol) -> Polynomial:
        """The polynomial of a symbol; a fixed beta is its number."""
        if symbol.kind == SymbolKind.BETA and self.beta is not None:
            return self.number(self.beta[symbol.number])
        return self.generators[symbol]

    def unary(self, node: ast.UnaryOp, depth: int) -> _Value:
        """A sign."""
        inner = self.value(node.operand, depth)
        if not isinstance(node.op, ast.UAdd | ast.USub):
            self.fail(node, "this operator has no meaning here")
        return inner if isinstance(node.op, ast.UAdd) else _Value(tuple(-entry for entry in inner.entries), inner.shape)

    def call(self, node: ast.Call, depth: int) -> _Value:
        """``abs(z)``, the only function."""
        if not (isinstance(node.func, ast.Name) and node.func.id == "abs" and len(node.args) == 1 and not node.keywords):
            self.fail(node, "the only function is abs")
        argument = node.args[0]
        if not (isinstance(argument, ast.Name) and re.fullmatch(r"z\d*", argument.id)):
            self.fail(node, "abs takes z or one of its entries")
        inner = self.value(argument, depth)
        named = [each for each in self.generators if each.absolute and argument.id in (each.kind, str(each.plain))]
        return _Value(tuple(self.generators[each] for each in named), inner.shape)

    def listing(self, node: ast.List, depth: int) -> _Value:
        """One formula for each dimension, or the rows of a matrix."""
        values = [self.value(item, depth) for item in node.elts] if len(node.elts) == self.dimension else []
        shapes = {value.shape for value in values}
        if shapes not in ({()}, {(self.dimension,)}):
            rule = f"a list has one single formula per dimension, {self.dimension} in all, or as many rows of a matrix"
            self.fail(node, rule, "Use entries such as x1.")
        (inner,) = shapes
        return _Value(tuple(entry for value in values for entry in value.entries), (self.dimension, *inner))

    def binary(self, node: ast.BinOp, depth: int) -> _Value:
        """``+ - * @ / **`` with what they may take."""
        operator = _OPERATORS.get(type(node.op))
        if operator is None:
            remedy = "Write ** for a power." if isinstance(node.op, ast.BitXor) else ""
            self.fail(node, "this operator has no meaning here", remedy)
        left, right = self.value(node.left, depth), self.value(node.right, depth)
        if operator == "@":
            return self.product(node, left, right)
        if len(left.shape) == 2 or len(right.shape) == 2:
            self.fail(node, "a matrix only multiplies a vector", "Write Theta @ x; theta is the vector for theta * x.")
        if operator in ("/", "**"):
            return self.by_number(node, operator, left, right)
        return self.element_wise(operator, left, right)

    def product(self, node: ast.BinOp, left: _Value, right: _Value) -> _Value:
        """A matrix times a vector."""
        if len(left.shape) != 2 or len(right.shape) != 1:
            self.fail(node, "@ takes a matrix and a vector", "Write Theta @ x, or theta * x element by element.")
        d = self.dimension
        rows = (left.entries[row * d : (row + 1) * d] for row in range(d))
        return _Value(tuple(sum((a * b for a, b in zip(row, right.entries)), self.number(0)) for row in rows), (d,))

    def element_wise(self, operator: str, left: _Value, right: _Value) -> _Value:
        """Sum, difference or product entry by entry; a single value meets every entry."""
        shape = left.shape or right.shape
        size = self.dimension if shape else 1
        pairs = zip(*(value.entries if value.shape else value.entries * size for value in (left, right)))
        combine = _ELEMENT_WISE[operator]
        return _Value(tuple(reduced(combine(a, b), self.sizes) for a, b in pairs), shape)

    def by_number(self, node: ast.BinOp, operator: str, left: _Value, right: _Value) -> _Value:
        """A quotient or power by a number."""
        number = right.entries[0]
        if right.shape or not number.is_ground:
            what = "a variable in a denominator" if operator == "/" else "a variable as exponent"
            self.fail(node.right, f"f is a polynomial, it cannot have {what}")
        value = number.coeff(1)
        if operator == "/":
            if not value:
                self.fail(node.right, "division by zero")
            return _Value(tuple(entry * (1 / value) for entry in left.entries), left.shape)
        if value not in range(MAX_DEGREE + 1):
            self.fail(node.right, f"a polynomial has an exponent of 0 to {MAX_DEGREE}")
        # sympy has no 0**0; a polynomial's power of 0 is 1
        powers = (entry ** int(value) if value else entry.ring.one for entry in left.entries)
        return _Value(tuple(reduced(power, self.sizes) for power in powers), left.shape)


_HANDLERS: dict[type[ast.expr], Callable[[_FormulaParser, Any, int], _Value]] = {
    ast.Constant: _FormulaParser.constant,
    ast.Name: _FormulaParser.name,
    ast.UnaryOp: _FormulaParser.unary,
    ast.BinOp: _FormulaParser.binary,
    ast.Call: _FormulaParser.call,
    ast.List: _FormulaParser.listing,
}


def _entries(kind: SymbolKind, dimension: int) -> list[Symbol]:
    """A vector's entries, or a matrix's in row-major order (Theta1_12 only where digits would clash)."""
    numbers = range(1, dimension + 1)
    if kind != SymbolKind.MATRIX:
        return [Symbol(kind, str(index)) for index in numbers]
    gap = "_" if dimension > 9 else ""
    return [Symbol(kind, f"{row}{gap}{column}") for row in numbers for column in numbers]


def _parameters(names: set[str], dimension: int, trained_beta: bool) -> tuple[Symbol, ...]:
    """The trained symbols a formula uses: whole vectors for ``theta``, single entries for ``theta1``."""
    kinds = [kind for kind in PARAMETER_KINDS if trained_beta or kind != SymbolKind.BETA]
    return tuple(each for kind in kinds for each in _entries(kind, dimension) if kind in names or str(each) in names)


def degree_of(polynomial: Polynomial) -> int:
    """The total degree: how many molecules meet in its largest term."""
    return max((sum(powers) for powers in polynomial.itermonoms()), default=0)


def reduced(polynomial: Polynomial, sizes: Sequence[tuple[int, int]]) -> Polynomial:
    """The same polynomial with |z|^2 written as z^2; ``sizes`` are the indices of each |z| and its z."""
    result = polynomial.ring.zero
    for powers, coefficient in polynomial.iterterms():
        new = list(powers)
        for size, plain in sizes:
            new[plain] += new[size] // 2 * 2
            new[size] %= 2
        result += polynomial.ring({tuple(new): coefficient})
    return result


def unbacked(polynomial: Polynomial, sizes: Sequence[tuple[int, int]]) -> bool:
    """Whether a term has |z| without a factor z of the same dimension; ``sizes`` as for ``reduced``."""
    return any(powers[size] and not powers[plain] for powers in polynomial.itermonoms() for size, plain in sizes)
