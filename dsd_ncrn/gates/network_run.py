"""A plain network, and its strands, simulated side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.constants import DEFAULT_PRESET, constant
from dsd_ncrn.crn.events import timed
from dsd_ncrn.crn.types import Crn, Injection
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.sized_network import Limits, SizedNetwork, Use, size_network
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.rates import UM_TO_NM, rates_of
from dsd_ncrn.simulate.crowd import crowd_of
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.imperfections.realisation import Mixture
from dsd_ncrn.simulate.mass_action import MassAction, mass_action
from dsd_ncrn.simulate.pot import Pot, plain_pot, pot_of
from dsd_ncrn.simulate.results import Trajectory
from dsd_ncrn.simulate.watches import Samples

ENGINE = "rosenbrock"
RELATIVE, ABSOLUTE = 1e-7, 1e-8
RESTING_NM = constant("duplex.resting").number * UM_TO_NM
LOOKS = 2001
"""Times at which the largest concentrations are looked for."""


@dataclass(frozen=True, eq=False)
class NetworkRun:
    """Ideal and strand-level trajectories of one network over the same times: s of the network, nM of the network.

    A signal counts what gates hold of it and can give back. ``deviation`` is the largest difference of any species at any
    time, over the largest concentration. ``used`` is the share of each join that has been used up. Nothing rests on toeholds
    here, the ideal case; ``slowdown`` is how many times as long the usual step would take at the start if strands did.
    """

    sized: SizedNetwork
    ideal: Trajectory
    dsd: Trajectory
    used: Mapping[str, float]
    slowdown: float

    @property
    def deviation(self) -> float:
        """The largest difference over the largest concentration."""
        return float(np.abs(self.dsd.values - self.ideal.values).max() / self.ideal.values.max())


def ideal_network(crn: Crn, times: Floats, engine: Engine) -> tuple[Trajectory, Use]:
    """The mass-action trajectory of a network at ``times`` (n,), s, and what it asks of gates that last as long.

    Raises CheckFailed where the simulation stops.
    """
    count, pot = len(crn.species), plain_pot(_counting(crn), engine, RELATIVE, ABSOLUTE)
    found = sampled(pot, crn, times, crn.name)
    fired = tuple(max(float(each), 0.0) for each in found.values[-1, count:])
    peaks = {name: max(float(peak), 0.0) for name, peak in zip(crn.species, found.peaks)}
    return Trajectory(crn.species, times, found.values[:, :count]), Use(fired, peaks)


def sampled(pot: Pot, crn: Crn, times: Floats, where: str) -> Samples:
    """What a plain network does from its initial concentrations, with its injections, at ``times`` (n,), s, from 0.

    Raises CheckFailed, which says ``where``, if the simulation stops.
    """
    start = pot.mixed(crn.initial)
    found = Samples(times, start.values, where)
    pot.run(timed(crn.injections, float(times[-1])), start, found)
    return found


def sized_for(
    crn: Crn,
    seconds: float,
    engine: Engine,
    translation: Translation | None = None,
    limits: Limits | None = None,
    rates: str = DEFAULT_PRESET,
) -> SizedNetwork:
    """The strands of a network whose gates last for ``seconds`` of its time at ``rates`` (a preset or a file).

    Raises InputError as ``size_network``.
    """
    crn = crn.moving
    _, use = ideal_network(crn, np.linspace(0.0, seconds, LOOKS), engine)
    sized = size_network(crn, use, translation or Translation(), rates_of(rates), limits)
    return replace(sized, system=replace(sized.system, rates=rates))


def run_network(sized: SizedNetwork, times: Floats, engine: Engine) -> NetworkRun:
    """Simulate a network and its strands at ``times`` (n,), s of the network, of which the first is 0.

    Raises CheckFailed where a simulation stops.
    """
    crn, system = sized.crn, sized.system
    ideal, _ = ideal_network(crn, times, engine)
    network = build_network(system)
    pot = pot_of(Mixture(system, network), engine, RELATIVE, ABSOLUTE)
    crowd = crowd_of(network, RESTING_NM)
    start = pot.mixed({component.name: component.concentration for component in system.components})
    # Both trajectories have the network's clock: strands run `seconds` times as long for each of its seconds.
    found = Samples(times * sized.seconds, start.values, f"the strands of {crn.name}")
    # What is added to the network becomes its signal strand, at the stretched time and in nM of DNA.
    into = [i for i in crn.injections if i.species in system.signals]
    added = [Injection(i.time * sized.seconds, system.signals[i.species], i.amount * sized.scale) for i in into]
    end = pot.run(timed(added, float(found.times[-1])), start, found)
    held = [pot.held.get(name) for name in crn.species]  # None for a species that takes part in nothing, and has no strand
    columns = [ideal.values[:, n] if h is None else found.values[:, h].sum(axis=1) / sized.scale for n, h in enumerate(held)]
    joins = {name: pot.index(gates.join) for name, gates in system.gates.items()}
    used = {name: float(1 - end.values[place] / start.values[place]) for name, place in joins.items()}
    # Reported, not simulated: with what rests the laws would fit no longer, and all would take that much longer.
    slowdown = 1.0 if crowd is None else 1.0 / crowd.usual(start.values)
    return NetworkRun(sized, ideal, Trajectory(crn.species, times, np.column_stack(columns)), used, slowdown)


def simulate_crn(crn: Crn, seconds: float = 1000.0, points: int = 601) -> Trajectory:
    """The mass action of a network from its initial concentrations, at ``points`` times of 0 to ``seconds``: nM and s.

    Raises InputError for a duration that is not above 0, CheckFailed where the simulation stops.

    Args:
        crn: with initial concentrations (nM) and additions, which are there from their time on
        seconds: the span, s
        points: times of 0 to ``seconds``

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

    Args:
        crn: with initial concentrations (nM) and additions
        seconds: the span, s of the network; gates are sized to last as long
        points: times of 0 to ``seconds``

    >>> import dsd_ncrn as dn
    >>> run = dn.simulate_crn_strands(dn.parse_crn("A @initial 10 nM" + chr(10) + "A -> B [k = 0.01]"), seconds=100)
    >>> run.deviation < 0.05
    True
    """
    engine, times = engine_named(ENGINE), _times(seconds, points)
    return run_network(sized_for(crn, seconds, engine), times, engine)


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
