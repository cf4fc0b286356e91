"""A chart as a plot of plotly.js: plain JSON, its colours named by the page's CSS variables.

Texts are escaped: plotly.js reads them as a small subset of HTML.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from cli.report.figures.chart import Axis, Band, Chart, Curve, Dash, Legend, Panel, ReferenceLine

PIXELS = 100
"""Of an inch of a chart's height."""
SYMBOLS: Mapping[str, str] = {
    "o": "circle", "s": "square", "^": "triangle-up", "v": "triangle-down", "D": "diamond", "P": "cross", "*": "star", "X": "x",
}  # fmt: skip
DASHES: Mapping[Dash, str] = {
    "solid": "solid",
    "dot": "1px,2px",
    "short": "4px,2px",
    "dash": "9px,3px",
    "dashdot": "12px,3px,3px,3px",
    "dashdotdot": "12px,3px,3px,3px,3px,3px",
}
_TITLE, _GAP, _BELOW = 24, 0.09, 46
"""Pixels over a panel for its title; part of the width between panels; pixels under a panel for its axis."""
_TOP, _LEGEND, _APART = 26, 27, 8
"""Pixels for the buttons on top, of a row of the legend, and between the legend and the panels."""
_CHARACTER = 7.0
"""Pixels of a letter of the legend, and how wide a plot is thought to be."""
_WIDE, _NARROW = 900, 360


def plot(chart: Chart) -> dict[str, Any]:
    """Traces, and the layouts of a wide page and of a narrow one, where panels stand below each other."""
    traces = [trace for number, panel in enumerate(chart.panels, start=1) for trace in _traces(panel, number, chart.legend)]
    if chart.legend == "above":
        _name_once(traces)
    return {"traces": traces, "wide": _layout(chart, chart.columns, _WIDE), "narrow": _layout(chart, 1, _NARROW)}


def _name_once(traces: Iterable[dict[str, Any]]) -> None:
    """A name that several panels share stands in the legend once."""
    seen: set[str] = set()
    for trace in traces:
        trace["showlegend"] = trace["showlegend"] and trace["name"] not in seen
        if trace["showlegend"]:
            seen.add(trace["name"])


def _traces(panel: Panel, number: int, legend: Legend) -> list[dict[str, Any]]:
    axes = {"xaxis": _name("x", number), "yaxis": _name("y", number)}
    own = {"legend": _name("legend", number)} if legend == "panels" else {}
    traces = [_trace(curve) | axes | own for curve in panel.curves]
    if panel.diagonal and panel.x.limits:
        ends = list(panel.x.limits)
        line = {"color": _colour("faint"), "width": 1}
        quiet = {"name": "", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
        traces.insert(0, {"type": "scatter", "x": ends, "y": ends, "line": line, **quiet, **axes})
    return traces


def _trace(curve: Curve) -> dict[str, Any]:
    common = {
        "name": _text(curve.name),
        "x": _finite(curve.x),
        "y": _finite(curve.y),
        "meta": curve.key,
        "showlegend": curve.in_legend,
        "legendgroup": _text(curve.name),
        "opacity": curve.opacity,
    }
    if curve.hover:
        common |= {"hovertext": [_text(text) for text in curve.hover], "hoverinfo": "text"}
    if curve.labels:
        common |= {"text": [_text(text) for text in curve.labels], "cliponaxis": False}
    if curve.mode == "bars":
        return common | {
            "type": "bar",
            "orientation": "h",
            "marker": {"color": _colour(curve.colour)},
            "textposition": "outside",
        }
    mode = "+".join(part for part, there in _parts(curve) if there)
    return common | {
        "type": "scatter",
        "mode": mode,
        "marker": _marker(curve),
        "line": _line(curve),
        "textposition": "middle right",
    }


def _parts(curve: Curve) -> Iterable[tuple[str, object]]:
    return ("lines", curve.mode == "line"), ("markers", curve.marker), ("text", curve.labels)


def _marker(curve: Curve) -> dict[str, Any]:
    symbol = SYMBOLS.get(curve.marker, "circle") + ("" if curve.filled else "-open")
    few = {"maxdisplayed": 2 * curve.marked} if curve.mode == "line" else {}
    return {"symbol": symbol, "size": max(4.0, 1.9 * curve.size), "color": _colour(curve.colour), **few}


def _line(curve: Curve) -> dict[str, Any]:
    return {"color": _colour(curve.colour), "width": 1.4 * curve.width, "dash": DASHES[curve.dash]}


def _layout(chart: Chart, columns: int, width: int) -> dict[str, Any]:
    """Axes, titles, reference lines and sizes, with the panels in so many columns."""
    rows = -(-len(chart.panels) // columns)
    legend = _LEGEND * _legend_rows(chart, width)
    height = round(rows * chart.height * PIXELS) + legend + _TOP
    inside = height - legend - _TOP - _BELOW
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 62, "r": 16, "t": legend + _TOP, "b": _BELOW},
        "showlegend": chart.legend != "none",
        "hovermode": "closest",
        "shapes": [],
        "annotations": [],
    }
    if chart.legend == "above":
        layout["legend"] = {"orientation": "h", "x": 0, "y": 1 + _APART / inside, "yanchor": "bottom", "xanchor": "left"}
    for number, panel in enumerate(chart.panels, start=1):
        across, up = _place(chart.panels, number - 1, columns, (_title_height(chart) / inside, _BELOW / inside))
        _add_panel(layout, panel, number, across, up, _TITLE if chart.legend == "panels" else 0)
        if chart.legend == "panels":
            corner = {"x": across[0], "y": up[1], "xanchor": "left", "yanchor": "bottom"}
            layout[_name("legend", number)] = {"orientation": "h", "bgcolor": "rgba(0,0,0,0)", **corner}
    return layout


def _title_height(chart: Chart) -> int:
    """Pixels over each panel: for its title, if it has one, and its own legend."""
    titled = any(panel.title for panel in chart.panels)
    return _TITLE * (titled + (chart.legend == "panels"))


def _legend_rows(chart: Chart, width: int) -> int:
    """About how many rows the names take."""
    if chart.legend != "above":
        return 0
    names = {curve.name for panel in chart.panels for curve in panel.curves if curve.in_legend}
    return max(1, math.ceil(sum(50 + _CHARACTER * len(name) for name in names) / width))


def _place(panels: Sequence[Panel], place: int, columns: int, room: tuple[float, float]) -> tuple[list[float], list[float]]:
    """The parts of the width and of the height that a panel takes; ``room`` is that of a title and of an axis."""
    row, column = divmod(place, columns)
    rows = -(-len(panels) // columns)
    widths = [panel.width for panel in panels[:columns]]
    widths += [1.0] * (columns - len(widths))
    free = 1 - _GAP * (columns - 1)
    left = sum(widths[:column]) / sum(widths) * free + _GAP * column
    return [left, left + widths[column] / sum(widths) * free], _up(row, rows, *room)


def _up(row: int, rows: int, title: float, below: float) -> list[float]:
    """Rows of one height: a title above each panel, and room for an axis below each but the last, where the margin is."""
    high = (1 - rows * title - (rows - 1) * below) / rows
    top = 1 - title - row * (high + title + below)
    return [max(0.0, top - high), top]


def _add_panel(layout: dict[str, Any], panel: Panel, number: int, across: list[float], up: list[float], lifted: float) -> None:
    x, y = _name("x", number), _name("y", number)
    square = {"scaleanchor": y, "constrain": "domain"} if panel.square else {}
    layout[_key("x", number)] = _axis(panel.x, [value for curve in panel.curves for value in curve.x]) | {
        "domain": across,
        "anchor": y,
        **square,
    }
    layout[_key("y", number)] = _axis(panel.y, [value for curve in panel.curves for value in curve.y]) | {
        "domain": up,
        "anchor": x,
        **({"constrain": "domain"} if panel.square else {}),
    }
    if panel.title:
        place = {"x": across[0], "y": up[1], "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
        title = f"<b>{_text(panel.title)}</b>"
        layout["annotations"].append({"text": title, **place, "yshift": lifted, **_words("ink", 13)})
    if panel.note:
        place = {"x": 0.02, "y": 0.99, "xref": f"{x} domain", "yref": f"{y} domain", "xanchor": "left", "yanchor": "top"}
        layout["annotations"].append({"text": _text(panel.note), **place, **_words("muted", 11)})
    for band in panel.bands:
        _add_band(layout, band, panel.x, x, y)
    for rule in panel.rules:
        _add_rule(layout, rule, panel, x, y)


def _axis(axis: Axis, values: Sequence[float]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": {"text": _text(axis.title), "standoff": 6},
        "type": "log" if axis.log else "linear",
        "showgrid": axis.grid,
        "automargin": True,
        "hoverformat": ".4~g",
        "exponentformat": "power",
        **({"tickformat": "~g", "nticks": _decades(axis.limits or values)} if axis.log else {}),
        "zeroline": False,
    }
    if axis.limits:
        found["range"] = [math.log10(limit) if axis.log else limit for limit in axis.limits][:: -1 if axis.reversed else 1]
    elif axis.reversed:
        found["autorange"] = "reversed"
    if axis.ticks:
        places, labels = zip(*axis.ticks)
        found |= {"tickvals": list(places), "ticktext": [_text(label) for label in labels], "ticks": ""}
    return found


def _decades(values: Sequence[float]) -> int:
    """How many ticks a logarithmic axis gets: with that many, plotly.js puts them at 1, or at 1, 2 and 5 of a decade."""
    known = [value for value in values if 0 < value < math.inf]
    decades = math.log10(max(known) / min(known)) if known else 1.0
    return max(3, math.ceil(decades) + (decades > 2))


def _add_band(layout: dict[str, Any], band: Band, axis: Axis, x: str, y: str) -> None:
    shape = {"type": "rect", "layer": "below", "x0": band.low, "x1": band.high, "y0": 0, "y1": 1}
    layout["shapes"].append(shape | {"xref": x, "yref": f"{y} domain", "fillcolor": _colour(band.colour), "line": {"width": 0}})
    middle = math.log10(band.low * band.high) / 2 if axis.log else (band.low + band.high) / 2
    place = {"x": middle, "y": 0.99, "xref": x, "yref": f"{y} domain", "yanchor": "top"}
    layout["annotations"].append({"text": _text(band.label).replace("\n", "<br>"), **place, **_words("ink", 11)})


def _add_rule(layout: dict[str, Any], rule: ReferenceLine, panel: Panel, x: str, y: str) -> None:
    line = {"color": _colour(rule.colour), "width": 1.2, "dash": DASHES[rule.dash]}
    if rule.axis == "x":
        where = {"xref": x, "yref": f"{y} domain"}
        ends = {"x0": rule.at, "x1": rule.at, "y0": 0, "y1": 1}
        place = {"x": math.log10(rule.at) if panel.x.log else rule.at, "y": 0.99, "xanchor": "left", "yanchor": "top"}
    else:
        where = {"xref": f"{x} domain", "yref": y}
        ends = {"x0": 0, "x1": 1, "y0": rule.at, "y1": rule.at}
        place = {"x": 0.99, "y": math.log10(rule.at) if panel.y.log else rule.at, "xanchor": "right", "yanchor": "bottom"}
    layout["shapes"].append({"type": "line", "layer": "below", "line": line, **where, **ends})
    if rule.label:
        layout["annotations"].append({"text": _text(rule.label), **where, **place, **_words(rule.colour, 11)})


def _words(colour: str, size: int) -> dict[str, Any]:
    return {"showarrow": False, "font": {"size": size, "color": _colour(colour)}}


def _name(letter: str, number: int) -> str:
    return letter if number == 1 else f"{letter}{number}"


def _key(letter: str, number: int) -> str:
    return f"{letter}axis" if number == 1 else f"{letter}axis{number}"


def _colour(name: str) -> str:
    """Resolved by the page's script, which knows the theme."""
    return f"var(--{name})"


def _text(text: str) -> str:
    return escape(text, quote=False)


def _finite(values: Iterable[float]) -> list[float | None]:
    """JSON knows no infinity: such points are left out of a plot."""
    return [value if math.isfinite(value) else None for value in values]
