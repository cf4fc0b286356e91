"""The reaction network of any set of strands and nicked complexes, from their domains alone.

Exposed toeholds and invading strands meet through an index of the domains around their branch points, so the cost
grows with the number of reactions found, not with the square of the number of species.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Complex, Domain, Strand
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.moves import Move, hybridise, invade
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind
from dsd_ncrn.kinetics.rates import RateModel

Junction = tuple[int, tuple[Domain, ...]]
"""Direction along the invader (+1 to its 3' end) and its domains, from the toehold to the first branch."""
MAX_SPECIES = 200_000
"""Enumeration stops here: more means polymerisation, which no gate of this project does."""


class Enumerator:
    """Grows the network until no move leads to a new species.

    ``common``, where set, holds the species that are plentiful: two species outside it are never brought together.
    """

    def __init__(self, rates: RateModel, origins_of: Callable[[Complex], tuple[Origin, ...]]) -> None:
        self.rates = rates
        self.origins_of = origins_of
        self.position: dict[Complex, int] = {}
        self.steps: dict[tuple[tuple[int, ...], tuple[int, ...]], Step] = {}
        self._openings: dict[Junction, list[tuple[Complex, int]]] = defaultdict(list)
        self._invaders: dict[Junction, list[tuple[Complex, int]]] = defaultdict(list)
        self._single: dict[Domain, list[tuple[Complex, int]]] = defaultdict(list)
        self._waiting: list[Complex] = []
        self.common: frozenset[Complex] | None = None

    def add(self, complex_: Complex) -> int:
        """The index of a species, new or known. Raises CheckFailed where the network does not end."""
        if complex_ not in self.position:
            if len(self.position) >= MAX_SPECIES:
                raise CheckFailed(f"enumeration passed {MAX_SPECIES} species; the complexes polymerise")
            self.position[complex_] = len(self.position)
            self._waiting.append(complex_)
        return self.position[complex_]

    def run(self) -> None:
        """Enumerate all moves of the species added so far and of those that follow."""
        while self._waiting:
            complex_ = self._waiting.pop()
            self._invasions(complex_)
            self._hybridisations(complex_)

    def _invasions(self, complex_: Complex) -> None:
        """Meet a new species with everything known, as target and as invader."""
        openings, invaders = list(_openings(complex_)), list(_invading_junctions(complex_))
        for junction, position in openings:
            self._openings[junction].append((complex_, position))
        for junction, position in invaders:
            self._invaders[junction].append((complex_, position))
        for junction, position in openings:
            for invader, there in list(self._invaders[junction]):
                self._meet(complex_, position, invader, there)
        for junction, there in invaders:
            for target, position in list(self._openings[junction]):
                if target is not complex_:
                    self._meet(target, position, complex_, there)

    def _hybridisations(self, complex_: Complex) -> None:
        """Meet a new species' unpaired branch domains with unpaired complements."""
        for place, domain in enumerate(complex_.domains):
            if complex_.pairing[place] is None and not domain.is_toehold:
                self._single[domain].append((complex_, place))
                for other, partner in list(self._single[~domain]):
                    move = hybridise(complex_, place, other, partner) if self._may_meet(complex_, other) else None
                    if move is not None:
                        self.record(complex_, other, move, StepKind.HYBRIDISATION, self.rates.hybridisation())

    def _meet(self, target: Complex, opening: int, invader: Complex, toehold: int) -> None:
        """Try one binding: the invader's position ``toehold`` to the target's exposed position ``opening``."""
        move = invade(target, opening, invader, toehold) if self._may_meet(target, invader) else None
        if move is None:
            return
        if move.complete:
            rate = self.rates.displacement(move.invading_nt, move.released_nt)
            self.record(target, invader, move, StepKind.DISPLACEMENT, rate)
        else:
            self.record(target, invader, move, StepKind.BINDING, self.rates.binding(move.invading_nt))
            self._record_unbinding(target, invader, move)

    def _may_meet(self, one: Complex, other: Complex) -> bool:
        return self.common is None or one in self.common or other in self.common

    def record(self, target: Complex, invader: Complex, move: Move, kind: StepKind, rate: float) -> None:
        """Keep a step unless it changes nothing or is known already."""
        reactants = tuple(sorted((self.add(target), self.add(invader))))
        products = tuple(sorted(self.add(product) for product in move.products))
        if reactants != products and (reactants, products) not in self.steps:
            self.steps[reactants, products] = Step(reactants, products, rate, kind, self.origins_of(target))

    def _record_unbinding(self, target: Complex, invader: Complex, move: Move) -> None:
        key = tuple(self.add(product) for product in move.products), tuple(sorted((self.add(target), self.add(invader))))
        rate = self.rates.unbinding(move.invading_nt)
        self.steps.setdefault(key, Step(*key, rate, StepKind.UNBINDING, self.origins_of(target)))


def _openings(complex_: Complex) -> Iterator[tuple[Junction, int]]:
    """Exposed domains beside a covered branch, as the junction an invader must have, with the exposed position."""
    for exposed, partner in enumerate(complex_.pairing):
        for step in (1, -1) if partner is None else ():
            run = _run_to_branch(complex_, exposed, step, paired=True)
            if run:
                yield (-step, tuple(~complex_.domains[position] for position in run)), exposed


def _invading_junctions(complex_: Complex) -> Iterator[tuple[Junction, int]]:
    """Unpaired domains beside an unpaired branch, with the position of the first."""
    for toehold, partner in enumerate(complex_.pairing):
        for step in (1, -1) if partner is None else ():
            run = _run_to_branch(complex_, toehold, step, paired=False)
            if run:
                yield (step, tuple(complex_.domains[position] for position in run)), toehold


def _run_to_branch(complex_: Complex, start: int, step: int, paired: bool) -> list[int]:
    """Positions from an unpaired domain on to the next branch, over (un)paired neighbours; empty where there is none."""
    run, position = [start], start + step
    while 0 <= position < len(complex_.pairing):
        crossed = position if step > 0 else position + 1
        if crossed in complex_.ends or (complex_.pairing[position] is not None) != paired:
            break
        run.append(position)
        if not complex_.domains[position].is_toehold:
            return run
        position += step
    return []


def enumerate_complexes(
    complexes: Sequence[Complex], names: Sequence[str], rates: RateModel, origins_of: Callable[[Complex], tuple[Origin, ...]]
) -> ReactionNetwork:
    """The network of some named complexes; species that appear on the way are named ``s1, s2, ...``."""
    enumerator = Enumerator(rates, origins_of)
    for complex_ in complexes:
        enumerator.add(complex_)
    enumerator.run()
    return to_network(enumerator, dict(zip(complexes, names)))


def to_network(enumerator: Enumerator, names: dict[Complex, str]) -> ReactionNetwork:
    """Freeze an enumerator's findings."""
    complexes = tuple(enumerator.position)
    fresh = (f"s{number}" for number in range(1, len(complexes) + 1))
    return ReactionNetwork(
        complexes, tuple(names.get(complex_) or next(fresh) for complex_ in complexes), tuple(enumerator.steps.values())
    )


def system_origins(system: DsdSystem) -> Callable[[Complex], tuple[Origin, ...]]:
    """Which formal reactions a complex belongs to: those of the gates whose bottom strands it contains."""
    owners: dict[Strand, tuple[Origin, ...]] = {}
    for component in system.components:
        for strand in component.complex.strands:
            if any(domain.starred for domain in strand):
                owners[strand] = component.origins

    def origins_of(complex_: Complex) -> tuple[Origin, ...]:
        return tuple(dict.fromkeys(origin for strand in complex_.strands for origin in owners.get(strand, ())))

    return origins_of
