"""The text format of reaction networks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from dsd_ncrn.crn.jsonable import crn_to_json
from dsd_ncrn.crn.text import format_crn, load_crn, parse_crn
from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.errors import InputError
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
        ("A -> B [k = -1]", 1, 13, "a rate constant is a finite number above 0 (got '-1')"),
        ("A -> B [k = nan]", 1, 13, "a rate constant is a finite number above 0"),
        ("A -> B [kk = 1]", 1, 9, "unknown rate constant for -> (got 'kk'). Did you mean 'k'?"),
        ("A -> B [kf = 1, kr = 2]", 1, 9, "unknown rate constant for ->"),
        ("A <=> B [k = 1]", 1, 10, "unknown rate constant for <=>"),
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
