"""From complexes to their reaction network, with or without leaks, in either semantics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.families import LEAK_MODELS
from dsd_ncrn.kinetics.enumerate import enumerator_for, system_origins, to_network
from dsd_ncrn.kinetics.enumerator import MAX_SPECIES, Enumerator
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import RateModel, ToeholdLengthRates

FUELS = (Role.FUEL, Role.BUFFER, Role.CLOCK)


def build_network(
    system: DsdSystem,
    leak_model: str | None = None,
    rates: RateModel | None = None,
    semantics: str = "infinite",
    unproductive: str = "all",
    max_species: int = MAX_SPECIES,
) -> ReactionNetwork:
    """Enumerate a system; the species of ``system.components`` come first, under their names.

    With a leak model, or several joined by ``+``, their leak channels of all gates are added. Raises InputError for an
    unknown model or semantics, and CheckFailed at more than ``max_species`` species.
    """
    enumerator = enumerator_for(semantics, rates or ToeholdLengthRates(), system_origins(system), unproductive, max_species)
    for component in system.components:
        enumerator.add(component.complex)
    enumerator.run()
    gates = [component.complex for component in system.components if component.role == Role.GATE]
    fuels = frozenset(component.complex for component in system.components if component.role in FUELS)
    add_leaks(enumerator, leak_model.split("+") if leak_model else (), gates, fuels)
    return to_network(enumerator, {component.complex: component.name for component in system.components})


def add_leaks(enumerator: Enumerator, names: Iterable[str], gates: Sequence[Complex], fuels: Collection[Complex] = ()) -> None:
    """Extend a finished network with the leaks of some models, to first order: no two leaks follow each other.

    Raises InputError for an unknown model.
    """
    models = [LEAK_MODELS[name] for name in names]
    if models:
        enumerator.common = frozenset(enumerator.position)
    for model in models:
        model.extend(enumerator, gates, fuels)
