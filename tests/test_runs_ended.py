"""Runs from outside their process: interrupted, met by another one, killed (``tests/killing.py`` kills more), repeated."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from killing import begun, comparable, differences, kill_and_resume, tiny_design
from runs import contents, run

pytestmark = pytest.mark.slow

WHOLE = "from cli.main import main; main()"
SURROUNDINGS = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "COLUMNS": "200"},
    {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)
"""Other hashes, time zones and alphabets: the second one writes ASCII wherever a program does not say otherwise."""


@pytest.fixture
def running(small: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A run in a process of its own, with its folder, once its first stages are finished."""
    out = tmp_path / "out"
    command = [sys.executable, "-c", "from cli.main import main; main()", "run", str(small), "-o", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (out / "network.json").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    yield process, out
    process.kill()
    process.communicate()


def test_an_interrupt_keeps_what_is_finished_and_the_next_run_goes_on(
    running: tuple[subprocess.Popen[str], Path], small: Path
) -> None:
    process, out = running
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert stderr.splitlines()[-1].startswith(f"Interrupted. Kept in {out}: compile, ideal, clock, translate")
    assert stdout == ""
    written = contents(out)
    assert not [name for name in written if name.endswith((".part", ".lock"))]
    assert tomllib.loads(written["design.toml"].decode())["name"] == "small"
    assert json.loads(written["summary.json"])["ncrn"]["reactions"] > 0
    result = run(small, out, *(f"--skip={name}" for name in ("one_pot", "dsd_leaky", "leaks", "sequences")))
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("compile      finished already, kept")


def test_a_second_run_in_the_same_folder_is_refused(running: tuple[subprocess.Popen[str], Path], small: Path) -> None:
    result = run(small, running[1])
    assert result.exit_code == 2
    assert "another run is writing to this folder" in result.stderr


def test_killed_runs_go_on_to_the_same_bytes_and_leave_no_process(tmp_path: Path) -> None:
    design, start = tiny_design(tmp_path), time.monotonic()
    whole = begun(design, tmp_path / "whole", "--workers=1")
    _, told = whole.communicate(timeout=600)
    assert whole.returncode == 0, told
    record = kill_and_resume(design, tmp_path, comparable(tmp_path / "whole"), 3, time.monotonic() - start, seed=5)
    assert record.faults == []
    assert record.kills == 3


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
