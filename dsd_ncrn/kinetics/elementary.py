"""Elementary moves of the finite semantics: a helix forms, opens, or passes from one strand to another.

A helix counts as a whole ("max helix" of Badelt et al., J. R. Soc. Interface 17:20190866, 2020): a binding zips on over
adjacent domains, a toehold of several domains opens at once, and branch migration runs as far as one incumbent reaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex
from dsd_ncrn.kinetics.assembly import Assembly, side_by_side

NO_LOOP_NT = 1_000
"""Stands for the way around that leads over a nick."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Two complexes have become one, held by a helix of ``held_nt``."""

    product: Complex
    held_nt: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A helix of ``held_nt`` has come apart."""

    products: tuple[Complex, ...]
    held_nt: int


@dataclass(frozen=True, slots=True)
class Migration:
    """A strand held by ``held_nt`` has taken ``length_nt`` from an incumbent, still held there by ``released_nt``."""

    products: tuple[Complex, ...]
    held_nt: int
    released_nt: int
    length_nt: int


@dataclass(frozen=True, slots=True)
class Closing:
    """A helix of ``length_nt`` has formed inside a complex, over a loop of ``loop_nt``."""

    products: tuple[Complex, ...]
    loop_nt: int
    length_nt: int


def bind(target: Complex, opening: int, invader: Complex, toehold: int) -> Binding | None:
    """Pair one unpaired position of each and zip on; None inside loops."""
    sides = side_by_side(target, opening, invader, toehold)
    if sides is None:
        return None
    assembly, here, there = sides
    held = _pair_and_zip(assembly, there, here)
    (product,) = assembly.complexes()
    return Binding(product, held)


def helix_openings(complex_: Complex) -> Iterator[Opening]:
    """Every helix no longer than a toehold comes apart."""
    whole = Assembly(complex_)
    for position, partner in enumerate(complex_.pairing):
        if partner is not None and position < partner and whole.stacked(position, -1) is None:
            helix = whole.helix(position)
            held = whole.length(helix)
            if held <= TOEHOLD_MAX_NT:
                yield Opening(_without(complex_, helix), held)


def _without(complex_: Complex, helix: range) -> tuple[Complex, ...]:
    assembly = Assembly(complex_)
    for position in helix:
        assembly.unpair(position)
    return assembly.complexes()


def migrations(complex_: Complex) -> Iterator[Migration]:
    """Every three-way branch migration from the end of a helix into the next one."""
    whole = Assembly(complex_)
    for position, partner in enumerate(complex_.pairing):
        for step in (1, -1) if partner is None else ():
            front = _front(whole, position, step)
            if front:
                yield _migrated(complex_, front, step)


def _front(whole: Assembly, position: int, step: int) -> list[tuple[int, int]]:
    """Pairs that a free position beside a helix, and those after it, can make with what one incumbent covers now."""
    behind = whole.neighbour(position, -step)
    facing = None if behind is None else whole.pairing[behind]
    front: list[tuple[int, int]] = []
    here: int | None = position
    while here is not None and facing is not None:
        facing = whole.neighbour(facing, -step)
        if facing is None or not _displaceable(whole, here, facing) or (front and not _same_helix(whole, front[-1][1], facing)):
            break
        front.append((here, facing))
        here = whole.neighbour(here, step)
    return front


def _displaceable(whole: Assembly, here: int, facing: int) -> bool:
    covered = whole.pairing[facing] is not None and whole.pairing[here] is None
    return covered and whole.domains[here] == ~whole.domains[facing]


def _same_helix(whole: Assembly, one: int, other: int) -> bool:
    return whole.stacked(one, other - one) == other


def _migrated(complex_: Complex, front: list[tuple[int, int]], step: int) -> Migration:
    assembly = Assembly(complex_)
    held = assembly.length(assembly.helix(front[0][0] - step))
    beyond = assembly.stacked(front[-1][1], -step)
    for here, facing in front:
        assembly.pair(here, facing)
    released = 0 if beyond is None else assembly.length(assembly.helix(beyond))
    return Migration(assembly.complexes(), held, released, assembly.length([here for here, _ in front]))


def closings(complex_: Complex) -> Iterator[Closing]:
    """Every helix that two unpaired complementary domains of the complex can form without a pseudoknot."""
    places = [place for place, partner in enumerate(complex_.pairing) if partner is None]
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            if complex_.domains[one] == ~complex_.domains[other] and _nested(complex_, one, other):
                assembly = Assembly(complex_)
                loop = min(_loop_nt(complex_, one, other), _loop_nt(complex_, other, one))
                length = _pair_and_zip(assembly, one, other)
                yield Closing(assembly.complexes(), loop, length)


def _nested(complex_: Complex, first: int, last: int) -> bool:
    """Whether no pair crosses the new one."""
    inside = complex_.pairing[first + 1 : last]
    return all(partner is None or first < partner < last for partner in inside)


def _loop_nt(complex_: Complex, start: int, stop: int) -> int:
    """Unpaired nucleotides from one position on to another around their loop, jumping over helices; 0 beside a helix.

    A nick in between makes no loop: then the other way round counts.
    """
    total, position, between, jumps = len(complex_.pairing), start, 0, 0
    while True:
        after = (position + 1) % total
        if after in complex_.ends:
            return NO_LOOP_NT
        if after == stop:
            return 0 if jumps == 1 and between == 0 else max(between, 1)
        partner = complex_.pairing[after]
        between += complex_.domains[after].length if partner is None else 0
        jumps += partner is not None
        position = after if partner is None else partner


def _pair_and_zip(assembly: Assembly, one: int, other: int) -> int:
    """Pair two positions and what adjoins them; the length of the helix they are then part of, nt."""
    assembly.pair(one, other)
    for step in (1, -1):
        here, there = assembly.neighbour(one, step), assembly.neighbour(other, -step)
        while here is not None and there is not None and assembly.fits(here, there):
            assembly.pair(here, there)
            here, there = assembly.neighbour(here, step), assembly.neighbour(there, -step)
    return assembly.length(assembly.helix(one))
