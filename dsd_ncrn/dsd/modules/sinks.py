"""What takes strands out of the game for good, without a clock.

One-sided gates: ``{t*}[c]`` takes ``<t c>``, ``[c]{t*}`` takes ``<c t>`` (Cardelli 2010, garbage collection by a single
displacement). The capture strand ``<c* t*>`` takes both. Scavengers are bound to beads by their starred strand and
pulled out with all that hangs on them: left in the tube, the spent scavengers of a long training would outnumber every
fuel and feed its leaks. Each takes strands of one polarity; the mirror images take those of the other.
"""

from __future__ import annotations

from dsd_ncrn.dsd.structure import Bound, Open, Strand
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Side, Words, strand_component


def strand_sink(name: str, branch: str, concentration: float, words: Words, sign: int = 1) -> Component:
    """Takes ``<t c>``: the scavenger that closes a phase; ``concentration`` in nM."""
    side = words.side(sign)
    return _as_sink(side.join(name, _parts(side, branch), concentration))


def capture(name: str, strand: Strand) -> Component:
    """Takes a strand, such as ``<t c>``, and its cogates alike; added when needed."""
    return strand_component(name, tuple(~domain for domain in reversed(strand)), Role.SCAVENGER, 0.0)


def cogate_sink(name: str, branch: str, concentration: float, words: Words, sign: int = 1) -> Component:
    """Takes ``<c t>``, which would otherwise pile up and drive joins backwards; ``concentration`` in nM."""
    side = words.side(sign)
    return _as_sink(side.fork(name, _parts(side, branch), concentration))


def _parts(side: Side, branch: str) -> list[Open | Bound]:
    return [Open(side.toehold), Bound(side.words.branch(branch))]


def _as_sink(component: Component) -> Component:
    return Component(component.name, component.complex, Role.SCAVENGER, component.concentration, component.origins)
