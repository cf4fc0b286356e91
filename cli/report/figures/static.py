"""A chart as a matplotlib figure, and that as a small, deterministic SVG that takes its colours and font from its page.

Axes are of any type here: matplotlib's own annotations are incomplete.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from cli.report.figures.chart import Axis, Chart, Curve, Dash, Panel, ReferenceLine
from cli.report.figures.palette import STAND_INS, css_variables
from cli.report.text import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


WIDTH = 7.6
"""Inches; on the page a figure is as wide as its column."""

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_HANDLE, _LETTER = 0.62, 0.055
"""Inches of a sample in a legend with its gaps, and of a letter."""

_COORDINATES = re.compile(r'(?<= )(?:d|x|y|transform|width|height|viewBox)="[^"]*"')

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dsd_ncrn",
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.edgecolor": STAND_INS["muted"],
    "axes.labelcolor": STAND_INS["muted"],
    "axes.titlecolor": STAND_INS["ink"],
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "grid.color": STAND_INS["faint"],
    "grid.linewidth": 0.6,
    "text.parse_math": False,  # names may hold dollar signs
    "text.color": STAND_INS["ink"],
    "xtick.color": STAND_INS["muted"],
    "ytick.color": STAND_INS["muted"],
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "path.simplify_threshold": 0.3,
}


def panels(rows: int, columns: int, height: float, **options: Any) -> tuple[Figure, Any]:
    """A figure of the page's width with its axes (always a two-dimensional array), free of any global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    for each in axes.flat:
        each.grid(True, axis="y")
        each.set_axisbelow(True)
    return figure, axes


def legend_above(figure: Figure, axes: Sequence[Any], width: float) -> None:
    """One legend for all panels, above them, in as many columns as its names leave room for."""
    named = {name: handle for each in axes for handle, name in zip(*each.get_legend_handles_labels())}
    columns = max(1, min(len(named), int(width / (_HANDLE + _LETTER * max(map(len, named), default=1)))))
    whole: Any = figure
    whole.legend([*named.values()], [*named], loc="outside upper left", ncols=columns, handlelength=3.6, columnspacing=1.6)


def plain_log(axes: Any, *which: str) -> None:
    """Logarithmic scales for the axes named ("x", "y"), labelled with plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    for name in which:
        axes.set(**{f"{name}scale": "log"})
        axis = axes.xaxis if name == "x" else axes.yaxis
        low, high = sorted(axis.get_view_interval())
        subs = (1.0, 2.0, 5.0) if high < 100 * low else (1.0,)
        axis.set_major_locator(MaxNLocator(6) if high < 4 * low else LogLocator(subs=subs))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, _: int | None) -> str:
    return number(value, 2)


def inline_svg(draw: Callable[[], Figure], title: str, description: str, key: str) -> str:
    """What ``draw`` makes as an SVG element for a page.

    ``key`` keeps its ids apart from those of other figures; ``title`` and ``description`` are what is read aloud.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    text = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    library: Any = matplotlib  # its own annotations are incomplete
    with library.rc_context(_STYLE):
        canvas: Any = FigureCanvasSVG(draw())
        canvas.print_svg(text, metadata=nothing)
    return page_svg(text.getvalue(), title, description, key, STAND_INS)


def page_svg(file: str, title: str, description: str, key: str, colours: Mapping[str, str]) -> str:
    """An SVG file of matplotlib's as an element for a page: ``colours`` says which of its colours is which of the page's."""
    svg = _with_title(_with_local_ids(_small(file), key), title, description, key)
    for name, colour in colours.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def standalone_svg(inline: str) -> str:
    """An inline SVG as a file of its own, with a background, in light or dark as the viewer prefers."""
    style = (
        f"<style>svg{{{css_variables(dark=False)}font-family:{FONTS}}}"
        f"@media (prefers-color-scheme:dark){{svg{{{css_variables(dark=True)}}}}}</style>"
        '<rect width="100%" height="100%" style="fill:var(--paper)"/>'
    )
    named = inline.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
    return re.sub(r"(</desc>)", rf"\1{style}", named, count=1) + "\n"


def _small(svg: str) -> str:
    """Drop prolog, comments, metadata and needless digits."""
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = _COORDINATES.sub(lambda match: re.sub(r"(\d+\.\d\d)\d+", r"\1", match[0]), svg)
    svg = re.sub(r'<svg [^>]*viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" role="img">', svg, count=1)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    svg = re.sub(r"font: (?:bold|700) ([\d.]+)px [^;\"]*", r"font-size: \1px; font-weight: 700", svg)
    return re.sub(r"\n\s*", "\n", svg).strip()


def _with_local_ids(svg: str, key: str) -> str:
    """Ids of series become data attributes, ids that are referred to get a prefix, all others go."""
    used = set(re.findall(r"(?:xlink:href=\"#|url\(#)([^\")]+)", svg))

    def rewritten(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("series-"):
            key_of_series = name.removeprefix("series-")
            return "" if key_of_series == "none" else f' data-series="{key_of_series}"'
        return f' id="{key}-{name}"' if name in used else ""

    svg = re.sub(r' id="([^"]+)"', rewritten, svg)
    return re.sub(r"(xlink:href=\"#|url\(#)([^\")]+)", rf"\1{key}-\2", svg)


def _with_title(svg: str, title: str, description: str, key: str) -> str:
    names = f'aria-labelledby="{key}-title" aria-describedby="{key}-desc"'
    spoken = f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>'
    return re.sub(r"<svg ([^>]*)>", lambda match: f"<svg {match[1]} {names}>{spoken}", svg, count=1)


DASHES: Mapping[Dash, Any] = {
    "solid": "-",
    "dot": (0, (1, 1)),
    "short": (0, (2, 1.2)),
    "dash": (0, (4, 1.2)),
    "dashdot": (0, (7, 1.5, 1.5, 1.5)),
    "dashdotdot": (0, (7, 1.5, 1.5, 1.5, 1.5, 1.5)),
}
"""matplotlib's dashes, in widths of the line."""

_FRAME = 0.4
"""Inches above a figure for its legend."""
_OVER_LEGEND = 17.0
"""Points between a panel and its title, where a legend is between them."""


def draw(chart: Chart) -> Figure:
    """The figure of a chart."""
    widths = [panel.width for panel in chart.panels[: chart.columns]]
    widths += [1.0] * (chart.columns - len(widths))
    height = chart.rows * chart.height + (_FRAME if chart.legend == "above" else 0)
    figure, axes = panels(chart.rows, chart.columns, height, width_ratios=widths)
    for here, panel in zip(axes.flat, chart.panels):
        _panel(here, panel)
        here.set_title(panel.title, pad=_OVER_LEGEND if chart.legend == "panels" else None)
    for unused in axes.flat[len(chart.panels) :]:
        unused.set_axis_off()
    used = list(axes.flat)[: len(chart.panels)]
    if chart.legend == "above":
        legend_above(figure, used, WIDTH)
    if chart.legend == "panels":
        for here in used:
            here.legend(loc="lower left", bbox_to_anchor=(0, 0.97), ncols=4, handlelength=2.2, columnspacing=1.0, borderpad=0.2)
    return figure


def _panel(axes: Any, panel: Panel) -> None:
    for band in panel.bands:
        axes.axvspan(band.low, band.high, color=STAND_INS[band.colour], linewidth=0)
        middle = (band.low * band.high) ** 0.5 if panel.x.log else (band.low + band.high) / 2
        axes.text(middle, 0.97, band.label, transform=axes.get_xaxis_transform(), ha="center", va="top", fontsize=6.5)
    if panel.diagonal and panel.x.limits:
        axes.plot(panel.x.limits, panel.x.limits, color=STAND_INS["faint"], linewidth=1)
    for curve in panel.curves:
        _curve(axes, curve)
    _axis(axes, "x", panel.x)
    _axis(axes, "y", panel.y)
    for rule in panel.rules:
        _rule(axes, rule)
    if panel.square:
        axes.set_aspect("equal")
        axes.locator_params(nbins=5)
    if panel.note:
        axes.text(0.03, 0.97, panel.note, transform=axes.transAxes, va="top", fontsize=6.5, color=STAND_INS["muted"])


def _curve(axes: Any, curve: Curve) -> None:
    colour, key = STAND_INS[curve.colour], f"series-{curve.key or 'none'}"
    label = curve.name if curve.in_legend else "_"
    if curve.mode == "bars":
        axes.barh(curve.y, curve.x, height=0.66, color=colour, alpha=0.85, label=label)
    elif curve.mode == "points":
        axes.plot(curve.x, curve.y, linestyle="none", label=label, alpha=curve.opacity, gid=key, **_marks(curve, colour))
    else:
        axes.plot(
            curve.x, curve.y, linestyle=DASHES[curve.dash], linewidth=curve.width, alpha=curve.opacity, label=label, gid=key,
            markevery=max(1, len(curve.x) // curve.marked), color=colour, **_marks(curve, colour),
        )  # fmt: skip
    for place, text in zip(zip(curve.x, curve.y), curve.labels):
        axes.annotate(text, place, (3, 0), textcoords="offset points", va="center", fontsize=7, annotation_clip=False)


def _marks(curve: Curve, colour: str) -> dict[str, Any]:
    """How the marks of a curve are drawn."""
    face = colour if curve.filled else "none"
    edge = {"markeredgecolor": colour, "markeredgewidth": 0 if curve.filled else 0.7}
    return {"marker": curve.marker or None, "markersize": curve.size, "markerfacecolor": face, **edge}


def _axis(axes: Any, name: str, axis: Axis) -> None:
    axes.set(**{f"{name}label": axis.title})
    if axis.log:
        plain_log(axes, name)
    if axis.limits:
        axes.set(**{f"{name}lim": axis.limits})
    if axis.ticks:
        places, labels = zip(*axis.ticks)
        (axes.set_xticks if name == "x" else axes.set_yticks)(places, labels)
        axes.tick_params(axis=name, length=0)
    if axis.reversed:
        axes.invert_yaxis()
    axes.grid(axis.grid, axis=name)


def _rule(axes: Any, rule: ReferenceLine) -> None:
    style: dict[str, Any] = {"color": STAND_INS[rule.colour], "linewidth": 0.9, "linestyle": DASHES[rule.dash]}
    words: dict[str, Any] = {"color": STAND_INS[rule.colour], "fontsize": 6.5}
    if rule.axis == "x":
        axes.axvline(rule.at, **style)
        axes.text(rule.at, 0.97, f" {rule.label}", transform=axes.get_xaxis_transform(), va="top", **words)
    else:
        axes.axhline(rule.at, **style)
        axes.text(0.99, rule.at, rule.label, transform=axes.get_yaxis_transform(), ha="right", va="bottom", **words)
