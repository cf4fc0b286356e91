"""Reporters: a duplex with a dye and a quencher that a signal takes apart.

``{t*}[x]`` as in Zhang and Winfree (J. Am. Chem. Soc. 131:17303, 2009, figure 1) and Chen et al. (Nat. Nanotechnol.
8:755, 2013): the signal ``<t x>`` displaces ``<x>``, and the dye of the bottom strand is no longer next to the quencher
of the top. Both sit at the end away from the toehold: a bottom 5' dye and a top 3' quencher for polarity +1, a bottom 3'
dye and a top 5' quencher for the mirror image ``[x]{u*}``.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component, Reporter, Role
from dsd_ncrn.dsd.words import Words


def reporter(species: str, concentration: float, words: Words) -> tuple[Component, Reporter]:
    """The duplex of one species, ``concentration`` in nM, and where its labels are."""
    side, name = words.side_of(species), f"reporter_{species}"
    parts = [Open(side.toehold), Bound(words.branch(species))]
    gate = side.join(name, parts, concentration, Origin(f"read_{species}", "readout"))
    top, bottom = sorted(gate.complex.strands, key=lambda strand: strand[0].starred)
    near, far = ("5'", "3'") if side.sign > 0 else ("3'", "5'")
    labels = Reporter(species, name, bottom, near, top, far)
    return Component(name, gate.complex, Role.REPORTER, concentration, gate.origins, topped_up=False), labels
