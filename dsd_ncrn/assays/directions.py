"""Which steps of a network take a gate forward, which take it back, and which are its leaks."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from enum import StrEnum

from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind


class Direction(StrEnum):
    """Which of a gate's steps a rate constant is that of."""

    FORWARD = "forward"
    REVERSE = "reverse"
    LEAK = "leak"


def directions(network: ReactionNetwork, gates: Mapping[str, Complex]) -> list[tuple[str, Direction]]:
    """For each step the gate whose bottom strand takes it, "" for none, and whether it leads away from the fresh gate.

    ``gates`` are those by name as they are mixed.
    """
    bottoms = {_bottom(made): name for name, made in gates.items()}
    depths = {name: _depths(network, bottom, network.position[gates[name]]) for bottom, name in bottoms.items()}
    return [_direction(network, number, bottoms, depths) for number in range(len(network.steps))]


def _direction(
    network: ReactionNetwork, number: int, bottoms: Mapping[Strand, str], depths: Mapping[str, Mapping[int, int]]
) -> tuple[str, Direction]:
    step, complexes = network.steps[number], network.complexes
    held = [bottoms[s] for place in step.reactants for s in complexes[place].strands if s in bottoms]
    if not held:
        return "", Direction.FORWARD
    if step.kind == StepKind.LEAK:
        return held[0], Direction.LEAK
    depth = depths[held[0]]
    before = min(depth[place] for place in step.reactants if place in depth)
    after = min((depth[place] for place in step.products if place in depth), default=before + 1)
    return held[0], Direction.FORWARD if after > before else Direction.REVERSE


def _bottom(gate: Complex) -> Strand:
    return next((strand for strand in gate.strands if strand[0].starred), gate.strands[0])


def _depths(network: ReactionNetwork, bottom: Strand, fresh: int) -> dict[int, int]:
    """How many steps without leaks lead from the fresh gate to each species that holds its bottom strand."""
    onward: dict[int, list[int]] = {}
    holding = {place for place, each in enumerate(network.complexes) if bottom in each.strands}
    for step in network.steps:
        if step.kind != StepKind.LEAK:
            for before in holding.intersection(step.reactants):
                onward.setdefault(before, []).extend(holding.intersection(step.products))
    depth, waiting = {fresh: 0}, deque([fresh])
    leaked = [place for place in sorted(holding) if place != fresh]
    while waiting or leaked:
        if not waiting:  # what only leaks make is as deep as the first of them
            place = leaked.pop(0)
            if place in depth:
                continue
            depth[place] = 1
            waiting.append(place)
        here = waiting.popleft()
        for after in onward.get(here, ()):
            if after not in depth:
                depth[after] = depth[here] + 1
                waiting.append(after)
    return depth
