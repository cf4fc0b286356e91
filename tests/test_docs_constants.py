"""The page of constants has the values that the code has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from numbers import Real
from typing import Any

import pytest

from docs_walk import ROOT

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
