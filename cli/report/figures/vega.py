"""A chart as a specification of Vega, from which static pictures (SVG, PDF) and the page's plots are drawn.

Colours are the page's CSS variables. A page sets the signals ``width`` (pixels; panels of a narrow one stand below each
other) and ``hidden`` (keys of curves, whose names turn pale; the curves themselves are hidden by their class).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from html import escape
from importlib import metadata
from pathlib import Path

from cli.report.figures.chart import Chart, Curve, Panel
from cli.report.figures.palette import LIGHT_AND_DARK, css_variables
from cli.report.figures.panel import RIGHT, Drawing, Spec, dots, signals_of, stroke
from cli.run.folder import write_files

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


def inline_svg(chart: Chart) -> str:
    """The SVG element of a chart, which takes its colours and its font from the page."""
    import vl_convert

    svg = _small(vl_convert.vega_to_svg(json.dumps(spec(chart))), chart.key)
    return with_title(svg, chart.title, chart.description, chart.key)


def paper_svg(chart: Chart) -> str:
    """A chart as an SVG file in light colours that needs no page."""
    import vl_convert

    return vl_convert.vega_to_svg(_in_light_colours(chart))


def pdf(chart: Chart) -> bytes:
    """A chart as a PDF in light colours."""
    import vl_convert

    return vl_convert.vega_to_pdf(_in_light_colours(chart))


def _in_light_colours(chart: Chart) -> str:
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda found: LIGHT_AND_DARK[found[1]][0], json.dumps(spec(chart)))


@cache
def library() -> str:
    """Vega as one script, which sets ``window.vegaEmbed``. As bundling takes seconds, it is kept beside this file
    by its version, where that can be written."""
    import vl_convert

    version = f"{metadata.version('vl-convert-python')}-{vl_convert.get_vega_version()}"
    kept = Path(__file__).parent / "__pycache__" / f"vega-{version}.cached"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    script = f"(() => {{{vl_convert.javascript_bundle('window.vegaEmbed = vegaEmbed;')}}})();"
    with suppress(OSError):
        write_files({kept: script})
    return script


def standalone_svg(inline: str) -> str:
    """An inline SVG as a file of its own, with a background, in light or dark as the viewer prefers."""
    style = (
        f"<style>svg{{{css_variables(dark=False)}font-family:{FONTS}}}"
        f"@media (prefers-color-scheme:dark){{svg{{{css_variables(dark=True)}}}}}</style>"
        '<rect width="100%" height="100%" style="fill:var(--paper)"/>'
    )
    named = inline.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
    return re.sub(r"(</desc>)", rf"\1{style}", named, count=1) + "\n"


def with_title(svg: str, title: str, description: str, key: str) -> str:
    """An SVG element with what is read aloud of it; ``key`` keeps its ids apart from those of other figures."""
    names = f'aria-labelledby="{key}-title" aria-describedby="{key}-desc"'
    spoken = f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>'
    return re.sub(r"<svg ([^>]*)>", lambda match: f"<svg {match[1]} {names}>{spoken}", svg, count=1)


def _small(svg: str, key: str) -> str:
    """Without what the page gives or nobody sees, without needless digits, and with marks of one look described once."""
    svg = re.sub(r'<svg [^>]*viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" role="img">', svg, count=1)
    svg = re.sub(r'<path class="[^>]*/>|<text [^>]*/>|<line [^>]* opacity="0"/>', "", svg)
    svg = re.sub(r"<(?:g|text|line|path|rect) [^>]*>", lambda found: _DIGITS.sub(_rounded, _UNSEEN.sub("", found[0])), svg)
    while svg != (svg := re.sub(r"<g(?: [^>]*)?></g>", "", svg)):
        pass
    return _once(svg, key)


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.{1 if len(number[1]) > 1 else 2}f}".rstrip("0").rstrip(".")


_DIGITS = re.compile(r"(\d+)\.\d{2,}")
_UNSEEN = re.compile(
    r' (?:font-family|role|aria-\w+|pointer-events|cursor|display)="[^"]*"| opacity="1"| class="(?![^"]*series-)[^"]*"'
    r'|(?<= class=")[^"]* (?=series-)'
)


def _once(svg: str, key: str) -> str:
    """Marks that differ only in their place refer to one."""
    looks: dict[str, int] = {}

    def used(found: re.Match[str]) -> str:
        number = looks.setdefault(found[3], len(looks))
        return f'<use xlink:href="#{key}-{number}" x="{found[1]}" y="{found[2]}"/>'

    svg = re.sub(r'<path transform="translate\(([^,]*),([^)]*)\)" (d="[^>]*)/>', used, svg)
    shapes = "".join(f'<path id="{key}-{number}" {look}/>' for look, number in looks.items())
    return re.sub(r"(<svg [^>]*>)", rf"\1<defs>{shapes}</defs>", svg, count=1)
