"""The measured constants that rates and leaks rest on, from ``dsd_ncrn/kinetics/constants.toml``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from dsd_ncrn.kinetics.constants import constants

PAGE = "docs/reference/rates.md"
_HEAD = """# Measured constants

<!-- made by docs/pages from dsd_ncrn/kinetics/constants.toml -->

Every measured number that the rates and leaks of strands rest on. They are read from
`dsd_ncrn/kinetics/constants.toml` and stand nowhere else. [Physics](../physics.md#rate-constants) has the formulas.
"""
_TITLES = {"duplex": "Rates of free duplexes", "leak": "Leak"}


def rates_page(root: Path) -> str:
    """The page as Markdown: a table for each group of constants."""
    parts = [_HEAD]
    for group, entries in groupby(constants().items(), key=lambda entry: entry[0].partition(".")[0]):
        rows = [
            f"| {each.meaning} | {_shown(each.numbers)} | {_band(each.optimistic, each.pessimistic)} | {each.unit} "
            f"| {each.source} | {each.conditions} |"
            for _, each in entries
        ]
        head = f"## {_TITLES[group]}\n\n| constant | value | from … to | unit | source | holds |\n|---|---|---|---|---|---|"
        parts.append("\n".join([head, *rows, ""]))
    return "\n".join(parts)


def _shown(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:.4g}" for number in numbers)


def _band(optimistic: tuple[float, ...], pessimistic: tuple[float, ...]) -> str:
    return f"{_shown(optimistic)} … {_shown(pessimistic)}" if optimistic else "–"
