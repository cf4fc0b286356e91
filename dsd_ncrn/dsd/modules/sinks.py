"""What takes strands out of the game for good, without a clock.

One-sided gates: ``{t*}[c]`` takes ``<t c>``, ``[c]{t*}`` takes ``<c t>``. The capture strand ``<c* t*>`` takes both.
Scavengers are bound to beads by their starred strand and pulled out with all that hangs on them: left in the tube,
the spent scavengers of a long training would outnumber every fuel and feed its leaks.
"""

from __future__ import annotations

from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, gate_component, strand_component


def strand_sink(name: str, branch: str, concentration: float, words: Words) -> Component:
    """Takes ``<t c>``: the scavenger that closes a phase."""
    parts = [Open(words.toehold), Bound(words.branch(branch))]
    return _as_sink(gate_component(name, parts, concentration))


def capture(name: str, branch: str, words: Words) -> Component:
    """Takes a clock strand and its cogate alike; added when needed."""
    return strand_component(name, tuple(~domain for domain in reversed(words.helper(branch))), Role.SCAVENGER, 0.0)


def cogate_sink(name: str, branch: str, concentration: float, words: Words) -> Component:
    """Takes ``<c t>``, which would otherwise pile up and drive joins backwards."""
    parts = [Bound(words.branch(branch)), Open(words.toehold)]
    return _as_sink(gate_component(name, parts, concentration))


def _as_sink(component: Component) -> Component:
    return Component(component.name, component.complex, Role.SCAVENGER, component.concentration, component.origins)
