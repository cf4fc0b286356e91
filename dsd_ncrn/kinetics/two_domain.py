"""Two-domain systems: those of which the infinite semantics knows all moves without trying."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex, strand_length
from dsd_ncrn.kinetics.assembly import Assembly


def is_two_domain(complexes: Iterable[Complex]) -> bool:
    """Whether complexes are free strands and nicked duplexes of one bottom each, with toeholds no longer than toeholds are.

    No strand has domains of both senses, every top is held by one helix with a branch domain, what is open beside it or in a
    row of toeholds anywhere opens again. No top has branches on both sides of a toehold, by which it could displace on both
    at once, nor a domain twice, by which it could hold in two places. All moves are one displacement or binding.
    """
    return all(_of_simple_strands(each) and (each.is_strand or _is_nicked_duplex(each)) for each in complexes)


def _of_simple_strands(complex_: Complex) -> bool:
    for strand in complex_.strands:
        rows = [(toehold, strand_length(tuple(row))) for toehold, row in groupby(strand, key=lambda each: each.is_toehold)]
        if len({domain.starred for domain in strand}) > 1 or any(toehold and nt > TOEHOLD_MAX_NT for toehold, nt in rows):
            return False
        if not strand[0].starred and ([toehold for toehold, _ in rows].count(False) > 1 or len(set(strand)) < len(strand)):
            return False
    return True


def _is_nicked_duplex(complex_: Complex) -> bool:
    whole = Assembly(complex_)
    bottoms = [number for number, strand in enumerate(complex_.strands) if strand[0].starred]
    if len(bottoms) != 1:
        return False
    for number in range(len(complex_.strands)):
        own = [at for at, owner in enumerate(whole.owner) if owner == number]
        paired = [at for at in own if complex_.pairing[at] is not None]
        if number == bottoms[0]:
            if any(complex_.pairing[at] is None and not complex_.domains[at].is_toehold for at in own):
                return False
        elif len(whole.helix(paired[0])) != len(paired) or all(complex_.domains[at].is_toehold for at in paired):
            return False
    return True
