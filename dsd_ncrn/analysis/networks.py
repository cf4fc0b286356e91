"""Networks of strands, enumerated once for designs that mix the same strands: concentrations have no part in what reacts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.kinetics.build import Semantics, build_network
from dsd_ncrn.kinetics.leaks import FRESH, LeakKind, LeakRates
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import RateModel

FINITE: Semantics = "finite"
KEPT = 12
"""Networks, with leaks or without, that were asked for last: as many as a bundle of designs has, and more."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that a network follows from."""

    components: tuple[tuple[str, Complex, Role, tuple[Origin, ...]], ...]
    forks: frozenset[str | None]
    rates: RateModel | str
    leak_model: str | None
    leak_rates: tuple[tuple[LeakKind, float], ...]
    semantics: Semantics
    system: DsdSystem = field(compare=False)


def network_of(
    system: DsdSystem, leak_model: str | None = None, leak_rates: LeakRates = FRESH, semantics: Semantics = "infinite"
) -> ReactionNetwork:
    """What ``build_network`` gives; raises what it raises."""
    components = tuple((each.name, each.complex, each.role, each.origins) for each in system.components)
    forks = frozenset(made.fork for made in system.gates.values())
    return _built(_Asked(components, forks, system.rates, leak_model, tuple(leak_rates.items()), semantics, system))


@lru_cache(maxsize=KEPT)
def _built(asked: _Asked) -> ReactionNetwork:
    return build_network(asked.system, asked.leak_model, leak_rates=dict(asked.leak_rates), semantics=asked.semantics)
