"""The stage that trains the strands with the dilution that the protocol's own volumes make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cli.plain import plain
from cli.stages.training import training_outcome
from cli.stages.types import Outcome, Stage, Tell

if TYPE_CHECKING:
    from cli.stages.job import Job

LEVEL = "dsd_diluted"


def diluted_stage(job: Job, tell: Tell) -> Outcome:
    """Train a tube, topped up and without leaks, whose volume grows as the protocol's does and is not brought back."""
    from cli.stages.order import bench_here
    from dsd_ncrn.analysis.dilution import study_dilution
    from dsd_ncrn.errors import CheckFailed

    _, _, bench = bench_here(job, job.spec.order)
    growth = bench.growth
    if growth is None:
        raise CheckFailed(
            "topping up does not fit: the stocks would fill the whole reaction; concentrate them, see protocol.md"
        )
    found = study_dilution(job.sequenced.study, growth, lambda done, total: tell(done / total))
    outcome = training_outcome(job, found.training)
    section = plain({"growth_per_iteration": growth, "tolerated_growth_per_iteration": found.tolerated})
    note = f"{outcome.note} at {growth:.1%} more volume an iteration"
    return replace(outcome, summary={**outcome.summary, "dilution": section}, note=note)


DSD_DILUTED = Stage(LEVEL, ("order",), (f"training.{LEVEL}", "dilution"), diluted_stage)
