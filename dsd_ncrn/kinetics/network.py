"""The strand-level reaction network: species are complexes, reactions are moves with a rate and an origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from dsd_ncrn.arrays import Flags
from dsd_ncrn.crn.exchange import free_identifier
from dsd_ncrn.crn.types import Crn, Origin, Reaction
from dsd_ncrn.dsd.structure import Complex, Domain, Strand
from dsd_ncrn.kinetics.rates import RateModel
from dsd_ncrn.kinetics.toeholds import OpenToeholds


class StepKind(StrEnum):
    """What kind of move a step is. Migrations and closing, of one complex alone, are steps of the finite semantics.

    ``condensed`` is what a binding comes to by all the fast steps of one complex that follow.
    """

    DISPLACEMENT = "displacement"
    BINDING = "binding"
    UNBINDING = "unbinding"
    HYBRIDISATION = "hybridisation"
    MIGRATION = "migration"
    FOUR_WAY = "four-way migration"
    CLOSING = "closing"
    CONDENSED = "condensed"
    LEAK = "leak"


class Toehold(NamedTuple):
    """A toehold as the strand that is held by it spells it, 5' to 3', with the domains of that strand beside it."""

    domains: Strand
    before: Domain | None
    after: Domain | None


@dataclass(frozen=True, slots=True)
class Step:
    """One irreversible elementary reaction; species are indices. ``rate`` in nM^(1-n)/s.

    A leak step has its ``rate`` over the leak rate, by which it is multiplied when the network is simulated. ``rule`` says
    which of several rules a step follows: of leaks LS, LL, LR, double and exchange, of bindings that displace nothing
    ``unproductive``. In the infinite semantics ``toeholds`` are those that the step closes and opens.
    """

    reactants: tuple[int, ...]
    products: tuple[int, ...]
    rate: float
    kind: StepKind
    origins: tuple[Origin, ...] = field(default=(), compare=False)
    rule: str = field(default="", compare=False)
    toeholds: tuple[Toehold | None, Toehold | None] = field(default=(None, None), compare=False)


class Fate(NamedTuple):
    """What a complex that does not last becomes, with the probability of it."""

    chance: float
    products: tuple[str, ...]


@dataclass(frozen=True)
class ReactionNetwork:
    """Species with names, and steps. The initially present complexes come first, in the system's order.

    Those of them that change before they meet anything are no species of a condensed network: ``at_once`` says what becomes
    of them. ``notes`` say what was left out. ``rates`` are what the rates of its steps
    were taken from.
    """

    complexes: tuple[Complex, ...]
    names: tuple[str, ...]
    steps: tuple[Step, ...]
    rates: RateModel
    at_once: Mapping[str, tuple[Fate, ...]] = field(default_factory=dict[str, tuple[Fate, ...]], hash=False)
    notes: tuple[str, ...] = ()

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Species index by name."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def position(self) -> Mapping[Complex, int]:
        """Species index by complex."""
        return {complex_: number for number, complex_ in enumerate(self.complexes)}

    @cached_property
    def open_toeholds(self) -> OpenToeholds:
        """The toeholds of all species on which something could rest, or which could rest on one."""
        return OpenToeholds(self.complexes)

    def restricted(self, kept: Flags, species: Flags) -> ReactionNetwork:
        """The network of some steps (steps,) alone, and of their species and others (species,)."""
        steps = [step for step, stays in zip(self.steps, kept, strict=True) if stays]
        stay = species.copy()
        stay[[place for step in steps for place in (*step.reactants, *step.products)]] = True
        place = (np.cumsum(stay) - 1).tolist()

        def moved(places: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(place[each] for each in places)

        complexes = tuple(each for each, stays in zip(self.complexes, stay) if stays)
        names = tuple(each for each, stays in zip(self.names, stay) if stays)
        moved_steps = (replace(step, reactants=moved(step.reactants), products=moved(step.products)) for step in steps)
        return replace(self, complexes=complexes, names=names, steps=tuple(moved_steps))

    def kinds(self, *kinds: StepKind) -> tuple[Step, ...]:
        """The steps of some kinds."""
        return tuple(step for step in self.steps if step.kind in kinds)

    def reversible_pairs(self) -> int:
        """How many of the steps that are no leaks come with their reverse."""
        forward = {(step.reactants, step.products) for step in self.steps if step.kind != StepKind.LEAK}
        return sum((products, reactants) in forward for reactants, products in forward) // 2


def network_to_json(network: ReactionNetwork) -> dict[str, Any]:
    """Species with their structures, and every irreversible elementary step with its rate in nM^(1-n)/s.

    A leak step has its rate over the leak rate (in /nM/s), by which it is multiplied when the network is simulated.
    """
    pairs = zip(network.names, network.complexes, strict=True)
    return {
        "species": [{"name": name, "kernel": complex_.kernel} for name, complex_ in pairs],
        "reactions": [_step(step, network) for step in network.steps],
    }


def _step(step: Step, network: ReactionNetwork) -> dict[str, Any]:
    return {
        "reactants": [network.names[index] for index in step.reactants],
        "products": [network.names[index] for index in step.products],
        "rate": step.rate,
        "kind": str(step.kind),
        **({"rule": step.rule} if step.rule else {}),
        "origins": [origin.reaction for origin in step.origins],
    }


def crn_of(network: ReactionNetwork, name: str, initial: Mapping[str, float | None]) -> Crn:
    """The steps as a plain network in nM and s, with species in order; ``initial`` is in nM, 0 where it has none.

    A name that the text of networks does not allow, such as ``a-1``, becomes the nearest one that is free.
    """
    taken = set[str]()
    names = {old: free_identifier(old, taken) for old in network.names}
    species = tuple(names.values())
    sides = [(tuple(species[i] for i in step.reactants), tuple(species[i] for i in step.products)) for step in network.steps]
    reactions = tuple(
        Reaction(left, right, step.rate, origin=Origin(f"R{number}"))
        for number, ((left, right), step) in enumerate(zip(sides, network.steps), start=1)
    )
    start = {names[old]: value for old, value in initial.items() if value}
    return Crn(name, species, reactions, initial=start)


def count_steps(network: ReactionNetwork) -> dict[str, int]:
    """Species, reversible pairs, irreversible steps and leaks of a network."""
    leaks = len(network.kinds(StepKind.LEAK))
    reversible = network.reversible_pairs()
    return {
        "species": len(network.names),
        "reversible": reversible,
        "irreversible": len(network.steps) - leaks - 2 * reversible,
        "leaks": leaks,
    }
