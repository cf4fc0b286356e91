"""Annihilation X + Y -> 0 by a two-domain join without outputs: ``{t*}[x t][y]``.

Cardelli 2010, the two-input join whose last segment is closed by the second input itself. X gives its cogate back, Y
does not: the buffer of Y has to be topped up, and in exchange the second step is irreversible and about three times
as fast as one that returns a cogate, which is what limits a reaction of two dilute species.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words, gate_component


def two_domain_annihilation(reaction: Reaction, words: Words) -> list[Component]:
    """The join of both species; the first one is held by it."""
    name, budget = reaction.origin.reaction, words.budget(reaction)
    first, second = reaction.reactants
    parts = [Open(words.weak(budget.first_toehold)), Bound(words.cogate(first)), Bound(words.branch(second))]
    return [gate_component(f"join_{name}", parts, budget.join, reaction.origin)]
