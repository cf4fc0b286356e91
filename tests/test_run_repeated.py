"""The same seed gives the same bytes, wherever and however a run is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from killing import begun, comparable, differences, tiny_design

pytestmark = pytest.mark.slow

WHOLE = "from cli.main import main; main()"
SURROUNDINGS = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "COLUMNS": "200"},
    {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)
"""Other hashes, time zones and alphabets: the second one writes ASCII wherever a program does not say otherwise."""


def twice(design: Path, place: Path, code: str) -> list[dict[str, bytes]]:
    """The files of two runs, each from a working folder of its own, one with one worker and one with two."""
    found = list[dict[str, bytes]]()
    for workers, surroundings in enumerate(SURROUNDINGS, start=1):
        here = place / f"working folder {workers}"
        here.mkdir()
        process = begun(design, Path("out"), f"--workers={workers}", env=surroundings, cwd=here, code=code)
        _, told = process.communicate(timeout=1200)
        assert process.returncode == 0, told
        found.append(comparable(here / "out"))
    return found


def test_two_runs_leave_the_same_bytes(tmp_path: Path) -> None:
    """With the whole leak study, after a short training."""
    first, second = twice(tiny_design(tmp_path), tmp_path, WHOLE)
    assert differences(first, second) == []
    assert len(first) > 40
