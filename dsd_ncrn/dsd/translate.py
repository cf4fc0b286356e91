"""From a Neural CRN to the strands and complexes that realise it."""

from __future__ import annotations

from itertools import chain

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.modules.annihilation import two_domain_annihilation
from dsd_ncrn.dsd.modules.cooperative import cooperative_annihilation
from dsd_ncrn.dsd.modules.drain import drain
from dsd_ncrn.dsd.modules.join_fork import join_fork, sealing_strand, seals
from dsd_ncrn.dsd.modules.sinks import capture, cogate_sink, strand_sink
from dsd_ncrn.dsd.polarity import Polarity, assign_polarity, is_annihilation
from dsd_ncrn.dsd.system import ClockStrands, Component, Counter, DsdSystem, Role
from dsd_ncrn.dsd.words import Words, budget_name, strand_component
from dsd_ncrn.errors import did_you_mean
from dsd_ncrn.ncrn.types import NeuralCrn

FLUSH = "flush"


def translate(ncrn: NeuralCrn, spec: DesignSpec) -> DsdSystem:
    """Every strand and complex of the circuit, with concentrations from the design.

    Raises InputError where the design allots no gates or no buffer to something the circuit needs.
    """
    polarity = _polarity(ncrn, spec)
    words = Words(spec, polarity.of, _weak_toeholds(ncrn, spec, polarity))
    gates = [component for reaction in ncrn.crn.reactions for component in _gates(reaction, ncrn, polarity, words)]
    phases = [phase.name for phase in ncrn.crn.phases]
    clocks = {phase: _clock_components(phase, words) for phase in phases}
    closing = chain.from_iterable(clocks.values())
    components = _merged([*_signals(ncrn, words), *_buffers(ncrn, words), *gates, *seals(words), *closing])
    return DsdSystem(
        spec.name,
        components,
        signals={species: species for species in _species(ncrn)},
        cogates={species: f"{species}_cogate" for species in _species(ncrn)},
        clocks={phase: _clock_strands(phase, words) for phase in phases},
        joins=_joins(ncrn, polarity),
        counters=_counters(ncrn, components, words),
        polarity=polarity.of,
        cooperative=polarity.cooperative,
        two_domain_annihilations=polarity.fallback,
    )


def _joins(ncrn: NeuralCrn, polarity: Polarity) -> dict[str, str]:
    """The gate that each reaction but the flush takes its inputs with."""
    names = [reaction.origin.reaction for reaction in ncrn.crn.reactions if reaction.origin.stage != FLUSH]
    return {name: f"{'annihilator' if name in polarity.cooperative else 'join'}_{name}" for name in names}


def _counters(ncrn: NeuralCrn, components: tuple[Component, ...], words: Words) -> dict[str, Counter]:
    """For every reaction with outputs, the strands that only a fired join holds together."""
    joins = {component.name: component.complex for component in components}
    counters = {}
    for reaction in ncrn.crn.reactions:
        name = reaction.origin.reaction
        if reaction.products:
            bottom = next(strand for strand in joins[f"join_{name}"].strands if strand[0].starred)
            counters[name] = Counter(bottom, sealing_strand(reaction, words))
    return counters


def _species(ncrn: NeuralCrn) -> list[str]:
    """The species that are strands: all but the clocks."""
    used = dict.fromkeys(s for reaction in ncrn.crn.reactions for s in (*reaction.reactants, *reaction.products))
    return list(used)


def _polarity(ncrn: NeuralCrn, spec: DesignSpec) -> Polarity:
    if spec.translation.annihilation == "cooperative":
        _require(spec, "gates", "cooperative")
        return assign_polarity([reaction for reaction in ncrn.crn.reactions if reaction.origin.stage != FLUSH])
    pairs = tuple(reaction.origin.reaction for reaction in ncrn.crn.reactions if is_annihilation(reaction))
    return Polarity(dict.fromkeys(_species(ncrn), 1), (), pairs)


def _weak_toeholds(ncrn: NeuralCrn, spec: DesignSpec, polarity: Polarity) -> tuple[int, ...]:
    """First toeholds shorter than the universal one; raises InputError for a longer one or a missing budget."""
    full, weak = spec.translation.toehold, set()
    joined = (reaction for reaction in ncrn.crn.reactions if reaction.origin.reaction not in polarity.cooperative)
    for name in sorted({budget_name(reaction) for reaction in joined}):
        length = _require(spec, "gates", name).first_toehold
        if length > full:
            rule = f"first_toehold of gates.{name} is longer than the toehold of {full} nt"
            raise DesignError(rule, length, "Shorten it.", key=("chemistry", "gates", name))
        weak |= {length} - {full}
    return tuple(sorted(weak))


def _require(spec: DesignSpec, table: str, name: str):  # noqa: ANN202  a budget or a concentration, by table
    entries = getattr(spec.chemistry, table)
    if name not in entries:
        remedy = f"Add one. {did_you_mean(name, entries)}"
        raise DesignError(f"chemistry.{table} has no entry for {name}", None, remedy, key=("chemistry", table))
    return entries[name]


def _gates(reaction: Reaction, ncrn: NeuralCrn, polarity: Polarity, words: Words) -> list[Component]:
    stage = reaction.origin.stage
    if stage == FLUSH:
        fed = {species for variable in (*ncrn.inputs, *ncrn.targets) for species in variable.species}
        return drain(reaction, _clock_name(FLUSH), reaction.reactants[0] in fed, words)
    if reaction.origin.reaction in polarity.cooperative:
        return cooperative_annihilation(reaction, words)
    if is_annihilation(reaction):
        return two_domain_annihilation(reaction, words)
    gated = stage not in words.spec.translation.always_on
    (phase,) = reaction.phases
    return join_fork(reaction, _clock_name(phase) if gated else None, words)


def _clock_name(phase: str) -> str:
    return "c3" if phase == FLUSH else phase.lower()


def _signals(ncrn: NeuralCrn, words: Words) -> list[Component]:
    """Signal strands; parameters and constants are there from the start, the rest is made or added."""
    unit = words.spec.chemistry.unit
    start = {species: value * unit for species, value in ncrn.constants}
    for variable, value in zip(ncrn.parameters, ncrn.initial_parameters):
        start[variable.plus] = max(value, 0.0) * unit
        if variable.minus is not None:
            start[variable.minus] = max(-value, 0.0) * unit
    return [
        strand_component(species, words.signal(species), Role.SIGNAL, start.get(species, 0.0)) for species in _species(ncrn)
    ]


def _buffers(ncrn: NeuralCrn, words: Words) -> list[Component]:
    """Cogates of what the circuit makes or keeps, and sinks for the cogates of what it only consumes."""
    made = {product for reaction in ncrn.crn.reactions for product in reaction.products}
    buffers = []
    for species in _species(ncrn):
        if words.polarity[species] < 0:
            continue  # its cogate is a helper of the join that releases it
        if species in made:
            level = _require(words.spec, "buffers", _group(species))
            buffers.append(strand_component(f"{species}_cogate", words.cogate(species), Role.BUFFER, level))
        elif takers := [r for r in ncrn.crn.reactions if r.origin.stage != FLUSH and species in r.reactants]:
            level = max(words.budget(reaction).join for reaction in takers)  # as many cogates as the joins can release
            buffers.append(cogate_sink(f"sink_{species}_cogate", species, level, words))
    return buffers


def _group(species: str) -> str:
    """The group of a species, its capital letters' word: ``A`` of ``A1p``, ``Zb`` of ``Zb2m``."""
    return species.rstrip("pm0123456789")


def _clock_components(phase: str, words: Words) -> list[Component]:
    """The clock strand and what takes it away again.

    The cogates of C1 and C2 are sunk as they appear, because they drive joins back; that of the flush is a buffer,
    because it closes the drains, and is captured after that.
    """
    clock = _clock_name(phase)
    level = _require(words.spec, "buffers", "clock")
    components = [strand_component(clock, words.helper(clock), Role.CLOCK, 0.0), capture(f"capture_{clock}", clock, words)]
    if phase == FLUSH:
        closing = strand_component(f"{clock}_cogate", words.returned(clock), Role.CLOCK, level)
        return [*components, strand_sink(f"scavenger_{clock}", clock, 0.0, words), closing]
    return [*components, cogate_sink(f"sink_{clock}_cogate", clock, level, words)]


def _clock_strands(phase: str, words: Words) -> ClockStrands:
    clock = _clock_name(phase)
    level = words.spec.chemistry.clock
    if phase == FLUSH:
        closing = _require(words.spec, "buffers", "clock")
        return ClockStrands(clock, (f"scavenger_{clock}", f"capture_{clock}"), level, closing)
    return ClockStrands(clock, (f"capture_{clock}",), level)


def _merged(components: list[Component]) -> tuple[Component, ...]:
    """One component per complex; a strand wanted twice is present at the larger concentration."""
    kept: dict[str, Component] = {}
    by_complex: dict[object, str] = {}
    for component in components:
        name = by_complex.setdefault(component.complex, component.name)
        before = kept.get(name)
        if before is None:
            kept[name] = component
            continue
        origins = tuple(dict.fromkeys((*before.origins, *component.origins)))
        level = max(before.concentration, component.concentration)
        kept[name] = Component(name, before.complex, before.role, level, origins, before.topped_up)
    return tuple(kept.values())
