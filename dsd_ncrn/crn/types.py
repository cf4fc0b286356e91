"""Abstract chemical reaction networks with clock phases.

Concentrations and times of a Neural CRN are dimensionless here (1 unit of concentration, 1 unit of time);
``units`` and the design give them their physical size. Rates follow k times the product of concentrations,
without factorials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STAGES = ("N1", "N2", "N3", "N4", "flush", "feed", "annihilation")


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
        """Number of reactant molecules, the clock not counted."""
        return len(self.reactants)

    def __str__(self) -> str:
        left = " + ".join(self.reactants)
        right = " + ".join(self.products)
        return f"{left} -> {right}".strip()


@dataclass(frozen=True, slots=True)
class Phase:
    """A clock phase: its clock species (empty for none) and its duration in dimensionless time."""

    name: str
    clock: str
    duration: float


@dataclass(frozen=True, slots=True)
class Crn:
    """A reaction network with phases. ``species`` is ordered; ``bias_species`` are constants such as B."""

    name: str
    species: tuple[str, ...]
    reactions: tuple[Reaction, ...]
    phases: tuple[Phase, ...] = ()
    bias_species: frozenset[str] = frozenset()
    initial: Mapping[str, float] = field(default_factory=dict)

    def stage(self, name: str) -> tuple[Reaction, ...]:
        """The reactions of one stage, in order."""
        return tuple(reaction for reaction in self.reactions if reaction.origin.stage == name)

    @property
    def clock_species(self) -> tuple[str, ...]:
        """Species that gate phases; they count as species but stand in no reaction."""
        return tuple(dict.fromkeys(phase.clock for phase in self.phases if phase.clock))
