"""A design on its way from strands to tubes: calibrated, set as a laboratory sets one, with gates as they were measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from dsd_ncrn.analysis.translated import FINITE, Translated, network_of, part
from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.applied import as_measured
from dsd_ncrn.assays.measured import MeasuredGate
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.gates.calibrate import Firings, GateDesign, calibrate, firings_of, known_points, slow_terms
from dsd_ncrn.gates.learner import design_gates, first_schedule, free_phases
from dsd_ncrn.gates.report import check_loading
from dsd_ncrn.gates.settle import Settled, settle
from dsd_ncrn.kinetics.leaks import LeakKind, warmth
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.protocol.clocked import ClockedProtocol, Schedule
from dsd_ncrn.protocol.staged import LearnerProtocol, Settings, StagedProtocol, settings_of
from dsd_ncrn.simulate.crowd import Crossing
from dsd_ncrn.simulate.handling import PERFECT, Handling
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.imperfections import middle
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation, perfect
from dsd_ncrn.simulate.results import LEVELS
from dsd_ncrn.simulate.staged import StagedLearner
from dsd_ncrn.simulate.tube import Tube, tube_of

LEAKY = "dsd_leaky"
"""The level of strands that leak."""


@dataclass(frozen=True, eq=False)
class Tubes(Translated):
    """A design with a seed, and its tubes as they are calibrated and mixed; ``Study`` is the whole.

    ``looser`` says how many times as large tolerances are in leaky tubes, at first and later (``tube_of``); ``measured``
    gates are simulated, and calibrated, as they are. ``watch`` is told of the part ``calibrate``, too.
    """

    looser: tuple[float, float] = (1.0, 1.0)
    measured: tuple[MeasuredGate, ...] = ()

    def crossed(self, crossing: Crossing) -> Self:
        """The study with what sequences say of toeholds that should not bind, if its conditions let any; tubes of a bench are
        calibrated anew."""
        if not self.decided.imperfections.cross_binding:
            return self
        other = self.given(crossing=crossing)
        for name in ("calibration", "settlement", "settings", "_as_measured") if self.benched else ():
            vars(other).pop(name, None)
        return other

    @part
    def crossing(self) -> Crossing | None:
        """What sequences, once there are some, say of toeholds that should not bind; the conditions' constant holds without."""
        return None

    @part
    def calibration(self) -> GateDesign:
        """Concentrations and durations at which the strands keep the rates of the abstract network.

        Raises CheckFailed where they cannot, or more of a species is on joins than ``chemistry.max_loading``.
        """
        spec, network = self.spec, self.network
        if self.staged:
            _ = self.settings  # measured now, unless they are given
            found = vars(self).get("settlement")
            work = (found.aliquots, found.tube_hours, found.steps) if found else ()
            return GateDesign(self.designed, self.protocol.schedule, {}, {}, *work)

        def make(system: DsdSystem, timing: Schedule) -> Tube:
            protocol = _protocol(spec, self.ncrn, system, timing)
            return tube_of(protocol, network, self.integrator, realisation=self.usual(system, network))

        tube = make(self.designed, first_schedule(spec, self.ncrn, self.designed))
        # The phase in which most rests on open toeholds decides how much longer all that is fixed has to wait; what rests there
        # is taken off the rate constants, by the length of toeholds, before joins are fitted.
        phase = max(tube.protocol.schedule.phases, key=tube.slowdown)
        slow = tube.slowdown(phase) if spec.imperfections.stretch else 1.0
        firings, left = self._firings(make), tube.occupied(phase)
        with self.watch("calibrate") as progress:
            found = design_gates(spec, self.ncrn, {}, firings, self.rates, progress, slow, left)
        check_loading(found.system, self.spec.chemistry.unit, self.spec.chemistry.max_loading)
        return found

    @property
    def system(self) -> DsdSystem:
        """The strands and complexes, with calibrated concentrations."""
        return self.calibration.system

    @property
    def schedule(self) -> Schedule:
        """The calibrated durations."""
        return self.calibration.schedule

    @property
    def protocol(self) -> LearnerProtocol:
        """What is done with the strands when: burn-in and iterations as events."""
        if self.staged:
            system = vars(self)["calibration"].system if "calibration" in vars(self) else self.designed
            spec = self.spec
            pull = spec.imperfections.pull
            return StagedProtocol(self.ncrn, system, spec.staged, self.settings, spec.chemistry.unit, pull)
        timing = self.spec.timing
        burn_in = timing.burn_in and timing.burn_in * self.schedule.wait / timing.wait  # prolonged as all that is fixed
        return replace(_protocol(self.spec, self.ncrn, self.system, self.schedule), burn_in=burn_in)

    @property
    def benched(self) -> bool:
        """Whether the tubes are those of a bench, each measured and set before it trains: the usual one is then the typical."""
        return self.staged and self.spec.imperfections.any

    @part
    def settings(self) -> Settings:
        """What is set for a staged learner: as measured of its usual tube, without leaks and errors."""
        return self.settlement.settings

    @part
    def settlement(self) -> Settled:
        """That with what measuring it took."""
        given = self.spec.imperfections
        slow = 1.0 + given.bead_slowdown if given.stretch else 1.0
        # What is set is measured of a tube, which needs settings to run: the design's own are the start.
        guess = self.given(settings=settings_of(self.spec.staged, len(self.ncrn.parameters), slow))
        with self.watch("calibrate"):
            return self.settling(guess.tube(self.measured_at), np.random.default_rng(0))

    @property
    def measured_at(self) -> str:
        """The level at which measured gates are simulated: a staged learner's leaks are part of what was measured."""
        return LEAKY if self.measured and self.staged and self.spec.leak.rate > 0 else "dsd"

    def settled(self, tube: Tube, random: np.random.Generator) -> Tube:
        """A staged tube set by what is measured of it, with the parameters that read as the design's start."""
        return self.settling(tube, random).applied(tube)

    def settling(self, tube: Tube, random: np.random.Generator) -> Settled:
        """What is set for a staged tube by what is measured of it."""
        learner = StagedLearner(self.decided.circuit, self.data.dimension)
        return settle(tube, learner, self.data.train_x.mean(axis=0), random)

    @property
    def reference(self) -> tuple[Floats, Floats]:
        """The point of calibration: the mean input (inputs,) and target (outputs,) of the training set."""
        return self.data.train_x.mean(axis=0), self.data.train_y.mean(axis=0)

    @property
    def ready(self) -> Self:
        """This study once its ideal is trained and it is calibrated: what is sent to workers, which would each do so again."""
        _ = self.ideal, self.calibration
        return self

    @property
    def leak_warmth(self) -> float:
        """How many times as fast leaks are at the design's temperature as at that at which they were measured."""
        return warmth(self.spec.chemistry.temperature)

    def designed_tube(self, system: DsdSystem, network: ReactionNetwork) -> Realisation:
        """A tube as it was designed, in which strands rest on open toeholds."""
        return replace(perfect(Mixture(system, network)), resting=self.spec.imperfections.occlusion)

    def usual(self, system: DsdSystem, network: ReactionNetwork) -> Realisation:
        """The same; of measured gates with these, and at a bench, with all that is known beforehand of a real tube."""
        if not self.measured:
            return self.expected(Mixture(system, network)) if self.benched else self.designed_tube(system, network)
        known = self._as_measured.get(id(network))
        if known is None:
            mixture = Mixture(system, network)
            known = self._as_measured[id(network)] = network, self.with_measured(self.expected(mixture), mixture)
        return known[1]

    def expected(self, mixture: Mixture) -> Realisation:
        """A real tube of which nothing has been measured: in the middle of all that the design's imperfections draw."""
        return replace(middle(self.spec.imperfections, mixture), crossing=self.crossing)

    def with_measured(self, tube: Realisation, mixture: Mixture, random: np.random.Generator | None = None) -> Realisation:
        """A tube with gates as they were measured, drawn from what is left open of them where ``random`` is given."""
        if not self.measured:
            return tube
        leak = self.spec.leak.rate * self.leak_warmth
        return as_measured(self.measured, mixture, tube, self.expected(mixture), leak, random)

    @part
    def _as_measured(self) -> dict[int, tuple[ReactionNetwork, Realisation]]:
        """Tubes of measured gates by network, which is kept so that its identity stays."""
        return {}

    def refitted(self, network: ReactionNetwork | None = None, realisation: Realisation | None = None) -> Self:
        """The study with its joins and free durations fitted anew: to ``network``, of the same species at other rates, or to a
        real tube, whose firings are measured without leaks.

        Raises CheckFailed where that would need too large a change.
        """
        other = self if network is None else self.given(network=network)
        if self.staged:
            found = other.settling(other.tube(realisation=realisation), np.random.default_rng(0))
            timing = replace(other.protocol, settings=found.settings).schedule
            settled = replace(
                self.calibration, schedule=timing, aliquots=found.aliquots, hours=found.tube_hours, steps=found.steps
            )
            return other.given(settings=found.settings, calibration=settled)

        def make(system: DsdSystem, timing: Schedule) -> Tube:
            changed = replace(self.calibration, system=system, schedule=timing)
            return other.given(calibration=changed).tube(realisation=realisation)

        free = free_phases(self.spec, self.ncrn)
        hand = PERFECT if realisation is None else realisation.handling
        found = calibrate(self._firings(make, hand), slow_terms(self.ncrn), self.system, self.schedule, free)
        return other.given(calibration=found)

    def tube(
        self,
        level: str = "dsd",
        leak: float | None = None,
        realisation: Realisation | None = None,
        refill_below: float = 1.0,
    ) -> Tube:
        """A fresh tube, not yet burned in. ``leak`` in /nM/s, the design's rate if not given, is that of every
        leak step, at a level that has leaks."""
        kind = LEVELS[level]
        rate = (self.spec.leak.rate if leak is None else leak) * self.leak_warmth if kind.leaks else 0.0
        protocol = replace(self.protocol, refill_below=refill_below if kind.top_up else None)
        network = self.leaky if kind.leaks else self.network
        realisation = realisation or self.usual(self.system, network)
        looser = self.looser if kind.leaks else (1.0, 1.0)
        return tube_of(protocol, network, self.simulator, rate, realisation, looser)

    def with_resting(self, leaks: bool) -> Self:
        """The study in the finite semantics, with ``leaks`` or without: what rests on a toehold is a species of its own there,
        and no factor on rate constants.

        What has been measured and set of its usual tube so far stays. Raises what ``build_network`` raises.
        """
        found = self.given(network=network_of(self.designed, semantics=FINITE))
        if not leaks:
            return found
        rates = {LeakKind(name): rate for name, rate in self.spec.leak.channels}
        return found.given(leaky=network_of(self.designed, self.spec.leak.model, rates, FINITE))

    def _firings(self, make_tube: Callable[[DsdSystem, Schedule], Tube], hand: Handling = PERFECT) -> Firings:
        """Those at points that a laboratory knows before it trains, as ``hand`` loads and measures them."""
        reference = IdealLearner(self.ncrn, self.integrator)
        return firings_of(make_tube, reference, known_points(reference, self.data), hand)


def _protocol(spec: DesignSpec, ncrn: NeuralCrn, system: DsdSystem, schedule: Schedule) -> ClockedProtocol:
    return ClockedProtocol(ncrn, system, schedule, spec.chemistry.unit, spec.chemistry.scavenger_excess)
