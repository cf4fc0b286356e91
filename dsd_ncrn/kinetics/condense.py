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
            alone = len(step.reactants) == 1 and step.kind != StepKind.LEAK and step.rate >= self.k_fast
            self.onward[step.reactants[0]].append(step) if alone else self.slow.append(step)
        self.fates: dict[int, dict[tuple[int, ...], float]] = {}
        self.share: dict[int, float] = {}  # of its species, by state that lasts
        self.leaving: list[tuple[int, tuple[int, ...], float]] = []  # species that wait, what they fall apart into, /s

    def work_out(self) -> None:
        """Find the fates of all states, those that lead nowhere first."""
        import networkx as nx

        states: nx.DiGraph[int] = nx.DiGraph()
        states.add_nodes_from(range(len(self.network.names)))
        states.add_edges_from((state, each) for state, steps in self.onward.items() for step in steps for each in step.products)
        for members in nx.strongly_connected_components(states):
            self._component(sorted(members))

    def _component(self, members: Sequence[int]) -> None:
        inside = {(each,) for each in members}
        exits = [step for each in members for step in self.onward[each] if step.products not in inside]
        if not exits or self.held.issuperset(members):
            self.fates |= {each: {(members[0],): 1.0} for each in members}
            self.share |= dict(zip(members, self._stationary(members)))
            self.leaving += [(members[0], step.products, step.rate * self.share[step.reactants[0]]) for step in exits]
            return
        number = {each: place for place, each in enumerate(members)}
        chain = np.zeros((len(members), len(members)))
        ends: dict[tuple[int, ...], np.ndarray] = defaultdict(lambda: np.zeros(len(members)))
        for each in members:
            for step in self.onward[each]:
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
        scale = np.abs(balance).max()
        balance[-1] = scale
        return np.linalg.solve(balance, np.eye(size)[-1] * scale).tolist()

    def after(self, complexes: Iterable[int]) -> dict[tuple[int, ...], float]:
        """What becomes of some complexes, each by itself, with the probability of it."""
        found: dict[tuple[int, ...], float] = defaultdict(float)
        for ways in product(*(self.fates[each].items() for each in complexes)):
            end = tuple(sorted(each for way, _ in ways for each in way))
            found[end] += float(np.prod([chance for _, chance in ways]))
        return found

    def steps(self) -> dict[tuple[Sides, str], Step]:
        """The steps between the species that can come about."""
        found: dict[tuple[Sides, str], Step] = {}
        last = (step for step in self.slow if all(each in self.share for each in step.reactants))
        of_species: dict[int, list[tuple[Step, set[int]]]] = defaultdict(list)
        for step in last:
            sides = {each for (end,) in (self.fates[each] for each in step.reactants) for each in end}
            for each in sides:
                of_species[each].append((step, sides))
        reached = {each for start in range(self.initial) for end in self.fates[start] for each in end}
        waiting = deque(sorted(reached))
        while waiting:
            species = waiting.popleft()
            ready = [step for step, sides in of_species.pop(species, ()) if not any(each in of_species for each in sides)]
            made = {each for step in ready for each in self._condense(step, found)} - reached
            reached |= made
            waiting += sorted(made)
        return found

    def _condense(self, step: Step, found: dict[tuple[Sides, str], Step]) -> set[int]:
        """Add a slow step; the species that it makes."""
        ((before, _),) = self.after(step.reactants).items()
        weight = step.rate * float(np.prod([self.share[each] for each in step.reactants]))
        made: set[int] = set()
        for after, chance in self.after(step.products).items():
            made |= set(after)
            if after != before and chance > 0:
                self._add(found, replace(step, reactants=before, products=after, rate=weight * chance))
        return made

    def _add(self, found: dict[tuple[Sides, str], Step], step: Step) -> None:
        kind = step.kind if step.kind == StepKind.LEAK else StepKind.CONDENSED
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
        held: species that last although they fall apart again, since others may come in time.
        k_fast: steps of one complex that are slower, /s, are slow as bindings are.
    """
    work = _Condenser(network, initial, held, k_fast)
    work.work_out()
    found = list(work.steps().values())
    starts = [work.fates[start] for start in range(initial)]
    present = {each for ends in starts for end in ends for each in end} | {each for step in found for each in step.products}
    for species, apart, rate in work.leaving:
        if species in present:
            for end, chance in work.after(apart).items():
                found.append(Step((species,), end, rate * chance, StepKind.UNBINDING))
                present |= set(end)
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
    return ReactionNetwork(
        tuple(network.complexes[each] for each in order), tuple(names[each] for each in order), steps, at_once, network.notes
    )


def after_relaxing(network: ReactionNetwork, levels: Mapping[str, float | None]) -> dict[str, float | None]:
    """Initial concentrations of the species, where complexes that do not last have become what they become."""
    moved: dict[str, float | None] = {name: level for name, level in levels.items() if name not in network.at_once}
    for name, fates in network.at_once.items():
        for fate in fates:
            for each in fate.products:
                level, known = levels[name], moved.get(each, 0.0)
                moved[each] = None if level is None or known is None else known + level * fate.chance
    return moved
