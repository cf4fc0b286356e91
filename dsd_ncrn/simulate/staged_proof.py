"""Proof of a compilation in the staged form: in symbols, and by letting its stages run from random parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.dynamics import Term
from dsd_ncrn.ncrn.equations import derive
from dsd_ncrn.ncrn.exact import Polynomial
from dsd_ncrn.ncrn.roster import shape_of
from dsd_ncrn.ncrn.staged import FORWARD, MEET, UPDATE, input_of, linear_of
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.ncrn.verify import TOLERANCE, Algebra
from dsd_ncrn.simulate.claims import Claim, Stages
from dsd_ncrn.simulate.staged import StagedLearner
from dsd_ncrn.tasks import Dataset

PREDICTION_BOUND, CHANGE_BOUND = 1e-8, 1e-6
POINTS = 3


def staged_claims(spec: DesignSpec, data: Dataset, stages: Stages, seed: int) -> tuple[Claim, ...]:
    """What the staged form promises of a design whose rails are decided. Raises CheckFailed where an integration stops."""
    faults = [*_Symbols(spec, data, stages.ncrn).faults()]
    predicted, changed, climbing = _runs(spec, data, stages, np.random.default_rng(seed))
    symbols = "mass action is f at inputs that are used up, and keeps the error"
    return (
        Claim(symbols, float(len(faults)), 0.0, "; ".join(faults)),
        Claim("Z is the prediction in closed form", predicted, PREDICTION_BOUND),
        Claim("an iteration changes theta as the equations do, by eta times the error in all", changed, CHANGE_BOUND),
        Claim("no parameter goes up the gradient of the loss", float(climbing), 0.0),
    )


class _Symbols:
    """The network as polynomials, beside what is wanted of them."""

    def __init__(self, spec: DesignSpec, data: Dataset, ncrn: NeuralCrn) -> None:
        circuit = spec.circuit
        shape = shape_of(circuit, data.dimension, data.outputs)
        self.weights = linear_of(circuit, shape, derive(circuit, shape)).weights
        self.x, self.p = [input_of(circuit, each) for each in self.weights], ncrn.parameters
        ((self.z, _),), (self.y,) = ncrn.outputs[0].terms, ncrn.targets
        self.reactions, self.rate = ncrn.crn.reactions, circuit.fast_ratio
        self.algebra = Algebra(ncrn.crn, {each.symbol: each for each in (*self.x, *self.p)})

    def faults(self) -> Iterator[str]:
        """Every difference found."""
        nothing = self.algebra.ring.zero
        terms = [self.algebra.right_side((Term(each.coefficient, (each.parameter, each.input)),)) for each in self.weights]
        wanted = {self.z: sum(terms, nothing)} | {x: -term for x, term in zip(self.x, terms)} | dict.fromkeys(self.p, nothing)
        yield from self._compare(FORWARD, self._in(FORWARD), wanted)
        for phase in (MEET, UPDATE):  # both keep y - z and what the parameters have gained
            rates = self.algebra.rates(self._in(phase))
            kept = sum((rates[each.plus] for each in self.p), rates[self.y.plus] - rates[self.z.plus])
            if _differ(kept, nothing):
                yield f"{phase}: the error is not kept"
        for source in (self.y, self.z) if len(self.p) > 1 else ():
            moving = [each for each in self._in(UPDATE) if source.plus in each.reactants]
            yield from self._compare(UPDATE, moving, {p: self._share(source, x, p) for x, p in zip(self.x, self.p)})

    def _share(self, source: Variable, x: Variable, p: Variable) -> Polynomial:
        """How fast Y raises a parameter, or Z lowers it: all with one rate constant."""
        species = self.algebra.species
        speed = self.algebra.number(self.rate) * species[source.plus] * species[x.plus]
        return speed if source is self.y else -speed * species[p.plus]

    def _in(self, phase: str) -> list[Reaction]:
        return [reaction for reaction in self.reactions if phase in reaction.phases]

    def _compare(self, phase: str, reactions: Iterable[Reaction], wanted: dict[Variable, Polynomial]) -> Iterator[str]:
        rates = self.algebra.rates(reactions)
        for each, rate in wanted.items():
            if _differ(rates[each.plus], rate):
                yield f"{phase} {each.name}: {rates[each.plus] - rate}"


def _differ(one: Polynomial, other: Polynomial) -> bool:
    return any(abs(value) > TOLERANCE for value in (one - other).coeffs())


def _runs(spec: DesignSpec, data: Dataset, stages: Stages, rng: np.random.Generator) -> tuple[float, float, int]:
    """The largest errors of prediction and change over some points, with targets below and above the prediction each, and how
    often a parameter went up the gradient."""
    learner = StagedLearner(spec.circuit, data.dimension)
    start = learner.parameters()
    predicted = changed = 0.0
    climbing = 0
    for x, y in zip(data.train_x[:POINTS], data.train_y[:POINTS]):
        before = start * rng.uniform(0.5, 1.5, len(start))
        learner.values = before
        wanted = learner.predict(x)
        state = stages.stage(stages.start(before, x, [0.0]), "N1", FORWARD, fast=False)
        z, _ = stages.ncrn.outputs[0].terms[0]
        predicted = max(predicted, abs(stages.read(state, z) - float(wanted[0])))
        for target in (0.7 * wanted, wanted + 0.3 * np.maximum(y, wanted)):
            learner.values = before
            learner.iterate(x, target)
            after = _after(stages, state, x, target)
            changed = max(changed, float(np.max(np.abs(after - learner.values))))
            climbing += int(np.sum((after - before) * (target - wanted) * _slopes(learner, before, x) < 0))
    return predicted, changed, climbing


def _after(stages: Stages, state: Floats, x: Sequence[float], target: Floats) -> Floats:
    """The parameters when the stages after the forward pass have run from its state."""
    ncrn, state = stages.ncrn, state.copy()
    stages.load(state, ncrn.targets[0], float(target[0]))
    state = stages.stage(state, "N2", MEET, fast=True)
    if ncrn.renewed_before:
        for name, amount in ncrn.padding:
            if name in ncrn.crn.carriers and not any(name == each.plus for each, _ in ncrn.outputs[0].terms):
                state[stages.index[name]] = amount
        for variable, value in zip(ncrn.inputs, x):
            stages.load(state, variable, float(value))
    state = stages.stage(state, "N4", UPDATE, fast=True)
    return np.array([stages.read(state, each) for each in ncrn.parameters])


def _slopes(learner: StagedLearner, parameters: Floats, x: Floats) -> Floats:
    """How the prediction grows with each parameter, by central differences, (parameters,)."""
    found = np.zeros(len(parameters))
    for place, step in enumerate(1e-4 * np.maximum(parameters, 1e-3)):
        for sign in (1.0, -1.0):
            learner.values = parameters + sign * step * (np.arange(len(parameters)) == place)
            found[place] += sign * float(learner.predict(x)[0]) / (2 * step)
    return found
