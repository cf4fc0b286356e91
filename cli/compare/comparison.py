"""A comparison as data, before it is a table, a page, JSON or CSV. Tuples of values are in the order of the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cli.report.data import ReportData
from cli.report.tables import flat

Better = Literal["", "less", "more", "nearer to 0"]
Against = Literal["ratio", "difference"]

ALIKE = 1e-3
"""Values this close, relative to the largest, are shown as the same number: neither is called better."""


@dataclass(frozen=True, eq=False)
class ComparedRun:
    """One run: its folder, its contents, and the shortest name that tells it from the others."""

    label: str
    folder: str
    data: ReportData

    @property
    def identity(self) -> Mapping[str, Any]:
        """What was given to the run beside its design; None where the folder does not say."""
        recorded = self.data.provenance or {}
        known = {name: self.data.summary.get(name) for name in ("seed", "version")}
        return {**{name: recorded.get(name) if value is None else value for name, value in known.items()},
                "engine": recorded.get("engine")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A dotted key of the design, or a part of ``ComparedRun.identity``, that differs; None where a run does not have it."""

    key: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ComparedVerdict:
    """A question of the report, with each run's answer in a word and in sentences."""

    question: str
    statuses: tuple[str, ...]
    words: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of ``summary.json`` by its dotted place, what is better of it, and how others are held against the first."""

    place: str
    title: str
    unit: str = ""
    better: Better = ""
    against: Against = "ratio"


@dataclass(frozen=True, slots=True)
class Cell:
    """A run's value of a quantity: a number, or one that is known only to be under ``below``, or nothing."""

    value: float | None = None
    below: float | None = None

    def rank(self, better: Better) -> float | None:
        """Larger for a better value; None for nothing. What is only known to be small counts as 0."""
        value = 0.0 if self.below is not None else self.value
        if value is None or not better:
            return None
        return {"less": -value, "more": value, "nearer to 0": -abs(value)}[better]


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity of every run. ``comparable`` is False where a better value would mean nothing."""

    section: str
    quantity: Quantity
    cells: tuple[Cell, ...]
    comparable: bool = True

    @property
    def to_first(self) -> tuple[float | None, ...]:
        """Each value over the first run's, or minus it; None where one of the two is missing or the first divides by 0."""
        first = self.cells[0].value
        return tuple(self._held_against(first, cell.value) for cell in self.cells)

    @property
    def best(self) -> tuple[int, ...]:
        """The places of the best runs; none where all that are known are alike."""
        ranks = [cell.rank(self.quantity.better) if self.comparable else None for cell in self.cells]
        known = [rank for rank in ranks if rank is not None]
        worse = max(known, default=0.0) - ALIKE * max(map(abs, known), default=0.0)
        if not known or min(known) >= worse:
            return ()
        return tuple(place for place, rank in enumerate(ranks) if rank is not None and rank >= worse)

    def _held_against(self, first: float | None, value: float | None) -> float | None:
        if first is None or value is None:
            return None
        if self.quantity.against == "difference":
            return value - first
        return value / first if first else None


@dataclass(frozen=True, eq=False)
class Comparison:
    """All of it. ``notes`` say what stands in the way of comparing."""

    runs: tuple[ComparedRun, ...]
    changes: tuple[Change, ...]
    verdicts: tuple[ComparedVerdict, ...]
    measures: tuple[Measure, ...]
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the runs."""
        return tuple(run.label for run in self.runs)


TASK = ("task.name", "task.csv", "task.inputs", "task.targets", "task.threshold", "task.classes")
"""Keys that make it another task: errors of different tasks are no measure of each other."""


def changes_of(runs: Sequence[ComparedRun]) -> tuple[Change, ...]:
    """The keys of the designs, as run, that differ, in the order of the first design; then seed, version and engine.

    A partial run may not say all of the latter: what is not known is not called different.
    """
    designs = [dict(flat(run.data.given)) for run in runs]
    given = _differing([run.identity for run in runs])
    return _differing(designs) + tuple(change for change in given if None not in change.values)


def _differing(tables: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    keys = dict.fromkeys(key for table in tables for key in table)
    found = (Change(key, tuple(table.get(key) for table in tables)) for key in keys)
    return tuple(change for change in found if any(value != change.values[0] for value in change.values))


def other_task(changes: Sequence[Change]) -> bool:
    """Whether the runs learn different tasks."""
    return any(change.key in TASK for change in changes)


def notes_of(changes: Sequence[Change]) -> tuple[str, ...]:
    """What a reader has to know before comparing numbers."""
    changed = {change.key for change in changes}
    notes: list[str] = []
    if other_task(changes):
        notes.append("The runs learn different tasks, so that no error is called better than another.")
    if "seed" in changed:
        notes.append("The seeds differ, and with them the data points: part of every difference is chance.")
    if "version" in changed:
        notes.append("The runs were made by different versions of dsd_ncrn, which may differ in more than the design.")
    return tuple(notes)
