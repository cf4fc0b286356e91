"""What the SBML and the Antimony form of a network share: identifiers, units, and when the clock switches."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dsd_ncrn.crn.types import Crn, Reaction

Unit = tuple[tuple[str, int, int], ...]
"""Factors of a unit, each a base unit of SBML with its power of ten and its exponent."""

NANOMOLE: Unit = (("mole", -9, 1),)
SUBSTANCE = "nmol"
CONCENTRATION = "nM"


@dataclass(frozen=True, slots=True)
class Switch:
    """At ``time`` (dimensionless) the phase ``ends`` stops and ``starts`` begins; None after the last phase."""

    time: float
    ends: str
    starts: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """A network with an identifier for everything that the formats give one.

    Identifiers are letters, digits and _, and no two are equal. Species keep their names where these are free.
    ``reactions`` and ``rates`` follow the order of the reactions; ``clocks`` are the 0/1 parameters of the phases.
    """

    crn: Crn
    model: str
    vessel: str
    species: Mapping[str, str]
    reactions: tuple[str, ...]
    rates: tuple[str, ...]
    clocks: Mapping[str, str]

    def clocks_of(self, reaction: Reaction) -> list[str]:
        """The clocks whose sum multiplies a reaction's rate, in the order of the phases; none for one that always runs."""
        order = [phase.name for phase in self.crn.phases]
        return [self.clocks[name] for name in sorted(reaction.phases, key=order.index)]

    def factors(self, number: int) -> list[str]:
        """The other factors of a rate, in substance per time: the vessel, the constant, each reactant as often as it reacts."""
        reactants = self.crn.reactions[number].reactants
        return [self.vessel, self.rates[number], *(self.species[name] for name in reactants)]


def named(crn: Crn, reserved: Collection[str] = ()) -> Named:
    """Identifiers for a network, none of them in ``reserved``."""
    taken = set(reserved)
    species = {name: free_identifier(name, taken) for name in crn.species}
    reactions = tuple(
        free_identifier(each.origin.reaction or f"R{number}", taken) for number, each in enumerate(crn.reactions, 1)
    )
    return Named(
        crn,
        model=free_identifier(crn.name, taken),
        vessel=free_identifier("tube", taken),
        species=species,
        reactions=reactions,
        rates=tuple(free_identifier(f"k_{name}", taken) for name in reactions),
        clocks={phase.name: free_identifier(f"clock_{phase.name}", taken) for phase in crn.phases},
    )


def free_identifier(name: str, taken: set[str]) -> str:
    """The identifier nearest to a name that is not taken; it is taken then."""
    identifier = re.sub(r"\W", "_", name, flags=re.ASCII)
    # libAntimony 3.3 mistakes the names of its truncated distributions even in the middle of a word
    identifier = re.sub(r"truncated(?=[EGNP])", "truncated_", identifier)
    if not identifier or identifier[0].isdigit():
        identifier = f"_{identifier}"
    while identifier in taken:
        identifier += "_"
    taken.add(identifier)
    return identifier


def is_dimensionless(crn: Crn) -> bool:
    """Whether concentrations and times are plain numbers, as in a Neural CRN; a network without phases is in nM and s."""
    return bool(crn.phases)


def switches(crn: Crn) -> tuple[Switch, ...]:
    """When the clock switches in one iteration: phases in order, each once, those of every n-th iteration included."""
    lasting = [phase for phase in crn.phases if phase.duration > 0]
    found: list[Switch] = []
    time = 0.0
    for phase, following in zip(lasting, [*lasting[1:], None]):
        time += phase.duration
        found.append(Switch(time, phase.name, following.name if following else None))
    return tuple(found)


def first_phase(crn: Crn) -> str | None:
    """The phase that runs at time 0."""
    return next((phase.name for phase in crn.phases if phase.duration > 0), None)


def start_of(names: Named) -> dict[str, float]:
    """Concentrations at the start by identifier, with what is added at time 0."""
    crn = names.crn
    start = {identifier: crn.initial.get(name, 0.0) for name, identifier in names.species.items()}
    for each in crn.injections:
        start[names.species[each.species]] += each.amount if each.time == 0 else 0.0
    return start


def additions(names: Named) -> dict[float, dict[str, float]]:
    """What is added at each time after the start, by identifier: events at one time would not see each other's changes."""
    found: dict[float, dict[str, float]] = {}
    for each in sorted(names.crn.injections, key=lambda injection: injection.time):
        if each.time > 0:
            added, identifier = found.setdefault(each.time, {}), names.species[each.species]
            added[identifier] = added.get(identifier, 0.0) + each.amount
    return found


def units_of(crn: Crn) -> dict[str, Unit]:
    """The units of a network in nM and s by identifier: of its rate constants, and of what is added to it."""
    orders = sorted({len(reaction.reactants) for reaction in crn.reactions})
    units = {rate_unit(order): _rate_factors(order) for order in orders}
    return units | ({CONCENTRATION: (("mole", -9, 1), ("litre", 0, -1))} if crn.injections else {})


def rate_unit(order: int) -> str:
    """Identifier of the unit nM^(1-order)/s: nM_per_s, per_s, per_nM_per_s, per_nM2_per_s."""
    concentration = {0: "nM_", 1: "", 2: "per_nM_"}.get(order, f"per_nM{order - 1}_")
    return f"{concentration}per_s"


def _rate_factors(order: int) -> Unit:
    factors = (("mole", -9, 1 - order), ("litre", 0, order - 1), ("second", 0, -1))
    return tuple(factor for factor in factors if factor[2])


def remark(reaction: Reaction) -> str:
    """Stage and term of a reaction, for people."""
    origin = reaction.origin
    parts = (f"stage {origin.stage}" if origin.stage else "", f"term {origin.term}" if origin.term else "")
    return ", ".join(part for part in parts if part)
