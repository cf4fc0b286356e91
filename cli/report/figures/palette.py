"""Colours, markers and dashes: one place for the page, the figures and the pictures of the README.

Figures are drawn with stand-in colours that become CSS variables, so that one drawing serves light and dark pages.
Series are told apart by marker and dash as well, and the ideal network is a broad pale line under the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cli.report.figures.chart import Curve, Dash, Numbers
from dsd_ncrn.simulate.levels import LEVELS

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
    "sixth": ("#00798a", "#4cc3d4"),
    "toehold": ("#c04a00", "#ff9150"),
    "strand": ("#3c4654", "#b9c1cd"),
    "stage-n1": ("#0066aa", "#5cb8f5"),
    "stage-readout": ("#00798a", "#4cc3d4"),
    "stage-n2": ("#c04a00", "#ff9150"),
    "stage-n3": ("#007a5a", "#3fcf9f"),
    "stage-n4": ("#9b3f86", "#e58fd0"),
    "stage-flush": ("#5a6270", "#a3abb8"),
    "stage-feed": ("#8a5a00", "#f0b94a"),
    "stage-annihilation": ("#b3261e", "#ff8a80"),
    "stage-clock": ("#3b4cc0", "#9aa6ff"),
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
    dash: Dash
    width: float = 1.5
    opacity: float = 1.0

    def line(self, x: Numbers, y: Numbers) -> Curve:
        """A line of this level: a few of its points are marked."""
        return Curve(
            self.title, x, y, self.colour, self.key, "line", self.dash, self.marker, width=self.width, opacity=self.opacity
        )

    def points(
        self, x: Numbers, y: Numbers, size: float, filled: bool, opacity: float = 1.0, hover: tuple[str, ...] = ()
    ) -> Curve:
        """Marks of this level, out of the legend."""
        return Curve(
            self.title, x, y, self.colour, self.key, "points", marker=self.marker, size=size, filled=filled, opacity=opacity,
            in_legend=False, hover=hover,
        )  # fmt: skip


def _series(key: str, colour: str, marker: str, dash: Dash, width: float = 1.5, opacity: float = 1.0) -> Series:
    """A level by its title."""
    title = LEVELS[key].title
    return Series(key, title[0].upper() + title[1:], colour, marker, dash, width, opacity)


SERIES = (
    _series("ideal", "ideal", "o", "solid", width=3.6, opacity=0.35),
    _series("paper_form", "third", "v", "dash"),
    _series("autonomous", "fourth", "v", "dot"),
    _series("dsd", "dsd", "s", "solid"),
    _series("dsd_leaky", "leaky", "^", "short"),
    _series("dsd_sequences", "fifth", "P", "dash"),
    _series("dsd_diluted", "sixth", "X", "dashdotdot"),
    _series("one_pot", "onepot", "D", "dashdot"),
)


def css_variables(dark: bool) -> str:
    """The declarations of a theme."""
    return "".join(f"--{name}:{pair[dark]};" for name, pair in LIGHT_AND_DARK.items())


SAMPLE_DASHES: Mapping[Dash, str] = {
    "solid": "",
    "dot": "1.5 1.5",
    "short": "3 2",
    "dash": "6 2",
    "dashdot": "9 2 2 2",
    "dashdotdot": "9 2 2 2 2 2",
}
MARKS: Mapping[str, str] = {
    "o": "M14.5 7a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0",
    "s": "M14.5 4.5h5v5h-5z",
    "^": "M17 4l3.2 5.6h-6.4z",
    "v": "M17 10l3.2-5.6h-6.4z",
    "D": "M17 3.6l3.4 3.4l-3.4 3.4l-3.4-3.4z",
    "P": "M15.8 4h2.4v1.8h1.8v2.4h-1.8v1.8h-2.4v-1.8h-1.8v-2.4h1.8z",
    "X": "M14.6 6l1.4-1.4l1 1l1-1l1.4 1.4l-1 1l1 1l-1.4 1.4l-1-1l-1 1l-1.4-1.4l1-1z",
}


def sample(series: Series) -> str:
    """A decorative SVG element: names stand beside it."""
    line = f"stroke:var(--{series.colour});stroke-width:{series.width:g};stroke-opacity:{series.opacity:g}"
    dash = f";stroke-dasharray:{SAMPLE_DASHES[series.dash]}" if SAMPLE_DASHES[series.dash] else ""
    mark = f'<path d="{MARKS[series.marker]}" style="fill:var(--{series.colour})"/>'
    return f'<svg class="sample" viewBox="0 0 34 14" aria-hidden="true"><path d="M1 7H33" style="{line}{dash}"/>{mark}</svg>'
