"""From reactions to the strands and complexes that realise them, for compiled learners and for plain networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import DesignSpec, Translation
from dsd_ncrn.dsd.plan import FLUSH, Plan, check_names, check_species, merged, plan_of_learner, plan_of_network, required
from dsd_ncrn.dsd.polarity import Polarity, assign_polarity, is_annihilation
from dsd_ncrn.dsd.schemes.endings import (
    CLOCK_SIGN,
    cogate_sink,
    cooperative_annihilation,
    drain,
    held_back,
    phase_clock,
    reporters,
    strand_sink,
    two_domain_annihilation,
)
from dsd_ncrn.dsd.schemes.parts import Made, Scheme, seals, side_of, split_outputs
from dsd_ncrn.dsd.staged import translate_staged
from dsd_ncrn.dsd.structure import strand_length
from dsd_ncrn.dsd.system import ClockStrands, Component, DsdSystem, Reporter, Role
from dsd_ncrn.dsd.words import HARMLESS_NT, Words, budget_name, cogate_name, strand_component
from dsd_ncrn.families import SCHEMES
from dsd_ncrn.ncrn.types import NeuralCrn


def translate(ncrn: NeuralCrn, spec: DesignSpec) -> DsdSystem:
    """Every strand and complex of a learner, with concentrations from the design.

    Raises InputError where the design allots no gates or no buffer to something the circuit needs, where a reaction has
    too many reactants, where names clash, where choices of the design contradict each other, and where the system has more
    bases than it may.
    """
    system = translate_staged(ncrn, spec) if spec.circuit.form == "staged" else realise(plan_of_learner(ncrn, spec))
    bases, most = sum(map(strand_length, system.strands)), spec.translation.max_bases
    if most is not None and bases > most:
        rule = f"the {len(system.strands)} strands have {bases:,} bases, more than translation.max_bases"
        remedy = 'Shorten translation.branch, set scheme = "plain", or take terms out of f.'
        raise DesignError(rule, most, remedy, key=("translation", "max_bases"))
    return system


def translate_network(crn: Crn, translation: Translation, chemistry: Chemistry) -> DsdSystem:
    """Every strand and complex of a plain network, whose initial concentrations are in nM.

    Gates and buffers have the concentrations that ``chemistry`` gives to reactions of the same kind: starting points,
    which no rate constant has been fitted to. Raises InputError as ``translate`` does.
    """
    return realise(plan_of_network(crn, translation, chemistry))


def realise(plan: Plan) -> DsdSystem:
    """Translate a plan. Components stand in the order signals, buffers, gates with auxiliary strands, seals, clocks, reporters.

    Raises InputError as ``translate`` does.
    """
    check_names(plan)
    translator = _Translator(plan, *_words(plan))
    read = translator.reporters()
    components = merged([*translator.components(), *(component for component, _ in read)])
    return translator.system(components, tuple(labels for _, labels in read))


def _words(plan: Plan) -> tuple[Words, Polarity]:
    """Polarities, and the strands that follow from them."""
    chosen = plan.options.translation
    cooperative = chosen.annihilation == "cooperative"
    if cooperative and any(map(is_annihilation, plan.reactions)):
        required(plan.options, "gates", "cooperative")
    # Polarity first: all strands and gates of a species follow from it.
    polarity = assign_polarity(plan.reactions, chosen.polarity, cooperative)
    joined = [r for r in plan.reactions if r.origin.reaction not in polarity.cooperative]
    whole = {1: chosen.toehold, -1: max(chosen.toehold, chosen.cooperative_toehold)}
    sides = {sign: [r for r in joined if polarity.of[r.reactants[0]] == sign] for sign in whole}
    # Each weaker first toehold cuts the universal one, in every strand that has it.
    weak = {sign: _weak_toeholds(reactions, plan, whole[sign]) for sign, reactions in sides.items()}
    if plan.clocks:  # what captures clocks covers as much of their toeholds
        weak[1] = tuple(sorted({*weak[1], HARMLESS_NT}))
    return Words(plan.options, polarity.of, weak[1], weak_mirrored=weak[-1], own_clocks=_own_clocks(plan, polarity)), polarity


def _own_clocks(plan: Plan, polarity: Polarity) -> frozenset[str]:
    """The clock of the flush, where it opens nothing but degradation gates of polarity +1."""
    drained = [reaction for reaction in plan.reactions if plan.gated.get(reaction.origin.reaction) == FLUSH]
    plain = all(len(r.reactants) == 1 and not r.products and polarity.of[r.reactants[0]] == 1 for r in drained)
    return frozenset({plan.clocks[FLUSH]} if drained and plain and FLUSH in plan.clocks else ())


def _weak_toeholds(reactions: Sequence[Reaction], plan: Plan, longest: int) -> tuple[int, ...]:
    """First toeholds shorter than the universal one; raises InputError for one above ``longest`` or a missing budget."""
    full, own = plan.options.translation.toehold, plan.options.chemistry.reactions
    kinds = sorted({budget_name(r) for r in reactions if r.origin.reaction not in own})
    lengths = {("gates", name): required(plan.options, "gates", name).first_toehold for name in kinds}
    lengths |= {("reactions", name): own[name].first_toehold for r in reactions if (name := r.origin.reaction) in own}
    for (table, name), length in lengths.items():
        if length > longest:
            rule = f"first_toehold of {table}.{name} is longer than the toehold of {longest} nt"
            raise DesignError(rule, length, "Shorten it.", key=("chemistry", table, name))
    return tuple(sorted(length for length in {*lengths.values()} if length < full))


@dataclass(frozen=True)
class _Translator:
    plan: Plan
    words: Words
    polarity: Polarity

    @property
    def scheme(self) -> Scheme:
        """The gates that the design chose."""
        return SCHEMES[self.plan.options.translation.scheme]

    @cached_property
    def made(self) -> Mapping[str, Made]:
        """The gates and auxiliary strands of every reaction."""
        return {reaction.origin.reaction: self.make(reaction) for reaction in self.plan.reactions}

    def make(self, reaction: Reaction) -> Made:
        """The gates and auxiliary strands of one reaction."""
        clock = self.plan.clock_of(reaction)
        if reaction.origin.reaction in self.polarity.cooperative:
            return cooperative_annihilation(reaction, self.words, clock)
        if not reaction.products:
            # A degradation gate takes its clock first, stays open without its reactant, and has to be closed by cogates of
            # the clock, which only the flush buffers: one that another phase opened would eat its species in the next.
            drained = self.plan.gated.get(reaction.origin.reaction, FLUSH) == FLUSH
            if len(reaction.reactants) == 1 and drained:
                return drain(reaction, clock, reaction.reactants[0] in self.plan.fed, self.words)
            return two_domain_annihilation(reaction, self.words, clock)
        return self.scheme.make(reaction, clock, self.words)

    @cached_property
    def phase_helpers(self) -> Mapping[str, list[Component]]:
        """The fuels that are there in one phase alone, where the design wants that: those that one gated reaction alone has."""
        found: dict[str, list[Component]] = {}
        for name, phase in self.plan.gated.items() if self.plan.options.translation.phase_fuels else ():
            own = [c for c in self.made[name].helpers if len(c.origins) == 1]
            if phase != FLUSH and own:
                found.setdefault(phase, []).extend(own)
        return found

    @cached_property
    def clocks(self) -> Mapping[str, tuple[ClockStrands, list[Component]]]:
        """The clock of every phase: how the protocol handles it, and its strands."""
        helpers = self.phase_helpers
        return {p: phase_clock(*self.clock_choices(p), self.words, helpers.get(p, ())) for p in self.plan.clocks}

    def components(self) -> list[Component]:
        """Every strand and complex that is there at the start, those of reporters apart."""
        gates = [component for made in self.made.values() for component in made.components]
        held = [helper for helpers in self.phase_helpers.values() for helper in helpers]
        clocks = [component for _, strands in self.clocks.values() for component in strands]
        parts = (self.signals(), self.buffers(), self.thresholds(), held_back(gates, held), seals(self.words, gates), clocks)
        return [component for part in parts for component in part]

    def system(self, components: tuple[Component, ...], reporters: tuple[Reporter, ...]) -> DsdSystem:
        """The components with what ties them to the formal reactions."""
        return DsdSystem(
            self.plan.name,
            components,
            signals={name: name for name in self.plan.species if name not in self.plan.sources},
            cogates={name: cogate_name(name) for name in self.plan.species},
            clocks={phase: clock for phase, (clock, _) in self.clocks.items()},
            gates={name: made.gates(name, self.plan.gated.get(name)) for name, made in self.made.items()},
            polarity=self.polarity.of,
            fallbacks=self.polarity.why,
            formal=self.plan.reactions,
            scheme=self.scheme.name,
            reporters=reporters,
            rates=self.plan.options.chemistry.rates,
        )

    def signals(self) -> list[Component]:
        """Signal strands; parameters and constants are there from the start, the rest is made or added."""
        start, sources = self.plan.start, self.plan.sources
        return [
            strand_component(
                species, self.words.signal(species), Role.FUEL if species in sources else Role.SIGNAL, start.get(species, 0.0)
            )
            for species in self.plan.species
        ]

    def buffers(self) -> list[Component]:
        """Cogates of what takes them when it is made, and sinks for cogates that are only ever set free."""
        buffers: list[Component] = []
        for species in self.plan.species:
            name, sign = cogate_name(species), self.words.polarity[species]
            # Who sets a cogate free that nobody takes back: it would pile up and drive joins backwards.
            takers = [r for r in self.plan.reactions if self.sets_cogate_free(r, species) and r.origin.stage != FLUSH]
            if species in self.plan.buffered or any(self.takes_cogate(reaction, species) for reaction in self.plan.reactions):
                level = self.plan.buffer(species)
                buffers.append(strand_component(name, self.words.cogate(species), Role.BUFFER, level))
            elif takers:
                level = max(self.words.budget(reaction).join for reaction in takers)  # all that the joins can set free
                buffers.append(cogate_sink(f"sink_{name}", species, level, self.words, sign))
        return buffers

    def takes_cogate(self, reaction: Reaction, species: str) -> bool:
        """Whether making a species takes its cogate; the first output that a join frees itself takes another strand."""
        if not reaction.products:
            return False
        outputs, freed = split_outputs(reaction, self.words)
        return species in outputs or species in freed[1:]

    def sets_cogate_free(self, reaction: Reaction, species: str) -> bool:
        """Whether the join of a reaction releases the cogate of a species when it takes its signal."""
        return species in reaction.reactants and reaction.origin.reaction not in self.polarity.cooperative

    def thresholds(self) -> list[Component]:
        """Sinks that swallow the first of a species, as much as there is of them."""
        levels = self.plan.options.translation.thresholds
        for species in levels:
            check_species(species, self.plan.species, "thresholds")
        signs = self.words.polarity
        return [strand_sink(f"threshold_{name}", name, level, self.words, signs[name]) for name, level in levels.items()]

    def clock_choices(self, phase: str) -> tuple[str, list[int], bool, float]:
        """Its domain, the polarities of the gates that wait for it, whether it is to close them, and its buffer."""
        waiting = [r for r in self.plan.reactions if self.plan.gated.get(r.origin.reaction) == phase]
        cooperative = [r for r in waiting if r.origin.reaction in self.polarity.cooperative]
        # A phase with gates of both polarities needs a clock strand with a toehold at either end.
        signs = {side_of(r, self.words).sign for r in waiting if r not in cooperative}
        signs |= {CLOCK_SIGN} if cooperative else set()
        buffer = required(self.plan.options, "buffers", "clock")
        closes = phase == FLUSH or bool(cooperative)
        return self.plan.clocks[phase], sorted(signs, reverse=True), closes, buffer

    def reporters(self) -> list[tuple[Component, Reporter]]:
        """The readout duplexes that the design asks for."""
        return reporters(self.plan.options.translation, {name: self.words.signal(name) for name in self.plan.species})
