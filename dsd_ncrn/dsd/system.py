"""What the translator makes: every strand and complex to be mixed, with role, concentration and origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Mapping

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Complex, Domain, Strand


class Role(StrEnum):
    """What a species is for."""

    SIGNAL = "signal"
    GATE = "gate"  # a complex that is consumed: join, fork, drain, annihilator
    FUEL = "fuel"  # a helper strand in excess
    BUFFER = "buffer"  # a cogate in excess; it makes the rate law mass action
    CLOCK = "clock"
    SCAVENGER = "scavenger"
    REPORTER = "reporter"
    INTERMEDIATE = "intermediate"
    WASTE = "waste"


@dataclass(frozen=True, slots=True)
class Component:
    """One strand or complex of the system.

    ``concentration`` is what is present when an iteration starts (nM), 0 for what is only added later.
    ``first_toehold_nt`` is set on gates whose first open toehold was chosen by the kinetics.
    """

    name: str
    complex: Complex
    role: Role
    concentration: float
    origins: tuple[Origin, ...] = field(default=(), compare=False)
    topped_up: bool = True


@dataclass(frozen=True)
class DsdSystem:
    """A translated circuit.

    ``signals`` maps a formal species to the component name of its signal strand, ``cogates`` to its cogate.
    ``clocks`` maps a phase name to (clock strand, its cogate, scavenger of the first, scavenger of the second).
    ``extents`` maps each formal reaction to the component or complex whose amount counts its firings.
    """

    name: str
    components: tuple[Component, ...]
    signals: Mapping[str, str]
    cogates: Mapping[str, str]
    clocks: Mapping[str, ClockStrands]
    joins: Mapping[str, str]
    polarity: Mapping[str, int]
    cooperative: tuple[str, ...] = ()
    two_domain_annihilations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Component]:
        """Components by name."""
        return {component.name: component for component in self.components}

    @cached_property
    def domains(self) -> tuple[Domain, ...]:
        """Every distinct domain, unstarred, in order of first use."""
        seen = (domain for component in self.components for domain in component.complex.domains)
        return tuple(dict.fromkeys(~domain if domain.starred else domain for domain in seen))

    @cached_property
    def strands(self) -> tuple[Strand, ...]:
        """Every distinct strand, in order of first use."""
        return tuple(dict.fromkeys(strand for component in self.components for strand in component.complex.strands))


@dataclass(frozen=True, slots=True)
class ClockStrands:
    """Component names of one clock: the strand, its cogate, and the scavengers of both; concentration in nM."""

    strand: str
    cogate: str
    strand_scavenger: str
    cogate_scavenger: str
    concentration: float
