"""The tables of a run folder: what their columns mean, and how results become their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dsd_ncrn.analysis.results import (
    FuelAddition,
    Indices,
    Judged,
    LeakChannel,
    LeakPoint,
    LeakShare,
    Redesigned,
    Sample,
    Screening,
    Yardstick,
)
from dsd_ncrn.runs.files import ResultTable, TableColumn

if TYPE_CHECKING:
    from dsd_ncrn.analysis.leaks import LeakSensitivity
    from dsd_ncrn.analysis.redesign import Redesign
    from dsd_ncrn.analysis.tuning import OperatingPoint, Tuning
    from dsd_ncrn.analysis.yields import Yield


@dataclass(frozen=True, slots=True)
class WayTried:
    """One mitigation of leak, and the first iteration with the design changed in it; ``failure`` says why there is none."""

    way: str
    leak_free_error: float
    first_error: float
    hours: float
    fuel_nM: float
    strands: int
    longest_nt: int
    failure: str


@dataclass(frozen=True, slots=True)
class PointTried:
    """One operating point of a search in a scheme, as ``OperatingPoint``; ``tolerated_leak_per_M_s`` is of the front alone."""

    scheme: str
    candidate: int
    cost: float
    leak_free_error: float
    first_error: float
    mean_error: float
    rmse_ratio: float
    hours: float
    fuel_nM: float
    strands: int
    longest_nt: int
    failure: str
    tolerated_leak_per_M_s: float


@dataclass(frozen=True, slots=True)
class Refitted:
    """A concentration or duration for the rates of lengths alone, and for those of the sequences."""

    component_or_phase: str
    unit: str
    by_lengths: float
    by_sequences: float


_RATE = TableColumn("rate_per_M_s", "/M/s", "leak rate that all gates have")
_ERRORS = (
    TableColumn("rmse", "", "root mean square error on the test set after training"),
    TableColumn("rmse_ratio", "", "that over the ideal network's"),
    TableColumn("parameter_error_first_iteration", "", "largest difference from the ideal parameters over the largest of them"),
    TableColumn("parameter_error_final", "", "the same after the last iteration"),
)
_MOVES = TableColumn("parameter_shift", "", "what the leak moves a parameter by in one iteration at this rate, to first order")
_SHIFT = TableColumn("shift_per_M_per_s", "per /M/s", "the same for each /M/s", "shift_per_M_s")
_ORIGIN = TableColumn("origin", "", "formal reaction whose gates leak")
_TRIED = (
    TableColumn("leak_free_error", "", "parameter error of the first iteration without leak"),
    TableColumn("first_error", "", "parameter error of the first iteration with it"),
)
_COSTS = (
    TableColumn("hours", "h", "of an iteration"),
    TableColumn("fuel_nM", "nM", "of all that is mixed"),
    TableColumn("strands", "", "distinct strands"),
    TableColumn("longest_nt", "nt", "the longest strand"),
    TableColumn("failure", "", "why there is no result"),
)

LEAKS = ResultTable("leaks.csv", "leaks", "what a training comes to at a leak rate", LeakPoint, (_RATE, *_ERRORS))
LEAK_RANKING = ResultTable(
    "leak_ranking.csv",
    "leaks",
    "whose leaks do the harm: formal reactions",
    LeakShare,
    (_RATE, _ORIGIN, TableColumn("share", "", "of the parameter error of one iteration"), _MOVES, _SHIFT),
)
LEAK_STEPS = ResultTable(
    "leak_steps.csv",
    "leaks",
    "the single leaks that do most harm",
    LeakChannel,
    (
        _RATE,
        _ORIGIN,
        _MOVES,
        _SHIFT,
        TableColumn("parameter", "", "which is moved most"),
        TableColumn("rule", "", "of the leak model"),
        TableColumn("reactants", "", "what meets"),
        TableColumn("products", "", "what comes of it"),
    ),
)
TUBES = ResultTable(
    "tubes.csv",
    "leaks",
    "tubes drawn with the design's imperfections",
    Sample,
    (
        TableColumn("tube", "", "its number", "number"),
        _RATE,
        TableColumn("rmse_before", "", "root mean square error on the test set before training"),
        *_ERRORS,
        _COSTS[-1],
    ),
)
JUDGED = ResultTable(
    "tubes.csv",
    "",
    "tubes of `train --tubes`, each at one draw of the data",
    Judged,
    (
        TableColumn("data_seed", "", "that the data were drawn by"),
        TableColumn("tube", "", "its number"),
        TableColumn("error_before", "", "on the test set before training: RMSE, or 1 − accuracy in a classification", "before"),
        TableColumn("error_after", "", "after training", "after"),
        TableColumn("learned_share", "", "of the error that the ideal network removes, the share that the tube removed"),
        TableColumn("hours_per_iteration", "h", "of an iteration", "hours"),
        TableColumn("aliquots", "", "measured for its calibration"),
        TableColumn("calibration_hours", "h", "of these"),
        _COSTS[-1],
    ),
)
BENCH = replace(JUDGED, file="bench.csv", stage="tubes", holds="tubes of the design's conditions")
BENCH_NO_LEAK = replace(BENCH, file="bench_no_leak.csv", holds="the same tubes without leaks")
BENCH_DRAWS = replace(BENCH, file="bench_draws.csv", holds="other tubes, at other draws of the data")
YARDSTICKS = ResultTable(
    "data.csv",
    "",
    "what there was to learn of each draw of the data",
    Yardstick,
    (
        TableColumn("data_seed", "", "that the data were drawn by"),
        TableColumn("error_before", "", "of the ideal network on the test set before training", "before"),
        TableColumn("error_ideal", "", "of the ideal network after as many iterations as strands are trained for", "ideal"),
        TableColumn("error_least_squares", "", "of linear least squares with a constant", "least_squares"),
        TableColumn("iterations", "", "of the training"),
    ),
)
WAYS = ResultTable(
    "ways.csv",
    "leaks",
    "mitigations of leak, one at a time",
    WayTried,
    (TableColumn("way", "", "what is changed in the design"), *_TRIED, *_COSTS),
)
TUNE = ResultTable(
    "tune.csv",
    "`tune`",
    "operating points of a search, with the position of every knob in columns of its name",
    PointTried,
    (
        TableColumn("scheme", "", "of the translation"),
        TableColumn("candidate", "", "number of the point; 0 is the design as it was"),
        TableColumn("cost", "", "what the search lowers: parameter error, and test error above the ideal one"),
        *_TRIED,
        TableColumn("mean_error", "", "mean parameter error of all iterations with leak"),
        TableColumn("rmse_ratio", "", "test error over the ideal network's"),
        *_COSTS,
        TableColumn("tolerated_leak_per_M_s", "/M/s", "of the points that no other beats in all"),
    ),
    open=True,
)
FRONT = ResultTable(
    "front.csv",
    "`redesign`",
    "designs within the bounds that no other beats in what tubes learn, hours, slurry, fuel and price together",
    Redesigned,
    (
        TableColumn("cost", "", "what the search lowers: the share not learned, and more for tubes that have not learned"),
        TableColumn("learned", "", "tubes that learn at least 0.9 of what the ideal network learns"),
        TableColumn("tubes", "", "tubes in all, of several draws of the data"),
        TableColumn("share", "", "what they learn of that in the mean"),
        TableColumn("slurry_uL", "µL", "beads of an iteration for 100 µL"),
        TableColumn("ordered_nt", "nt", "all strands, variants included"),
        TableColumn("price", "", "of all strands for the training, in the currency of `[order] prices`"),
        *_COSTS,
        TableColumn("stopped", "", "whether it was given up before all its tubes were trained"),
        TableColumn("beyond", "", "the bounds that it exceeds, and what of it cannot be pipetted"),
        TableColumn("number", "", "of the candidate, 0 for what is beside the search"),
    ),
    open=True,
)
_FACTOR = TableColumn("factor", "", "what is varied")
SCREENING = ResultTable(
    "sensitivity.csv",
    "`leaks --global morris`",
    "how much each factor moves the parameters of one iteration (Morris 1991)",
    Screening,
    (
        _FACTOR,
        TableColumn("mean", "", "of its elementary effects over its range"),
        TableColumn("mean_size", "", "of their sizes"),
        TableColumn("mean_size_confidence", "", "half-width of its 95 % confidence interval"),
        TableColumn("deviation", "", "standard deviation of the effects"),
    ),
)
INDICES = ResultTable(
    "sensitivity.csv",
    "`leaks --global sobol`",
    "the share of the variance that each factor explains (Sobol 2001)",
    Indices,
    (
        _FACTOR,
        TableColumn("first", "", "share that it explains alone"),
        TableColumn("first_confidence", "", "half-width of its 95 % confidence interval"),
        TableColumn("total", "", "share with all its interactions"),
        TableColumn("total_confidence", "", "half-width of its 95 % confidence interval"),
    ),
)
TOP_UPS = ResultTable(
    "top_up.csv",
    "dsd",
    "what to add of a fuel before which iteration, where it is not topped up before each",
    FuelAddition,
    (
        TableColumn("iteration", "", "counted from 1"),
        TableColumn("fuel", "", "component of the system"),
        TableColumn("amount_nM", "nM", "that has been used"),
    ),
)
REFITTED = ResultTable(
    "concentrations_sequences.csv",
    "dsd_sequences",
    "concentrations and durations, as calibrated on the rates of the sequences",
    Refitted,
    (
        TableColumn("component_or_phase", "", "name"),
        TableColumn("unit", "", "nM, or s"),
        TableColumn("by_lengths", "", "for rates of toehold lengths alone"),
        TableColumn("by_sequences", "", "for those of the sequences"),
    ),
)
TABLES: tuple[ResultTable[Any], ...] = (
    LEAKS, LEAK_RANKING, LEAK_STEPS, TUBES, WAYS, SCREENING, INDICES, TUNE, FRONT, TOP_UPS, REFITTED,
)  # fmt: skip


def leak_files(
    found: LeakSensitivity, made: Yield | None = None, ways: Mapping[str, OperatingPoint] | None = None
) -> dict[str, str]:
    """The files of a leak study, of its imperfect tubes, and of mitigations of leak."""
    rate = found.ranking_rate_per_M_s

    def shift(leak: LeakShare | LeakChannel) -> float:
        return leak.shift_per_M_s * rate

    files = {
        LEAKS.file: LEAKS.text(found.curve),
        LEAK_RANKING.file: LEAK_RANKING.text(found.ranking.shares, rate_per_M_s=rate, parameter_shift=shift),
        LEAK_STEPS.file: LEAK_STEPS.text(found.ranking.channels, rate_per_M_s=rate, parameter_shift=shift),
    }
    if made is not None:
        files[TUBES.file] = TUBES.text(made.samples, rate_per_M_s=made.leak_rate_per_M_s)
    return files | ({WAYS.file: WAYS.text(ways_tried(ways))} if ways else {})


def ways_tried(found: Mapping[str, OperatingPoint]) -> list[WayTried]:
    """The ways by their names, the design as it is first."""
    return [WayTried(name, **_picked(point, WAYS)) for name, point in found.items()]


def tuning_text(found: Mapping[str, Tuning]) -> str:
    """``tune.csv`` of searches by scheme."""
    knobs = next(iter(found.values())).knobs
    points, positions = list[PointTried](), dict[PointTried, Mapping[str, float]]()
    for scheme, search in found.items():
        tolerated = dict(search.front)
        for number, point in enumerate(search.points):
            tried = PointTried(scheme, number, tolerated_leak_per_M_s=tolerated.get(point, np.nan), **_picked(point, TUNE))
            points.append(tried)
            positions[tried] = dict(zip(knobs, point.positions))

    def position(knob: str) -> Callable[[PointTried], float]:
        return lambda tried: positions[tried][knob]

    return TUNE.text(points, **{knob: position(knob) for knob in knobs})


def redesign_text(found: Redesign) -> str:
    """All candidates of a redesign in their order, with the position of every knob in columns of its name."""
    places = {id(point): point.positions for point in found.points}

    def position(number: int) -> Callable[[Redesigned], float]:
        return lambda point: places[id(point)][number]

    return FRONT.text(found.points, **{name: position(number) for number, name in enumerate(found.knobs)})


def ideas_text(found: Redesign) -> str:
    """The best design of a redesign, and what it comes to without each of the ideas that it has."""
    tried = {id(found.best): (found.best, "")} | {id(each): (each, name) for name, each in found.without.items() if each}

    def name(point: Redesigned) -> str:
        return tried[id(point)][1]

    return FRONT.text([point for point, _ in tried.values()], changed_to=name)


def measures(point: OperatingPoint) -> dict[str, Any]:
    """What a table of searches has of an operating point."""
    return _picked(point, TUNE)


def _picked(point: OperatingPoint, table: ResultTable[Any]) -> dict[str, Any]:
    """The fields of a point that a table has too."""
    return {each.name: getattr(point, each.name) for each in table.columns if hasattr(point, each.name)}
