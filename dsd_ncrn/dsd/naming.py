"""Names of domains and components: one name for one thing, or an error that says which two share it.

Domains are named after species, reactions and clocks in small letters, so that names that differ by case alone clash.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.plan import Plan
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Private, branch_name
from dsd_ncrn.errors import InputError, did_you_mean


def check_names(plan: Plan) -> None:
    """Raises InputError where two species, reactions or clocks would share a domain."""
    taken: dict[str, str] = {}
    for domain, what in _domains(plan):
        if domain in taken:
            rule = f"{what} and {taken[domain]} would share the domain {domain!r}"
            raise InputError(rule, None, "Rename one of them; small and capital letters count as equal.")
        taken[domain] = what


def _domains(plan: Plan) -> Iterator[tuple[str, str]]:
    for species in plan.species:
        yield branch_name(species), f"species {species}"
    for phase, clock in plan.clocks.items():
        yield branch_name(clock), f"the clock of phase {phase}"
    for reaction in plan.reactions:
        for kind in Private:
            yield branch_name(kind.of(reaction)), f"the {kind.name.lower()} of reaction {reaction.origin.reaction}"


def check_species(name: str, known: Collection[str], key: str) -> None:
    """Raises DesignError where a key of ``[translation]`` names a species that does not exist."""
    if name not in known:
        raise DesignError(f"translation.{key}: no such species", name, did_you_mean(name, known), key=("translation", key))


def merged(components: Iterable[Component]) -> tuple[Component, ...]:
    """One component per complex; a strand wanted twice is present at the larger concentration.

    Raises InputError where two complexes have one name.
    """
    kept: dict[str, Component] = {}
    by_complex: dict[object, str] = {}
    for component in components:
        name = by_complex.setdefault(component.complex, component.name)
        before = kept.get(name)
        if before is None:
            kept[name] = component
            continue
        if before.complex != component.complex:
            remedy = "Rename the species or the reaction."
            raise InputError("two components have one name", name, remedy)
        origins = tuple(dict.fromkeys((*before.origins, *component.origins)))
        level = max(before.concentration, component.concentration)
        kept[name] = replace(before, concentration=level, origins=origins)
    return tuple(kept.values())
