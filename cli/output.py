"""How the smaller commands give their results: text or JSON on standard output, files into a folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.run.folder import write_files
from cli.streams import say, tell
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import json_text


def deliver(out: Path | None, files: Mapping[str, str | bytes]) -> None:
    """Write files into a folder, all whole or none at all, and name them; nothing without a folder."""
    check_folder(out)
    if out is None:
        return
    write_files({out / name: content for name, content in files.items()})
    for name in files:
        tell(f"Wrote {out / name}")


def check_folder(out: Path | None) -> None:
    """Raises InputError for a folder that is a file."""
    if out is not None and out.exists() and not out.is_dir():
        raise InputError("results go into a folder, and this is a file", None, "Give another one with -o.", str(out))


def show(as_json: bool, value: Any, text: str) -> None:
    """Print a result as JSON, or as the text for people."""
    say((_holdable(json_text(value)) if as_json else text).rstrip("\n"))


def _holdable(text: str) -> str:
    """JSON with the characters that standard output cannot hold as JSON's own codes, not as Python's."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(json.loads(text), indent=2)
    return text


def table(rows: Iterable[Sequence[object]]) -> str:
    """Rows in columns as wide as their contents; numbers to six digits."""
    cells = [[_cell(item) for item in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)


def _cell(item: object) -> str:
    if item is None:
        return "-"
    return f"{item:.6g}" if isinstance(item, float) else str(item)
