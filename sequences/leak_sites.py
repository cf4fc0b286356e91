"""Where gates will leak: ends of helices that breathe, next to a branch that a free strand could take over.

A strand without a toehold gets a foothold where the last pair of a helix is open (Reynaldo et al., J Mol Biol 297:511,
2000). The rate measured for displacement without a toehold, 1.4 /M/s at the end of one published duplex (Zhang & Winfree,
JACS 131:17303, 2009), is scaled by how often the last pair of a site is open, compared with that duplex. It tells sites
apart and is good for an order of magnitude, not for a prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Complex, Strand, strand_text
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.kinetics.rates import DISPLACEMENT_PER_M_S
from sequences.assignment import SequenceAssignment
from sequences.folding import dot_parens
from sequences.rates import BRANCH, TOEHOLD
from sequences.thermo import Energies
from sequences.words import reverse_complement


@dataclass(frozen=True, slots=True)
class LeakSite:
    """One end of a helix on a gate: the gate, the strand and its end (5' or 3'), and the branch that lies there.

    ``opening`` is the probability (0 to 1) that the last pair is open, ``rate`` the predicted leak in /M/s.
    """

    gate: str
    strand: str
    end: str
    branch: str
    opening: float
    rate: float


def leak_sites(
    system: DsdSystem, assignment: SequenceAssignment, rules: SequenceRules, temperature: float
) -> tuple[LeakSite, ...]:
    """The branch ends of every different complex at a temperature (degrees Celsius), the leakiest first."""
    energies = Energies.under(rules, temperature)
    usual = _published_opening(energies)
    gates = {each.complex: each.name for each in reversed(system.components) if len(each.complex.strands) > 1}
    sites = (
        LeakSite(name, strand_text(strand), end, branch, round(share, 6), round(DISPLACEMENT_PER_M_S[0] * share / usual, 4))
        for complex_, name in gates.items()
        for strand, end, branch, share in _ends(complex_, assignment, energies)
    )
    return tuple(sorted(sites, key=lambda site: (-site.rate, site.gate, site.strand, site.end)))


def _ends(complex_: Complex, assignment: SequenceAssignment, energies: Energies) -> Iterator[tuple[Strand, str, str, float]]:
    """The ends of top strands that are paired branches, each with the probability of its last pair to be open."""
    words = [assignment.spell(strand) for strand in complex_.strands]
    unpaired = energies.target(words, dot_parens(complex_)).unpaired
    domain, base = 0, 0
    for strand, word in zip(complex_.strands, words):
        last = domain + len(strand) - 1
        for place, index, end in ((domain, base, "5'"), (last, base + len(word) - 1, "3'")):
            here = complex_.domains[place]
            if complex_.pairing[place] is not None and not here.is_toehold and not here.starred:
                yield strand, end, here.name, float(unpaired[index])
        domain, base = last + 1, base + len(word)


@cache
def _published_opening(energies: Energies) -> float:
    """How often the last pair beside the published toehold is open."""
    bottom = reverse_complement(BRANCH + TOEHOLD)
    paired = len(BRANCH)
    pairs = ["." * len(TOEHOLD) + "(" * paired, ")" * paired]
    return float(energies.target([bottom, BRANCH], pairs).unpaired[-1])
