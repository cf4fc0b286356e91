"""The finite semantics: toeholds bind and unbind, branches migrate to and fro, and open toeholds are occluded."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import ClassVar, Literal

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT, Complex, Domain
from dsd_ncrn.kinetics.elementary import bind, closings, helix_openings, migrations
from dsd_ncrn.kinetics.enumerator import MAX_SPECIES, Enumerator, OriginsOf
from dsd_ncrn.kinetics.junctions import Place, invading_junctions, openings
from dsd_ncrn.kinetics.moves import Move, invade
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.kinetics.rates import RateModel
from dsd_ncrn.kinetics.three_step import ThreeStepRates

Unproductive = Literal["all", "present", "none"]
"""Which free strands rest on toeholds where they can displace nothing: all, those mixed in at the start, or none."""
UNPRODUCTIVE = "unproductive"
"""The rule that such bindings and unbindings are labelled with."""


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
        self.elementary, self.unproductive = ThreeStepRates(rates), unproductive
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
        rates = self.elementary
        for opened in helix_openings(complex_):
            self._toeholds[complex_] += 1
            self.record((complex_,), opened.products, rates.unbinding(opened.held_nt), StepKind.UNBINDING)
        for moved in migrations(complex_):
            rate = rates.migration(moved.held_nt, moved.released_nt, moved.length_nt)
            self.record((complex_,), moved.products, rate, StepKind.MIGRATION)
        for closed in closings(complex_):
            self.record((complex_,), closed.products, rates.closing(closed.loop_nt, closed.length_nt), StepKind.CLOSING)

    def _bind(self, one: Place, other: Place, kind: StepKind) -> None:
        bound = bind(*one, *other)
        if bound is not None:
            self.record((one[0], other[0]), (bound.product,), self.elementary.binding(bound.held_nt), kind)

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
        bound = bind(*host, *visitor)
        if bound is None or bound.held_nt > TOEHOLD_MAX_NT or bound.product in self._resting:
            return
        apart, on, off = (host[0], visitor[0]), self.elementary.binding(bound.held_nt), self.elementary.unbinding(bound.held_nt)
        if bound.product in self.position:  # explored for its own sake, so its opening is found there
            self.record(apart, (bound.product,), on, StepKind.BINDING, rule=UNPRODUCTIVE)
            return
        self.place(bound.product)
        self._resting.add(bound.product)
        ends, middle = [self.position[each] for each in apart], [self.position[bound.product]]
        self.keep(ends, middle, on, StepKind.BINDING, host[:1], UNPRODUCTIVE)
        self.keep(middle, ends, off, StepKind.UNBINDING, host[:1], UNPRODUCTIVE)

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
