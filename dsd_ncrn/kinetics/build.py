"""From complexes to their reaction network, with or without leaks, in either semantics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Literal, get_args

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.families import LEAK_MODELS
from dsd_ncrn.kinetics.enumerator import MAX_SPECIES, Enumerator, OriginsOf
from dsd_ncrn.kinetics.finite import FiniteEnumerator, Unproductive
from dsd_ncrn.kinetics.infinite import InfiniteEnumerator
from dsd_ncrn.kinetics.leaks import FRESH, LeakRates, LeakTargets
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import RateModel, rates_of

FUELS = (Role.FUEL, Role.BUFFER, Role.CLOCK)
Semantics = Literal["infinite", "finite"]


def build_network(
    system: DsdSystem,
    leak_model: str | None = None,
    rates: RateModel | None = None,
    semantics: str = "infinite",
    unproductive: str = "all",
    max_species: int = MAX_SPECIES,
    leak_rates: LeakRates = FRESH,
) -> ReactionNetwork:
    """Enumerate a system; the species of ``system.components`` come first, under their names.

    With a leak model, or several joined by ``+``, their leak channels of all gates are added, by ``leak_rates``. Raises
    InputError for an unknown model or semantics, and CheckFailed at more than ``max_species`` species.
    """
    enumerator = enumerator_for(semantics, rates or rates_of(system.rates), system_origins(system), unproductive, max_species)
    for component in system.components:
        enumerator.add(component.complex)
    enumerator.run()
    gates = [component.complex for component in system.components if component.role == Role.GATE]
    fuels = frozenset(component.complex for component in system.components if component.role in FUELS)
    forks = frozenset(system.by_name[made.fork].complex for made in system.gates.values() if made.fork in system.by_name)
    add_leaks(enumerator, leak_model.split("+") if leak_model else (), LeakTargets(gates, fuels, forks, leak_rates))
    return to_network(enumerator, {component.complex: component.name for component in system.components})


def add_leaks(enumerator: Enumerator, names: Iterable[str], targets: LeakTargets) -> None:
    """Extend a finished network with the leaks of some models, to first order: no two leaks follow each other.

    Raises InputError for an unknown model.
    """
    models = [LEAK_MODELS[name] for name in names]
    if models:
        enumerator.common = frozenset(enumerator.position)
    for model in models:
        model.extend(enumerator, targets)


def no_origins(_: Complex) -> tuple[Origin, ...]:
    """For complexes that no formal reaction asked for."""
    return ()


def enumerator_for(
    semantics: str,
    rates: RateModel,
    origins_of: OriginsOf = no_origins,
    unproductive: str = "all",
    max_species: int = MAX_SPECIES,
) -> Enumerator:
    """An empty enumerator. ``unproductive`` is read by the finite semantics alone. Raises InputError for unknown names."""
    _known("semantics", semantics, get_args(Semantics))
    if semantics == "infinite":
        return InfiniteEnumerator(rates, origins_of, max_species)
    _known("unproductive binding", unproductive, get_args(Unproductive))
    return FiniteEnumerator(rates, origins_of, max_species, unproductive)  # pyright: ignore[reportArgumentType]


def _known(what: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise InputError(f"unknown {what}", name, did_you_mean(name, names))


def enumerate_complexes(
    complexes: Sequence[Complex],
    names: Sequence[str],
    rates: RateModel,
    origins_of: OriginsOf = no_origins,
    semantics: str = "infinite",
    unproductive: str = "all",
    max_species: int = MAX_SPECIES,
) -> ReactionNetwork:
    """The network of some named complexes; species that appear on the way are named ``s1, s2, ...``.

    Raises CheckFailed at more than ``max_species`` species, and InputError for unknown semantics.
    """
    enumerator = enumerator_for(semantics, rates, origins_of, unproductive, max_species)
    for complex_ in complexes:
        enumerator.add(complex_)
    enumerator.run()
    return to_network(enumerator, dict(zip(complexes, names)))


def to_network(enumerator: Enumerator, names: Mapping[Complex, str]) -> ReactionNetwork:
    """Freeze an enumerator's findings; species without a name are those of ``s1, s2, ...`` that nobody has."""
    taken = set(names.values())
    fresh = (name for number in count(1) if (name := f"s{number}") not in taken)
    named = tuple(names.get(complex_) or next(fresh) for complex_ in enumerator.position)
    return ReactionNetwork(tuple(enumerator.position), named, tuple(enumerator.steps.values()), enumerator.rates)


def system_origins(system: DsdSystem) -> OriginsOf:
    """Which formal reactions a complex belongs to: those of the gates whose bottom strands it contains."""
    owners: dict[Strand, tuple[Origin, ...]] = {}
    for component in system.components:
        bottoms = [strand for strand in component.complex.strands if any(domain.starred for domain in strand)]
        owners |= dict.fromkeys(bottoms, component.origins)
    return partial(_origins_of, owners)


def _origins_of(owners: Mapping[Strand, tuple[Origin, ...]], complex_: Complex) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(origin for strand in complex_.strands for origin in owners.get(strand, ())))
