"""What differs in what runs were made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.compare.types import Change, ComparedRun
from cli.report.tables import flat

TASK = ("task.name", "task.csv", "task.inputs", "task.targets", "task.threshold", "task.classes")
"""Keys that make it another task: errors of different tasks are no measure of each other."""


def changes_of(runs: Sequence[ComparedRun]) -> tuple[Change, ...]:
    """The keys of the designs, as run, that differ, in the order of the first design; then seed, version and engine.

    A partial run may not say all of the latter: what is not known is not called different.
    """
    designs = [dict(flat(run.data.design)) for run in runs]
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
