"""The reaction graph as a picture: species in pale round boxes, reactions in boxes of the colour of their stage."""

# pyright: reportUnknownMemberType=false
# matplotlib leaves the types of keywords open, so that none of its methods is known in whole

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from math import ceil, hypot
from typing import TYPE_CHECKING, Any, cast

from dsd_ncrn.crn.graph import CATALYST, Node, colour_of, reaction_graph

if TYPE_CHECKING:
    import networkx
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    from dsd_ncrn.crn.placing import Box
    from dsd_ncrn.crn.types import Crn

_MARGIN, _LEGEND_ROW, _LEGEND_COLUMN = 0.2, 0.22, 0.95
_LETTER, _PADDING = 0.078, 0.14
"""Inches: the width of a box grows with the letters of its label."""
_BESIDE = 0.11
"""Inches from an edge to its number of molecules."""
_INK, _PALE, _PAPER = "#1a1d23", "#eef0f3", "#ffffff"
_DASHES = (0, (3, 2))
_BENDS = (0.0, 0.35, -0.35)
"""Of the first, second and third edge between the same two nodes."""

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dsd_ncrn",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.parse_math": False,  # names may hold dollar signs
    "text.color": _INK,
    "legend.frameon": False,
}


def svg_of(crn: Crn) -> str:
    """The graph as an SVG file on white; equal networks give equal text."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    text = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context(cast("dict[Any, Any]", _STYLE)):
        FigureCanvasSVG(_figure(reaction_graph(crn))).print_svg(text, metadata=nothing)
    return re.sub(r"<!--.*?-->\n?", "", text.getvalue(), flags=re.DOTALL)


def _figure(graph: networkx.MultiDiGraph[Node]) -> Figure:
    from matplotlib.figure import Figure

    boxes = _boxes(graph)
    handles = list(_legend(graph))
    width = max(max(box.x + box.width / 2 for box in boxes.values()) + 2 * _MARGIN, 4 * _LEGEND_COLUMN)
    columns = int(width / _LEGEND_COLUMN)
    height = max(box.y for box in boxes.values()) + 3 * _MARGIN + _LEGEND_ROW * ceil(len(handles) / columns)
    figure = Figure(figsize=(width, height), facecolor=_PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-_MARGIN, width - _MARGIN), ylim=(-_MARGIN, height - _MARGIN), aspect="equal")
    axes.set_axis_off()
    _edges(axes, graph, boxes, {node: _box(axes, node, box, graph.nodes[node]) for node, box in boxes.items()})
    axes.legend(handles=handles, loc="upper left", ncols=columns, columnspacing=1.2, borderaxespad=0.4)
    return figure


def _boxes(graph: networkx.MultiDiGraph[Node]) -> dict[Node, Box]:
    import networkx

    from dsd_ncrn.crn.placing import place

    widths = {node: _LETTER * max(2, len(label)) + _PADDING for node, label in graph.nodes(data="label")}
    return place(networkx.Graph(graph), widths)


def _box(axes: Axes, node: Node, box: Box, attributes: Mapping[str, str]) -> Patch:
    from matplotlib.patches import FancyBboxPatch

    from dsd_ncrn.crn.placing import HEIGHT

    fill, line, rounding, ink = (
        (_PALE, _INK, HEIGHT / 2, _INK) if node.kind == "species" else (*[colour_of(attributes["stage"])] * 2, 0.03, _PAPER)
    )
    corner = (box.x - box.width / 2, box.y - HEIGHT / 2)
    shape = f"round,pad=0,rounding_size={rounding}"
    patch = FancyBboxPatch(corner, box.width, HEIGHT, boxstyle=shape, facecolor=fill, edgecolor=line, linewidth=0.9, zorder=3)
    _add(axes, patch)
    axes.text(*box.middle, attributes["label"], ha="center", va="center_baseline", zorder=4, color=ink)
    return patch


def _add(axes: Axes, patch: Patch) -> None:
    """Without a clip path, which the SVG would call by the address of an object: no file would be like another."""
    axes.add_artist(patch)
    patch.set_clip_on(False)


def _edges(axes: Axes, graph: networkx.MultiDiGraph[Node], boxes: Mapping[Node, Box], patches: Mapping[Node, Patch]) -> None:
    from matplotlib.patches import FancyArrowPatch

    drawn: Counter[frozenset[Node]] = Counter()
    for source, target, role, attributes in graph.edges(keys=True, data=True):
        pair = frozenset((source, target))
        bend = f"arc3,rad={_BENDS[drawn[pair]]}"
        drawn[pair] += 1
        ends = {"posA": boxes[source].middle, "posB": boxes[target].middle}
        ends |= {"patchA": patches[source], "patchB": patches[target], "shrinkA": 0, "shrinkB": 1}
        line = _line(role, graph.nodes[target if target.kind == "reaction" else source]["stage"])
        _add(axes, FancyArrowPatch(**ends, connectionstyle=bend, mutation_scale=1, zorder=2, **line))
        if attributes["count"] > 1:
            _count(axes, boxes[source], boxes[target], attributes["count"])


def _line(role: str, stage: str) -> dict[str, Any]:
    """Dashed and without a head for a catalyst."""
    looks = ("-", _DASHES) if role == CATALYST else ("-|>,head_length=4,head_width=2", "-")
    return {"arrowstyle": looks[0], "linestyle": looks[1], "color": colour_of(stage), "linewidth": 1.0}


def _count(axes: Axes, source: Box, target: Box, count: int) -> None:
    """The number of molecules, a little to the right of an edge as one goes along it."""
    across, up = target.x - source.x, target.y - source.y
    shift = _BESIDE / max(hypot(across, up), _BESIDE)
    x, y = (source.x + target.x) / 2 + shift * up, (source.y + target.y) / 2 - shift * across
    axes.text(x, y, str(count), ha="center", va="center_baseline", zorder=4)


def _legend(graph: networkx.MultiDiGraph[Node]) -> Iterator[Artist]:
    """What colours and lines mean, as far as this network needs it."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    stages = dict.fromkeys(attributes["stage"] for _, attributes in graph.nodes(data=True) if attributes.get("stage"))
    yield from (Patch(color=colour_of(stage), label=stage) for stage in stages)
    yield Patch(facecolor=_PALE, edgecolor=_INK, label="species")
    if not stages:
        yield Patch(color=colour_of(""), label="reaction")
    if any(role == CATALYST for _, _, role in graph.edges(keys=True)):
        yield Line2D([], [], color=_INK, linestyle=_DASHES, linewidth=1.0, label="catalyst")
