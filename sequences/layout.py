"""Which domains of a circuit are branches, which make up toehold words, and how strands spell them out.

Plain facts about one DNA word, written 5' to 3' in the letters A, C, G and T.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Domain, Strand, strand_text
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError

ToeholdWord = tuple[Domain, ...]
"""Toehold domains that always stand side by side, read 5' to 3': together they are one toehold."""


def spell(strand: Strand, sequences: Mapping[str, str]) -> str:
    """The bases of a strand, 5' to 3'."""
    return "".join(
        reverse_complement(sequences[domain.name]) if domain.starred else sequences[domain.name] for domain in strand
    )


@dataclass(frozen=True)
class Layout:
    """Domains and strands of a circuit as the sequence rules see them.

    ``tops`` have no starred domain and float freely at some time; ``bottoms`` hold a gate together.
    """

    branches: tuple[Domain, ...]
    toeholds: tuple[ToeholdWord, ...]
    tops: tuple[Strand, ...]
    bottoms: tuple[Strand, ...]

    @staticmethod
    def of(system: DsdSystem) -> Layout:
        """The layout of a translated circuit. Raises InputError for a strand that mixes starred and unstarred domains.

        The three-letter code needs unmixed strands: a mixed one would have all four letters.
        """
        mixed = next((strand for strand in system.strands if len({domain.starred for domain in strand}) > 1), None)
        if mixed is not None:
            raise InputError(
                "a strand is either all unstarred or all starred", strand_text(mixed), "Split it into a top and a bottom."
            )
        return Layout(
            tuple(domain for domain in system.domains if not domain.is_toehold),
            _toehold_words(system.strands),
            tuple(strand for strand in system.strands if not strand[0].starred),
            tuple(strand for strand in system.strands if strand[0].starred),
        )

    @property
    def strands(self) -> tuple[Strand, ...]:
        """All strands, tops first."""
        return self.tops + self.bottoms


def _toehold_words(strands: tuple[Strand, ...]) -> tuple[ToeholdWord, ...]:
    """The longest rows of neighbouring toehold domains; a row too long for one toehold counts domain by domain."""
    runs = dict.fromkeys(run for strand in strands for run in _toehold_runs(strand))
    longest = [run for run in runs if not any(run != other and _within(run, other) for other in runs)]
    words = [
        word
        for run in longest
        for word in ([run] if sum(domain.length for domain in run) <= TOEHOLD_MAX_NT else [(domain,) for domain in run])
    ]
    return tuple(dict.fromkeys(words))


def _toehold_runs(strand: Strand) -> Iterator[ToeholdWord]:
    unstarred = tuple(~domain for domain in reversed(strand)) if strand[0].starred else strand
    for is_toehold, run in groupby(unstarred, key=lambda domain: domain.is_toehold):
        if is_toehold:
            yield tuple(run)


def _within(part: ToeholdWord, whole: ToeholdWord) -> bool:
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


BASES = "ACGT"
IUPAC = {
    "A": "A", "C": "C", "G": "G", "T": "T", "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
"""Letters that stand for any of several bases (Cornish-Bowden, Nucleic Acids Res 13:3021, 1985)."""

_COMPLEMENT = str.maketrans(BASES, BASES[::-1])


def reverse_complement(word: str) -> str:
    """The word that pairs with this one along its whole length, 5' to 3'."""
    return word.translate(_COMPLEMENT)[::-1]


def longest_run(word: str) -> int:
    """Length (nt) of the longest stretch of one base."""
    return max((len(list(run)) for _, run in groupby(word)), default=0)


def gc_fraction(word: str) -> float:
    """Share of G and C, 0 to 1."""
    return (word.count("G") + word.count("C")) / len(word)


def longest_common(first: str, second: str) -> int:
    """Length (nt) of the longest stretch that two words have in common."""
    length = 0
    for start in range(len(first)):
        while first[start : start + length + 1] in second and start + length < len(first):
            length += 1
    return length
