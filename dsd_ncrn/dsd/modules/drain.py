"""Drains X -> 0, opened by the clock of the flush, and sinks that are open all the time.

The one-input join of Cardelli 2010 with nothing behind it. A drain takes the clock strand first, so that all drains of
one phase cost no more clock than there are drains. ``{t*}[c t][a t][q]`` with helper ``<t q>`` gives the cogate of A
back; ``{t*}[c t][x]`` does not, for species that are added from outside and whose cogate would pile up. Without a clock
these are the sinks ``{t*}[a t][q]`` and ``{t*}[x]``, the latter one displacement deep.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.modules.parts import check_fuels, side_of
from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, strand_component


def drain(reaction: Reaction, clock: str | None, fed: bool, words: Words) -> list[Component]:
    """The drain of one species; ``fed`` species are those added from outside in every iteration."""
    (species,) = reaction.reactants
    name, budget, side = reaction.origin.reaction, words.budget(reaction), side_of(reaction, words)
    gated = [Bound(side.leave(clock))] if clock else []
    opening = [Open(side.toehold if clock else side.first(budget.first_toehold)), *gated]
    if fed:
        return [side.join(f"drain_{name}", [*opening, Bound(words.branch(species))], budget.join, reaction.origin)]
    check_fuels(reaction, budget, "fuel")
    end = f"q_{name}"
    parts = [*opening, Bound(words.cogate(species)), Bound(words.branch(end))]
    return [
        side.join(f"drain_{name}", parts, budget.join, reaction.origin),
        strand_component(f"helper_{name}", side.enter(end), Role.FUEL, budget.fuel, reaction.origin),
    ]
