"""Annihilation X + Y -> 0 by cooperative hybridization.

Zhang, "Cooperative hybridization of oligonucleotides" (J. Am. Chem. Soc. 133:1077, 2011), figure 1: the complex
``{t*}[x y]{u*}`` takes ``<t x>`` at one end and ``<y u>`` at the other, and only both together free ``<x y>``. It is never
gated: a clock strand would have to come before the partners, and an annihilator once opened would stay open.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words, gate_component


def cooperative_annihilation(reaction: Reaction, words: Words) -> list[Component]:
    """The annihilator of two species of opposite polarity."""
    straight, mirrored = sorted(reaction.reactants, key=lambda species: -words.polarity.get(species, 1))
    top = words.branch(straight) + words.branch(mirrored)
    parts = [Open(words.toehold), Bound(top), Open(words.mirrored_toehold)]
    name = f"annihilator_{reaction.origin.reaction}"
    return [gate_component(name, parts, words.spec.chemistry.gates["cooperative"].join, reaction.origin)]
