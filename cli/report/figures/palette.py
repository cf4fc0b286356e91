"""Colours, markers and dashes: one place for the page, the figures and the pictures of the README.

Figures are drawn with stand-in colours that become CSS variables, so that one drawing serves light and dark pages.
Series are told apart by marker and dash as well, and the ideal network is a broad pale line under the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LIGHT_AND_DARK: Mapping[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#14171c"),
    "card": ("#f6f7f9", "#1c2027"),
    "ink": ("#1a1d23", "#e8eaee"),
    "muted": ("#5a6270", "#a3abb8"),
    "faint": ("#dfe3e8", "#333a45"),
    "ideal": ("#1a1d23", "#e8eaee"),
    "dsd": ("#0066aa", "#5cb8f5"),
    "leaky": ("#c04a00", "#ff9150"),
    "onepot": ("#007a5a", "#3fcf9f"),
    "good": ("#00734f", "#46d39c"),
    "caution": ("#8a5a00", "#f0b94a"),
    "bad": ("#b3261e", "#ff8a80"),
    "band": ("#f3dccb", "#4a3324"),
    "first": ("#0066aa", "#5cb8f5"),
    "second": ("#c04a00", "#ff9150"),
    "third": ("#007a5a", "#3fcf9f"),
    "fourth": ("#9b3f86", "#e58fd0"),
    "fifth": ("#7a5b00", "#d9b84a"),
    "toehold": ("#c04a00", "#ff9150"),
    "strand": ("#3c4654", "#b9c1cd"),
}
"""Name to colour on a light and on a dark page. All text colours have a contrast of 4.5 or more on their paper."""

STAND_INS: Mapping[str, str] = {name: f"#0a0b{number:02x}" for number, name in enumerate(LIGHT_AND_DARK)}
"""What matplotlib is told to draw in; ``canvas`` puts ``var(--name)`` in its place."""

CATEGORIES = ("first", "second", "third", "fourth")
CATEGORY_MARKERS = ("o", "^", "s", "D")


@dataclass(frozen=True, slots=True)
class Series:
    """A level of training as it is drawn everywhere."""

    key: str
    title: str
    colour: str
    marker: str
    dash: str | tuple[float, tuple[float, ...]]
    width: float = 1.5
    alpha: float = 1.0

    @property
    def ink(self) -> str:
        """The stand-in of its colour."""
        return STAND_INS[self.colour]

    def line(self, points: int) -> dict[str, Any]:
        """How matplotlib is to draw a line through some points: a few of them are marked."""
        return {
            "color": self.ink,
            "linestyle": self.dash,
            "linewidth": self.width,
            "alpha": self.alpha,
            "marker": self.marker,
            "markersize": 3.6,
            "markeredgewidth": 0,
            "markevery": max(1, points // 8),
            "label": self.title,
            "gid": f"series-{self.key}",
        }


SERIES = (
    Series("ideal", "Ideal network", "ideal", "o", "-", width=3.6, alpha=0.35),
    Series("autonomous", "Own chemical clock", "fourth", "v", (0, (1, 1))),
    Series("dsd", "DNA strands", "dsd", "s", "-"),
    Series("dsd_leaky", "DNA strands with leak", "leaky", "^", (0, (2, 1.2))),
    Series("dsd_sequences", "DNA strands with these sequences", "fifth", "P", (0, (4, 1.2))),
    Series("one_pot", "One pot, no top-up", "onepot", "D", (0, (7, 1.5, 1.5, 1.5))),
)


def css_variables(dark: bool) -> str:
    """The declarations of a theme."""
    return "".join(f"--{name}:{pair[dark]};" for name, pair in LIGHT_AND_DARK.items())
