"""The clock of a phase: its strand, what closes its gates again and what takes it away.

A strand ``<t c>`` is the last input of every join of its phase (Cardelli's join with the clock as one more reactant).
Where a gate of polarity -1 waits for it too, the strand is ``<t c u>``: straight gates take it by its 5' toehold and
mirrored ones by its 3' toehold, and each gives back a cogate of its own, ``<c t>`` or ``<u c>``.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsd_ncrn.dsd.modules.sinks import capture, cogate_sink, strand_sink
from dsd_ncrn.dsd.structure import Strand
from dsd_ncrn.dsd.system import ClockStrands, Component, Role
from dsd_ncrn.dsd.words import Words, strand_component


def clock_strand(clock: str, signs: Sequence[int], words: Words) -> Strand:
    """The strand that opens gates of the given polarities."""
    mirrored = words.mirrored_toehold if -1 in signs else ()
    return words.helper(clock) + mirrored


def cogate_name(clock: str, sign: int) -> str:
    """The component that closes the gates of one polarity again."""
    return f"{clock}_cogate" if sign > 0 else f"{clock}_mirrored_cogate"


def clock_components(clock: str, signs: Sequence[int], closes: bool, buffer: float, words: Words) -> list[Component]:
    """The clock strand and what takes it and its cogates away again; ``buffer`` in nM.

    Cogates of a phase of joins are sunk as they appear, because they drive joins back. Where a phase ``closes`` its
    gates, drains or cooperative annihilators, they are a buffer instead, which is captured after that.
    """
    strand = strand_component(clock, clock_strand(clock, signs, words), Role.CLOCK, 0.0)
    taken = [strand, capture(f"capture_{clock}", words.helper(clock))]
    names = {sign: cogate_name(clock, sign) for sign in signs}
    if not closes:
        return [*taken, *(cogate_sink(f"sink_{name}", clock, buffer, words, sign) for sign, name in names.items())]
    cogates = [strand_component(name, words.side(sign).leave(clock), Role.CLOCK, buffer) for sign, name in names.items()]
    return [*taken, strand_sink(f"scavenger_{clock}", clock, 0.0, words), *cogates]


def clock_strands(clock: str, signs: Sequence[int], closes: bool, buffer: float, words: Words) -> ClockStrands:
    """How the protocol handles this clock: dose and scavengers."""
    level = words.spec.chemistry.clock
    if closes:
        return ClockStrands(clock, (f"scavenger_{clock}", f"capture_{clock}"), level, buffer * len(signs))
    return ClockStrands(clock, (f"capture_{clock}",), level)
