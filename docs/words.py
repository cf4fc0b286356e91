"""Counts what people wrote for people to read, in README.md and docs/: ``uv run python -m docs.words``.

Words are what has a letter in it, in text and in tables. Left out are pages that the code makes, blocks of code and of what
commands print, what ``docs.figures`` writes, targets of links, and the rows of constants, which a test compares with the code.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from docs.pages import PAGES, ROOT

MOST = 20_000
"""Words of all pages together."""
_ELSEWHERE = {*PAGES, "docs/experiments.md"}
_LEFT_OUT = re.compile(
    r"<!-- figures: \w+ -->.*?<!-- /figures -->|^```.*?^```|<!--.*?-->|(?<=\])\([^)]*\)", re.DOTALL | re.MULTILINE
)


def pages(root: Path = ROOT) -> dict[str, int]:
    """The words of each hand-written page, by its path."""
    paths = [root / "README.md", *sorted(path for path in (root / "docs").rglob("*.md") if "_build" not in path.parts)]
    names = {str(path.relative_to(root)): path for path in paths}
    return {name: words(path.read_text(encoding="utf-8"), path.stem) for name, path in names.items() if name not in _ELSEWHERE}


def words(text: str, page: str = "") -> int:
    """How many words a page has."""
    text = _LEFT_OUT.sub("", text)
    if page == "constants":
        text = re.sub(r"^\|.*$", "", text, flags=re.MULTILINE)
    return sum(any(letter.isalpha() for letter in word) for word in text.split())


if __name__ == "__main__":
    counted = pages()
    lines = [f"{number:6,}  {name}\n" for name, number in sorted(counted.items(), key=lambda each: -each[1])]
    sys.stdout.writelines([*lines, f"{sum(counted.values()):6,}  of {MOST:,}\n"])
