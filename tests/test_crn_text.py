"""The text format of reaction networks."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings

from dsd_ncrn.crn.rate_law import crn_to_json
from dsd_ncrn.crn.text import format_crn, load_crn, parse_crn
from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.network_run import simulate_crn
from dsd_ncrn.units import parse_rate
from interchange_networks import networks

EXAMPLE = """# a comment
A + B -> C [k = 1e-3]   # another
A <=> B [kf = 2, kr = 3]
-> A
A ->
2A -> 3 A [k=0.5]
A @initial 10 nM
B @initial 0.5 uM
C@initial 7
"""


def test_every_construct_is_read() -> None:
    crn = parse_crn(EXAMPLE)
    assert crn.species == ("A", "B", "C")
    assert crn.initial == {"A": 10.0, "B": 500.0, "C": 7.0}
    assert crn.reactions == (
        Reaction(("A", "B"), ("C",), 1e-3),
        Reaction(("A",), ("B",), 2.0),
        Reaction(("B",), ("A",), 3.0),
        Reaction((), ("A",), 1.0),
        Reaction(("A",), (), 1.0),
        Reaction(("A", "A"), ("A", "A", "A"), 0.5),
    )
    assert crn.reactions[5].origin.reaction == "R6"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("A -> B\nA + -> C", 2, 5, "a species is a letter"),
        ("A + 3x! -> B", 1, 5, "a species is a letter"),
        ("A = B", 1, 3, "a reaction has an arrow"),
        ("A B", 1, 1, "a reaction has an arrow"),
        ("->", 1, 1, "species on at least one side"),
        ("A -> B [k = -1]", 1, 13, "a rate constant is a finite number, not below 0 (got '-1')"),
        (
            "A -> B [k = nan]",
            1,
            13,
            "the name of one (got 'nan'). Give it a value: nan = 1e-3.",
        ),
        ("A -> B [kk = 1]", 1, 9, "unknown rate constant for -> (got 'kk'). Did you mean 'k'?"),
        ("A -> B [kf = 1, kr = 2]", 1, 9, "unknown rate constant for ->"),
        ("A <=> B [k = 1]", 1, 10, "unknown rate constant for <=>"),
        ("A -> B [k = 1e400]", 1, 13, "a rate constant is a finite number, not below 0"),
        ("A -> B [k = fsat]\nfast = 3", 1, 13, "the name of one (got 'fsat'). Did you mean 'fast'?"),
        ("A -> B\nfast = 3 /kg", 2, 8, "a rate constant is a number, with or without a unit (got '3 /kg')"),
        ("fast = 3\nfast = 4", 2, 1, "this constant has a value already (got 'fast'). See line 1."),
        ("A -> B [k = 1 /M/s]", 1, 13, "the unit is of a reaction with 2 reactants; this one has 1"),
        ("A -> B; B -> C [kk = 1]", 1, 17, "unknown rate constant for -> (got 'kk')"),
        ("A -> B; at 5 s to 1 s every 1 s add A 1", 1, 12, "an addition is repeated up to 10000 times"),
        ("A -> B [k = 1", 1, 8, "the brackets are not closed"),
        ("A -> B [k = 1] C", 1, 8, "the brackets are not closed at the end of the line"),
        ("A -> B [k = 1, k = 2]", 1, 15, "rate constants read"),
        ("A -> 21 B", 1, 6, "a stoichiometric coefficient is 1 to 20 (got '21')"),
        ("A -> 99999999999999999999 B", 1, 6, "a stoichiometric coefficient is 1 to 20"),
        ("A -> B\nA @initial -1", 2, 12, "a concentration is finite and not negative"),
        ("A -> B\nA @initial 1 kg", 2, 12, "a concentration is a number and a unit (got '1 kg')"),
        ("A -> B\nA @inital 1", 2, 1, "an initial concentration reads A @initial 10 nM"),
        ("A -> B\nA @initial 1\nA @initial 2", 3, 1, "See line 2."),
        ("# nothing", None, None, "the network has no reaction"),
    ],
)
def test_mistakes_are_named_with_line_and_column(text: str, line: int | None, column: int | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_crn(text, file="my.crn")
    assert (caught.value.file, caught.value.line, caught.value.column) == ("my.crn", line, column)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "nm_s", "order"),
    [
        ("0.5", 0.5, None),
        ("1e6 /M/s", 1e-3, 2),
        ("3 M^-1 s^-1", 3e-9, 2),
        ("3 M\u207b\u00b9s\u207b\u00b9", 3e-9, 2),
        ("3 \u03bcM-1 s-1", 3e-3, 2),
        ("3 \u00b5M-1 s-1", 3e-3, 2),
        ("6 nM/min", 0.1, 0),
        ("2 1/s", 2.0, 1),
        ("1e12 /M^2/s", 1e-6, 3),
        ("1e12 /M/M/s", 1e-6, 3),
    ],
)
def test_units_of_rate_constants_tell_the_order(text: str, nm_s: float, order: int | None) -> None:
    """By hand: 1 M is 1e9 nM."""
    value, found = parse_rate(text)
    assert (value, found) == (pytest.approx(nm_s, rel=1e-15), order)


DIALECTS = {
    "semicolons": ("A -> B [k = 2]; A @initial 10; B -> A [k = 3]", "A -> B [k = 2]\nA @initial 10\nB -> A [k = 3]"),
    "at signs": ("A -> B\nA @i 10", "A -> B\nA @initial 10"),
    "bare constants": ("A -> B [2]\nA <=> B [3, 4]", "A -> B [k = 2]\nA <=> B [kf = 3, kr = 4]"),
    "ways": ("A <=> B [rv = 4, fw = 3]\nA <-> B [kf = 3, bw = 4]", "A <=> B [kf = 3, kr = 4]\nA <=> B [kf = 3, kr = 4]"),
    "printed arrows": ("A \u2192 B\nA \u21cc B\nA \u2194 B\nA => \u2205", "A -> B\nA <=> B\nA <=> B\nA ->"),
    "names of constants": (
        "A + B -> C [k = on]\non = 1e6 /M/s\nC -> A [k = on2]; on2 = 3",
        "A + B -> C [k = 1e-3]\nC -> A [k = 3]",
    ),
    "printed primes": ("A\u2032 -> B''; A' @i 3", "A' -> B''\nA' @initial 3"),
    "times": (
        "A -> B; at 0 s to 1 min every 30 s add A 3; at 1 s, 2 h add B 1",
        "A -> B\n"
        + "\n".join(
            f"at {time} s add {name}" for time, name in ((0, "A 3"), (30, "A 3"), (60, "A 3"), (1, "B 1"), (7200, "B 1"))
        ),
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_other_dialects_read_as_the_own_one(dialect: str) -> None:
    foreign, own = map(parse_crn, DIALECTS[dialect])
    assert foreign == own


def test_a_constant_is_given_back_by_every_reaction() -> None:
    """X is kept at 5: X -> Y makes Y without using X up, Y -> X is a loss, and -> X nothing at all."""
    crn = parse_crn("X @constant 5 nM\nX + W -> Y + W\nY -> X\n-> X\n2 X -> X")
    assert [str(each) for each in crn.reactions] == ["X + W -> Y + W + X", "Y ->", "X + X -> X + X"]
    assert crn.initial == {"X": 5.0}


def test_a_reaction_may_have_the_constant_zero() -> None:
    crn = parse_crn("A @initial 4\nA -> B [k = 0]\nA <=> C [kf = 0.01, kr = 0]")
    end = simulate_crn(crn, seconds=100.0, points=2)
    assert (end.of("B")[-1], end.of("A")[-1]) == (0.0, pytest.approx(4 * math.exp(-1), rel=1e-5))


COMMON = """
A + B -> C [k = 13.78]; C <=> 2A [kf = 13, kr = 14]   # one line
<=> A [15, 6]
C + 2 E -> [2]
A @i 3; B @constant 0.5
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_crnsimulator_reads_the_same() -> None:
    """crnsimulator 0.9, whose grammar is that of Nuskell, without its constants, which it holds in its equations."""
    from crnsimulator.crn_parser import parse_crn_string

    reactions, species = parse_crn_string(COMMON)
    theirs = [(tuple(sorted(left)), tuple(sorted(right)), float(k[0])) for left, right, k in reactions]
    theirs += [(tuple(sorted(right)), tuple(sorted(left)), float(k[1])) for left, right, k in reactions if len(k) == 2]
    crn = parse_crn(COMMON.replace("@constant", "@initial"))
    ours = [(tuple(sorted(each.reactants)), tuple(sorted(each.products)), each.rate) for each in crn.reactions]
    assert sorted(ours) == sorted(theirs)
    assert {name: value for name, (_, value) in species.items() if value} == crn.initial


def test_files_are_read_and_named(tmp_path: Path) -> None:
    path = tmp_path / "decay.crn"
    path.write_text("A -> 0\n", encoding="utf-8")
    assert load_crn(path).name == "decay"
    with pytest.raises(InputError, match="cannot read the file"):
        load_crn(tmp_path / "none.crn")


@settings(max_examples=100, deadline=None)
@given(networks())
def test_what_is_written_reads_back_the_same(crn: Crn) -> None:
    """Round trip: species in order, reactions with their rates and the order of their reactants, initial values."""
    assert parse_crn(format_crn(crn)) == crn


def test_the_first_line_names_the_rate_law() -> None:
    crn = parse_crn("2 A -> B [k = 3]")
    assert format_crn(crn).startswith("# crn: rate = k times the product of concentrations\n")
    combinatoric = format_crn(crn, "combinatoric")
    assert combinatoric.startswith("# crn: combinatoric rate law, rate = k times the product of concentration^n / n!\n")
    assert "[k = 6.0]" in combinatoric


def test_json_has_every_reaction_with_its_meaning() -> None:
    data = crn_to_json(parse_crn(EXAMPLE))
    assert data["rate_law"] == "product"
    assert data["species"] == ["A", "B", "C"]
    assert data["reactions"][0] == {
        "name": "R1",
        "stage": "",
        "term": "",
        "reactants": ["A", "B"],
        "products": ["C"],
        "rate": 1e-3,
        "fast": False,
        "phases": [],
        "molecularity": 2,
    }


def test_json_in_the_combinatoric_law() -> None:
    """By hand: 2! for 2 A -> 3 A, 1 for the others."""
    data = crn_to_json(parse_crn(EXAMPLE), "combinatoric")
    assert data["rate_law"] == "combinatoric"
    assert [reaction["rate"] for reaction in data["reactions"]] == [1e-3, 2.0, 3.0, 1.0, 1.0, 1.0]
