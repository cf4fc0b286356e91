"""The infinite semantics: what one toehold binding, or one toeless attack, leads to at once.

Two-domain strand displacement (Cardelli 2010; Lakin et al. 2011): a toehold binding is followed at once by all branch
migration it makes possible, and a strand left on toeholds alone falls off. Where branch migration cannot free the
incumbent, as in cooperative hybridization (Zhang 2011), the move is a reversible binding instead. Of two-domain systems all
moves are known without trying.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex, strand_length
from dsd_ncrn.kinetics.assembly import Assembly, side_by_side
from dsd_ncrn.kinetics.enumerator import Contact, Enumerator, Move, Place
from dsd_ncrn.kinetics.network import StepKind, Toehold


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


class InfiniteEnumerator(Enumerator):
    """Displacements as single steps; bindings and unbindings only where an incumbent holds on (Lakin et al. 2011)."""

    def explore(self, complex_: Complex) -> None:
        """Meet a new species with everything known."""
        met: set[Contact] = set()
        for target, invader in self.new_invasions(complex_):
            if self._is_new(self.contact(target, invader), met):
                self._meet(target, invader)
        for one, other in self.new_hybridisations(complex_):
            contact = self.contact(one, other)
            move = hybridise(*one, *other) if self._is_new(contact, met) and self.may_meet(one[0], other[0]) else None
            if move is not None:
                k = self.rates.hybridisation()
                self.record((one[0], other[0]), move.products, k, StepKind.HYBRIDISATION, another=True)

    def _is_new(self, contact: Contact, met: set[Contact]) -> bool:
        """Whether a binding is met for the first time: it may be found from each of its domains and both of its ends."""
        known = contact in met
        met.add(contact)
        return not known

    def _meet(self, opening: Place, toehold: Place) -> None:
        """Try one binding of an invader's toehold to a target's exposed position."""
        pair = target, invader = opening[0], toehold[0]
        move = invade(*opening, *toehold) if self.may_meet(target, invader) else None
        if move is None:
            return
        if move.complete:
            # Something came off: binding, migration and release are one step, by the three-step model.
            rate = self.rates.displacement(move.invading_nt, move.released_nt)
            self.record(pair, move.products, rate, StepKind.DISPLACEMENT, toeholds=(move.bound, move.released), another=True)
        else:
            # Nothing came off: the invader waits for a partner at the other end, or leaves as it came.
            on, off = self.rates.binding(move.invading_nt), self.rates.unbinding(move.invading_nt)
            self.record(pair, move.products, on, StepKind.BINDING, toeholds=(move.bound, None), another=True)
            opened = (None, move.bound)
            self.record(move.products, pair, off, StepKind.UNBINDING, owners=(target,), toeholds=opened, another=True)

    def happens_anyway(self, target: Complex, invader: Complex, move: Move) -> bool:
        """Whether the step is known already: all displacements are when leaks are looked for."""
        left = tuple(sorted(self.position[each] for each in (target, invader)))
        known = [self.position.get(product) for product in move.products]
        return None not in known and (left, tuple(sorted(n for n in known if n is not None))) in self.steps


def invade(target: Complex, opening: int, invader: Complex, toehold: int) -> Move | None:
    """The invader's ``toehold`` position binds the target's exposed ``opening``; None where nothing can come of it."""
    # The toehold binds first; only then is there anything that could migrate.
    sides = side_by_side(target, opening, invader, toehold)
    if sides is None:
        return None
    assembly, here, there = sides
    assembly.pair(there, here)
    # Migration runs both ways from the toehold at once: a toehold between two branches displaces on either side.
    walks = [_migrate(assembly, there, here, step) for step in (1, -1)]
    # Without a branch displaced the strand only rests and leaves: that is occlusion's matter, not a step's.
    if max(walk.displaced_nt for walk in walks) <= TOEHOLD_MAX_NT:
        return None
    bound = assembly.domains[here].length + sum(walk.bound_nt for walk in walks)
    held = _toehold(assembly, range(walks[1].last, walks[0].last + 1))
    return replace(_settle(assembly, walks[0].incumbents | walks[1].incumbents, bound), bound=held)


def hybridise(one: Complex, place: int, other: Complex, partner: int) -> Move | None:
    """Two unpaired branch domains meet and zip; None inside closed loops."""
    sides = side_by_side(one, place, other, partner)
    if sides is None:
        return None
    assembly, here, there = sides
    assembly.pair(there, here)
    assembly.zip_up()
    return Move(assembly.complexes(), 0, 0, True)


def attack(target: Complex, position: int, invader: Complex, domain: int, neighbours: bool = False) -> Move | None:
    """The invader's branch ``domain`` displaces the one bound at ``position`` without a toehold (a leak).

    With ``neighbours`` it displaces that one's neighbours as far as it fits, and nothing comes of it where there is none.

    The label is Visual DSD's name of the rule: LS where the incumbent's whole helix is displaced; LL or LR where a toehold
    at its 5' or 3' end was left, and opens. A helix clamped by toeholds at both ends is not attacked.
    """
    sides = side_by_side(target, position, invader, domain)
    if sides is None:
        return None
    assembly, here, there = sides
    incumbent = assembly.pairing[here]
    if incumbent is None:
        return None
    victim, helix = assembly.owner[incumbent], assembly.helix(incumbent)
    victims = {victim}
    # A frayed end gives way to the attacker, as if its branch had bound without a toehold.
    assembly.pair(there, here)
    # Only this incumbent is displaced, on both sides of the position, unless neighbours may go with it.
    for step in (1, -1):
        walk = _migrate(assembly, there, here, step, only=None if neighbours else victim)
        victims |= walk.incumbents
    if neighbours and len(victims) == 1:
        return None
    # What the attacker lacks stays paired: at one end a toehold then opens, at both the incumbent holds on.
    held = [assembly.pairing[place] is not None for place in (helix[0], helix[-1])]
    if all(held):
        return None
    return replace(_settle(assembly, victims, 0), label="LL" if held[0] else "LR" if held[1] else "LS")


@dataclass(frozen=True, slots=True)
class _Walk:
    """What zipping and branch migration in one direction won: toehold first, then domains of incumbents.

    ``last`` is the invader's last position of the toehold.
    """

    bound_nt: int
    displaced_nt: int
    incumbents: frozenset[int]
    last: int


def _migrate(assembly: Assembly, there: int, here: int, step: int, only: int | None = None) -> _Walk:
    """Zip and branch-migrate from a new pair in one direction, past incumbent ``only`` if one is named."""
    bound = displaced = 0
    incumbents: set[int] = set()
    last = there
    while True:
        next_there, next_here = assembly.neighbour(there, step), assembly.neighbour(here, -step)
        if next_there is None or next_here is None or assembly.pairing[next_there] is not None:
            break
        incumbent = assembly.pairing[next_here]
        owner = None if incumbent is None else assembly.owner[incumbent]
        fits = assembly.domains[next_there].pairs_with(assembly.domains[next_here])
        if not fits or (owner is not None and only not in (None, owner)):
            break
        length = assembly.domains[next_here].length
        # Free domains before the first incumbent lengthen the toehold; behind one they are branch like any other.
        if owner is None:
            bound, last = (bound, last) if incumbents else (bound + length, next_there)
        else:
            incumbents.add(owner)
            displaced += length
        assembly.pair(next_there, next_here)
        there, here = next_there, next_here
    return _Walk(bound, displaced, frozenset(incumbents), last)


def _settle(assembly: Assembly, incumbents: frozenset[int] | set[int], bound: int) -> Move:
    """Let toehold-held incumbents go and close what can close; the move is complete if the complexes come apart.

    An incumbent that branch migration alone sets free is free for good, and has the invader stay: then the rate is that of a
    displacement that releases nothing, whatever else unbinds.
    """
    # Migration is over; whoever is left on no more than a toehold falls off at once.
    let_go = {each: nt for each in incumbents if (nt := assembly.helix_nt(each)) <= TOEHOLD_MAX_NT}
    # The longest of the toeholds that open is the one that the rate waits for.
    released, last = max(((nt, each) for each, nt in let_go.items()), default=(0, 0))
    committed = 0 in let_go.values()
    toehold = None if committed or not released else _toehold(assembly, assembly.held(last))
    # In a fixed order, so that equal systems give equal networks.
    for incumbent in sorted(let_go):
        assembly.release(incumbent)
    assembly.zip_up()
    products = assembly.complexes()
    return Move(products, bound, 0 if committed else released, len(products) > 1, released=toehold)


def _toehold(assembly: Assembly, positions: range) -> Toehold | None:
    """Neighbouring positions as a toehold; the domains beside it on its strand are what it stacks on."""
    if not positions:
        return None
    before, after = assembly.neighbour(positions[0], -1), assembly.neighbour(positions[-1], 1)
    return Toehold(
        tuple(assembly.domains[position] for position in positions),
        None if before is None else assembly.domains[before],
        None if after is None else assembly.domains[after],
    )
