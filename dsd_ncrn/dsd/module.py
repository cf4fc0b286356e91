"""A translated system taken apart: for each formal reaction the gates made for it and every strand that can meet them.

Modules of one shape differ in names alone, so they are renamed: species by their place in the reaction, private domains
by their kind. What is proved of one then holds for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, free
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.dsd.words import Private, branch_name

_STRANDS = (Role.FUEL, Role.BUFFER, Role.CLOCK)


class NetworkStep(Protocol):
    """One elementary reaction on the indices of complexes."""

    @property
    def reactants(self) -> tuple[int, ...]:
        """Indices, with repetition."""
        ...

    @property
    def products(self) -> tuple[int, ...]:
        """Indices, with repetition."""
        ...


class Network(Protocol):
    """What a strand-level enumeration finds; ``ReactionNetwork`` is one."""

    @property
    def complexes(self) -> tuple[Complex, ...]:
        """All species."""
        ...

    @property
    def steps(self) -> Sequence[NetworkStep]:
        """All steps."""
        ...


Enumerate = Callable[[Sequence[Complex]], Network]
"""Finds all steps of some complexes and of what follows from them."""

Side = tuple[Complex, ...]
Steps = tuple[tuple[Side, Side], ...]


@dataclass(frozen=True)
class Module:
    """One formal reaction and what realises it.

    ``gates`` are used up by firing; ``supply`` are free strands that are always there: auxiliary strands, seals, cogates, and
    the clock with what it gives back. ``clock`` is the strand without which nothing may happen, None where there is none or
    the gates do not take it. ``helpers`` are those of the supply that were made for this reaction alone.
    """

    formal: Reaction
    signals: tuple[tuple[str, Complex], ...]
    gates: frozenset[Complex]
    supply: frozenset[Complex]
    clock: Complex | None = None
    gated: bool = False
    helpers: frozenset[Complex] = frozenset()

    @property
    def present(self) -> tuple[Complex, ...]:
        """Everything that is mixed, in a fixed order."""
        strands = dict.fromkeys((*(signal for _, signal in self.signals), *_sorted(self.gates), *_sorted(self.supply)))
        return tuple(strands)

    def carrier(self, species: str) -> Complex:
        """The strand of a species."""
        return dict(self.signals)[species]


def steps_of(network: Network) -> Steps:
    """The steps of a network with their complexes."""
    found = network.complexes
    return tuple(
        (tuple(found[index] for index in step.reactants), tuple(found[index] for index in step.products))
        for step in network.steps
    )


def module_of(reaction: Reaction, system: DsdSystem) -> Module:
    """The gates of a reaction, and the strands of the system that share a branch domain with them."""
    own = [component for component in system.components if _belongs(component, reaction)]
    gates = frozenset(component.complex for component in own if not component.complex.is_strand)
    # Strands meet a gate by a branch domain that it has: all others can be left out of the module.
    branches = {name for gate in gates for name in _branches(gate)}
    carriers = {species: system.by_name[name] for species, name in system.signals.items()}
    carriers |= {each.name: each for each in system.components if each.name in reaction.reactants and each.name not in carriers}
    met = {species: each.complex for species, each in carriers.items() if _branches(each.complex) <= branches}
    met |= {species: carriers[species].complex for species in (*reaction.reactants, *reaction.products)}
    strands = {c.complex for c in system.components if c.role in _STRANDS and c.complex.is_strand}
    # Cogates on their way to a sink are there for a while, and may drive the module back.
    strands |= {free(*taken) for taken in _sunk(system)}
    supply = frozenset(each for each in strands if _branches(each) <= branches) - frozenset(met.values())
    phase = system.gates[reaction.origin.reaction].phase
    clock = None if phase is None else system.by_name[system.clocks[phase].strand].complex
    made = {each.complex for each in own if each.role == Role.FUEL}
    taken = clock if clock in supply else None
    return Module(reaction, tuple(met.items()), gates, supply, taken, phase is not None, frozenset(made & supply))


def renamed(module: Module) -> Module:
    """The module with names that depend on its shape alone."""
    reaction = module.formal
    order = dict.fromkeys((*reaction.reactants, *reaction.products, *(species for species, _ in module.signals)))
    species = {name: f"S{number}" for number, name in enumerate(order, start=1)}
    domains = {_branch(module.carrier(name)): new.lower() for name, new in species.items()}
    # Private domains by their kind, so that one proof serves every module of a shape.
    domains |= {branch_name(kind.of(reaction)): f"{kind}_" for kind in Private}
    if module.clock is not None:
        domains[_branch(module.clock)] = "clock"
    formal = Reaction(
        tuple(species[name] for name in reaction.reactants), tuple(species[name] for name in reaction.products), 1.0
    )
    return Module(
        replace(formal, origin=Origin("")),
        tuple(sorted((species[name], _with_names(carrier, domains)) for name, carrier in module.signals)),
        frozenset(_with_names(gate, domains) for gate in module.gates),
        frozenset(_with_names(strand, domains) for strand in module.supply),
        None if module.clock is None else _with_names(module.clock, domains),
        module.gated,
        frozenset(_with_names(strand, domains) for strand in module.helpers),
    )


def _belongs(component: Component, reaction: Reaction) -> bool:
    """Whether a component was made for a reaction; strands of several reactions belong to all of them."""
    return any(origin.reaction == reaction.origin.reaction for origin in component.origins)


def _sunk(system: DsdSystem) -> Iterator[Strand]:
    """The cogates that sinks take: they are there while joins set them free. What closes a phase is not among them."""
    closing = {name for clock in system.clocks.values() for name in clock.scavengers}
    for component in system.components:
        if component.role == Role.SCAVENGER and not component.complex.is_strand and component.name not in closing:
            bottom = next(strand for strand in component.complex.strands if strand[0].starred)
            yield tuple(~domain for domain in reversed(bottom))


def _branches(complex_: Complex) -> set[str]:
    return {domain.name for domain in complex_.domains if not domain.is_toehold}


def _branch(strand: Complex) -> str:
    return next(domain.name for domain in strand.domains if not domain.is_toehold)


def _with_names(complex_: Complex, names: Mapping[str, str]) -> Complex:
    def new(domain: Domain) -> Domain:
        return domain._replace(name=names.get(domain.name, domain.name))

    return Complex.of([tuple(map(new, strand)) for strand in complex_.strands], complex_.pairing)


def _sorted(complexes: frozenset[Complex]) -> list[Complex]:
    return sorted(complexes, key=lambda complex_: complex_.kernel)
