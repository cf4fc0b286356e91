"""The finite semantics: toeholds bind and unbind, branches migrate to and fro, and open toeholds are occluded.

Each step is the move of one helix (``moves.py``). Complexes at rest, which no step of their own leaves for good, meet: they
bind by what both have unpaired in the open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import ClassVar, Literal

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex, Domain
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.contacts import Contacts, bind, open_places, pairs
from dsd_ncrn.kinetics.enumerator import (
    MAX_SPECIES,
    Contact,
    Enumerator,
    Move,
    OriginsOf,
    Place,
    invading_junctions,
    openings,
)
from dsd_ncrn.kinetics.infinite import invade
from dsd_ncrn.kinetics.moves import Outcome, moves, reaches_over_loop
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.kinetics.rates import RateModel

Unproductive = Literal["all", "present", "none"]
"""Which free strands rest on toeholds where they can displace nothing: all, those mixed in at the start, or none."""
UNPRODUCTIVE = "unproductive"
"""The rule that such bindings and unbindings are labelled with."""
MAX_STATES = 1_000
"""Of one complex by its own steps; those of published systems have up to 20."""
MIGRATIONS = (StepKind.MIGRATION, StepKind.FOUR_WAY)


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
        "use more than one toehold, let complexes be smaller (--max-strands), or raise the limit."
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
        self.contacts = Contacts(whole, remote)
        self._outcomes: dict[Complex, tuple[Outcome, ...]] = {}  # of those whose steps are not recorded yet
        self._explored: set[Complex] = set()
        self._resting: set[Complex] = set()  # with a strand that rests on a toehold
        self.held: set[Complex] = set()  # waiting for a partner
        self._state_of: dict[Complex, Complex] = {}  # of those at rest in more than one: which stands for them
        self._moving: set[Complex] = set()  # of these, those that more changes than who covers a toehold
        self._present: frozenset[Complex] | None = None
        self._over_loops: list[Complex] = []
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
        # 1: all states that fast steps lead through while the complex stays whole.
        region = self._region(complex_)
        # 2: which of them last; only these meet others, as the rest are gone before anyone comes.
        meeting = self._meeting(region)
        for state in region:
            self._explored.add(state)
            if self.whole and not self._over_loops and reaches_over_loop(state):
                self._over_loops.append(state)
            # 3: their own steps, then their meetings, which may bring species to explore.
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
        # Breadth first; steps below k_slow are dropped here, so that they exist nowhere.
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
            if len(region) > MAX_STATES:
                raise CheckFailed(
                    f"a complex of {len(complex_.strands)} strands passes through more than {MAX_STATES} states: {complex_}. "
                    "Its helices open and close in too many ways: let complexes be smaller (--max-strands)."
                )
        return region

    def _meeting(self, region: list[Complex]) -> list[Complex]:
        """The states of a region that last long enough to meet others."""
        meeting: set[Complex] = set()
        # A strongly connected set of states without exit is a resting complex that keeps changing (Badelt et al. 2020).
        for states in self._strongly_connected(region):
            exits = self._exits(states)
            if not exits:
                # Wherever such a set is compared, its first state stands for it.
                self._state_of |= dict.fromkeys(states, min(states, key=region.index)) if len(states) > 1 else {}
                if any(each.kind != StepKind.MIGRATION for state in states for each in self._fast(state)):
                    self._moving |= states
            # Two that hold each other by a branch and can only part again wait for a third: cooperative hybridization needs
            # them.
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
        # Falling apart leaves a set, and so does a change into a state outside it.
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
        # Productive bindings first: a toehold that leads on is not one to rest on.
        for one, other in self.contacts.new(complex_, places, complex_ in self._moving):
            contact = self.contact(one, other)
            if contact not in tried:
                tried[contact] = self._bind(contact)
        # What is left are toeholds where a strand can only stay for a while, and occlude.
        for host, visitor in self._resting_contacts(complex_, places):
            contact = self.contact(host, visitor)
            if not tried.get(contact):
                tried[contact] = True
                self._visit(host, visitor)

    def _bind(self, contact: Contact) -> bool:
        """Record a binding if something other than unbinding follows; whether it does."""
        one, other = contact
        if (one[0] in self.held and other[0] in self.held) or not self.may_meet(one[0], other[0]):
            return True
        bound = bind(one, other)
        if bound is None:
            return True
        product, held_nt = bound
        # A look ahead: a binding after which both can only part as they came is a visit, not a step.
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
        # Its states are no species, so that what was worked out for them is forgotten.
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
                yield from pairs(place, self._visitors.get(~domain))
                if visits:
                    yield from ((host, place) for _, host in pairs(place, self._exposed.get(~domain)))

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
        # A number, but no exploring: while a strand rests, nothing else happens to the complex.
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
        if not self.whole:
            return super().notes(names)
        remote = (
            f"Remote toeholds are not followed: a branch of {names[each]}, {each}, could be reached over a loop (--remote)"
            for each in islice(() if self.remote else chain(self._over_loops, self.contacts.spaced()), 1)
        )
        knots = (
            f"Pseudoknots are not followed: {domain}, in a loop of {names[each]}, {each}, could bind {~domain}"
            for each, domain in islice(self.contacts.enclosed(), 1)
        )
        return (*super().notes(names), *remote, *knots)

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
