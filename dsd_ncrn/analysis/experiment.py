"""What a laboratory does with a calibrated design: what is added when in a burn-in and in an iteration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.events import Add, Adjust, Done, Event, PullDown, Purpose, Wait
from dsd_ncrn.design.conditions import imperfections_of
from dsd_ncrn.design.imperfections import LEAST_OF_UL
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.experiment import Experiment, ScheduleRow, SideWell
from dsd_ncrn.dsd.staged import lowering, places_of, raising, weight_join
from dsd_ncrn.dsd.structure import Strand
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.gates.calibrate import GateDesign
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.protocol.staged import LearnerProtocol, StagedProtocol
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.tube import Tube
from dsd_ncrn.tasks import Dataset
from dsd_ncrn.tasks.layer import Unit

LOADING = "measure what of"
PAIR = 2
USES = ("forward", "update")
"""What the gates of side wells are for."""


class Calibrated(Protocol):
    """What is needed of a study."""

    @property
    def spec(self) -> DesignSpec:
        """The design, with nothing left open."""
        ...

    @property
    def calibration(self) -> GateDesign:
        """What was measured for it."""
        ...

    @property
    def data(self) -> Dataset:
        """The points."""
        ...

    @property
    def units(self) -> tuple[Unit, ...]:
        """Those of a fixed layer."""
        ...

    @property
    def given_x(self) -> Floats:
        """The training inputs as a protocol takes them."""
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
    def network(self) -> ReactionNetwork:
        """Their reactions."""
        ...

    @property
    def system(self) -> DsdSystem:
        """The strands and complexes, calibrated."""
        ...

    @property
    def protocol(self) -> LearnerProtocol:
        """What is done with them when."""
        ...

    def tube(self) -> Tube:
        """A fresh tube."""
        ...


def experiment_of(study: Calibrated, sites: Mapping[str, float]) -> Experiment:
    """The steps of an iteration, the training points, and what the first iteration leaves of fuels and gates.

    ``sites`` of beads are what gates take of them with the caps that they lose, by component.

    What hands and beads lose is never nothing: where the design says so, it is as the conditions bench have it.
    """
    protocol, first = study.protocol, (study.given_x[0], study.data.train_y[0])
    burning, start = rows_of(study, protocol.start())
    points = tuple(_point(study, x, y) for x, y in zip(study.given_x, study.data.train_y))
    loaded = [ScheduleRow(start, f"load {name}", name, nM) for name, nM in points[0].items()] if burning else []
    steps, end = rows_of(study, (*protocol.whole(*first), Done()), start)
    training, tube, given, usual = study.ideal, study.tube(), study.spec.imperfections, imperfections_of("bench")
    tube.set_parameters(training.parameters[0])
    tube.iterate(*first)
    left = {name: level - tube.used[0][tube.pot.index(name)] for name, level in protocol.refilled.items() if level > 0}
    return Experiment(
        (*burning, *(row for row in loaded if row.nM), *steps),
        points,
        {name: float(nM) for name, nM in left.items()},
        training.iterations,
        end - start,
        start,
        {row.component: 0.0 for row in burning if row.what.startswith(LOADING)},
        isinstance(protocol, StagedProtocol),
        tuple(tuple(protocol.iteration(number, *_of(study, number))) for number in range(1, training.iterations + 1)),
        tuple(protocol.start()),
        study.calibration.aliquots,
        study.calibration.steps,
        openers(study.network) if isinstance(protocol, StagedProtocol) else {},
        given.evaporation,
        given.pull,
        given.lost or usual.lost,
        given.carried or usual.carried,
        given.complex_stock,
        given.least * LEAST_OF_UL,
        tuple(_side_wells(study, protocol)) if isinstance(protocol, StagedProtocol) else (),
        sites,
    )


def openers(network: ReactionNetwork) -> dict[str, tuple[Strand, float]]:
    """By complex the strand that enters it fastest, and at which rate (/nM/s)."""
    found: dict[str, tuple[Strand, float]] = {}
    for step in network.kinds(StepKind.DISPLACEMENT, StepKind.CONDENSED):
        if len(step.reactants) == PAIR:
            strand, gate = sorted(step.reactants, key=lambda place: len(network.complexes[place].strands))
            name, known = network.names[gate], found.get(network.names[gate])
            if network.complexes[strand].is_strand and (known is None or step.rate > known[1]):
                found[name] = network.complexes[strand].strands[0], step.rate
    return found


def _of(study: Calibrated, number: int) -> tuple[Sequence[float], Sequence[float]]:
    """Inputs and targets of the ``number``-th iteration."""
    place = (number - 1) % len(study.given_x)
    return study.given_x[place], study.data.train_y[place]


def _side_wells(study: Calibrated, protocol: StagedProtocol) -> Iterator[SideWell]:
    """Those of a fixed layer, point by point; none without one."""
    if study.data.plain is None:
        return
    ones = protocol.inputs((1.0,) * len(study.units))
    gates = ({weight_join(place): nM for place, nM in ones.items()}, protocol.moving(ones))
    for point, x in enumerate(study.data.plain.train_x, start=1):
        for use, doses in zip(USES, gates):
            for number, (unit, place) in enumerate(zip(study.units, places_of(study.ncrn)), start=1):
                mine = {name: nM for name, nM in doses.items() if name in (weight_join(place), raising(place), lowering(place))}
                for well in unit:
                    parts = (well.gates, well.released, *(part for pair in well.premixed for part in pair))
                    held, released, *others = (float(part.of(x[None])[0]) for part in parts)
                    whole = sum(mine.values())
                    amounts = {name: held * nM for name, nM in mine.items()}
                    pairs = tuple((one * whole, other * whole) for one, other in zip(others[::2], others[1::2]))
                    yield SideWell(point, number, use, amounts, released * whole, pairs, whole)


def rows_of(study: Calibrated, events: Iterable[Event], start: float = 0.0) -> tuple[tuple[ScheduleRow, ...], float]:
    """What is added when by some events, the first at ``start`` (s), and when they are over."""
    rows, time = list[ScheduleRow](), start
    pull = study.protocol.pull if isinstance(study.protocol, StagedProtocol) else 0.0
    for event in events:
        match event:
            case Wait(seconds):
                time += seconds
            case Add(doses, purpose, phase) if purpose is not Purpose.POINT or phase:
                rows += [ScheduleRow(time, _what(study, event), name, nM) for name, nM in doses.items() if nM]
            case PullDown(components):
                known = study.system.by_name
                held = [name for name in components if known[name].tag and known[name].role is Role.GATE] or [components[0]]
                rows.append(ScheduleRow(time, f"pull the beads with {', '.join(held)} out"))
                time += pull
            case Adjust(levels):
                for name, nM in levels.items():
                    rows.append(
                        ScheduleRow(time, f"{LOADING} {name} is there on a sample, and add what is missing of this", name, nM)
                    )
            case Done():
                rows.append(ScheduleRow(time, "read the parameters; top up fuels and gates; next training point"))
            case _:
                pass
    return tuple(rows), time


def _what(study: Calibrated, event: Add) -> str:
    match event.purpose:
        case Purpose.POINT:
            return f"phase {event.phase}, by the point (here the first)"
        case Purpose.OPEN:
            every = next((phase.every for phase in study.ncrn.crn.phases if phase.name == event.phase), 1)
            return f"start of phase {event.phase}" + (f", in every {every}th iteration alone" if every > 1 else "")
        case Purpose.REFILL:
            return "feed of parameters against what is lost"
        case Purpose.CLOSE:
            return f"end of phase {event.phase}, scavenger on beads"
        case Purpose.BURN_IN:
            return f"burn-in: open phase {event.phase}"
        case _:
            return "end of the burn-in, scavenger on beads"


def _point(study: Calibrated, x: Sequence[float], y: Sequence[float]) -> dict[str, float]:
    """Inputs and targets of a point on the rails of their signs, nM by component."""
    if isinstance(study.protocol, StagedProtocol):
        return study.protocol.point(x, y)
    values = [*zip(x, study.ncrn.inputs), *zip(y, study.ncrn.targets)]
    return dict(_load(study, variable, float(value) * study.spec.chemistry.unit) for value, variable in values)


def _load(study: Calibrated, variable: Variable, nM: float) -> tuple[str, float]:
    species = variable.minus if nM < 0 and variable.minus else variable.plus
    return study.system.signals[species], abs(nM)
