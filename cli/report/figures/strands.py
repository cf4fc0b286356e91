"""What is in the tube: concentrations at the start and within an iteration, firings before and after calibration, fuel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf, log
from typing import Any

import numpy as np

from cli.report.data import ReportData
from cli.report.figures.chart import (
    Axis,
    Chart,
    Curve,
    Panel,
    ReferenceLine,
    bars_height,
    horizontal_bars,
    numbers,
    thinned,
    thinning_note,
)
from cli.report.figures.palette import CATEGORIES, CATEGORY_MARKERS
from cli.report.text import number
from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.runs.files import section_of
from dsd_ncrn.runs.trainings import Trace

GROUPS: Mapping[str, tuple[SpeciesKind, ...]] = {
    "Z, outputs": (SpeciesKind.STATE, SpeciesKind.BACKWARD_STATE),
    "A, adjoints": (SpeciesKind.ADJOINT,),
    "G, gradients": (SpeciesKind.GRADIENT, SpeciesKind.OFFSET_GRADIENT),
    "P, parameters": (SpeciesKind.PARAMETER, SpeciesKind.OFFSET),
}
SHOWN_PER_GROUP = len(CATEGORIES)
SHORT_PHASE = 0.35
"""Width of the flush; the other phases have width 1, whatever they last."""


def trajectories(data: ReportData) -> Chart:
    """A panel for each group of species; every phase is as wide in the ideal network as in the tube."""
    groups = [(title, _members(data, kinds)) for title, kinds in GROUPS.items()]
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


def _members(data: ReportData, kinds: Sequence[SpeciesKind]) -> list[str]:
    """The species of some kinds, such as Z1 and Zb1p, that were followed."""
    followed = {name for trace in data.traces.values() for name in trace.values}
    return sorted(name for name in followed if data.kinds.get(name) in kinds)[:SHOWN_PER_GROUP]


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


MOST_ROWS = 40
Firings = Mapping[str, Any]


def calibration(data: ReportData) -> Chart:
    """For each reaction its firings over the wanted ones, before and after calibration; 1 is right."""
    found = data.mixed["reactions"]
    rows = furthest(found)
    places = numbers(range(len(rows)))
    before = _firings(rows, "before_calibration", "as designed", "leaky", "o", filled=False)
    after = _firings(rows, "after_calibration", "calibrated", "dsd", "D", filled=True)
    panel = Panel(
        "",
        Axis("firings in one iteration over wanted ones", log=True, grid=True),
        Axis(ticks=tuple(zip(places, (row["origin"] for row in rows))), limits=(-0.7, len(rows) - 0.3), reversed=True),
        (before, after),
        (ReferenceLine("x", 1.0),),
    )
    return Chart(
        "calibration",
        "Achieved over wanted firings",
        f"A row for each of the {len(rows)} slow reactions that are furthest from what they should be: how often it fires in "
        "one iteration over how often it should, as designed and after "
        "calibration. 1 is right.",
        ("summary.json",),
        (panel,),
        columns=1,
        note=f"Of {len(found)} reactions, the {len(rows)} that are furthest from 1." if len(found) > len(rows) else "",
        height=0.7 + 0.21 * len(rows),
    )


def furthest(rows: Sequence[Firings]) -> list[Firings]:
    """The reactions that are furthest from 1 after calibration, in the order of the network."""
    ranked = sorted(rows, key=lambda row: -abs(log(row["after_calibration"])) if _drawable(row["after_calibration"]) else 0.0)
    kept = [id(row) for row in ranked[:MOST_ROWS]]
    return [row for row in rows if id(row) in kept]


def _drawable(ratio: float | None) -> bool:
    """Whether a ratio has a place on a logarithmic scale."""
    return ratio is not None and 0 < ratio < inf


def _firings(rows: Sequence[Firings], key: str, title: str, colour: str, marker: str, filled: bool) -> Curve:
    known = [
        (row[key], float(place), f"{row['origin']}, {title}: {row[key]:.5g}")
        for place, row in enumerate(rows)
        if _drawable(row[key])
    ]
    x, y, hover = zip(*known) if known else ((), (), ())
    return Curve(title, numbers(x), numbers(y), colour, "", "points", marker=marker, size=4.5, filled=filled, hover=hover)


def concentrations(data: ReportData) -> Chart:
    """One row for each role, one mark for each component that is there at the start."""
    there = [each for each in (data.system or {})["components"] if each["concentration"] > 0]
    roles = list(dict.fromkeys(each["role"] for each in there))
    curve = Curve(
        "component",
        numbers(each["concentration"] for each in there),
        numbers(roles.index(each["role"]) for each in there),
        "dsd",
        mode="points",
        marker="o",
        size=4.5,
        filled=False,
        hover=tuple(f"{each['name']} ({each['role']}): {number(each['concentration'])} nM" for each in there),
    )
    ticks = tuple((float(place), role) for place, role in enumerate(roles))
    rows = Axis(ticks=ticks, limits=(-0.7, len(roles) - 0.3), reversed=True)
    return Chart(
        "concentrations",
        "Concentrations at the start, by role",
        "A row for each role a component has in the tube: a mark at the concentration of every one that is there at the "
        "start, in nM on a logarithmic scale.",
        ("system.json",),
        (Panel("", Axis("concentration at the start, nM", log=True, grid=True), rows, (curve,)),),
        columns=1,
        height=0.7 + 0.24 * len(roles),
        legend="none",
    )


def has_components(data: ReportData) -> bool:
    """Whether anything is in the tube at the start."""
    return any(each["concentration"] > 0 for each in (data.system or {}).get("components", ()))


SHOWN = 15


def fuels(data: ReportData) -> Chart:
    """The fuels and gates of which an iteration uses the largest part."""
    used = ranked(data)[:SHOWN]
    axis = "used by one iteration, % of what is there"
    panel = horizontal_bars([name for name, _ in used], [100 * share for _, share in used], axis, "dsd")
    return Chart(
        "fuels",
        "Fuel used by one iteration",
        f"A bar for each of the {len(used)} fuels and gates of which one iteration uses most, in %, the largest on top.",
        ("summary.json",),
        (panel,),
        columns=1,
        height=bars_height(len(used)),
        legend="none",
    )


def ranked(data: ReportData) -> list[tuple[str, float]]:
    """Fuels by the share that an iteration uses, the largest first."""
    used = section_of(data.section("fuel"), "consumed_fraction_per_iteration")
    known = {name: share for name, share in used.items() if share is not None}
    return sorted(known.items(), key=lambda item: (-item[1], item[0]))


def fuel_history(data: ReportData) -> Chart:
    """What every iteration of the training takes of the fuels of which it takes the most."""
    names = most_used(data)
    count = len(data.fuel_used[names[0]])
    shown = thinned(count)
    iterations = numbers(place + 1 for place in shown)
    curves = tuple(
        Curve(name, iterations, numbers(data.fuel_used[name][shown]), colour, marker=marker, marked=10, width=1.2)
        for name, colour, marker in zip(names, CATEGORIES, CATEGORY_MARKERS)
    )
    return Chart(
        "fuel_history",
        "Fuel used by every iteration",
        f"What every iteration of the strands' training uses of {', '.join(names)}, in nM: the fuels and gates that the whole "
        "training uses most of.",
        ("fuel.csv",),
        (Panel("", Axis("iteration"), Axis("used, nM", grid=True), curves),),
        columns=1,
        height=2.5,
        note=thinning_note(count),
    )


def most_used(data: ReportData) -> list[str]:
    """Of which fuels the whole training uses the most, nM."""
    total = {name: sum(used.tolist()) for name, used in data.fuel_used.items()}
    return sorted(total, key=lambda name: (-total[name], name))[: len(CATEGORIES)]
