"""The scanner that finds the lines of keys in a TOML file."""

from __future__ import annotations

import tomllib
from typing import Any

import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from dsd_ncrn.design.problems import positions

TRICKY = '''# [not.a.table]
top = "a # b = [c]"
[a.b]  # a table
c = { d = 1, "e.f" = [1, { g = 2 }] }
text = """
h = "no key"
"""
list = [ # comment ]
  1,
  2, # two
]
dotted.key = 'x'
[[many]]
i = 1
[[many]]
i = 2
'''


def test_every_key_of_a_tricky_file_is_found_at_its_line() -> None:
    found = {key: place.line for key, place in positions(TRICKY).items()}
    assert found[("top",)] == 2
    assert (found[("a",)], found[("a", "b")]) == (3, 3)
    assert (found[("a", "b", "c")], found[("a", "b", "c", "d")], found[("a", "b", "c", "e.f")]) == (4, 4, 4)
    assert (found[("a", "b", "text")], found[("a", "b", "list")]) == (5, 8)
    assert found[("a", "b", "dotted", "key")] == 12
    assert found[("many",)] == 13
    assert ("h",) not in found and ("not", "a", "table") not in found


def test_the_value_of_a_key_has_a_column() -> None:
    place = positions("[t]\nname  =   'x'")[("t", "name")]
    assert (place.line, place.column, place.value_column) == (2, 1, 11)


def keys_of(data: dict[str, Any], prefix: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """All key paths of a document."""
    found: set[tuple[str, ...]] = set()
    for key, value in data.items():
        found |= {(*prefix, key)} | (keys_of(value, (*prefix, key)) if isinstance(value, dict) else set())
    return found


names = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=6)
leaves = st.one_of(st.integers(-9, 9), st.floats(allow_nan=False), st.booleans(), st.text(max_size=8), st.just([1, "a, ]"]))
documents = st.recursive(st.dictionaries(names, leaves, max_size=3), lambda inner: st.dictionaries(names, inner, max_size=3))


@settings(max_examples=100, deadline=None)
@given(documents)
def test_the_scanner_finds_the_keys_that_tomllib_finds(data: dict[str, Any]) -> None:
    text = tomli_w.dumps(data)
    assert positions(text).keys() == keys_of(tomllib.loads(text))
