"""Abstract chemical reaction networks with clock phases.

Concentrations and times of a Neural CRN are dimensionless here (1 unit of concentration, 1 unit of time); ``units`` and the
design give them their physical size. Rates follow k times the product of concentrations, without factorials.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dsd_ncrn.design.chemistry import SpeciesKind

STAGES = ("N1", "readout", "N2", "N3", "N4", "flush", "feed", "annihilation", "clock")
NAME = r"[A-Za-z_]\w*+['′]*+"
SPECIES = re.compile(NAME, re.ASCII)
"""A species' name."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something came from: the formal reaction, its stage, and the term of f_theta."""

    reaction: str
    stage: str = ""
    term: str = ""

    def __str__(self) -> str:
        return self.reaction


@dataclass(frozen=True, slots=True)
class Reaction:
    """One mass-action reaction.

    ``reactants`` and ``products`` list species with repetition; the order of the reactants is kept, because a
    DNA gate sequesters its first input. ``rate`` is the constant k in units of 1/(concentration^(n-1) time).
    ``phases`` are the clock phases in which it runs; empty means always.
    """

    reactants: tuple[str, ...]
    products: tuple[str, ...]
    rate: float
    phases: frozenset[str] = frozenset()
    fast: bool = False
    origin: Origin = field(default=Origin(""), compare=False)

    @property
    def molecularity(self) -> int:
        """Number of reactant molecules, the clock not counted, a finite fuel counted."""
        return len(self.reactants)

    def __str__(self) -> str:
        left = " + ".join(self.reactants)
        right = " + ".join(self.products)
        return f"{left} -> {right}".strip()


@dataclass(frozen=True, slots=True)
class Species:
    """What carries a variable of a learner, or one of its rails: its ``name`` is made of kind, place and rail.

    ``place`` is what tells it from others of its kind, such as 1 or 1_12, and empty where it is the only one; ``rail`` is
    p or m, and empty for a variable on a single rail.
    """

    kind: SpeciesKind
    place: str = ""
    rail: str = ""

    @property
    def name(self) -> str:
        """As reactions name it."""
        return f"{self.kind}{self.place}{self.rail}"

    @property
    def variable(self) -> str:
        """Its name without the rail."""
        return f"{self.kind}{self.place}"

    @property
    def sign(self) -> int:
        """-1 on the negative rail, else 1."""
        return -1 if self.rail == "m" else 1


@dataclass(frozen=True, slots=True)
class Phase:
    """A clock phase: its clock species (empty for none) and its duration in dimensionless time.

    It belongs to every ``every``-th iteration alone, counted from 1 (a batch of points is learned from at once).
    """

    name: str
    clock: str
    duration: float
    every: int = 1


@dataclass(frozen=True, slots=True)
class Injection:
    """``amount`` of a species (nM) that is added at ``time`` (s) to a network that was read."""

    time: float
    species: str
    amount: float


@dataclass(frozen=True, slots=True)
class Crn:
    """A reaction network with phases. ``species`` is ordered; ``bias_species`` are constants such as B.

    ``carriers`` says what each species of a learner carries; a network that was read has none.
    ``fuel_species`` stand for a finite supply that strands have anyway, as their gates; they count in no molecularity.
    """

    name: str
    species: tuple[str, ...]
    reactions: tuple[Reaction, ...]
    phases: tuple[Phase, ...] = ()
    bias_species: frozenset[str] = frozenset()
    fuel_species: frozenset[str] = frozenset()
    initial: Mapping[str, float] = field(default_factory=dict[str, float])
    injections: tuple[Injection, ...] = ()
    carriers: Mapping[str, Species] = field(default_factory=dict[str, Species], compare=False)

    def stage(self, name: str) -> tuple[Reaction, ...]:
        """The reactions of one stage, in order."""
        return tuple(reaction for reaction in self.reactions if reaction.origin.stage == name)

    @property
    def moving(self) -> Crn:
        """The network without the reactions whose constant is 0: they never happen."""
        return replace(self, reactions=tuple(each for each in self.reactions if each.rate))

    def molecularity(self, reaction: Reaction) -> int:
        """How many molecules must meet in a reaction, its clock and a finite fuel not counted."""
        return sum(name not in self.fuel_species for name in reaction.reactants)

    @property
    def clock_species(self) -> tuple[str, ...]:
        """Species that gate phases; they count as species but stand in no reaction."""
        return tuple(dict.fromkeys(phase.clock for phase in self.phases if phase.clock))
