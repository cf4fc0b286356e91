"""The stage that trains the strands with the dilution that the protocol's own volumes make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.stages.training import training_outcome
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.analysis.yields import DILUTED, study_dilution
from dsd_ncrn.runs.files import plain

if TYPE_CHECKING:
    from cli.stages.job import Job

TOO_WEAK = "topping up does not fit: the stocks would fill the whole reaction"


def diluted_stage(job: Job, tell: Tell) -> Outcome:
    """Train a tube, topped up and without leaks, whose volume grows as the protocol's does and is not brought back."""
    bench = job.sequenced.bench
    if bench.growth is None:
        return Outcome({}, {"dilution": dilution_section(None, None, TOO_WEAK)}, TOO_WEAK)
    found = study_dilution(job.sequenced.fitted, bench.growth, lambda done, total: tell(done / total))
    outcome = training_outcome(job.study, found.training)
    section = dilution_section(bench.growth, found.tolerated, "")
    note = f"{outcome.note} at {bench.growth:.1%} more volume an iteration"
    return replace(outcome, summary={**outcome.summary, "dilution": section}, note=note)


def dilution_section(growth: float | None, tolerated: float | None, note: str) -> dict[str, Any]:
    """The summary's section: by which part of itself the volume grows in an iteration, and which part would be borne."""
    return plain({"growth_per_iteration": growth, "tolerated_growth_per_iteration": tolerated, "note": note})


DSD_DILUTED = Stage(DILUTED, ("order",), ("dilution",), diluted_stage, "training_dsd_diluted.csv", (f"training.{DILUTED}",))
