"""Tables that benchmarks write into README.md, each with the commit and the day on which it was measured."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
README = HERE / "README.md"


def write(name: str, head: str, rows: Sequence[str]) -> None:
    """Put a table, whose ``head`` and ``rows`` are lines, between the marks of its name."""
    before, _, rest = README.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    after = rest.partition("<!-- end -->\n")[2]
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    commit = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()
    table = [head, "|" + "---|" * (head.count("|") - 1), *rows, "", f"Measured at `{commit}`, {date.today().isoformat()}."]
    README.write_text(before + f"<!-- {name} -->\n" + "\n".join(table) + "\n<!-- end -->\n" + after, encoding="utf-8")
