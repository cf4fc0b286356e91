"""A chart drawn without a browser: as an SVG element of a page, as an SVG file and as a PDF."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cache
from html import escape
from importlib import metadata
from pathlib import Path

from cli.report.figures.chart import Chart
from cli.report.figures.palette import LIGHT_AND_DARK, css_variables
from cli.report.figures.vega import FONTS, spec
from cli.run.folder import write_files


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
