"""Toehold polarity of every species, so that annihilating pairs can meet on a cooperative complex.

Two species that annihilate must enter a cooperative complex from opposite ends; two inputs of one join must enter
from the same end. Contract the "same" edges and 2-colour the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx as nx

from dsd_ncrn.crn.types import Reaction


@dataclass(frozen=True, slots=True)
class Polarity:
    """+1 or -1 for every species, and the annihilations that can, and cannot, be cooperative (reaction names)."""

    of: Mapping[str, int]
    cooperative: tuple[str, ...]
    fallback: tuple[str, ...]


def is_annihilation(reaction: Reaction) -> bool:
    """Whether two different species vanish together."""
    return not reaction.products and len(set(reaction.reactants)) == 2


def assign_polarity(reactions: Sequence[Reaction]) -> Polarity:
    """Polarity by constrained 2-colouring; annihilations that no colouring serves are named in ``fallback``.

    Where the graph is not 2-colourable, edges are taken in order and those that close an odd cycle are left out.
    Only a species that is consumed by annihilation alone is ever turned, so that no join has to be mirrored.
    """
    group = _joined_groups(reactions)
    opposite: nx.Graph[int] = nx.Graph()
    opposite.add_nodes_from(set(group.values()))
    cooperative, fallback = [], []
    for reaction in filter(is_annihilation, reactions):
        one, other = (group[species] for species in reaction.reactants)
        opposite.add_edge(one, other)
        if one != other and nx.is_bipartite(opposite) and _turnable(opposite, group, reactions):
            cooperative.append(reaction.origin.reaction)
        else:
            opposite.remove_edge(one, other)
            fallback.append(reaction.origin.reaction)
    colour = _colours(opposite, group, reactions)
    return Polarity({species: colour[number] for species, number in group.items()}, tuple(cooperative), tuple(fallback))


def _joined_groups(reactions: Sequence[Reaction]) -> dict[str, int]:
    """Species by group: the inputs of one join belong together."""
    same: nx.Graph[str] = nx.Graph()
    for reaction in reactions:
        same.add_nodes_from((*reaction.reactants, *reaction.products))
        if not is_annihilation(reaction):
            same.add_edges_from(combinations(reaction.reactants, 2))
    return {species: number for number, group in enumerate(nx.connected_components(same)) for species in sorted(group)}


def _join_inputs(reactions: Sequence[Reaction]) -> set[str]:
    return {species for reaction in reactions if not is_annihilation(reaction) for species in reaction.reactants}


def _colours(opposite: nx.Graph[int], group: Mapping[str, int], reactions: Sequence[Reaction]) -> dict[int, int]:
    """+1 for the side of each connected part that holds join inputs, -1 for the other."""
    fixed = {group[species] for species in _join_inputs(reactions)}
    colour: dict[int, int] = {}
    for part in nx.connected_components(opposite):
        sides = nx.bipartite.color(opposite.subgraph(part))
        straight = next((sides[number] for number in sorted(part) if number in fixed), 0)
        colour.update({number: 1 if side == straight else -1 for number, side in sides.items()})
    return colour


def _turnable(opposite: nx.Graph[int], group: Mapping[str, int], reactions: Sequence[Reaction]) -> bool:
    """Whether the species that would be turned are inputs of no join, drains apart."""
    colour = _colours(opposite, group, reactions)
    return all(colour[group[species]] > 0 for species in _join_inputs(reactions))
