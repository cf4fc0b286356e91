"""The stages for a laboratory: sequences, designed in a process of their own, the order with its protocol, and its dilution."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.job import Outcome, Stage, Tell
from cli.run.background import BackgroundTask
from cli.run.strands import training_outcome
from dsd_ncrn.analysis.translated import unwatched
from dsd_ncrn.analysis.yields import DILUTED, study_dilution
from dsd_ncrn.design.spec import Order
from dsd_ncrn.runs.files import json_text, plain
from sequences.assignment import SequenceAssignment, assignment_csv
from sequences.sequenced import Sequenced, search
from sequences.tables import (
    COMPLEXES,
    CROSSTALK_DOMAINS,
    CROSSTALK_STRANDS,
    LEAK_SITES,
    SEARCH_JSON,
    SEQUENCES_CSV,
    VERDICTS,
    search_json,
)

if TYPE_CHECKING:
    from cli.job import Job


def start_search(job: Job, progress: Tell) -> BackgroundTask:
    """Begin the search in another process, which translates the design anew: hashes do not survive the way there."""
    return BackgroundTask(search, (replace(job.study, points=job.study.data, watch=unwatched),), progress)


def sequences_stage(job: Job, tell: Tell) -> Outcome:
    """Wait for the search that runs already, and judge what it found."""
    assert job.sequence_search is not None
    found: SequenceAssignment = job.sequence_search.result()
    job.found_sequences = found
    return outcome_of(Sequenced(job.study, found))


def outcome_of(sequenced: Sequenced[Any]) -> Outcome:
    """Files and summary of an assignment and its verdicts."""
    assignment, verdicts = sequenced.found, sequenced.verdicts
    section = sequences_section(sequenced)
    files = {
        SEQUENCES_CSV: assignment_csv(sequenced.words),
        SEARCH_JSON: json_text(search_json(assignment, verdicts)),
        VERDICTS.file: VERDICTS.text(verdicts.verdicts),
        COMPLEXES.file: COMPLEXES.text(verdicts.complexes),
        LEAK_SITES.file: LEAK_SITES.text(verdicts.leak_sites),
        CROSSTALK_DOMAINS.file: CROSSTALK_DOMAINS.text(verdicts.domains),
        CROSSTALK_STRANDS.file: CROSSTALK_STRANDS.text(verdicts.strands),
    }
    note = f"{section['domains']} domains, {section['hard_violations']} hard rules broken"
    return Outcome(files, {"sequences": section}, note, assignment.seconds)


def sequences_section(sequenced: Sequenced[Any]) -> dict[str, Any]:
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


SEQUENCES = Stage("sequences", ("translate",), ("sequences",), sequences_stage, "sequences.csv")


def order_stage(job: Job, tell: Tell) -> Outcome:
    """Name the oligos, check that they make every complex, write the vendor's files and the protocol."""
    outcome = order_outcome(job.sequenced, job.study.design.order)
    broken = [each for each in VERDICTS.read(job.folder) if each.hard and not each.passed] if job.folder else []
    if broken:
        section = outcome.summary["order"]
        section["notes"].append(f"not to be sent: {len(broken)} hard sequence rules are broken, see {VERDICTS.file}")
        return replace(outcome, note=f"{outcome.note}, not to be sent: hard sequence rules are broken")
    return outcome


def order_outcome(sequenced: Sequenced[Any], order: Order, certificate: Path | None = None) -> Outcome:
    """Files and summary of an order. Raises CheckFailed where the oligos do not make the complexes.

    With the vendor's certificate, which may be wrong in ways that raise InputError, the protocol has its volumes.
    """
    found = sequenced.order(order, certificate)
    problem = sequenced.problem
    told = [f"concentrations and durations are for rates of toehold lengths alone: {problem}"] if problem else []
    summary = found.summary
    section = plain(
        {
            **asdict(summary),
            "notes": [*summary.notes, *told],
            "files": sorted(name for name in found.files if name.startswith("order/")),
        }
    )
    sections: dict[str, Any] = {"order": section, "protocol": plain(asdict(found.handwork)) if found.handwork else {}}
    return Outcome(found.files, sections, f"{summary.oligos} oligos, {summary.bases} bases ({order.vendor})")


ORDER_STAGE = Stage("order", ("calibrate", "sequences"), ("order", "protocol"), order_stage, "protocol.md")


TOO_WEAK = "topping up does not fit: the stocks would fill the whole reaction"


def diluted_stage(job: Job, tell: Tell) -> Outcome:
    """Train a tube, topped up and without leaks, whose volume grows as the protocol's does and is not brought back."""
    bench = job.sequenced.bench
    if job.study.benched:
        beads = job.study.beads
        section = dilution_section(beads.growth, None, bench.mixes.problem)
        return Outcome({}, {"dilution": section}, f"none: {beads.growth:.1%} more volume an iteration, in every training")
    if bench.growth is None:
        return Outcome({}, {"dilution": dilution_section(None, None, TOO_WEAK)}, TOO_WEAK)
    found = study_dilution(job.sequenced.fitted, bench.growth, lambda done, total: tell(done / total))
    outcome = training_outcome(job.study, found.training)
    section = dilution_section(bench.growth, found.tolerated, bench.mixes.problem)
    note = f"{outcome.note} at {bench.growth:.1%} more volume an iteration"
    return replace(outcome, summary={**outcome.summary, "dilution": section}, note=note)


def dilution_section(growth: float | None, tolerated: float | None, note: str) -> dict[str, Any]:
    """The summary's section: by which part of itself the volume grows in an iteration, and which part would be tolerated.

    What is added, and how often, is told with the protocol.
    """
    return plain({"growth_per_iteration": growth, "tolerated_growth_per_iteration": tolerated, "note": note})


DSD_DILUTED = Stage(DILUTED, ("order",), ("dilution",), diluted_stage, "training_dsd_diluted.csv", (f"training.{DILUTED}",))
