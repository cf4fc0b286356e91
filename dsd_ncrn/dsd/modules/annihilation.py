"""Annihilation X + Y -> 0 by a two-domain join without outputs: ``{t*}[x t][y]``.

Cardelli 2010 (DCM 2010, the join), whose last segment is closed by the second input itself; generalised to two or three
inputs, equal or not. X gives its cogate back, Y does not: the buffer of Y has to be topped up, and in exchange the
second step is irreversible and about three times as fast as one that returns a cogate, which is what limits a reaction
of two dilute species. Where a clock gates it the clock strand is the last to enter, ``{t*}[x t][y t][c]``, and both
cogates come back. The first partner is the one that the join holds.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.modules.parts import check_inputs, entry, side_of
from dsd_ncrn.dsd.structure import Bound
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words


def two_domain_annihilation(reaction: Reaction, words: Words, clock: str | None = None) -> list[Component]:
    """The join of all reactants, in their order."""
    check_inputs(reaction)
    name, budget = reaction.origin.reaction, words.budget(reaction)
    last = clock or reaction.reactants[-1]
    parts = [*entry(reaction, clock, words)[:-1], Bound(words.branch(last))]
    return [side_of(reaction, words).join(f"join_{name}", parts, budget.join, reaction.origin)]
