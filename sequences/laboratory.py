"""From sequences to what a laboratory needs, in one step: order files, exchange files and the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, nan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import DesignSpec, Order, SequenceRules
from dsd_ncrn.dsd.experiment import Experiment, ordered_system
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.network import ReactionNetwork
from sequences.assignment import SequenceAssignment, ordered, read_assignment
from sequences.bench.checks import ALIQUOT_UL
from sequences.bench.protocol import Bench, bench_of, lasting, protocol_of
from sequences.bench.strands import price_of
from sequences.bench.timetable import Handwork, bench_cards, handwork, misfits_of
from sequences.bench.wells import wells_nmol
from sequences.certificate import read_certificate
from sequences.exchange import exchange_files
from sequences.oligos import Oligo, check_reassembly, oligos_of
from sequences.order import OrderSummary, vendor_named, write_order
from sequences.rates import SequenceRates, with_spurious
from sequences.robot.opentrons import deck_warnings, refills_of, robot_files
from sequences.robot.plan import plan_of
from sequences.robot.steps import RobotPlan
from sequences.search import Progress, design_sequences
from sequences.thermo import Energies
from sequences.vendors.base import Vendor
from sequences.vendors.plates import Plates
from sequences.verdicts import SequenceVerdicts, judge


class LabDesign(Protocol):
    """What a laboratory sees of a design."""

    @property
    def sequences(self) -> SequenceRules:
        """Rules and buffer."""
        ...

    @property
    def chemistry(self) -> Chemistry:
        """Has the temperature."""
        ...

    @property
    def order(self) -> Order:
        """Vendor and volumes."""
        ...


@dataclass(frozen=True)
class LabOrder:
    """Strands to order with their amounts (nmol), what the order comes to, the text of every file by name, and what an
    iteration asks of a hand.

    Names are those of a run folder: ``order/``, ``exchange/``, ``protocol/``, ``protocol.md`` and ``.html``.
    """

    oligos: tuple[Oligo, ...]
    summary: OrderSummary
    files: Mapping[str, bytes]
    handwork: Handwork | None = None

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write all files into a folder, made if need be; the paths, in their order."""
        paths = {Path(folder) / name: content for name, content in self.files.items()}
        for path, content in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tuple(paths)


def find_sequences(
    system: DsdSystem, design: DesignSpec, *, seed: int = 0, steps: int | None = None, progress: Progress | None = None
) -> SequenceAssignment:
    """A sequence for every domain, by the rules and at the temperature of the design: the same for the same seed.

    ``steps`` of the search follow from ``sequences.time_limit`` if not given. ``progress(share, what)`` is told of it.
    Raises InputError where nuad is absent or the rules leave no words.

    >>> import dsd_ncrn as dn
    >>> from sequences import find_sequences
    >>> design = dn.load_design("designs/linreg2d.toml")
    >>> small = dn.changed(design, {"sequences.candidates": 1})
    >>> found = find_sequences(dn.translate_design(small), small, steps=3)
    >>> len(found.sequences)
    41
    """
    return design_sequences(system, design.sequences, design.chemistry.temperature, seed, progress, steps)


def judge_sequences(system: DsdSystem, found: SequenceAssignment, design: DesignSpec) -> SequenceVerdicts:
    """Every rule's verdict on sequences, every complex in its ensemble, cross-talk and leak sites; kcal/mol.

    ``hard_violations`` counts broken rules that stand in the way of an order. Raises InputError where a domain has no
    sequence, or one of another length.

    >>> import dsd_ncrn as dn
    >>> import sequences
    >>> design = dn.changed(dn.load_design("designs/linreg2d.toml"), {"sequences.candidates": 1})
    >>> system = dn.translate_design(design)
    >>> found = sequences.find_sequences(system, design, steps=3)
    >>> sequences.judge_sequences(system, found, design).hard_violations
    0
    """
    return judge(system, found, design.sequences, design.chemistry.temperature)


def load_sequences(path: str | Path) -> SequenceAssignment:
    """Sequences from a CSV file with the columns ``domain`` and ``sequence``, such as a run's ``sequences.csv``.

    Raises InputError naming the file and line where a column, a name or a base is wrong.

    >>> import sequences
    >>> sequences.load_sequences("absent.csv")
    Traceback (most recent call last):
    dsd_ncrn.errors.InputError: absent.csv: the sequence file cannot be read ...
    """
    return read_assignment(Path(path))


def rated_network(network: ReactionNetwork, found: SequenceAssignment, design: LabDesign) -> ReactionNetwork:
    """A network at the rates (nM^(1-n)/s) of its sequences; after its own steps, displacements by similar strands.

    ``study.calibrated_on`` fits concentrations and durations to it: what the bench should mix. Raises InputError for a
    domain without a sequence.

    >>> import dsd_ncrn as dn
    >>> import sequences
    >>> design = dn.changed(dn.load_design("designs/linreg2d.toml"), {"sequences.candidates": 1})
    >>> study = dn.prepare(design)
    >>> found = sequences.find_sequences(study.system, design, steps=3)
    >>> rated = sequences.rated_network(study.network, found, design)
    >>> len(rated.names) == len(study.network.names)
    True
    """
    temperature = design.chemistry.temperature
    own = SequenceRates(found, temperature, network.rates).network(network)
    return with_spurious(own, found, Energies.under(design.sequences, temperature))


def order_strands(
    system: DsdSystem, found: SequenceAssignment, design: DesignSpec, experiment: Experiment, *, vendor: str | None = None
) -> LabOrder:
    """What ``dsd-ncrn order`` makes: a vendor's files, the design's if not given, those for other programs, the protocol.

    ``system`` and ``experiment`` are those of a design calibrated on its sequences, as in a run: ``bench.system``,
    ``bench.experiment`` of ``bench = study.calibrated_on(rated_network(study.network, found, design))``. Every order is read
    back and every complex rebuilt from it. Raises InputError for an unknown vendor or a strand that it does not
    make, CheckFailed where the strands do not make the complexes or a stock is too weak.

    >>> import dsd_ncrn as dn
    >>> import sequences
    >>> design = dn.changed(dn.load_design("designs/linreg2d.toml"), {"sequences.candidates": 1})
    >>> study = dn.prepare(design)
    >>> found = sequences.find_sequences(study.system, design, steps=3)
    >>> order = sequences.order_strands(study.system, found, design, study.experiment)
    >>> order.summary.oligos, order.summary.bases
    (121, 4202)
    """
    order = design.order.model_copy(update={"vendor": vendor or design.order.vendor})
    return lab_order(system, found, design.sequences, order, experiment, design.chemistry.temperature)


def lab_order(
    system: DsdSystem,
    found: SequenceAssignment,
    rules: SequenceRules,
    order: Order,
    experiment: Experiment,
    temperature: float,
    certificate: Path | None = None,
) -> LabOrder:
    """``order_strands`` with its settings one by one: volumes for what a certificate says was delivered.

    Raises what that does, and InputError for a wrong certificate.
    """
    system, found, order = *ordered(system, found, rules, temperature), pipettable(order, experiment)
    plates = Plates(order.plate, order.fill)
    chosen, count = vendor_named(order.vendor, plates), len(experiment.training)
    needed = needed_strands(system, found, order, experiment, temperature)
    oligos, plan, first = needed.oligos, needed.plan, needed.first.nmol
    covered = {oligo.name: _covered(oligo, first[oligo.name], chosen, count) for oligo in oligos}
    short = sorted((name for name in covered if covered[name] < count), key=lambda name: covered[name])
    lasts = _lasts(covered, short, count)
    summary, order_files = _written(oligos, chosen.name, plates)
    notes = [*summary.notes, *([lasts] if short else []), *(f"robot: {each}" for each in plan.warnings)]
    summary = replace(summary, notes=tuple(notes), iterations_covered=min(covered.values(), default=0))
    delivered = read_certificate(certificate, oligos) if certificate else ()
    told = f"**{lasts}.**" if count else ""
    protocol = protocol_of(system, oligos, found, rules, order, chosen, experiment, needed.whole, plan, delivered, told)
    cards = bench_cards(plan, system.name, refills_of(plan))
    texts: dict[str, str | bytes] = {
        **{f"exchange/{name}": text for name, text in exchange_files(system, oligos, found).items()},
        "protocol.md": protocol.markdown(),
        "protocol.html": protocol.html(),
        **{f"protocol/{name}": text for name, text in protocol.files().items()},
        **({"protocol/bench_cards.html": cards.html()} if cards.sections else {}),
        **{f"protocol/{name}": text for name, text in robot_files(plan, system.name, needed.first.mixes).items()},
    }
    encoded = {name: text.encode() if isinstance(text, str) else text for name, text in texts.items()}
    return LabOrder(oligos, summary, {**order_files, **encoded}, handwork(plan))


@dataclass(frozen=True, slots=True)
class NeededStrands:
    """Strands with their amounts (nmol) for a training, the robot's plan, and volumes of its first iteration and of all."""

    oligos: tuple[Oligo, ...]
    plan: RobotPlan
    first: Bench
    whole: Bench


def needed_strands(
    system: DsdSystem, found: SequenceAssignment, order: Order, experiment: Experiment, temperature: float
) -> NeededStrands:
    """What a training takes of a system as ordered. Raises what ``lab_bench`` does."""
    oligos, bench = lab_bench(system, found, order, experiment)
    stocks, count = bench.mixes.stocks, len(experiment.training)
    plan = plan_of(system, experiment, stocks, order.volume_uL, order.smallest_uL, temperature)
    plan = replace(plan, warnings=(*plan.warnings, *deck_warnings(plan)))
    portions = sum(step.portions for step in experiment.calibration) or experiment.aliquots
    share = 1.0 + portions * ALIQUOT_UL / order.volume_uL / count if count else 1.0
    aliquots = sum(step.aliquots for step in experiment.calibration) * ALIQUOT_UL / 1e6
    training, beside = plan.nmol(system, stocks), wells_nmol(experiment, order.volume_uL)
    taken = {
        name: share * nmol + beside.get(name, 0.0) + aliquots * system.by_name[name].concentration
        for name, nmol in training.items()
    }
    whole = lasting(bench, system, oligos, taken)
    return NeededStrands(tuple(replace(each, nmol=whole.nmol[each.name]) for each in oligos), plan, bench, whole)


def order_outlook(system: DsdSystem, design: LabDesign, experiment: Experiment) -> tuple[float, tuple[str, ...]]:
    """What a design's strands cost by its price list, not a number without one, in the amounts that its training takes, and
    what of that cannot be pipetted; sequences do not matter.

    Raises InputError naming what the list lacks, and what ``lab_bench`` raises.
    """
    system, order = ordered_system(system), pipettable(design.order, experiment)
    blank = SequenceAssignment({domain.name: "A" * domain.length for domain in system.domains})
    needed = needed_strands(system, blank, order, experiment, design.chemistry.temperature)
    misfits = tuple(misfits_of(needed.plan, len(experiment.training)))
    if not order.prices:
        return nan, misfits
    price, lacking = price_of(needed.oligos, vendor_named(order.vendor), order.prices)
    if lacking:
        raise InputError("[order] prices has all that is ordered", None, f"It lacks: {', '.join(lacking)}.")
    return price, misfits


def _covered(oligo: Oligo, first_nmol: float, vendor: Vendor, count: int) -> int:
    """For how many of ``count`` iterations an oligo lasts, of which ``first_nmol`` goes before them all."""
    expected = vendor.expected_nmol(oligo)
    if not expected or expected >= oligo.nmol:
        return count
    return max(0, floor(count * (expected - first_nmol) / (oligo.nmol - first_nmol))) if oligo.nmol > first_nmol else 0


def _lasts(covered: Mapping[str, int], short: Sequence[str], count: int) -> str:
    if not short:
        return f"This order lasts for all {count} iterations"
    names = ", ".join(f"{name} ({covered[name]})" for name in short)
    return f"This order lasts {covered[short[0]]} of {count} iterations. Order again, before as many are done: {names}"


def pipettable(order: Order, experiment: Experiment) -> Order:
    """The order with the least volume that the conditions of the experiment allow, where that is more."""
    return order.model_copy(update={"smallest_uL": max(order.smallest_uL, experiment.least)})


def lab_bench(
    system: DsdSystem, found: SequenceAssignment, order: Order, experiment: Experiment
) -> tuple[tuple[Oligo, ...], Bench]:
    """The named strands, from which every complex has been rebuilt, and the experiment's volumes (uL), of a system as ordered.

    Raises CheckFailed where the strands do not make the complexes or a stock is too weak.
    """
    oligos, order = oligos_of(system, found), pipettable(order, experiment)
    check_reassembly(system, oligos, found)
    return oligos, bench_of(system, oligos, order, experiment, experiment.later)


def _written(oligos: tuple[Oligo, ...], vendor: str, plates: Plates) -> tuple[OrderSummary, dict[str, bytes]]:
    """A vendor's files, by their names in the run folder."""
    with TemporaryDirectory() as place:
        summary = write_order(oligos, vendor, Path(place), plates)
        return summary, {f"order/{name}": (Path(place) / name).read_bytes() for name in summary.files}
