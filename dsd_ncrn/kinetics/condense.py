"""Condensation: what a network comes to where all fast steps of single complexes are over before two complexes meet.

Complexes that change into one another for ever are one species; a complex that does not last is replaced by what becomes of it,
with the probability of each (Grun et al., "A rule-based kinetic theory of DNA strand displacement"; Badelt et al., J. R. Soc.
Interface 17:20190866, 2020). The steps between species have the rate of the first binding times that probability.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from dsd_ncrn.kinetics.network import Fate, ReactionNetwork, Step, StepKind

if TYPE_CHECKING:
    import networkx as nx

Sides = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass
class _Condenser:
    """Works through the states of one network from those that last to those that lead to them."""

    network: ReactionNetwork
    initial: int
    held: frozenset[int]
    k_fast: float

    def __post_init__(self) -> None:
        self.onward: dict[int, list[Step]] = defaultdict(list)
        self.slow: list[Step] = []
        for step in self.network.steps:
            # Leaks are slow whatever they do; of the rest, single complexes' steps faster than k_fast are over before a
            # meeting.
            alone = len(step.reactants) == 1 and step.kind != StepKind.LEAK and step.rate >= self.k_fast
            self.onward[step.reactants[0]].append(step) if alone else self.slow.append(step)
        self.fates: dict[int, dict[tuple[int, ...], float]] = {}
        self.share: dict[int, float] = {}  # of its species, by state that lasts
        self.waits: dict[int, int] = {}  # states that wait, and the species that they are
        self.leaving: list[Step] = []  # of species that wait

    def work_out(self) -> None:
        """Find the fates of all states, those that lead nowhere first."""
        import networkx as nx

        states: nx.DiGraph[int] = nx.DiGraph()
        states.add_nodes_from(range(len(self.network.names)))
        states.add_edges_from((state, each) for state, steps in self.onward.items() for step in steps for each in step.products)
        # In reverse topological order: what a component leads to is known before it.
        for members in nx.strongly_connected_components(states):
            self._component(tuple(sorted(members)))

    def _component(self, members: tuple[int, ...]) -> None:
        inside = {(each,) for each in members}
        # Without exit the component is a species; its states share it as their stationary distribution.
        exits = [step for each in members for step in self.onward[each] if step.products not in inside]
        if not exits or self.held.issuperset(members):
            self.share |= dict(zip(members, self._stationary(members)))
        if not exits:
            self.fates |= {each: {(members[0],): 1.0} for each in members}
            return
        if self.held.issuperset(members):
            self.waits |= dict.fromkeys(members, members[0])
            rate = sum(step.rate * self.share[step.reactants[0]] for step in exits)
            self.leaving += [replace(step, reactants=members[:1], rate=rate) for step in exits[:1]]
        number = {each: place for place, each in enumerate(members)}
        # First-step analysis: p = (Q p + r) / k of every state, one linear system for all ends at once.
        chain = np.zeros((len(members), len(members)))
        ends: dict[tuple[int, ...], np.ndarray] = defaultdict(lambda: np.zeros(len(members)))
        for each in members:
            for step in self.onward[each]:
                # The diagonal has all that leaves a state, off it what stays inside; the right side is what goes to each end.
                chain[number[each], number[each]] += step.rate
                if step.products in inside:
                    chain[number[each], number[step.products[0]]] -= step.rate
                else:
                    for end, chance in self.after(step.products).items():
                        ends[end][number[each]] += step.rate * chance
        solved = np.linalg.solve(chain, np.column_stack(list(ends.values())))
        self.fates |= {each: dict(zip(ends, map(float, solved[number[each]]))) for each in members}

    def _stationary(self, members: Sequence[int]) -> list[float]:
        """The share of each state, without what leads away."""
        size, number = len(members), {each: place for place, each in enumerate(members)}
        if size == 1:
            return [1.0]
        balance = np.zeros((size, size))
        for each in members:
            for step in self.onward[each]:
                if len(step.products) == 1 and step.products[0] in number:
                    balance[number[step.products[0]], number[each]] += step.rate
                    balance[number[each], number[each]] -= step.rate
        # Balance equations are dependent: one gives way to the sum of shares, in the size of the others for the condition.
        scale = float(np.abs(balance).max())
        balance[-1] = scale
        total = np.zeros(size)
        total[-1] = scale
        return [float(share) for share in np.linalg.solve(balance, total)]

    def after(self, complexes: Iterable[int]) -> dict[tuple[int, ...], float]:
        """What becomes of some complexes, each by itself, with the probability of it."""
        found: dict[tuple[int, ...], float] = defaultdict(float)
        # Complexes that part go on by themselves, so that their fates are independent.
        for ways in product(*(self.fates[each].items() for each in complexes)):
            end = tuple(sorted(each for way, _ in ways for each in way))
            found[end] += float(np.prod([chance for _, chance in ways]))
        return found

    def steps(self) -> dict[tuple[Sides, str], Step]:
        """The steps between the species that can come about."""
        found: dict[tuple[Sides, str], Step] = {}
        of_species: dict[int, list[tuple[Step, set[int]]]] = defaultdict(list)
        for step in (each for each in self.slow if all(one in self.share for one in each.reactants)):
            sides = set(self.species(step.reactants))
            for each in sides:
                of_species[each].append((step, sides))
        reached = {each for start in range(self.initial) for end in self.fates[start] for each in end}
        waiting = deque(sorted(reached))
        # Only species that the mixed complexes lead to: a step is added once all of its reactants can be there.
        while waiting:
            ready = [each for each in of_species.pop(waiting.popleft(), ()) if not any(one in of_species for one in each[1])]
            made = {each for step, _ in ready for each in self._condense(step, found)} - reached
            reached |= made
            waiting += sorted(made)
        for step in self.leaving:
            if step.reactants[0] in reached:
                for after, chance in self.after(step.products).items():
                    self._add(found, replace(step, products=after, rate=step.rate * chance))
        return found

    def species(self, states: Iterable[int]) -> tuple[int, ...]:
        """The species that some states which last belong to."""
        return tuple(sorted(self.waits[each] if each in self.waits else next(iter(self.fates[each]))[0] for each in states))

    def _condense(self, step: Step, found: dict[tuple[Sides, str], Step]) -> set[int]:
        """Add a slow step; the species that it makes."""
        before = self.species(step.reactants)
        # A slow step starts in one state of a species, which is there for its share of the time.
        weight = step.rate * float(np.prod([self.share[each] for each in step.reactants]))
        after = self.after(step.products)
        if len(step.products) == 1 and step.products[0] in self.waits and after.keys() == {before}:
            after = {(self.waits[step.products[0]],): 1.0}  # two that hold each other and may part again
        made: set[int] = set()
        for end, chance in after.items():
            made |= set(end)
            if end != before and chance > 0:
                self._add(found, replace(step, reactants=before, products=end, rate=weight * chance))
        return made

    def _add(self, found: dict[tuple[Sides, str], Step], step: Step) -> None:
        kind = step.kind if step.kind in (StepKind.LEAK, StepKind.UNBINDING) else StepKind.CONDENSED
        key = (step.reactants, step.products), kind
        known = found.get(key)
        origins = tuple(dict.fromkeys((*(known.origins if known else ()), *step.origins)))
        rule = step.rule if step.kind == StepKind.LEAK else ""
        found[key] = replace(step, rate=step.rate + (known.rate if known else 0.0), kind=kind, origins=origins, rule=rule)


def condense(
    network: ReactionNetwork, initial: int, held: frozenset[int] = frozenset(), k_fast: float = 0.0
) -> ReactionNetwork:
    """A network between the species at rest that the first ``initial`` complexes lead to.

    Args:
        network: with all steps of single complexes.
        initial: how many of its complexes are mixed.
        held: complexes of two that hold each other and only part again: they are species, since others may come in time.
        k_fast: steps of one complex that are slower, /s, are slow as bindings are.
    """
    work = _Condenser(network, initial, held, k_fast)
    work.work_out()
    found = list(work.steps().values())
    starts = [work.fates[start] for start in range(initial)]
    present = {each for ends in starts for end in ends for each in end} | {each for step in found for each in step.products}
    order = {each: number for number, each in enumerate(sorted(present))}
    steps = tuple(
        replace(
            step, **{side: tuple(sorted(order[each] for each in getattr(step, side))) for side in ("reactants", "products")}
        )
        for step in found
    )
    names = network.names
    at_once: dict[str, tuple[Fate, ...]] = {
        names[start]: tuple(Fate(chance, tuple(names[each] for each in end)) for end, chance in ends.items())
        for start, ends in enumerate(starts)
        if ends != {(start,): 1.0}
    }
    shown = tuple(network.complexes[each] for each in order), tuple(names[each] for each in order)
    return ReactionNetwork(*shown, steps, network.rates, at_once, network.notes)


def after_relaxing(network: ReactionNetwork, levels: Mapping[str, float | None]) -> dict[str, float | None]:
    """Initial concentrations of the species, where complexes that do not last have become what they become."""
    moved: dict[str, float | None] = {name: level for name, level in levels.items() if name not in network.at_once}
    for name, fates in network.at_once.items():
        for fate in fates:
            for each in fate.products:
                level, known = levels[name], moved.get(each, 0.0)
                moved[each] = None if level is None or known is None else known + level * fate.chance
    return moved
