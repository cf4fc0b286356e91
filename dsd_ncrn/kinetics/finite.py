"""The finite semantics: toeholds bind and unbind, branches migrate to and fro, and open toeholds are occluded.

A helix forms, opens, or passes from one strand to another. It counts as a whole ("max helix" of Badelt et al., J. R. Soc.
Interface 17:20190866, 2020): a binding zips on over adjacent domains, a toehold of several domains opens at once, and branch
migration runs as far as one incumbent reaches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import ClassVar, Literal

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex, Domain
from dsd_ncrn.kinetics.assembly import Assembly, side_by_side
from dsd_ncrn.kinetics.enumerator import MAX_SPECIES, Enumerator, Move, OriginsOf, Place, invading_junctions, openings
from dsd_ncrn.kinetics.infinite import invade
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.kinetics.rates import RateModel, closing

Unproductive = Literal["all", "present", "none"]
"""Which free strands rest on toeholds where they can displace nothing: all, those mixed in at the start, or none."""
UNPRODUCTIVE = "unproductive"
"""The rule that such bindings and unbindings are labelled with."""
NO_LOOP_NT = 1_000
"""Stands for the way around that leads over a nick."""
Outcome = tuple[tuple[Complex, ...], float]
"""What a complex becomes, and how fast, /s."""


class FiniteEnumerator(Enumerator):
    """Steps of one helix each (Badelt et al. 2020), at the rates of the three-step model (Zhang & Winfree 2009).

    A strand that rests on a toehold without being able to displace anything only leaves again: what the complex does at
    other toeholds meanwhile is left out, so that resting strands make one species for each toehold and strand. A complex
    that is held together by one toehold is invaded, as cooperative hybridization needs it, and does nothing else to others;
    one held together by several meets no one.
    """

    advice: ClassVar[str] = (
        "Each strand that rests on each open toehold is one: let fewer rest (--unproductive present or none), "
        "use more than one toehold, or raise the limit."
    )

    def __init__(
        self,
        rates: RateModel,
        origins_of: OriginsOf,
        max_species: int = MAX_SPECIES,
        unproductive: Unproductive = "all",
    ) -> None:
        super().__init__(rates, origins_of, max_species)
        self.unproductive = unproductive
        self._resting: set[Complex] = set()  # with a strand that rests on a toehold
        self._toeholds: Counter[Complex] = Counter()  # by how many helices that open by themselves a complex is held
        self._present: frozenset[Complex] | None = None
        self._exposed: dict[Domain, list[Place]] = defaultdict(list)
        self._visitors: dict[Domain, list[Place]] = defaultdict(list)

    def add(self, complex_: Complex) -> int:
        """See Enumerator; a species known only as one with a resting strand is explored when it turns up otherwise."""
        if complex_ in self._resting:
            self._resting.discard(complex_)
            self._waiting.append(complex_)
        return super().add(complex_)

    def run(self) -> None:
        """See Enumerator; the first call finds what is mixed in at the start."""
        if self._present is None:
            self._present = frozenset(self.position)
        super().run()

    def explore(self, complex_: Complex) -> None:
        """The steps of the complex alone, and those with everything known."""
        self._alone(complex_)
        for target, invader in self.new_invasions(complex_):
            if self._able(target, invader, 1) and invade(*target, *invader) is not None:
                self._bind(target, invader, StepKind.BINDING)
        for one, other in self.new_hybridisations(complex_):
            if self._able(one, other, 0):
                self._bind(one, other, StepKind.HYBRIDISATION)
        self._rest(complex_)

    def _able(self, target: Place, invader: Place, toeholds: int) -> bool:
        """Whether two may meet, the target held by no more than some toeholds, the invader by none."""
        stable = self._toeholds[target[0]] <= toeholds and not self._toeholds[invader[0]]
        return stable and self.may_meet(target[0], invader[0])

    def _alone(self, complex_: Complex) -> None:
        for products, rate in helix_openings(complex_, self.rates):
            self._toeholds[complex_] += 1
            self.record((complex_,), products, rate, StepKind.UNBINDING)
        for products in migrations(complex_):
            self.record((complex_,), products, self.rates.migration(), StepKind.MIGRATION)
        for products, rate in closings(complex_):
            self.record((complex_,), products, rate, StepKind.CLOSING)

    def _bind(self, one: Place, other: Place, kind: StepKind) -> None:
        bound = bind(one, other)
        if bound is not None:
            product, held_nt = bound
            self.record((one[0], other[0]), (product,), self._association(held_nt), kind)

    def _association(self, held_nt: int) -> float:
        return self.rates.binding(held_nt) if held_nt <= TOEHOLD_MAX_NT else self.rates.hybridisation()

    def _rest(self, complex_: Complex) -> None:
        """Meet, as visitor and as host, the toeholds that lead nowhere."""
        visits = self._visits(complex_)
        for place, domain in enumerate(complex_.domains):
            if complex_.pairing[place] is None and domain.is_toehold:
                here = (complex_, place)
                self._exposed[domain].append(here)
                if visits:
                    self._visitors[domain].append(here)
                for visitor in list(self._visitors[~domain]):
                    self._visit(here, visitor)
                for host in list(self._exposed[~domain]) if visits else ():
                    self._visit(host, here)

    def _visits(self, complex_: Complex) -> bool:
        assert self._present is not None, "species are explored by run"
        allowed = self.unproductive == "all" or (self.unproductive == "present" and complex_ in self._present)
        return allowed and complex_.is_strand

    def _visit(self, host: Place, visitor: Place) -> None:
        if not self.may_meet(host[0], visitor[0]):
            return
        bound = bind(host, visitor)
        if bound is None or bound[1] > TOEHOLD_MAX_NT or bound[0] in self._resting:
            return
        (product, held_nt), apart = bound, (host[0], visitor[0])
        known = product in self.position  # then it is explored for its own sake, and its opening is found there
        if not known:
            self.place(product)
        self.record(apart, (product,), self.rates.binding(held_nt), StepKind.BINDING, rule=UNPRODUCTIVE)
        if not known:
            off = self.rates.unbinding(held_nt)
            self.record((product,), apart, off, StepKind.UNBINDING, apart[:1], UNPRODUCTIVE)
            self._resting.add(product)

    def happens_anyway(self, target: Complex, invader: Complex, move: Move) -> bool:
        """Whether binding by a toehold and all the branch migration that follows lead to the same."""
        return any(found.products == move.products for found in _displacements(target, invader))


def _displacements(target: Complex, invader: Complex) -> list[Move]:
    """What the infinite semantics makes of two complexes."""
    found: list[Move] = []
    for one, other in ((target, invader), (invader, target)):
        junctions = list(invading_junctions(other))
        moves = (invade(one, at, other, by) for junction, at in openings(one) for known, by in junctions if known == junction)
        found += [move for move in moves if move is not None and move.complete]
    return found


def bind(one: Place, other: Place) -> tuple[Complex, int] | None:
    """Pair one unpaired position of each of two and zip on: what they become, and the nt that hold it. None inside loops."""
    sides = side_by_side(*one, *other)
    if sides is None:
        return None
    assembly, here, there = sides
    held_nt = _pair_and_zip(assembly, there, here)
    (product,) = assembly.complexes()
    return product, held_nt


def helix_openings(complex_: Complex, rates: RateModel) -> Iterator[Outcome]:
    """Every helix no longer than a toehold comes apart."""
    whole = Assembly(complex_)
    for position, partner in enumerate(complex_.pairing):
        if partner is not None and position < partner and whole.stacked(position, -1) is None:
            helix = whole.helix(position)
            held_nt = whole.length(helix)
            if held_nt <= TOEHOLD_MAX_NT:
                opened = Assembly(complex_)
                for each in helix:
                    opened.unpair(each)
                yield opened.complexes(), rates.unbinding(held_nt)


def migrations(complex_: Complex) -> Iterator[tuple[Complex, ...]]:
    """Every three-way branch migration from the end of a helix into the next one."""
    whole = Assembly(complex_)
    for position, partner in enumerate(complex_.pairing):
        for step in (1, -1) if partner is None else ():
            front = _front(whole, position, step)
            if front:
                yield _migrated(complex_, front)


def _front(whole: Assembly, position: int, step: int) -> list[tuple[int, int]]:
    """Pairs that a free position beside a helix, and those after it, can make with what one incumbent covers now."""
    behind = whole.neighbour(position, -step)
    facing = None if behind is None else whole.pairing[behind]
    front: list[tuple[int, int]] = []
    here: int | None = position
    while here is not None and facing is not None:
        facing = whole.neighbour(facing, -step)
        if facing is None or whole.pairing[facing] is None or whole.pairing[here] is not None:
            break
        if whole.domains[here] != ~whole.domains[facing]:
            break
        if front and whole.stacked(front[-1][1], facing - front[-1][1]) != facing:
            break  # covered by another incumbent, or beyond a loop of this one
        front.append((here, facing))
        here = whole.neighbour(here, step)
    return front


def _migrated(complex_: Complex, front: list[tuple[int, int]]) -> tuple[Complex, ...]:
    assembly = Assembly(complex_)
    for here, facing in front:
        assembly.pair(here, facing)
    return assembly.complexes()


def closings(complex_: Complex) -> Iterator[Outcome]:
    """Every helix that two unpaired complementary domains of the complex can form without a pseudoknot."""
    places = [place for place, partner in enumerate(complex_.pairing) if partner is None]
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            if complex_.domains[one] == ~complex_.domains[other] and _nested(complex_, one, other):
                assembly = Assembly(complex_)
                loop = min(_loop_nt(complex_, one, other), _loop_nt(complex_, other, one))
                length = _pair_and_zip(assembly, one, other)
                yield assembly.complexes(), closing(loop, length)


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
    assembly.zip_on(one)
    return assembly.length(assembly.helix(one))
