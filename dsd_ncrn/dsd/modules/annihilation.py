"""Annihilation X + Y -> 0 by a two-domain join without outputs.

Cardelli 2010, the two-input join, closed by a private helper instead of a fork: ``{t*}[x t][y t][q]`` with ``<t q>``.
Both cogates come back, so the buffers of X and Y keep their level.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, gate_component, strand_component


def two_domain_annihilation(reaction: Reaction, words: Words) -> list[Component]:
    """The join and its helper; the helper is as concentrated as the design's fuel, or else as the gate."""
    name, budget, end = reaction.origin.reaction, words.budget(reaction), f"q_{reaction.origin.reaction}"
    tops = [*(words.cogate(reactant) for reactant in reaction.reactants), words.branch(end)]
    parts = [Open(words.weak(budget.first_toehold)), *map(Bound, tops)]
    return [
        gate_component(f"join_{name}", parts, budget.join, reaction.origin),
        strand_component(f"helper_{name}", words.helper(end), Role.FUEL, budget.fuel or budget.join, reaction.origin),
    ]
