"""Moves of the infinite semantics: what one toehold binding, or one toeless attack, leads to.

Two-domain strand displacement (Cardelli 2010; Lakin et al. 2011): a toehold binding is followed at once by all branch
migration it makes possible, and a strand left on toeholds alone falls off. Where branch migration cannot free the
incumbent, as in cooperative hybridization (Zhang 2011), the move is a reversible binding instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex
from dsd_ncrn.kinetics.assembly import Assembly, side_by_side
from dsd_ncrn.kinetics.network import Toehold


@dataclass(frozen=True, slots=True)
class Move:
    """Result of one move: the resting complexes, the toehold that was bound and the one that was released (nt).

    ``complete`` is False where nothing came free because the incumbent holds on by another branch domain. ``label``
    names the rule where there are several. ``bound`` and ``released`` are the two toeholds with their surroundings.
    """

    products: tuple[Complex, ...]
    invading_nt: int
    released_nt: int
    complete: bool
    label: str = ""
    bound: Toehold | None = None
    released: Toehold | None = None


def invade(target: Complex, opening: int, invader: Complex, toehold: int) -> Move | None:
    """The invader's ``toehold`` position binds the target's exposed ``opening``; None where nothing can come of it."""
    sides = side_by_side(target, opening, invader, toehold)
    if sides is None:
        return None
    assembly, here, there = sides
    assembly.pair(there, here)
    walks = [_migrate(assembly, there, here, step) for step in (1, -1)]
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


def attack(target: Complex, position: int, invader: Complex, domain: int) -> Move | None:
    """The invader's branch ``domain`` displaces the one bound at ``position`` without a toehold (a leak).

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
    assembly.pair(there, here)
    for step in (1, -1):
        _migrate(assembly, there, here, step, only=victim)
    held = [assembly.pairing[place] is not None for place in (helix[0], helix[-1])]
    if all(held):
        return None
    return replace(_settle(assembly, {victim}, 0), label="LL" if held[0] else "LR" if held[1] else "LS")


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
        if assembly.domains[next_there] != ~assembly.domains[next_here] or (owner is not None and only not in (None, owner)):
            break
        length = assembly.domains[next_here].length
        if owner is None:
            bound, last = (bound, last) if incumbents else (bound + length, next_there)
        else:
            incumbents.add(owner)
            displaced += length
        assembly.pair(next_there, next_here)
        there, here = next_there, next_here
    return _Walk(bound, displaced, frozenset(incumbents), last)


def _settle(assembly: Assembly, incumbents: frozenset[int] | set[int], bound: int) -> Move:
    """Let toehold-held incumbents go and close what can close; the move is complete if the complexes come apart."""
    released, toehold = 0, None
    for incumbent in sorted(incumbents):
        if assembly.helix_nt(incumbent) <= TOEHOLD_MAX_NT:
            held = _toehold(assembly, assembly.held(incumbent))
            nt = assembly.release(incumbent)
            released, toehold = (nt, held) if nt > released else (released, toehold)
    assembly.zip_up()
    products = assembly.complexes()
    return Move(products, bound, released, len(products) > 1, released=toehold)


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
