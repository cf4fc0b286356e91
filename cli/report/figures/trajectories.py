"""Concentrations within one iteration, strands over the ideal network, phase by phase."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cli.report.data import Floats, ReportData, Trace
from cli.report.figures.canvas import panels
from cli.report.figures.palette import CATEGORIES, CATEGORY_MARKERS, STAND_INS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GROUPS = (("Z", "Z: the output"), ("A", "A: the adjoint"), ("G", "G: the gradient"), ("P", "P: the parameters"))
SHOWN_PER_GROUP = len(CATEGORIES)
SHORT_PHASE = 0.35
"""Width of the flush; the other phases have width 1, whatever they last."""


def trajectories(data: ReportData) -> Figure:
    """A panel for each group of species; every phase is as wide in the ideal network as in the tube."""
    groups = [(title, _members(data.traces, letter)) for letter, title in GROUPS]
    groups = [(title, members) for title, members in groups if members]
    figure, axes = panels(-(-len(groups) // 2), 2, 0.2 + 2.1 * -(-len(groups) // 2))
    for here, (title, members) in zip(axes.flat, groups):
        _group(here, data, title, members)
    for unused in axes.flat[len(groups) :]:
        unused.remove()
    return figure


def _members(traces: Mapping[str, Trace], letter: str) -> list[str]:
    """Species such as Z1, A2p: the letter, a number, a rail."""
    found: dict[str, None] = {}
    for trace in traces.values():
        found |= {name: None for name in trace.values if re.fullmatch(rf"{letter}b?\d*[pm]?", name)}
    return sorted(found)[:SHOWN_PER_GROUP]


def _group(axes: Axes, data: ReportData, title: str, members: Sequence[str]) -> None:
    axes.set_title(title)
    for number, name in enumerate(members):
        for level in ("ideal", "dsd"):
            trace = data.traces.get(level)
            if trace is not None and name in trace.values:
                axes.plot(phase_axis(trace), trace.values[name], **_line(level, name, number, len(trace.times)))
    _phases(axes, next(iter(data.traces.values())))
    axes.legend(loc="best", ncols=2, handlelength=2.2, columnspacing=1.0)


def _line(level: str, name: str, number: int, points: int) -> dict[str, Any]:
    """Broad and pale for the ideal network; markers of different species stand at different places."""
    style: dict[str, Any] = {"color": STAND_INS[CATEGORIES[number]], "gid": f"series-{level}"}
    if level == "ideal":
        return style | {"linewidth": 3.6, "alpha": 0.35}
    step = max(4, points // 12)
    places = (number * step // SHOWN_PER_GROUP, step)
    marker = {"marker": CATEGORY_MARKERS[number], "markersize": 3.4, "markeredgewidth": 0, "markevery": places}
    return style | marker | {"linewidth": 1.2, "label": name}


def phase_axis(trace: Trace) -> Floats:
    """Each time as a place in its phase: phase 2 runs from 1 to 2."""
    place, start = np.zeros(len(trace.times)), 0.0
    phases = np.array(trace.phases)
    for name in dict.fromkeys(trace.phases):
        inside = phases == name
        times = trace.times[inside]
        width = phase_width(name)
        place[inside] = start + width * (times - times[0]) / (float(np.ptp(times)) or 1.0)
        start += width
    return place


def phase_width(name: str) -> float:
    """How wide a phase is drawn."""
    return SHORT_PHASE if name == "flush" else 1.0


def _phases(axes: Axes, trace: Trace) -> None:
    """Mark where phases begin, and name them."""
    start, middles, names = 0.0, [], list(dict.fromkeys(trace.phases))
    for name in names:
        if start:
            axes.axvline(start, color=STAND_INS["muted"], linewidth=0.6, linestyle=(0, (1, 2)))
        middles.append(start + phase_width(name) / 2)
        start += phase_width(name)
    axes.set_xlim(0, start)
    axes.set_xticks(middles, names)
    axes.tick_params(axis="x", length=0)
