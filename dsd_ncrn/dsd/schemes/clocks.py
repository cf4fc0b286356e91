"""The clock of a phase: its strand, what closes its gates again and what takes it away.

A strand ``<t c>`` is the last input of every join of its phase (Cardelli's join with the clock as one more reactant). The
clock of degradation gates alone is ``<w c>``, with a toehold of its own: no signal rests on degradation gates, or on the
scavenger that beads hold. Where a gate of polarity -1 waits for it too, the strand is ``<t c u>``: straight gates take it by
its 5' toehold and mirrored ones by its 3' toehold, and each gives back a cogate of its own, ``<c t>`` or ``<u c>``.

Auxiliary strands may be in the tube only while their phase runs, so that they can leak only then: most leak comes from the
auxiliary strand ``<t r>`` of a join, which displaces ``<r t>`` from joins that have taken no input and so fires their forks.
The auxiliary strands of a phase are then added with its clock strand and captured with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dsd_ncrn.dsd.schemes.endings import capture, clock_sink, cogate_sink
from dsd_ncrn.dsd.structure import Strand
from dsd_ncrn.dsd.system import ClockStrands, Component, Role
from dsd_ncrn.dsd.words import Words, strand_component


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
