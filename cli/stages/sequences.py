"""The stage that designs sequences, in a process of its own beside the simulations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.plain import csv_text, plain
from cli.run_folder import json_text, read_json
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from cli.background import BackgroundTask
    from cli.stages.job import Job
    from dsd_ncrn.design.spec import DesignSpec
    from sequences.assignment import SequenceAssignment
    from sequences.verdicts import SequenceVerdicts

SEQUENCES_CSV = "sequences.csv"
SEARCH_JSON = "sequences.json"
_SEARCH_FIELDS = ("seed", "parameter_set", "temperature", "sodium", "iterations", "time_limit_hit")


def search(spec: DesignSpec, seed: int, report: Callable[[float], None]) -> SequenceAssignment:
    """Design the sequences of a design. It is translated anew here, since hashes do not survive the way to a process."""
    from cli.stages.job import Job
    from sequences.search import design_sequences

    def progress(share: float, _: str) -> None:
        report(share)

    return design_sequences(Job(spec, seed).translated, spec.sequences, spec.chemistry.temperature, seed, progress)


def start_search(job: Job, progress: Tell) -> BackgroundTask:
    """Begin the search in another process."""
    from cli.background import BackgroundTask

    return BackgroundTask(search, (job.spec, job.seed), progress)


def sequences_stage(job: Job, tell: Tell) -> Outcome:
    """Wait for the search that runs already, and judge what it found."""
    assert job.sequence_search is not None
    assignment: SequenceAssignment = job.sequence_search.result()
    job.found_sequences = assignment
    return sequences_outcome(job, assignment)


def sequences_outcome(job: Job, assignment: SequenceAssignment) -> Outcome:
    """Judge an assignment; its files and summary."""
    return outcome_of(job, assignment, judged(job, assignment))


def outcome_of(job: Job, assignment: SequenceAssignment, verdicts: SequenceVerdicts) -> Outcome:
    """Files and summary of an assignment and its verdicts."""
    from sequences.assignment import assignment_csv
    from sequences.folding import TargetCheck
    from sequences.sites import LeakSite

    section = sequences_section(job, assignment, verdicts)
    files = {
        SEQUENCES_CSV: assignment_csv(assignment),
        SEARCH_JSON: json_text(search_json(assignment, verdicts)),
        "verdicts.csv": verdicts_csv(verdicts),
        "complexes.csv": records_csv(TargetCheck, verdicts.complexes),
        "leak_sites.csv": records_csv(LeakSite, verdicts.leak_sites),
        "crosstalk_domains.csv": csv_text(*verdicts.domains.table),
        "crosstalk_strands.csv": csv_text(*verdicts.strands.table),
    }
    note = f"{section['domains']} domains, {section['hard_violations']} hard rules broken"
    return Outcome(files, {"sequences": section}, note, assignment.seconds)


def judged(job: Job, assignment: SequenceAssignment) -> SequenceVerdicts:
    """Every rule's verdict on an assignment, at the design's temperature."""
    from sequences.verdicts import judge

    return judge(job.translated, assignment, job.spec.sequences, job.spec.chemistry.temperature)


def verdicts_csv(found: SequenceVerdicts) -> str:
    """A row for every rule and subject."""
    names = ("rule", "subject", "value", "unit", "limit", "passed", "hard")
    return csv_text(names, ([getattr(verdict, name) for name in names] for verdict in found.verdicts))


def records_csv(kind: type[Any], records: Iterable[Any]) -> str:
    """A row for every record of a kind, a column for every field."""
    names = [each.name for each in fields(kind)]
    return csv_text(names, ([getattr(record, name) for name in names] for record in records))


def search_json(assignment: SequenceAssignment, found: SequenceVerdicts) -> dict[str, Any]:
    """How the sequences were found and what stands out; all but the wall time."""
    from sequences.crosstalk import WORST_SHOWN
    from sequences.verdicts import shortfall

    return plain(
        {
            **{name: getattr(assignment, name) for name in _SEARCH_FIELDS},
            "gap_kcal": found.gap,
            "weakest_perfect_kcal": found.weakest_perfect_kcal,
            "worst_domains": [asdict(each) for each in found.worst_domains],
            "worst_strands": [asdict(each) for each in found.worst_strands],
            "toehold_sites": [asdict(each) for each in found.toehold_sites],
            "toehold_classes": [asdict(each) for each in found.toehold_classes],
            "flagged_complexes": [asdict(each) for each in found.flagged],
            "leak_sites": [asdict(each) for each in found.leak_sites[:WORST_SHOWN]],
            "candidates": [asdict(each) for each in assignment.candidates],
            "shortfall": shortfall(found),
        }
    )


def sequences_section(job: Job, assignment: SequenceAssignment, found: SequenceVerdicts) -> dict[str, Any]:
    """The summary's section on sequences."""
    return plain(
        {
            "domains": len(job.translated.domains),
            "strands": len(job.translated.strands),
            "hard_violations": found.hard_violations,
            "worst_crosstalk_kcal": found.worst_crosstalk_kcal,
            "worst_structure_kcal": found.worst_structure_kcal,
            "toehold_spread_kcal": found.toehold_spread_kcal,
            "gap_kcal": found.gap,
            "soft_violations": len(found.failed) - found.hard_violations,
            "complexes": len(found.complexes),
            "flagged_complexes": len(found.flagged),
            "lowest_target_probability": min((each.core for each in found.complexes), default=None),
            "largest_ensemble_defect": max((each.tube_defect for each in found.complexes), default=None),
            "seconds": assignment.seconds,
        }
    )


def read_sequences(folder: Path) -> SequenceAssignment:
    """The sequences of a run folder with the record of their search, all but the wall time.

    Raises InputError for files that cannot be read.
    """
    from sequences.assignment import Candidate, read_assignment

    assignment, record = read_assignment(folder / SEQUENCES_CSV), folder / SEARCH_JSON
    if not record.exists():
        return assignment
    try:
        found = read_json(record)
        compared = tuple(Candidate(**each) for each in found.get("candidates", ()))
        return replace(assignment, candidates=compared, **{name: found[name] for name in _SEARCH_FIELDS})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        rule = f"the record of the sequence search cannot be read: {error}"
        raise InputError(rule, None, "Run the design again.", str(record)) from error


SEQUENCES = Stage("sequences", ("translate",), ("sequences",), sequences_stage, "sequences.csv")
