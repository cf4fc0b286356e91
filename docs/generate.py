"""Writes the reference pages that come from the code: ``uv run python docs/generate.py``.

The design file's keys are those of the schema, with the descriptions that stand there; the commands are those of the command
line, with their own help.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from pages.commands import commands_page
from pages.dependencies import dependencies_page
from pages.design import design_page

PAGES = {
    "docs/reference/design.md": design_page,
    "docs/reference/commands.md": commands_page,
    "docs/reference/dependencies.md": dependencies_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(ROOT), encoding="utf-8")
