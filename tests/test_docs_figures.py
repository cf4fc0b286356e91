"""The numbers in the pages are those that commands print, kept in ``docs/figures.json``; what is quick is run again here."""

from __future__ import annotations

import json
import re

import pytest

from docs import figures
from docs_walk import alike

QUICK = [source for source in figures.sources().values() if source.quick]


def test_pages_have_what_is_kept() -> None:
    assert figures.stale(figures.read_kept()) == []


def test_every_figure_of_a_page_is_of_a_known_command_and_was_measured() -> None:
    known, kept, missing = figures.sources(), figures.read_kept(), set[str]()
    for page in figures.pages():
        text = page.read_text(encoding="utf-8")
        names = re.findall(r"<!-- figures: (\w+) -->", text) + re.findall(r"<!--(\w+):[^>]*-->[^<]*<!--/-->", text)
        missing |= {f"{page.name}: {name}" for name in names if name not in known or name not in kept}
    assert not missing
    assert set(kept) <= set(known)


def test_a_wrong_number_on_a_page_is_seen_and_put_right() -> None:
    known, kept = {"one": figures.Source("one", ("x.py",))}, {"one": {"values": {"a.0": 0.01234}, "text": "| 2 |\n"}}
    page = "ends at <!--one:a.0:.1%-->9.9 %<!--/-->.\n<!-- figures: one -->\n| 3 |\n<!-- /figures -->\n"
    right = "ends at <!--one:a.0:.1%-->1.2 %<!--/-->.\n<!-- figures: one -->\n| 2 |\n<!-- /figures -->\n"
    assert figures.written(page, kept, known) == right
    assert figures.written(right, kept, known) == right


@pytest.mark.parametrize("source", QUICK, ids=lambda source: source.name)
def test_what_is_quick_still_says_what_is_kept(source: figures.Source) -> None:
    kept, now = figures.read_kept()[source.name], figures.measured(source)
    before, after = (json.dumps(each.get("values") or each["text"].splitlines(), indent=0) for each in (kept, now))
    assert len(before.splitlines()) == len(after.splitlines())
    assert all(map(alike, before.splitlines(), after.splitlines()))
