"""What the translator makes: every strand and complex to be mixed, with role, concentration and origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from dsd_ncrn.constants import DEFAULT_PRESET
from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, strand_length, strand_text


class Role(StrEnum):
    """What a species is for."""

    SIGNAL = "signal"
    GATE = "gate"  # a complex that is consumed: join, fork, degradation gate, annihilator
    FUEL = "fuel"  # an auxiliary strand in excess
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
    ``topped_up`` components are brought back to it before every iteration. ``tag`` is the affinity tag by which beads hold it;
    what is in solution has none.
    """

    name: str
    complex: Complex
    role: Role
    concentration: float
    origins: tuple[Origin, ...] = field(default=(), compare=False)
    topped_up: bool = True
    tag: str = ""


@dataclass(frozen=True, slots=True)
class ClockStrands:
    """One clock: its strand and concentration (nM), and the scavengers that close its phase.

    The scavengers are added one after the other; each is on beads and is pulled out before the next. They have to take
    the clock strands and, where a buffer of cogates closes the phase's gates, its ``closing_buffer`` (nM) as well.
    ``helpers`` are fuels (nM) that are there in this phase alone: each comes with the clock and leaves with the first
    scavenger, by a strand of ``captures`` of its own. ``cogates`` are what gates of either
    polarity give back for the clock: components where the phase closes its gates, else sunk.
    """

    strand: str
    scavengers: tuple[str, ...]
    concentration: float
    closing_buffer: float = 0.0
    helpers: Mapping[str, float] = field(default_factory=dict[str, float])
    captures: Mapping[str, str] = field(default_factory=dict[str, str])
    cogates: Mapping[int, str] = field(default_factory=dict[int, str])

    @property
    def to_scavenge(self) -> float:
        """What a scavenger is dosed by, nM."""
        return self.concentration + self.closing_buffer

    def added_with(self, scavenger: str) -> dict[str, float]:
        """The captures of the phase's own auxiliary strands that come with a scavenger, and what they have to take, nM."""
        if scavenger != self.scavengers[0]:
            return {}
        return {self.captures[helper]: dose for helper, dose in self.helpers.items()}


class GateKind(StrEnum):
    """How a gate takes the inputs of a reaction, and when its clock."""

    JOIN = "join"  # one input after the other, the clock last
    SINK = "sink"  # its only input, without a clock
    DRAIN = "drain"  # the clock first, then its only input
    ANNIHILATOR = "annihilator"  # the clock first, then its inputs from both ends


@dataclass(frozen=True, slots=True)
class Driver:
    """What drives a join on that holds all inputs: a component, and the toehold (nt) that comes off with what it displaces."""

    component: str
    released: int


@dataclass(frozen=True, slots=True)
class Gates:
    """How one formal reaction is made of strands, as its scheme says.

    ``join`` and ``fork`` are components, ``phase`` is that whose clock it waits for. ``driver`` is the strand next in line
    after the inputs and the clock. A complex that holds both ``bottom``, of the join, and ``mark`` is one that has fired;
    where there is no mark, firings are not counted.
    """

    reaction: str
    kind: GateKind
    join: str
    fork: str | None
    phase: str | None
    driver: Driver | None
    bottom: Strand
    mark: Strand | None


@dataclass(frozen=True, slots=True)
class Reporter:
    """A readout duplex: its species and component, and the strands with the ends (5' or 3') that carry the labels."""

    species: str
    component: str
    dye_strand: Strand
    dye_end: str
    quencher_strand: Strand
    quencher_end: str


@dataclass(frozen=True)
class DsdSystem:
    """A translated circuit.

    ``signals`` maps a formal species to the component name of its signal strand, ``cogates`` a strand that joins take to its
    cogate. ``clocks`` maps a phase name to its strands, ``gates`` a formal reaction to its gates. ``polarity`` is +1 for a
    signal ``<t x>``, -1 for ``<x u>``. ``fallbacks`` says of the annihilations by two-domain joins why they are not
    cooperative. ``formal`` are the reactions that the strands stand for, reactants in the order in which a join takes them.
    ``rates`` names the preset or file of their rate constants; of ``variants`` of every gate one is chosen by its rate.
    """

    name: str
    components: tuple[Component, ...]
    signals: Mapping[str, str]
    cogates: Mapping[str, str]
    clocks: Mapping[str, ClockStrands]
    gates: Mapping[str, Gates]
    polarity: Mapping[str, int]
    fallbacks: Mapping[str, str] = field(default_factory=dict[str, str])
    formal: tuple[Reaction, ...] = ()
    scheme: str = "plain"
    reporters: tuple[Reporter, ...] = ()
    rates: str = DEFAULT_PRESET
    variants: int = 1

    @property
    def cooperative(self) -> tuple[str, ...]:
        """The reactions whose species annihilate on a cooperative complex."""
        return tuple(name for name, gates in self.gates.items() if gates.kind is GateKind.ANNIHILATOR)

    def level(self, component: str | None) -> float:
        """The concentration of a component, nM; 0 where the system has none of that name."""
        found = self.by_name.get(component or "")
        return found.concentration if found else 0.0

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

    def with_concentrations(self, changed: Mapping[str, float]) -> DsdSystem:
        """The same system with some components at other concentrations (nM)."""
        components = (replace(c, concentration=changed.get(c.name, c.concentration)) for c in self.components)
        return replace(self, components=tuple(components))


def system_to_json(system: DsdSystem) -> dict[str, Any]:
    """Every domain, strand and component; lengths in nt, concentrations in nM, structures in kernel notation."""
    return {
        "name": system.name,
        "domains": [{"name": domain.name, "length": domain.length} for domain in system.domains],
        "strands": [
            {"domains": [str(domain) for domain in strand], "length": strand_length(strand)} for strand in system.strands
        ],
        "components": [_component(component) for component in system.components],
        "signals": dict(system.signals),
        "cogates": {species: cogate for species, cogate in system.cogates.items() if species in system.signals},
        "clocks": {
            phase: {
                "strand": clock.strand,
                "scavengers": list(clock.scavengers),
                "concentration": clock.concentration,
                "helpers": dict(clock.helpers),
                "captures": dict(clock.captures),
            }
            for phase, clock in system.clocks.items()
        },
        "joins": {name: gates.join for name, gates in system.gates.items() if gates.kind is not GateKind.DRAIN},
        "polarity": dict(system.polarity),
        "cooperative_annihilations": list(system.cooperative),
        "two_domain_annihilations": list(system.fallbacks),
        "fallbacks": dict(system.fallbacks),
        "scheme": system.scheme,
        "reporters": [_reporter(reporter) for reporter in system.reporters],
    }


def _reporter(reporter: Reporter) -> dict[str, str]:
    """A readout duplex with the strands and ends that carry dye and quencher."""
    return {
        "species": reporter.species,
        "component": reporter.component,
        "dye": f"{reporter.dye_end} of {strand_text(reporter.dye_strand)}",
        "quencher": f"{reporter.quencher_end} of {strand_text(reporter.quencher_strand)}",
    }


def _component(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "kernel": component.complex.kernel,
        "role": str(component.role),
        "concentration": component.concentration,
        "topped_up": component.topped_up,
        "origins": origins_to_json(component.origins),
    }


def origins_to_json(origins: Iterable[Origin]) -> list[dict[str, str]]:
    """Formal reactions with their stages and terms."""
    return [{"reaction": origin.reaction, "stage": origin.stage, "term": origin.term} for origin in origins]
