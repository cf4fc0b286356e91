"""Proof of a compilation: in symbols, by finite differences of the loss, and by letting the update run.

The stages run one after the other, each to its end, so that nothing is left of the finite rates of the fast ones: what is
tested is what the compiler means, not how well time scales are separated.
"""

from __future__ import annotations

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.fast import update_share
from dsd_ncrn.ncrn.slow import ERROR, READOUT, gradient_scale
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.ncrn.verify import conservation_laws, mismatches
from dsd_ncrn.simulate.claims import Claim, Proof, Stages
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.staged_proof import staged_claims
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.tasks import Dataset

STEP = 2e-3
GRADIENT_BOUND, UPDATE_BOUND = 1e-6, 1e-8
POINTS = 3


def prove(spec: DesignSpec, data: Dataset, engine: Engine, seed: int = 0, progress: Progress = no_progress) -> Proof:
    """Check the compiled design (its rails decided) at random parameters and some of its training points.

    ``progress`` hears of the points that are done, which take nearly all of the time. Raises DesignError as
    ``compile_design``, CheckFailed where an integration stops.
    """
    ncrn = compile_design(spec, data.dimension, data.outputs)
    if spec.circuit.form == "staged":
        return Proof(staged_claims(spec, data, Stages(ncrn, engine), seed), conservation_laws(ncrn.crn))
    found = mismatches(spec, data.dimension, data.outputs)
    note = "; ".join(f"{each.stage} {each.variable}: {each.difference}" for each in found)
    rng = np.random.default_rng(seed)
    checks = (
        Claim("mass action is the differential equation, in symbols", float(len(found)), 0.0, note),
        _gradient_check(spec, data, engine, rng, progress),
        _update_check(ncrn, spec, engine, rng),
        *_cap_check(spec, data, engine, seed),
    )
    return Proof(checks, conservation_laws(ncrn.crn))


def loss_and_gradient(stages: Stages, parameters: Floats, x: Floats, y: Floats) -> tuple[float, Floats]:
    """The loss after the forward pass, and what the gradient species hold after the backward pass, (parameters,)."""
    state, loss = _forward(stages, parameters, x, y)
    if stages.ncrn.outputs_after == READOUT:
        state = stages.stage(state, "readout", READOUT, fast=True)
        state = stages.stage(state, "readout", ERROR, fast=False)
    state = stages.stage(state, "N2", "C2", fast=True)
    state = stages.stage(state, "N3", "C2", fast=False)
    return loss, np.array([stages.read(state, variable) for variable in stages.ncrn.gradients])


def _forward(stages: Stages, parameters: Floats, x: Floats, y: Floats) -> tuple[Floats, float]:
    """The state when the outputs are read, with nothing of the targets in them yet, and the loss."""
    state = stages.stage(stages.start(parameters, x, y), "feed", "C1", fast=True)
    state = stages.stage(state, "N1", "C1", fast=False)
    if stages.ncrn.outputs_after == READOUT:
        state = stages.stage(state, "readout", READOUT, fast=False)
    predicted = [sum(w * stages.read(state, z) for z, w in output.terms) for output in stages.ncrn.outputs]
    return state, float(np.sum((np.array(predicted) - y) ** 2) / 2)


def finite_difference(stages: Stages, parameters: Floats, x: Floats, y: Floats) -> Floats:
    """The derivative of the loss by every parameter: central differences of fourth order, (parameters,)."""
    found = np.zeros(len(parameters))
    for place in range(len(parameters)):
        shifts = np.zeros((4, len(parameters)))
        shifts[:, place] = STEP * np.array([1.0, -1.0, 2.0, -2.0])
        values = [_forward(stages, parameters + shift, x, y)[1] for shift in shifts]
        found[place] = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * STEP)
    return found


def _random_parameters(ncrn: NeuralCrn, rng: np.random.Generator) -> Floats:
    values = np.array(ncrn.initial_parameters) + rng.normal(0.0, 0.2, len(ncrn.parameters))
    single = np.array([variable.minus is None for variable in ncrn.parameters])
    return np.where(single, np.abs(values) + 2 * STEP, values)


def _gradient_check(spec: DesignSpec, data: Dataset, engine: Engine, rng: np.random.Generator, progress: Progress) -> Claim:
    claim = "the gradients of N3 are the finite differences of the loss"
    if spec.circuit.first_order:
        return Claim(claim, None, GRADIENT_BOUND, "given up: first_order keeps the adjoint constant")
    ncrn = compile_design(_uncapped(spec), data.dimension, data.outputs)
    stages = Stages(ncrn, engine)
    scales = np.array([gradient_scale(spec.circuit, parameter) for parameter in ncrn.parameters])
    worst = 0.0
    points = list(zip(data.train_x, data.train_y))[:POINTS]
    for number, (x, y) in enumerate(points):
        progress(number, len(points))
        parameters = _random_parameters(ncrn, rng)
        wanted = finite_difference(stages, parameters, x, y)
        found = loss_and_gradient(stages, parameters, x, y)[1] / scales
        worst = max(worst, float(np.max(np.abs(found - wanted)) / max(1.0, float(np.max(np.abs(wanted))))))
    return Claim(claim, worst, GRADIENT_BOUND)


def _uncapped(spec: DesignSpec) -> DesignSpec:
    return spec.model_copy(update={"circuit": spec.circuit.model_copy(update={"zb_cap": None})})


def _update_check(ncrn: NeuralCrn, spec: DesignSpec, engine: Engine, rng: np.random.Generator) -> Claim:
    """N4 at random amounts of G, against theta - share g, or max(0, theta - g) where one rail holds theta."""
    stages, shares = Stages(ncrn, engine), np.array([update_share(spec.circuit, p) for p in ncrn.parameters])
    phase = next(iter(next(r.phases for r in ncrn.crn.reactions if r.origin.stage == "N4")))
    before = _random_parameters(ncrn, rng)
    gradient = rng.normal(0.0, 1.0, len(before))
    state = stages.start(before, np.zeros(len(ncrn.inputs)), np.zeros(len(ncrn.targets)))
    for variable, value in zip(ncrn.gradients, gradient):
        stages.load(state, variable, value)
    state = stages.stage(state, "N4", phase, fast=True)
    after = np.array([stages.read(state, variable) for variable in ncrn.parameters])
    single = np.array([variable.minus is None for variable in ncrn.parameters])
    wanted = np.where(single, np.maximum(before - gradient, 0.0), before - shares * gradient)
    return Claim("N4 makes theta - eta g, or max(0, theta - g)", float(np.max(np.abs(after - wanted))), UPDATE_BOUND)


def _cap_check(spec: DesignSpec, data: Dataset, engine: Engine, seed: int) -> tuple[Claim, ...]:
    """How much the finite fuel of the backward pass changes the gradient; a statement, not a claim."""
    cap = spec.circuit.zb_cap
    if cap is None:
        return ()
    specs = (spec, _uncapped(spec))
    stages = [Stages(compile_design(each, data.dimension, data.outputs), engine) for each in specs]
    parameters = _random_parameters(stages[0].ncrn, np.random.default_rng(seed))
    x, y = data.train_x[0], data.train_y[0]
    capped, free = (loss_and_gradient(each, parameters, x, y)[1] for each in stages)
    change = float(np.max(np.abs(capped - free)) / np.max(np.abs(free)))
    return (Claim("the cap of zb", None, 0.0, f"a fuel of {cap:g} changes the gradient by {change:.2g} of its largest entry"),)
