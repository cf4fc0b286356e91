"""The text format of reaction networks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsd_ncrn.crn.jsonable import crn_to_json
from dsd_ncrn.crn.text import format_crn, load_crn, parse_crn
from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.errors import InputError

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


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,4}", fullmatch=True)
sides = st.lists(names, max_size=4).map(tuple)
rates = st.floats(min_value=1e-12, max_value=1e12)
reactions = st.builds(Reaction, sides, sides, rates).filter(lambda reaction: reaction.reactants or reaction.products)


@st.composite
def networks(draw: st.DrawFn) -> Crn:
    """Networks without phases, species in any order, some of them in no reaction."""
    listed = tuple(draw(st.lists(reactions, min_size=1, max_size=6)))
    used = {name for reaction in listed for name in (*reaction.reactants, *reaction.products)}
    species = tuple(draw(st.permutations(sorted(used | draw(st.sets(names, max_size=2))))))
    initial = draw(st.dictionaries(st.sampled_from(species), rates, max_size=3))
    return Crn("crn", species, listed, initial=initial)


@settings(max_examples=100, deadline=None)
@given(networks())
def test_what_is_written_reads_back_the_same(crn: Crn) -> None:
    assert parse_crn(format_crn(crn)) == crn


def test_json_has_every_reaction_with_its_meaning() -> None:
    data = crn_to_json(parse_crn(EXAMPLE))
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
