"""The stage that designs sequences, in a process of its own beside the simulations."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.background import BackgroundTask
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.analysis.study import Study, unwatched
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import csv_text, json_text, plain, read_json
from sequences.advice import shortfall
from sequences.assignment import Candidate, SequenceAssignment, assignment_csv, read_assignment
from sequences.crosstalk import WORST_SHOWN
from sequences.sequenced import Sequenced, search
from sequences.tables import COMPLEXES, LEAK_SITES, VERDICTS
from sequences.verdicts import SequenceVerdicts

if TYPE_CHECKING:
    from cli.stages.job import Job

SEQUENCES_CSV = "sequences.csv"
SEARCH_JSON = "sequences.json"
_SEARCH_FIELDS = ("seed", "parameter_set", "temperature", "sodium", "iterations", "time_limit_hit")


def start_search(job: Job, progress: Tell) -> BackgroundTask:
    """Begin the search in another process, which translates the design anew: hashes do not survive the way there."""
    return BackgroundTask(search, (replace(job.study, points=job.study.data, watch=unwatched),), progress)


def sequences_stage(job: Job, tell: Tell) -> Outcome:
    """Wait for the search that runs already, and judge what it found."""
    assert job.sequence_search is not None
    found: SequenceAssignment = job.sequence_search.result()
    job.found_sequences = found
    return outcome_of(Sequenced(job.study, found))


def outcome_of(sequenced: Sequenced[Study]) -> Outcome:
    """Files and summary of an assignment and its verdicts."""
    assignment, verdicts = sequenced.found, sequenced.verdicts
    section = sequences_section(sequenced)
    files = {
        SEQUENCES_CSV: assignment_csv(assignment),
        SEARCH_JSON: json_text(search_json(assignment, verdicts)),
        VERDICTS.file: VERDICTS.text(verdicts.verdicts),
        COMPLEXES.file: COMPLEXES.text(verdicts.complexes),
        LEAK_SITES.file: LEAK_SITES.text(verdicts.leak_sites),
        "crosstalk_domains.csv": csv_text(*verdicts.domains.table),
        "crosstalk_strands.csv": csv_text(*verdicts.strands.table),
    }
    note = f"{section['domains']} domains, {section['hard_violations']} hard rules broken"
    return Outcome(files, {"sequences": section}, note, assignment.seconds)


def search_json(assignment: SequenceAssignment, found: SequenceVerdicts) -> dict[str, Any]:
    """How the sequences were found and what stands out; all but the wall time."""
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


def sequences_section(sequenced: Sequenced[Study]) -> dict[str, Any]:
    """The summary's section on sequences."""
    found, system = sequenced.verdicts, sequenced.study.designed
    return plain(
        {
            "domains": len(system.domains),
            "strands": len(system.strands),
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
            "seconds": sequenced.found.seconds,
        }
    )


def read_sequences(folder: Path) -> SequenceAssignment:
    """The sequences of a run folder with the record of their search, all but the wall time.

    Raises InputError for files that cannot be read.
    """
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
