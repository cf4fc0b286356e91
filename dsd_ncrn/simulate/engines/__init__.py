"""Simulation engines: one file each, listed here."""

from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.simulate.engines.cvode import CvodeEngine
from dsd_ncrn.simulate.engines.rosenbrock import RosenbrockEngine
from dsd_ncrn.simulate.engines.stochastic import StochasticEngine
from dsd_ncrn.simulate.engines.types import Engine

ENGINES: tuple[Engine, ...] = (RosenbrockEngine(), CvodeEngine())
"""Those that integrate the differential equations."""
LISTED: tuple[Engine, ...] = (*ENGINES, StochasticEngine())
"""All, the one that counts molecules with its default volume."""


def engine_named(name: str) -> Engine:
    """The integrating engine of that name. Raises InputError for an unknown one, and for the one that counts molecules."""
    engines = {engine.name: engine for engine in ENGINES}
    if name == StochasticEngine.name:
        raise InputError("equations are integrated here, no molecules counted", name, f"Engines: {', '.join(engines)}.")
    if name not in engines:
        raise InputError("unknown engine", name, did_you_mean(name, [engine.name for engine in LISTED]))
    return engines[name]
