"""Annihilation X + Y -> 0 by cooperative hybridization.

Zhang, "Cooperative hybridization of oligonucleotides" (J. Am. Chem. Soc. 133:1077, 2011), figure 1: the complex
``{t*}[x y]{u*}`` takes ``<t x>`` at one end and ``<y u>`` at the other, and only both together free ``<x y>``.

Where a clock gates it, its strand comes first, ``{t*}[c t][x y]{u*}``: the toehold of the straight partner is open only
while ``<t c>`` is there. After the phase the cogates ``<c t>`` close the annihilators that have not fired, as they close the
drains of the flush; a phase with such annihilators has a buffer of them.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words, gate_component

CLOCK_SIGN = 1
"""The polarity of the side from which the clock enters."""


def cooperative_annihilation(reaction: Reaction, words: Words, clock: str | None = None) -> list[Component]:
    """The annihilator of two species of opposite polarity."""
    straight, mirrored = sorted(reaction.reactants, key=lambda species: -words.polarity.get(species, 1))
    top = words.branch(straight) + words.branch(mirrored)
    gated = [Bound(words.side(CLOCK_SIGN).leave(clock))] if clock else []
    parts = [Open(words.toehold), *gated, Bound(top), Open(words.mirrored_toehold)]
    name = f"annihilator_{reaction.origin.reaction}"
    return [gate_component(name, parts, words.spec.chemistry.gates["cooperative"].join, reaction.origin)]
