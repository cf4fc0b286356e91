"""The strands of the two-domain scheme: signals, cogates, auxiliary strands and toeholds of both polarities.

A species of polarity +1 is the signal ``<t x>`` with cogate ``<x t>`` (Cardelli 2010). One of polarity -1 is the
mirror image ``<x u>`` with cogate ``<u x>`` and its own toehold u: only then can the two meet from opposite ends of
a cooperative complex (Zhang 2011). A gate whose inputs have polarity -1 is the mirror image of the ordinary one; a
``Side`` writes either down from the same list of parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.chemistry import Chemistry, GateBudget
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.structure import Bound, Domain, Open, Strand, free, gate
from dsd_ncrn.dsd.system import Component, Role

HARMLESS_NT = 3
"""Toeholds up to this length hold strands a thousand times more weakly than the whole one."""


class Private(StrEnum):
    """What a branch domain is for that one reaction has to itself: the letter that its name begins with."""

    TRIGGER = "r"
    COMMITMENT = "c"
    DRAIN = "q"

    def of(self, reaction: Reaction) -> str:
        """The domain's name, for ``Words``."""
        return f"{self}_{reaction.origin.reaction}"


SEALS = ("end", "inert")
"""The branch domains at the ends of all joins and of all forks."""


class Options(Protocol):
    """What a translation reads of a design; ``DesignSpec`` has it."""

    @property
    def translation(self) -> Translation:
        """How reactions become strands."""
        ...

    @property
    def chemistry(self) -> Chemistry:
        """Concentrations."""
        ...


@dataclass(frozen=True)
class Words:
    """Domains and strands by species, with the design's lengths and concentrations.

    ``weak_toeholds`` are the lengths (nt) at which joins of polarity +1 open with less than the whole toehold,
    ``weak_mirrored`` those of joins of polarity -1. ``own_clocks`` are clocks that have a toehold of their own. The seals'
    domains have a sign in front that no species can have.
    """

    spec: Options
    polarity: Mapping[str, int]
    weak_toeholds: tuple[int, ...] = ()
    fork_end: str = field(default="$inert")
    join_end: str = field(default="$end")
    weak_mirrored: tuple[int, ...] = ()
    own_clocks: frozenset[str] = frozenset()

    @cached_property
    def toehold(self) -> Strand:
        """The universal toehold, cut so that its 3' end is available at every weak length, 5' to 3'."""
        return _cut("t", self.spec.translation.toehold, self.weak_toeholds)[::-1]

    @cached_property
    def mirrored_toehold(self) -> Strand:
        """The toehold of species of polarity -1, cut so that its 5' end is available at every weak length."""
        return _cut("u", self.spec.translation.cooperative_toehold, self.weak_mirrored)

    @cached_property
    def fork_toehold(self) -> Strand:
        """The toehold that opens forks and nothing else (scheme ``chen``)."""
        return (Domain("v", self.spec.translation.toehold),)

    def clock_toehold(self, clock: str) -> Strand:
        """The toehold by which a clock strand enters: one of its own, on which no signal could rest, or the universal one."""
        return (Domain("w", self.spec.translation.toehold),) if clock in self.own_clocks else self.toehold

    def weak(self, length: int) -> Strand:
        """The part of the universal toehold next to the branch, ``length`` nt long."""
        return self.side(1).first(length)

    def branch(self, name: str) -> Strand:
        """A private branch domain."""
        return (Domain(branch_name(name), self.spec.translation.branch),)

    def side(self, sign: int) -> Side:
        """How strands and gates of one polarity are written."""
        return Side(self, sign)

    def side_of(self, species: str) -> Side:
        """The side from which a species enters its gates."""
        return Side(self, self.polarity.get(species, 1))

    def signal(self, species: str) -> Strand:
        """The strand that carries a species."""
        return self.side_of(species).enter(species)

    def cogate(self, species: str) -> Strand:
        """The strand that a join gives back for a species and a fork takes."""
        return self.side_of(species).leave(species)

    def helper(self, name: str) -> Strand:
        """``<t r>`` for a private domain r."""
        return self.side(1).enter(name)

    def returned(self, name: str) -> Strand:
        """``<r t>`` for a private domain r."""
        return self.side(1).leave(name)

    def budget(self, reaction: Reaction) -> GateBudget:
        """The concentrations that the design allots to a reaction's gates."""
        own = self.spec.chemistry.reactions.get(reaction.origin.reaction)
        return own or self.spec.chemistry.gates[budget_name(reaction)]


def _cut(name: str, length: int, weak: Sequence[int]) -> Strand:
    """A toehold in pieces, the piece next to the branch first; the piece of a 5' toehold at its 5' end is number 1."""
    cuts = sorted({*weak, length})
    pieces = [here - before for before, here in zip([0, *cuts], cuts)]
    if len(pieces) == 1:
        return (Domain(name, length),)
    numbers = range(len(pieces), 0, -1) if name == "t" else range(1, len(pieces) + 1)
    return tuple(Domain(f"{name}{number}", piece) for number, piece in zip(numbers, pieces))


@dataclass(frozen=True)
class Side:
    """Strands and gates of one polarity. The texts show polarity +1; the other is its mirror image, with u for t."""

    words: Words
    sign: int

    @property
    def toehold(self) -> Strand:
        """The whole toehold of this polarity, 5' to 3'."""
        return self.words.toehold if self.sign > 0 else self.words.mirrored_toehold

    @property
    def other(self) -> Side:
        """The opposite polarity."""
        return Side(self.words, -self.sign)

    def strand(self, toehold: Strand, *branches: str) -> Strand:
        """``<t x>``: a strand that enters a gate of this side through a toehold, then along its branches."""
        return self._facing([toehold, *map(self.words.branch, branches)])

    def left(self, branch: str, toehold: Strand) -> Strand:
        """``<x t>``: what comes off such a gate and leaves that toehold open."""
        return self._facing([self.words.branch(branch), toehold])

    def enter(self, branch: str) -> Strand:
        """``<t x>`` with this side's toehold."""
        return self.strand(self.toehold, branch)

    def leave(self, branch: str) -> Strand:
        """``<x t>`` with this side's toehold."""
        return self.left(branch, self.toehold)

    def first(self, length: int) -> Strand:
        """The part of the toehold next to the branch, ``length`` nt long; whole at the universal toehold's length."""
        if length >= self.words.spec.translation.toehold:
            return self.toehold
        kept: list[Domain] = []
        total = 0
        for domain in self.toehold[:: -self.sign]:
            if total < length:
                kept.append(domain)
                total += domain.length
        return tuple(kept[:: -self.sign])

    def join(self, name: str, parts: Sequence[Open | Bound], concentration: float, *origins: Origin) -> Component:
        """A gate (nM) that strands of this side enter; parts in the order of entry."""
        return gate_component(name, parts[:: self.sign], concentration, *origins)

    def fork(self, name: str, parts: Sequence[Open | Bound], concentration: float, *origins: Origin) -> Component:
        """A gate (nM) entered from its other end, by what joins of this side give back; parts in the order of entry."""
        return gate_component(name, parts[:: -self.sign], concentration, *origins)

    def _facing(self, pieces: Sequence[Strand]) -> Strand:
        return tuple(domain for piece in pieces[:: self.sign] for domain in piece)


def branch_name(name: str) -> str:
    """The branch domain of a species, a clock or a private part: small letters, and never the name of a domain of all gates."""
    small = name.lower().replace("'", "_p")
    if small.startswith("$"):
        return small[1:]
    return f"{small}_" if small in SEALS or re.fullmatch(r"[tuvw][0-9]?", small) else small


def cogate_name(species: str) -> str:
    """The component that joins give back for a species."""
    return f"{species}_cogate"


def budget_name(reaction: Reaction) -> str:
    """Which entry of ``chemistry.gates`` a reaction draws on; a reaction of no stage that of one of its kind."""
    stage = reaction.origin.stage
    if stage == "N1" and reaction.molecularity == 1:
        return "bias"
    if reaction.molecularity >= 2 and not reaction.products:
        return "annihilation"
    return stage or ("N1" if reaction.molecularity >= 2 else "N2")


def strand_component(name: str, strand: Strand, role: Role, concentration: float, *origins: Origin) -> Component:
    """A free strand as a component; ``concentration`` in nM."""
    return Component(name, free(*strand), role, concentration, origins, topped_up=role != Role.SIGNAL)


def gate_component(name: str, parts: Iterable[Open | Bound], concentration: float, *origins: Origin) -> Component:
    """A gate as a component; ``concentration`` in nM."""
    return Component(name, gate(*parts), Role.GATE, concentration, origins)
