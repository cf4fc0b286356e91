"""What is to be made of strands: reactions, phases and amounts, whether they come from a learner or from a plain network.

Then names of domains and components: one name for one thing, or an error that says which two share it. Domains are named
after species, reactions and clocks in small letters, so that names that differ by case alone clash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, overload

from dsd_ncrn.crn.types import Crn, Origin, Reaction
from dsd_ncrn.design.chemistry import Chemistry, GateBudget
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.polarity import is_annihilation
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Options, Private, branch_name, budget_name
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.ncrn.decide import unclocked_stages
from dsd_ncrn.ncrn.types import NeuralCrn

FLUSH = "flush"


@dataclass(frozen=True)
class Plan:
    """Reactions with the phases whose clock opens them, and amounts in nM.

    Reactants stand in the order in which a join takes them. ``clocks`` maps a phase to its clock domain, ``gated`` a
    reaction to its phase. ``start`` is what is there at first, ``fed`` what is added from outside again and again.
    ``sources`` are strands that stand for no species. ``buffer`` gives the cogate concentration of a species; those of
    ``buffered`` have one even where nothing takes their cogates, which are else sunk.
    """

    name: str
    options: Options
    reactions: tuple[Reaction, ...]
    clocks: Mapping[str, str]
    gated: Mapping[str, str]
    start: Mapping[str, float]
    fed: frozenset[str]
    buffer: Callable[[str], float]
    sources: frozenset[str] = field(default_factory=frozenset)
    buffered: frozenset[str] = field(default_factory=frozenset)

    @property
    def species(self) -> tuple[str, ...]:
        """Everything that reacts, in order of first use."""
        return tuple(dict.fromkeys(name for reaction in self.reactions for name in (*reaction.reactants, *reaction.products)))

    def clock_of(self, reaction: Reaction) -> str | None:
        """The clock domain that a reaction waits for."""
        phase = self.gated.get(reaction.origin.reaction)
        return None if phase is None else self.clocks[phase]


@dataclass(frozen=True, slots=True)
class PlainOptions:
    """The options of a translation without a design file."""

    translation: Translation
    chemistry: Chemistry


def plan_of_learner(ncrn: NeuralCrn, options: Options) -> Plan:
    """The plan of a compiled learner; amounts of the design's units become nM. Raises InputError as ``translate``."""
    unit, crn = options.chemistry.unit, ncrn.crn
    reactions = ordered((without_fuels(r, crn, dict(ncrn.padding)) for r in crn.reactions), options.translation)
    start = {species: value * unit for species, value in ncrn.constants}
    for variable, value in zip(ncrn.parameters, ncrn.initial_parameters):
        # A value is on one rail: the positive or the negative one.
        start.update(zip(variable.species, (max(value, 0.0) * unit, max(-value, 0.0) * unit)))
    fed = frozenset(species for variable in (*ncrn.inputs, *ncrn.targets) for species in variable.species)
    always_on = unclocked_stages(ncrn, options.translation)
    gated = {r.origin.reaction: next(iter(r.phases)) for r in reactions if _is_gated(r, always_on)}
    clocks = clock_names([phase.name for phase in crn.phases])

    def buffer(species: str) -> float:
        return required(options, "buffers", crn.carriers[species].kind)

    return Plan(crn.name, options, reactions, clocks, gated, start, fed, buffer)


def plan_of_network(crn: Crn, translation: Translation, chemistry: Chemistry) -> Plan:
    """The plan of a plain network: no clock, initial concentrations in nM, budgets by kind of reaction.

    A reaction without reactants is driven by a source strand that it does not use up; it lasts as long as its gates.
    Reactions with the constant 0 need no gates. Raises InputError where no other is left, DesignError where ``chemistry``
    allots nothing to a reaction, and as ``ordered``.
    """
    options = PlainOptions(translation, chemistry)
    named = _named(crn.moving.reactions)
    if not named:
        raise InputError("no reaction has a rate constant above 0", remedy="Give one that happens: A -> B [k = 1e-3].")
    # -> A has nothing that a join could take: a source S stands in, S -> S + A, and is given back.
    sources = {r.origin.reaction: f"source_{r.origin.reaction}" for r in named if not r.reactants}
    reactions = ordered((_with_source(r, sources) for r in named), translation, spread=True)
    start = {**crn.initial, **dict.fromkeys(sources.values(), chemistry.unit)}
    level = max((max(b.join, b.fork) for b in _budgets(reactions, options)), default=0.0)
    nothing = frozenset[str]()
    return Plan(crn.name, options, reactions, {}, {}, start, nothing, lambda _: level, frozenset(sources.values()))


def ordered(reactions: Iterable[Reaction], translation: Translation, spread: bool = False) -> tuple[Reaction, ...]:
    """Reactants in the order of entry: what enters first is held by the gate.

    Of two that annihilate the less shared one goes first, or the one that the design names. With ``spread`` the first
    reactant of a join is the one that so far is first in the fewest; a compiled learner has its order already. Raises
    DesignError where the design names no reactant.
    """
    known = tuple(reactions)
    species = {name for reaction in known for name in reaction.reactants}
    for name in translation.annihilate_first:
        if name not in species:
            rule, key = "translation.annihilate_first: no such reactant", ("translation", "annihilate_first")
            raise DesignError(rule, name, did_you_mean(name, species), key=key)
    # How many reactions take a species: on the gate that holds it, it is away from the others.
    shared = Counter(name for r in known if r.origin.stage != FLUSH for name in set(r.reactants))
    first: Counter[str] = Counter()
    found: list[Reaction] = []
    for reaction in known:
        rank = first if spread and reaction.products else shared
        if is_annihilation(reaction) or (spread and reaction.products):
            reaction = replace(reaction, reactants=_entry_order(reaction, rank, translation))
        first.update(reaction.reactants[:1])
        found.append(reaction)
    return tuple(found)


def _entry_order(reaction: Reaction, rank: Mapping[str, int], translation: Translation) -> tuple[str, ...]:
    """A stable order: what the design wants first, then the least burdened."""
    wanted = translation.annihilate_first if is_annihilation(reaction) else ()
    return tuple(sorted(reaction.reactants, key=lambda name: (name not in wanted, rank[name])))


def without_fuels(reaction: Reaction, crn: Crn, amounts: Mapping[str, float]) -> Reaction:
    """The reaction as strands see it: a finite fuel is its gates, and its amount goes into the rate."""
    reactants: list[str] = []
    rate = reaction.rate
    for name in reaction.reactants:
        # A finite fuel stands for gates, which strands have anyway; its amount is a factor of the rate.
        if name in crn.fuel_species:
            rate *= amounts.get(name, 1.0)
        else:
            reactants.append(name)
    return replace(reaction, reactants=tuple(reactants), rate=rate)


def clock_names(phases: Iterable[str]) -> dict[str, str]:
    """A clock domain for each phase: its name in small letters, and c3 for the flush if nothing else is called that."""
    names = {phase: phase.lower() for phase in phases}
    if FLUSH in names and "c3" not in names.values():
        names[FLUSH] = "c3"
    return names


def _is_gated(reaction: Reaction, always_on: tuple[str, ...]) -> bool:
    """Whether a clock opens a reaction: it belongs to one phase, and its stage does not run all the time."""
    return len(reaction.phases) == 1 and reaction.origin.stage not in always_on


@overload
def required(options: Options, table: Literal["gates"], name: str) -> GateBudget: ...
@overload
def required(options: Options, table: Literal["buffers"], name: str) -> float: ...
def required(options: Options, table: Literal["gates", "buffers"], name: str) -> GateBudget | float:
    """A gate budget of the design's chemistry, or the concentration of a buffer (nM); DesignError where there is none."""
    entries: Mapping[str, GateBudget | float] = getattr(options.chemistry, table)
    if name not in entries:
        remedy = f"Add one. {did_you_mean(name, entries)}"
        raise DesignError(f"chemistry.{table} has no entry for {name}", None, remedy, key=("chemistry", table))
    return entries[name]


def _budgets(reactions: Iterable[Reaction], options: Options) -> list[GateBudget]:
    return [required(options, "gates", budget_name(reaction)) for reaction in reactions]


def _named(reactions: Iterable[Reaction]) -> list[Reaction]:
    """Reactions with names of their own: those that a file gave, or R1, R2, …"""
    return [
        reaction if reaction.origin.reaction else replace(reaction, origin=Origin(f"R{number}"))
        for number, reaction in enumerate(reactions, start=1)
    ]


def _with_source(reaction: Reaction, sources: Mapping[str, str]) -> Reaction:
    source = sources.get(reaction.origin.reaction)
    if source is None:
        return reaction
    return replace(reaction, reactants=(source,), products=(source, *reaction.products))


def check_names(plan: Plan) -> None:
    """Raises InputError where two species, reactions or clocks would share a domain."""
    taken: dict[str, str] = {}
    for domain, what in _domains(plan):
        if domain in taken:
            rule = f"{what} and {taken[domain]} would share the domain {domain!r}"
            raise InputError(rule, None, "Rename one of them; small and capital letters count as equal.")
        taken[domain] = what


def _domains(plan: Plan) -> Iterator[tuple[str, str]]:
    for species in plan.species:
        yield branch_name(species), f"species {species}"
    for phase, clock in plan.clocks.items():
        yield branch_name(clock), f"the clock of phase {phase}"
    for reaction in plan.reactions:
        for kind in Private:
            yield branch_name(kind.of(reaction)), f"the {kind.name.lower()} of reaction {reaction.origin.reaction}"


def check_species(name: str, known: Collection[str], key: str) -> None:
    """Raises DesignError where a key of ``[translation]`` names a species that does not exist."""
    if name not in known:
        raise DesignError(f"translation.{key}: no such species", name, did_you_mean(name, known), key=("translation", key))


def merged(components: Iterable[Component]) -> tuple[Component, ...]:
    """One component per complex; a strand wanted twice is present at the larger concentration.

    Raises InputError where two complexes have one name.
    """
    kept: dict[str, Component] = {}
    by_complex: dict[object, str] = {}
    for component in components:
        name = by_complex.setdefault(component.complex, component.name)
        before = kept.get(name)
        if before is None:
            kept[name] = component
            continue
        if before.complex != component.complex:
            remedy = "Rename the species or the reaction."
            raise InputError("two components have one name", name, remedy)
        origins = tuple(dict.fromkeys((*before.origins, *component.origins)))
        level = max(before.concentration, component.concentration)
        kept[name] = replace(before, concentration=level, origins=origins)
    return tuple(kept.values())
