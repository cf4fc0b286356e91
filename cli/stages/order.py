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
    from dsd_ncrn.ncrn.types import Variable
    from sequences.oligos import Oligo
    from sequences.order import OrderSummary
    from sequences.protocol import ScheduleRow

ORDER = "order"
LOADING = "measure what of"
ALSO_WRITTEN = {"idt-tube": ("idt-plate",), "idt-plate": ("idt-tube",)}
"""The same maker sells both, and which is cheaper depends on the day: the files of both are written."""


def order_stage(job: Job, tell: Tell) -> Outcome:
    """Name the oligos, check that they make every complex, write the vendor's files and the protocol."""
    return order_outcome(job, job.spec.order.vendor)


def order_outcome(job: Job, vendor: str) -> Outcome:
    """Files and summary of an order at a vendor. Raises CheckFailed where the oligos do not make the complexes."""
    from sequences.oligos import check_reassembly, oligos_of
    from sequences.order import vendor_named
    from sequences.protocol import protocol_markdown

    system, spec = job.study.system, job.spec
    oligos = oligos_of(system, job.assignment)
    check_reassembly(system, oligos, job.assignment)
    with TemporaryDirectory() as place:
        written = [_written(oligos, each, Path(place)) for each in (vendor, *ALSO_WRITTEN.get(vendor, ()))]
    summary = written[0][0]
    files = {name: content for _, contents in written for name, content in contents.items()}
    burning, start = burn_in_schedule(job.study)
    schedule = (*burning, *iteration_schedule(job.study, start))
    later = {row.component: 0.0 for row in burning if row.what.startswith(LOADING)}
    wells = vendor_named(vendor).wells(oligos)
    protocol = protocol_markdown(
        system, oligos, job.assignment, spec.sequences, spec.order.volume_uL, schedule, later, wells=wells
    )
    section = plain({**asdict(summary), "files": sorted(files), "plates": max(each.plates for each, _ in written)})
    note = f"{summary.oligos} oligos, {summary.bases} bases ({vendor})"
    return Outcome({**files, "protocol.md": protocol}, {"order": section}, note)


def _written(oligos: tuple[Oligo, ...], vendor: str, place: Path) -> tuple[OrderSummary, dict[str, bytes]]:
    """A vendor's files, by their names in the run folder."""
    from sequences.order import write_order

    summary = write_order(oligos, vendor, place)
    return summary, {f"{ORDER}/{name}": (place / name).read_bytes() for name in summary.files}


def burn_in_schedule(study: Study) -> tuple[tuple[ScheduleRow, ...], float]:
    """What is added when in a burn-in, where the design has one, and when it is over (s)."""
    from dsd_ncrn.simulate.burn_in import REST, loads
    from sequences.protocol import ScheduleRow

    seconds, clocks = study.spec.timing.burn_in, study.system.clocks
    if seconds is None:
        return (), 0.0
    opened = ((phase, clocks[phase]) for phase in study.schedule.phases)
    rows = [ScheduleRow(0.0, f"burn-in: open phase {phase}", clock.strand, clock.concentration) for phase, clock in opened]
    time = seconds
    for phase in study.schedule.phases:
        closing, time = _closing(study, phase, time, "end of the burn-in")
        rows += closing
    for species, nM in loads(study.tube()).items():
        what = f"{LOADING} {species} is there on a sample, and add what is missing of this"
        rows.append(ScheduleRow(time, what, study.system.signals[species], nM))
    return tuple(rows), time + REST * seconds


def _closing(study: Study, phase: str, time: float, what: str) -> tuple[list[ScheduleRow], float]:
    """The scavengers of a phase from a time on, and when the last beads are out."""
    from sequences.protocol import ScheduleRow

    clock, rows = study.system.clocks[phase], list[ScheduleRow]()
    for scavenger in clock.scavengers:
        amount = study.spec.chemistry.scavenger_excess * clock.to_scavenge
        rows.append(ScheduleRow(time, f"{what}, scavenger on beads", scavenger, amount))
        time += study.schedule.wait
        rows.append(ScheduleRow(time, f"pull the beads with {scavenger} out"))
    return rows, time


def iteration_schedule(study: Study, start: float = 0.0) -> tuple[ScheduleRow, ...]:
    """What is added when in the first iteration, with the first training point; it begins at ``start`` (s)."""
    from sequences.protocol import ScheduleRow

    unit, clocks = study.spec.chemistry.unit, study.system.clocks
    point = zip(study.data.train_x[0], study.ncrn.inputs)
    target = zip(study.data.train_y[0], study.ncrn.targets)
    rows = [_load(study, variable, float(value) * unit, start) for value, variable in (*point, *target)]
    time = start
    for phase, seconds in study.schedule.phases.items():
        clock = clocks[phase]
        rows.append(ScheduleRow(time, f"start of phase {phase}", clock.strand, clock.concentration))
        closing, time = _closing(study, phase, time + seconds, f"end of phase {phase}")
        rows += closing
    rows.append(ScheduleRow(time, "read the parameters; top up fuels and gates; next training point"))
    return tuple(row for row in rows if row.nM or not row.component)


def _load(study: Study, variable: Variable, nM: float, time: float) -> ScheduleRow:
    """A value on the rail of its sign."""
    from sequences.protocol import ScheduleRow

    species = variable.minus if nM < 0 and variable.minus else variable.plus
    return ScheduleRow(time, f"load {variable.name}", study.system.signals[species], abs(nM))


ORDER_STAGE = Stage("order", ("calibrate", "sequences"), ("order",), order_stage)
