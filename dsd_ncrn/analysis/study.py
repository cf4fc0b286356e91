"""One design, worked through: compiled, translated, enumerated, calibrated, ready to be trained at any level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.gates.calibrate import Firings, GateDesign, calibrate, firings_of, probes, slow_terms
from dsd_ncrn.gates.learner import design_gates, free_phases, largest_firings, size_gates
from dsd_ncrn.gates.report import rate_report
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import ToeholdLengthRates
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.decide import decide
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.protocol.clocked import ClockedProtocol, Schedule
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.imperfections.realisation import Realisation
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.train import Progress, no_progress, train
from dsd_ncrn.simulate.training import ended_after, repeats_of, train_ideal
from dsd_ncrn.simulate.tube import Tube, tube_of
from dsd_ncrn.tasks import Dataset, load_dataset

PROBES = 2
"""Training points at which reactions are calibrated, beside the mean one."""


@dataclass(frozen=True)
class Study:
    """What every simulation of a design starts from. ``ideal`` is the ideal network's training.

    ``engine`` is the one that everything here was worked out with; ``tube_engine`` simulates the tubes, if another one does.
    """

    spec: DesignSpec
    data: Dataset
    ncrn: NeuralCrn
    ideal: Training
    system: DsdSystem
    network: ReactionNetwork
    calibration: GateDesign
    engine: Engine
    tube_engine: Engine | None = None

    @property
    def schedule(self) -> Schedule:
        """The calibrated durations."""
        return self.calibration.schedule

    @property
    def reference(self) -> tuple[Floats, Floats]:
        """The point of calibration: the mean input (inputs,) and target (outputs,) of the training set."""
        return self.data.train_x.mean(axis=0), self.data.train_y.mean(axis=0)

    @cached_property
    def compared(self) -> Training:
        """The ideal training after as many iterations as the strands are trained for."""
        wanted = self.spec.training.strand_iterations or self.ideal.iterations
        return ended_after(self.ideal, wanted, self.ncrn, self.engine, self.data)

    @property
    def protocol(self) -> ClockedProtocol:
        """What is done with the strands when: burn-in and iterations as events."""
        return replace(_protocol(self.spec, self.ncrn, self.system, self.schedule), burn_in=self.spec.timing.burn_in)

    def leaky_network(self) -> ReactionNetwork:
        """The network with the leak channels of the design's model, enumerated when first asked for."""
        return self._leaky_network

    @cached_property
    def _leaky_network(self) -> ReactionNetwork:
        return build_network(self.system, self.spec.leak.model)

    def tube(
        self,
        network: ReactionNetwork | None = None,
        leak_rate: float = 0.0,
        top_up: bool = True,
        realisation: Realisation | None = None,
        refill_below: float = 1.0,
    ) -> Tube:
        """A fresh tube, not yet burned in. ``leak_rate`` in /nM/s scales every leak step of ``network``."""
        protocol = replace(self.protocol, refill_below=refill_below if top_up else None)
        engine, rate = self.tube_engine or self.engine, leak_rate / self.spec.leak.clamp_factor
        return tube_of(protocol, network or self.network, engine, rate, realisation)

    def calibrated_on(self, realisation: Realisation | None = None) -> Study:
        """The design with its joins and free durations fitted to a real tube, whose firings are measured without leaks.

        ``realisation`` is of the network without leaks; without one the tube is a perfect one of ``network``, which may have
        been given other rates. Raises CheckFailed where that would need too large a change.
        """

        def make(changed: DsdSystem, timing: Schedule) -> Tube:
            calibration = replace(self.calibration, system=changed, schedule=timing)
            return replace(self, system=changed, calibration=calibration).tube(realisation=realisation)

        firings = _firings(make, self.data, self.ncrn, self.ideal, self.engine)
        free = free_phases(self.spec, self.ncrn)
        found = calibrate(firings, slow_terms(self.ncrn), self.system, self.schedule, free)
        return replace(self, system=found.system, calibration=found)

    def train(self, tube: Tube, level: str, progress: Progress = no_progress) -> Training:
        """Train a tube on the design's data; the consumption of fuels is recorded with it."""
        plan, names = self.spec.training, self.ideal.parameter_names
        iterations = plan.iterations if plan.strand_iterations is None else self.compared.iterations
        training = train(tube, level, names, self.data, plan.epochs, iterations, progress, repeats_of(plan))
        used = np.array(tube.used)
        fuels = {c.name: n for n, c in enumerate(self.system.components) if _is_fuel(c)}
        return replace(
            training,
            fuel_used={name: used[:, number] for name, number in fuels.items()},
            fuel_start={name: float(tube.nominal[number]) for name, number in fuels.items()},
        )


def prepare(spec: DesignSpec, seed: int, engine: str = "rosenbrock", progress: Progress = no_progress) -> Study:
    """Compile, train the ideal network, translate, enumerate and calibrate.

    Raises InputError for a design that cannot be compiled or translated, CheckFailed where calibration fails.
    """
    return prepare_with(spec, load_dataset(spec.task, seed), seed, engine, progress)


def prepare_with(
    spec: DesignSpec, data: Dataset, seed: int, engine: str = "rosenbrock", progress: Progress = no_progress
) -> Study:
    """``prepare`` with the points given."""
    spec = decide(spec, data, seed)
    ncrn, chosen = compile_design(spec, data.dimension, data.outputs), engine_named(engine)
    spec = size_gates(spec, ncrn, largest_firings(spec, data, ncrn, chosen), ToeholdLengthRates())
    return study_of(spec, data, ncrn, train_ideal(spec, data, ncrn, chosen, progress), chosen)


def study_of(
    spec: DesignSpec, data: Dataset, ncrn: NeuralCrn, ideal: Training, chosen: Engine, progress: Progress = no_progress
) -> Study:
    """The study of a compiled design, its gates sized, whose abstract network has been trained.

    Raises what ``translate`` and ``calibrate`` raise, and CheckFailed where more of a species is on joins than
    ``chemistry.max_loading``.
    """
    system = translate(ncrn, spec)
    network = build_network(system)

    def make(changed: DsdSystem, timing: Schedule) -> Tube:
        return tube_of(_protocol(spec, ncrn, changed, timing), network, chosen)

    firings = _firings(make, data, ncrn, ideal, chosen)
    calibration = design_gates(spec, ncrn, {}, firings, ToeholdLengthRates(), progress)
    _check_loading(spec, calibration.system)
    return Study(spec, data, ncrn, ideal, calibration.system, network, calibration, chosen)


def _check_loading(spec: DesignSpec, system: DsdSystem) -> None:
    """Raises CheckFailed where more of a species sits on joins than the design allows."""
    loading, most = rate_report(system, spec.chemistry.unit, ToeholdLengthRates()).loading, spec.chemistry.max_loading
    species = max(loading, key=lambda name: loading[name], default=None)
    if most is not None and species is not None and loading[species] > most:
        raise CheckFailed(
            f"of {species} {loading[species]:.3g} times what is free is on joins, more than chemistry.max_loading = {most:g}; "
            "raise its buffer, or lower the budgets of the gates that take it first"
        )


def _protocol(spec: DesignSpec, ncrn: NeuralCrn, system: DsdSystem, schedule: Schedule) -> ClockedProtocol:
    return ClockedProtocol(ncrn, system, schedule, spec.chemistry.unit, spec.chemistry.scavenger_excess)


def _is_fuel(component: Component) -> bool:
    """Whether a component's consumption is of interest: clocks are dosed anew in every iteration anyway."""
    return component.topped_up and component.role != Role.CLOCK and component.concentration > 0


def _firings(
    make_tube: Callable[[DsdSystem, Schedule], Tube], data: Dataset, ncrn: NeuralCrn, ideal: Training, engine: Engine
) -> Firings:
    """Those with the parameters that the ideal network ends with, at the mean and the first training points."""
    reference = IdealLearner(ncrn, engine)
    reference.set_parameters(ideal.parameters[-1])
    inputs = np.vstack([data.train_x.mean(axis=0), data.train_x[:PROBES]])
    targets = np.vstack([data.train_y.mean(axis=0), data.train_y[:PROBES]])
    return firings_of(make_tube, reference, probes(reference, inputs, targets))
