"""Displacements by the wrong strand: its toehold is right, since toeholds are shared, its branch is only similar.

To hold y where x belongs costs the difference of the two duplexes' energies. The way back, x displacing y, is no faster
than displacement by the same toehold. By detailed balance the wrong displacement is therefore no faster than the right one
times exp(-difference / RT). Each is taken at this upper bound and, so that what follows needs no new species, the wrong
strand is taken to do all that the right one would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import exp
from typing import NamedTuple

from dsd_ncrn.dsd.structure import Complex, Domain, Strand
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind, Toehold
from sequences.assignment import SequenceAssignment
from sequences.thermo import Energies
from sequences.words import reverse_complement

RULE = "spurious"
SLOWEST = 1e-11
"""Slower ones (/nM/s) are left out: a hundredth of what published gates leak at the least."""


class _End(NamedTuple):
    """What a strand must have to start a displacement: the toehold, and whether the branch follows it."""

    toehold: Strand
    leads: bool


def with_spurious(network: ReactionNetwork, assignment: SequenceAssignment, energies: Energies) -> ReactionNetwork:
    """The network and, at its rates, every displacement by a similar strand that is not too slow to matter."""
    return replace(network, steps=(*network.steps, *spurious_steps(network, assignment, energies)))


def spurious_steps(network: ReactionNetwork, assignment: SequenceAssignment, energies: Energies) -> tuple[Step, ...]:
    """Displacements by similar strands, by the rates of the network; their rule is ``RULE``."""
    carriers = _carriers(network)
    factors = _Factors(assignment, energies)
    found: dict[tuple[tuple[int, ...], tuple[int, ...]], Step] = {}
    for step in network.kinds(StepKind.DISPLACEMENT):
        for invader, end, right in _invaders(step, network):
            for wrong, number in carriers[end]:
                factor = 0.0 if wrong == right else factors.of(wrong, right)
                if step.rate * factor >= SLOWEST:
                    left = tuple(sorted((*(each for each in step.reactants if each != invader), number)))
                    key = (left, step.products)
                    if key not in found or found[key].rate < step.rate * factor:
                        found[key] = replace(step, reactants=left, rate=step.rate * factor, rule=RULE, toeholds=(None, None))
    return tuple(found.values())


class _Factors:
    """How much slower than the right branch a wrong one displaces, worked out once for each pair."""

    def __init__(self, assignment: SequenceAssignment, energies: Energies) -> None:
        self.assignment, self.energies = assignment, energies
        self.known: dict[tuple[Domain, Domain], float] = {}

    def of(self, wrong: Domain, right: Domain) -> float:
        if (wrong, right) not in self.known:
            place = reverse_complement(self.assignment.spell((right,)))
            held = self.energies.duplex(self.assignment.spell((wrong,)), place)
            lost = held - self.energies.perfect(self.assignment.spell((right,)))
            self.known[wrong, right] = min(1.0, exp(-lost / self.energies.thermal()))
        return self.known[wrong, right]


def _carriers(network: ReactionNetwork) -> Mapping[_End, list[tuple[Domain, int]]]:
    """Free strands by the ends they offer, with the branch there and the number of the species."""
    carriers: dict[_End, list[tuple[Domain, int]]] = defaultdict(list)
    for number, complex_ in enumerate(network.complexes):
        if complex_.is_strand:
            for end, branch in _ends(complex_):
                carriers[end].append((branch, number))
    return carriers


def _ends(complex_: Complex) -> Iterator[tuple[_End, Domain]]:
    """Every row of toeholds that ends beside a branch of a strand."""
    strand = complex_.strands[0]
    for place, branch in enumerate(strand):
        if branch.is_toehold:
            continue
        start = place
        while start > 0 and strand[start - 1].is_toehold:
            start -= 1
            yield _End(strand[start:place], True), branch
        for stop in range(place + 2, len(strand) + 1):
            if not strand[stop - 1].is_toehold:
                break
            yield _End(strand[place + 1 : stop], False), branch


def _invaders(step: Step, network: ReactionNetwork) -> Iterator[tuple[int, _End, Domain]]:
    """The free strand that a displacement starts with, the end it uses, and its branch there."""
    bound = step.toeholds[0]
    if bound is None:
        return
    for number in step.reactants:
        complex_ = network.complexes[number]
        if complex_.is_strand:
            yield from ((number, end, branch) for end, branch in _sides(bound) if (end, branch) in set(_ends(complex_)))


def _sides(bound: Toehold) -> Iterator[tuple[_End, Domain]]:
    for branch, leads in ((bound.after, True), (bound.before, False)):
        if branch is not None and not branch.is_toehold:
            yield _End(bound.domains, leads), branch
