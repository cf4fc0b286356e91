"""One real tube: what it has in place of what the design says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.random import Generator

from dsd_ncrn.arrays import Flags, Floats, Ints
from dsd_ncrn.dsd.staged import TAG
from dsd_ncrn.dsd.structure import Strand
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.simulate.crowd import Crossing, product
from dsd_ncrn.simulate.handling import PERFECT, Handling


def _all_after(
    products: tuple[int, ...], onward: Mapping[int, list[tuple[int, ...]]], before: tuple[int, ...]
) -> list[tuple[int, ...]]:
    """What two species become together by reversible steps of their complex alone, which the finite semantics has."""
    found = [products]
    for each in found:
        found += [after for after in (onward.get(each[0], ()) if len(each) == 1 else ()) if after not in (*found, before)]
    return found


@dataclass(frozen=True, eq=False)
class Mixture:
    """The strands of a design and their network."""

    system: DsdSystem
    network: ReactionNetwork

    @property
    def nominal(self) -> Floats:
        """The designed concentrations, (components,), nM."""
        return np.array([component.concentration for component in self.system.components])

    @cached_property
    def complexes(self) -> Flags:
        """Which components are more than one strand, (components,)."""
        return np.array([not component.complex.is_strand for component in self.system.components], dtype=bool)

    @cached_property
    def on_beads(self) -> Flags:
        """Which components beads hold, (components,)."""
        return np.array([bool(component.tag) for component in self.system.components], dtype=bool)

    @cached_property
    def poured(self) -> Flags:
        """Which components come as liquid, (components,): strands, and gates that float until their beads catch them."""
        return np.array([component.tag != TAG for component in self.system.components], dtype=bool)

    @cached_property
    def parts(self) -> tuple[Ints, Ints] | None:
        """A species and one that has it, as often as it has it, (pairs,) each, where all that is held by a toehold alone lets
        go; None where nothing is.

        A strand that rests is in a species of its own in the finite semantics, and where partners rest on an annihilator.
        """
        apart = {step.reactants[0]: step.products for step in self.network.kinds(StepKind.UNBINDING)}
        if not apart:
            return None
        found: list[tuple[int, int]] = []
        for whole in range(len(self.network.names)):
            waiting = [whole]
            while waiting:
                place = waiting.pop()
                if place in apart:
                    waiting.extend(apart[place])
                else:
                    found.append((place, whole))
        held, by = np.array(found, dtype=np.int64).T
        return held, by

    def apart(self, state: Floats) -> Floats:
        """A state (species,), nM, with all that is held by a toehold alone let go."""
        return state if self.parts is None else np.bincount(self.parts[0], state[self.parts[1]], len(state)).astype(float)

    @cached_property
    def held(self) -> Mapping[str, list[int]]:
        """For each signal the species that hold it and can give it back: itself, and fresh gates that it has just entered."""
        network, fresh = self.network, {self.network.index[name] for name in self.system.by_name}
        reverse = {(step.products, step.reactants) for step in network.steps}
        back = [step for step in network.steps if (step.reactants, step.products) in reverse and step.kind != StepKind.LEAK]
        onward: dict[int, list[tuple[int, ...]]] = {}
        for step in back:
            if len(step.reactants) == 1:
                onward.setdefault(step.reactants[0], []).append(step.products)
        entered: dict[int, list[int]] = {}
        for step in back:
            if len(step.reactants) == 2 and fresh.issuperset(step.reactants):
                for products in _all_after(step.products, onward, step.reactants):
                    gate = max(products, key=lambda place: len(network.complexes[place].strands))
                    for place in step.reactants:
                        entered.setdefault(place, []).append(gate)
        places = {name: network.index[name] for name in self.system.signals.values()}
        return {name: list(dict.fromkeys((place, *entered.get(place, ())))) for name, place in places.items()}

    def containing_anchor(self, component: str) -> list[int]:
        """The species that contain the starred strand of a component, by which beads hold it; of a strand itself alone."""
        if component not in self._anchored:
            made = self.system.by_name[component].complex
            anchor = next((strand for strand in made.strands if strand[0].starred), None)
            holding = [n for n, complex_ in enumerate(self.network.complexes) if anchor in complex_.strands]
            self._anchored[component] = holding if anchor else [self.network.position[made]]
        return self._anchored[component]

    @cached_property
    def _anchored(self) -> dict[str, list[int]]:
        return {}


@dataclass(frozen=True, eq=False)
class Realisation:
    """How one tube differs from its design.

    ``doses`` (components,) multiplies whatever is added of a component, at the start, in every top-up and in every phase;
    ``rates`` (steps,) multiplies rate constants. ``companions`` (species, components) is what comes into the tube, or is
    taken out of it, with each nM of a component; None for nothing. ``growth`` is the share of itself by which the volume grows
    in every iteration; ``handling`` is how single events go. ``resting`` is the dissociation constant (nM) of a 5-nt toehold on
    which a strand rests, ``cross`` that of toeholds that should not bind, of which ``crossing`` may know more; 0 where none
    does. ``opens`` multiplies those of single toeholds.
    """

    doses: Floats
    rates: Floats
    companions: Floats | None = None
    growth: float = 0.0
    handling: Handling = PERFECT
    resting: float = 0.0
    cross: float = 0.0
    opens: Mapping[Strand, float] = field(default_factory=dict[Strand, float])
    crossing: Crossing | None = None

    @cached_property
    def brings(self) -> Flags:
        """Whether anything comes with a component, (components,)."""
        if self.companions is None:
            return np.zeros(len(self.doses), dtype=bool)
        return np.asarray(self.companions.any(axis=0))

    def accompany(self, state: Floats, added: Floats) -> None:
        """Change a state (species,) by what comes with components in the amounts ``added`` (components,), nM."""
        if self.companions is not None:
            state += product(self.companions, added)

    def without_leaks(self, leaky: ReactionNetwork, plain: ReactionNetwork) -> Realisation:
        """The same tube for the network that has no leaks, whose gates come without companions."""
        place = {(step.reactants, step.products): number for number, step in enumerate(leaky.steps)}
        kept = [place[step.reactants, step.products] for step in plain.steps]
        return replace(self, rates=self.rates[kept], companions=None)


def perfect(mixture: Mixture) -> Realisation:
    """The tube as it was designed, with toeholds on which nothing rests: the ideal case."""
    return Realisation(np.ones(len(mixture.system.components)), np.ones(len(mixture.network.steps)))


class Imperfection(Protocol):
    """One way in which tubes differ from their design.

    ``name`` is its key in ``[imperfections]``, ``largest`` the magnitude up to which it is found in practice, over which the
    global analysis goes; None where the first iteration does not see it.
    """

    name: str
    largest: float | None

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """The realisation with this imperfection drawn on top; ``magnitude`` is the design's, above 0."""
        ...
