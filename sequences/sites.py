"""The toeholds that gates expose, and how strongly each is bound next to the branch beside it.

Where gates will leak: ends of helices that breathe, next to a branch that a free strand could take over.

A strand without a toehold gets a foothold where the last pair of a helix is open (Reynaldo et al., J Mol Biol 297:511,
2000). The rate measured for displacement without a toehold, 1.4 /M/s at the end of one published duplex (Zhang & Winfree,
JACS 131:17303, 2009), is scaled by how often the last pair of a site is open, compared with that duplex. It tells sites
apart and is good for an order of magnitude, not for a prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from statistics import fmean

from dsd_ncrn.constants import constant
from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, strand_text
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.kinetics.rates import rates_of, three_step
from sequences.assignment import SequenceAssignment
from sequences.folding import dot_parens
from sequences.layout import BASES, reverse_complement
from sequences.properties import INITIATION, stack_energies
from sequences.rates import BRANCH, TOEHOLD, opening_factor, target_energy
from sequences.thermo import Energies

Placed = tuple[Domain, bool]
"""A domain of a complex, and whether it is paired."""


@dataclass(frozen=True, slots=True)
class ToeholdSite:
    """A toehold that a gate exposes, with the branch beside it: length in nt, binding energy in kcal/mol.

    The energy is the sum of the toehold's stacks and of the one on the branch's closing pair (SantaLucia and Hicks 2004,
    1 M salt): an invader that fills the toehold stacks on the duplex beside it.
    """

    toehold: str
    neighbour: str
    length: int
    energy: float


def toehold_sites(system: DsdSystem, assignment: SequenceAssignment, temperature: float) -> tuple[ToeholdSite, ...]:
    """Every different exposed toehold of the components of a circuit, at a temperature (degrees Celsius)."""
    stacks = stack_energies(temperature)

    def site(row: Strand, word: str, branch: Domain) -> ToeholdSite:
        # The toehold with the base beside it, on which it stacks.
        energy = sum(stacks[BASES.index(here), BASES.index(after)] for here, after in pairwise(word))
        return ToeholdSite(strand_text(row), branch.name, len(word) - 1, round(float(energy), 4))

    rows = exposed_toeholds(system)
    return tuple(
        dict.fromkeys(site(row, _with_neighbour(row, branch, first, assignment), branch) for row, branch, first in rows)
    )


def exposed_toeholds(system: DsdSystem) -> tuple[tuple[Strand, Domain, bool], ...]:
    """Every different exposed toehold as an invader spells it, the branch beside it, and whether the branch leads."""
    return tuple(dict.fromkeys(found for component in system.components for found in _exposed(component.complex)))


@dataclass(frozen=True, slots=True)
class ToeholdClass:
    """The exposed toeholds of one length (nt), energies in kcal/mol as those of sites.

    ``target`` is that of the published toehold by which rates of this length are known. ``slowest`` and ``fastest`` are the
    rates of displacement that the energies give, over the known one.
    """

    length: int
    sites: int
    mean: float
    weakest: float
    strongest: float
    target: float
    slowest: float
    fastest: float


def toehold_classes(sites: tuple[ToeholdSite, ...], temperature: float) -> tuple[ToeholdClass, ...]:
    """The sites summed up by length, at a temperature (degrees Celsius)."""
    lengths = sorted({site.length for site in sites})
    return tuple(_class([site.energy for site in sites if site.length == length], length, temperature) for length in lengths)


def _class(energies: list[float], length: int, temperature: float) -> ToeholdClass:
    target, rates = target_energy(length), rates_of()
    usual = rates.unbinding(length) / rates.migration()
    openings = [usual * opening_factor(INITIATION + energy, length, temperature) for energy in energies]
    factors = [three_step(opening) / three_step(usual) for opening in openings]
    return ToeholdClass(
        length=length,
        sites=len(energies),
        mean=round(fmean(energies), 4),
        weakest=max(energies),
        strongest=min(energies),
        target=round(target - INITIATION, 4),
        slowest=round(min(factors), 4),
        fastest=round(max(factors), 4),
    )


def energy_spread(sites: tuple[ToeholdSite, ...]) -> float:
    """Widest difference (kcal/mol) among toeholds of one length; 0 without toeholds."""
    by_length: dict[int, list[float]] = {}
    for site in sites:
        by_length.setdefault(site.length, []).append(site.energy)
    return round(max((max(energies) - min(energies) for energies in by_length.values()), default=0.0), 4)


def _exposed(complex_: Complex) -> Iterator[tuple[Strand, Domain, bool]]:
    """Unpaired starred toeholds beside a paired branch: as the invader spells them, the branch, and whether it leads."""
    start = 0
    for strand in complex_.strands:
        pairing = complex_.pairing[start : start + len(strand)]
        start += len(strand)
        groups = [
            (exposed, tuple(group))
            for exposed, group in groupby(
                ((domain, partner is not None) for domain, partner in zip(strand, pairing)), key=_is_exposed
            )
        ]
        for index, (exposed, group) in enumerate(groups):
            if exposed:
                row = tuple(~domain for domain, _ in reversed(group))
                yield from _beside(row, groups[index - 1 : index], groups[index + 1 : index + 2])


def _beside(
    row: Strand, before: list[tuple[bool, tuple[Placed, ...]]], after: list[tuple[bool, tuple[Placed, ...]]]
) -> Iterator[tuple[Strand, Domain, bool]]:
    """The bottom runs the other way: what precedes the toehold there follows it on the invader."""
    for groups, end, leads in ((before, -1, False), (after, 0, True)):
        for _, group in groups:
            neighbour, paired = group[end]
            if paired and not neighbour.is_toehold:
                yield row, ~neighbour, leads


def _is_exposed(placed: Placed) -> bool:
    domain, paired = placed
    return domain.starred and domain.is_toehold and not paired


def _with_neighbour(row: Strand, branch: Domain, leads: bool, assignment: SequenceAssignment) -> str:
    """The toehold's bases with the branch's base next to it."""
    bases, neighbour = assignment.spell(row), assignment.sequences[branch.name]
    return neighbour[-1] + bases if leads else bases + neighbour[0]


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
    usual = constant("leak.toeless").number / _published_opening(energies)
    gates = {each.complex: each.name for each in reversed(system.components) if len(each.complex.strands) > 1}
    sites = (
        LeakSite(name, strand_text(strand), end, branch, round(share, 6), round(usual * share, 4))
        for complex_, name in gates.items()
        for strand, end, branch, share in _ends(complex_, assignment, energies)
    )
    return tuple(sorted(sites, key=lambda site: (-site.rate, site.gate, site.strand, site.end)))


def _ends(complex_: Complex, assignment: SequenceAssignment, energies: Energies) -> Iterator[tuple[Strand, str, str, float]]:
    """The ends of top strands that are paired branches, each with the probability of its last pair to be open."""
    words = [assignment.spell(strand) for strand in complex_.strands]
    # From the complex's own partition function, so that neighbours count.
    unpaired = energies.target(words, dot_parens(complex_)).unpaired
    domain, base = 0, 0
    # Both ends of every top: only where the last pair is a branch's, since toeholds open by themselves.
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
