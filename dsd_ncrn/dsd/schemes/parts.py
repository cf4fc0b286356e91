"""What the join-and-fork schemes share: the order of segments, forks, outputs that a join frees itself, and seals.

Texts show polarity +1. A join takes the reactants, then the clock, then frees what opens its fork and the outputs of
the other polarity, which the fork cannot free because all its strands face the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.structure import Bound, Open, Strand, strand_length
from dsd_ncrn.dsd.system import Component, Driver, GateKind, Gates, Role
from dsd_ncrn.dsd.words import Private, Side, Words, budget_name, strand_component


@dataclass(frozen=True, slots=True)
class Made:
    """What realises one reaction: the gate that takes its inputs, and a fork and auxiliary strands where it has some.

    ``driver`` and ``mark`` are as in ``Gates``.
    """

    join: Component
    fork: Component | None = None
    helpers: tuple[Component, ...] = ()
    kind: GateKind = GateKind.JOIN
    driver: Driver | None = None
    mark: Strand | None = None

    @property
    def components(self) -> list[Component]:
        """All of them."""
        return [self.join, *([self.fork] if self.fork else []), *self.helpers]

    def gates(self, reaction: str, phase: str | None) -> Gates:
        """What is to be known of them, given the phase whose clock they wait for."""
        bottom = next(strand for strand in self.join.complex.strands if strand[0].starred)
        fork = self.fork.name if self.fork else None
        return Gates(reaction, self.kind, self.join.name, fork, phase, self.driver, bottom, self.mark)


class Scheme(NamedTuple):
    """How reactions with outputs are made.

    ``commits_first`` tells whether an irreversible step comes before anything is set free, which is what CRN bisimulation
    needs.
    """

    name: str
    description: str
    make: Callable[[Reaction, str | None, Words], Made]
    commits_first: bool


MAX_INPUTS = 3
"""Reactants that one join takes; each further one would make the gate 20 nt longer and the reaction slower."""


def check_inputs(reaction: Reaction) -> None:
    """Raises DesignError where more molecules would have to meet than a join can take."""
    if reaction.molecularity > MAX_INPUTS:
        remedy = "Make it in steps of two: A + B -> AB, AB + C -> …"
        raise DesignError(f"reaction {reaction}: a join takes {MAX_INPUTS} reactants", reaction.molecularity, remedy)


def check_fuels(reaction: Reaction, words: Words, *parts: str) -> None:
    """Raises DesignError where a reaction is allotted none of something it cannot do without."""
    kind, budget = budget_name(reaction), words.budget(reaction)
    for part in parts:
        level = getattr(budget, part)
        if level <= 0:
            rule = f"the gates of {kind} make something, so their {part} must be above 0"
            raise DesignError(rule, f"{level:g} nM", "Give it a concentration.", key=("chemistry", "gates", kind))


def side_of(reaction: Reaction, words: Words) -> Side:
    """The side from which a reaction's inputs enter; polarity +1 for a reaction without any."""
    return words.side_of(reaction.reactants[0]) if reaction.reactants else words.side(1)


def trigger_name(reaction: Reaction) -> str:
    """The private domain by which a reaction's join triggers its fork."""
    return Private.TRIGGER.of(reaction)


def split_outputs(reaction: Reaction, words: Words) -> tuple[list[str], list[str]]:
    """Products of the fork in the order in which it frees them, and products that the join frees.

    The fork gives the catalysts back first, the last one taken before the others: where the scheme reuses cogates the
    strand that the join has just set free is the next one the fork takes.
    """
    sign = side_of(reaction, words).sign
    freed = [product for product in reaction.products if words.polarity.get(product, 1) != sign]
    catalysts: list[str] = []
    # Reactants that are products as well are catalysts: the fork gives them back from the cogates that the join freed.
    made = list(reaction.products)
    for reactant in reaction.reactants:
        if reactant in made:
            made.remove(reactant)
            catalysts.append(reactant)
    ordered = [product for product in made + catalysts if product not in freed]
    return ordered[::-1], freed


def entry(reaction: Reaction, clock: str | None, words: Words) -> list[Open | Bound]:
    """The open toehold, the reactants' segments and the clock's: ``{t*}[x t][p t][c t]``."""
    side = side_of(reaction, words)
    # Each input's segment is its cogate: the input displaces it and covers the branch itself.
    inputs = [side.leave(name) for name in (*reaction.reactants, *([clock] if clock else []))]
    return [Open(side.first(words.budget(reaction).first_toehold)), *map(Bound, inputs)]


def join(reaction: Reaction, clock: str | None, tops: Iterable[Strand], words: Words) -> Component:
    """The gate that takes a reaction's inputs and its clock, then frees ``tops``."""
    parts = [*entry(reaction, clock, words), *map(Bound, tops)]
    return side_of(reaction, words).join(
        f"join_{reaction.origin.reaction}", parts, words.budget(reaction).join, reaction.origin
    )


def fork(reaction: Reaction, opening: Strand, trigger: str, words: Words) -> Component:
    """``[inert][t z][t x][t p][t r]{t*}``, opened by what the join sets free and sealed by ``<inert t>``."""
    side = side_of(reaction, words)
    outputs, _ = split_outputs(reaction, words)
    # The fork is a join seen from the other end: it binds cogates and lets signals go.
    tops = [*(side.enter(name) for name in (trigger, *outputs)), words.branch(words.fork_end)]
    level = words.budget(reaction).fork
    return side.fork(f"fork_{reaction.origin.reaction}", [Open(opening), *map(Bound, tops)], level, reaction.origin)


def fuel(kind: str, strand: Strand, reaction: Reaction, words: Words) -> Component:
    """An auxiliary strand of one reaction alone."""
    return strand_component(
        f"{kind}_{reaction.origin.reaction}", strand, Role.FUEL, words.budget(reaction).fuel, reaction.origin
    )


def driven_by(helper: Component, displaced: Side) -> Driver:
    """An auxiliary strand that displaces a strand with the toehold of one side."""
    return Driver(helper.name, strand_length(displaced.toehold))


def sealing(side: Side, freed: Sequence[str], end: str) -> Strand:
    """What ends a join: it enters by the toehold that is open when the join has freed its outputs."""
    return side.strand(side.other.toehold if freed else side.toehold, end)


def release(reaction: Reaction, product: str, toehold: Strand, words: Words) -> Component:
    """The auxiliary strand ``<t g>`` that frees the first output of the other polarity, ``<g u>``; the later ones take
    cogates.
    """
    side = side_of(reaction, words)
    name = f"release_{product}" if toehold == side.toehold else f"release_{product}_from_fork_toehold"
    return strand_component(name, side.strand(toehold, product), Role.FUEL, words.budget(reaction).fuel)


def seal_strands(words: Words) -> dict[str, Strand]:
    """Every strand that can end a join or a fork; what sealing sets free has no toehold and can attack nothing."""
    straight, turned = words.side(1), words.side(-1)
    strands = {
        "fork_seal": straight.leave(words.fork_end),
        "join_seal": straight.enter(words.join_end),
        "mirrored_join_seal": straight.strand(turned.toehold, words.join_end),
    }
    if -1 in words.polarity.values():
        strands["turned_fork_seal"] = turned.leave(words.fork_end)
        strands["turned_join_seal"] = turned.enter(words.join_end)
        strands["turned_released_seal"] = turned.strand(straight.toehold, words.join_end)
    return strands


def seals(words: Words, gates: Iterable[Component]) -> list[Component]:
    """The seals that some gates need; one set for the whole system."""
    bottoms = [strand for each in gates for strand in each.complex.strands if strand[0].starred]
    return [
        strand_component(name, strand, Role.FUEL, words.spec.chemistry.seal)
        for name, strand in seal_strands(words).items()
        if any(_seals(strand, bottom) for bottom in bottoms)
    ]


def _seals(strand: Strand, bottom: Strand) -> bool:
    """Whether a bottom strand has the complement of a whole seal."""
    # A seal fits where the bottom has all of its complement, toehold included.
    site = tuple(~domain for domain in reversed(strand))
    return any(bottom[start : start + len(site)] == site for start in range(len(bottom) - len(site) + 1))
