"""Plain facts about one DNA word, written 5' to 3' in the letters A, C, G and T."""

from __future__ import annotations

from itertools import groupby

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
