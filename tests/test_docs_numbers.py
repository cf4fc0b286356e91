"""Numbers in pages are those that commands print (``docs/figures.json``; what is quick is run again), constants the code's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from numbers import Real
from typing import Any

import pytest

from docs import figures
from docs_walk import ROOT, alike

LONGER = ("schemes",)
QUICK = [
    pytest.param(source, id=source.name, marks=pytest.mark.slow if source.name in LONGER else ())
    for source in figures.sources().values()
    if source.quick
]


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


@pytest.mark.parametrize("source", QUICK)
def test_what_is_quick_still_says_what_is_kept(source: figures.Source) -> None:
    kept, now = figures.read_kept()[source.name], figures.measured(source)
    before, after = (json.dumps(each.get("values") or each["text"].splitlines(), indent=0) for each in (kept, now))
    assert len(before.splitlines()) == len(after.splitlines())
    assert all(map(alike, before.splitlines(), after.splitlines()))


_ROW = re.compile(r"\| (?P<name>[^|]+) \| (?P<values>[-\d][^|]*) \| (?P<unit>[^|]+) \| `(?P<code>[a-z]\w*(?:\.\w+)+)` \|")
PAGE = (ROOT / "docs" / "constants.md").read_text(encoding="utf-8")
ROWS = [(row["code"], row["values"]) for row in _ROW.finditer(PAGE)]


def _numbers(value: Any) -> Iterator[float]:
    """The numbers of a constant: itself, its entries, or the values of a table."""
    if isinstance(value, Mapping):
        yield from map(float, value.values())
    elif isinstance(value, Real):
        yield float(value)
    else:
        yield from map(float, value)


@pytest.mark.parametrize(("code", "values"), ROWS, ids=[code for code, _ in ROWS])
def test_a_constant_of_the_page_is_that_of_the_code(code: str, values: str) -> None:
    module, _, name = code.rpartition(".")
    found = list(_numbers(getattr(import_module(module), name)))
    shown = [float(text) for text in values.split(",")]
    assert shown == pytest.approx(found, rel=1e-3 if name == "SPREAD" else 1e-12)


def test_every_row_with_a_value_is_compared() -> None:
    """Rows whose code cell is a dotted name, counted in another way."""
    dotted = re.findall(r"\| `(?:dsd_ncrn|sequences|cli)\.[\w.]+` \|", PAGE)
    assert len(dotted) == len(ROWS) > 50


def test_every_file_that_the_page_names_exists() -> None:
    for name in re.findall(r"`((?:\w+/)+\w*(?:\.(?:py|toml))?)`", PAGE):
        assert any((ROOT / top / name).exists() for top in ("", "dsd_ncrn")), name
