"""What a module does to amounts: whatever way its steps take, it must do its reaction, and use up what drives it.

States say what can happen, not which way it goes: strands in excess are always there in them, so that a module whose
auxiliary strand pushes it back ends as well as one whose auxiliary strand drives it on. Here each step has an extent, and
linear programs find the least and the largest change of every strand while the reaction happens once and nothing is left half
done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.dsd.module import Module, Steps
from dsd_ncrn.dsd.structure import Complex, Strand

MOST = 100.0
"""Of an extent: without a bound a circle of steps would have no end."""
ROUNDING = 1e-6


def wrong_amount(module: Module, steps: Steps, ends: frozenset[Complex]) -> str | None:
    """What is wrong with the amounts of a module; None where nothing is. ``ends`` are what it may leave behind."""
    formal = module.formal
    net = {name: formal.products.count(name) - formal.reactants.count(name) for name, _ in module.signals}
    made = next((name for name, change in net.items() if change), None)
    if made is None:
        return None
    extents = _Extents(module, steps, ends)
    # No combination of steps may undo the reaction,
    if extents.possible({module.carrier(made): -float(net[made])}):
        return "its steps can do the reaction backwards"
    # one must do it and leave nothing half done,
    once = {module.carrier(made): float(net[made])}
    if not extents.possible(once):
        return "its steps cannot do the reaction and leave nothing half done"
    # its join must use up what drives it,
    for helper in sorted(module.helpers, key=str):
        if extents.change(helper, once, at_join=True)[1] > ROUNDING - 1:
            return f"the join does not use up its auxiliary strand {helper}: an excess of it drives the reaction backwards"
    # and all else changes by what the reaction says, least and most alike.
    for what, complex_, wanted in _wanted(module, net):
        least, largest = extents.change(complex_, once)
        if abs(least - wanted) > ROUNDING or abs(largest - wanted) > ROUNDING:
            found = f"{least:+g}" if largest - least < ROUNDING else f"{least:+g} to {largest:+g}"
            return f"{what} changes by {found} where the reaction happens once, and not by {wanted:+d}"
    return None


def _wanted(module: Module, net: dict[str, int]) -> Iterator[tuple[str, Complex, int]]:
    """What has to change, and by how much: signals as the reaction says, gates and the clock are used up."""
    yield from ((name, carrier, net[name]) for name, carrier in module.signals)
    yield from ((f"the gate {gate}", gate, -1) for gate in sorted(module.gates, key=str))
    if module.clock is not None and module.gated:
        yield "the clock", module.clock, -1


class _Extents:
    """The linear programs of one module."""

    def __init__(self, module: Module, steps: Steps, ends: frozenset[Complex]) -> None:
        species = dict.fromkeys(each for step in steps for side in step for each in side)
        self.place = {complex_: number for number, complex_ in enumerate(species)}
        # The stoichiometric matrix: extents x of steps change species by N x, and x >= 0.
        self.changes = np.zeros((len(species), len(steps)))
        for number, (left, right) in enumerate(steps):
            for side, sign in ((left, -1.0), (right, 1.0)):
                for complex_ in side:
                    self.changes[self.place[complex_], number] += sign
        given = {*module.present}
        taken = {each for left, _ in steps for each in left}
        # States in progress: in the end none may be left, so that their change is 0.
        self.between = [self.place[each] for each in species if each in taken - given - ends]
        joins = _joins(module, steps)
        self.at_join = np.array([any(joins & {*each.strands} for side in step for each in side) for step in steps])
        # Spent gates and waste may pile up, but there is none to take from.
        self.left = [self.place[each] for each in species if each in ends - given]

    def possible(self, fixed: dict[Complex, float]) -> bool:
        """Whether some complexes can change by given amounts while nothing is left half done."""
        return self._solved(np.zeros(self.changes.shape[1]), fixed) is not None

    def change(self, complex_: Complex, fixed: dict[Complex, float], at_join: bool = False) -> tuple[float, float]:
        """The least and the largest change of a complex meanwhile, by all steps or by those of the join alone."""
        cost = self.changes[self.place[complex_]] if complex_ in self.place else np.zeros(self.changes.shape[1])
        # Forks give auxiliary strands back: only what the join does with them counts.
        cost = np.where(self.at_join, cost, 0.0) if at_join else cost
        # Two linear programs give the range over all ways to do the reaction.
        least, most = self._solved(cost, fixed), self._solved(-cost, fixed)
        assert least is not None and most is not None
        return least, -most

    def _solved(self, cost: Floats, fixed: dict[Complex, float]) -> float | None:
        if any(complex_ not in self.place for complex_ in fixed):
            return None
        rows = [*self.between, *(self.place[each] for each in fixed)]
        goal = np.append(np.zeros(len(self.between)), list(fixed.values()))
        from scipy.optimize import linprog

        kept: dict[str, Any] = {"A_ub": -self.changes[self.left], "b_ub": np.zeros(len(self.left))} if self.left else {}
        found: Any = linprog(cost, A_eq=self.changes[rows], b_eq=goal, bounds=(0, MOST), **kept)
        return float(found.fun) if found.success else None


def _joins(module: Module, steps: Steps) -> set[Strand]:
    """The lower strands of the gates that take up a reactant; forks give auxiliary strands back, and do not count.

    A degradation gate that its clock has to open first has no fork, and counts whole.
    """
    inputs = {module.carrier(species) for species in module.formal.reactants}
    entered = {each for left, _ in steps if inputs & {*left} for each in left if each in module.gates}
    return {strand for gate in entered or module.gates for strand in gate.strands if strand[0].starred}
