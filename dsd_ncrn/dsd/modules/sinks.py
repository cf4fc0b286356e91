"""Sinks without a clock: ``{t*}[c]`` takes ``<t c>``, ``[c]{t*}`` takes ``<c t>``, both for good (one-sided gates)."""

from __future__ import annotations

from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, gate_component


def strand_sink(name: str, branch: str, concentration: float, words: Words) -> Component:
    """Takes ``<t c>``: the scavenger that closes a phase."""
    parts = [Open(words.toehold), Bound(words.branch(branch))]
    return _as_scavenger(gate_component(name, parts, concentration))


def cogate_sink(name: str, branch: str, concentration: float, words: Words) -> Component:
    """Takes ``<c t>``, which would otherwise pile up and drive joins backwards."""
    parts = [Bound(words.branch(branch)), Open(words.toehold)]
    return _as_scavenger(gate_component(name, parts, concentration))


def _as_scavenger(component: Component) -> Component:
    return Component(component.name, component.complex, Role.SCAVENGER, component.concentration, component.origins)
