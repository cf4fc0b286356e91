"""From complexes to their reaction network, with or without leaks, in either semantics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Literal, TypedDict, Unpack, get_args

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.families import LEAK_MODELS
from dsd_ncrn.kinetics.condense import condense
from dsd_ncrn.kinetics.enumerator import MAX_SPECIES, Enumerator, OriginsOf
from dsd_ncrn.kinetics.finite import FiniteEnumerator, Unproductive
from dsd_ncrn.kinetics.infinite import InfiniteEnumerator, is_two_domain
from dsd_ncrn.kinetics.leaks import FRESH, LeakRates, LeakTargets
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind
from dsd_ncrn.kinetics.rates import RateModel, rates_of

FUELS = (Role.FUEL, Role.BUFFER, Role.CLOCK)
Semantics = Literal["infinite", "finite"]
MAX_SPECIES_WHOLE = 10_000
"""Where enumeration of what is not two-domain stops: there each species costs more, and those that go on are polymers."""
LEAST_MAX_STRANDS = 10
"""Complexes grow to this many strands, or to twice the largest that is mixed, unless told otherwise."""


class Choices(TypedDict, total=False):
    """How complexes are followed: what ``Rules`` has."""

    semantics: str
    unproductive: str
    max_species: int | None
    max_strands: int | None
    remote: bool
    k_slow: float
    k_fast: float
    condensed: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """How complexes are followed. Raises InputError for unknown names, and where ``k_fast`` is below ``k_slow``.

    ``max_species`` is that of the kind of system where it is None, ``max_strands`` that of a complex, None for no limit.
    ``remote`` lets branches be reached over a loop. Steps of one complex slower than ``k_slow`` (/s) are left out, those
    slower than ``k_fast`` leave it time to meet others. ``condensed`` replaces all other steps of one complex by what they
    come to.
    """

    semantics: str = "infinite"
    unproductive: str = "all"
    max_species: int | None = None
    max_strands: int | None = None
    remote: bool = False
    k_slow: float = 0.0
    k_fast: float = 0.0
    condensed: bool = False

    def __post_init__(self) -> None:
        _known("semantics", self.semantics, get_args(Semantics))
        _known("unproductive binding", self.unproductive, get_args(Unproductive))
        if 0 < self.k_fast < self.k_slow:
            raise InputError("k-fast is at least k-slow", self.k_fast, "Steps between the two are slow, but happen.")

    def enumerator(self, rates: RateModel, origins_of: OriginsOf, two_domain: bool) -> Enumerator:
        """An empty enumerator."""
        sizes = self.max_species or (MAX_SPECIES if two_domain else MAX_SPECIES_WHOLE), self.max_strands
        if two_domain and self.semantics == "infinite":
            return InfiniteEnumerator(rates, origins_of, *sizes)
        resting = self.unproductive if self.semantics == "finite" else "none"
        return FiniteEnumerator(rates, origins_of, *sizes, resting, self.k_slow, self.k_fast, self.remote, whole=not two_domain)  # pyright: ignore[reportArgumentType]

    def finished(self, enumerator: Enumerator, names: Mapping[Complex, str], initial: int) -> ReactionNetwork:
        """The network of an enumerator whose first ``initial`` species were mixed."""
        network = to_network(enumerator, names)
        if isinstance(enumerator, FiniteEnumerator) and self.semantics == "infinite" and not self.condensed:
            # What is not two-domain has no direct infinite enumeration: its single steps are condensed to the same network.
            held = frozenset(enumerator.position[each] for each in enumerator.held)
            network = condense(network, initial, held, self.k_fast)
        if self.semantics == "infinite" and self.unproductive == "none":
            network = without_visits(network, initial)
        return condense(network, initial, k_fast=self.k_fast) if self.condensed else network


def build_network(
    system: DsdSystem,
    leak_model: str | None = None,
    rates: RateModel | None = None,
    leak_rates: LeakRates = FRESH,
    **choices: Unpack[Choices],
) -> ReactionNetwork:
    """Enumerate a system; the species of ``system.components`` come first, under their names.

    With a leak model, or several joined by ``+``, their leak channels of all gates are added, by ``leak_rates``. Raises
    InputError for an unknown model or semantics, and CheckFailed at more than ``max_species`` species.
    """
    rules = Rules(**choices)
    enumerator = rules.enumerator(rates or rates_of(system.rates), system_origins(system), two_domain=True)
    for component in system.components:
        enumerator.add(component.complex)
    # Mixed complexes come first, under their names, so that concentrations are a prefix of the state.
    initial = len(enumerator.position)
    enumerator.run()
    gates = [component.complex for component in system.components if component.role == Role.GATE]
    fuels = frozenset(component.complex for component in system.components if component.role in FUELS)
    names = {made.fork for made in system.gates.values()}
    forks = frozenset(component.complex for component in system.components if component.name in names)
    add_leaks(enumerator, leak_model.split("+") if leak_model else (), LeakTargets(gates, fuels, forks, leak_rates))
    return rules.finished(enumerator, {component.complex: component.name for component in system.components}, initial)


def add_leaks(enumerator: Enumerator, names: Iterable[str], targets: LeakTargets) -> None:
    """Extend a finished network with the leaks of some models, to first order: no two leaks follow each other.

    Raises InputError for an unknown model.
    """
    models = [LEAK_MODELS[name] for name in names]
    if models:
        # From here on, new species exist by leaks; two of them never meet (`may_meet`).
        enumerator.common = frozenset(enumerator.position)
    for model in models:
        model.extend(enumerator, targets)


def no_origins(_: Complex) -> tuple[Origin, ...]:
    """For complexes that no formal reaction asked for."""
    return ()


def _known(what: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise InputError(f"unknown {what}", name, did_you_mean(name, names))


def enumerate_complexes(
    complexes: Sequence[Complex],
    names: Sequence[str],
    rates: RateModel,
    origins_of: OriginsOf = no_origins,
    leak_models: Iterable[str] = (),
    **choices: Unpack[Choices],
) -> ReactionNetwork:
    """The network of some named complexes; species that appear on the way are named ``s1, s2, ...``.

    Those of two or more strands leak by ``leak_models``. Raises CheckFailed at more than ``max_species`` species, and
    InputError for unknown semantics and leak models.
    """
    rules = Rules(**choices)
    if rules.max_strands is None:
        largest = max((len(complex_.strands) for complex_ in complexes), default=0)
        rules = replace(rules, max_strands=max(LEAST_MAX_STRANDS, 2 * largest))
    two_domain = not rules.remote and is_two_domain(complexes)
    enumerator = rules.enumerator(rates, origins_of, two_domain)
    for complex_ in complexes:
        enumerator.add(complex_)
    enumerator.run()
    add_leaks(enumerator, leak_models, LeakTargets([complex_ for complex_ in complexes if len(complex_.strands) > 1]))
    return rules.finished(enumerator, dict(zip(complexes, names)), len(complexes))


def without_visits(network: ReactionNetwork, initial: int) -> ReactionNetwork:
    """A network without complexes that hold each other only to part again as they came."""
    doing: dict[int, list[Step]] = defaultdict(list)
    for step in network.steps:
        for each in step.reactants:
            doing[each].append(step)
    # A species made on the way that does nothing but part.
    idle = {each for each, steps in doing.items() if each >= initial and all(s.kind == StepKind.UNBINDING for s in steps)}
    kept = [each for each in range(len(network.names)) if each not in idle]
    number = {each: place for place, each in enumerate(kept)}

    def numbered(side: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(number[each] for each in side)

    steps = [step for step in network.steps if idle.isdisjoint((*step.reactants, *step.products))]
    return replace(
        network,
        complexes=tuple(network.complexes[each] for each in kept),
        names=tuple(network.names[each] for each in kept),
        steps=tuple(replace(step, reactants=numbered(step.reactants), products=numbered(step.products)) for step in steps),
    )


def to_network(enumerator: Enumerator, names: Mapping[Complex, str]) -> ReactionNetwork:
    """Freeze an enumerator's findings; species without a name are those of ``s1, s2, ...`` that nobody has."""
    taken = set(names.values())
    fresh = (name for number in count(1) if (name := f"s{number}") not in taken)
    named = tuple(names.get(complex_) or next(fresh) for complex_ in enumerator.position)
    listed = tuple(enumerator.position), named, tuple(enumerator.steps.values())
    return ReactionNetwork(*listed, enumerator.rates, notes=enumerator.notes(dict(zip(*listed[:2]))))


def system_origins(system: DsdSystem) -> OriginsOf:
    """Which formal reactions a complex belongs to: those of the gates whose bottom strands it contains."""
    owners: dict[Strand, tuple[Origin, ...]] = {}
    for component in system.components:
        bottoms = [strand for strand in component.complex.strands if any(domain.starred for domain in strand)]
        owners |= dict.fromkeys(bottoms, component.origins)
    return partial(_origins_of, owners)


def _origins_of(owners: Mapping[Strand, tuple[Origin, ...]], complex_: Complex) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(origin for strand in complex_.strands for origin in owners.get(strand, ())))
