"""The stage that writes what a laboratory needs: order files and the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cli.plain import plain
from cli.stages.types import Outcome, Stage, Tell

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.design.spec import Order
    from dsd_ncrn.dsd.experiment import Experiment
    from sequences.certificate import Delivery
    from sequences.document import Document
    from sequences.oligos import Oligo
    from sequences.order import OrderSummary
    from sequences.protocol import Bench
    from sequences.vendors.plates import Plates

ORDER, EXCHANGE, PROTOCOL = "order", "exchange", "protocol"
ALSO_WRITTEN = {"idt-tube": ("idt-plate",), "idt-plate": ("idt-tube",)}
"""The same maker sells both, and which is cheaper depends on the day: the files of both are written."""


def order_stage(job: Job, tell: Tell) -> Outcome:
    """Name the oligos, check that they make every complex, write the vendor's files and the protocol."""
    return order_outcome(job, job.spec.order)


def order_outcome(job: Job, order: Order, certificate: Path | None = None) -> Outcome:
    """Files and summary of an order. Raises CheckFailed where the oligos do not make the complexes.

    With the vendor's certificate, which may be wrong in ways that raise InputError, the protocol has its volumes.
    """
    from sequences.exchange import exchange_files
    from sequences.order import vendor_named
    from sequences.protocol import protocol_of

    system, spec, plates = job.sequenced.study.system, job.spec, plates_of(order)
    oligos, experiment, bench = bench_here(job, order)
    oligos = tuple(replace(oligo, nmol=bench.nmol[oligo.name]) for oligo in oligos)
    with TemporaryDirectory() as place:
        vendors = (order.vendor, *ALSO_WRITTEN.get(order.vendor, ()))
        written = [_written(oligos, each, Path(place), plates) for each in vendors]
    summary, files = written[0][0], {name: content for _, contents in written for name, content in contents.items()}
    vendor = vendor_named(order.vendor, plates)
    delivered = _delivered(certificate, oligos)
    protocol = protocol_of(
        system, oligos, job.assignment, spec.sequences, order, vendor, experiment, bench, delivered=delivered
    )
    section = plain(
        {
            **asdict(summary),
            "notes": [*summary.notes, *_calibration_note(job)],
            "files": sorted(files),
            "plates": max(each.plates for each, _ in written),
        }
    )
    note = f"{summary.oligos} oligos, {summary.bases} bases ({order.vendor})"
    exchange = _within(EXCHANGE, exchange_files(system, oligos, job.assignment))
    return Outcome({**files, **exchange, **_protocol_files(protocol)}, {"order": section}, note)


def bench_here(job: Job, order: Order) -> tuple[tuple[Oligo, ...], Experiment, Bench]:
    """The named oligos, the experiment with them, and its volumes."""
    from dsd_ncrn.analysis.experiment import experiment_of
    from sequences.protocol import bench_of

    study = job.sequenced.study
    oligos, experiment = _named_oligos(job), experiment_of(study)
    return oligos, experiment, bench_of(study.system, oligos, order, experiment, experiment.later)


def _calibration_note(job: Job) -> list[str]:
    problem = job.sequenced.problem
    return [f"concentrations and durations are for rates of toehold lengths alone: {problem}"] if problem else []


def _named_oligos(job: Job) -> tuple[Oligo, ...]:
    from sequences.oligos import check_reassembly, oligos_of

    oligos = oligos_of(job.study.system, job.assignment)
    check_reassembly(job.study.system, oligos, job.assignment)
    return oligos


def _delivered(certificate: Path | None, oligos: tuple[Oligo, ...]) -> tuple[Delivery, ...]:
    from sequences.certificate import read_certificate

    return read_certificate(certificate, oligos) if certificate else ()


def _protocol_files(protocol: Document) -> dict[str, str | bytes]:
    """The text in both forms, its tables and pictures in a folder."""
    text: dict[str, str | bytes] = {"protocol.md": protocol.markdown(), "protocol.html": protocol.html()}
    return text | _within(PROTOCOL, protocol.files())


def _within(folder: str, files: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def plates_of(order: Order) -> Plates:
    """The kind of plate that a design orders."""
    from sequences.vendors.plates import Plates

    return Plates(order.plate, order.fill)


def _written(oligos: tuple[Oligo, ...], vendor: str, place: Path, plates: Plates) -> tuple[OrderSummary, dict[str, bytes]]:
    """A vendor's files, by their names in the run folder."""
    from sequences.order import write_order

    summary = write_order(oligos, vendor, place, plates)
    return summary, {f"{ORDER}/{name}": (place / name).read_bytes() for name in summary.files}


ORDER_STAGE = Stage("order", ("calibrate", "sequences"), ("order",), order_stage)
