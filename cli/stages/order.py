"""The stage that writes what a laboratory needs: order files and the protocol."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cli.plain import plain
from cli.stages.types import Outcome, Stage, Tell

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.design.spec import Order
    from sequences.bench.protocol import Bench

ALSO_WRITTEN = {"idt-tube": ("idt-plate",), "idt-plate": ("idt-tube",)}
"""The same maker sells both, and which is cheaper depends on the day: the files of both are written."""


def order_stage(job: Job, tell: Tell) -> Outcome:
    """Name the oligos, check that they make every complex, write the vendor's files and the protocol."""
    return order_outcome(job, job.spec.order)


def order_outcome(job: Job, order: Order, certificate: Path | None = None) -> Outcome:
    """Files and summary of an order. Raises CheckFailed where the oligos do not make the complexes.

    With the vendor's certificate, which may be wrong in ways that raise InputError, the protocol has its volumes.
    """
    from dsd_ncrn.analysis.experiment import experiment_of
    from sequences.laboratory import lab_order

    study, also = job.sequenced.study, ALSO_WRITTEN.get(order.vendor, ())
    found = lab_order(study.system, job.assignment, job.spec.sequences, order, experiment_of(study), also, certificate)
    summary = found.summary
    section = plain(
        {
            **asdict(summary),
            "notes": [*summary.notes, *_calibration_note(job)],
            "files": sorted(name for name in found.files if name.startswith("order/")),
            "plates": max(each.plates for each in found.summaries),
        }
    )
    return Outcome(found.files, {"order": section}, f"{summary.oligos} oligos, {summary.bases} bases ({order.vendor})")


def bench_here(job: Job) -> Bench:
    """The volumes of the experiment with the design's own order."""
    from dsd_ncrn.analysis.experiment import experiment_of
    from sequences.laboratory import lab_bench

    study = job.sequenced.study
    _, bench = lab_bench(study.system, job.assignment, job.spec.order, experiment_of(study))
    return bench


def _calibration_note(job: Job) -> list[str]:
    problem = job.sequenced.problem
    return [f"concentrations and durations are for rates of toehold lengths alone: {problem}"] if problem else []


ORDER_STAGE = Stage("order", ("calibrate", "sequences"), ("order",), order_stage, "protocol.md")
