"""Where the boxes of a drawn graph go: a layout without a random part, then moved until nothing covers anything."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from scipy.spatial import KDTree

from dsd_ncrn.arrays import Floats, Ints

if TYPE_CHECKING:
    import networkx

Key = TypeVar("Key", bound=Hashable)

EDGE = 1.05
"""Mean length of an edge before boxes are moved; lengths are in inches."""
GAP = 0.16
"""How far boxes stay apart."""
HEIGHT = 0.25
_FEWEST, _MOST, _COMPARED = 20, 300, 2e7
"""Passes that move boxes off edges, and how many pairs of the two all passes may look at together."""
_SEPARATIONS = 2000
_ROOM = 3.0
"""Square of a picture's longer side over the area of its boxes, at the least."""


@dataclass(frozen=True, slots=True)
class Box:
    """The middle and the width of a box of the common height."""

    x: float
    y: float
    width: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle."""
        return self.x, self.y


def place(graph: networkx.Graph[Key], widths: Mapping[Key, float]) -> dict[Key, Box]:
    """A box for every node, none below or left of the origin; parts that do not hang together stand side by side.

    Kamada and Kawai's layout (Information Processing Letters 31, 1989) starts from a circle in the order of the nodes.
    """
    boxes: dict[Key, Box] = {}
    left = 0.0
    for part in _parts(graph):
        sizes = np.array([(widths[node], HEIGHT) for node in part])
        places = _part(graph.subgraph(part), part, sizes / 2) + np.array([left, 0.0])
        boxes |= {node: Box(x, y, widths[node]) for node, (x, y) in zip(part, places.tolist())}
        left = max(boxes[node].x + widths[node] / 2 for node in part) + 2 * GAP
    return boxes


def _parts(graph: networkx.Graph[Key]) -> Iterator[list[Key]]:
    """The nodes of each connected part, in the order of the graph."""
    import networkx

    for part in networkx.connected_components(graph):
        yield [node for node in graph if node in part]


def _part(graph: networkx.Graph[Any], nodes: Sequence[Hashable], half: Floats) -> Floats:
    """Middles of a connected part's boxes (nodes, 2), the corner of the whole at the origin."""
    index = {node: number for number, node in enumerate(nodes)}
    ends = sorted(sorted((index[source], index[target])) for source, target in graph.edges())
    edges = np.array(ends, dtype=np.int64).reshape(-1, 2)
    spaced = half + GAP / 2
    places = _layout(edges, len(nodes))
    places = apart(places * _scale(places, edges, spaced), spaced, edges)
    return places - (places - half).min(axis=0)


def _layout(edges: Ints, size: int) -> Floats:
    import networkx

    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(edges.tolist())
    found = networkx.kamada_kawai_layout(graph)
    return np.array([found[number] for number in range(size)])


def _scale(places: Floats, edges: Ints, half: Floats) -> float:
    """Inches per unit of the layout: as long as edges should be, and larger where the boxes would not find room."""
    if not len(edges):
        return 1.0
    lengths = np.hypot(*(places[edges[:, 0]] - places[edges[:, 1]]).T)
    needed = _ROOM * np.prod(2 * half, axis=1).sum()
    return float(max(EDGE / lengths.mean(), np.sqrt(needed) / np.ptp(places, axis=0).max()))


def apart(places: Floats, half: Floats, edges: Ints) -> Floats:
    """Move boxes (nodes, 2) of some half sizes until none overlap, and off the edges (edges, 2) between others.

    Not every graph can be drawn so that no edge runs below a box; boxes do not overlap in any.
    """
    for _ in range(int(np.clip(_COMPARED / max(1, len(edges) * len(places)), _FEWEST, _MOST))):
        shift = off_boxes(places, half) + 0.5 * _off_edges(places, half, edges)
        places = places + shift
        if np.abs(shift).max() < 1e-4:
            break
    for _ in range(_SEPARATIONS):
        shift = off_boxes(places, half)
        if not shift.any():
            break
        places = places + 1.01 * shift  # a little more than half the overlap, so that the end is reached
    return places


def off_boxes(places: Floats, half: Floats) -> Floats:
    """How far to move each box: out of every other, both of a pair along the shorter way."""
    one, other = _near(places, half)
    away = places[one] - places[other]
    overlap = half[one] + half[other] - np.abs(away)
    side: Floats = np.where(away == 0, -1.0, np.sign(away))  # of boxes in one place the earlier goes left or down
    sideways = overlap[:, 0] < overlap[:, 1]
    step = side * overlap / 2 * np.stack([sideways, ~sideways], axis=1) * np.all(overlap > 1e-9, axis=1, keepdims=True)
    ends, moves = np.concatenate([one, other]), np.concatenate([step, -step])
    shift: Floats = np.stack([np.bincount(ends, moves[:, axis], len(places)) for axis in (0, 1)], axis=1, dtype=float)
    return shift


def _near(places: Floats, half: Floats) -> tuple[Ints, Ints]:
    """The pairs of boxes that may overlap, the earlier one first."""
    if len(places) < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    tree: Any = KDTree(places / (2 * half.max(axis=0)))  # SciPy's has no types
    pairs: Ints = tree.query_pairs(1.0, p=np.inf, output_type="ndarray")
    return pairs[:, 0], pairs[:, 1]


def _off_edges(places: Floats, half: Floats, edges: Ints) -> Floats:
    """How far to move each box: out of the straight lines between others, at a right angle."""
    order = np.arange(len(places))
    start, end = places[edges[:, 0], None], places[edges[:, 1], None]
    away, along = places - start, end - start
    length = np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-12)
    normal = along[..., ::-1] * (-1.0, 1.0) / length
    part = (away * along).sum(axis=2) / length[..., 0] ** 2
    distance = (away * normal).sum(axis=2)
    missing = (np.abs(normal) * half).sum(axis=2) - np.abs(distance)
    foreign = (order != edges[:, :1]) & (order != edges[:, 1:])
    hit = foreign & (part > 0) & (part < 1) & (missing > 0)
    side = np.where(distance < 0, -1.0, 1.0)
    return ((side * missing * hit)[..., None] * normal).sum(axis=0)
