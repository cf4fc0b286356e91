"""Trainings of a design without strands: its abstract network, the equations behind it, and the network under its own clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dsd_ncrn.design.spec import DesignSpec, TrainingPlan
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.decide import check_signs, check_turns
from dsd_ncrn.ncrn.equations import derive, initial_parameters
from dsd_ncrn.ncrn.oscillator import Oscillator, oscillator_for
from dsd_ncrn.ncrn.roster import roster, shape_of
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.autonomous import AutonomousLearner
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.flow import Fuels
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.results import Learner, Training
from dsd_ncrn.simulate.staged import StagedLearner
from dsd_ncrn.simulate.train import ONCE, Progress, Repeats, no_progress, train
from dsd_ncrn.simulate.value import ValueLearner, ValueModel
from dsd_ncrn.tasks import Dataset


def train_ideal(spec: DesignSpec, data: Dataset, ncrn: NeuralCrn, engine: Engine, progress: Progress = no_progress) -> Training:
    """Train the abstract network under an external clock.

    Raises InputError where the data do not fit the rails, CheckFailed where a pass runs to infinity.
    """
    check_signs(spec, data)
    return _trained(spec, data, ncrn, IdealLearner(ncrn, engine), "ideal", progress)


def train_value(spec: DesignSpec, data: Dataset, progress: Progress = no_progress) -> Training:
    """Train the equations themselves: the limit of infinitely fast fast reactions.

    Raises DesignError as ``compile_design``, CheckFailed where a pass runs to infinity.
    """
    ncrn = compile_design(spec, data.dimension, data.outputs)
    staged = spec.circuit.form == "staged"
    learner = StagedLearner(spec.circuit, data.dimension) if staged else ValueLearner(value_model(spec, data))
    return _trained(spec, data, ncrn, learner, "value", progress)


def train_autonomous(
    spec: DesignSpec, data: Dataset, ncrn: NeuralCrn, engine: Engine, progress: Progress = no_progress
) -> Training:
    """Train the abstract network in one pot with its oscillator.

    Raises DesignError as ``oscillator_of``, CheckFailed where the clock stops or a pass runs to infinity.
    """
    learner = AutonomousLearner(ncrn, oscillator_of(spec, ncrn), engine)
    return _trained(spec, data, ncrn, learner, "autonomous", progress)


def ended_after(training: Training, iterations: int, ncrn: NeuralCrn, engine: Engine, data: Dataset) -> Training:
    """What an abstract training was after some of its iterations; the test points are predicted with the parameters then."""
    if iterations >= training.iterations:
        return training
    learner = IdealLearner(ncrn, engine)
    learner.set_parameters(training.parameters[iterations])
    return replace(
        training,
        parameters=training.parameters[: iterations + 1],
        predictions=training.predictions[:iterations],
        targets=training.targets[:iterations],
        epochs=-(-iterations // len(data.train_x)),
        test_after=np.array([learner.predict(x) for x in data.test_x]),
    )


def oscillator_of(spec: DesignSpec, ncrn: NeuralCrn) -> Oscillator:
    """The ring of species that a design asks for. Raises DesignError where its phases do not all come in each turn."""
    check_turns(spec.training)
    clock = spec.clock
    return oscillator_for(ncrn.crn, clock.spacing, clock.residual, clock.total)


def value_model(spec: DesignSpec, data: Dataset) -> ValueModel:
    """The equations of a design whose rails and start values are decided."""
    circuit = spec.circuit
    shape = shape_of(circuit, data.dimension, data.outputs)
    dynamics = derive(circuit, shape)
    parameters = roster(circuit, dynamics, shape).parameters
    return ValueModel(
        dynamics=dynamics,
        duration=circuit.T,
        w_out=shape.w_out,
        initial=initial_parameters(circuit, dynamics, shape),
        learning_rates=(circuit.learning_rate,) * len(parameters),
        single_rail=tuple(parameter.minus is None for parameter in parameters),
        constants=(circuit.pad_value,) * circuit.pad,
        w_in=shape.w_in,
        starts_at_x=circuit.z_initial == "x",
        train_w_out=circuit.train_w_out,
        batch=spec.training.batch,
        fuels=None if circuit.zb_cap is None else Fuels(circuit.zb_cap),
    )


def repeats_of(plan: TrainingPlan) -> Repeats:
    """How often a point is presented."""
    return ONCE if plan.repeat_tolerance is None else Repeats(plan.repeat_tolerance, plan.max_repeats)


def _trained(spec: DesignSpec, data: Dataset, ncrn: NeuralCrn, learner: Learner, level: str, progress: Progress) -> Training:
    plan, names = spec.training, tuple(variable.name for variable in ncrn.parameters)
    return train(learner, level, names, data, plan.epochs, plan.iterations, progress, repeats_of(plan))
