"""One design on its way to strands that learn: every part is worked out once, when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from dsd_ncrn.analysis.beads import BeadBudget, bead_budget
from dsd_ncrn.analysis.experiment import experiment_of
from dsd_ncrn.analysis.translated import part
from dsd_ncrn.analysis.tubes import LEAKY, Tubes
from dsd_ncrn.arrays import Floats
from dsd_ncrn.dsd.experiment import Experiment
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.simulate.engines.crew import by_itself
from dsd_ncrn.simulate.handling import PERFECT
from dsd_ncrn.simulate.learners import repeats_of, train_autonomous, train_ideal, train_value
from dsd_ncrn.simulate.results import LEVELS, Training
from dsd_ncrn.simulate.traffic import lean_network
from dsd_ncrn.simulate.train import Progress, no_progress, train
from dsd_ncrn.simulate.tube import Tube
from dsd_ncrn.simulate.wells import Wells, poured, titrated, wells_of
from dsd_ncrn.tasks import Dataset
from dsd_ncrn.tasks.layer import Unit, beside, units_of

LONG = 40
"""Iterations from which on finding out what carries something pays."""
LEAST_DECADE = -10
"""That of the lowest leak for which a study is made lean, /nM/s."""
NEAR = 1e-9
LOOSER, LOOSEST = 10.0, 60.0
"""How many times as large tolerances are where steps are left out, which costs more than they do; from ``MUCH`` on, once the
first iterations are over."""
MUCH = -9
"""The decade of leaks, /nM/s, from which on what is left out costs some thousandths of the parameters: 1 /M/s."""


@dataclass(frozen=True, eq=False)
class Study(Tubes):
    """A design with a seed, and all that follows from them.

    Asking for a part raises CheckFailed where calibration or a training fails. Long trainings under leak leave out the leaky
    steps that carry next to nothing (``lean``).
    """

    @part
    def experiment(self) -> Experiment:
        """What a laboratory adds when (nM, s), point by point."""
        return experiment_of(self, self.beads.sites if self.staged else {})

    @part
    def beads(self) -> BeadBudget:
        """What beads take and carry off."""
        return bead_budget(self)

    @part
    def lean_studies(self) -> dict[int, Self]:
        """Those without the leaky steps that carry next to nothing, by the decade of the leak rate (``lean``)."""
        return {}

    def lean(self, leak: float | None = None) -> Self:
        """The study without the leaky steps that carry next to nothing at leak rates up to ``leak``, /nM/s (``lean_network``).

        Its decade is filled, so that few such studies serve all rates. Where trainings are short or simulated by chance, or
        nothing can be left out, it is the same study.
        """
        if self.compared.iterations < LONG or self.simulator is not self.integrator:
            return self
        rate = self.spec.leak.rate if leak is None else leak
        # Upwards: what carries next to nothing at the largest rate of a decade carries less at all below.
        decade = max(LEAST_DECADE, int(np.ceil(np.log10(rate) - NEAR))) if rate > 0 else LEAST_DECADE
        if decade not in self.lean_studies:
            # Trainings side by side ask for it at the same time: it is made once, while the others wait.
            self.lean_studies[decade] = by_itself(lambda: self._without_idle(decade))
        return self.lean_studies[decade]

    def _without_idle(self, decade: int) -> Self:
        # An error of the first iterations stays in the parameters; later ones are off by what is left out anyway.
        leak, looser = 10.0**decade, (LOOSER, LOOSER if decade < MUCH else LOOSEST)

        def of(network: ReactionNetwork) -> Self:
            return self if network is self.leaky else self.given(leaky=network, looser=looser, compared=self.compared)

        def tube(network: ReactionNetwork) -> Tube:
            return of(network).tube(LEAKY, leak)

        points = list(zip(self.data.train_x, self.data.train_y))
        return of(lean_network(tube, self.leaky, self.network, points, self.compared.iterations))

    def train_strands(self, level: str, leak: float | None = None, progress: Progress = no_progress) -> Training:
        """A training of strands from the start; ``leak`` as ``tube`` takes it. Long ones under leak are lean."""
        made = self.lean(leak) if level == LEAKY else self
        return made.train(made.tube(level, leak), level, progress)

    @part
    def trainings(self) -> dict[str, Training]:
        """Those done so far, by level."""
        return {}

    def training(self, level: str, progress: Progress = no_progress) -> Training:
        """The training at a level, done when it is first asked for: of the equations (``value``), of the abstract network
        (``ideal``; ``autonomous`` under its own clock), or of strands."""
        if level not in self.trainings:
            self.trainings[level] = self._trained(level, progress)
        return self.trainings[level]

    def train(self, tube: Tube, level: str, progress: Progress = no_progress) -> Training:
        """Train a tube on the design's data; the consumption of fuels is recorded with it."""
        plan, names = self.plan, self.ideal.parameter_names
        iterations = plan.iterations if plan.strand_iterations is None else self.compared.iterations
        data = self.data if self.data.plain is None else self._poured(tube, iterations or plan.epochs * len(self.data.train_x))
        training = train(tube, level, names, data, plan.epochs, iterations, progress, repeats_of(plan))
        used = np.array(tube.used)
        components = enumerate(self.system.components)  # of clocks, dosed anew anyway, consumption is of no interest
        fuels = {c.name: n for n, c in components if c.topped_up and c.role != Role.CLOCK and c.concentration > 0}
        return replace(
            training,
            fuel_used={name: used[:, number] for name, number in fuels.items()},
            fuel_start={name: float(tube.nominal[number]) for name, number in fuels.items()},
        )

    def _poured(self, tube: Tube, iterations: int) -> Dataset:
        """The points as the wells of a fixed layer give them to a tube, titrated where tubes are not perfect."""
        given, seed = self.spec.imperfections, tube.pot.handling.seed
        wells = self.wells
        if tube.pot.handling != PERFECT:
            wells = titrated(wells, np.random.default_rng((seed, 0)), 1.0 + given.bead_slowdown)
        return poured(wells, self.data, min(iterations, len(self.data.train_x)), seed)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Those of a fixed layer; none without one."""
        return units_of(self.design.task.layer, self.data.plain.dimension) if self.data.plain is not None else ()

    @property
    def given_x(self) -> Floats:
        """The training inputs as a protocol takes them: with a fixed layer what its wells are to give."""
        return beside(self.units, self.data) if self.units else self.data.train_x

    @part
    def wells(self) -> Wells:
        """Those of a fixed layer, as designed."""
        return wells_of(self.units, self.rates, self.integrator)

    def _trained(self, level: str, progress: Progress) -> Training:
        spec = self.decided.model_copy(update={"training": self.plan})
        if level == "value":
            return train_value(spec, self.data, progress)
        if level == "autonomous":
            return train_autonomous(spec, self.data, self.ncrn, self.integrator, progress)
        if LEVELS[level].strands:
            return self.train_strands(level, progress=progress)
        if spec == self.decided and self.simulator is self.integrator:
            return self.ideal
        return train_ideal(spec, self.data, self.ncrn, self.simulator, progress)
