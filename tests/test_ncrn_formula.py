"""Formulas for f_theta: what they mean, how they are differentiated, and what is refused."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.ncrn.dynamics import Terms, differentiate
from dsd_ncrn.ncrn.exact import SymbolKind
from dsd_ncrn.ncrn.formula import parse_formula
from dsd_ncrn.ncrn.roster import label_of
from symbols import symbol


def written(terms: Terms) -> str:
    return " + ".join(str(term) for term in terms)


def forward(text: str, dimension: int = 2, beta: tuple[float, ...] | None = None) -> list[str]:
    """The terms of f, as text."""
    return [written(terms) for terms in differentiate(parse_formula(text, dimension, beta)).forward.values()]


def test_no_two_parameters_of_a_large_circuit_share_a_species() -> None:
    """From ten dimensions on the entry 1, 11 of a matrix would else be named as 11, 1, and 1, 1 as the eleventh of a vector."""
    labels = [label_of(each) for each in parse_formula("theta * x + Theta @ x + beta", 11).parameters]
    assert len(set(labels)) == len(labels) == 11 + 11 * 11 + 11


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("theta * x + beta", ["theta1*x1 + 0.5", "theta2*x2 + 2"]),
        ("theta * z", ["theta1*z1", "theta2*z2"]),
        ("Theta @ x + beta - z**3", ["Theta11*x1 + Theta12*x2 + -z1*z1*z1 + 0.5", "Theta21*x1 + Theta22*x2 + -z2*z2*z2 + 2"]),
        ("Theta @ x - 0.3 * z * z", ["Theta11*x1 + Theta12*x2 + -0.3*z1*z1", "Theta21*x1 + Theta22*x2 + -0.3*z2*z2"]),
        ("theta * x - z * abs(z)", ["theta1*x1 + -z1*|z1|", "theta2*x2 + -z2*|z2|"]),
        ("(theta + 1) * x / 4 - -z", ["0.25*theta1*x1 + 0.25*x1 + z1", "0.25*theta2*x2 + 0.25*x2 + z2"]),
        ("[theta1 * x2, x1 * z2 ** 2]", ["theta1*x2", "x1*z2*z2"]),
        ("theta * x + z * abs(z) * abs(z)", ["theta1*x1 + z1*z1*z1", "theta2*x2 + z2*z2*z2"]),
        ("  theta * x", ["theta1*x1", "theta2*x2"]),
    ],
)
def test_a_formula_means_these_terms(text: str, terms: list[str]) -> None:
    assert forward(text, beta=(0.5, 2.0)) == terms


@pytest.mark.parametrize(
    ("text", "offset", "rule"),
    [
        ("theta * y", 8, "unknown symbol (got 'y')"),
        ("thetta * x", 0, "Did you mean 'theta'?"),
        ("theta * x +", None, "not a valid formula"),
        ("  theta @ x", 2, "@ takes a matrix and a vector (got 'theta @ x')"),
        ("x + Theta * x", 4, "a matrix only multiplies a vector"),
        ("x - theta / z", 12, "a variable in a denominator (got 'z')"),
        ("theta / 0", 8, "division by zero"),
        ("theta * z ** 4", 13, "exponent of 0 to 3 (got '4')"),
        ("theta ** x", 9, "a variable as exponent"),
        ("theta * x * z * z", 0, "a term has degree 4"),
        ("theta ^ 2", 0, "Write ** for a power."),
        ("theta1 * x3", 9, "no such entry (got 'x3')"),
        ("[theta1 * x1]", 0, "one single formula per dimension, 2 in all"),
        ("theta1 * x1", 0, "one value per dimension"),
        ("abs(z) + theta", 0, "beside a factor z"),
        ("z * abs(x)", 4, "abs takes z"),
        ("1e999 * z", 0, "finite number"),
        ("True * z", 0, "finite number"),
        ("'a' * z", 0, "finite number"),
        ("θ * x", 0, "one line of ASCII"),
        ("theta * x\n+ z", 9, "one line of ASCII"),
        ("", None, "the formula is empty"),
        ("z+" * 600 + "z", None, "at most 1000 characters"),
        ("-" * 500 + "z", None, "not nested that deeply"),
        ("(" * 400 + "z", None, "not a valid formula"),
        ("9**9**9**9 * z", None, "exponent of 0 to 3"),
    ],
)
def test_what_is_no_polynomial_is_refused_at_its_place(text: str, offset: int | None, rule: str) -> None:
    with pytest.raises(DesignError) as caught:
        parse_formula(text, 2)
    assert rule in str(caught.value)
    assert caught.value.key == ("circuit", "f")
    assert offset is None or caught.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "z.__class__",
        "z[0]",
        "(lambda: z)()",
        "[z for z in x]",
        "theta if x else z",
        "exec('1')",
        "f'{z}'",
        "z := x",
        "theta and x",
        "theta < x",
        "*z",
        "{1: z}",
    ],
)
def test_nothing_but_arithmetic_gets_in(text: str) -> None:
    with pytest.raises(DesignError, match=r"circuit\.f: "):
        parse_formula(text, 2)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(list("thea Txz12+-*/@()[].,be_'")), max_size=40))
def test_no_text_gives_anything_but_a_formula_or_a_design_error(text: str) -> None:
    try:
        formula = parse_formula(text, 2)
    except DesignError as error:
        assert error.key == ("circuit", "f")  # noqa: PT017  either outcome is right, and both are checked
    else:
        assert formula.dimension == 2


def test_the_passes_of_theta_times_z_are_table_4() -> None:
    """Table 4 of the paper: dzb = -theta zb, da = a theta, dg = a zb."""
    dynamics = differentiate(parse_formula("theta * z", 2))
    assert written(dynamics.backward[symbol("zb1")]) == "-theta1*zb1"
    assert written(dynamics.adjoint[symbol("a2")]) == "a2*theta2"
    assert written(dynamics.gradient[symbol("theta2")]) == "a2*zb2"


def test_only_what_the_gradient_reads_is_propagated() -> None:
    """Without z in f there is nothing to run backwards, as in the paper's Table 5."""
    dynamics = differentiate(parse_formula("theta * x + beta", 2, (1.0, 1.0)))
    assert dynamics.backward == {}
    assert dynamics.adjoint == {symbol("a1"): (), symbol("a2"): ()}
    first_order = differentiate(parse_formula("theta * x - z * z", 2), first_order=True)
    assert first_order.backward == {}
    assert first_order.adjoint == {symbol("a1"): (), symbol("a2"): ()}


variables = [*(f"theta{i}" for i in (1, 2)), *(f"x{i}" for i in (1, 2)), *(f"z{i}" for i in (1, 2))]
monomials = st.lists(st.sampled_from(variables), min_size=1, max_size=3)
polynomials = st.lists(st.tuples(st.integers(-4, 4).filter(bool), monomials), min_size=1, max_size=4)


@settings(max_examples=50, deadline=None)
@given(polynomials, polynomials)
def test_adjoint_and_gradient_are_those_of_a_computer_algebra_system(
    first: list[tuple[int, list[str]]], second: list[tuple[int, list[str]]]
) -> None:
    """Against sympy.diff of the same formula, an independent route through its expression trees."""
    texts = ["+".join(f"({c})*{'*'.join(names)}" for c, names in polynomial) for polynomial in (first, second)]
    dynamics = differentiate(parse_formula(f"[{texts[0]}, {texts[1]}]", 2))
    back = {sympy.Symbol(f"z{i}"): sympy.Symbol(f"zb{i}") for i in (1, 2)}
    weighted = sum(sympy.Symbol(f"a{i}") * sympy.sympify(text) for i, text in enumerate(texts, 1))
    equations = {**dynamics.gradient, **dynamics.adjoint}
    for target, terms in equations.items():
        by = target.at_place(SymbolKind.Z) if target.kind == SymbolKind.ADJOINT else target
        expected = sympy.diff(weighted, sympy.Symbol(str(by))).subs(list(back.items()))
        assert sympy.expand(sympy.sympify(written(terms) or "0") - expected) == 0


def test_the_derivative_of_a_size_is_right() -> None:
    """d(z |z|)/dz = 2 |z| and d(z^2 |z|)/dz = 3 z |z|."""
    dynamics = differentiate(parse_formula("theta * z + z * abs(z)", 1))
    assert written(dynamics.adjoint[symbol("a1")]) == "a1*theta1 + 2*a1*|zb1|"
    dynamics = differentiate(parse_formula("theta * z - z**2 * abs(z)", 1))
    assert written(dynamics.adjoint[symbol("a1")]) == "a1*theta1 + -3*a1*zb1*|zb1|"
