"""The reaction network of any set of strands and nicked complexes, from their domains alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.kinetics.enumerator import MAX_SPECIES, Enumerator, OriginsOf
from dsd_ncrn.kinetics.finite import FiniteEnumerator, Unproductive
from dsd_ncrn.kinetics.infinite import InfiniteEnumerator
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import RateModel

Semantics = Literal["infinite", "finite"]


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


def to_network(enumerator: Enumerator, names: dict[Complex, str]) -> ReactionNetwork:
    """Freeze an enumerator's findings."""
    complexes = tuple(enumerator.position)
    fresh = (f"s{number}" for number in range(1, len(complexes) + 1))
    return ReactionNetwork(
        complexes, tuple(names.get(complex_) or next(fresh) for complex_ in complexes), tuple(enumerator.steps.values())
    )


def system_origins(system: DsdSystem) -> Callable[[Complex], tuple[Origin, ...]]:
    """Which formal reactions a complex belongs to: those of the gates whose bottom strands it contains."""
    owners: dict[Strand, tuple[Origin, ...]] = {}
    for component in system.components:
        for strand in component.complex.strands:
            if any(domain.starred for domain in strand):
                owners[strand] = component.origins

    def origins_of(complex_: Complex) -> tuple[Origin, ...]:
        return tuple(dict.fromkeys(origin for strand in complex_.strands for origin in owners.get(strand, ())))

    return origins_of
