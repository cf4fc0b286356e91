"""Puts into the pages what commands print: ``uv run python -m docs.figures [NAME ...]``, or ``make figures``.

``figures.toml`` names the commands, ``figures.json`` keeps what they said last, at which commit and on which day. In a page

    <!-- figures: circuits -->              all that ``circuits`` printed, a table or lines of a terminal
    <!-- /figures -->
    <!--leak:rmse_after:.2f-->8.04<!--/-->

the first is a block, the second a number of a JSON document, with Python's format (and ``%`` for shares of one hundred).
``--check`` runs nothing and says which pages differ from what is kept; the tests do so, and run what is quick.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES, KEPT = ROOT / "docs/figures.toml", ROOT / "docs/figures.json"
_BLOCK = re.compile(r"(<!-- figures: (?P<name>\w+) -->\n).*?(<!-- /figures -->)", re.DOTALL)
_NUMBER = re.compile(r"(<!--(?P<name>\w+):(?P<path>[^:>]+):(?P<format>[^>]*)-->)[^<]*(<!--/-->)")
_CALL = "from cli.main import main; main()"


@dataclass(frozen=True)
class Source:
    """A command and how its output is read: ``file`` is a JSON document that it leaves in ``{folder}``; without one it is what
    the command prints, as JSON where a page takes numbers of it. ``script`` is what the command ``python`` runs, ``fenced``
    puts a block into a fence, ``quick`` ones take less than ten seconds."""

    name: str
    command: tuple[str, ...]
    quick: bool = False
    fenced: bool = False
    file: str = ""
    script: str = ""

    def ran(self) -> str:
        """What it says now. Raises CalledProcessError where the command fails."""
        with tempfile.TemporaryDirectory() as folder:
            words = [word.format(folder=folder) for word in self.command]
            if words[0] == "dsd-ncrn":
                words[0:1] = ["-c", _CALL]
            elif words[0] == "python":
                words[0:1] = ["-c", self.script]
            run = [sys.executable, *words]
            environment = {**os.environ, "COLUMNS": "160"}
            done = subprocess.run(run, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            return (Path(folder) / self.file).read_text(encoding="utf-8") if self.file else done.stdout


def sources() -> dict[str, Source]:
    """Every source by its name."""
    found = tomllib.loads(SOURCES.read_text(encoding="utf-8"))
    return {name: Source(name, **each | {"command": tuple(each["command"])}) for name, each in found.items()}


def pages() -> Iterator[Path]:
    """The pages that may hold figures."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def wanted(name: str) -> list[str]:
    """The paths of the numbers that pages take from a source, in the order of their first use."""
    found = (match["path"] for page in pages() for match in _NUMBER.finditer(page.read_text("utf-8")) if match["name"] == name)
    return list(dict.fromkeys(found))


def measured(source: Source) -> dict[str, Any]:
    """What is kept of a source: its text, or the numbers that pages take of its JSON document."""
    said, paths = source.ran(), wanted(source.name)
    if not paths:
        return {"text": said}
    document = json.loads(said)
    return {"values": {path: _value(document, path) for path in paths}}


def _value(document: Any, path: str) -> Any:
    """The value at a path of keys and indices, separated by dots."""
    for key in path.split("."):
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def written(text: str, kept: dict[str, Any], known: dict[str, Source]) -> str:
    """A page with its blocks and numbers as they are kept; what was never measured stays as it is."""

    def block(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in kept:
            return found[0]
        body = kept[name]["text"].strip("\n")
        return f"{found[1]}{f'```{chr(10)}{body}{chr(10)}```' if known[name].fenced else body}\n{found[3]}"

    def number(found: re.Match[str]) -> str:
        values = kept.get(found["name"], {}).get("values", {})
        return f"{found[1]}{shown(values[found['path']], found['format'])}{found[5]}" if found["path"] in values else found[0]

    return _NUMBER.sub(number, _BLOCK.sub(block, text))


def shown(value: Any, layout: str) -> str:
    """A value as a page has it: ``.1%`` is written with a space before the sign."""
    return format(value, layout).replace("%", " %") if layout.endswith("%") else format(value, layout)


def stale(kept: dict[str, Any]) -> list[Path]:
    """The pages that differ from what is kept."""
    known = sources()
    return [page for page in pages() if written(page.read_text("utf-8"), kept, known) != page.read_text("utf-8")]


def read_kept() -> dict[str, Any]:
    """What was measured last, by source."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def update(names: Iterable[str]) -> None:
    """Run some sources and write the pages."""
    known, kept = sources(), read_kept()
    for name in names:
        sys.stderr.write(f"{name}: {' '.join(known[name].command)}\n")
        entry = measured(known[name])
        kept[name] = {"commit": _commit(), "date": date.today().isoformat(), **entry}
        KEPT.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="utf-8")
    for page in stale(kept):
        page.write_text(written(page.read_text("utf-8"), kept, known), encoding="utf-8")


def _commit() -> str:
    called = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(called, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="sources of figures.toml; all of them if none is given")
    parser.add_argument("--quick", action="store_true", help="those alone that take less than ten seconds")
    parser.add_argument("--check", action="store_true", help="run nothing; exit 1 where a page differs from what is kept")
    given = parser.parse_args()
    known = sources()
    if unknown := set(given.names) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if given.check:
        different = stale(read_kept())
        sys.stdout.writelines(f"{page.relative_to(ROOT)} differs from figures.json\n" for page in different)
        return 1 if different else 0
    update(given.names or [name for name, source in known.items() if source.quick or not given.quick])
    return 0


if __name__ == "__main__":
    sys.exit(main())
