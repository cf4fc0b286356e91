"""The reaction graph: what its edges say, DOT text that pydot reads, and a picture in which nothing is covered."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from xml.etree import ElementTree

import networkx
import numpy as np
import pydot
import pytest
from hypothesis import given, settings
from pyparsing import ParserElement

from dsd_ncrn.crn.drawing import svg_of
from dsd_ncrn.crn.graph import CATALYST, PRODUCT, REACTANT, STAGE_COLOURS, Node, dot_of, reaction_graph
from dsd_ncrn.crn.placing import GAP, HEIGHT, apart, off_boxes, place
from dsd_ncrn.crn.types import STAGES, Crn, Reaction
from interchange_networks import PLAIN, clocked, example, net_changes, networks, of_every_order

PYDOT_USES_OLD_PYPARSING = pytest.mark.filterwarnings("ignore:.* deprecated - use:DeprecationWarning")
NETWORKS = pytest.mark.parametrize("crn", [of_every_order(), clocked(), *map(example, PLAIN)], ids=lambda crn: crn.name)


@pytest.fixture(autouse=True)
def newlines_are_blanks() -> None:
    """Parsers of other packages (crnsimulator, dsdobjects) take them out of pyparsing's default for the whole process."""
    ParserElement.set_default_whitespace_chars(" \n\t\r")


def edges(crn: Crn) -> set[tuple[object, object, str, int]]:
    return {(a.key, b.key, role, count) for a, b, role, count in reaction_graph(crn).edges(keys=True, data="count")}


def test_what_is_used_and_given_back_is_a_catalyst() -> None:
    """By hand: 2 Z -> 3 Z keeps two Z and makes one, 3 Z -> 2 Z keeps two and uses one."""
    crn = Crn("powers", ("Z",), (Reaction(("Z",) * 2, ("Z",) * 3, 1.0), Reaction(("Z",) * 3, ("Z",) * 2, 1.0)))
    assert edges(crn) == {("Z", 0, CATALYST, 2), (0, "Z", PRODUCT, 1), ("Z", 1, CATALYST, 2), ("Z", 1, REACTANT, 1)}


@given(networks())
def test_edges_add_up_to_the_stoichiometry(crn: Crn) -> None:
    """Products minus reactants are the net changes; catalysts change nothing."""
    graph = reaction_graph(crn)
    assert networkx.is_bipartite(networkx.Graph(graph))
    for number, changes in enumerate(net_changes(crn)):
        node = Node("reaction", number)
        made = {b.key: count for _, b, count in graph.out_edges(node, data="count")}
        used = {a.key: -count for a, _, role, count in graph.in_edges(node, keys=True, data="count") if role == REACTANT}
        assert made | used == changes


@PYDOT_USES_OLD_PYPARSING
@NETWORKS
def test_pydot_reads_the_dot_text(crn: Crn) -> None:
    """pydot finds every node with its label, and every edge with its dashes."""
    (read,) = pydot.graph_from_dot_data(dot_of(crn))
    nodes = [node for node in read.get_nodes() if node.get_name() != "node"]
    labels = [node.get("label").strip('"') for node in nodes]
    graph = reaction_graph(crn)
    assert labels == [label for _, label in graph.nodes(data="label")]
    assert len({node.get_name() for node in nodes}) == len(labels)
    dashed = [edge.get("style") == "dashed" for edge in read.get_edges()]
    assert dashed.count(True) == sum(role == CATALYST for _, _, role in graph.edges(keys=True))
    assert len(dashed) == graph.number_of_edges()


@PYDOT_USES_OLD_PYPARSING
def test_quotes_and_backslashes_are_escaped() -> None:
    crn = Crn('a "name" \\', ("A",), (Reaction(("A",), (), 1.0),))
    assert dot_of(crn).startswith('digraph "a \\"name\\" \\\\" {')
    assert pydot.graph_from_dot_data(dot_of(crn)) is not None


@NETWORKS
def test_the_picture_shows_every_name(crn: Crn) -> None:
    texts = [element.text for element in ElementTree.fromstring(svg_of(crn)).iter("{http://www.w3.org/2000/svg}text")]
    labels = [label for _, label in reaction_graph(crn).nodes(data="label")]
    assert set(labels) <= set(texts)


def test_reactions_have_the_colour_of_their_stage() -> None:
    picture = svg_of(clocked())
    for stage in ("N1", "N2", "flush", "annihilation"):
        assert STAGE_COLOURS[stage] in picture and f">{stage}</text>" in picture
    assert STAGE_COLOURS["N4"] not in picture


def test_the_same_network_gives_the_same_bytes_in_another_process() -> None:
    """With other hashes of strings."""
    code = "from interchange_networks import clocked; from dsd_ncrn.crn.drawing import svg_of; print(svg_of(clocked()), end='')"
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout == svg_of(clocked())


@settings(max_examples=12, deadline=None)
@given(networks())
def test_boxes_do_not_overlap(crn: Crn) -> None:
    graph = networkx.Graph(reaction_graph(crn))
    boxes = place(graph, {node: 0.2 + 0.1 * len(str(node.key)) for node in graph})
    for one, other in combinations(boxes.values(), 2):
        beside = abs(one.x - other.x) - (one.width + other.width) / 2
        above = abs(one.y - other.y) - HEIGHT
        assert max(beside, above) > 0.9 * GAP


def test_a_box_leaves_the_edge_that_runs_below_it() -> None:
    """Three boxes in a row, the outer two joined: the middle one moves off the line between them."""
    half = np.full((3, 2), 0.25)
    moved = apart(np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 0.05]]), half, np.array([[0, 1]]))
    assert moved[2, 1] == pytest.approx(0.25, abs=1e-3)
    assert moved[:2] == pytest.approx(np.array([[0.0, 0.0], [2.0, 0.0]]), abs=1e-3)


def test_every_stage_has_a_colour_of_its_own() -> None:
    assert set(STAGE_COLOURS) == set(STAGES)
    assert len(set(STAGE_COLOURS.values())) == len(STAGES)


def test_boxes_are_moved_as_if_all_pairs_were_compared() -> None:
    """Those that are far apart are left out: 300 reactions take a sixth of the time."""
    chance = np.random.default_rng(0)
    places, half = chance.uniform(0, 6, (60, 2)).round(1), chance.uniform(0.1, 0.8, (60, 1)) * [1.0, 0.2]
    places[7] = places[3]
    shift = np.zeros((60, 2))
    for one, other in combinations(range(60), 2):
        away = places[one] - places[other]
        overlap = half[one] + half[other] - np.abs(away)
        if (overlap > 1e-9).all():
            axis = int(overlap[1] <= overlap[0])
            step = (np.sign(away[axis]) or -1.0) * overlap[axis] / 2
            shift[one, axis] += step
            shift[other, axis] -= step
    assert np.abs(shift).max() > 0.1
    assert off_boxes(places, half) == pytest.approx(shift, abs=1e-12)
