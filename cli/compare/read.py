"""From run folders to their comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cli.compare.changes import changes_of, notes_of, other_task
from cli.compare.measures import measures_of
from cli.compare.types import ComparedRun, ComparedVerdict, Comparison
from cli.report.data import read_run
from cli.report.verdict import answers
from dsd_ncrn.errors import InputError


def compare(folders: Sequence[Path]) -> Comparison:
    """Compare finished or partial runs with the first of them.

    Raises InputError for fewer than two folders, one that is given twice, one without a run, and a file of a run that
    cannot be read.
    """
    _check(folders)
    labels = _labels([folder.resolve() for folder in folders])
    runs = tuple(ComparedRun(label, str(folder), read_run(folder)) for label, folder in zip(labels, folders))
    changes = changes_of(runs)
    return Comparison(runs, changes, _verdicts(runs), measures_of(runs, other_task(changes)), notes_of(changes))


def _check(folders: Sequence[Path]) -> None:
    if len(folders) < 2:
        given = str(folders[0]) if folders else None
        raise InputError("a comparison needs two run folders or more", given, "Give another one beside it.")
    seen: dict[Path, Path] = {}
    for folder in folders:
        if not (folder / "design.toml").is_file():
            raise InputError("this folder holds no run", None, "Give folders that `run` has written.", str(folder))
        if folder.resolve() in seen:
            raise InputError("every run is given once", str(folder), f"It is the same folder as {seen[folder.resolve()]}.")
        seen[folder.resolve()] = folder


def _labels(folders: Sequence[Path]) -> tuple[str, ...]:
    """The last parts of the paths, as many as it takes to tell them apart."""
    longest = max(len(folder.parts) for folder in folders)
    for count in range(1, longest):
        labels = tuple("/".join(folder.parts[-count:]) for folder in folders)
        if len(set(labels)) == len(labels):
            return labels
    return tuple(map(str, folders))


def _verdicts(runs: Sequence[ComparedRun]) -> tuple[ComparedVerdict, ...]:
    """The questions of the report, whose order and number are those of every run."""
    by_question = zip(*(answers(run.data) for run in runs))
    return tuple(
        ComparedVerdict(
            question=found[0].question,
            statuses=tuple(answer.status for answer in found),
            words=tuple(answer.word for answer in found),
            texts=tuple(answer.text for answer in found),
        )
        for found in by_question
    )
