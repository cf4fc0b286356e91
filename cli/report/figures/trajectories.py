"""Concentrations within one iteration, strands over the ideal network, phase by phase."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cli.report.chart import Axis, Chart, Curve, Panel, ReferenceLine, numbers
from cli.report.data import Floats, ReportData, Trace
from cli.report.figures.palette import CATEGORIES, CATEGORY_MARKERS

GROUPS = (("Z", "Z, outputs"), ("A", "A, adjoints"), ("G", "G, gradients"), ("P", "P, parameters"))
SHOWN_PER_GROUP = len(CATEGORIES)
SHORT_PHASE = 0.35
"""Width of the flush; the other phases have width 1, whatever they last."""


def trajectories(data: ReportData) -> Chart:
    """A panel for each group of species; every phase is as wide in the ideal network as in the tube."""
    groups = [(title, _members(data.traces, letter)) for letter, title in GROUPS]
    return Chart(
        "trajectories",
        "Concentrations within one iteration",
        "A panel for each group of species, outputs, adjoints, gradients and parameters: concentrations through the phases "
        "of one iteration, of the ideal network (broad pale lines) and of the strands (thin lines with markers).",
        ("trajectories.parquet",),
        tuple(_group(data, title, members) for title, members in groups if members),
        columns=2,
        height=2.3,
        legend="panels",
    )


def _members(traces: Mapping[str, Trace], letter: str) -> list[str]:
    """Species such as Z1, A2p: the letter, a number, a rail."""
    found: dict[str, None] = {}
    for trace in traces.values():
        found |= {name: None for name in trace.values if re.fullmatch(rf"{letter}b?\d*[pm]?", name)}
    return sorted(found)[:SHOWN_PER_GROUP]


def _group(data: ReportData, title: str, members: Sequence[str]) -> Panel:
    curves = tuple(curve for number, name in enumerate(members) for curve in _species(data, name, number))
    return Panel(title, _phases(next(iter(data.traces.values()))), Axis("concentration", grid=True), curves, _borders(data))


def _species(data: ReportData, name: str, number: int) -> Iterator[Curve]:
    """Broad and pale for the ideal network; markers tell the species of the strands apart."""
    for level in ("ideal", "dsd"):
        trace = data.traces.get(level)
        if trace is None or name not in trace.values:
            continue
        title, colour = f"{name}, {'ideal network' if level == 'ideal' else 'strands'}", CATEGORIES[number]
        points = numbers(phase_axis(trace)), numbers(trace.values[name])
        told = tuple(_told(title, trace, name))
        if level == "ideal":
            yield Curve(name, *points, colour, level, width=3.6, opacity=0.35, in_legend=False, hover=told)
        else:
            yield Curve(name, *points, colour, level, marker=CATEGORY_MARKERS[number], marked=12, width=1.2, hover=told)


def _told(title: str, trace: Trace, name: str) -> Iterator[str]:
    for time, phase, value in zip(trace.times, trace.phases, trace.values[name]):
        yield f"{title}: {value:.4g} in {phase}, at {time:.4g}"


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


def _spans(trace: Trace) -> list[tuple[float, str]]:
    """Where each phase begins, and its name."""
    starts: list[tuple[float, str]] = []
    start = 0.0
    for name in dict.fromkeys(trace.phases):
        starts.append((start, name))
        start += phase_width(name)
    return starts


def _phases(trace: Trace) -> Axis:
    """An axis with the names of the phases in their middles."""
    spans = _spans(trace)
    ticks = tuple((start + phase_width(name) / 2, name) for start, name in spans)
    return Axis("phase", limits=(0.0, spans[-1][0] + phase_width(spans[-1][1])), ticks=ticks)


def _borders(data: ReportData) -> tuple[ReferenceLine, ...]:
    return tuple(ReferenceLine("x", start, dash="dot") for start, _ in _spans(next(iter(data.traces.values()))) if start)
