"""What a laboratory does with a calibrated design: what is added when in a burn-in and in an iteration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.experiment import Experiment, ScheduleRow
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.simulate.burn_in import REST, loads
from dsd_ncrn.simulate.timing import Schedule
from dsd_ncrn.simulate.tube import Tube
from dsd_ncrn.simulate.types import Training
from dsd_ncrn.tasks import Dataset

LOADING = "measure what of"


class Calibrated(Protocol):
    """What is needed of a study."""

    @property
    def spec(self) -> DesignSpec:
        """The design, with nothing left open."""
        ...

    @property
    def data(self) -> Dataset:
        """The points."""
        ...

    @property
    def ncrn(self) -> NeuralCrn:
        """The abstract network."""
        ...

    @property
    def ideal(self) -> Training:
        """Its training."""
        ...

    @property
    def system(self) -> DsdSystem:
        """The strands and complexes, calibrated."""
        ...

    @property
    def schedule(self) -> Schedule:
        """The calibrated durations."""
        ...

    def tube(self) -> Tube:
        """A fresh tube."""
        ...


def experiment_of(study: Calibrated) -> Experiment:
    """The steps of an iteration, the training points, and what the first iteration leaves of fuels and gates."""
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


def burn_in_schedule(study: Calibrated) -> tuple[tuple[ScheduleRow, ...], float]:
    """What is added when in a burn-in, where the design has one, and when it is over (s)."""
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


def iteration_schedule(study: Calibrated, start: float = 0.0) -> tuple[tuple[ScheduleRow, ...], float]:
    """What is added when in the first iteration, which begins at ``start`` (s), and when it ends."""
    every = {phase.name: phase.every for phase in study.ncrn.crn.phases}
    rows, time = list[ScheduleRow](), start
    for phase, seconds in study.schedule.phases.items():
        rare = f", in every {every[phase]}th iteration alone" if every[phase] > 1 else ""
        rows += _opening(study, phase, time, f"start of phase {phase}{rare}")
        closing, time = _closing(study, phase, time + seconds, f"end of phase {phase}")
        rows += closing
    rows.append(ScheduleRow(time, "read the parameters; top up fuels and gates; next training point"))
    return tuple(row for row in rows if row.nM or not row.component), time


def _opening(study: Calibrated, phase: str, time: float, what: str) -> list[ScheduleRow]:
    """The clock strand of a phase, and the helpers that are there in this phase alone."""
    clock = study.system.clocks[phase]
    return [ScheduleRow(time, what, name, nM) for name, nM in ((clock.strand, clock.concentration), *clock.helpers.items())]


def _closing(study: Calibrated, phase: str, time: float, what: str) -> tuple[list[ScheduleRow], float]:
    """The scavengers of a phase from a time on, and when the last beads are out."""
    clock, excess, rows = study.system.clocks[phase], study.spec.chemistry.scavenger_excess, list[ScheduleRow]()
    for scavenger in clock.scavengers:
        for name, nM in {scavenger: clock.to_scavenge, **clock.added_with(scavenger)}.items():
            rows.append(ScheduleRow(time, f"{what}, scavenger on beads", name, excess * nM))
        time += study.schedule.wait
        rows.append(ScheduleRow(time, f"pull the beads with {scavenger} out"))
    return rows, time


def _point(study: Calibrated, x: Sequence[float], y: Sequence[float]) -> dict[str, float]:
    """Inputs and targets of a point on the rails of their signs, nM by component."""
    values = [*zip(x, study.ncrn.inputs), *zip(y, study.ncrn.targets)]
    return dict(_load(study, variable, float(value) * study.spec.chemistry.unit) for value, variable in values)


def _load(study: Calibrated, variable: Variable, nM: float) -> tuple[str, float]:
    species = variable.minus if nM < 0 and variable.minus else variable.plus
    return study.system.signals[species], abs(nM)
