"""Complexes with their pairs undone and made: the board on which strand-level moves are worked out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from dsd_ncrn.dsd.structure import Complex, Domain, Strand

TURNED = 10_000
"""Rotations of complexes that are kept, since each complex meets many others."""


class Assembly:
    """One or more complexes side by side while a move is worked out; positions are flat domain indices."""

    def __init__(self, *complexes: Complex) -> None:
        self.strands: tuple[Strand, ...] = ()
        self.domains: tuple[Domain, ...] = ()
        self.pairing: list[int | None] = []
        for complex_ in complexes:
            shift = len(self.pairing)
            self.pairing += [None if partner is None else partner + shift for partner in complex_.pairing]
            self.strands += complex_.strands
            self.domains += complex_.domains
        self.owner = [number for number, strand in enumerate(self.strands) for _ in strand]

    def pair(self, one: int, other: int) -> None:
        """Pair two positions; whatever ``other`` was paired with becomes free."""
        lost = self.pairing[other]
        # Branch migration in one move: the old partner lets go as the new one pairs.
        if lost is not None:
            self.pairing[lost] = None
        self.pairing[one], self.pairing[other] = other, one

    def unpair(self, one: int) -> None:
        """Open one pair."""
        other = self.pairing[one]
        assert other is not None, "only a pair can be opened"
        self.pairing[one] = self.pairing[other] = None

    def neighbour(self, position: int, step: int) -> int | None:
        """The next position on the same strand, or None past its end."""
        there = position + step
        inside = 0 <= there < len(self.owner) and self.owner[there] == self.owner[position]
        return there if inside else None

    def helix(self, position: int) -> range:
        """The positions, on its own strand, of the helix that a paired position belongs to."""
        first = last = position
        while (before := self.stacked(first, -1)) is not None:
            first = before
        while (after := self.stacked(last, 1)) is not None:
            last = after
        return range(first, last + 1)

    def stacked(self, position: int, step: int) -> int | None:
        """The next position of the same helix, or None where it ends: at a nick, a loop or a free stretch."""
        partner = self.pairing[position]
        if partner is None:
            return None
        here, there = self.neighbour(position, step), self.neighbour(partner, -step)
        return here if here is not None and there is not None and self.pairing[here] == there else None

    def length(self, positions: Sequence[int]) -> int:
        """Nucleotides of some positions."""
        return sum(self.domains[position].length for position in positions)

    def helix_nt(self, strand: int) -> int:
        """Longest run of paired nucleotides by which a strand is held to one other strand."""
        longest = run = 0
        previous: int | None = None
        first = self.owner.index(strand)
        for position in range(first, first + len(self.strands[strand])):
            partner = self.pairing[position]
            # Along a helix partners count down; a jump is another helix, by which the strand is held apart from this one.
            contiguous = previous is not None and partner == previous - 1
            run = 0 if partner is None else (run if contiguous else 0) + self.domains[position].length
            longest, previous = max(longest, run), partner
        return longest

    def held(self, strand: int) -> range:
        """The positions of a strand's first helix; empty where it is free."""
        own = (position for position, owner in enumerate(self.owner) if owner == strand)
        first = next((position for position in own if self.pairing[position] is not None), None)
        return range(0) if first is None else self.helix(first)

    def release(self, strand: int) -> int:
        """Free a strand that is held by toeholds only; returns the nucleotides it was held by."""
        held = self.helix_nt(strand)
        for position, owner in enumerate(self.owner):
            if owner == strand and self.pairing[position] is not None:
                self.unpair(position)
        return held

    def zip_up(self) -> None:
        """Extend every helix over adjacent unpaired complementary domains."""
        # Only ends of helices beside something free can grow.
        free = [position for position, partner in enumerate(self.pairing) if partner is None]
        for start in sorted({beside for position in free for beside in (position - 1, position + 1)}):
            if 0 <= start < len(self.owner) and self.pairing[start] is not None:
                self.zip_on(start)

    def zip_on(self, start: int) -> None:
        """Extend the helix of a paired position in both directions, as far as neighbours are unpaired and complementary."""
        for step in (1, -1):
            position, partner = start, self.pairing[start]
            while partner is not None:
                here, there = self.neighbour(position, step), self.neighbour(partner, -step)
                if here is None or there is None or not self.fits(here, there):
                    break
                self.pair(here, there)
                position, partner = here, there

    def fits(self, one: int, other: int) -> bool:
        """Whether two positions are both unpaired and complementary."""
        unpaired = self.pairing[one] is None and self.pairing[other] is None
        return unpaired and self.domains[one].pairs_with(self.domains[other])

    def complexes(self) -> tuple[Complex, ...]:
        """The connected complexes, canonical, in sorted order."""
        # Union of strands that any pair connects.
        group = list(range(len(self.strands)))
        for position, partner in enumerate(self.pairing):
            if partner is not None and partner < position:
                one, other = group[self.owner[position]], group[self.owner[partner]]
                group = group if one == other else [one if each == other else each for each in group]
        strands: dict[int, list[Strand]] = {}
        for number, strand in zip(group, self.strands):
            strands.setdefault(number, []).append(strand)
        pairing: dict[int, list[int | None]] = {number: [] for number in strands}
        where, places = [group[owner] for owner in self.owner], dict.fromkeys(strands, 0)
        place: list[int] = []
        for number in where:
            place.append(places[number])
            places[number] += 1
        for number, partner in zip(where, self.pairing):
            pairing[number].append(None if partner is None else place[partner])
        found = [Complex.canonical(tuple(strands[number]), tuple(pairing[number])) for number in strands]
        return tuple(sorted(found, key=lambda complex_: complex_.strands))


def side_by_side(target: Complex, at: int, invader: Complex, by: int) -> tuple[Assembly, int, int] | None:
    """Two complexes with one position of each in the open, and those positions in the assembly; None inside loops."""
    turned_target, turned_invader = _open_ended(target, at), _open_ended(invader, by)
    if turned_target is None or turned_invader is None:
        return None
    assembly = Assembly(turned_target[0], turned_invader[0])
    return assembly, turned_target[1], len(target.pairing) + turned_invader[1]


@lru_cache(maxsize=TURNED)
def _open_ended(complex_: Complex, position: int) -> tuple[Complex, int] | None:
    """The rotation of a complex in which ``position`` is enclosed by no pair, and where it went; None inside a loop.

    Two complexes joined at such positions stay free of pseudoknots.
    """
    total = len(complex_.pairing)
    start = 0
    # Strands on a circle, pairs as chords: a position is in the open where some cut of the circle leaves no chord over it.
    for turn in range(len(complex_.strands)):
        here = (position - start) % total
        turned = complex_.pairing[start:] + complex_.pairing[:start]
        inner = tuple(None if p is None else (p - start) % total for p in turned)
        if not any(p is not None and p > here for p in inner[:here]):
            return Complex(complex_.strands[turn:] + complex_.strands[:turn], inner), here
        start += len(complex_.strands[turn])
    return None
