"""Long trainings under leak without the leaky steps that carry next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.simulate.engines.crew import by_itself
from dsd_ncrn.simulate.traffic import lean_network
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.simulate.tube import Tube

if TYPE_CHECKING:
    from dsd_ncrn.analysis.study import Study
    from dsd_ncrn.simulate.results import Training

LEAKY = "dsd_leaky"
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


def train_strands(study: Study, level: str, leak: float | None = None, progress: Progress = no_progress) -> Training:
    """A training of strands from the start; ``leak`` as ``Study.tube`` takes it. Long ones under leak are lean."""
    made = lean(study, leak) if level == LEAKY else study
    return made.train(made.tube(level, leak), level, progress)


def lean(study: Study, leak: float | None = None) -> Study:
    """The study without the leaky steps that carry next to nothing at leak rates up to ``leak``, /nM/s (``lean_network``).

    Its decade is filled, so that few such studies serve all rates. Where trainings are short or simulated by chance, or nothing
    can be left out, it is the same study.
    """
    if study.compared.iterations < LONG or study.simulator is not study.integrator:
        return study
    rate = study.spec.leak.rate if leak is None else leak
    # Upwards: what carries next to nothing at the largest rate of a decade carries less at all below.
    decade = max(LEAST_DECADE, int(np.ceil(np.log10(rate) - NEAR))) if rate > 0 else LEAST_DECADE
    if decade not in study.lean_studies:
        # Trainings side by side ask for it at the same time: it is made once, while the others wait.
        study.lean_studies[decade] = by_itself(lambda: _without_idle(study, decade))
    return study.lean_studies[decade]


def _without_idle(study: Study, decade: int) -> Study:
    # An error of the first iterations stays in the parameters; later ones are off by what is left out anyway.
    leak, looser = 10.0**decade, (LOOSER, LOOSER if decade < MUCH else LOOSEST)

    def of(network: ReactionNetwork) -> Study:
        return study if network is study.leaky else study.given(leaky=network, looser=looser, compared=study.compared)

    def tube(network: ReactionNetwork) -> Tube:
        return of(network).tube(LEAKY, leak)

    points = list(zip(study.data.train_x, study.data.train_y))
    return of(lean_network(tube, study.leaky, study.network, points, study.compared.iterations))
