"""Reading, writing and matching of sequence files."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsd_ncrn.errors import InputError
from sequences.assignment import SequenceAssignment, assignment_csv, check_covers, read_assignment
from sequences_circuits import SMALL_WORDS, small_circuit


def _written(folder: Path, text: str) -> Path:
    path = folder / "words.csv"
    path.write_text(text)
    return path


def test_a_written_assignment_reads_back(tmp_path: Path) -> None:
    text = assignment_csv(SequenceAssignment(SMALL_WORDS, seed=7))
    assert read_assignment(_written(tmp_path, text)).sequences == SMALL_WORDS


def test_lower_case_spaces_and_other_columns_are_accepted(tmp_path: Path) -> None:
    path = _written(tmp_path, "note,domain,sequence\nfirst, x , acgt\n")
    assert read_assignment(path).sequences == {"x": "ACGT"}


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("domain,word\nx,ACT\n", 1, "names the columns"),
        ("domain,sequence\nx,ACT\ny,ACU\n", 3, "A, C, G and T"),
        ("domain,sequence\nx,\n", 2, "A, C, G and T"),
        ("domain,sequence\nx\n", 2, "A, C, G and T"),
        ("domain,sequence\nx*,ACT\n", 2, "without its star"),
        ("domain,sequence\nx,ACT\nx,ACT\n", 3, "given once"),
        ("domain,sequence\n", None, "no rows"),
        ("", 1, "names the columns"),
    ],
)
def test_faults_are_reported_with_file_and_line(tmp_path: Path, text: str, line: int | None, rule: str) -> None:
    path = _written(tmp_path, text)
    with pytest.raises(InputError, match=rule) as caught:
        read_assignment(path)
    assert caught.value.file == str(path)
    assert caught.value.line == line


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the file"):
        read_assignment(tmp_path / "none.csv")


def test_an_assignment_must_cover_the_circuit_exactly() -> None:
    system = small_circuit()
    check_covers(system, SequenceAssignment(SMALL_WORDS))
    missing = {name: word for name, word in SMALL_WORDS.items() if name != "r1"}
    with pytest.raises(InputError, match="domain r1 of the circuit has no sequence"):
        check_covers(system, SequenceAssignment(missing))
    with pytest.raises(InputError, match="domain x has 15 nt"):
        check_covers(system, SequenceAssignment({**SMALL_WORDS, "x": "ACT"}))
