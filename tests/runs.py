"""Runs of designs, and what they leave, for the tests of the command ``run``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cli.main import main


def run(design: Path, out: Path, *options: str) -> Result:
    """``dsd-ncrn run``."""
    return CliRunner().invoke(main, ["run", str(design), "-o", str(out), "--workers", "1", *options])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its name in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def summary_of(folder: Path) -> dict[str, Any]:
    """The summary without its wall times."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    del summary["wall_seconds"]
    if summary["sequences"]:
        del summary["sequences"]["seconds"]
    return summary
