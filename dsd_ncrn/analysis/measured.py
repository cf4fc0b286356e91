"""The gates of a design on the bench, and the design on gates as they were measured there.

A gate is planned with the strands of its formal reaction and a reporter of what comes out. From fits follows what to
pipette otherwise, what is still learned, and which gate to order again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.tubes import LEAKY
from dsd_ncrn.assays.applied import GateJudgement, judged
from dsd_ncrn.assays.measured import Measured, MeasuredGate, Quantity
from dsd_ncrn.assays.model import GateModel, gate_model
from dsd_ncrn.assays.plan import Roles
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.module import module_of
from dsd_ncrn.dsd.schemes.endings import reporter_duplex
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.simulate.engines.crew import side_by_side
from dsd_ncrn.simulate.imperfections.realisation import Mixture
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.simulate.tube import Tube


@dataclass(frozen=True, eq=False)
class GateBench:
    """The gate of one reaction with what it needs, and the species whose reporter tells how far it is.

    A reaction that makes nothing new is read by its first reactant, which gate and reporter then share.
    """

    reaction: Reaction
    species: str
    roles: Roles

    @property
    def name(self) -> str:
        """That of its reaction."""
        return self.reaction.origin.reaction

    @property
    def model(self) -> GateModel:
        """The network to be fitted."""
        return self.roles.model


def benches_of(study: Study, wanted: Sequence[str] = ()) -> tuple[GateBench, ...]:
    """The gates of a design, or of some of its reactions by name. Raises InputError for an unknown one."""
    system = study.designed
    named = {reaction.origin.reaction: reaction for reaction in system.formal}
    for name in wanted:
        if name not in named:
            raise InputError("the design has no such reaction", name, did_you_mean(name, named))
    return tuple(_bench(study, system, named[name]) for name in wanted or named)


def _bench(study: Study, system: DsdSystem, reaction: Reaction) -> GateBench:
    module, by_complex = module_of(reaction, system), {c.complex: c.name for c in system.components}
    inputs = tuple(dict.fromkeys(reaction.reactants))
    new = [name for name in reaction.products if name not in inputs]
    species = (new or list(reaction.products) or list(inputs))[0]
    carriers = {name: module.carrier(name) for name in dict.fromkeys((*inputs, species))}
    made = {by_complex.get(each, each.kernel): each for each in module.present if each in module.gates}
    # cogates of inputs pull a gate back; they are there in a design, and in the tubes of a bench only what fires the gate
    cogates = {system.by_name[name].complex for name in system.cogates.values() if name in system.by_name}
    supply = {by_complex[each]: each for each in module.present if each in module.supply and each in by_complex}
    supply = {name: each for name, each in supply.items() if each not in cogates or _needed(each, made.values())}
    reporter = f"reporter_{species}"
    components = {**carriers, **made, **supply, reporter: reporter_duplex(carriers[species].strands[0])}
    occlusion = study.spec.imperfections.occlusion
    model = gate_model(components, reporter, study.rates, occlusion)
    return GateBench(reaction, species, Roles(model, inputs, tuple(supply), species))


def _needed(cogate: Complex, gates: Iterable[Complex]) -> bool:
    """Whether a cogate is one that a gate takes up to go forward: it is bound in none of them."""
    return all(cogate.strands[0] not in made.strands for made in gates)


DRAWS = 16
"""Tubes whose gates are drawn from what is left open of them."""
WORTH_TELLING = 0.03
"""A relative change of a dose or a wait that is less than this is within what a pipette does."""
NOTHING = MeasuredGate("", (), {})
"""In place of measured gates where none is: all else that is known of a tube still holds."""
OF_GATES = (Quantity.RATE, Quantity.ACTIVE, Quantity.INITIAL)
"""What is of a gate, and not of wells and readers."""
KEPT = ("data", "decided", "plan", "ncrn", "ideal", "compared", "spec", "designed", "network", "leaky", "rates")
"""Parts of a study that do not depend on what was measured."""


@dataclass(frozen=True)
class Change:
    """What to do otherwise than for gates as designed: a component's concentration (nM), a wait (s) or a factor."""

    what: str
    unit: str
    before: float
    after: float


@dataclass(frozen=True)
class GateNumber:
    """One number of a measured gate, by what it is."""

    gate: str
    name: str
    number: Measured


@dataclass(frozen=True)
class OnMeasured:
    """What a design comes to on its measured gates: the share of the learnable error that it takes away at their best values,
    the median and the 90 % band of that over what is left open of them, what to change, and the gates: first the one with which
    most is gained where it is as designed. ``numbers`` are what was measured of them.
    """

    learned: float
    median: float
    low: float
    high: float
    changes: tuple[Change, ...]
    gates: tuple[GateJudgement, ...]
    numbers: tuple[GateNumber, ...]


def learned_share(training: Training, ideal: Training) -> float:
    """How much of the error that the ideal network takes away is gone after a training, wherever that begins."""
    return (ideal.rmse_before - training.rmse_after) / (ideal.rmse_before - ideal.rmse_after)


def on_measured(study: Study, progress: Progress = no_progress) -> OnMeasured:
    """What follows from the gates of ``study.measured``.

    Raises CheckFailed where a tube cannot be calibrated or simulated.
    """
    done, level = 0, study.measured_at
    learned = learned_share(study.train(measured_tube(study), level), study.compared)

    def told(share: float) -> float:
        nonlocal done
        done += 1
        progress(done, DRAWS + len(study.measured))
        return share

    def share(seed: int) -> float:
        drawn = measured_tube(study, np.random.default_rng(np.random.SeedSequence(study.seed, spawn_key=(seed,))))
        return told(learned_share(study.train(drawn, level), study.compared))

    def gain(gate: MeasuredGate) -> float:
        other = with_gates(study, tuple(each for each in study.measured if each is not gate))
        return told(learned_share(other.train(measured_tube(other), level), study.compared)) - learned

    low, median, high = (float(each) for each in np.quantile(side_by_side(share, range(DRAWS)), [0.05, 0.5, 0.95]))
    gains = {each.name: gain(each) for each in study.measured}
    gates = sorted((replace(each, gain=gains[each.gate]) for each in judged(study.measured)), key=lambda each: -each.gain)
    return OnMeasured(learned, median, low, high, changes(study), tuple(gates), tuple(_numbers(study.measured)))


def _numbers(gates: Iterable[MeasuredGate]) -> Iterator[GateNumber]:
    for gate in gates:
        for (quantity, of), number in gate.numbers.items():
            if Quantity(quantity) in OF_GATES:
                yield GateNumber(gate.name, f"{quantity} {of}".strip(), number)


def measured_tube(study: Study, random: np.random.Generator | None = None) -> Tube:
    """A tube that is set for the best values of its gates, which it has, or which are drawn from what is left open of them."""
    mixture = Mixture(study.system, study.leaky if study.measured_at == LEAKY else study.network)
    tube = study.tube(study.measured_at, realisation=study.with_measured(study.expected(mixture), mixture, random))
    return study.settlement.applied(tube) if study.staged else tube


def with_gates(study: Study, measured: tuple[MeasuredGate, ...]) -> Study:
    """The study with other gates measured, and what does not depend on them as it is known."""
    other = replace(study, measured=measured or (NOTHING,))
    vars(other).update({name: part for name, part in vars(study).items() if name in KEPT})
    return other


def changes(study: Study) -> tuple[Change, ...]:
    """The doses and waits that are others than for gates as designed."""
    before, after = _settings(with_gates(study, ())), _settings(study)
    return tuple(
        Change(what, unit, before[what, unit], value)
        for (what, unit), value in after.items()
        if abs(np.log(max(value, 1e-12) / max(before.get((what, unit), value), 1e-12))) > WORTH_TELLING
    )


def _settings(study: Study) -> Mapping[tuple[str, str], float]:
    """Everything that calibration sets: concentrations, waits, and of a staged learner factors on its doses."""
    found = {(c.name, "nM"): c.concentration for c in study.system.components if c.concentration > 0}
    found |= {(f"phase {name}", "s"): seconds for name, seconds in study.schedule.phases.items()}
    if study.staged:
        settings = study.settings
        names, unit = (each.plus for each in study.ncrn.parameters), study.spec.chemistry.unit
        found |= {(f"{name} at the start", "nM"): start * unit for name, start in zip(names, study.settlement.start.tolist())}
        found |= {(f"share of the wait of {name}", ""): value for name, value in settings.forward.items()}
        found |= {(f"dose of {name} that raises", ""): value for name, value in settings.raising.items()}
        found |= {(f"dose of {name} that lowers", ""): value for name, value in settings.lowering.items()}
    return found
