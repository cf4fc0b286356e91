"""Networks of strands and what they are verified by.

A network is enumerated once for designs that mix the same strands: concentrations have no part in what reacts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.dsd.verify import Verification, verify
from dsd_ncrn.kinetics.build import Semantics, build_network, enumerate_complexes
from dsd_ncrn.kinetics.leaks import FRESH, LeakKind, LeakRates
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import RateModel, rates_of
from dsd_ncrn.simulate.train import Progress, no_progress

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


def verified(system: DsdSystem, network: ReactionNetwork | None = None, progress: Progress = no_progress) -> Verification:
    """Check a system; ``network`` is its network without leaks, found here where it is not given.

    ``progress`` hears of the modules that are enumerated. Raises CheckFailed for a system, or a module of it, that is too
    large to be enumerated.
    """
    enumerated = 0

    def enumerate_module(complexes: Sequence[Complex]) -> ReactionNetwork:
        nonlocal enumerated
        progress(min(enumerated, len(system.formal)), len(system.formal))
        enumerated += 1
        return module_network(complexes)

    return verify(system, network or build_network(system), enumerate_module)


def module_network(complexes: Sequence[Complex]) -> ReactionNetwork:
    """All steps of some complexes, without origins. Raises CheckFailed as ``enumerate_complexes``."""
    names = [f"c{number}" for number in range(len(complexes))]
    return enumerate_complexes(complexes, names, rates_of(), lambda _: ())
