"""Published circuits simulated from their strands, in the finite semantics: how long until half of the output is there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import from_network

CATALYST = """
length d1 = 10
length d2 = 24
length d3 = 4
length d4 = 16
length d5 = 6
length d6 = 16
S = d1 d2( + d6 d3( d4( + d5* ) ) )
F = d2 d3 d4
C = d4 d5
OB = d1 d2
"""
"""The entropy-driven catalyst of Zhang et al., Science 318:1121 (2007), figure 1: C frees OB from S, F takes its place."""
COOPERATIVE = """
length d1 = 8
length d2 = 18
length d3 = 18
length d4 = 8
D = d2( d3( + d4* ) ) d1*
T1 = d1 d2
T2 = d3 d4
P = d2 d3
"""
"""Cooperative hybridization, Zhang, J. Am. Chem. Soc. 133:1077 (2011), figure 1: T1 and T2 together free P."""
SYSTEMS = {"catalyst": CATALYST, "cooperative": COOPERATIVE}
POINTS = 20_001


@cache
def network(system: str, preset: str = "duplex") -> ReactionNetwork:
    """All steps of a circuit."""
    complexes = parse_pil(SYSTEMS[system])
    listed = [each.complex for each in complexes], [each.name for each in complexes]
    return enumerate_complexes(*listed, rates_of(preset), semantics="finite")


def half_time(system: str, start: Mapping[str, float], output: str, level: float, longest: float) -> float:
    """Seconds until the output reaches a level; infinite where that takes longer than ``longest``. Concentrations in nM."""
    mass_action = from_network(network(system))
    state = np.zeros(mass_action.size)
    for name, amount in start.items():
        state[mass_action.index[name]] = amount
    times = np.linspace(0.0, longest, POINTS)
    solved = engine_named("rosenbrock").prepare(mass_action, 1e-8, 1e-10).solve(state, times, mass_action.rates).values
    values = solved[:, mass_action.index[output]]
    return float(np.interp(level, values, times)) if values[-1] >= level else float("inf")
