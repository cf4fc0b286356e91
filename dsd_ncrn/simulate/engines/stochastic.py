"""Exact stochastic simulation: molecules are counted in a small volume and reactions fire one at a time.

Gillespie, J. Phys. Chem. 81:2340 (1977), run by bngsim, a maintained compiled library. A reaction of rate constant k with n
reactants fires at k W^(1-n) times the number of ways to draw its reactants in order, where W is the number of molecules
that a concentration of 1 stands for: 2 A -> B fires at k N (N - 1) / W, as its deterministic rate k A^2 has no factorial.
Any number of reactants is taken.

No approximate leaping is offered. bngsim's partial scaling (Lin, Feng & Hlavacek 2019) was tried at 100 molecules per nM on
the 257 species of benchmarks/data/sim_n14.npz: in the fast reversible pairs a partner is always rare, so that as many
reactions fire as in the exact simulation, and it took three times as long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.simulate.engines.rosenbrock import RosenbrockEngine
from dsd_ncrn.simulate.engines.types import Solution
from dsd_ncrn.simulate.mass_action import NONE, MassAction
from dsd_ncrn.units import molecules_per_nM

if TYPE_CHECKING:
    from bngsim import Model, Simulator

VOLUME = 1e-13
"""Litres, if nothing else is asked for: 60 molecules are 1 nM."""
SLICE = 1e6
"""Reactions expected before control comes back to Python, which can then be interrupted."""
MOST_EVENTS = 10**9
PATIENCE = 20.0
"""Seconds of computing for one slice, which takes about half a second unless reactions multiply within it."""
SEEDS = 2**31
TOO_MANY = f"more than {MOST_EVENTS:.0e} reactions: take a smaller volume or a shorter time"
NOTHING_LEFT = "there is not one molecule: take a larger volume"
RUNS_AWAY = "the number of molecules runs away: look for a blow-up in the trajectory, or take a smaller volume"


@dataclass(frozen=True)
class StochasticEngine:
    """Exact stochastic simulation of every molecule (SSA) in a volume.

    ``volume`` in litres, ``unit`` the concentration in nM that a 1 of the system stands for. Start concentrations are
    rounded to whole molecules; what is added later likewise. Equal systems get equal noise from equal seeds.
    """

    name = "ssa"
    volume: float = VOLUME
    seed: int = 0
    unit: float = 1.0
    patience: float = PATIENCE

    def prepare(
        self, system: MassAction, relative: float = 0.0, absolute: float = 0.0, transients: bool = False
    ) -> StochasticStepper:
        """Build the compiled model; tolerances are of no effect, as nothing is approximated."""
        from bngsim import Simulator

        firing = np.unique(system.net_reaction)
        model = build_model(system, firing)
        simulator = Simulator(model, method="ssa", codegen=False)  # no C compiler: the same everywhere
        scale, order = self.unit * molecules_per_nM(self.volume), (system.reactants[firing] != NONE).sum(axis=1)
        chance = np.random.default_rng([self.seed, _digest(system)])
        return StochasticStepper(model, simulator, firing, order, scale, chance, self.patience, system)


@dataclass(frozen=True, eq=False)
class StochasticStepper:
    """A model of the reactions of numbers ``firing`` (n,) with ``order`` (n,) reactants; each call draws on."""

    model: Model
    simulator: Simulator
    firing: Ints
    order: Ints
    scale: float
    chance: np.random.Generator
    patience: float
    system: MassAction

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """One realisation from ``times[0]``; see the Stepper protocol. ``steps`` are the reactions that fired."""
        for number, value in enumerate(rates[self.firing] * self.scale ** (1.0 - self.order)):
            self.model.set_param(f"k{number}", float(value))
        # Molecules are whole; small negative concentrations are the integrator's rounding.
        counts = np.rint(np.maximum(start, 0.0) * self.scale)
        rows, status, steps = [counts], "ok", 0
        if (start > 0).any() and not counts.any():
            return Solution(np.array(rows) / self.scale, NOTHING_LEFT, 0)
        # Told by the differential equations beforehand, since a simulation of that size would only be waited for.
        if self._fired(start, times, rates) > MOST_EVENTS:
            return Solution(np.array(rows) / self.scale, TOO_MANY, 0)
        for begin, end in pairwise(np.asarray(times, dtype=float).tolist()):
            for piece in self._between(counts, end - begin):
                counts, status, steps = piece.values, piece.status, steps + piece.steps
                status = TOO_MANY if status == "ok" and steps > MOST_EVENTS else status
                if status != "ok":
                    return Solution(np.array(rows) / self.scale, status, steps)
            rows.append(counts)
        return Solution(np.array(rows) / self.scale, status, steps)

    def _fired(self, start: Floats, times: Floats, rates: Floats) -> float:
        """How many reactions fire in all by the differential equations; 0 where the first ones alone are few enough.

        The pace at the start is no bound, since it may fall at once; nobody would wait for it to tell.
        """
        seconds = float(times[-1] - times[0])
        extended = np.append(np.maximum(start, 0.0), 1.0)
        # Speeds at the start, the same for molecules as for concentrations but for rounding.
        pace = float((rates * extended[self.system.reactants].prod(axis=1)).sum())
        if pace * self.scale * seconds <= MOST_EVENTS:
            return 0.0
        counting, firings = with_counter(self.system), np.append(extended[:-1], 0.0)
        solution = RosenbrockEngine().prepare(counting).solve(firings, np.array([0.0, seconds]), rates)
        return float(solution.values[-1, -1]) * self.scale if solution.ok else 0.0

    def _between(self, counts: Floats, seconds: float) -> Iterator[Solution]:
        """The counts after each slice of a time span."""
        now = 0.0
        while now < seconds:
            # bngsim leaves open what a state may be
            expected = float(self.model.propensities(counts).sum())  # pyright: ignore[reportUnknownMemberType]
            if expected == 0.0:
                return
            # Slices by the number of expected firings, not by time: control comes back about every half second.
            until = min(seconds, now + SLICE / expected)
            if not until > now:
                yield Solution(counts, RUNS_AWAY, 0)
                return
            piece = self._slice(counts, until - now)
            yield piece
            now, counts = until, piece.values

    def _slice(self, counts: Floats, seconds: float) -> Solution:
        """The counts after a time, or a status where computing it takes too long."""
        from bngsim import SimulationTimeout

        self.model.set_state(counts)
        seed = int(self.chance.integers(SEEDS))
        try:
            result = self.simulator.run((0.0, seconds), 2, seed=seed, timeout=self.patience)
        except SimulationTimeout:
            return Solution(counts, RUNS_AWAY, 0)
        return Solution(np.asarray(result.species[-1], dtype=float), "ok", int(result.solver_stats["n_steps"]))


def with_counter(system: MassAction) -> MassAction:
    """The system with a species more, which counts all firings."""
    numbers = np.arange(len(system.rates))
    order = np.argsort(np.append(system.net_reaction, numbers), kind="stable")
    return replace(
        system,
        species=(*system.species, "fired"),
        net_reaction=np.append(system.net_reaction, numbers)[order],
        net_species=np.append(system.net_species, np.full(len(numbers), system.size))[order],
        net_change=np.append(system.net_change, np.ones(len(numbers)))[order],
    )


def build_model(system: MassAction, firing: Ints) -> Model:
    """Reactions ``firing`` (n,) of a system, as a bngsim model with rate constants k0, k1 ... to be set."""
    from bngsim import Model
    from bngsim._bngsim_core import ModelBuilder

    builder = ModelBuilder()
    builder.set_compute_conservation_laws(False)  # of no use here, and cubic in the number of species
    for number in range(len(firing)):
        builder.add_parameter(f"k{number}", 0.0)
    for number in range(system.size):
        builder.add_species(f"s{number}", 0.0)
    for number, (reactants, products) in enumerate(_sides(system, firing)):
        builder.add_reaction(reactants, products, "elementary", f"k{number}")
    return Model(builder.build())


def _sides(system: MassAction, firing: Ints) -> Iterator[tuple[list[int], list[int]]]:
    """Reactants and products of reactions, each species as often as it stands there."""
    first, last = (np.searchsorted(system.net_reaction, firing, side) for side in ("left", "right"))
    for reaction, begin, end in zip(firing, first, last):
        reactants = [int(index) for index in system.reactants[reaction] if index != NONE]
        products = Counter(reactants)
        for species, change in zip(system.net_species[begin:end], system.net_change[begin:end]):
            products[int(species)] += round(change)
        yield reactants, list(products.elements())


def _digest(system: MassAction) -> int:
    """A number that tells systems apart, so that they do not share their noise."""
    parts = (system.reactants, system.net_reaction, system.net_species, system.net_change)
    return crc32(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))
