"""The strand-level training held against the ideal one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.arrays import Floats
from dsd_ncrn.dsd.staged import places_of
from dsd_ncrn.gates.calibrate import probes, slow_terms
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.staged import StagedLearner

PROBES = 6
"""Training points at which every reaction's firings are compared."""


@dataclass(frozen=True, slots=True)
class ReactionFidelity:
    """How one formal reaction is realised: firings at the reference point over the ideal network's."""

    origin: str
    before_calibration: float
    after_calibration: float
    join_nM: float


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The strand-level training against the ideal one.

    ``parameter_error_*`` is max |theta_dsd - theta_ideal| / max |theta_ideal|; ``rmse_ratio`` is DSD over ideal on
    the test set; ``worst_reaction`` names the formal reaction furthest from its rate over the test iterations.
    """

    parameter_error_first_iteration: float
    parameter_error_final: float
    rmse_ratio: float
    hours_per_iteration: float
    reactions: tuple[ReactionFidelity, ...]
    worst_reaction: str
    worst_reaction_error: float


def parameter_errors(training: Training, ideal: Training) -> Floats:
    """max |theta - theta_ideal| / max |theta_ideal| before training and after each iteration that both have.

    Shape (iterations + 1,); 0 where both are all zero, as parameters may be at the start.
    """
    count = min(len(training.parameters), len(ideal.parameters))
    difference = np.abs(training.parameters[:count] - ideal.parameters[:count]).max(axis=1)
    size = np.abs(ideal.parameters[:count]).max(axis=1)
    return np.divide(difference, size, out=np.where(difference > 0, np.inf, 0.0), where=size > 0)


def fidelity(study: Study, training: Training) -> Fidelity:
    """Errors of a strand-level training, and of its reactions away from the point of calibration."""
    errors = parameter_errors(training, study.compared)
    worst, deviation = _worst_weight(study) if study.staged else _worst_reaction(study)
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
    return study.system.level(study.system.gates[reaction].join)


def _worst_weight(study: Study) -> tuple[str, float]:
    """The reaction whose input counts least as it should at the usual inputs, and by how much it is off: over the largest
    part, since a weight may be next to none."""
    x, parameters = study.reference[0], study.ideal.parameters[-1]
    learner, tube = StagedLearner(study.decided.circuit, study.data.dimension), study.tube()
    learner.values = parameters
    wanted = learner.weights() * learner.inputs(x)
    found, size = dict[str, float](), max(float(wanted.max()), np.finfo(float).tiny)
    for place, number in zip(places_of(study.ncrn), range(len(parameters))):
        # One weight at a time: what the tube then gives is that input's part of the sum.
        tube.set_parameters(np.where(np.arange(len(parameters)) == number, parameters, 0.0))
        made = float(tube.predict(x)[0]) - learner.offset
        found[f"N1_{place}"] = abs(made - wanted[number]) / size
    worst = max(found, key=lambda name: found[name])
    return worst, found[worst]


def _worst_reaction(study: Study) -> tuple[str, float]:
    """The slow term (its first reaction) whose firings differ most from the ideal ones over some points, relative to the
    most that it fires there; states of the backward pass apart, which run away from small errors."""
    ideal = IdealLearner(study.ncrn, study.integrator)
    ideal.set_parameters(study.ideal.parameters[-1])
    terms = [term for term in slow_terms(study.ncrn) if not term.backward and term.names[0] in study.calibration.after]
    off, size = dict.fromkeys(terms, 0.0), dict.fromkeys(terms, 0.0)
    for x, y in probes(ideal, study.data.train_x[:PROBES], study.data.train_y[:PROBES]):
        tube = study.tube()
        tube.set_parameters(study.ideal.parameters[-1])
        wanted, fired = ideal.extents(x, y), tube.extents(x, y)
        for term in terms:
            # The net of a term: both rails of a signal may fire more than they should, and only their difference counts.
            off[term] = max(off[term], abs(term.net(fired) - term.net(wanted)))
            size[term] = max(size[term], abs(term.net(wanted)))
    worst = max(terms, key=lambda term: off[term] / size[term])
    return worst.names[0], off[worst] / size[worst]
