"""The finite semantics: toeholds bind and unbind, branches migrate to and fro, and open toeholds are occluded.

Each step is the move of one helix (``moves.py``). Complexes at rest, which no step of their own leaves for good, meet: they
bind by what both have unpaired in the open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations, islice, product
from typing import ClassVar, Literal

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex, Domain
from dsd_ncrn.kinetics.assembly import Assembly, side_by_side
from dsd_ncrn.kinetics.enumerator import (
    MAX_SPECIES,
    Contact,
    Enumerator,
    Move,
    OriginsOf,
    Place,
    invading_junctions,
    neighbour,
    openings,
)
from dsd_ncrn.kinetics.infinite import invade
from dsd_ncrn.kinetics.moves import Outcome, loops, moves, reaches_over_loop
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.kinetics.rates import RateModel

Unproductive = Literal["all", "present", "none"]
"""Which free strands rest on toeholds where they can displace nothing: all, those mixed in at the start, or none."""
UNPRODUCTIVE = "unproductive"
"""The rule that such bindings and unbindings are labelled with."""
MIGRATIONS = (StepKind.MIGRATION, StepKind.FOUR_WAY)
_End = tuple[Domain, int, Domain, bool]
"""An unpaired domain, a direction, its neighbour there, and whether this is paired."""


class FiniteEnumerator(Enumerator):
    """Steps of one helix each (Badelt et al. 2020), at the rates of the three-step model (Zhang & Winfree 2009).

    A strand that rests on a toehold without being able to do anything else only leaves again: what the complex does at
    other toeholds meanwhile is left out, so that resting strands make one species for each toehold and strand. Where it also
    holds a branch, it waits for a partner, as cooperative hybridization needs it, and meets what is at rest.
    Steps of one complex slower than ``k_slow`` (/s) are left out; it rests where all it does is slower than ``k_fast``.
    ``whole`` follows four-way migration, bindings by two toeholds at once, and complexes that change while others visit them:
    two-domain systems do without.
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
        max_strands: int | None = None,
        unproductive: Unproductive = "all",
        k_slow: float = 0.0,
        k_fast: float = 0.0,
        remote: bool = False,
        whole: bool = True,
    ) -> None:
        super().__init__(rates, origins_of, max_species, max_strands)
        self.unproductive = unproductive
        self.k_slow, self.k_fast, self.remote, self.whole = k_slow, k_fast, remote, whole
        self._outcomes: dict[Complex, tuple[Outcome, ...]] = {}  # of those whose steps are not recorded yet
        self._explored: set[Complex] = set()
        self._resting: set[Complex] = set()  # with a strand that rests on a toehold
        self.held: set[Complex] = set()  # waiting for a partner
        self._state_of: dict[Complex, Complex] = {}  # of those at rest in more than one: which stands for them
        self._moving: set[Complex] = set()  # of these, those that more changes than who covers a toehold
        self._present: frozenset[Complex] | None = None
        self._ends: dict[_End, list[Place]] = defaultdict(list)
        self._long: dict[Domain, list[Place]] = defaultdict(list)
        self._couples: dict[tuple[frozenset[Domain], bool], list[Complex]] = defaultdict(list)
        self._everywhere: dict[Domain, list[Place]] = defaultdict(list)
        self._moved: dict[Domain, list[Place]] = defaultdict(list)  # of those that change by themselves
        self._over_loops: list[Complex] = []
        self._places: dict[Complex, list[Place]] = {}
        self._exposed: dict[Domain, list[Place]] = defaultdict(list)
        self._visitors: dict[Domain, list[Place]] = defaultdict(list)

    def add(self, complex_: Complex) -> int:
        """See Enumerator; a species known only as one with a resting strand is explored when it turns up otherwise."""
        if complex_ in self._resting:
            self._resting.discard(complex_)
            self._waiting.append(complex_)
        return super().add(complex_)

    def run(self) -> None:
        """See Enumerator; small complexes come first, and the first call finds what is mixed in at the start."""
        if self._present is None:
            self._present = frozenset(self.position)
        while self._waiting:
            self.explore(self._waiting.popleft())

    def explore(self, complex_: Complex) -> None:
        """The steps of the complex alone and of what it becomes, and those with everything known."""
        if complex_ in self._explored:
            return
        region = self._region(complex_)
        meeting = self._meeting(region)
        for state in region:
            self._explored.add(state)
            if self.whole and not self._over_loops and reaches_over_loop(state):
                self._over_loops.append(state)
            for outcome in self._outcomes.pop(state):
                self.record((state,), outcome.products, outcome.rate, outcome.kind)
        for state in meeting:
            self._meet(state)

    def _fast(self, complex_: Complex) -> tuple[Outcome, ...]:
        return tuple(each for each in self._outcomes[complex_] if each.rate >= self.k_fast)

    def _following(self, complex_: Complex) -> list[Complex]:
        """Its next states by fast steps that leave it whole."""
        return [each.products[0] for each in self._fast(complex_) if len(each.products) == 1]

    def _region(self, complex_: Complex) -> list[Complex]:
        """The states that a complex passes through by its fast steps, as long as it does not fall apart."""
        region, number = [complex_], 0
        known = {complex_}
        while number < len(region):
            state = region[number]
            number += 1
            if state not in self._outcomes:
                found = moves(state, self.rates, self.remote, self.whole)
                self._outcomes[state] = tuple(each for each in found if each.rate >= self.k_slow)
            for following in self._following(state):
                if following not in known and following not in self._explored:
                    known.add(following)
                    region.append(following)
            self.check_size(len(self.position) + len(region))
        return region

    def _meeting(self, region: list[Complex]) -> list[Complex]:
        """The states of a region that last long enough to meet others."""
        meeting: set[Complex] = set()
        for states in self._strongly_connected(region):
            exits = self._exits(states)
            if not exits:
                self._state_of |= dict.fromkeys(states, min(states, key=region.index)) if len(states) > 1 else {}
                if any(each.kind != StepKind.MIGRATION for state in states for each in self._fast(state)):
                    self._moving |= states
            elif len(exits) == 1 and self._only_parts(states) and self._holds_branch(states):
                self.held |= states
            else:
                continue
            meeting |= states
        return [state for state in region if state in meeting]

    def _strongly_connected(self, region: list[Complex]) -> list[set[Complex]]:
        if len(region) == 1:
            return [set(region)]
        import networkx as nx

        states: nx.DiGraph[Complex] = nx.DiGraph()
        states.add_nodes_from(region)
        steps = ((state, each) for state in region for each in self._following(state))
        states.add_edges_from((state, each) for state, each in steps if each not in self._explored)
        return list(nx.strongly_connected_components(states))

    def _exits(self, states: set[Complex]) -> set[frozenset[Complex]]:
        """What some states become for good by their fast steps."""
        ways = (each.products for state in states for each in self._fast(state))
        left = (products for products in ways if len(products) > 1 or states.isdisjoint(products))
        return {frozenset(self._state_of.get(each, each) for each in products) for products in left}

    def _only_parts(self, states: set[Complex]) -> bool:
        """Whether some states are left by the opening of a helix alone, as what has bound can."""
        ways = (each for state in states for each in self._fast(state) if len(each.products) > 1)
        return all(each.kind == StepKind.UNBINDING for each in ways)

    def _holds_branch(self, states: set[Complex]) -> bool:
        return any(
            each.kind in MIGRATIONS and each.displaced_nt > TOEHOLD_MAX_NT for state in states for each in self._fast(state)
        )

    def _meet(self, complex_: Complex) -> None:
        """Bind a complex to all that is known, and let strands rest on toeholds that lead nowhere."""
        places = open_places(complex_)
        tried: dict[Contact, bool] = {}
        for one, other in self._contacts(complex_, places):
            contact = self.contact(one, other)
            if contact not in tried:
                tried[contact] = self._bind(contact)
        for host, visitor in self._resting_contacts(complex_, places):
            contact = self.contact(host, visitor)
            if not tried.get(contact):
                tried[contact] = True
                self._visit(host, visitor)

    def _contacts(self, complex_: Complex, places: list[Place]) -> Iterator[tuple[Place, Place]]:
        """Pairs of open complementary domains from which something other than unbinding can follow, and some more.

        That is a branch beside them to be displaced, a helix longer than a toehold, a second pair of domains, or states of
        one of the two to be changed into.
        """
        moving = self.remote or (self.whole and complex_ in self._moving)
        for place in places:
            position, domain = place[1], complex_.domains[place[1]]
            for step in (1, -1):
                if (beside := neighbour(complex_, position, step)) is not None:
                    paired, other = complex_.pairing[beside] is not None, complex_.domains[beside]
                    self._ends[domain, step, other, paired].append(place)
                    for theirs in (True, False) if paired and self.whole else (not paired,):
                        found = _pairs(place, self._ends.get((~domain, -step, ~other, theirs)))
                        yield from (pair for pair in found if loosens(*pair, step))
            if stretch_nt(complex_, position) > TOEHOLD_MAX_NT:
                self._long[domain].append(place)
                yield from _pairs(place, self._long.get(~domain))
            self._everywhere[domain].append(place)
            if moving:
                self._moved[domain].append(place)
            yield from _pairs(place, (self._everywhere if moving else self._moved).get(~domain))
        self._places[complex_] = places
        for partner in self._coupled(complex_, places) if self.whole else ():
            pairs = ((one, other) for one in places for other in self._places[partner])
            yield from (pair for pair in pairs if complex_.domains[pair[0][1]] == ~partner.domains[pair[1][1]])

    def _coupled(self, complex_: Complex, places: list[Place]) -> dict[Complex, None]:
        """Those known that could bind a complex by two domains at once."""
        partners: dict[Complex, None] = {}
        pairs: dict[tuple[frozenset[Domain], bool], None] = {}
        for (_, one), (_, other) in combinations(places, 2):
            together = all(complex_.pairing[each] is None and each not in complex_.ends for each in range(one + 1, other + 1))
            pairs[frozenset((complex_.domains[one], complex_.domains[other])), together] = None
        for domains, together in pairs:
            self._couples[domains, together].append(complex_)
            opposite = frozenset(~domain for domain in domains)
            for theirs in (False,) if together else (False, True):  # both in one stretch zip together
                partners |= dict.fromkeys(self._couples.get((opposite, theirs), ()))
        return partners

    def _bind(self, contact: Contact) -> bool:
        """Record a binding if something other than unbinding follows; whether it does."""
        one, other = contact
        if (one[0] in self.held and other[0] in self.held) or not self.may_meet(one[0], other[0]):
            return True
        bound = bind(one, other)
        if bound is None:
            return True
        product, held_nt = bound
        if (product not in self.position or product in self._resting) and self._only_leaves(product, (one[0], other[0])):
            return False
        kind, k = StepKind.BINDING, self.rates.binding(held_nt)
        if held_nt > TOEHOLD_MAX_NT:
            kind, k = StepKind.HYBRIDISATION, self.rates.hybridisation()
        self.record((one[0], other[0]), (product,), k, kind, another=True)
        return True

    def _only_leaves(self, bound: Complex, apart: tuple[Complex, Complex]) -> bool:
        """Whether two that have bound can do nothing but part again."""
        region = self._region(bound)
        states = set(region)
        leaves = self._exits(states) == {
            frozenset(self._state_of.get(each, each) for each in apart)
        } and not self._holds_branch(states)
        for state in region if leaves else ():
            del self._outcomes[state]
        return leaves

    def _resting_contacts(self, complex_: Complex, places: list[Place]) -> Iterator[tuple[Place, Place]]:
        """Toeholds of the complex with those of others, as host and as visitor, where a free strand may rest."""
        visits = self._visits(complex_)
        for place in places:
            domain = complex_.domains[place[1]]
            if domain.is_toehold:
                self._exposed[domain].append(place)
                if visits:
                    self._visitors[domain].append(place)
                yield from _pairs(place, self._visitors.get(~domain))
                if visits:
                    yield from ((host, place) for _, host in _pairs(place, self._exposed.get(~domain)))

    def _visits(self, complex_: Complex) -> bool:
        assert self._present is not None, "species are explored by run"
        allowed = self.unproductive == "all" or (self.unproductive == "present" and complex_ in self._present)
        return allowed and complex_.is_strand

    def _visit(self, host: Place, visitor: Place) -> None:
        if not self.may_meet(host[0], visitor[0]):
            return
        bound = bind(host, visitor)
        if bound is None or bound[1] > TOEHOLD_MAX_NT:
            return
        (product, held_nt), apart = bound, (host[0], visitor[0])
        rests = product in self._resting or product not in self.position  # else it is explored for its own sake
        if product not in self.position:
            self.place(product)
        self._resting.discard(product)
        self.record(apart, (product,), self.rates.binding(held_nt), StepKind.BINDING, rule=UNPRODUCTIVE, another=True)
        if rests:
            off = self.rates.unbinding(held_nt)
            self.record((product,), apart, off, StepKind.UNBINDING, apart[:1], UNPRODUCTIVE, another=True)
            self._resting.add(product)

    def notes(self, names: Mapping[Complex, str]) -> tuple[str, ...]:
        """See Enumerator; also remote toeholds, from which branches could be reached over a loop."""
        found = () if self.remote or not self.whole else chain(self._over_loops, self._spaced())
        remote = (
            f"Remote toeholds are not followed: a branch of {names[each]}, {each}, could be reached over a loop (--remote)"
            for each in islice(found, 1)
        )
        return (*super().notes(names), *remote)

    def _spaced(self) -> Iterator[Complex]:
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


def _pairs(place: Place, others: Iterable[Place] | None) -> Iterator[tuple[Place, Place]]:
    """A place with others, of a list that may grow meanwhile."""
    return ((place, other) for other in tuple(others or ()))
