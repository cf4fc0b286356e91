"""Runs that are killed go on to the same bytes; ``python tests/killing.py 50`` kills more of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from killing import begun, comparable, kill_and_resume, tiny_design


@pytest.mark.slow
def test_killed_runs_go_on_to_the_same_bytes_and_leave_no_process(tmp_path: Path) -> None:
    design, start = tiny_design(tmp_path), time.monotonic()
    whole = begun(design, tmp_path / "whole", "--workers=1")
    _, told = whole.communicate(timeout=600)
    assert whole.returncode == 0, told
    record = kill_and_resume(design, tmp_path, comparable(tmp_path / "whole"), 3, time.monotonic() - start, seed=5)
    assert record.faults == []
    assert record.kills == 3
