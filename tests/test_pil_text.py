"""Kernel notation: what is read, what is refused and where, and that writing gives the same complexes back."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conftest import DESIGNS
from dsd_ncrn.design.load import load_design
from dsd_ncrn.dsd.pil import parse_pil, read_pil, write_pil
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.errors import InputError
from dsd_ncrn.ncrn.compile import compile_design

T, X, A = Domain("t", 5), Domain("x", 15), Domain("a", 15)
LENGTHS = "length t = short\nlength x = 15\nlength a = long\n"


def test_strands_gates_and_concentrations_are_read() -> None:
    text = f"# a comment\n{LENGTHS}X = t x @initial 10 nM\njoin = x( t( + a( + ) ) ) t* @i 0.5 uM # another\nfree = a\n"
    assert parse_pil(text) == (
        ("X", free(T, X), 10.0),
        ("join", gate(Open((T,)), Bound((X, T)), Bound((A,))), 500.0),
        ("free", free(A), None),
    )


def test_spaces_between_tokens_are_optional_and_the_rotation_does_not_matter() -> None:
    first = parse_pil(f"{LENGTHS}g = x(t(+a(+)))t*\n")[0].complex
    turned = parse_pil(f"{LENGTHS}g = a*( t*( x*( t* + ) ) + )\n")[0].complex
    assert first == turned


@pytest.mark.parametrize(
    ("line", "nucleotides"),
    [
        ("length d = 7", 7),
        ("domain d : 7", 7),
        ("sequence d = short", 5),
        ("sequence d = NNNACT : 6", 6),
        ("length d = NNN", 3),
    ],
)
def test_every_way_to_give_a_length(line: str, nucleotides: int) -> None:
    assert parse_pil(f"{line}\ns = d\n")[0].complex.domains[0].length == nucleotides


def test_lengths_may_follow_their_use_and_names_may_look_like_statements() -> None:
    assert parse_pil("length = d @initial 1 nM\nlength d = 6\n") == (("length", free(Domain("d", 6)), 1.0),)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("X = t x", 1, 5, "this domain has no length (got 't'). Add: length t = 15."),
        (f"{LENGTHS}X = tt x", 4, 5, "Did you mean 't'?"),
        (f"{LENGTHS}X = t( x", 4, 5, "t( is not closed"),
        (f"{LENGTHS}X = t( x ) )", 4, 12, "this ) closes nothing"),
        (f"{LENGTHS}X = t + x", 4, 5, "the strands of a complex hold together by pairs"),
        (f"{LENGTHS}X = t( + + ) x", 4, 10, "a strand has at least one domain"),
        (f"{LENGTHS}X = t( + ) +", 4, 13, "a strand has at least one domain"),
        (f"{LENGTHS}X =", 4, 4, "a strand has at least one domain"),
        (f"{LENGTHS}X = t ? x", 4, 7, "kernel notation has names, *, (, ) and + (got '?')"),
        (f"{LENGTHS}X = t^ x", 4, 6, "kernel notation has names, *, (, ) and + (got '^')"),
        (f"{LENGTHS}X = t x @initial -1 nM", 4, 18, "a concentration is finite and not negative (got '-1 nM')"),
        (f"{LENGTHS}X = t x @initial 1 nm", 4, 18, "a concentration is a number and a unit (got '1 nm')"),
        (f"{LENGTHS}X = t x @initial 1e999 nM", 4, 18, "a concentration is finite"),
        (f"{LENGTHS}X = t x @constant 1 nM", 4, 10, "A constant concentration cannot be kept."),
        (f"{LENGTHS}X = t x @ 1 nM", 4, 10, "a concentration reads @initial 10 nM"),
        (f"{LENGTHS}X = t x\nX = x", 5, 1, "this name is taken (got 'X')"),
        (f"{LENGTHS}X = t x\nY = t x", 5, 1, "Y is the same complex as X"),
        (f"{LENGTHS}X! = t x", 4, 1, "a complex reads name = a( b + ) c @initial 10 nM (got 'X!')"),
        (f"{LENGTHS}strand s = t x", None, None, "the file has no complex"),
        (f"{LENGTHS}reaction [condensed = 1 /s] X -> Y", 4, 1, "Reactions and states are found, not given: delete the line."),
        (f"{LENGTHS}macrostate e = [X]", 4, 1, "Reactions and states are found"),
        (f"{LENGTHS}strand s =", 4, 1, "a strand is declared as strand s = a b"),
        (f"{LENGTHS}strand s = t xx", 4, 14, "this domain has no length (got 'xx')"),
        (f"{LENGTHS}strand s = t x : 21", 4, 18, "s has 20 nt in all (got '21')"),
        (f"{LENGTHS}strand t = x a", 4, 8, "this domain has a length already (got 't'). See line 1."),
        (f"{LENGTHS}strand s = t x\nstructure g = s + x* : (( + ))", 5, 28, "strand 2 has 1 domains, not 2 (got '))')"),
        (f"{LENGTHS}structure g = t x + x* : .( + )\nstructure g = t : .", 5, 11, "this name is taken (got 'g')"),
        (f"{LENGTHS}structure g = t x + x* : (. + )", 4, 31, "x* cannot pair with t. Only complements pair."),
        (f"{LENGTHS}structure g = t x + x* : .. + )", 4, 31, "this ) closes nothing"),
        (f"{LENGTHS}structure g = t x + x* : .( + .", 4, 27, "this ( is not closed"),
        (f"{LENGTHS}structure g = t x + x* : .. + .", 4, 26, "the strands of a complex hold together by pairs"),
        (f"{LENGTHS}structure g = t x + x* : .[ + ]", 4, 27, "dot-bracket notation has (, ), . and + (got '[')"),
        (f"{LENGTHS}structure g = t x + x* : .(", 4, 14, "the structure has 1 strands (got 't x + x*')"),
        (f"{LENGTHS}structure g = t x + x*", 4, 1, "a structure reads structure name = s + u : ((+))"),
        (f"{LENGTHS}structure g = t x : .. @initial 1 nm", 4, 33, "a concentration is a number and a unit"),
        (f"{LENGTHS}complex g :\nt x\n", 4, 1, "a complex in lines reads complex name :"),
        (f"{LENGTHS}complex g :\nt y\n..\n", 5, 3, "this domain has no length (got 'y')"),
        (f"{LENGTHS}complex g :\nt x\n.(\n", 6, 2, "this ( is not closed"),
        ("length x = LONG", 1, 12, "short or long (got 'LONG'). Bases are ACGTUNRYSWKMBDHV; short and long are written small."),
        ("sequence x = HELLO", 1, 14, "a length is 1 to 10000 nt, short or long (got 'HELLO')"),
        ("sequence x = ACGTN : 6", 1, 21, "ACGTN has 5 nt in all (got '6')"),
        ("length x = 5 : 6", 1, 15, "5 has 5 nt in all (got '6')"),
        ("length t = 0", 1, 12, "a length is 1 to 10000 nt, short or long (got '0')"),
        ("length t = -5", 1, 12, "a length is 1 to 10000 nt"),
        ("length t = 99999999999999999999", 1, 12, "a length is 1 to 10000 nt"),
        ("length t* = 5", 1, 8, "a domain's name is letters, digits, _ and - (got 't*'). Declare the domain without its star."),
        ("length t", 1, 1, "a domain is declared as length a = 15"),
        ("length t = 5\nlength t = 6", 2, 8, "this domain has a length already (got 't'). See line 1."),
        ("# nothing", None, None, "the file has no complex"),
        ("", None, None, "the file has no complex"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(text: str, line: int | None, column: int | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_pil(text, "file.pil")
    assert message in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.file == "file.pil"


@pytest.mark.parametrize(
    "text",
    [
        "strand top = x t\nstrand end = a\nstrand low = a* t* x* t*\nstructure g = top + end + low : ((+(+))). @initial 5 nM\n",
        "strand low = a* t* x* t*\nstructure g : x t + a + low : ( ( + ( + ) ) ) . @i 5 nM\n",
        "sup-sequence xt = x t : 20\ng = xt( + a( + ) ) t* @initial 5 nM\n",
        "strand low = a* t* x* t*\nstrand top = x t\nstrand end = a\ncomplex g :\ntop end low\n((+(+))).\n",
    ],
)
def test_every_way_to_write_a_gate(text: str) -> None:
    """``{t*}[x t]:[a]`` in dot-bracket notation, on one line or on three, and by names for several domains."""
    (found,) = parse_pil(LENGTHS + text)
    assert found.complex == gate(Open((T,)), Bound((X, T)), Bound((A,)))
    assert found.concentration == (5.0 if "@" in text else None)


def test_a_starred_name_for_several_domains_is_their_reverse_complement() -> None:
    (found,) = parse_pil(f"{LENGTHS}strand s = t x\ng = s*\n")
    assert found.complex == free(~X, ~T)


def test_strands_of_a_structure_may_stand_without_plus() -> None:
    """As in the examples that come with Peppercorn, after Venkataraman et al. 2007 and its hairpins."""
    lengths = "".join(f"length {name} = 18\n" for name in "abcx")
    strands = "strand h1 = a b c b* x*\nstrand A = b* a*\nstrand R = x b\n"
    found = parse_pil(f"{lengths}{strands}structure h1 = h1 : .(.).\nstructure AR = A R : (.+.)\n")
    assert [entry.complex.kernel for entry in found] == ["a b( c ) x*", "b*( a* + x )"]


def test_missing_and_binary_files_are_refused(tmp_path: Path) -> None:
    binary = tmp_path / "binary.pil"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nowhere.pil", tmp_path, binary):
        with pytest.raises(InputError, match=r"cannot read the file|not UTF-8"):
            read_pil(path)


@pytest.mark.parametrize("design", ["linreg2d", "linreg2d_minimal"])
def test_a_translated_design_comes_back_whole(design: str) -> None:
    spec = load_design(DESIGNS / f"{design}.toml")
    system = translate(compile_design(spec, 2), spec)
    read = parse_pil(write_pil(system))
    assert [(entry.name, entry.complex, entry.concentration or 0.0) for entry in read] == [
        (component.name, component.complex, component.concentration) for component in system.components
    ]


def _paired(parts: tuple[str, list[list[str]], set[int]]) -> list[str]:
    """A pair around other parts, with nicks at some places between them."""
    name, inside, nicks = parts
    words = [f"{name}("]
    for place, part in enumerate(inside):
        words += ["+"] * (place in nicks) + part
    return [*words, *["+"] * (len(inside) in nicks), ")"]


domains = st.sampled_from(["t", "x", "a", "x*", "a*"])
elements = st.recursive(
    domains.map(lambda name: [name]),
    lambda inner: st.tuples(domains, st.lists(inner, max_size=3), st.sets(st.integers(0, 3))).map(_paired),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(elements, min_size=1, max_size=3), st.floats(min_value=1e-9, max_value=1e9))
def test_writing_and_reading_gives_the_same_complex(parts: list[list[str]], level: float) -> None:
    """Any nested structure, in any rotation, at any concentration, bit for bit."""
    kernel = " ".join(word for part in parts for word in part)
    try:
        complex_ = parse_pil(f"{LENGTHS}g = {kernel}\n")[0].complex
    except InputError as error:
        assume("hold together" not in str(error))
        raise
    system = DsdSystem("any", (Component("g", complex_, Role.GATE, level),), {}, {}, {}, {}, {})
    assert parse_pil(write_pil(system)) == (("g", complex_, level),)
    assert parse_pil(f"{LENGTHS}structure g = {_dot_bracket(complex_)} @initial {level!r} nM\n") == (("g", complex_, level),)


def _dot_bracket(complex_: Complex) -> str:
    """Strands and structure, the strands in full."""
    signs = ["." if partner is None else "(" if partner > here else ")" for here, partner in enumerate(complex_.pairing)]
    starts = [*sorted(complex_.ends), len(signs)]
    cut = ["".join(signs[start:end]) for start, end in pairwise(starts)]
    return " + ".join(" ".join(map(str, strand)) for strand in complex_.strands) + " : " + " + ".join(cut)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("   X = t x\n    §X = x", "this name is taken"),
        ("   X = t x\n    §Y = t x", "Y is the same complex as X"),
        ("    §X! = t x", "a complex reads"),
        ("    X =  t  §q", "this domain has no length"),
        ("    X =  t  @  initial   §-1 nM", "a concentration is finite"),
        ("    X =  t  @§  constant 1 nM", "a concentration reads"),
        ("    X =  t  §? x", "kernel notation has names"),
        ("    X =   §t + x", "the strands of a complex hold together"),
        ("    strand   s =  t   §q", "this domain has no length"),
        ("    strand   §t =  x  a", "this domain has a length already"),
        ("    strand   s =  t x  :  §19", "s has 20 nt"),
        ("    length   q =   §0", "a length is 1 to"),
        ("    length   §t =  4", "this domain has a length already"),
        ("    structure   g = t  +  §q : ( + )", "this domain has no length"),
        ("    structure   g = t x :  ..  @ initial   §1 nm", "a concentration is a number"),
        ("    structure   g = t x : ..\n  structure   §g = x : .", "this name is taken"),
        ("    structure   g = t x : ..\n  structure   §h = t x : ..", "h is the same complex as g"),
        ("    structure   g =§ t : ( + )", "the structure has 2 strands"),
        ("    structure   g = x + x*  :  . +  §(", "this ( is not closed"),
        ("    structure   g = x + x*  :   §. + .", "the strands of a complex hold together"),
        ("    complex   g :\n   t   §q\n   ..", "this domain has no length"),
        ("    complex   g :\n   t  x\n   ..\n  complex  §g :\n x\n .", "this name is taken"),
        ("    complex   g :\n   t  x\n   ..\n  complex  §h :\n t x\n ..", "h is the same complex as g"),
        ("    complex   g :  t   §q\n   ..", "this domain has no length"),
    ],
)
def test_columns_count_from_the_start_of_the_line(text: str, message: str) -> None:
    """Lines that are indented and widely spaced: the mark stands before what is wrong."""
    before, _, after = f"{LENGTHS}{text}".partition("§")
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        parse_pil(before + after)
    assert (caught.value.line, caught.value.column) == (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
