"""The measured constants that rates and leaks rest on, from ``dsd_ncrn/constants.toml``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from dsd_ncrn.constants import Constant, constants

PAGE = "docs/reference/rates.md"
_HEAD = """# Measured constants

<!-- made by docs/pages from dsd_ncrn/constants.toml -->

Every measured number that the rates and leaks of strands rest on. They are read from
`dsd_ncrn/constants.toml` and stand nowhere else. The first two tables are the
presets of `chemistry.rates`, `duplex` and `gate`; what `gate` does not say is as in `duplex`. The band goes from the
end that is called pessimistic in the report to the optimistic one. [Physics](../physics.md#rate-constants) has the formulas.
"""
_TITLES = {
    "duplex": "Free duplexes",
    "gate": "Gates",
    "helix": "Helices",
    "leak": "Leak",
    "beads": "Beads",
    "crosstalk": "Cross-talk",
}


def rates_page(root: Path) -> str:
    """The page as Markdown: a table for each group of constants."""
    parts = [_HEAD]
    for group, entries in groupby(constants().items(), key=lambda entry: entry[0].partition(".")[0]):
        rows = [
            f"| {each.meaning} | {_shown(each.numbers)} | {_band(each)} | {each.unit} | {each.source} | {each.conditions} |"
            for _, each in entries
        ]
        head = f"## {_TITLES[group]}\n\n| constant | value | from … to | unit | source | holds |\n|---|---|---|---|---|---|"
        parts.append("\n".join([head, *rows, ""]))
    return "\n".join(parts)


def _shown(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:.4g}" for number in numbers)


def _band(each: Constant) -> str:
    return f"{_shown(each.at('pessimistic'))} … {_shown(each.at('optimistic'))}" if each.ends else "–"
