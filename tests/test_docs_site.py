"""The documentation holds together: links lead somewhere, the citation is valid. `make docs` builds it without warnings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import dsd_ncrn
from docs import words
from docs_walk import ROOT

_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks/README.md")
    if "_build" not in path.parts
)


def _prose(path: Path) -> str:
    return _CODE.sub("", _FENCED.sub("", path.read_text(encoding="utf-8")))


def _anchors(path: Path) -> Iterator[str]:
    """The anchors that code hosts make of headings."""
    for title in re.findall(r"^#+ (.*)$", _FENCED.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in _LINK.finditer(_prose(page)):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        assert target.exists(), f"{page.name} links to {link['path']}"
        if link["anchor"]:
            assert link["anchor"] in set(_anchors(target)), f"{page.name} links to {link[0]}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    pages = {str(path.relative_to(ROOT / "docs")) for path in PAGES if "docs" in path.relative_to(ROOT).parts}
    linked = {link["path"] for link in _LINK.finditer(index)}
    assert pages - {"index.md"} <= linked


def test_the_reference_of_the_interface_has_every_public_name() -> None:
    page = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")
    named = set(re.findall(r":: dsd_ncrn\.(\w+)", page))
    assert named == set(dsd_ncrn.__all__)


def test_the_messages_of_the_troubleshooting_page_are_those_of_the_code() -> None:
    """Of each message its longest stretch without values stands in the source."""
    page = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8").split("## Setting up")[0]
    source = " ".join(
        path.read_text(encoding="utf-8") for top in ("dsd_ncrn", "sequences", "cli") for path in (ROOT / top).rglob("*.py")
    )
    for message in re.findall(r"^\| `([^`]* [^`]*)`", page, re.MULTILINE):
        parts = re.split(r"…|'[^']*'|\"[^\"]*\"|\b(?:N?\d+|z1|bias|fork|concentration|scheme|chemistry[.]gates)\b", message)
        assert max(parts, key=len).strip(" .:,") in source, message


def test_hand_written_pages_are_not_too_many_words() -> None:
    assert (
        words.words("Two words: `k(2)` | 3\n```\ncode\n```\n<!-- figures: x -->\n| many |\n<!-- /figures -->\n[a](b.md)") == 4
    )
    counted = words.pages()
    assert sum(counted.values()) <= words.MOST, counted


def test_the_citation_has_what_the_format_demands() -> None:
    """Keys that the Citation File Format 1.2.0 requires, and the version of the package."""
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    keys = dict(re.findall(r"^([\w-]+): *(.*)$", text, re.MULTILINE))
    assert {"cff-version", "message", "title", "authors"} <= set(keys)
    assert keys["cff-version"] == "1.2.0"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (keys["version"], keys["license"]) == (project["version"], project["license"])
