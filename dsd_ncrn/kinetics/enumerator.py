"""What every enumeration keeps: species, steps, and who may meet whom.

Invasions start at branch points: by the domains around them, targets and invaders find each other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import Complex, Domain
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.network import Step, StepKind, Toehold
from dsd_ncrn.kinetics.rates import RateModel

MAX_SPECIES = 200_000
"""Enumeration stops here unless told otherwise: no system of this project comes near it."""
STEPS_PER_SPECIES = 10
"""It stops as well at so many times as many steps: polymers react each with each."""
Toeholds = tuple[Toehold | None, Toehold | None]
OriginsOf = Callable[[Complex], tuple[Origin, ...]]

Junction = tuple[int, tuple[Domain, ...]]
"""Direction along the invader (+1 to its 3' end) and its domains, from the toehold to the first branch."""
Place = tuple[Complex, int]
"""A complex and one of its flat domain indices."""
Contact = tuple[Place, Place]
"""Two complementary unpaired domains of two complexes: of those that zip together the first."""


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


class Enumerator(ABC):
    """Grows a network until no move leads to a new species.

    Exposed toeholds and invading strands meet through an index of the domains around their branch points, so the cost
    grows with the number of reactions found, not with the square of the number of species. ``common``, where set, holds
    the species that are plentiful: two species outside it are never brought together.
    """

    advice: ClassVar[str] = "The complexes polymerise, or the limit must be raised."

    def __init__(
        self, rates: RateModel, origins_of: OriginsOf, max_species: int = MAX_SPECIES, max_strands: int | None = None
    ) -> None:
        self.rates, self.origins_of, self.max_species, self.max_strands = rates, origins_of, max_species, max_strands
        self.too_large: list[tuple[Complex, Complex]] = []
        self.position: dict[Complex, int] = {}
        self.steps: dict[tuple[tuple[int, ...], tuple[int, ...]], Step] = {}
        self.common: frozenset[Complex] | None = None
        self._waiting: deque[Complex] = deque()
        self._openings: dict[Junction, list[Place]] = defaultdict(list)
        self._invaders: dict[Junction, list[Place]] = defaultdict(list)
        self._single: dict[Domain, list[Place]] = defaultdict(list)

    def add(self, complex_: Complex) -> int:
        """The index of a species, new or known. Raises CheckFailed at more species than the limit."""
        if complex_ not in self.position:
            self.place(complex_)
            self._waiting.append(complex_)
        return self.position[complex_]

    def place(self, complex_: Complex) -> None:
        """Number a new species without looking into what it does. Raises CheckFailed as ``add``."""
        self.check_size(len(self.position) + 1)
        self.position[complex_] = len(self.position)

    def check_size(self, species: int) -> None:
        """Raises CheckFailed where there are more species than the limit."""
        if species > self.max_species:
            raise self._too_many(f"{self.max_species} species")

    def _too_many(self, passed: str) -> CheckFailed:
        """What was passed, the remedy, and what grows."""
        largest = max(self.position, key=lambda each: len(each.strands), default=None)
        grown = f" The largest has {len(largest.strands)} strands: {largest}." if largest else ""
        return CheckFailed(f"enumeration passed {passed}. {self.advice}{grown}")

    def run(self) -> None:
        """Enumerate all moves of the species added so far and of those that follow."""
        while self._waiting:
            self.explore(self._waiting.pop())

    def notes(self, names: Mapping[Complex, str]) -> tuple[str, ...]:
        """What was left out, for the user."""
        return tuple(
            f"{len(self.too_large)} meetings were left out that would make complexes of more than {self.max_strands} strands, "
            f"such as that of {names[one]} and {names[other]}: the complexes polymerise (--max-strands)"
            for one, other in self.too_large[:1]
        )

    @abstractmethod
    def explore(self, complex_: Complex) -> None:
        """Record everything a new species does, alone and with what is known so far."""

    @abstractmethod
    def happens_anyway(self, target: Complex, invader: Complex, move: Move) -> bool:
        """Whether toehold-mediated steps of the two lead to what a leak would."""

    def record(
        self,
        reactants: Sequence[Complex],
        products: Sequence[Complex],
        rate: float,
        kind: StepKind,
        owners: Sequence[Complex] = (),
        rule: str = "",
        toeholds: Toeholds = (None, None),
        another: bool = False,
    ) -> None:
        """Keep a step, and its species, unless it changes nothing or is known already. Raises CheckFailed at too many.

        It belongs to the formal reactions of its ``owners``, by default of its first reactant. ``rate`` is in nM^(1-n)/s.
        The rates of ``another`` pathway to the same products and of those that are known add up.
        """
        before = tuple(sorted(self.add(reactant) for reactant in reactants))
        after = tuple(sorted(self.add(product) for product in products))
        if before != after and (before, after) not in self.steps:
            # Each step knows whose gate made it, from which the leak study ranks formal reactions.
            origins = dict.fromkeys(origin for owner in owners or reactants[:1] for origin in self.origins_of(owner))
            self.steps[before, after] = Step(before, after, rate, kind, tuple(origins), rule, toeholds)
            if len(self.steps) > STEPS_PER_SPECIES * self.max_species:
                raise self._too_many(f"{STEPS_PER_SPECIES * self.max_species} steps")
        # Parallel pathways to the same products are one mass-action step with the sum of their rates.
        elif before != after and another:
            known = self.steps[before, after]
            self.steps[before, after] = replace(known, rate=known.rate + rate)

    def may_meet(self, one: Complex, other: Complex) -> bool:
        """Whether two species are ever brought together: one is plentiful, and both are not too large together."""
        # Both exist by leaks alone: their meeting would be of second order in the leak rate.
        if not self.is_common(one) and not self.is_common(other):
            return False
        if self.max_strands is not None and len(one.strands) + len(other.strands) > self.max_strands:
            self.too_large.append((one, other))
            return False
        return True

    def contact(self, one: Place, other: Place) -> Contact:
        """Where the helix of two domains starts, whichever of its domains and of the two complexes came first."""
        if one[0] is other[0]:
            return min(run_start(one, other), run_start(other, one), key=lambda found: found[0][1])
        # One name for a binding however it was found, so that it is counted once.
        swap = self.position[one[0]] > self.position[other[0]]
        return run_start(other, one) if swap else run_start(one, other)

    def is_common(self, complex_: Complex) -> bool:
        """Whether a species is plentiful; all are until leaks are added."""
        return self.common is None or complex_ in self.common

    def new_invasions(self, complex_: Complex) -> Iterator[tuple[Place, Place]]:
        """Register a new species and pair it, as target and as invader, with everything whose junction fits."""
        exposed, invading = list(openings(complex_)), list(invading_junctions(complex_))
        # Registered before it is paired, so that a species also meets itself.
        for junction, position in exposed:
            self._openings[junction].append((complex_, position))
        for junction, position in invading:
            self._invaders[junction].append((complex_, position))
        for junction, position in exposed:
            yield from (((complex_, position), other) for other in list(self._invaders[junction]))
        for junction, there in invading:
            # As invader it meets all others; itself it has met as target above.
            others = (other for other in list(self._openings[junction]) if other[0] is not complex_)
            yield from ((other, (complex_, there)) for other in others)

    def new_hybridisations(self, complex_: Complex) -> Iterator[tuple[Place, Place]]:
        """Register a new species' unpaired branch domains and pair them with unpaired complements."""
        for place, domain in enumerate(complex_.domains):
            if complex_.pairing[place] is None and not domain.is_toehold:
                self._single[domain].append((complex_, place))
                yield from (((complex_, place), other) for other in list(self._single[~domain]))


def neighbour(complex_: Complex, position: int, step: int) -> int | None:
    """The next position on the same strand, or None past its end."""
    there = position + step
    inside = 0 <= there < len(complex_.pairing) and (there if step > 0 else position) not in complex_.ends
    return there if inside else None


def run_start(one: Place, other: Place) -> Contact:
    """The first of the pairs that zip together with a pair of unpaired domains, on the way to the 5' end of ``one``."""
    (first, here), (second, there) = one, other
    # Zipping makes one helix of neighbouring pairs: whichever of them meets first, it is the same binding.
    while True:
        before, after = neighbour(first, here, -1), neighbour(second, there, 1)
        if before is None or after is None or first.pairing[before] is not None or second.pairing[after] is not None:
            break
        if not first.domains[before].pairs_with(second.domains[after]):
            break
        here, there = before, after
    return (first, here), (second, there)


def openings(complex_: Complex) -> Iterator[tuple[Junction, int]]:
    """Exposed domains beside a covered branch, as the junction an invader must have, with the exposed position."""
    for exposed, step, run in _runs_to_branch(complex_, paired=True):
        yield (-step, tuple(~complex_.domains[position] for position in run)), exposed


def invading_junctions(complex_: Complex) -> Iterator[tuple[Junction, int]]:
    """Unpaired domains beside an unpaired branch, with the position of the first."""
    for toehold, step, run in _runs_to_branch(complex_, paired=False):
        yield (step, tuple(complex_.domains[position] for position in run)), toehold


def _runs_to_branch(complex_: Complex, paired: bool) -> Iterator[tuple[int, int, list[int]]]:
    """From every unpaired domain, in both directions, the positions on to the next branch, over (un)paired neighbours."""
    for start, partner in enumerate(complex_.pairing):
        for step in (1, -1) if partner is None else ():
            run, position = [start], start + step
            while 0 <= position < len(complex_.pairing):
                # Beyond a strand's end the neighbour in the flat list is another strand's.
                crossed = position if step > 0 else position + 1
                if crossed in complex_.ends or (complex_.pairing[position] is not None) != paired:
                    break
                run.append(position)
                if not complex_.domains[position].is_toehold:
                    yield start, step, run
                    break
                position += step
