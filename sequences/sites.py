"""The toeholds that gates expose, and how strongly each is bound next to the branch beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from dsd_ncrn.dsd.structure import Complex, Domain, Strand, strand_text
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment
from sequences.bench import stack_energies
from sequences.words import BASES

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
        energy = sum(stacks[BASES.index(here), BASES.index(after)] for here, after in pairwise(word))
        return ToeholdSite(strand_text(row), branch.name, len(word) - 1, round(float(energy), 4))

    rows = dict.fromkeys(found for component in system.components for found in _exposed(component.complex))
    return tuple(
        dict.fromkeys(site(row, _with_neighbour(row, branch, first, assignment), branch) for row, branch, first in rows)
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
