"""A run that is interrupted, or met by another one, from outside its process."""

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

from runs import contents, run

pytestmark = pytest.mark.slow


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
