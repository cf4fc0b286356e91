"""A chart as a specification of Vega: static pictures, PDF and the page's plots are all drawn from it.

Colours are the page's CSS variables. A page sets the signals ``width`` (pixels; panels of a narrow one stand below each other)
and ``hidden`` (keys of curves, whose names turn pale; the curves themselves are hidden by their class).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cli.report.figures.chart import Chart, Curve, Panel
from cli.report.figures.panel import RIGHT, Drawing, Spec, dots, signals_of, stroke

WIDTH, NARROW = 900, 560
"""Pixels: of a static picture; under the second there is one column."""
INCH, TITLE, ROW = 110, 24, 20
"""Pixels of an inch of a chart's height; over a panel for its title or its legend; of a row of a legend."""
LETTER, SAMPLE, AXIS = 6.6, 32, 58
"""Pixels of a letter and of a line in a legend; at least left of a panel for its axis."""
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
CONFIG: Spec = {
    "text": {"font": FONTS, "fontSize": 12, "fill": "var(--ink)"},
    "style": {"guide-label": {"font": FONTS, "fontSize": 11}, "guide-title": {"font": FONTS, "fontSize": 12}},
    "axis": {
        **dict.fromkeys(("labelColor", "titleColor", "domainColor", "tickColor"), "var(--muted)"),
        "gridColor": "var(--faint)",
        "titleFontWeight": "normal",
        "labelOverlap": True,
        "labelLimit": 400,
    },
}


def spec(chart: Chart) -> Spec:
    """The specification of a chart."""
    named = _named(chart.panels) if chart.legend == "above" else {}
    drawings = [drawing_of(chart, number) for number in range(len(chart.panels))]
    groups = [drawing.group() for drawing in drawings]
    if chart.legend == "panels":
        for number, (panel, group) in enumerate(zip(chart.panels, groups)):
            group["marks"] += _legend(_named([panel]), f"(w{number} + {RIGHT})", 8 - TITLE)
    return {
        "description": f"{chart.title}. {chart.description}",
        "width": WIDTH,
        "padding": 0,
        "signals": [
            *signals_of(
                columns=f"width < {NARROW} ? 1 : {chart.columns}",
                above=f"{ROW} * ceil({len(named)} / {_columns(named, 'width')})",
                height=f"above + {INCH * chart.height:g} * ceil({len(drawings)} / columns)",
            ),
            {"name": "hidden", "value": []},
            *(signal for drawing in drawings for signal in drawing.signals()),
        ],
        "data": [data for drawing in drawings for data in drawing.data()],
        "scales": [scale for drawing in drawings for scale in drawing.scales()],
        "marks": [*_legend(named, "width", 8), *groups],
        "config": CONFIG,
    }


def drawing_of(chart: Chart, number: int) -> Drawing:
    """A panel in its place: at its part of the width, or in one column with all others."""
    widths = [panel.width for panel in chart.panels[: chart.columns]]
    widths += [1.0] * (chart.columns - len(widths))
    row, column = divmod(number, chart.columns)
    left, share = sum(widths[:column]) / sum(widths), widths[column] / sum(widths)
    room = max([AXIS, *(24 + LETTER * len(label) for panel in chart.panels for _, label in panel.y.ticks)])
    over = TITLE * (any(panel.title for panel in chart.panels) + (chart.legend == "panels"))
    high = INCH * chart.height
    return Drawing(
        chart.panels[number],
        number,
        left=f"{room:g} + (columns == 1 ? 0 : {left:.6g} * width)",
        top=f"above + {over} + {high:g} * (columns == 1 ? {number} : {row})",
        width=f"(columns == 1 ? 1 : {share:.6g}) * width - {room:g}",
        height=f"{high - over:g}",
        title_up=8 + TITLE * (chart.legend == "panels"),
    )


def _named(panels: Iterable[Panel]) -> dict[str, Curve]:
    """The curves of the legend: a name that panels share stands in it once."""
    named: dict[str, Curve] = {}
    for panel in panels:
        for curve in panel.curves:
            if curve.in_legend:
                named.setdefault(curve.name, curve)
    return named


def _cell(named: Mapping[str, Curve]) -> float:
    return SAMPLE + 16 + LETTER * max(map(len, named), default=0)


def _columns(named: Mapping[str, Curve], width: str) -> str:
    return f"clamp(floor({width} / {_cell(named):g}), 1, {max(1, len(named))})"


def _legend(named: Mapping[str, Curve], width: str, top: float) -> Iterator[Spec]:
    """Line, mark and name of each curve, in as many columns as there is room for; ``top`` is the middle of the first row."""
    for place, (name, curve) in enumerate(named.items()):
        column = f"4 + {_cell(named):g} * ({place} % {_columns(named, width)})"
        y = {"y": {"signal": f"{top:g} + {ROW} * floor({place} / {_columns(named, width)})"}}
        pale = {"opacity": {"signal": f"indexof(hidden, '{curve.key}') < 0 ? 1 : 0.35"}} if curve.key else {}
        text = {"text": {"value": name}, "baseline": {"value": "middle"}}
        parts: list[tuple[str, Spec]] = [("text", {"x": {"signal": f"{column} + {SAMPLE + 6}"}, **text})]
        if curve.mode == "line":
            parts.append(("rule", {"x": {"signal": column}, "x2": {"signal": f"{column} + {SAMPLE}"}, **stroke(curve)}))
        if curve.marker:
            parts.append(("symbol", {"x": {"signal": f"{column} + {SAMPLE / 2}"}, **dots(curve)}))
        for kind, encode in parts:
            yield {
                "type": kind,
                "name": f"legend-{curve.key}-{kind}{place}",
                "aria": kind == "text",
                "encode": {"update": encode | y | pale},
            }
