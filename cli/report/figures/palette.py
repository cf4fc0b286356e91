"""Colours, markers and dashes: one place for the page, the figures and the pictures of the README.

Figures are drawn with stand-in colours that become CSS variables, so that one drawing serves light and dark pages.
Series are told apart by marker and dash as well, and the ideal network is a broad pale line under the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cli.report.figures.chart import Curve, Dash, Numbers
from dsd_ncrn.simulate.results import LEVELS

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
    _series("paper_form", "third", "*", "dash", width=2.2),
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


DASHES: Mapping[Dash, tuple[float, ...]] = {
    "solid": (),
    "dot": (1.5, 1.5),
    "short": (4, 2),
    "dash": (8, 3),
    "dashdot": (11, 3, 3, 3),
    "dashdotdot": (11, 3, 3, 3, 3, 3),
}
"""Pixels drawn and left out."""
MARKS: Mapping[str, str] = {
    "o": "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1-1 0Z",
    "s": "M-1-1H1V1H-1Z",
    "^": "M0-1.2L1.2 1H-1.2Z",
    "v": "M0 1.2L1.2-1H-1.2Z",
    "D": "M0-1.36L1.36 0L0 1.36L-1.36 0Z",
    "P": "M-.45-1.2H.45V-.45H1.2V.45H.45V1.2H-.45V.45H-1.2V-.45H-.45Z",
    "X": "M-1-.4L-.4-1L0-.6L.4-1L1-.4L.6 0L1 .4L.4 1L0 .6L-.4 1L-1 .4L-.6 0Z",
    "*": "M0-1.2L.29-.4L1.14-.37L.47 .15L.71 .97L0 .5L-.71 .97L-.47 .15L-1.14-.37L-.29-.4Z",
}
"""Paths by matplotlib's letters, about 2 wide."""


def sample(series: Series) -> str:
    """A decorative SVG element: names stand beside it."""
    line = f"stroke:var(--{series.colour});stroke-width:{series.width:g};stroke-opacity:{series.opacity:g}"
    dash = f";stroke-dasharray:{' '.join(f'{pixels:g}' for pixels in DASHES[series.dash])}" if DASHES[series.dash] else ""
    mark = f'<path d="{MARKS[series.marker]}" transform="translate(17 7)scale(2.6)" style="fill:var(--{series.colour})"/>'
    return f'<svg class="sample" viewBox="0 0 34 14" aria-hidden="true"><path d="M1 7H33" style="{line}{dash}"/>{mark}</svg>'
