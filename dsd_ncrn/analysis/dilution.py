"""How much dilution a training bears, and what comes of it at a given one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.types import ALLOWED_RATIO
from dsd_ncrn.simulate.imperfections.realisation import Mixture, perfect
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.train import Progress, no_progress

LEVEL = "dsd_diluted"
LEAST = 1e-4
"""Growth of the volume in an iteration below which no pipette matters; it is not looked further."""
HALVINGS = 5


@dataclass(frozen=True)
class DilutionStudy:
    """The training at a growth of the volume in every iteration, and the largest growth found at which the test error stays
    under 1.1 times what it is in a constant volume; None where that is below ``LEAST``."""

    growth: float
    training: Training
    tolerated: float | None


def train_diluted(study: Study, growth: float, progress: Progress = no_progress) -> Training:
    """Train a tube, topped up and without leaks, whose volume grows by a share of itself in every iteration."""
    realisation = replace(perfect(Mixture(study.system, study.network)), growth=growth)
    return study.train(study.tube(realisation=realisation), LEVEL, progress)


def study_dilution(study: Study, growth: float, progress: Progress = no_progress) -> DilutionStudy:
    """Train at a growth above 0, and close in on the tolerated one by halving its logarithm."""
    trainings, total = 0, HALVINGS + 3

    def trained(share: float) -> Training:
        nonlocal trainings
        found = train_diluted(study, share, lambda done, of: progress(int(100 * (trainings + done / of)), 100 * total))
        trainings += 1
        return found

    most = ALLOWED_RATIO * trained(0.0).rmse_after
    wanted = trained(growth)
    if wanted.rmse_after < most:
        return DilutionStudy(growth, wanted, growth)
    if growth <= LEAST or not trained(LEAST).rmse_after < most:
        return DilutionStudy(growth, wanted, None)
    low, high = LEAST, growth
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if trained(middle).rmse_after < most else (low, middle)
    return DilutionStudy(growth, wanted, low)
