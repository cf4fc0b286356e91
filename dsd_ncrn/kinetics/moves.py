"""What a complex does by itself: helices open, branches migrate three and four ways, loops close.

A helix forms, opens, or passes from one strand to another as a whole ("max helix" of Badelt et al., J. R. Soc. Interface
17:20190866, 2020): it opens at once, zips on over adjacent domains, and branch migration runs as far as one incumbent reaches.
All moves stay within one loop, so that pseudoknots do not arise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations, product
from typing import NamedTuple

from dsd_ncrn.constants import constant
from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex
from dsd_ncrn.kinetics.assembly import Assembly
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.kinetics.rates import RateModel, closing

FOUR_WAY_OPEN_S = constant("helix.four_way_open").number
FOUR_WAY_CLOSED_S = constant("helix.four_way_closed").number
NO_LOOP_NT = 1_000
"""Stands for the way around that leads over a nick."""
STEM_NT = 2.0 / 0.43
"""Single-stranded nucleotides that span a helix as they do (Badelt et al. 2020)."""
FASTEST_LOOP = 0.033
"""What the shortest loop slows a remote branch migration by (Badelt et al. 2020)."""

Pairs = list[tuple[int, int]]


class Outcome(NamedTuple):
    """What a complex becomes by one kind of move, how fast (/s), and the nt that branch migration displaced on the way."""

    products: tuple[Complex, ...]
    rate: float
    kind: StepKind
    displaced_nt: int = 0


class _Move(NamedTuple):
    """A move before it is carried out: pairs that are made, positions that lose theirs."""

    made: Pairs
    opened: Sequence[int]
    rate: float
    kind: StepKind
    displaced_nt: int = 0


class Gap(NamedTuple):
    """The part of a loop between two of its members."""

    nt: int
    stems: int
    nicks: int

    @property
    def is_one_stem(self) -> bool:
        """Whether nothing but one helix lies between."""
        return self == (0, 1, 0)

    @property
    def link_nt(self) -> float:
        """Its length as that of a single strand; none leads over a nick."""
        return float("inf") if self.nicks else 1 + self.nt + self.stems * (1 + STEM_NT)


class Loop:
    """One loop of a complex: the positions on it in the order from 5' to 3', of a helix the one that is met first."""

    def __init__(self, whole: Assembly, members: list[int], nicks: list[bool]) -> None:
        self.members, self.is_open = members, any(nicks)
        free = [whole.pairing[member] is None for member in members]
        lengths = (whole.domains[member].length if unpaired else 0 for member, unpaired in zip(members, free))
        self._sums = [[0, *accumulate(each)] for each in (lengths, (not unpaired for unpaired in free), nicks)]

    def gap(self, one: int, other: int) -> Gap:
        """What lies between the members of two numbers, from the first on in the direction from 5' to 3'."""
        nt, stems, nicks = self._sums
        around = one >= other
        between = [sums[other] - sums[one + 1] + (sums[-1] if around else 0) for sums in (nt, stems)]
        return Gap(between[0], between[1], nicks[other + 1] - nicks[one + 1] + (nicks[-1] if around else 0))


def loops(whole: Assembly, ends: frozenset[int], inner: bool = False) -> Iterator[Loop]:
    """The loops of a complex. ``ends`` are the first positions of its strands.

    Those between two pairs of one helix, where only remote migration finds anything, are there if ``inner``.
    """
    total, seen = len(whole.pairing), bytearray(len(whole.pairing))
    for start in range(total):
        members: list[int] = []
        position = start
        # Along a strand to a pair, across it, and on along the other strand: the walk round one loop of the secondary
        # structure.
        while not seen[position]:
            seen[position] = 1
            members.append(position)
            partner = whole.pairing[position]
            position = ((position if partner is None else partner) + 1) % total
        nicks = [member in ends for member in members]
        # Two stacked pairs of a helix enclose nothing that could move.
        if len(members) > 2 or (inner and members) or any(nicks) or any(whole.pairing[member] is None for member in members):
            yield Loop(whole, members, nicks)


def moves(complex_: Complex, rates: RateModel, remote: bool = False, four_way: bool = True) -> tuple[Outcome, ...]:
    """All that a complex does by itself; pathways of equal products add up, one seen from two starts counts once.

    ``remote`` toeholds are those from which a branch is reached over a loop; ``four_way`` migration exchanges two helices.
    """
    whole = Assembly(complex_)
    found: dict[tuple[Complex, ...], Outcome] = {}
    seen: set[tuple[int | None, ...]] = set()
    for move in _all(whole, complex_.ends, rates, remote, four_way):
        after = Assembly(complex_)
        for position in move.opened:
            after.unpair(position)
        for one, other in move.made:
            after.pair(one, other)
        # A move may be found from either of its ends; the pairing that results says whether it is the same.
        if (pairing := tuple(after.pairing)) not in seen:
            seen.add(pairing)
            products = after.complexes()
            known = found.get(products)
            rate = move.rate + (known.rate if known else 0.0)
            displaced = max(move.displaced_nt, known.displaced_nt if known else 0)
            found[products] = Outcome(products, rate, move.kind, displaced)
    return tuple(each for each in found.values() if each.products != (complex_,))


def reaches_over_loop(complex_: Complex) -> bool:
    """Whether a free branch domain could displace another across a loop, as only remote toeholds do."""
    whole = Assembly(complex_)
    for loop in loops(whole, complex_.ends):
        free = [(number, each) for number, each in enumerate(loop.members) if whole.pairing[each] is None]
        covered = [(number, each) for number, each in enumerate(loop.members) if whole.pairing[each] is not None]
        for (one, domain), (other, helix) in product([each for each in free if not whole.domains[each[1]].is_toehold], covered):
            same = whole.domains[domain].name == whole.domains[helix].name
            if same and not (loop.gap(one, other).is_one_stem or loop.gap(other, one).is_one_stem):
                return True
    return False


def _all(whole: Assembly, ends: frozenset[int], rates: RateModel, remote: bool, four_way: bool) -> Iterator[_Move]:
    yield from _openings(whole, rates)
    for loop in loops(whole, ends, inner=remote):
        yield from _closings(whole, loop)
        yield from _three_way(whole, loop, rates, remote)
        yield from _four_way(whole, loop, remote) if four_way else ()


def _openings(whole: Assembly, rates: RateModel) -> Iterator[_Move]:
    """Every helix no longer than a toehold comes apart."""
    for position, partner in enumerate(whole.pairing):
        # From a helix's first pair alone, so that each helix opens once.
        if partner is not None and position < partner and whole.stacked(position, -1) is None:
            helix = whole.helix(position)
            held_nt = whole.length(helix)
            if held_nt <= TOEHOLD_MAX_NT:
                yield _Move([], helix, rates.unbinding(held_nt), StepKind.UNBINDING)


def _closings(whole: Assembly, loop: Loop) -> Iterator[_Move]:
    """Every helix that two unpaired complementary domains of a loop can form."""
    places = [(number, member) for number, member in enumerate(loop.members) if whole.pairing[member] is None]
    for (first, one), (last, other) in combinations(places, 2):
        if whole.domains[one] == ~whole.domains[other]:
            made = zipped(whole, one, other)
            # The shorter way round is the loop that has to close; over a nick there is none.
            around = min(_loop_nt(loop.gap(first, last)), _loop_nt(loop.gap(last, first)))
            yield _Move(made, (), closing(around, whole.length([here for here, _ in made])), StepKind.CLOSING)


def _loop_nt(gap: Gap) -> int:
    if gap.nicks:
        return NO_LOOP_NT
    return 0 if gap.is_one_stem else max(gap.nt, 1)


def zipped(whole: Assembly, one: int, other: int) -> Pairs:
    """The pairs of a new helix that goes on from one pair in both directions."""
    made, used = [(one, other)], {one, other}
    for step in (1, -1):
        here, there = whole.neighbour(one, step), whole.neighbour(other, -step)
        while here is not None and there is not None and whole.fits(here, there) and not used & {here, there}:
            made.append((here, there))
            used |= {here, there}
            here, there = whole.neighbour(here, step), whole.neighbour(there, -step)
    return made


def _three_way(whole: Assembly, loop: Loop, rates: RateModel, remote: bool) -> Iterator[_Move]:
    """A free domain takes the place of what covers its complement, beside its own helix or, if remote, across the loop."""
    size = len(loop.members)
    for number, free in enumerate(loop.members):
        if whole.pairing[free] is None:
            # Beside its own helix a free domain has a covered neighbour two places on, with one stem between.
            for other in range(size) if remote else ((number + 2) % size, (number - 2) % size):
                covered, partner = loop.members[other], whole.pairing[loop.members[other]]
                if partner is not None:
                    yield from _taken(whole, free, covered, 1, loop.gap(number, other), loop.gap(other, number), rates, remote)
                    yield from _taken(whole, free, partner, -1, loop.gap(other, number), loop.gap(number, other), rates, remote)


def _taken(
    whole: Assembly, free: int, covered: int, step: int, between: Gap, around: Gap, rates: RateModel, remote: bool
) -> Iterator[_Move]:
    """``free`` takes ``covered``, which comes after it on the loop in the direction of ``step``."""
    if whole.domains[free] != ~whole.domains[covered] or not (remote or between.is_one_stem):
        return
    front = [(free, covered)]
    here, there = whole.neighbour(free, -step), whole.stacked(covered, step)
    while here is not None and there is not None and whole.pairing[here] is None:
        if whole.domains[here] != ~whole.domains[there]:
            break
        # All domains as far as one incumbent reaches change hands in one step (max helix).
        front.append((here, there))
        here, there = whole.neighbour(here, -step), whole.stacked(there, step)
    displaced = whole.length([each for each, _ in front])
    rate = rates.migration() * (1.0 if between.is_one_stem else _over_loop(between, around))
    yield _Move(front, (), rate, StepKind.MIGRATION, displaced)


def _four_way(whole: Assembly, loop: Loop, remote: bool) -> Iterator[_Move]:
    """Two helices of the same domains exchange their strands, beside a third one or, if remote, across the loop."""
    size = len(loop.members)
    for number, one in enumerate(loop.members):
        for other in range(number) if remote else ((number + 2) % size,):
            if whole.domains[one] == whole.domains[loop.members[other]] and other != number:
                yield from _exchanged(whole, one, loop.members[other], loop.gap(number, other), loop.gap(other, number), remote)


def _exchanged(whole: Assembly, one: int, other: int, between: Gap, around: Gap, remote: bool) -> Iterator[_Move]:
    beside = between.is_one_stem or around.is_one_stem
    made, opened = Pairs(), list[int]()
    here: int | None = one
    there: int | None = other
    while here is not None and there is not None and whole.domains[here] == whole.domains[there]:
        first, second = whole.pairing[here], whole.pairing[there]
        if first is None or second is None or any(each in pair for pair in made for each in (here, there)):
            break
        made += [(here, second), (first, there)]
        opened += [here, there]
        # Both helices shorten by the same domain, so that they end together.
        here, there = whole.stacked(here, 1), whole.stacked(there, 1)
    if made and (beside or remote):
        # Measured apart: junctions that a nick leaves open, and closed ones, which are much slower.
        first_s = FOUR_WAY_OPEN_S if between.nicks or around.nicks else FOUR_WAY_CLOSED_S
        length = whole.length(opened) // 2
        slowed = 1.0 if beside else _over_loop(between, around)
        yield _Move(made, opened, slowed / first_s / length, StepKind.FOUR_WAY, length)


def _over_loop(between: Gap, around: Gap) -> float:
    """What a loop slows branch migration by: its closing beside the zipping of a helix (Genot et al. 2011)."""
    return min(min(between.link_nt, around.link_nt) ** constant("helix.loop_exponent").number, FASTEST_LOOP)
