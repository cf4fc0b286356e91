"""The notebooks of the documentation say what they would say if they were run now.

Where what they say has changed on purpose, run pytest with UPDATE_GOLDEN=1, which writes their outputs, and read them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "docs" / "notebooks").glob("*.ipynb"))
LARGEST_BYTES = 400_000


def said(cell: Any) -> tuple[str, int]:
    """The text that a cell gives, and its number of pictures."""
    outputs = cell.get("outputs", [])
    texts = [each.get("text") or each.get("data", {}).get("text/plain", "") for each in outputs]
    return "".join(texts), sum("image/png" in each.get("data", {}) for each in outputs)


def test_there_is_a_notebook_to_begin_with() -> None:
    assert "first_steps.ipynb" in {path.name for path in NOTEBOOKS}


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_gives_again_what_it_shows(path: Path) -> None:
    """Executed where it lies, as a reader would; every text and the number of figures are compared."""
    shown = nbformat.read(path, as_version=4)
    run = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(path.parent)}}
    options: dict[str, Any] = {"kernel_name": "python3", "coalesce_streams": True, "record_timing": False}
    NotebookClient(run, timeout=600, resources=folder, **options).execute()
    if os.environ.get("UPDATE_GOLDEN"):
        run.metadata = shown.metadata
        nbformat.write(run, path)
    shown = nbformat.read(path, as_version=4)
    for number, (before, now) in enumerate(zip(shown.cells, run.cells, strict=True)):
        assert said(now) == said(before), f"cell {number}: {before.source}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_small_and_was_run_from_top_to_bottom(path: Path) -> None:
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert path.stat().st_size < LARGEST_BYTES
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
