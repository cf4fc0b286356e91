"""The wells of a fixed layer, as strands: gates on tethers, of which releasers let go one each, then a wash.

    tether       <h e> on a bead; a gate is held by its arm h*
    releaser     <e* h*>: enters at e and lets the gate go
    bare tether  takes a releaser up, and leaves with its bead

What is left of releasers after bare tethers is poured onto the gates; gates that are let go are washed off. Every unit has a
well whose gates are the inputs of the forward pass, and one with those of the update.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.dsd.staged import LEVEL, RELEASER, TETHER, WAIT_S
from dsd_ncrn.dsd.structure import Bound, Domain, free, gate
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.rates import RateModel
from dsd_ncrn.simulate.engines.crew import side_by_side
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.mass_action import from_network
from dsd_ncrn.simulate.pot import Pot, plain_pot
from dsd_ncrn.tasks import Dataset
from dsd_ncrn.tasks.layer import Amount, Unit, Well, beside, loaded

WASHED = 1e-4
"""Of the gates that were let go, what three washes in ten volumes each leave, and a little more."""
STUCK = 0.01
"""Of the gates, those whose tether takes no releaser; the median of what is drawn up to twice that. An estimate: the amine at
the 5' end is added last, so that tethers on beads are whole, and their 7 open bases are seldom damaged."""
TITRATION = 0.03
"""Gates of a unit, releasers and tethers are titrated against one another so well, and each addition is so exact."""


@dataclass(frozen=True)
class Wells:
    """Wells of some units under a tube's hands: factors of ``gates`` (units,), ``releasers`` and ``tethers``, the ``noise`` of
    every addition, and ``slow``, by how much beads slow reactions down.

    Amounts are titrated, so that they are those of what reacts. Beside them ``stuck`` (units,), a share of the gates, hangs on
    tethers that take no releaser: it stays, whatever is let go.
    """

    units: tuple[Unit, ...]
    pot: Pot
    gates: Floats
    releasers: float = 1.0
    tethers: float = 1.0
    noise: float = 0.0
    slow: float = 1.0
    stuck: Floats | float = 0.0

    def outputs(self, x: Floats, random: np.random.Generator) -> Floats:
        """The gates (points, units) that are left at inputs (points, inputs), each unit in wells of its own."""
        jobs = [(well, number) for number, unit in enumerate(self.units) for well in unit]
        found = np.zeros((len(x), len(self.units)))
        for well, number in jobs:
            chance = 1.0 + self.noise * random.standard_normal((2 + 2 * len(well.premixed), len(x)))
            found[:, number] += self._left(well, self.gates[number], np.maximum(chance, 0.0), x)
        return found + self.stuck * loaded(self.units, x)

    def _left(self, well: Well, gates: float, errors: Floats, x: Floats) -> Floats:
        pairs = [part for pair in well.premixed for part in pair]
        factors = (gates, self.releasers, *(self.releasers, self.tethers) * len(well.premixed))
        parts: tuple[Amount, ...] = (well.gates, well.released, *pairs)
        amounts = np.column_stack([part.of(x) * factor * error for part, factor, error in zip(parts, factors, errors)])
        return np.array(side_by_side(self._well, LEVEL * amounts)) / LEVEL

    def _well(self, amounts: Floats) -> float:
        gates, released, *pairs = map(float, amounts)
        if gates == 0.0:
            return 0.0
        for releasers, tethers in zip(pairs[::2], pairs[1::2]):
            both = releasers and tethers
            released += self._react(releaser=releasers, tether=tethers)["releaser"] if both else releasers
        left = self._react(held=gates, releaser=released)["held"]
        return left + WASHED * (gates - left)

    def _react(self, **levels: float) -> dict[str, float]:
        """What is there (nM) of each some time after mixing."""
        pot = self.pot
        start = np.zeros(pot.mass_action.size)
        for name, level in levels.items():
            start[pot.index(name)] = level
        end = pot.solved(start, np.array([0.0, WAIT_S / self.slow]), "a well of the layer")[-1]
        return {name: float(end[pot.index(name)]) for name in levels}


def wells_of(units: tuple[Unit, ...], rates: RateModel, engine: Engine) -> Wells:
    """Wells in which all is as designed; only the reactions take their time."""
    arm, grip = TETHER
    held = gate(Bound((arm,), (grip,)), Bound((Domain("gate", arm.length),)))
    parts = {"held": held, "releaser": free(*RELEASER), "tether": free(*TETHER)}
    network = enumerate_complexes(tuple(parts.values()), tuple(parts), rates)
    return Wells(units, plain_pot(from_network(network), engine, 1e-4, 1e-6), np.ones(len(units)))


def titrated(wells: Wells, random: np.random.Generator, slow: float) -> Wells:
    """The wells of one laboratory. What is inactive is gone, as in a tube, and titration finds what is left."""
    gates = 1.0 + TITRATION * random.standard_normal(len(wells.units))
    releasers, tethers = 1.0 + TITRATION * random.standard_normal(2)
    factors = {"gates": gates, "releasers": float(releasers), "tethers": float(tethers)}
    return replace(wells, **factors, noise=TITRATION, slow=slow, stuck=random.uniform(0.0, 2 * STUCK, len(gates)))


def poured(wells: Wells, data: Dataset, iterations: int, seed: int) -> Dataset:
    """The points as a tube gets them: what is left in wells. The training points have the update's units behind those of the
    forward pass, which come from other wells, and behind them what was let go; only as many are made as ``iterations`` need.
    """
    assert data.plain is not None
    random = np.random.default_rng((seed, 1))
    needed = data.plain.train_x[:iterations]
    forward, update, test = (wells.outputs(x, random) for x in (needed, needed, data.plain.test_x))
    rest = data.train_x[iterations:]
    *_, bare = np.split(beside(wells.units, data), 3, axis=1)
    return replace(data, train_x=np.hstack([np.vstack([forward, rest]), np.vstack([update, rest]), bare]), test_x=test)
