"""The stage that writes what a laboratory needs: order files and the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cli.plain import plain
from cli.stages.types import Outcome, Stage, Tell

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.analysis.study import Study
    from dsd_ncrn.design.spec import Order
    from dsd_ncrn.ncrn.types import Variable
    from sequences.certificate import Delivery
    from sequences.document import Document
    from sequences.oligos import Oligo
    from sequences.order import OrderSummary
    from sequences.protocol import Bench
    from sequences.schedule import Experiment, ScheduleRow
    from sequences.vendors.plates import Plates

ORDER, EXCHANGE, PROTOCOL = "order", "exchange", "protocol"
LOADING = "measure what of"
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


def experiment_of(study: Study) -> Experiment:
    """The steps of an iteration, the training points, and what the first iteration leaves of fuels and gates."""
    from sequences.schedule import Experiment, ScheduleRow

    burning, start = burn_in_schedule(study)
    points = tuple(_point(study, x, y) for x, y in zip(study.data.train_x, study.data.train_y))
    loaded = [ScheduleRow(start, f"load {name}", name, nM) for name, nM in points[0].items()] if burning else []
    steps, end = iteration_schedule(study, start)
    training, names = study.ideal, [component.name for component in study.system.components if component.topped_up]
    tube = study.tube()
    tube.set_parameters(training.parameters[0])
    tube.iterate(study.data.train_x[0], study.data.train_y[0])
    left = {name: study.system.by_name[name].concentration for name in names}
    used = dict(zip((component.name for component in study.system.components), tube.used[0]))
    return Experiment(
        (*burning, *(row for row in loaded if row.nM), *steps),
        points,
        {name: float(nM - used[name]) for name, nM in left.items() if nM > 0},
        training.iterations,
        end - start,
        start,
        {row.component: 0.0 for row in burning if row.what.startswith(LOADING)},
    )


def burn_in_schedule(study: Study) -> tuple[tuple[ScheduleRow, ...], float]:
    """What is added when in a burn-in, where the design has one, and when it is over (s)."""
    from dsd_ncrn.simulate.burn_in import REST, loads
    from sequences.schedule import ScheduleRow

    seconds = study.spec.timing.burn_in
    if seconds is None:
        return (), 0.0
    rows = [row for phase in study.schedule.phases for row in _opening(study, phase, 0.0, f"burn-in: open phase {phase}")]
    time = seconds
    for phase in study.schedule.phases:
        closing, time = _closing(study, phase, time, "end of the burn-in")
        rows += closing
    for species, nM in loads(study.tube()).items():
        what = f"{LOADING} {species} is there on a sample, and add what is missing of this"
        rows.append(ScheduleRow(time, what, study.system.signals[species], nM))
    return tuple(rows), time + REST * seconds


def iteration_schedule(study: Study, start: float = 0.0) -> tuple[tuple[ScheduleRow, ...], float]:
    """What is added when in the first iteration, which begins at ``start`` (s), and when it ends."""
    from sequences.schedule import ScheduleRow

    every = {phase.name: phase.every for phase in study.ncrn.crn.phases}
    rows, time = list[ScheduleRow](), start
    for phase, seconds in study.schedule.phases.items():
        rare = f", in every {every[phase]}th iteration alone" if every[phase] > 1 else ""
        rows += _opening(study, phase, time, f"start of phase {phase}{rare}")
        closing, time = _closing(study, phase, time + seconds, f"end of phase {phase}")
        rows += closing
    rows.append(ScheduleRow(time, "read the parameters; top up fuels and gates; next training point"))
    return tuple(row for row in rows if row.nM or not row.component), time


def _opening(study: Study, phase: str, time: float, what: str) -> list[ScheduleRow]:
    """The clock strand of a phase, and the helpers that are there in this phase alone."""
    from sequences.schedule import ScheduleRow

    clock = study.system.clocks[phase]
    return [ScheduleRow(time, what, name, nM) for name, nM in ((clock.strand, clock.concentration), *clock.helpers.items())]


def _closing(study: Study, phase: str, time: float, what: str) -> tuple[list[ScheduleRow], float]:
    """The scavengers of a phase from a time on, and when the last beads are out."""
    from sequences.schedule import ScheduleRow

    clock, excess, rows = study.system.clocks[phase], study.spec.chemistry.scavenger_excess, list[ScheduleRow]()
    for scavenger in clock.scavengers:
        for name, nM in {scavenger: clock.to_scavenge, **clock.added_with(scavenger)}.items():
            rows.append(ScheduleRow(time, f"{what}, scavenger on beads", name, excess * nM))
        time += study.schedule.wait
        rows.append(ScheduleRow(time, f"pull the beads with {scavenger} out"))
    return rows, time


def _point(study: Study, x: Sequence[float], y: Sequence[float]) -> dict[str, float]:
    """Inputs and targets of a point on the rails of their signs, nM by component."""
    values = [*zip(x, study.ncrn.inputs), *zip(y, study.ncrn.targets)]
    return dict(_load(study, variable, float(value) * study.spec.chemistry.unit) for value, variable in values)


def _load(study: Study, variable: Variable, nM: float) -> tuple[str, float]:
    species = variable.minus if nM < 0 and variable.minus else variable.plus
    return study.system.signals[species], abs(nM)


ORDER_STAGE = Stage("order", ("calibrate", "sequences"), ("order",), order_stage)
