"""Open toeholds and strands that could rest on them: how many of each kind the species of a network have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, strand_length


class OpenToeholds:
    """The kinds of open toeholds (``hosts``) and of single-stranded ones (``visitors``), both written unstarred.

    ``host_counts`` (hosts, species) and ``visitor_counts`` (visitors, species) say how many each species has.
    """

    def __init__(self, complexes: Sequence[Complex]) -> None:
        self.complexes = complexes
        self.hosts, self.host_counts = _counted(complexes, starred=True)
        self.visitors, self.visitor_counts = _counted(complexes, starred=False)

    @cached_property
    def common(self) -> Ints:
        """By how many nucleotides each host can hold each visitor, (hosts, visitors)."""
        held = [[common_nt(host, each) for each in self.visitors] for host in self.hosts]
        return np.array(held, dtype=np.int64).reshape(len(self.hosts), len(self.visitors))

    def meeting(self, one: int, other: int) -> tuple[int, int] | None:
        """The host and the visitor by which two species meet, as places among the kinds; of several those that hold most."""
        pairs = [(h, v) for a, b in ((one, other), (other, one)) for h in self._of[0][a] for v in self._of[1][b]]
        return max(pairs, key=lambda pair: int(self.common[pair]), default=None)

    @cached_property
    def _of(self) -> tuple[list[list[int]], list[list[int]]]:
        """The hosts and the visitors of every species."""
        counts = (self.host_counts, self.visitor_counts)
        hosts, visitors = ([[int(n) for n in np.flatnonzero(column)] for column in count.T] for count in counts)
        return hosts, visitors


def open_toeholds(complex_: Complex, starred: bool) -> Iterator[Strand]:
    """The stretches of unpaired toehold domains: of a gate where ``starred``, else of a strand; written unstarred."""
    run: list[Domain] = []
    for place, domain in enumerate(complex_.domains):
        if run and place in complex_.ends:
            yield _unstarred(run)
            run = []
        if domain.is_toehold and domain.starred == starred and complex_.pairing[place] is None:
            run.append(domain)
        elif run:
            yield _unstarred(run)
            run = []
    if run:
        yield _unstarred(run)


def common_nt(one: Strand, other: Strand) -> int:
    """The longest stretch of domains that two toeholds have in common, nt."""
    # A visitor may hold by a part of a toehold; the longest common stretch decides how strongly.
    stretches = [one[start:end] for start in range(len(one)) for end in range(start + 1, len(one) + 1)]
    return max((strand_length(s) for s in stretches if any(other[n : n + len(s)] == s for n in range(len(other)))), default=0)


def _unstarred(run: list[Domain]) -> Strand:
    return tuple(~domain for domain in reversed(run)) if run[0].starred else tuple(run)


def _counted(complexes: Sequence[Complex], starred: bool) -> tuple[list[Strand], Floats]:
    kinds: dict[Strand, int] = {}
    entries = [
        (kinds.setdefault(toehold, len(kinds)), place)
        for place, complex_ in enumerate(complexes)
        for toehold in open_toeholds(complex_, starred)
    ]
    counts = np.zeros((len(kinds), len(complexes)))
    for kind, place in entries:
        counts[kind, place] += 1
    return list(kinds), counts
