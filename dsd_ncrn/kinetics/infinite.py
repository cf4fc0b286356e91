"""The infinite semantics: a toehold binding is followed at once by all the branch migration it makes possible."""

from __future__ import annotations

from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.kinetics.enumerator import Enumerator
from dsd_ncrn.kinetics.junctions import Place
from dsd_ncrn.kinetics.moves import Move, hybridise, invade
from dsd_ncrn.kinetics.network import StepKind


class InfiniteEnumerator(Enumerator):
    """Displacements as single steps; bindings and unbindings only where an incumbent holds on (Lakin et al. 2011)."""

    def explore(self, complex_: Complex) -> None:
        """Meet a new species with everything known."""
        for target, invader in self.new_invasions(complex_):
            self._meet(target, invader)
        for one, other in self.new_hybridisations(complex_):
            move = hybridise(*one, *other) if self.may_meet(one[0], other[0]) else None
            if move is not None:
                self.record((one[0], other[0]), move.products, self.rates.hybridisation(), StepKind.HYBRIDISATION)

    def _meet(self, opening: Place, toehold: Place) -> None:
        """Try one binding of an invader's toehold to a target's exposed position."""
        pair = target, invader = opening[0], toehold[0]
        move = invade(*opening, *toehold) if self.may_meet(target, invader) else None
        if move is None:
            return
        if move.complete:
            rate = self.rates.displacement(move.invading_nt, move.released_nt)
            self.record(pair, move.products, rate, StepKind.DISPLACEMENT, toeholds=(move.bound, move.released))
        else:
            on, off = self.rates.binding(move.invading_nt), self.rates.unbinding(move.invading_nt)
            self.record(pair, move.products, on, StepKind.BINDING, toeholds=(move.bound, None))
            self.record(move.products, pair, off, StepKind.UNBINDING, owners=(target,), toeholds=(None, move.bound))

    def happens_anyway(self, target: Complex, invader: Complex, move: Move) -> bool:
        """Whether the step is known already: all displacements are when leaks are looked for."""
        left = tuple(sorted(self.position[each] for each in (target, invader)))
        known = [self.position.get(product) for product in move.products]
        return None not in known and (left, tuple(sorted(n for n in known if n is not None))) in self.steps
