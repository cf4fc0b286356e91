"""A design that is ready to learn, with everything that can be asked of it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from dsd_ncrn.analysis.fidelity import Fidelity, fidelity, parameter_errors
from dsd_ncrn.analysis.leaks import LeakRanking, LeakSensitivity, leak_sensitivity, rank_leaks
from dsd_ncrn.analysis.results import FuelBudget, fuel_budget
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import DEFAULT_ENGINE
from dsd_ncrn.analysis.yields import Drawn, Yield, monte_carlo_yield
from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.experiment import Experiment
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.ncrn.counts import counts
from dsd_ncrn.simulate.crowd import Crossing
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.results import ASKED, LEVELS, Training, Trajectory
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.tasks.dataset import Dataset
from dsd_ncrn.units import parse_quantity, per_nM_s_to_per_M_s

Level = Literal["value", "ideal", "autonomous", "dsd", "dsd_leaky", "one_pot", "one_pot_leaky"]
TRACED = ("ideal", "dsd")
POINTS = 60


@dataclass(frozen=True, repr=False, eq=False)
class PreparedDesign:
    """What ``prepare`` returns: compiled, translated, enumerated and calibrated, ready to be trained at any level.

    ``design`` is the one given, ``study`` what was worked out from it (its ``spec`` has nothing left open).

    >>> import dsd_ncrn as dn
    >>> study = dn.prepare(dn.load_design("designs/linreg2d.toml"))
    >>> strands = study.train("dsd", iterations=5)
    >>> strands.parameters.shape  # iterations + 1, parameters
    (6, 2)
    """

    design: DesignSpec
    seed: int
    study: Study

    @property
    def data(self) -> Dataset:
        """The training and test points, dimensionless."""
        return self.study.data

    @property
    def crn(self) -> Crn:
        """The abstract network: species, reactions, phases; dimensionless."""
        return self.study.ncrn.crn

    @property
    def system(self) -> DsdSystem:
        """Every strand and complex, with calibrated concentrations (nM)."""
        return self.study.system

    @property
    def network(self) -> ReactionNetwork:
        """The strand-level network without leaks; rates in nM^(1-n)/s."""
        return self.study.network

    @property
    def ideal(self) -> Training:
        """The ideal network's training, for as many iterations as the strands are trained for."""
        return self.study.compared

    @property
    def counts(self) -> dict[str, int]:
        """Sizes: reactions and species of the abstract network, strands, domains, strand-level species and steps."""
        abstract = counts(self.study.ncrn)
        return {
            "reactions": abstract["reactions"],
            "species": abstract["species"],
            "strands": len(self.system.strands),
            "domains": len(self.system.domains),
            "network_species": len(self.network.names),
            "network_steps": len(self.network.steps),
        }

    @property
    def phase_seconds(self) -> dict[str, float]:
        """The calibrated duration of every clock phase, s."""
        return dict(self.study.schedule.phases)

    @property
    def hours_per_iteration(self) -> float:
        """How long an iteration of the strands takes, h."""
        return self.study.schedule.seconds_per_iteration / 3600

    @property
    def experiment(self) -> Experiment:
        """What a laboratory adds when (nM, s), point by point: what ``sequences.order_strands`` takes."""
        return self.study.experiment

    @property
    def calibration(self) -> dict[str, tuple[float, float]]:
        """Firings of each slow reaction over the ideal network's, before and after calibration."""
        found = self.study.calibration
        return {name: (before, found.after[name]) for name, before in found.before.items()}

    def calibrated_on(self, network: ReactionNetwork, crossing: Crossing | None = None) -> PreparedDesign:
        """The design with another network of the same species, such as ``sequences.rated_network`` gives, its concentrations
        (nM) and durations (s) fitted to it. Trainings with leaks keep the rates of toehold lengths. ``crossing``, such as
        ``sequences.crosstalk.toehold_crossing`` gives, says how strongly toeholds bind that should not, where the conditions
        let any.

        Raises CheckFailed where the fit would need too large a change.
        """
        study = self.study if crossing is None else self.study.crossed(crossing)
        return replace(self, study=study.refitted(network))

    def train(
        self,
        level: Level = "dsd",
        *,
        leak: str | None = None,
        iterations: int | None = None,
        progress: Progress = no_progress,
    ) -> Training:
        """One training from the start, at a level of the command line and of run folders.

        Raises InputError for an unknown level, or a leak where none is;
        CheckFailed where a simulation stops.

        Args:
            level: ``value`` (the equations), ``ideal`` (the abstract network), ``autonomous`` (that under its own
                clock), ``dsd`` (strands, fuels topped up), ``one_pot`` (no top-up); ``dsd_leaky`` and
                ``one_pot_leaky`` with leaks
            leak: of the leaky levels, such as "1 /M/s"; the design's if not given
            iterations: the design's if not given
            progress: told ``(done, of)`` of iterations
        """
        if level not in ASKED:
            raise InputError("unknown level of a training", level, did_you_mean(level, get_args(Level)))
        kind = LEVELS[level]
        if leak is not None and not kind.leaks:
            raise InputError(f"level {level} has no leaks", leak, "Leave leak out, or give dsd_leaky or one_pot_leaky.")
        if iterations is not None and iterations < 1:
            raise InputError("a training has at least one iteration", iterations)
        study = self.study
        if not kind.strands:
            return (study if iterations is None else study.lasting(iterations=iterations)).training(level, progress)
        if kind.leaks:
            _ = study.leaky  # enumerated once for all lengths
        study = study if iterations is None else study.lasting(strand_iterations=iterations)
        return study.train_strands(level, self._leak(leak), progress)

    def trajectory(self, level: Literal["ideal", "dsd"] = "dsd", *, point: int = 0, points: int = POINTS) -> Trajectory:
        """The species of the abstract network over one iteration from the start, with a training point.

        In the design's dimensionless units at both levels. A signal of strands counts what gates hold of it. Raises
        InputError for another level or a point that is not there.

        Args:
            level: ``ideal`` (times dimensionless) or ``dsd`` (times in s)
            point: the number of a training point, from 0
            points: times for each phase
        """
        if level not in TRACED:
            raise InputError("trajectories are of the ideal network or of strands", level, did_you_mean(level, TRACED))
        if not 0 <= point < len(self.data.train_x):
            raise InputError(f"there are training points 0 to {len(self.data.train_x) - 1}", point)
        x, y = self.data.train_x[point], self.data.train_y[point]
        if level == "ideal":
            return IdealLearner(self.study.ncrn, self.study.integrator).trace(x, y, points)
        tube = self.study.tube()
        trace = tube.trace(x, y, points)
        signals = np.column_stack([trace.values[:, held].sum(axis=1) for held in tube.pot.held.values()]) / tube.protocol.unit
        return Trajectory(tuple(tube.pot.held), trace.times, signals, trace.phase_starts)

    def parameter_errors(self, training: Training) -> Floats:
        """max |theta - theta_ideal| / max |theta_ideal| at the start and after each iteration: (iterations + 1,)."""
        return parameter_errors(training, self.ideal)

    def fidelity(self, training: Training) -> Fidelity:
        """How near strands without leak come to the ideal network after as many iterations; h per iteration."""
        return fidelity(self.study.lasting(strand_iterations=training.iterations), training)

    def fuel(self, training: Training) -> FuelBudget:
        """What strands consume (nM), how long it lasts, and when to top up. Raises InputError for an ideal training."""
        if not training.fuel_used:
            raise InputError("this training has used no fuel", training.level, "Give one of strands, such as dsd.")
        return fuel_budget(training)

    def leaks(self, progress: Progress = no_progress) -> LeakSensitivity:
        """Train at rising leak rates (/M/s): the curve, the rate that is tolerated, and whose leaks do the harm.

        Some ten trainings under leak; ``progress(done, of)`` counts them.
        """
        return leak_sensitivity(self.study, progress=progress)

    def rank_leaks(self, leak: str | None = None) -> LeakRanking:
        """Whose leaks move the parameters most in one iteration, by exact derivatives at a leak rate, or the design's."""
        return rank_leaks(self.study, per_nM_s_to_per_M_s(self._leak(leak)))

    def yields(self, samples: int, progress: Progress = no_progress) -> Yield:
        """How many of some tubes with the design's imperfections learn. Raises InputError for a design without any."""
        return monte_carlo_yield(Drawn(self.study, self.seed), samples, progress=progress)

    def _leak(self, leak: str | None) -> float:
        """A leak rate in /nM/s; the design's where none is given."""
        return self.study.spec.leak.rate if leak is None else parse_quantity(leak, "bimolecular rate")

    def __repr__(self) -> str:
        sizes = self.counts
        return (
            f"<PreparedDesign {self.design.name}, seed {self.seed}: {sizes['reactions']} reactions, "
            f"{sizes['strands']} strands, {sizes['network_steps']} steps, {self.hours_per_iteration:.1f} h for an iteration>"
        )


def prepare(
    design: DesignSpec,
    data: Dataset | None = None,
    seed: int = 0,
    *,
    engine: str = DEFAULT_ENGINE,
    progress: Progress = no_progress,
) -> PreparedDesign:
    """All steps up to strands that are ready to learn: compiled, ideal network trained, translated, enumerated, calibrated.

    Raises DesignError for a design that cannot be
    compiled or translated, CheckFailed where its gates cannot be calibrated.

    Args:
        design: a checked design
        data: points of your own in place of those of the design's task
        seed: of all that is random: the same seed gives the same numbers
        engine: what integrates: rosenbrock, cvode or ssa
        progress: told ``(done, of)`` of the ideal training's iterations

    >>> import dsd_ncrn as dn
    >>> study = dn.prepare(dn.load_design("designs/linreg2d.toml"))
    >>> study
    <PreparedDesign linreg2d, seed 0: 14 reactions, 121 strands, 237 steps, 13.0 h for an iteration>
    """

    @contextmanager
    def watch(part: str) -> Generator[Progress]:
        yield progress if part == "ideal" else no_progress

    return PreparedDesign(design, seed, Study(design, seed, engine, data, watch).ready)
