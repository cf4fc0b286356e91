"""The stage that writes what a laboratory needs: order files and the protocol."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.spec import Order
from dsd_ncrn.runs.files import plain
from sequences.sequenced import Sequenced

if TYPE_CHECKING:
    from cli.stages.job import Job

ALSO_WRITTEN = {"idt-tube": ("idt-plate",), "idt-plate": ("idt-tube",)}
"""The same maker sells both, and which is cheaper depends on the day: the files of both are written."""


def order_stage(job: Job, tell: Tell) -> Outcome:
    """Name the oligos, check that they make every complex, write the vendor's files and the protocol."""
    return order_outcome(job.sequenced, job.study.design.order)


def order_outcome(sequenced: Sequenced[Study], order: Order, certificate: Path | None = None) -> Outcome:
    """Files and summary of an order. Raises CheckFailed where the oligos do not make the complexes.

    With the vendor's certificate, which may be wrong in ways that raise InputError, the protocol has its volumes.
    """
    found = sequenced.order(order, ALSO_WRITTEN.get(order.vendor, ()), certificate)
    problem = sequenced.problem
    told = [f"concentrations and durations are for rates of toehold lengths alone: {problem}"] if problem else []
    summary = found.summary
    section = plain(
        {
            **asdict(summary),
            "notes": [*summary.notes, *told],
            "files": sorted(name for name in found.files if name.startswith("order/")),
            "plates": max(each.plates for each in found.summaries),
        }
    )
    return Outcome(found.files, {"order": section}, f"{summary.oligos} oligos, {summary.bases} bases ({order.vendor})")


ORDER_STAGE = Stage("order", ("calibrate", "sequences"), ("order",), order_stage, "protocol.md")
