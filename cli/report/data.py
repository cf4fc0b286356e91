"""Everything a report shows, read from the files of a run folder and nothing else, before anything is rendered.

A stage that did not run has left no file: its part is None or empty here, and the report says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from cli.report.figures.palette import SERIES, Series
from cli.report.files import Row, number, read_csv, read_json, read_parquet, read_text, read_toml
from dsd_ncrn.arrays import Floats

Json = Mapping[str, Any]
PREVIEW_LINES = 6
WRITTEN_LATER = ("report.html", "summary.json")


@dataclass(frozen=True, eq=False)
class TrainingTable:
    """One training: ``parameters`` (iterations + 1, p) starts with the initial values; the rest is (iterations, outputs)."""

    level: str
    names: tuple[str, ...]
    predictions: Floats
    targets: Floats
    parameters: Floats

    @property
    def squared_errors(self) -> Floats:
        """Squared error of every iteration's prediction, made before its update; the mean over its outputs, (iterations,)."""
        return ((self.predictions - self.targets) ** 2).mean(axis=1)


@dataclass(frozen=True, eq=False)
class TestPoints:
    """Predictions on the test set before and after training, one output below the other: shape (outputs * m,)."""

    __test__ = False  # pytest would take it for a test

    targets: Floats
    before: Floats
    after: Floats


@dataclass(frozen=True, eq=False)
class Trace:
    """One iteration: ``values`` by species over ``times``, in the design's units; ``phases`` names each time's phase."""

    times: Floats
    phases: tuple[str, ...]
    values: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file of the run folder."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file of the order folder, and its first lines where it is text."""

    name: str
    size: int
    preview: str


@dataclass(frozen=True, eq=False)
class ReportData:
    """The contents of a run folder. ``summary`` always is a mapping; what did not run is None, or empty, in it."""

    name: str
    summary: Json
    design: Json
    ncrn: Json | None
    system: Json | None
    trainings: Mapping[str, TrainingTable]
    tests: Mapping[str, TestPoints]
    traces: Mapping[str, Trace]
    leak_curve: tuple[Row, ...]
    leak_ranking: tuple[Row, ...]
    leak_channels: tuple[Row, ...]
    yields: tuple[Row, ...]
    fuel_rows: tuple[Row, ...]
    tuned: tuple[Row, ...]
    ways: tuple[Row, ...]
    domains: tuple[Row, ...]
    verdicts: tuple[Row, ...]
    sequence_search: Json | None
    order_files: tuple[OrderFile, ...]
    cost: tuple[Row, ...]
    protocol: str | None
    provenance: Json | None
    design_text: str
    files: tuple[RunFile, ...]

    @property
    def series(self) -> tuple[Series, ...]:
        """Every level of training as it is drawn; the one with leak is named with the design's leak rate."""
        rate = self.chosen("leak").get("rate")
        titles = {"dsd_leaky": f"DNA strands, leak {rate}"} if rate else {}
        return tuple(replace(each, title=titles.get(each.key, each.title)) for each in SERIES)

    @property
    def outputs(self) -> int:
        """Number of targets, by the first training; 1 where there is none."""
        return next((table.targets.shape[1] for table in self.trainings.values()), 1)

    @property
    def stages(self) -> Mapping[str, str]:
        """What became of every stage of the run; empty where a run has not said."""
        return {stage: state or "not said" for stage, state in self.section("stages").items()}

    def section(self, name: str) -> Json:
        """A section of the summary; empty where it did not run."""
        return section_of(self.summary, name)

    def chosen(self, name: str) -> Json:
        """A section of the design; empty where the design has not written it."""
        return section_of(self.design, name)

    def training(self, level: str) -> Json:
        """The summary of one training; empty where it did not run, or did not get to its last test."""
        found = section_of(self.section("training"), level)
        return found if None not in (found.get("rmse_before"), found.get("rmse_after")) else {}


def section_of(values: Json, name: str) -> Json:
    """A mapping within a mapping; empty where there is none."""
    found = values.get(name)
    return cast(Json, found) if isinstance(found, Mapping) else {}


def read_run(run: Path) -> ReportData:
    """Read a run folder. Raises InputError for a file that is there but cannot be read."""
    design = read_toml(run / "design.toml") or {}
    summary = read_json(run / "summary.json") or {}
    leaks = read_csv(run / "leaks.csv") or []
    return ReportData(
        name=str(design.get("name") or section_of(summary, "design").get("name") or run.name),
        summary=summary,
        design=design,
        ncrn=read_json(run / "ncrn.json"),
        system=read_json(run / "system.json"),
        trainings=_trainings(run),
        tests=_tests(run / "test_predictions.csv"),
        traces=_traces(run / "trajectories.parquet"),
        leak_curve=tuple(row for row in leaks if row["kind"] == "curve" and _can_be_drawn(row)),
        leak_ranking=tuple(row for row in leaks if row["kind"] == "ranking"),
        leak_channels=tuple(row for row in leaks if row["kind"] == "channel"),
        yields=tuple(row for row in leaks if row["kind"] == "yield"),
        fuel_rows=tuple(read_csv(run / "fuel.csv") or ()),
        tuned=tuple(read_csv(run / "tune.csv") or ()),
        ways=tuple(read_csv(run / "ways.csv") or ()),
        domains=tuple(read_csv(run / "sequences.csv") or ()),
        verdicts=tuple(read_csv(run / "verdicts.csv") or ()),
        sequence_search=read_json(run / "sequences.json"),
        order_files=_order_files(run / "order"),
        cost=tuple(read_csv(run / "protocol" / "cost.csv") or ()),
        protocol=read_text(run / "protocol.md"),
        provenance=read_json(run / "provenance.json"),
        design_text=read_text(run / "design.toml") or "",
        files=_files(run),
    )


def _can_be_drawn(row: Row) -> bool:
    """Whether a point of the leak curve has a place on logarithmic scales."""
    rate, ratio = number(row["rate_per_M_s"]), number(row["rmse_ratio"])
    return rate is not None and ratio is not None and rate > 0 and 0 < ratio < float("inf")


def _trainings(run: Path) -> dict[str, TrainingTable]:
    found = ((series.key, read_csv(run / f"training_{series.key}.csv")) for series in SERIES)
    return {level: _training(level, rows) for level, rows in found if rows and len(rows) > 1}


def _training(level: str, rows: list[Row]) -> TrainingTable:
    """Row 0 holds the initial parameters and has no prediction."""
    predictions, targets = _of_outputs(rows, "prediction"), _of_outputs(rows, "target")
    names = tuple(name for name in rows[0] if name not in ("iteration", *predictions, *targets))
    return TrainingTable(
        level,
        names,
        predictions=np.column_stack([_column(rows[1:], name) for name in predictions]),
        targets=np.column_stack([_column(rows[1:], name) for name in targets]),
        parameters=np.array([[float(row[name]) for name in names] for row in rows]),
    )


def _of_outputs(rows: list[Row], name: str) -> list[str]:
    """The columns of a quantity, one for each output: ``name``, or ``name_1``, ``name_2`` ..."""
    return [column for column in rows[0] if column == name or column.removeprefix(f"{name}_").isdecimal()]


def _column(rows: list[Row], name: str) -> Floats:
    return np.array([float("nan") if (value := number(row[name])) is None else value for row in rows])


def _tests(path: Path) -> dict[str, TestPoints]:
    rows = read_csv(path)
    if not rows:
        return {}
    levels = [series.key for series in SERIES if _of_outputs(rows, f"{series.key}_after")]
    names = ("target", *(f"{level}_{when}" for level in levels for when in ("before", "after")))
    values = {name: np.concatenate([_column(rows, column) for column in _of_outputs(rows, name)]) for name in names}
    return {level: TestPoints(values["target"], values[f"{level}_before"], values[f"{level}_after"]) for level in levels}


def _traces(path: Path) -> dict[str, Trace]:
    columns = read_parquet(path)
    if not columns:
        return {}
    return {level: _trace(columns, level) for level in dict.fromkeys(columns["level"])}


def _trace(columns: Mapping[str, list[Any]], level: str) -> Trace:
    """The rows of one level; a species that is not in it has no values there."""
    rows = [number for number, where in enumerate(columns["level"]) if where == level]
    species = [name for name in columns if name not in ("level", "phase", "time") and columns[name][rows[0]] is not None]
    return Trace(
        times=np.array([columns["time"][row] for row in rows]),
        phases=tuple(columns["phase"][row] for row in rows),
        values={name: np.array([columns[name][row] for row in rows]) for name in species},
    )


def _files(run: Path) -> tuple[RunFile, ...]:
    """Every file but hidden ones and those that change after the report has been made."""
    paths = sorted(path for path in run.rglob("*") if path.is_file() and path.name not in WRITTEN_LATER)
    shown = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(run).parts)]
    return tuple(RunFile(str(path.relative_to(run)), path.stat().st_size, _sha256(path)) for path in shown)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _order_files(folder: Path) -> tuple[OrderFile, ...]:
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return tuple(OrderFile(str(path.relative_to(folder)), path.stat().st_size, _preview(path)) for path in files)


def _preview(path: Path) -> str:
    """The first lines of a text file; nothing of any other."""
    if path.suffix not in (".csv", ".tsv", ".txt"):
        return ""
    return "\n".join((read_text(path) or "").splitlines()[:PREVIEW_LINES])
