"""Plain networks, without a task: their mass action, and their strands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dsd_ncrn.crn.types import Crn
from dsd_ncrn.errors import InputError
from dsd_ncrn.simulate.results import Floats, Trajectory

if TYPE_CHECKING:
    from dsd_ncrn.gates.network_run import NetworkRun

ENGINE = "rosenbrock"


def simulate_crn(crn: Crn, seconds: float = 1000.0, points: int = 601) -> Trajectory:
    """The mass action of a network from its initial concentrations, at ``points`` times of 0 to ``seconds``: nM and s.

    Raises InputError for a duration that is not above 0, CheckFailed where the simulation stops.

    >>> import dsd_ncrn as dn
    >>> decay = dn.simulate_crn(dn.parse_crn("A @initial 10 nM" + chr(10) + "A -> B [k = 0.01]"), seconds=100)
    >>> round(float(decay.of("A")[-1]), 3)  # 10 exp(-1)
    3.679
    """
    from dsd_ncrn.gates.network_run import ideal_network
    from dsd_ncrn.simulate.engines import engine_named

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
    from dsd_ncrn.gates.network_run import run_network, sized_for
    from dsd_ncrn.simulate.engines import engine_named

    engine, times = engine_named(ENGINE), _times(seconds, points)
    return run_network(sized_for(crn, seconds, engine), times, engine)


def _times(seconds: float, points: int) -> Floats:
    if not 0 < seconds < np.inf:
        raise InputError("a duration is a finite number of seconds above 0", seconds)
    if points < 2:
        raise InputError("a trajectory has at least two points", points)
    return np.linspace(0.0, seconds, points)
