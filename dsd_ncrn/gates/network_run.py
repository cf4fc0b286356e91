"""A plain network, and its strands, simulated side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.network import Limits, SizedNetwork, Use, size_network
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import ToeholdLengthRates
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.imperfections.realisation import Mixture
from dsd_ncrn.simulate.learner import checked
from dsd_ncrn.simulate.mass_action import MassAction, from_network, mass_action
from dsd_ncrn.simulate.results import Trajectory

ENGINE = "rosenbrock"
RELATIVE, ABSOLUTE = 1e-7, 1e-8
LOOKS = 2001
"""Times at which the largest concentrations are looked for."""


@dataclass(frozen=True, eq=False)
class NetworkRun:
    """Ideal and strand-level trajectories of one network over the same times: s of the network, nM of the network.

    A signal counts what gates hold of it and can give back. ``deviation`` is the largest difference of any species at any
    time, over the largest concentration. ``used`` is the share of each join that has been used up.
    """

    sized: SizedNetwork
    ideal: Trajectory
    dsd: Trajectory
    used: Mapping[str, float]

    @property
    def deviation(self) -> float:
        """The largest difference over the largest concentration."""
        return float(np.abs(self.dsd.values - self.ideal.values).max() / self.ideal.values.max())


def ideal_network(crn: Crn, times: Floats, engine: Engine) -> tuple[Trajectory, Use]:
    """The mass-action trajectory of a network at ``times`` (n,), s, and what it asks of gates that last as long.

    Raises CheckFailed where the simulation stops.
    """
    system = _counting(crn)
    start, count = np.zeros(system.size), len(crn.species)
    start[:count] = [crn.initial.get(name, 0.0) for name in crn.species]
    values = checked(engine.prepare(system, RELATIVE, ABSOLUTE).solve(start, times, system.rates), crn.name)
    fired = tuple(max(float(each), 0.0) for each in values[-1, count:])
    peaks = {name: max(float(values[:, number].max()), 0.0) for number, name in enumerate(crn.species)}
    return Trajectory(crn.species, times, values[:, :count]), Use(fired, peaks)


def sized_for(
    crn: Crn, seconds: float, engine: Engine, translation: Translation | None = None, limits: Limits | None = None
) -> SizedNetwork:
    """The strands of a network whose gates last for ``seconds`` of its time. Raises InputError as ``size_network``."""
    _, use = ideal_network(crn, np.linspace(0.0, seconds, LOOKS), engine)
    return size_network(crn, use, translation or Translation(), ToeholdLengthRates(), limits)


def run_network(sized: SizedNetwork, times: Floats, engine: Engine) -> NetworkRun:
    """Simulate a network and its strands at ``times`` (n,), s of the network, of which the first is 0.

    Raises CheckFailed where a simulation stops.
    """
    ideal, _ = ideal_network(sized.crn, times, engine)
    network = build_network(sized.system)
    system = from_network(network)
    start = np.zeros(system.size)
    start[: len(sized.system.components)] = [component.concentration for component in sized.system.components]
    stepper = engine.prepare(system, RELATIVE, ABSOLUTE)
    values = checked(stepper.solve(start, times * sized.seconds, system.rates), f"the strands of {sized.crn.name}")
    held = Mixture(sized.system, network).held
    signals = np.column_stack([values[:, held[name]].sum(axis=1) for name in sized.crn.species]) / sized.scale
    return NetworkRun(sized, ideal, Trajectory(sized.crn.species, times, signals), _used(sized, network, start, values[-1]))


def simulate_crn(crn: Crn, seconds: float = 1000.0, points: int = 601) -> Trajectory:
    """The mass action of a network from its initial concentrations, at ``points`` times of 0 to ``seconds``: nM and s.

    Raises InputError for a duration that is not above 0, CheckFailed where the simulation stops.

    >>> import dsd_ncrn as dn
    >>> decay = dn.simulate_crn(dn.parse_crn("A @initial 10 nM" + chr(10) + "A -> B [k = 0.01]"), seconds=100)
    >>> round(float(decay.of("A")[-1]), 3)  # 10 exp(-1)
    3.679
    """
    return ideal_network(crn, _times(seconds, points), engine_named(ENGINE))[0]


def simulate_crn_strands(crn: Crn, seconds: float = 1000.0, points: int = 601) -> NetworkRun:
    """A network and its strands side by side; both trajectories in nM and s of the network.

    The gates are sized to last for ``seconds``; ``.sized.seconds`` is the DNA time that one second of the network takes,
    ``.deviation`` the largest difference over the largest concentration. Raises InputError for rate constants that no
    gates reach, CheckFailed where a simulation stops.

    >>> import dsd_ncrn as dn
    >>> run = dn.simulate_crn_strands(dn.parse_crn("A @initial 10 nM" + chr(10) + "A -> B [k = 0.01]"), seconds=100)
    >>> run.deviation < 0.05
    True
    """
    engine, times = engine_named(ENGINE), _times(seconds, points)
    return run_network(sized_for(crn, seconds, engine), times, engine)


def _used(sized: SizedNetwork, network: ReactionNetwork, start: Floats, end: Floats) -> dict[str, float]:
    places = {name: network.index[gates.join] for name, gates in sized.system.gates.items()}
    return {name: float(1 - end[place] / start[place]) for name, place in places.items()}


def _counting(crn: Crn) -> MassAction:
    """The network with a species more for each reaction, which counts its firings."""
    index = {name: number for number, name in enumerate(crn.species)}
    counters = [f"fired {number}" for number in range(len(crn.reactions))]
    reactions = [
        ([index[s] for s in r.reactants], [*(index[s] for s in r.products), len(index) + number], r.rate)
        for number, r in enumerate(crn.reactions)
    ]
    return mass_action((*crn.species, *counters), reactions)


def _times(seconds: float, points: int) -> Floats:
    if not 0 < seconds < np.inf:
        raise InputError("a duration is a finite number of seconds above 0", seconds)
    if points < 2:
        raise InputError("a trajectory has at least two points", points)
    return np.linspace(0.0, seconds, points)
