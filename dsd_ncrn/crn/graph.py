"""A network as a graph: species and reactions are its nodes, and a catalyst hangs on its reaction by a dashed edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsd_ncrn.crn.exchange import named
from dsd_ncrn.crn.types import Crn, Reaction

if TYPE_CHECKING:
    import networkx

REACTANT, PRODUCT, CATALYST = "reactant", "product", "catalyst"
"""Roles of an edge; a catalyst is used and given back."""

OTHER_COLOUR = "#3c4654"
"""Of reactions without a stage."""
STAGE_COLOURS: Mapping[str, str] = {
    "N1": "#0066aa",
    "readout": "#00798a",
    "N2": "#c04a00",
    "N3": "#007a5a",
    "N4": "#9b3f86",
    "flush": "#6b727c",
    "feed": "#8a5a00",
    "annihilation": "#b3261e",
    "clock": "#3b4cc0",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A species by its name, or a reaction by its place in the network, from 0."""

    kind: str
    key: str | int


def reaction_graph(crn: Crn) -> networkx.MultiDiGraph[Node]:
    """Species and reactions as nodes, in the network's order, with attributes ``label`` and, for reactions, ``stage``.

    An edge has its role as key and the number of molecules as ``count``: in 2 Z -> 3 Z two Z are catalysts and one
    is a product.
    """
    import networkx

    graph: networkx.MultiDiGraph[Node] = networkx.MultiDiGraph(name=crn.name)
    for name in crn.species:
        graph.add_node(Node("species", name), label=name)
    for number, reaction in enumerate(crn.reactions):
        node = Node("reaction", number)
        graph.add_node(node, label=reaction.origin.reaction or f"R{number + 1}", stage=reaction.origin.stage)
        for role, name, count in _roles(reaction):
            species = Node("species", name)
            ends = (node, species) if role == PRODUCT else (species, node)
            graph.add_edge(*ends, key=role, count=count)
    return graph


def _roles(reaction: Reaction) -> Iterator[tuple[str, str, int]]:
    left, right = Counter(reaction.reactants), Counter(reaction.products)
    for role, counted in ((CATALYST, left & right), (REACTANT, left - right), (PRODUCT, right - left)):
        yield from ((role, name, count) for name, count in counted.items())


def colour_of(stage: str) -> str:
    """The colour in which a stage is drawn."""
    return STAGE_COLOURS.get(stage, OTHER_COLOUR)


def dot_of(crn: Crn) -> str:
    """The graph in the DOT language of Graphviz: species are ellipses, reactions are boxes in the colour of their stage."""
    graph, identifiers = reaction_graph(crn), named(crn)
    names = {node: _quoted(name) for node, name in zip(graph, (*identifiers.species.values(), *identifiers.reactions))}
    lines = [f"digraph {_quoted(crn.name)} {{", "  rankdir=LR;", '  node [fontname="Helvetica"];']
    lines += [f"  {names[node]} [{_node_style(node, attributes)}];" for node, attributes in graph.nodes(data=True)]
    for source, target, role, attributes in graph.edges(keys=True, data=True):
        lines.append(f"  {names[source]} -> {names[target]} [{_edge_style(role, attributes['count'])}];")
    return "\n".join([*lines, "}"]) + "\n"


def _node_style(node: Node, attributes: dict[str, str]) -> str:
    label = f"label={_quoted(attributes['label'])}"
    if node.kind == "species":
        return f"{label}, shape=ellipse"
    stage = attributes["stage"]
    box = f'{label}, shape=box, style=filled, fontcolor=white, color="{colour_of(stage)}"'
    return f"{box}, tooltip={_quoted(stage)}" if stage else box


def _edge_style(role: str, count: int) -> str:
    style = "style=dashed, arrowhead=none" if role == CATALYST else "style=solid"
    return f"{style}, label={_quoted(str(count))}" if count > 1 else style


def _quoted(text: str) -> str:
    """A DOT string; a backslash would otherwise start one of DOT's own escapes."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
