"""Rates of strand-level steps from the sequences of their toeholds.

Zhang & Winfree, J. Am. Chem. Soc. 131:17303 (2009): how fast a toehold opens goes with exp(G / RT), G the energy of its
stacks, of the one on the branch beside it, and of starting a helix. Rates by length were measured on the paper's own toeholds.
``SequenceRates`` therefore takes how fast a toehold of that length opens and multiplies it by what the energies say of the
difference between the designed toehold and the paper's; the three-step model (``kinetics.rates``) makes rates of it. The
paper's toeholds come out as measured, and all that differs from them is due to sequence and temperature.

Displacements by the wrong strand: its toehold is right, since toeholds are shared, its branch is only similar.

To hold y where x belongs costs the difference of the two duplexes' energies. Each is taken at the right one's rate times
exp(-difference / RT) and, so that what follows needs no new species, the wrong strand is taken to do all that the right one
would. Where the step frees a toehold as long as the one it binds, detailed balance bounds the wrong displacement so, since the
way back, x displacing y, is no faster than displacement by the same toehold. Everywhere else this is a guess that no law
bounds: 29 of 33 mismatches of Machinek et al. (2014) were faster. ``unbounded_pairs`` counts them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import exp, inf
from typing import NamedTuple

from dsd_ncrn.dsd.structure import Complex, Domain, Strand
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind, Toehold
from dsd_ncrn.kinetics.rates import RateModel, rates_of, three_step
from dsd_ncrn.units import GAS_CONSTANT, ZERO_CELSIUS_K
from sequences.assignment import SequenceAssignment
from sequences.layout import BASES, reverse_complement
from sequences.properties import INITIATION, stack_energies
from sequences.thermo import Energies

BRANCH = "CCCTCATTCAATACCCTACG"
"""The paper's branch domain."""
TOEHOLD = "TCTCCATGTCACTTC"
"""The paper's toehold, which follows the branch on the invader; the first n nucleotides of it are one of n."""
MEASURED_AT = 25.0
"""Degrees Celsius."""


def toehold_energy(word: str, temperature: float) -> float:
    """Binding energy (kcal/mol) of a toehold given with the bases beside it that it stacks on.

    SantaLucia and Hicks (2004), 1 M salt, which 12.5 mM of magnesium is close to.
    """
    stacks = stack_energies(temperature)
    return INITIATION + float(sum(stacks[BASES.index(here), BASES.index(after)] for here, after in pairwise(word)))


def opening_factor(energy: float, length: int, temperature: float) -> float:
    """How much faster a toehold of an energy (kcal/mol) and a length (nt) opens than the paper's of that length."""
    return exp(energy / _thermal(temperature) - target_energy(length) / _thermal(MEASURED_AT))


def _thermal(temperature: float) -> float:
    return GAS_CONSTANT * (temperature + ZERO_CELSIUS_K)


@dataclass(frozen=True)
class SequenceRates:
    """Rates of the steps of a circuit whose domains have sequences, at a temperature (degrees Celsius).

    ``rates`` are those by length alone.
    """

    assignment: SequenceAssignment
    temperature: float
    rates: RateModel = field(default_factory=rates_of)

    def network(self, network: ReactionNetwork) -> ReactionNetwork:
        """The same species and steps with the rates of the sequences.

        Steps without toeholds (leaks, hybridisations, those of the finite semantics) keep their rates.
        """
        return replace(network, steps=tuple(replace(step, rate=self.rate(step)) for step in network.steps))

    def rate(self, step: Step) -> float:
        """The rate of one step, nM^(1-n)/s."""
        return step.rate * self.factor(step)

    def factor(self, step: Step) -> float:
        """The rate of a step over the one that lengths alone give it."""
        bound, released = step.toeholds
        if step.kind == StepKind.DISPLACEMENT and bound is not None:
            # A factor on the enumerated rate: what the model has wrong for a length stays out of the comparison.
            usual = three_step(self._usual(bound), inf if released is None else self._usual(released))
            return three_step(self._own(bound), inf if released is None else self._own(released)) / usual
        if step.kind == StepKind.UNBINDING and released is not None:
            return self._own(released) / self._usual(released)
        return 1.0

    def _usual(self, toehold: Toehold) -> float:
        """k_r/k_b by the toehold's length."""
        return self.rates.unbinding(_length(toehold)) / self.rates.migration()

    def _own(self, toehold: Toehold) -> float:
        """k_r/k_b by its bases."""
        return self._usual(toehold) * opening_factor(self.energy(toehold), _length(toehold), self.temperature)

    def energy(self, toehold: Toehold) -> float:
        """The energy (kcal/mol) of a toehold with the branches beside it."""
        return toehold_energy(self.word(toehold), self.temperature)

    def word(self, toehold: Toehold) -> str:
        """The bases of a toehold, with one base of each branch beside it."""
        before, after = (self._bases((domain,)) if _is_branch(domain) else "" for domain in (toehold.before, toehold.after))
        return before[-1:] + self._bases(toehold.domains) + after[:1]

    def _bases(self, domains: Sequence[Domain | None]) -> str:
        return self.assignment.spell(tuple(domain for domain in domains if domain is not None))


def _is_branch(domain: Domain | None) -> bool:
    return domain is not None and not domain.is_toehold


def target_energy(length: int) -> float:
    """The energy (kcal/mol, 25 degrees Celsius) of the paper's toehold of a length (nt)."""
    return toehold_energy(BRANCH[-1] + TOEHOLD[:length], MEASURED_AT)


def _length(toehold: Toehold) -> int:
    return sum(domain.length for domain in toehold.domains)


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
                # Only a strand with the right toehold at the right end can start; its branch decides how far it gets.
                factor = 0.0 if wrong == right else factors.of(wrong, right)
                if step.rate * factor >= SLOWEST:
                    left = tuple(sorted((*(each for each in step.reactants if each != invader), number)))
                    # One step for a pair and its products, the fastest of those that lead there.
                    key = (left, step.products)
                    if key not in found or found[key].rate < step.rate * factor:
                        found[key] = replace(step, reactants=left, rate=step.rate * factor, rule=RULE, toeholds=(None, None))
    return tuple(found.values())


def unbounded_pairs(network: ReactionNetwork) -> int:
    """How many pairs of a step and a wrong strand with its toehold there are whose rate nothing bounds from above."""
    carriers = _carriers(network)
    return sum(
        wrong != right
        for step in network.kinds(StepKind.DISPLACEMENT)
        if step.toeholds[1] is None or _length(step.toeholds[1]) != _length(step.toeholds[0] or step.toeholds[1])
        for _, end, right in _invaders(step, network)
        for wrong, _ in carriers[end]
    )


class _Factors:
    """How much slower than the right branch a wrong one displaces, worked out once for each pair."""

    def __init__(self, assignment: SequenceAssignment, energies: Energies) -> None:
        self.assignment, self.energies = assignment, energies
        self.known: dict[tuple[Domain, Domain], float] = {}

    def of(self, wrong: Domain, right: Domain) -> float:
        """The rate of the wrong branch over that of the right one, 1 at most."""
        if (wrong, right) not in self.known:
            place = reverse_complement(self.assignment.spell((right,)))
            # What the mismatches cost of the branch's duplex, by Boltzmann; no faster than the right one.
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
