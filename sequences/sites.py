"""The toeholds that gates expose, and how strongly each is bound next to the branch beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import fmean

from dsd_ncrn.dsd.structure import Complex, Domain, Strand, strand_text
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment
from sequences.bench import INITIATION, stack_energies
from sequences.rates import MEASURED_AT, dissociation, target_energy, three_step
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
    target = target_energy(length)
    known = three_step(dissociation(target, MEASURED_AT))
    rates = [three_step(dissociation(INITIATION + energy, temperature)) / known for energy in energies]
    return ToeholdClass(
        length=length,
        sites=len(energies),
        mean=round(fmean(energies), 4),
        weakest=max(energies),
        strongest=min(energies),
        target=round(target - INITIATION, 4),
        slowest=round(min(rates), 4),
        fastest=round(max(rates), 4),
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
