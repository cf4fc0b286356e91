"""The strand-level training held against the ideal one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.types import Fidelity, ReactionFidelity
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.types import Training

Floats = NDArray[np.float64]
PROBES = 6
"""Training points at which every reaction's firings are compared."""


def parameter_errors(training: Training, ideal: Training) -> Floats:
    """max |theta - theta_ideal| / max |theta_ideal| before training and after each iteration that both have."""
    pairs = list(zip(training.parameters, ideal.parameters))
    return np.array([np.abs(found - wanted).max() / np.abs(wanted).max() for found, wanted in pairs])


def fidelity(study: Study, training: Training) -> Fidelity:
    """Errors of a strand-level training, and of its reactions away from the point of calibration."""
    errors = parameter_errors(training, study.compared)
    worst, deviation = _worst_reaction(study)
    calibration = study.calibration
    return Fidelity(
        parameter_error_first_iteration=float(errors[1]),
        parameter_error_final=float(errors[-1]),
        rmse_ratio=training.rmse_after / study.compared.rmse_after,
        hours_per_iteration=study.schedule.seconds_per_iteration / 3600,
        reactions=tuple(
            ReactionFidelity(name, before, calibration.after[name], _join_nM(study, name))
            for name, before in calibration.before.items()
        ),
        worst_reaction=worst,
        worst_reaction_error=deviation,
    )


def _join_nM(study: Study, reaction: str) -> float:
    return study.system.by_name[study.system.joins[reaction]].concentration


def _worst_reaction(study: Study) -> tuple[str, float]:
    """The slow reaction whose firings differ most from the ideal ones over some training points."""
    ideal = IdealLearner(study.ncrn, study.engine)
    ideal.set_parameters(study.ideal.parameters[-1])
    worst = dict.fromkeys(study.calibration.before, 0.0)
    for x, y in list(zip(study.data.train_x, study.data.train_y))[:PROBES]:
        tube = study.tube()
        tube.set_parameters(study.ideal.parameters[-1])
        wanted, fired = ideal.extents(x, y), tube.extents(x, y)
        for name in worst:
            worst[name] = max(worst[name], abs(fired[name] / wanted[name] - 1))
    name = max(worst, key=lambda reaction: worst[reaction])
    return name, worst[name]
