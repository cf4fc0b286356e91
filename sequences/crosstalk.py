"""Unwanted duplexes, all against all: of branch domains, and of whole strands as they meet in the tube."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations_with_replacement
from math import exp

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Strand, strand_text
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.kinetics.rates import RESTING_NT
from sequences.assignment import SequenceAssignment
from sequences.layout import Layout, reverse_complement, spell
from sequences.rates import TOEHOLD
from sequences.rules.base import PAIR, Context, Verdict
from sequences.thermo import Energies

WORST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Interaction:
    """An unwanted duplex of two domains or strands, energy in kcal/mol."""

    first: str
    second: str
    energy: float


@dataclass(frozen=True, slots=True)
class CrosstalkMatrix:
    """Energies (kcal/mol) of the unwanted duplexes of everything with everything.

    Each pair stands once, in the order of the subjects; a pair that belongs together is not among them.
    """

    interactions: tuple[Interaction, ...]

    @property
    def table(self) -> tuple[tuple[str, ...], tuple[tuple[str | float | None, ...], ...]]:
        """Header and rows of a table with a row for every first and a column for every second partner.

        Pairs that were not judged, or that stand the other way round, are None.
        """
        known = {(each.first, each.second): each.energy for each in self.interactions}
        rows, columns = (dict.fromkeys(pair[side] for pair in known) for side in (0, 1))
        return ("", *columns), tuple((row, *(known.get((row, column)) for column in columns)) for row in rows)

    @property
    def worst(self) -> tuple[Interaction, ...]:
        """The ``WORST_SHOWN`` strongest, the strongest first."""
        return tuple(nsmallest(WORST_SHOWN, self.interactions, key=lambda each: each.energy))


@dataclass(frozen=True)
class ToeholdCrossing:
    """How strongly toeholds hold one another that have nothing in common, by their bases: a ``dsd_ncrn`` ``Crossing``.

    The best duplex of two toeholds misses the stacks beside it, without which the paper's toehold of ``RESTING_NT`` would hold
    ten times less than is measured. The constant is therefore exp(difference / RT) times that one's, as if the wrong pair
    stacked as well as it does; where no duplex is stable its energy counts as 0. Both err towards binding.
    """

    words: Mapping[str, str]
    energies: Energies

    def __call__(self, host: Strand, visitor: Strand) -> float | None:
        """The constant over that of ``RESTING_NT``; None where a domain has no bases, or another number of them."""
        if any(len(self.words.get(domain.name, "")) != domain.length for domain in (*host, *visitor)):
            return None
        place = reverse_complement(spell(host, self.words))
        lost = self.energies.duplex(spell(visitor, self.words), place) - self.energies.perfect(TOEHOLD[:RESTING_NT])
        return exp(lost / self.energies.thermal())


def toehold_crossing(system: DsdSystem, found: SequenceAssignment, rules: SequenceRules, temperature: float) -> ToeholdCrossing:
    """That of a circuit's toeholds, in the buffer of the rules and at a temperature (degrees Celsius)."""
    known, toeholds = found.sequences, [each.name for each in system.domains if each.is_toehold]
    words = {name: known[name] for name in toeholds if name in known}
    return ToeholdCrossing(words, Energies.under(rules, temperature))


def domain_matrix(verdicts: Sequence[Verdict]) -> CrosstalkMatrix:
    """Domains and complements of domains, from the energies that rules on pairs have found."""
    pairs = [each for each in verdicts if PAIR in each.subject and each.unit == "kcal/mol"]
    return CrosstalkMatrix(tuple(Interaction(*_two(each.subject), each.value) for each in pairs))


def strand_matrix(context: Context) -> CrosstalkMatrix:
    """Floating strands with each other, and with every stretch of a gate, toeholds included, that is not theirs.

    A stretch is a branch's complement between the toeholds beside it: no strand reaches further on a gate that is whole.
    """
    spelled = {strand: context.spell(strand) for strand in (*context.layout.tops, *stretches(context.layout))}
    met = [*combinations_with_replacement(context.layout.tops, 2)]
    met += [
        (strand, stretch)
        for strand in context.layout.tops
        for stretch in stretches(context.layout)
        if not _branches(strand) & _branches(stretch)
    ]
    duplex = context.energies.duplex
    return CrosstalkMatrix(
        tuple(
            Interaction(strand_text(one), strand_text(other), round(duplex(spelled[one], spelled[other]), 4))
            for one, other in met
        )
    )


def stretches(layout: Layout) -> tuple[Strand, ...]:
    """What a floating strand may meet on a gate: a branch's complement between the toeholds beside it."""
    return tuple(dict.fromkeys(stretch for bottom in layout.bottoms for stretch in _cut(bottom)))


def _cut(bottom: Strand) -> Iterator[Strand]:
    places = [index for index, domain in enumerate(bottom) if not domain.is_toehold]
    # From a branch to the next one on either side: toeholds in between belong to both stretches.
    for before, after in zip([-1, *places], [*places[1:], len(bottom)]):
        yield bottom[before + 1 : after]


def _two(subject: str) -> tuple[str, str]:
    first, _, second = subject.partition(PAIR)
    return first, second


def _branches(strand: Strand) -> set[str]:
    return {domain.name for domain in strand if not domain.is_toehold}
