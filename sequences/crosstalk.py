"""Unwanted duplexes, all against all: of branch domains, and of whole strands as they meet in the tube."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations_with_replacement

from dsd_ncrn.dsd.structure import Strand, strand_text
from sequences.layout import Layout
from sequences.rules.base import PAIR, Context, Verdict

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
