"""Domains, strands and nicked complexes, with an identity that does not depend on how they were written down.

A complex is a tuple of strands in their circular 5'-to-3' order together with the pairing of its domains. Rotating
the strands gives the same complex; ``Complex`` always holds the smallest rotation, so equality is identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from dsd_ncrn.errors import InputError

TOEHOLD_MAX_NT = 8
"""A domain up to this length binds reversibly (a toehold); a longer one is a branch domain."""

Pairing = tuple[int | None, ...]


class Domain(NamedTuple):
    """A named stretch of a strand; ``starred`` marks the Watson-Crick complement. Length in nt.

    A named tuple, because enumeration hashes and compares domains millions of times.
    """

    name: str
    length: int
    starred: bool = False

    def __invert__(self) -> Domain:
        return Domain(self.name, self.length, not self.starred)

    def pairs_with(self, other: Domain) -> bool:
        """Whether the other is its complement: ``self == ~other`` without making one."""
        return self.starred != other.starred and self.name == other.name and self.length == other.length

    @property
    def is_toehold(self) -> bool:
        """Whether binding by this domain alone is reversible."""
        return self.length <= TOEHOLD_MAX_NT

    def __str__(self) -> str:
        return self.name + "*" * self.starred


Strand = tuple[Domain, ...]
"""Domains from 5' to 3'. A strand is nothing but its domains: two strands with equal domains are the same."""


def strand_length(strand: Strand) -> int:
    """Length in nt."""
    return sum(domain.length for domain in strand)


def strand_text(strand: Strand) -> str:
    """``<t x>`` notation of a free strand."""
    return f"<{' '.join(map(str, strand))}>"


@dataclass(frozen=True)
class Complex:
    """Strands held together by paired domains, in canonical rotation.

    ``pairing`` has one entry per domain of all strands in order: the flat index of its partner, or None.
    Build one with ``Complex.of``, which canonicalises and checks.
    """

    strands: tuple[Strand, ...]
    pairing: Pairing
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Hashed once: enumeration looks complexes up millions of times.
        object.__setattr__(self, "_hash", hash((self.strands, self.pairing)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Complex], tuple[tuple[Strand, ...], Pairing]]:
        # the kept hash is salted by the process: another one must make its own
        return Complex, (self.strands, self.pairing)

    @staticmethod
    def of(strands: Sequence[Strand], pairing: Sequence[int | None]) -> Complex:
        """The complex in canonical form. Raises InputError where paired domains are not complementary."""
        flat = [domain for strand in strands for domain in strand]
        for here, there in enumerate(pairing):
            if there is not None and (pairing[there] != here or (here < there and not flat[there].pairs_with(flat[here]))):
                raise InputError(f"domain {flat[here]} cannot pair with {flat[there]}", None, "Only complements pair.")
        return Complex.canonical(tuple(strands), tuple(pairing))

    @staticmethod
    def canonical(strands: tuple[Strand, ...], pairing: Pairing) -> Complex:
        """The same of pairs that are known to be of complements, unchecked."""
        # The smallest rotation begins with the smallest strand; only equal strands leave a choice.
        first = min(strands)
        turns = [turn for turn, strand in enumerate(strands) if strand == first]
        if len(turns) == 1:
            return _rotated(strands, pairing, turns[0])
        # Equal strands: first the rest of the order decides, then the pairing.
        smallest = min(strands[turn:] + strands[:turn] for turn in turns)
        turns = [turn for turn in turns if strands[turn:] + strands[:turn] == smallest]
        return min((_rotated(strands, pairing, turn) for turn in turns), key=_pairing_key)

    @cached_property
    def domains(self) -> tuple[Domain, ...]:
        """All domains of all strands in order."""
        return tuple(domain for strand in self.strands for domain in strand)

    @cached_property
    def ends(self) -> frozenset[int]:
        """Flat indices of the first domain of every strand."""
        starts: list[int] = []
        position = 0
        for strand in self.strands:
            starts.append(position)
            position += len(strand)
        return frozenset(starts)

    @property
    def is_strand(self) -> bool:
        """Whether this is one free, unpaired strand."""
        return len(self.strands) == 1 and not any(partner is not None for partner in self.pairing)

    @cached_property
    def kernel(self) -> str:
        """Kernel notation: ``a( b + b* ) ...`` with ``+`` between strands."""
        words: list[str] = []
        for index, domain in enumerate(self.domains):
            if index and index in self.ends:
                words.append("+")
            partner = self.pairing[index]
            words.append(str(domain) if partner is None else f"{domain}(" if partner > index else ")")
        return " ".join(words)

    def __str__(self) -> str:
        return strand_text(self.strands[0]) if self.is_strand else self.kernel


def _rotated(strands: tuple[Strand, ...], pairing: Pairing, turn: int) -> Complex:
    if not turn:
        return Complex(strands, pairing)
    total = len(pairing)
    shift = sum(len(strand) for strand in strands[:turn])
    turned = pairing[shift:] + pairing[:shift]
    return Complex(
        strands[turn:] + strands[:turn], tuple(None if partner is None else (partner - shift) % total for partner in turned)
    )


def _pairing_key(complex_: Complex) -> tuple[int, ...]:
    return tuple(-1 if partner is None else partner for partner in complex_.pairing)


def free(*domains: Domain) -> Complex:
    """A free single strand."""
    return Complex((tuple(domains),), (None,) * len(domains))


@dataclass(frozen=True, slots=True)
class Open:
    """Part of a gate where only the bottom strand is present: an exposed toehold of these (unstarred) domains."""

    domains: Strand


@dataclass(frozen=True, slots=True)
class Bound:
    """Part of a gate covered by one top strand, whose 3' end may stand out as a ``flap``."""

    strand: Strand
    flap: Strand = ()


def gate(*parts: Open | Bound) -> Complex:
    """A continuous bottom strand paired with nicked top strands but for their flaps, read 5' to 3' along the top.

    ``gate(Open(t), Bound(x + t), Bound(r))`` is ``{t*}[x t]:[r]``.
    """
    covered = [domain for part in parts for domain in (part.domains if isinstance(part, Open) else part.strand)]
    # Antiparallel: the bottom's first domain faces the last one of the tops.
    bottom = tuple(~domain for domain in reversed(covered))
    tops, above = list[Strand](), list[int]()
    for part in parts:
        if isinstance(part, Bound):
            start = len(bottom) + sum(map(len, tops))
            above += range(start, start + len(part.strand))
            tops.append(part.strand + part.flap)
    pairing: list[int | None] = [None] * (len(bottom) + sum(map(len, tops)))
    for below, over in zip(_bound_positions(parts), above):
        pairing[below], pairing[over] = over, below
    return Complex.of([bottom, *tops], pairing)


def _bound_positions(parts: Sequence[Open | Bound]) -> Iterator[int]:
    """Bottom positions of the covered domains, in the order of the tops."""
    position = sum(len(part.domains if isinstance(part, Open) else part.strand) for part in parts)
    for part in parts:
        for _ in part.domains if isinstance(part, Open) else part.strand:
            position -= 1
            if isinstance(part, Bound):
                yield position
