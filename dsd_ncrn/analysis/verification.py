"""Verification of a translated system with the enumerator of ``kinetics``."""

from __future__ import annotations

from collections.abc import Sequence

from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.verify import Verification, verify
from dsd_ncrn.kinetics.build import build_network, enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.simulate.train import Progress, no_progress


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
        return network_of(complexes)

    return verify(system, network or build_network(system), enumerate_module)


def network_of(complexes: Sequence[Complex]) -> ReactionNetwork:
    """All steps of some complexes, without origins. Raises CheckFailed as ``enumerate_complexes``."""
    names = [f"c{number}" for number in range(len(complexes))]
    return enumerate_complexes(complexes, names, rates_of(), lambda _: ())
