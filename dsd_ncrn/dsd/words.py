"""The strands of the two-domain scheme: signals, cogates and toeholds of both polarities.

A species of polarity +1 is the signal ``<t x>`` with cogate ``<x t>`` (Cardelli 2010). One of polarity -1 is the
mirror image ``<x u>`` with cogate ``<u x>`` and its own toehold u: only then can the two meet from opposite ends of
a cooperative complex (Zhang 2011).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.spec import DesignSpec, GateBudget
from dsd_ncrn.dsd.structure import Bound, Domain, Open, Strand, free, gate
from dsd_ncrn.dsd.system import Component, Role


@dataclass(frozen=True)
class Words:
    """Domains and strands by species, with the design's lengths and concentrations."""

    spec: DesignSpec
    polarity: Mapping[str, int]
    weak_toeholds: tuple[int, ...] = ()
    fork_end: str = field(default="inert")
    join_end: str = field(default="end")

    @cached_property
    def toehold(self) -> Strand:
        """The universal toehold, cut so that its 3' end is available at every weak length, 5' to 3'."""
        cuts = sorted({*self.weak_toeholds, self.spec.translation.toehold})
        lengths = [here - before for before, here in zip([0, *cuts], cuts)][::-1]
        names = ["t"] if len(lengths) == 1 else [f"t{number}" for number in range(1, len(lengths) + 1)]
        return tuple(Domain(name, length) for name, length in zip(names, lengths))

    @cached_property
    def mirrored_toehold(self) -> Strand:
        """The toehold of species of polarity -1."""
        return (Domain("u", self.spec.translation.cooperative_toehold),)

    def weak(self, length: int) -> Strand:
        """The part of the universal toehold next to the branch, ``length`` nt long."""
        kept, total = [], 0
        for domain in reversed(self.toehold):
            if total < length:
                kept.append(domain)
                total += domain.length
        return tuple(reversed(kept))

    def branch(self, name: str) -> Strand:
        """A private branch domain."""
        return (Domain(name.lower(), self.spec.translation.branch),)

    def signal(self, species: str) -> Strand:
        """The strand that carries a species."""
        if self.polarity.get(species, 1) > 0:
            return self.toehold + self.branch(species)
        return self.branch(species) + self.mirrored_toehold

    def cogate(self, species: str) -> Strand:
        """The strand that a join gives back for a species and a fork takes."""
        if self.polarity.get(species, 1) > 0:
            return self.branch(species) + self.toehold
        return self.mirrored_toehold + self.branch(species)

    def helper(self, name: str) -> Strand:
        """``<t r>`` for a private domain r."""
        return self.toehold + self.branch(name)

    def returned(self, name: str) -> Strand:
        """``<r t>`` for a private domain r."""
        return self.branch(name) + self.toehold

    def budget(self, reaction: Reaction) -> GateBudget:
        """The concentrations that the design allots to a reaction's gates."""
        return self.spec.chemistry.gates[budget_name(reaction)]


def budget_name(reaction: Reaction) -> str:
    """Which entry of ``chemistry.gates`` a reaction draws on."""
    stage = reaction.origin.stage
    if stage == "N1" and reaction.molecularity == 1:
        return "bias"
    return "annihilation" if reaction.molecularity == 2 and not reaction.products else stage


def strand_component(name: str, strand: Strand, role: Role, concentration: float, *origins: Origin) -> Component:
    """A free strand as a component."""
    return Component(name, free(*strand), role, concentration, origins, topped_up=role != Role.SIGNAL)


def gate_component(name: str, parts: Iterable[Open | Bound], concentration: float, *origins: Origin) -> Component:
    """A gate as a component."""
    return Component(name, gate(*parts), Role.GATE, concentration, origins)
