"""The staged form as equations: what its network tends to as its fast reactions get faster, in closed form.

An update that raises gives each parameter the share x_i / sum(x) of the error, as far as there is input. One that lowers lets
X_i and P_i vanish in pairs, dp_i/ds = dx_i/ds = -x_i p_i with one s for all i, until Z is used up: a logistic curve each.
"""

from __future__ import annotations

from math import expm1, log1p

import numpy as np

from dsd_ncrn.arrays import Floats, one_by_one
from dsd_ncrn.design.spec import Circuit
from dsd_ncrn.ncrn.equations import derive, initial_parameters
from dsd_ncrn.ncrn.roster import shape_of
from dsd_ncrn.ncrn.staged import linear_of
from dsd_ncrn.simulate.results import Iteration

HALVINGS = 60
"""Of an interval that begins no smaller than half its end: to the last bit."""


class StagedLearner:
    """A learner, see Learner; values are those of the design. Raises DesignError as ``compile_staged``."""

    def __init__(self, circuit: Circuit, dimension: int) -> None:
        shape = shape_of(circuit, dimension)
        dynamics = derive(circuit, shape)
        linear = linear_of(circuit, shape, dynamics)
        self.values = np.array(initial_parameters(circuit, dynamics, shape), dtype=float)
        self.offset, self.limit, self._rate = linear.offset, circuit.weight_limit, circuit.learning_rate
        self._slopes = np.array([each.coefficient * circuit.T for each in linear.weights])
        self._order = [each.input.number for each in linear.weights]
        self._constants = (circuit.pad_value,) * circuit.pad

    def weights(self) -> Floats:
        """What each input counts, (parameters,)."""
        return self.limit * -one_by_one(expm1, -self._slopes * self.values / self.limit)

    def parameters_of(self, share: float) -> Floats:
        """The parameters at which every weight is this share of its limit, (parameters,)."""
        return -log1p(-share) * self.limit / self._slopes

    def predict(self, x: Floats) -> Floats:
        """See Learner."""
        return np.array([self.offset + self.weights() @ self.inputs(x)])

    def parameters(self) -> Floats:
        """See Learner."""
        return self.values.copy()

    def iterate(self, x: Floats, y: Floats) -> Iteration:
        """See Learner."""
        outputs, used = self.predict(x), self.parameters()
        error = float(y[0] - outputs[0])
        amounts, inputs = self.values / self._rate, self.limit * self.inputs(x)
        if len(amounts) == 1:
            amounts = np.maximum(amounts + error, 0.0)
        elif not inputs.any():
            pass  # nothing says which parameter should change
        elif error > 0:
            amounts = amounts + min(error, inputs.sum()) * inputs / inputs.sum()
        else:
            amounts = lowered(amounts, inputs, -error)
        self.values = amounts * self._rate
        return Iteration(outputs, used)

    def inputs(self, x: Floats) -> Floats:
        """The input of each parameter, (parameters,)."""
        return np.array([*x, *self._constants])[self._order]


def lowered(amounts: Floats, inputs: Floats, excess: float) -> Floats:
    """What is left of the parameters' ``amounts`` (parameters,) when ``excess`` molecules have each taken one and an input."""

    def left(progress: float) -> Floats:
        difference = inputs - amounts
        growth = np.exp(difference * progress)
        grown = np.where(difference == 0.0, progress, np.expm1(difference * progress) / np.where(difference, difference, 1.0))
        return amounts / (growth + amounts * grown)

    least = np.maximum(amounts - inputs, 0.0)
    if excess >= (amounts - least).sum():
        return least
    low, high = 0.0, 1.0
    while (amounts - left(high)).sum() < excess:
        low, high = high, 2.0 * high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if (amounts - left(middle)).sum() < excess else (low, middle)
    return left(high)
