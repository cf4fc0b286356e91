"""The leak study of a real design: killed and taken up again, alone and as a stage of a run."""

from __future__ import annotations

import csv
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.run.folder import store_path
from conftest import Invoke, small_spec
from dsd_ncrn.design.load import dump_design
from runs import run

Row = tuple[int, str, str]


def rows(store: Path) -> list[Row]:
    """The results in a store that nobody uses, in the order in which they were put there."""
    connection = sqlite3.connect(store)
    found = connection.execute("SELECT rowid, job, result FROM results ORDER BY rowid").fetchall()
    connection.close()
    return found


def killed(store: Path, *arguments: str) -> list[Row]:
    """Kill ``dsd-ncrn`` at once when results have come into a store; returns them."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from cli.main import main; main()", *arguments], stderr=subprocess.DEVNULL
    )
    log = store.with_name(store.name + "-wal")
    deadline = time.monotonic() + 120
    while not (log.exists() and log.stat().st_size > 6 * 4096) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    return rows(store)


@pytest.fixture
def twice(tmp_path: Path) -> Path:
    """The small design at a leak from which its study does not guess where it has to close in: that takes a second bundle."""
    spec = small_spec()
    path = tmp_path / "twice.toml"
    leak = spec.leak.model_copy(update={"rate": 1e-12})
    path.write_text(dump_design(spec.model_copy(update={"leak": leak})), encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_killed_leak_study_goes_on_to_the_same_table(invoke: Invoke, twice: Path, tmp_path: Path) -> None:
    """On two processes, and then on one: no rate is trained for twice, and the table is that of a study of its own."""
    out, whole = tmp_path / "out", tmp_path / "whole"
    before = killed(out / "leaks.sqlite", "leaks", str(twice), "-o", str(out), "--workers", "2")
    assert not (out / "leaks.csv").exists()
    result = invoke("leaks", twice, "-o", out, "--workers", 1)
    assert result.exit_code == 0, result.output
    assert f"{len(before)} trainings found in {out / 'leaks.sqlite'}, going on from there" in result.stderr
    assert invoke("leaks", twice, "-o", whole, "--workers", 1).exit_code == 0
    after = rows(out / "leaks.sqlite")
    assert 0 < len(before) < len(after)
    assert after[: len(before)] == before
    assert {row[1:] for row in after} == {row[1:] for row in rows(whole / "leaks.sqlite")}
    assert (out / "leaks.csv").read_bytes() == (whole / "leaks.csv").read_bytes()


@pytest.mark.slow
def test_a_run_that_is_killed_in_its_leak_study_keeps_what_was_trained(twice: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    skipped = [f"--skip={name}" for name in ("clock", "one_pot", "dsd_leaky", "sequences", "order")]
    store = store_path(out, "leaks")
    before = killed(store, "run", str(twice), "-o", str(out), "--workers", "1", *skipped)
    result = run(twice, out, *skipped)
    assert result.exit_code == 0, result.output
    assert f"{len(before)} trainings kept from before" in result.stderr
    assert not store.exists()
    with (out / "leaks.csv").open(encoding="utf-8") as table:
        rates = [row["rate_per_M_s"] for row in csv.DictReader(table)]
    assert len(rates) == len(set(rates)) > len(before) > 0
