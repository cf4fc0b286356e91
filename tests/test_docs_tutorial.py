"""The tutorial's commands do what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs_walk import ROOT, walk


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    assert walk("tutorial.md", tmp_path) == 11
    _summary_has_what_the_tutorial_says(tmp_path / "runs" / "dose" / "summary.json")


def _summary_has_what_the_tutorial_says(path: Path) -> None:
    """Keys that the table of section 6 names are in the summary."""
    summary, page = path.read_text(encoding="utf-8"), (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    for dotted in re.findall(r"`((?:training|fidelity|leaks)\.\w+(?:\.\w+)?)`", page):
        assert f'"{dotted.rpartition(".")[2]}"' in summary


@pytest.mark.slow
def test_the_page_on_own_strands_does_what_it_says(tmp_path: Path) -> None:
    assert walk("strands.md", tmp_path) == 2
    assert (tmp_path / "traces" / "trajectories.svg").exists()


@pytest.mark.slow
def test_the_page_on_tubes_does_what_it_says(tmp_path: Path) -> None:
    design = ROOT / "designs" / "first_learner.toml"
    (tmp_path / design.name).write_text(design.read_text(encoding="utf-8"), encoding="utf-8")
    assert walk("tubes.md", tmp_path) == 3
    assert '"measured"' in (tmp_path / "measured" / "summary.json").read_text(encoding="utf-8")
