"""Drains X -> 0 opened by the flush clock.

A clock-gated sink: the one-input join of Cardelli 2010 with the clock strand taken first, so that all drains of one
phase cost no more clock than there are drains. ``{t*}[c t][a t][q]`` with helper ``<t q>`` gives the cogate of A
back; ``{t*}[c t][x]`` does not, for species that are added from outside and whose cogate would pile up.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, gate_component, strand_component


def drain(reaction: Reaction, clock: str, fed: bool, words: Words) -> list[Component]:
    """The drain of one species; ``fed`` species are those added from outside in every iteration."""
    (species,) = reaction.reactants
    name, budget = reaction.origin.reaction, words.budget(reaction)
    first = [Open(words.toehold), Bound(words.returned(clock))]
    if fed:
        parts = [*first, Bound(words.branch(species))]
        return [gate_component(f"drain_{name}", parts, budget.join, reaction.origin)]
    end = f"q_{name}"
    parts = [*first, Bound(words.cogate(species)), Bound(words.branch(end))]
    return [
        gate_component(f"drain_{name}", parts, budget.join, reaction.origin),
        strand_component(f"helper_{name}", words.helper(end), Role.FUEL, budget.fuel, reaction.origin),
    ]
