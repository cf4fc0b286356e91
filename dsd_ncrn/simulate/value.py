"""The neural ODE itself as a learner: numbers in the place of species, and every fast reaction at once.

What the network of a Neural CRN tends to as its fast reactions get faster: z from the forward pass, a = W^T (W z - y),
the backward pass of Chen et al. 2018 in forward time, and theta -= eta g.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.dynamics import Dynamics
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.ncrn.roster import gradient_of
from dsd_ncrn.simulate.flow import Flow, Fuels, advance, flow_of
from dsd_ncrn.simulate.results import Iteration, Training

Rows = tuple[tuple[float, ...], ...]
TOLERANCE = 1e-9
VECTORS = (SymbolKind.X, SymbolKind.Z, SymbolKind.BACKWARD, SymbolKind.ADJOINT, SymbolKind.FUEL)


@dataclass(frozen=True)
class ValueModel:
    """A learner's equations and numbers.

    ``duration`` is T, ``w_out`` (outputs, d). ``initial``, ``learning_rates`` and ``single_rail`` have one entry for each
    parameter of ``dynamics``, and with ``train_w_out`` for each output weight after them, row by row; a parameter on a
    single rail stops at 0. The x of f is ``w_in`` (d, inputs + constants) times the inputs and ``constants``, which follow
    them; without it, these themselves. The parameters change after every ``batch``-th point by the sum of the gradients.
    ``fuels`` limit the growth of the backward variables.
    """

    dynamics: Dynamics
    duration: float
    w_out: Rows
    initial: tuple[float, ...]
    learning_rates: tuple[float, ...]
    single_rail: tuple[bool, ...]
    constants: tuple[float, ...] = ()
    w_in: Rows | None = None
    starts_at_x: bool = False
    train_w_out: bool = False
    batch: int = 1
    fuels: Fuels | None = None

    def __post_init__(self) -> None:
        count = len(self.dynamics.parameters) + self.train_w_out * len(self.w_out) * self.dynamics.dimension
        if not count == len(self.initial) == len(self.learning_rates) == len(self.single_rail):
            raise ValueError(f"initial, learning_rates and single_rail need one entry for each of {count} parameters")

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Everything that a term can read, and the gradients of the parameters."""
        numbers = range(1, self.dynamics.dimension + 1)
        vectors = [Symbol(kind, str(number)) for kind in VECTORS for number in numbers]
        return (*vectors, *self.dynamics.parameters, *map(gradient_of, self.dynamics.parameters))


class ValueLearner:
    """Trains a ValueModel. Raises CheckFailed, with the iteration and the variable, where a pass runs to infinity."""

    def __init__(self, model: ValueModel, tolerance: float = TOLERANCE) -> None:
        dynamics = model.dynamics
        self.model, self.tolerance, self.iterations = model, tolerance, 0
        self.values = np.array(model.initial, dtype=float)
        self.gradient = np.zeros(len(self.values))
        self._symbols = model.symbols
        gradient = {gradient_of(parameter): terms for parameter, terms in dynamics.gradient.items()}
        backward = {**dynamics.backward, **dynamics.adjoint, **gradient}
        self._forward_flow = flow_of(dynamics.forward, self._symbols)
        self._backward_flow = flow_of(backward, self._symbols, model.fuels)
        d, p = dynamics.dimension, len(dynamics.parameters)
        self._x, self._z, self._zb, self._a, self._fuel = (slice(place * d, (place + 1) * d) for place in range(5))
        self._theta, self._gradient = slice(5 * d, 5 * d + p), slice(5 * d + p, 5 * d + 2 * p)

    def predict(self, x: Floats) -> Floats:
        """See Learner."""
        return self._weights @ self._forward(x)[self._z]

    def parameters(self) -> Floats:
        """See Learner."""
        return self.values.copy()

    def iterate(self, x: Floats, y: Floats) -> Iteration:
        """See Learner."""
        used, state = self.parameters(), self._forward(x)
        outputs = self._weights @ state[self._z]
        self.gradient += self._gradients(state, outputs - y)
        self.iterations += 1
        if self.iterations % self.model.batch == 0:
            self._update()
        return Iteration(outputs, used)

    @property
    def _weights(self) -> Floats:
        """W, (outputs, d)."""
        fixed = np.array(self.model.w_out, dtype=float)
        return self.values[len(self.model.dynamics.parameters) :].reshape(fixed.shape) if self.model.train_w_out else fixed

    def _forward(self, x: Floats) -> Floats:
        """All symbols after the forward pass."""
        state = np.zeros(len(self._symbols) + 1)
        state[-1] = 1.0
        state[self._theta] = self.values[: len(self.model.dynamics.parameters)]
        given = np.concatenate([x, self.model.constants])
        state[self._x] = given if self.model.w_in is None else np.array(self.model.w_in) @ given
        if self.model.starts_at_x:
            state[self._z] = state[self._x]
        self._pass(self._forward_flow, state, "forward")
        return state

    def _gradients(self, state: Floats, errors: Floats) -> Floats:
        """dL/dtheta by the backward pass, and dL/dW = e z^T."""
        z = state[self._z].copy()
        # N2 at once: the backward state is a copy of z, the adjoint starts from the error.
        state[self._zb], state[self._a] = z, self._weights.T @ errors
        if self.model.fuels:
            state[self._fuel] = self.model.fuels.amount
        self._pass(self._backward_flow, state, "backward")
        weights = np.outer(errors, z).ravel() if self.model.train_w_out else np.zeros(0)
        return np.concatenate([state[self._gradient], weights])

    def _update(self) -> None:
        with np.errstate(over="ignore", invalid="ignore"):  # the next pass tells what has run to infinity
            changed = self.values - np.array(self.model.learning_rates) * self.gradient
        # A single rail has no negative values: G+ that finds no P is left over there as well.
        self.values = np.where(self.model.single_rail, np.maximum(changed, 0.0), changed)
        self.gradient[:] = 0.0

    def _pass(self, flow: Flow, state: Floats, direction: str) -> None:
        reached, largest = advance(flow, state, self.model.duration, self.tolerance)
        if reached < self.model.duration:
            remedy = "lower T or the learning rate" + (", or set circuit.zb_cap" if direction == "backward" else "")
            raise CheckFailed(
                f"the {direction} pass of iteration {self.iterations + 1} stopped: {self._symbols[largest]} runs to infinity "
                f"at {reached:.3g} of T = {self.model.duration:g}; {remedy}"
            )


def separation_error(network: Training, values: Training) -> float:
    """How far fast reactions of finite speed take a training: the largest difference of any parameter after any
    iteration that both have between the network's training and the value-level one, over the largest of the latter.
    """
    count = min(len(network.parameters), len(values.parameters))
    exact = values.parameters[:count]
    return float(np.abs(network.parameters[:count] - exact).max() / np.abs(exact).max())
