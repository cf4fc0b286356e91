"""The stage that writes what a laboratory needs: order files and the protocol."""

from __future__ import annotations

from dataclasses import asdict
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
    from sequences.oligos import Oligo
    from sequences.order import OrderSummary
    from sequences.protocol import ScheduleRow
    from sequences.vendors.plates import Plates

ORDER, EXCHANGE = "order", "exchange"
ALSO_WRITTEN = {"idt-tube": ("idt-plate",), "idt-plate": ("idt-tube",)}
"""The same maker sells both, and which is cheaper depends on the day: the files of both are written."""


def order_stage(job: Job, tell: Tell) -> Outcome:
    """Name the oligos, check that they make every complex, write the vendor's files and the protocol."""
    return order_outcome(job, job.spec.order.vendor)


def order_outcome(job: Job, vendor: str) -> Outcome:
    """Files and summary of an order at a vendor. Raises CheckFailed where the oligos do not make the complexes."""
    from sequences.exchange import exchange_files
    from sequences.oligos import check_reassembly, oligos_of
    from sequences.order import vendor_named
    from sequences.protocol import protocol_markdown

    system, spec = job.study.system, job.spec
    oligos = oligos_of(system, job.assignment)
    check_reassembly(system, oligos, job.assignment)
    plates = plates_of(spec.order)
    with TemporaryDirectory() as place:
        written = [_written(oligos, each, Path(place), plates) for each in (vendor, *ALSO_WRITTEN.get(vendor, ()))]
    summary = written[0][0]
    files = {name: content for _, contents in written for name, content in contents.items()}
    schedule = iteration_schedule(job.study)
    wells = vendor_named(vendor, plates).wells(oligos)
    protocol = protocol_markdown(system, oligos, job.assignment, spec.sequences, spec.order.volume_uL, schedule, wells=wells)
    section = plain({**asdict(summary), "files": sorted(files), "plates": max(each.plates for each, _ in written)})
    note = f"{summary.oligos} oligos, {summary.bases} bases ({vendor})"
    shared = {f"{EXCHANGE}/{name}": text for name, text in exchange_files(system, oligos, job.assignment).items()}
    return Outcome({**files, **shared, "protocol.md": protocol}, {"order": section}, note)


def plates_of(order: Order) -> Plates:
    """The kind of plate that a design orders."""
    from sequences.vendors.plates import Plates

    return Plates(order.plate, order.fill)


def _written(oligos: tuple[Oligo, ...], vendor: str, place: Path, plates: Plates) -> tuple[OrderSummary, dict[str, bytes]]:
    """A vendor's files, by their names in the run folder."""
    from sequences.order import write_order

    summary = write_order(oligos, vendor, place, plates)
    return summary, {f"{ORDER}/{name}": (place / name).read_bytes() for name in summary.files}


def iteration_schedule(study: Study) -> tuple[ScheduleRow, ...]:
    """What is added when in the first iteration, with the first training point."""
    from sequences.protocol import ScheduleRow

    unit, clocks, excess = study.spec.chemistry.unit, study.system.clocks, study.spec.chemistry.scavenger_excess
    wait = study.schedule.wait
    point = zip(study.data.train_x[0], study.ncrn.inputs)
    target = zip(study.data.train_y[0], study.ncrn.targets)
    rows = [_load(study, variable, float(value) * unit) for value, variable in (*point, *target)]
    time = 0.0
    for phase, seconds in study.schedule.phases.items():
        clock = clocks[phase]
        rows.append(ScheduleRow(time, f"start of phase {phase}", clock.strand, clock.concentration))
        time += seconds
        for scavenger in clock.scavengers:
            rows.append(ScheduleRow(time, f"end of phase {phase}, scavenger on beads", scavenger, excess * clock.to_scavenge))
            time += wait
            rows.append(ScheduleRow(time, f"pull the beads with {scavenger} out"))
    rows.append(ScheduleRow(time, "read the parameters; top up fuels and gates; next training point"))
    return tuple(row for row in rows if row.nM or not row.component)


def _load(study: Study, variable: Variable, nM: float) -> ScheduleRow:
    """A value on the rail of its sign."""
    from sequences.protocol import ScheduleRow

    species = variable.minus if nM < 0 and variable.minus else variable.plus
    return ScheduleRow(0.0, f"load {variable.name}", study.system.signals[species], abs(nM))


ORDER_STAGE = Stage("order", ("calibrate", "sequences"), ("order",), order_stage)
