"""An order judges its sequences first; these may be given by strand; plain networks are ordered as well."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cli.traces import sized_network
from conftest import Invoke
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.sized_network import Limits
from sequences.assignment import SequenceAssignment, assignment_csv, read_assignment
from sequences.exchange import read_given

NETWORK = "X @initial 10 nM\nX -> Y [k = 1e-4]\n"
WORDS = Path(__file__).parent / "golden/runs/sequences/linreg2d.csv"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plain network and a set of words that break no hard rule, ``good.csv``."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "net.crn").write_text(NETWORK, encoding="utf-8")
    system = sized_network(folder / "net.crn", None, Limits(), Translation()).system
    known = read_assignment(WORDS).sequences
    spare = iter(word for word in known.values() if len(word) == 15)
    toehold = known["t1"] + known["t2"] + known["t3"] + "CTC"
    words = {domain.name: toehold[: domain.length] if domain.length < 15 else next(spare) for domain in system.domains}
    (folder / "good.csv").write_text(assignment_csv(SequenceAssignment(words)), encoding="utf-8")
    return folder


def test_a_plain_network_gets_to_tubes_alone(place: Path, tmp_path: Path, invoke: Invoke) -> None:
    """One vendor's files: no plates beside the tubes."""
    result = invoke("order", place / "net.crn", "--sequences", place / "good.csv", "-o", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["files"] == ["order/idt_tubes.csv", "order/idt_tubes.xlsx"]
    assert sorted(path.name for path in (tmp_path / "order").iterdir()) == ["idt_tubes.csv", "idt_tubes.xlsx"]
    assert "| reaction |" in (tmp_path / "protocol.md").read_text(encoding="utf-8")


def test_the_list_of_an_order_is_read_back_as_the_words_it_was_made_of(place: Path, tmp_path: Path, invoke: Invoke) -> None:
    """Name and Sequence alone, labels and all, as CSV and as the workbook."""
    invoke("order", place / "net.crn", "--sequences", place / "good.csv", "-o", tmp_path)
    system = sized_network(place / "net.crn", None, Limits(), Translation()).system
    wanted = read_assignment(place / "good.csv").sequences
    for name in ("idt_tubes.csv", "idt_tubes.xlsx"):
        assert read_given(tmp_path / "order" / name, system).sequences == wanted
    checked = invoke("sequences", place / "net.crn", "--check", tmp_path / "order/idt_tubes.csv", "--json")
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["hard_violations"] == 0


@pytest.mark.parametrize("spoil", ["G" * 15, "complement", "toehold"])
def test_what_the_check_refuses_is_not_ordered(place: Path, tmp_path: Path, invoke: Invoke, spoil: str) -> None:
    """A branch of G alone, two branches that are each other's complement, and a toehold that is a run of G."""
    words = dict(read_assignment(place / "good.csv").sequences)
    first, second, *_ = (name for name, word in words.items() if len(word) == 15)
    changes = {
        "complement": {first: words[second][::-1].translate(str.maketrans("ACGT", "TGCA"))},
        "toehold": {name: "G" * len(word) for name, word in words.items() if len(word) < 15},
    }
    words |= changes.get(spoil, {first: spoil})
    (tmp_path / "bad.csv").write_text(assignment_csv(SequenceAssignment(words)), encoding="utf-8")
    given = ("order", place / "net.crn", "--sequences", tmp_path / "bad.csv", "-o", tmp_path / "out")
    assert invoke("sequences", place / "net.crn", "--check", tmp_path / "bad.csv").exit_code == 1
    refused = invoke(*given)
    assert refused.exit_code == 1 and "--anyway" in refused.stderr and not (tmp_path / "out").exists()
    told = invoke(*given, "--anyway", "--json")
    assert told.exit_code == 0 and any("hard sequence rules are broken" in note for note in json.loads(told.stdout)["notes"])


def test_a_list_that_does_not_fit_is_refused_with_its_line(place: Path, tmp_path: Path, invoke: Invoke) -> None:
    invoke("order", place / "net.crn", "--sequences", place / "good.csv", "-o", tmp_path)
    system = sized_network(place / "net.crn", None, Limits(), Translation()).system
    with (tmp_path / "order/idt_tubes.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    path = tmp_path / "list.csv"

    def given(changed: list[list[str]]) -> None:
        path.write_text("\n".join(",".join(row) for row in changed), encoding="utf-8")
        read_given(path, system)

    with pytest.raises(InputError, match=r"list.csv:2: a strand of the circuit is named"):
        given([rows[0], ["Xx", *rows[1][1:]]])
    with pytest.raises(InputError, match=r"list.csv:2: the sequence of strand \S+ is \d+ of A, C, G and T"):
        given([rows[0], [rows[1][0], rows[1][1][:-1], *rows[1][2:]]])
    other = [row[:] for row in rows]
    other[-1][1] = "".join("A" if base == "C" else base for base in other[-1][1])
    with pytest.raises(InputError, match=r"list.csv:\d+: domain \S+ is [ACGT]+ in strand"):
        given(other)
