"""Who may bind whom: an index of the domains that complexes at rest have unpaired in the open, by what is beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, combinations, product

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex, Domain
from dsd_ncrn.kinetics.assembly import Assembly, side_by_side
from dsd_ncrn.kinetics.enumerator import Place, neighbour
from dsd_ncrn.kinetics.moves import loops

_End = tuple[Domain, int, Domain, bool]
"""An unpaired domain, a direction, its neighbour there, and whether this is paired."""


class Contacts:
    """Pairs of open complementary domains from which something other than unbinding can follow, and some more.

    That is a branch beside them to be displaced, or a helix longer than a toehold. In ``whole`` it is also two helices that
    can exchange, a second pair of domains, and states of one of the two to be changed into; with ``remote`` toeholds all pairs.
    """

    def __init__(self, whole: bool, remote: bool) -> None:
        self.whole, self.remote = whole, remote
        self._ends: dict[_End, list[Place]] = defaultdict(list)
        self._long: dict[Domain, list[Place]] = defaultdict(list)
        self._couples: dict[frozenset[Domain], list[Complex]] = defaultdict(list)
        self._everywhere: dict[Domain, list[Place]] = defaultdict(list)
        self._moved: dict[Domain, list[Place]] = defaultdict(list)  # of those that change by themselves
        self._places: dict[Complex, list[Place]] = {}

    def new(self, complex_: Complex, places: list[Place], moving: bool) -> Iterator[tuple[Place, Place]]:
        """Register the open places of a complex and pair them with all that are known; it is ``moving`` between states."""
        moving = self.remote or (self.whole and moving)
        for place in places:
            position, domain = place[1], complex_.domains[place[1]]
            for step in (1, -1):
                if (beside := neighbour(complex_, position, step)) is not None:
                    paired, other = complex_.pairing[beside] is not None, complex_.domains[beside]
                    self._ends[domain, step, other, paired].append(place)
                    # Branch migration needs one side covered and the other free; two covered sides exchange four ways.
                    for theirs in (True, False) if paired and self.whole else (not paired,):
                        found = pairs(place, self._ends.get((~domain, -step, ~other, theirs)))
                        yield from (pair for pair in found if loosens(*pair, step))
            # Long enough to stay bound without displacing anything.
            if stretch_nt(complex_, position) > TOEHOLD_MAX_NT:
                self._long[domain].append(place)
                yield from pairs(place, self._long.get(~domain))
            self._everywhere[domain].append(place)
            if moving:
                self._moved[domain].append(place)
            yield from pairs(place, (self._everywhere if moving else self._moved).get(~domain))
        self._places[complex_] = places
        for partner in self._coupled(complex_, places) if self.whole else ():
            both = product(places, self._places[partner])
            yield from (pair for pair in both if complex_.domains[pair[0][1]] == ~partner.domains[pair[1][1]])

    def _coupled(self, complex_: Complex, places: list[Place]) -> dict[Complex, None]:
        """Those known that could bind a complex by two domains at once."""
        partners: dict[Complex, None] = {}
        found = (frozenset(complex_.domains[at] for _, at in two) for two in combinations(places, 2))
        for domains in dict.fromkeys(found):
            self._couples[domains].append(complex_)
            partners |= dict.fromkeys(self._couples.get(frozenset(~domain for domain in domains), ()))
        return partners

    def spaced(self) -> Iterator[Complex]:
        """Those with an open toehold apart from a branch, where others have both side by side, or the other way round."""
        for complex_, places in self._places.items():
            for (_, position), step in product(places, (1, -1)):
                beside = neighbour(complex_, position, step)
                while beside is not None and complex_.pairing[beside] is None:
                    beside = neighbour(complex_, beside, step)
                    if beside is not None:
                        domain, other = ~complex_.domains[position], ~complex_.domains[beside]
                        if self._ends.get((domain, -step, other, complex_.pairing[beside] is None)):
                            yield complex_

    def enclosed(self) -> Iterator[tuple[Complex, Domain]]:
        """Unpaired domains in closed loops, reached by knots alone, whose complement is unpaired somewhere."""
        found: list[tuple[Complex, Domain]] = []
        for complex_, places in self._places.items():
            hidden = {at for at, partner in enumerate(complex_.pairing) if partner is None} - {at for _, at in places}
            found += [(complex_, complex_.domains[at]) for at in sorted(hidden)]
        unpaired = {domain for _, domain in found} | self._everywhere.keys()
        return (each for each in found if ~each[1] in unpaired)


def bind(one: Place, other: Place) -> tuple[Complex, int] | None:
    """Pair one unpaired position of each of two and zip on: what they become, and the nt that hold it. None inside loops."""
    sides = side_by_side(*one, *other)
    if sides is None:
        return None
    assembly, here, there = sides
    assembly.pair(there, here)
    assembly.zip_on(there)
    (product,) = assembly.complexes()
    return product, assembly.length(assembly.helix(there))


def open_places(complex_: Complex) -> list[Place]:
    """The unpaired domains that another complex can reach: on a loop with a nick, so that no pseudoknot follows."""
    found = (loop.members for loop in loops(Assembly(complex_), complex_.ends) if loop.is_open)
    return [(complex_, place) for place in sorted(chain.from_iterable(found)) if complex_.pairing[place] is None]


def loosens(one: Place, other: Place, step: int) -> bool:
    """Whether beside two domains that pair, in the direction of ``step`` on the first, more of a helix is displaced than a
    toehold, or so much that it can open; if two helices meet there, they exchange."""
    (first, here), (second, there) = one, other
    covered, free = neighbour(first, here, step), neighbour(second, there, -step)
    if covered is None or free is None:
        return False
    if first.pairing[covered] is None:
        return loosens(other, one, -step)
    if second.pairing[free] is not None:
        return True
    displaced = 0
    while covered is not None and free is not None and second.pairing[free] is None:
        if first.domains[covered] != ~second.domains[free]:
            break
        # How far the free strand gets, and below what the rest of the incumbent's helix still holds.
        displaced += first.domains[covered].length
        covered, free = stacked(first, covered, step), neighbour(second, free, -step)
    left = 0
    while covered is not None:
        left += first.domains[covered].length
        covered = stacked(first, covered, step)
    return displaced > TOEHOLD_MAX_NT or left <= TOEHOLD_MAX_NT


def stacked(complex_: Complex, position: int, step: int) -> int | None:
    """The next position of the same helix, or None where it ends."""
    partner, there = complex_.pairing[position], neighbour(complex_, position, step)
    if partner is None or there is None:
        return None
    facing = neighbour(complex_, partner, -step)
    return there if facing is not None and complex_.pairing[there] == facing else None


def stretch_nt(complex_: Complex, position: int) -> int:
    """Length of the unpaired part of a strand around a position."""
    total = complex_.domains[position].length
    for step in (1, -1):
        beside = neighbour(complex_, position, step)
        while beside is not None and complex_.pairing[beside] is None:
            total += complex_.domains[beside].length
            beside = neighbour(complex_, beside, step)
    return total


def pairs(place: Place, others: Iterable[Place] | None) -> Iterator[tuple[Place, Place]]:
    """A place with others, of a list that may grow meanwhile."""
    return ((place, other) for other in tuple(others or ()))
