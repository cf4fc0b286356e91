"""From run folders to their comparison, with the numbers of the summaries that are held against each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from cli.compare.comparison import (
    Cell,
    ComparedRun,
    ComparedVerdict,
    Comparison,
    Measure,
    Quantity,
    changes_of,
    notes_of,
    other_task,
)
from cli.report.cards import answers
from cli.report.data import ReportData
from cli.report.figures.palette import SERIES
from cli.report.findings import smallest_rate
from dsd_ncrn.errors import InputError

TRAINING = (
    Quantity("iterations", "iterations", "", "", "difference"),
    Quantity("rmse_before", "test RMSE before"),
    Quantity("rmse_after", "test RMSE after", "", "less"),
    Quantity("accuracy_before", "test accuracy before", "", "", "difference"),
    Quantity("accuracy_after", "test accuracy after", "", "more", "difference"),
)
"""Of every training, below ``training.<level>``."""

TOLERATED = Quantity("leaks.tolerated_leak_per_M_per_s", "tolerated leak", "/M/s", "more")

SECTIONS: Mapping[str, tuple[Quantity, ...]] = {
    "Strands against the ideal network": (
        Quantity("fidelity.parameter_error_first_iteration", "parameter error after one iteration", "", "less"),
        Quantity("fidelity.parameter_error_final", "parameter error at the end", "", "less"),
        Quantity("fidelity.rmse_ratio", "test RMSE over the ideal one", "", "less"),
        Quantity("fidelity.worst_reaction.error", "furthest formal rate, relative", "", "nearer to 0", "difference"),
    ),
    "Leak": (TOLERATED,),
    "At the bench": (
        Quantity("fidelity.hours_per_iteration", "time of one iteration", "h", "less"),
        Quantity("fuel.consumed_nM_per_iteration", "fuel used by one iteration, all together", "nM", "less"),
        Quantity("fuel.iterations_to_10_percent", "iterations until a fuel has lost a tenth", "", "more"),
    ),
    "Size": (
        Quantity("ncrn.species", "formal species", "", "less", "difference"),
        Quantity("ncrn.reactions", "formal reactions", "", "less", "difference"),
        Quantity("dsd.fuels", "fuels", "", "less", "difference"),
        Quantity("dsd.complexes", "complexes", "", "less", "difference"),
        Quantity("dsd.strands", "distinct strands", "", "less", "difference"),
        Quantity("dsd.domains", "domains", "", "less", "difference"),
        Quantity("dsd.longest_strand_nt", "longest strand", "nt", "less", "difference"),
        Quantity("dsd.network_species", "species at strand level", "", "", "difference"),
        Quantity("dsd.network_reactions", "reactions at strand level", "", "", "difference"),
        Quantity("dsd.leak_reactions", "leak reactions", "", "less", "difference"),
    ),
    "Sequences": (
        Quantity("sequences.hard_violations", "hard rules broken", "", "less", "difference"),
        Quantity("sequences.soft_violations", "soft rules broken", "", "less", "difference"),
        Quantity("sequences.worst_crosstalk_kcal", "worst cross-talk", "kcal/mol", "more", "difference"),
        Quantity("sequences.worst_structure_kcal", "worst structure of a strand", "kcal/mol", "more", "difference"),
        Quantity("sequences.toehold_spread_kcal", "spread of the toeholds", "kcal/mol", "less", "difference"),
        Quantity("sequences.gap_kcal", "gap between wanted and unwanted duplexes", "kcal/mol", "more", "difference"),
        Quantity("sequences.lowest_target_probability", "lowest target probability of a complex", "", "more", "difference"),
        Quantity("sequences.largest_ensemble_defect", "largest ensemble defect", "", "less", "difference"),
    ),
    "Order": (
        Quantity("order.oligos", "oligos", "", "less", "difference"),
        Quantity("order.bases", "bases", "", "less"),
        Quantity("order.longest_nt", "longest oligo", "nt", "less", "difference"),
        Quantity("order.plates", "plates", "", "less", "difference"),
    ),
}
"""Title of a part of the table, and what stands in it."""


def measures_of(runs: Sequence[ComparedRun], other_task: bool) -> tuple[Measure, ...]:
    """Every quantity that some run has. Errors of different tasks are not comparable."""
    trainings = (
        Measure(title, quantity, _cells(runs, quantity), not other_task) for title, quantity in _training_quantities(runs)
    )
    others = (
        Measure(title, quantity, _cells(runs, quantity)) for title, quantities in SECTIONS.items() for quantity in quantities
    )
    return tuple(measure for measure in (*trainings, *others) if any(cell != Cell() for cell in measure.cells))


def _training_quantities(runs: Sequence[ComparedRun]) -> Iterator[tuple[str, Quantity]]:
    """Title of the training and quantity; the training with leak is named without its rate, which may differ."""
    for series in SERIES:
        if any(run.data.training(series.key) for run in runs):
            for each in TRAINING:
                place = f"training.{series.key}.{each.place}"
                yield f"Training: {series.title}", Quantity(place, each.title, each.unit, each.better, each.against)


def _cells(runs: Sequence[ComparedRun], quantity: Quantity) -> tuple[Cell, ...]:
    return tuple(_cell(run.data, quantity) for run in runs)


def _cell(data: ReportData, quantity: Quantity) -> Cell:
    value = _number(data.summary, quantity.place)
    if quantity is TOLERATED and not value and data.leak_curve:
        return Cell(below=smallest_rate(data))
    return Cell(value)


def _number(summary: Mapping[str, Any], place: str) -> float | None:
    """A number by its dotted place, of a mapping the sum of its numbers; None for anything else."""
    *outer, last = place.split(".")
    section: Mapping[str, Any] = summary
    for name in outer:
        section = _section(section.get(name))
    value: Any = section.get(last)
    parts = [part for part in _section(value).values() if _is_number(part)]
    if parts:
        return math.fsum(parts)
    return value if _is_number(value) else None


def _section(value: Any) -> Mapping[str, Any]:
    """A part of the summary; nothing for what did not run."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def compare(folders: Sequence[Path]) -> Comparison:
    """Compare finished or partial runs with the first of them.

    Raises InputError for fewer than two folders, one that is given twice, one without a run, and a file of a run that
    cannot be read.
    """
    _check(folders)
    labels = _labels([folder.resolve() for folder in folders])
    runs = tuple(ComparedRun(label, str(folder), ReportData(folder)) for label, folder in zip(labels, folders))
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
