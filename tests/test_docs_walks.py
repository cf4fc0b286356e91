"""Tutorials and how-to pages do what they say: files are copied into the project, lines added, commands run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs_walk import ROOT, blocks_of, walk

PAGES = ("formula", "gates", "leak-model", "vendor", "sequence-rule", "engine")
WITHOUT_CODE = ("formula",)


@pytest.fixture
def project(page: str, tmp_path: Path) -> Path:
    """A copy of the designs, and of the packages where a page adds files to them."""
    for name in ("designs",) if page in WITHOUT_CODE else ("dsd_ncrn", "sequences", "cli", "designs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    "page", [page if page in WITHOUT_CODE else pytest.param(page, marks=pytest.mark.slow) for page in PAGES]
)
def test_a_how_to_page_does_what_it_says(page: str, project: Path) -> None:
    """The commands of a changed project run in processes of their own, which takes long."""
    assert walk(f"howto/{page}.md", project) + _sessions(page, project)
    _lint([block.path for block in blocks_of(f"howto/{page}.md") if block.path and block.language == "python"], project)


@pytest.mark.parametrize("page", PAGES)
def test_a_how_to_page_needs_one_file_and_changes_one_other(page: str) -> None:
    blocks = blocks_of(f"howto/{page}.md")
    added = {block.path for block in blocks if block.language == "python" and block.path}
    changed = {block.text.partition("\n")[0] for block in blocks if block.language == "diff"}
    assert len(added) == len(changed) == (0 if page in WITHOUT_CODE else 1)


def test_every_how_to_page_is_tested() -> None:
    assert {path.stem for path in (ROOT / "docs" / "howto").glob("*.md")} == set(PAGES)


def _lint(files: list[str], project: Path) -> None:
    """The example files are as the project's linter wants its own."""
    if files:
        call = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), *files]
        ran = subprocess.run(call, cwd=project, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout


def _sessions(page: str, project: Path) -> int:
    """What a page shows after >>>, in the changed project; how much there is of it."""
    sessions = [block.text for block in blocks_of(f"howto/{page}.md") if block.language == "pycon"]
    if not sessions:
        return 0
    (project / "sessions.txt").write_text("\n\n".join(sessions), encoding="utf-8")
    call = [sys.executable, "-m", "doctest", "sessions.txt"]
    ran = subprocess.run(call, cwd=project, env={**os.environ, "PYTHONPATH": str(project)}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    return len(sessions)


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
