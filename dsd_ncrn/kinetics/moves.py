"""Strand-level moves on nicked complexes: what one toehold binding, or one toeless attack, leads to.

The moves follow the infinite semantics of two-domain strand displacement (Cardelli 2010; Lakin et al. 2011): a
toehold binding is followed at once by all branch migration it makes possible, and a strand left on toeholds alone
falls off. Where branch migration cannot free the incumbent, as in cooperative hybridization (Zhang 2011), the move
is a reversible binding instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex, Domain, Strand


@dataclass(frozen=True, slots=True)
class Move:
    """Result of one move: the resting complexes, the toehold that was bound and the one that was released (nt).

    ``complete`` is False where nothing came free because the incumbent holds on by another branch domain.
    """

    products: tuple[Complex, ...]
    invading_nt: int
    released_nt: int
    complete: bool


class Assembly:
    """Two complexes side by side while a move is worked out; positions are flat domain indices."""

    def __init__(self, target: Complex, invader: Complex) -> None:
        self.strands: tuple[Strand, ...] = target.strands + invader.strands
        shift = len(target.pairing)
        self.pairing: list[int | None] = [*target.pairing, *(None if p is None else p + shift for p in invader.pairing)]
        self.domains: tuple[Domain, ...] = target.domains + invader.domains
        self.owner = [number for number, strand in enumerate(self.strands) for _ in strand]

    def pair(self, one: int, other: int) -> None:
        """Pair two positions; whatever ``other`` was paired with becomes free."""
        lost = self.pairing[other]
        if lost is not None:
            self.pairing[lost] = None
        self.pairing[one], self.pairing[other] = other, one

    def neighbour(self, position: int, step: int) -> int | None:
        """The next position on the same strand, or None past its end."""
        there = position + step
        inside = 0 <= there < len(self.owner) and self.owner[there] == self.owner[position]
        return there if inside else None

    def helix_nt(self, strand: int) -> int:
        """Longest run of paired nucleotides by which a strand is held to one other strand."""
        longest = run = 0
        previous: int | None = None
        for position, owner in enumerate(self.owner):
            partner = self.pairing[position] if owner == strand else None
            contiguous = previous is not None and partner == previous - 1
            run = 0 if partner is None else (run if contiguous else 0) + self.domains[position].length
            longest, previous = max(longest, run), partner
        return longest

    def release(self, strand: int) -> int:
        """Free a strand that is held by toeholds only; returns the nucleotides it was held by."""
        held = self.helix_nt(strand)
        for position, owner in enumerate(self.owner):
            partner = self.pairing[position]
            if owner == strand and partner is not None:
                self.pairing[position] = self.pairing[partner] = None
        return held

    def zip_up(self) -> None:
        """Extend every helix over adjacent unpaired complementary domains."""
        for start in range(len(self.owner)):
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
        return unpaired and self.domains[one] == ~self.domains[other]

    def complexes(self) -> tuple[Complex, ...]:
        """The connected complexes, canonical, in sorted order."""
        parent = list(range(len(self.strands)))

        def root(strand: int) -> int:
            while parent[strand] != strand:
                strand = parent[strand]
            return strand

        for position, partner in enumerate(self.pairing):
            if partner is not None:
                parent[root(self.owner[position])] = root(self.owner[partner])
        groups: dict[int, list[int]] = {}
        for strand in range(len(self.strands)):
            groups.setdefault(root(strand), []).append(strand)
        return tuple(sorted((self._extract(group) for group in groups.values()), key=lambda c: c.strands))

    def _extract(self, group: Sequence[int]) -> Complex:
        members = set(group)
        positions = [position for position, owner in enumerate(self.owner) if owner in members]
        index = {position: number for number, position in enumerate(positions)}
        pairing = (self.pairing[position] for position in positions)
        return Complex.of([self.strands[s] for s in group], [None if p is None else index[p] for p in pairing])


def _open_ended(complex_: Complex, position: int) -> tuple[Complex, int] | None:
    """The rotation of a complex in which ``position`` is enclosed by no pair, and where it went; None inside a loop.

    Two complexes joined at such positions stay free of pseudoknots.
    """
    total = len(complex_.pairing)
    start = 0
    for turn in range(len(complex_.strands)):
        here = (position - start) % total
        turned = complex_.pairing[start:] + complex_.pairing[:start]
        inner = tuple(None if p is None else (p - start) % total for p in turned)
        if not any(p is not None and p > here for p in inner[:here]):
            return Complex(complex_.strands[turn:] + complex_.strands[:turn], inner), here
        start += len(complex_.strands[turn])
    return None


def invade(target: Complex, opening: int, invader: Complex, toehold: int) -> Move | None:
    """The invader's ``toehold`` position binds the target's exposed ``opening``; None where nothing can come of it."""
    sides = _side_by_side(target, opening, invader, toehold)
    if sides is None:
        return None
    assembly, here, there = sides
    assembly.pair(there, here)
    walks = [_migrate(assembly, there, here, step) for step in (1, -1)]
    if max(walk.displaced_nt for walk in walks) <= TOEHOLD_MAX_NT:
        return None
    bound = assembly.domains[here].length + sum(walk.bound_nt for walk in walks)
    return _settle(assembly, walks[0].incumbents | walks[1].incumbents, bound)


def hybridise(one: Complex, place: int, other: Complex, partner: int) -> Move | None:
    """Two unpaired branch domains meet and zip; None inside closed loops."""
    sides = _side_by_side(one, place, other, partner)
    if sides is None:
        return None
    assembly, here, there = sides
    assembly.pair(there, here)
    assembly.zip_up()
    return Move(assembly.complexes(), 0, 0, True)


def attack(target: Complex, position: int, invader: Complex, domain: int) -> Move | None:
    """The invader's branch ``domain`` displaces the one bound at ``position`` without a toehold (a leak)."""
    sides = _side_by_side(target, position, invader, domain)
    if sides is None:
        return None
    assembly, here, there = sides
    incumbent = assembly.pairing[here]
    if incumbent is None:
        return None
    victim = assembly.owner[incumbent]
    assembly.pair(there, here)
    for step in (1, -1):
        _migrate(assembly, there, here, step, only=victim)
    return _settle(assembly, {victim}, 0)


def _side_by_side(target: Complex, at: int, invader: Complex, by: int) -> tuple[Assembly, int, int] | None:
    """Both complexes with the two positions in the open, and those positions in the assembly."""
    turned_target, turned_invader = _open_ended(target, at), _open_ended(invader, by)
    if turned_target is None or turned_invader is None:
        return None
    assembly = Assembly(turned_target[0], turned_invader[0])
    return assembly, turned_target[1], len(target.pairing) + turned_invader[1]


@dataclass(frozen=True, slots=True)
class _Walk:
    """What zipping and branch migration in one direction won: toehold first, then domains of incumbents."""

    bound_nt: int
    displaced_nt: int
    incumbents: frozenset[int]


def _migrate(assembly: Assembly, there: int, here: int, step: int, only: int | None = None) -> _Walk:
    """Zip and branch-migrate from a new pair in one direction, past incumbent ``only`` if one is named."""
    bound = displaced = 0
    incumbents: set[int] = set()
    while True:
        next_there, next_here = assembly.neighbour(there, step), assembly.neighbour(here, -step)
        if next_there is None or next_here is None or assembly.pairing[next_there] is not None:
            break
        incumbent = assembly.pairing[next_here]
        owner = None if incumbent is None else assembly.owner[incumbent]
        if assembly.domains[next_there] != ~assembly.domains[next_here] or (owner is not None and only not in (None, owner)):
            break
        length = assembly.domains[next_here].length
        if owner is None:
            bound += 0 if incumbents else length
        else:
            incumbents.add(owner)
            displaced += length
        assembly.pair(next_there, next_here)
        there, here = next_there, next_here
    return _Walk(bound, displaced, frozenset(incumbents))


def _settle(assembly: Assembly, incumbents: frozenset[int] | set[int], bound: int) -> Move:
    """Let toehold-held incumbents go and close what can close; the move is complete if the complexes come apart."""
    released = 0
    for incumbent in sorted(incumbents):
        if assembly.helix_nt(incumbent) <= TOEHOLD_MAX_NT:
            released = max(released, assembly.release(incumbent))
    assembly.zip_up()
    products = assembly.complexes()
    return Move(products, bound, released, len(products) > 1)
