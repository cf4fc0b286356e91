"""How a level of training is drawn, as a small sample beside its name: its line and its marker."""

from __future__ import annotations

from collections.abc import Mapping

from cli.report.chart import Dash
from cli.report.figures.palette import Series

DASHES: Mapping[Dash, str] = {
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
    dash = f";stroke-dasharray:{DASHES[series.dash]}" if DASHES[series.dash] else ""
    mark = f'<path d="{MARKS[series.marker]}" style="fill:var(--{series.colour})"/>'
    return f'<svg class="sample" viewBox="0 0 34 14" aria-hidden="true"><path d="M1 7H33" style="{line}{dash}"/>{mark}</svg>'
