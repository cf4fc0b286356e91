"""Reactions without outputs, clocks, what takes strands out of the game, and readout.

**Two-domain annihilation** X + Y -> 0 is a join without outputs, ``{t*}[x t][y]``: Cardelli 2010 (DCM 2010, the join), whose
last segment is closed by the second input itself; generalised to two or three inputs, equal or not. X gives its cogate
back, Y does not: the buffer of Y has to be topped up, and in exchange the second step is irreversible and about three times
as fast as one that returns a cogate, which is what limits a reaction of two dilute species. Where a clock gates it the clock
strand is the last to enter, ``{t*}[x t][y t][c]``, and both cogates come back. The first partner is the one that the join
holds.

**Cooperative annihilation** is by cooperative hybridization: Zhang (J. Am. Chem. Soc. 133:1077, 2011), figure 1. The complex
``{t*}[x y]{u*}`` takes ``<t x>`` at one end and ``<y u>`` at the other, and only both together free ``<x y>``. Where a clock
gates it, its strand comes first, ``{t*}[c t][x y]{u*}``: the toehold of the straight partner is open only while ``<t c>`` is
there. After the phase the cogates ``<c t>`` close the annihilators that have not fired, as they close the degradation gates
of the flush; a phase with such annihilators has a buffer of them.

**Degradation gates** X -> 0, opened by the clock of the flush, are the one-input join of Cardelli 2010 with nothing behind
it. A degradation gate takes the clock strand first, so that all degradation gates of one phase cost no more clock than there
are degradation gates. ``{t*}[c t][a t][q]`` with auxiliary strand ``<t q>`` gives the cogate of A back; ``{t*}[c t][x]`` does
not, for species that are added from outside and whose cogate would pile up. Without a clock these are the sinks ``{t*}[a
t][q]`` and ``{t*}[x]``, the latter one displacement deep.

**One-sided gates** take strands for good, without a clock: ``{t*}[c]`` takes ``<t c>``, ``[c]{t*}`` takes ``<c t>`` (Cardelli
2010, garbage collection by a single displacement). The capture strand ``<c*>`` takes both. Scavengers are bound to beads by
their starred strand and pulled out with all that hangs on them: left in the tube, the spent scavengers of a long training
would outnumber every fuel and feed its leaks. Each takes strands of one polarity; the mirror images take those of the other.

**Clocks.** A strand ``<t c>`` is the last input of every join of its phase (Cardelli's join with the clock as one more
reactant). The clock of degradation gates alone is ``<w c>``, with a toehold of its own: no signal rests on degradation
gates, or on the scavenger that beads hold. Where a gate of polarity -1 waits for it too, the strand is ``<t c u>``:
straight gates take it by its 5' toehold and mirrored ones by its 3' toehold, and each gives back a cogate of its own,
``<c t>`` or ``<u c>``. Auxiliary strands may be in the tube only while their phase runs, so that they can leak only then:
most leak comes from the auxiliary strand ``<t r>`` of a join, which displaces ``<r t>`` from joins that have taken no
input and so fires their forks. The auxiliary strands of a phase are then added with its clock strand and captured with
it.

**Reporters** ``{t*}[x]`` are duplexes with a dye and a quencher as in Zhang and Winfree (J. Am. Chem. Soc. 131:17303, 2009,
figure 1) and Chen et al. (Nat. Nanotechnol. 8:755, 2013): the signal ``<t x>`` displaces ``<x>``, and the dye of the bottom
strand is no longer next to the quencher of the top. Both sit at the end away from the toehold: a bottom 5' dye and a top 3'
quencher for polarity +1, a bottom 3' dye and a top 5' quencher for the mirror image ``[x]{u*}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.plan import check_species
from dsd_ncrn.dsd.schemes.parts import Made, check_fuels, check_inputs, entry, fuel, side_of
from dsd_ncrn.dsd.structure import Bound, Complex, Open, Strand, gate, strand_length
from dsd_ncrn.dsd.system import ClockStrands, Component, Driver, GateKind, Reporter, Role
from dsd_ncrn.dsd.words import HARMLESS_NT, Private, Side, Words, gate_component, strand_component

BEADS = "biotin"
"""The affinity tag of what is on beads."""
CLOCK_SIGN = 1
"""The polarity of the side from which the clock enters a cooperative annihilator."""


def two_domain_annihilation(reaction: Reaction, words: Words, clock: str | None = None) -> Made:
    """The join of all reactants, in their order; what ends it has no toehold."""
    check_inputs(reaction)
    last = clock or reaction.reactants[-1]
    # The last input ends the join: its piece has no toehold by which it could come back.
    parts = [*entry(reaction, clock, words)[:-1], Bound(words.branch(last))]
    name, level = f"join_{reaction.origin.reaction}", words.budget(reaction).join
    return Made(side_of(reaction, words).join(name, parts, level, reaction.origin))


def cooperative_annihilation(reaction: Reaction, words: Words, clock: str | None = None) -> Made:
    """The annihilator of two species of opposite polarity."""
    # One partner from each end; neither alone frees the top, which both hold by a branch.
    straight, mirrored = sorted(reaction.reactants, key=lambda species: -words.polarity.get(species, 1))
    top = words.branch(straight) + words.branch(mirrored)
    gated = [Bound(words.side(CLOCK_SIGN).leave(clock))] if clock else []
    parts = [Open(words.toehold), *gated, Bound(top), Open(words.mirrored_toehold)]
    name, level = f"annihilator_{reaction.origin.reaction}", words.spec.chemistry.gates["cooperative"].join
    return Made(gate_component(name, parts, level, reaction.origin), kind=GateKind.ANNIHILATOR)


def drain(reaction: Reaction, clock: str | None, fed: bool, words: Words) -> Made:
    """The degradation gate of one species; ``fed`` species are those added from outside in every iteration."""
    (species,) = reaction.reactants
    name, budget, side = f"drain_{reaction.origin.reaction}", words.budget(reaction), side_of(reaction, words)
    kind = GateKind.DRAIN if clock else GateKind.SINK
    first = words.clock_toehold(clock) if clock in words.own_clocks else side.toehold
    opening = Open(first if clock else side.first(budget.first_toehold))
    parts = [opening, *([Bound(side.leave(clock))] if clock else [])]
    # What is added from outside has no cogate buffer to return to.
    if fed:
        return Made(side.join(name, [*parts, Bound(words.branch(species))], budget.join, reaction.origin), kind=kind)
    check_fuels(reaction, words, "fuel")
    end = Private.DRAIN.of(reaction)
    gate = side.join(name, [*parts, Bound(words.cogate(species)), Bound(words.branch(end))], budget.join, reaction.origin)
    helper = fuel("helper", side.enter(end), reaction, words)
    return Made(gate, None, (helper,), kind, Driver(helper.name, 0))


def strand_sink(name: str, branch: str, concentration: float, words: Words, sign: int = 1) -> Component:
    """Takes ``<t c>``: the scavenger that closes a phase; ``concentration`` in nM."""
    side = words.side(sign)
    return _as_sink(side.join(name, _parts(side, branch), concentration))


def capture(name: str, strand: Strand) -> Component:
    """Takes a strand, such as ``<t c>``, and its cogates alike; added when needed, on beads.

    It is the complement of the branch, and of the pieces of toeholds beside it that hold nothing alone: signals would rest on
    an open toehold, and gates on one of the strand that stays single, and leave with it.
    """
    branches = [place for place, domain in enumerate(strand) if not domain.is_toehold]
    before, after = strand[: branches[0]][::-1], strand[branches[-1] + 1 :]
    held = (*_harmless(before)[::-1], *strand[branches[0] : branches[-1] + 1], *_harmless(after))
    made = strand_component(name, tuple(~domain for domain in reversed(held)), Role.SCAVENGER, 0.0)
    return replace(made, tag=BEADS)


def _harmless(outwards: Strand) -> Strand:
    """The first of some toehold domains that are together no longer than what holds nothing."""
    fitting = [count for count in range(len(outwards) + 1) if strand_length(outwards[:count]) <= HARMLESS_NT]
    return outwards[: fitting[-1]]


def clock_sink(name: str, clock: str, words: Words) -> Component:
    """Takes a clock strand by its own toehold, and no cogate of it; added when needed, on beads."""
    made = gate_component(name, [Open(words.clock_toehold(clock)), Bound(words.branch(clock))], 0.0)
    return replace(made, role=Role.SCAVENGER, tag=BEADS)


def cogate_sink(name: str, branch: str, concentration: float, words: Words, sign: int = 1) -> Component:
    """Takes ``<c t>``, which would otherwise pile up and drive joins backwards; ``concentration`` in nM."""
    side = words.side(sign)
    return _as_sink(side.fork(name, _parts(side, branch), concentration))


def _parts(side: Side, branch: str) -> list[Open | Bound]:
    return [Open(side.toehold), Bound(side.words.branch(branch))]


def _as_sink(component: Component) -> Component:
    return Component(component.name, component.complex, Role.SCAVENGER, component.concentration, component.origins)


def reporters(chosen: Translation, signals: Mapping[str, Strand]) -> list[tuple[Component, Reporter]]:
    """The readout duplexes that a design asks for, of its signals by species. Raises DesignError for what is none."""
    for species in chosen.reporters:
        check_species(species, signals, "reporters")
    return [reporter(species, signals[species], chosen.reporter) for species in dict.fromkeys(chosen.reporters)]


def reporter(species: str, signal: Strand, concentration: float) -> tuple[Component, Reporter]:
    """The duplex that the strand of a species opens, ``concentration`` in nM, and where its labels are."""
    made, name = reporter_duplex(signal), f"reporter_{species}"
    top, bottom = sorted(made.strands, key=lambda strand: strand[0].starred)
    near, far = ("5'", "3'") if signal[0].is_toehold else ("3'", "5'")
    labels = Reporter(species, name, bottom, near, top, far)
    origins = (Origin(f"read_{species}", "readout"),)
    return Component(name, made, Role.REPORTER, concentration, origins, topped_up=False), labels


def reporter_duplex(signal: Strand) -> Complex:
    """The duplex that a signal opens: its toehold open, its branch covered by a strand with a quencher."""
    toehold = tuple(domain for domain in signal if domain.is_toehold)
    branch = tuple(domain for domain in signal if not domain.is_toehold)
    return gate(Open(toehold), Bound(branch)) if signal[0].is_toehold else gate(Bound(branch), Open(toehold))


def clock_strand(clock: str, signs: Sequence[int], words: Words) -> Strand:
    """The strand that opens gates of the given polarities."""
    mirrored = words.mirrored_toehold if -1 in signs else ()
    return words.clock_toehold(clock) + words.branch(clock) + mirrored


def phase_clock(
    clock: str, signs: Sequence[int], closes: bool, buffer: float, words: Words, helpers: Iterable[Component] = ()
) -> tuple[ClockStrands, list[Component]]:
    """How the protocol handles a clock, and its strand with what takes it and its cogates away again; ``buffer`` in nM.

    Cogates of a phase of joins are sunk as they appear, because they drive joins back. Where a phase ``closes`` its gates,
    degradation gates or cooperative annihilators, they are a buffer instead, which is captured after that. ``helpers`` come
    and go with the clock.
    """
    strand = strand_component(clock, clock_strand(clock, signs, words), Role.CLOCK, 0.0)
    own = clock in words.own_clocks  # then its cogates alone have a toehold on which gates rest
    taking = capture(f"capture_{clock}", words.returned(clock) if own else words.helper(clock))
    names = {sign: f"{clock}_cogate" if sign > 0 else f"{clock}_mirrored_cogate" for sign in signs}
    doses = {helper.name: helper.concentration for helper in helpers}
    handled = ClockStrands(
        clock,
        (taking.name,),
        words.spec.chemistry.clock,
        helpers=doses,
        captures={name: _capture_name(name) for name in doses},
        cogates=names,
    )
    # Cogates of a phase that closes nothing only drive its joins back: sinks take them as they appear.
    if not closes:
        sinks = [cogate_sink(f"sink_{name}", clock, buffer, words, sign) for sign, name in names.items()]
        return handled, [strand, taking, *sinks]
    # They close gates that the clock has opened and that have not fired; afterwards both are captured.
    cogates = [strand_component(name, words.side(sign).leave(clock), Role.CLOCK, buffer) for sign, name in names.items()]
    scavenger = clock_sink(f"scavenger_{clock}", clock, words)
    handled = replace(handled, scavengers=(scavenger.name, taking.name), closing_buffer=buffer * len(signs))
    return handled, [strand, taking, scavenger, *cogates]


def held_back(components: Iterable[Component], helpers: Iterable[Component]) -> list[Component]:
    """The components with some fuels that are only added later, and the strands that capture them."""
    later = {helper.name: helper for helper in helpers}
    # Not in the tube at the start, and not topped up: the protocol adds and captures them with the clock.
    kept = [replace(c, concentration=0.0, topped_up=False) if c.name in later else c for c in components]
    return [*kept, *(capture(_capture_name(name), helper.complex.domains) for name, helper in later.items())]


def _capture_name(helper: str) -> str:
    return f"capture_{helper}"
