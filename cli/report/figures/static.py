"""A chart as a matplotlib figure: the static picture of the page, for print, papers and pages without scripts.

Axes are of any type here: matplotlib's own annotations are incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cli.report.chart import Axis, Chart, Curve, Dash, Panel, ReferenceLine
from cli.report.figures.canvas import WIDTH, legend_above, panels, plain_log
from cli.report.figures.palette import STAND_INS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
