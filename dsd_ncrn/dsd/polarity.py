"""Toehold polarity of every species, so that annihilating pairs can meet on a cooperative complex.

Two species that annihilate must enter a cooperative complex from opposite ends (Zhang 2011); two inputs of one join must
enter from the same end. Contract the "same" edges; what is left is a graph of annihilations whose largest cut is the
largest set of them that can be cooperative. Where the graph is bipartite that is all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, product

import networkx as nx

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.errors import did_you_mean

EXACT_UP_TO = 12
"""Connected groups that may be coloured anew; above that a bipartite part is 2-coloured, any other one greedily."""

_KEY = ("translation", "polarity")
Colours = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Polarity:
    """+1 or -1 for every species, and the annihilations that can, and cannot, be cooperative (reaction names).

    ``why`` gives the reason for each that cannot.
    """

    of: Mapping[str, int]
    cooperative: tuple[str, ...]
    fallback: tuple[str, ...]
    why: Mapping[str, str] = field(default_factory=dict[str, str])


def is_annihilation(reaction: Reaction) -> bool:
    """Whether two different species vanish together."""
    return not reaction.products and len(reaction.reactants) == len(set(reaction.reactants)) == 2


def assign_polarity(reactions: Sequence[Reaction], fixed: Mapping[str, int] | None = None, cut: bool = True) -> Polarity:
    """Polarities that let as many annihilations as possible be cooperative; none where ``cut`` is False.

    Among colourings that serve as many, the one that turns the fewest reactants, then the fewest species, then the
    first. ``fixed`` are the design's own choices. Raises DesignError where these contradict each other or name no species.
    """
    # 1: species that enter one join, from one end, are one node.
    groups = _Groups(reactions, fixed or {}, cut)
    pairs = [reaction for reaction in reactions if is_annihilation(reaction)]
    # 2: colour the nodes so that as many annihilations as possible join two colours.
    colours = groups.colours(pairs if cut else [])
    # 3: what is still of one colour falls back to two domains, with the reason.
    of = {species: colours[groups.of[species]] for species in groups.same}
    opposite = {r.origin.reaction: of[r.reactants[0]] != of[r.reactants[1]] for r in pairs}
    why = {r.origin.reaction: groups.reason(r, cut) for r in pairs if not opposite[r.origin.reaction]}
    return Polarity(of, tuple(name for name, apart in opposite.items() if apart), tuple(why), why)


class _Groups:
    """Species contracted by the joins they enter together, with the choices of the design."""

    def __init__(self, reactions: Sequence[Reaction], fixed: Mapping[str, int], cut: bool) -> None:
        self.fixed_species = fixed
        self.same: nx.Graph[str] = nx.Graph()
        for reaction in reactions:
            self.same.add_nodes_from((*reaction.reactants, *reaction.products))
            if not (cut and is_annihilation(reaction)):
                edges = combinations(dict.fromkeys(reaction.reactants), 2)
                self.same.add_edges_from(edges, reaction=reaction.origin.reaction)
        parts = list(nx.connected_components(self.same))
        self.of = {species: number for number, part in enumerate(parts) for species in sorted(part)}
        self.joined = {name for reaction in reactions if not is_annihilation(reaction) for name in reaction.reactants}
        self.fixed = self._fixed(fixed)
        self.cost = {number: (len(part & self.joined), len(part)) for number, part in enumerate(parts)}

    def _fixed(self, wanted: Mapping[str, int]) -> Colours:
        first: dict[int, str] = {}
        for species, sign in wanted.items():
            if species not in self.of:
                rule = "translation.polarity names a species that no reaction has"
                raise DesignError(rule, species, did_you_mean(species, self.of), key=(*_KEY, species))
            before = first.setdefault(self.of[species], species)
            if wanted[before] != sign:
                why = self._between(before, species)
                rule = f"translation.polarity: {before} and {species} have to enter from one end{why}"
                raise DesignError(rule, sign, f"Give both {wanted[before]}, or leave one out.", key=(*_KEY, species))
        return {group: wanted[species] for group, species in first.items()}

    def _between(self, one: str, other: str) -> str:
        """The reactions that tie two species together."""
        path = nx.bidirectional_shortest_path(self.same, one, other)
        names = dict.fromkeys(self.same.edges[edge]["reaction"] for edge in pairwise(path))
        return f" (through {', '.join(names)})"

    def colours(self, pairs: Iterable[Reaction]) -> dict[int, int]:
        """A colour for every group."""
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(self.of.values())
        for reaction in pairs:
            one, other = (self.of[species] for species in reaction.reactants)
            if one != other:
                # Several annihilations between two groups count as many.
                graph.add_edge(one, other, weight=graph.get_edge_data(one, other, {"weight": 0})["weight"] + 1)
        found: dict[int, int] = {}
        for part in nx.connected_components(graph):
            found.update(self._coloured(graph.subgraph(part)))
        return found

    def _coloured(self, part: nx.Graph[int]) -> Colours:
        """The largest cut of a connected part that keeps what is fixed."""
        free = [node for node in sorted(part) if node not in self.fixed]
        kept = {node: self.fixed[node] for node in part if node in self.fixed}
        # Largest cut is NP-hard; the groups of a circuit are few enough to try them all.
        if len(free) <= EXACT_UP_TO:
            tried = ({**kept, **dict(zip(free, signs))} for signs in product((1, -1), repeat=len(free)))
            return max(tried, key=lambda colours: self._quality(part, colours))
        start = kept | _two_coloured(part, free, kept)
        return self._improved(part, start, free)

    def _improved(self, part: nx.Graph[int], colours: Colours, free: Sequence[int]) -> Colours:
        """Turn all free groups or single ones for as long as that makes the colouring better."""
        best, quality = dict(colours), self._quality(part, colours)
        while True:
            # Turning all cuts the same edges but may turn fewer species; turning one may cut more.
            turns = [free, *([node] for node in free)]
            tried = [{**best, **{node: -best[node] for node in turn}} for turn in turns]
            better = max(tried, key=lambda colours: self._quality(part, colours))
            if self._quality(part, better) <= quality:
                return best
            best, quality = better, self._quality(part, better)

    def _quality(self, part: nx.Graph[int], colours: Colours) -> tuple[int, int, int]:
        """Annihilations served, then as few turned reactants and turned species as possible."""
        cut = sum(edge["weight"] for one, other, edge in part.edges(data=True) if colours[one] != colours[other])
        turned = [self.cost[node] for node in part if colours[node] < 0]
        return cut, -sum(inputs for inputs, _ in turned), -sum(species for _, species in turned)

    def reason(self, reaction: Reaction, cut: bool) -> str:
        """Why a pair has one polarity."""
        if not cut:
            return "the design asks for two-domain annihilation"
        one, other = reaction.reactants
        if self.of[one] == self.of[other]:
            return f"{one} and {other} have to enter from one end{self._between(one, other)}"
        chosen = [species for species in reaction.reactants if self.of[species] in self.fixed]
        if len(chosen) == 2:
            return "translation.polarity gives both the same polarity"
        if self.fixed:
            return "with translation.polarity as it is no more annihilations can be cooperative"
        return "it closes an odd cycle of annihilations, of which the others are cooperative"


def _two_coloured(part: nx.Graph[int], free: Sequence[int], kept: Colours) -> dict[int, int]:
    """A bipartite part by its two sides, any other one group by group, each opposite to most of its neighbours."""
    # Without odd cycles every annihilation can be served, and the two sides are found at once.
    if not kept and nx.is_bipartite(part):
        return {node: 1 - 2 * side for node, side in nx.bipartite.color(part).items()}
    colours = dict(kept)
    for node in free:
        near = sum(part.edges[node, other]["weight"] * colours.get(other, 0) for other in part[node])
        colours[node] = -1 if near > 0 else 1
    return {node: colours[node] for node in free}
