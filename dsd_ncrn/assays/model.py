"""A gate with its reporter as a model to be fitted: the network that follows from its strands, and what of it is unknown.

Reactions come from the domains by enumeration. What is unknown are factors on groups of their rate constants, one for all
steps that take a gate forward, one for those that take it back and one for its leaks (which these are is told first), and
how much of each component is active.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from dsd_ncrn.arrays import Flags, Floats, Ints
from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.kinetics.rates import RateModel
from dsd_ncrn.simulate.crowd import Crowd, crowd_of
from dsd_ncrn.simulate.mass_action import MassAction, from_network


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


@dataclass(frozen=True, eq=False)
class Group:
    """Steps (n,) that share a factor; ``nominal`` is the rate constant of the typical one as the rates predict it, /nM/s.

    Leaks have their ``nominal`` at 1 /M/s.
    """

    name: str
    direction: Direction
    steps: Ints
    nominal: float


@dataclass(frozen=True, eq=False)
class GateModel:
    """Components by name, the one of them that reports, and the network of all; ``occlusion`` (nM) as in designs.

    The reporter has its dye on the strand with the open toehold and its quencher on the other one. ``together`` says whether
    the gates other than the reporter share their factors, as where only the slowest of them can be told.
    """

    components: Mapping[str, Complex]
    reporter: str
    network: ReactionNetwork
    occlusion: float = 0.0
    together: bool = True

    @cached_property
    def mass_action(self) -> MassAction:
        """The network as arrays; leaks at 1 /M/s."""
        return from_network(self.network)

    @cached_property
    def nominal(self) -> Floats:
        """The predicted rate constants, (steps,), leaks at 1 /M/s."""
        leaks = np.array([step.kind == StepKind.LEAK for step in self.network.steps])
        return np.where(leaks, 1e-9, 1.0) * self.mass_action.rates

    @cached_property
    def crowd(self) -> Crowd | None:
        """What rests on toeholds; None where nothing does."""
        return crowd_of(self.network, self.occlusion)

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The components that are more than a strand, without the reporter."""
        return tuple(name for name, made in self.components.items() if not made.is_strand and name != self.reporter)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The species of each component."""
        return {name: self.network.position[made] for name, made in self.components.items()}

    @cached_property
    def _labelled(self) -> tuple[Strand, Strand]:
        """The strands with the dye and with the quencher."""
        strands = self.components[self.reporter].strands
        if len(strands) != 2:
            raise InputError("a reporter is a duplex of two strands", self.reporter, "Name the duplex that carries the dye.")
        dye, quencher = sorted(strands, key=len, reverse=True)
        return dye, quencher

    @cached_property
    def bright(self) -> Flags:
        """The species that have the dye and no quencher, (species,)."""
        dye, quencher = self._labelled
        return np.array([dye in each.strands and quencher not in each.strands for each in self.network.complexes], dtype=bool)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The steps by gate and direction: those of the reporter apart, the others together or each gate by itself.

        Leaks of the reporter go with those of the gates. Steps that only leaks lead to go with others of their gate.
        """
        # Steps behind a leak have no data of their own: those that happen anyway come first and name the groups.
        usual = self._without_leaks()
        all_of = directions(self.network, {name: self.components[name] for name in (*self.gates, self.reporter)})
        found: dict[tuple[str, Direction], list[int]] = {}
        for number in sorted(range(len(all_of)), key=lambda each: not usual[each]):
            gate, direction = all_of[number]
            apart = gate == self.reporter and direction is not Direction.LEAK
            key = gate if apart or not self.together else "", direction
            if not usual[number] and direction is not Direction.LEAK and key not in found:
                key = key[0], Direction.FORWARD
            found.setdefault(key, []).append(number)
        order = sorted(found, key=lambda key: (key[0] == self.reporter, key))
        return tuple(self._group(*key, [n for n in found[key] if usual[n]], found[key]) for key in order)

    def _without_leaks(self) -> Flags:
        """Which steps happen where nothing leaks, (steps,)."""
        there, steps = set(self.places.values()), self.network.steps
        real = [step.kind != StepKind.LEAK for step in steps]
        for _ in steps:
            more = {
                place for step, own in zip(steps, real) if own and there.issuperset(step.reactants) for place in step.products
            }
            if more <= there:
                break
            there |= more
        return np.array([own and there.issuperset(step.reactants) for step, own in zip(steps, real)], dtype=bool)

    def _group(self, gate: str, direction: Direction, usual: Sequence[int], steps: Sequence[int]) -> Group:
        # The median is what is reported as the gate's rate constant; the others keep their ratio to it.
        typical = 1e-9 if direction is Direction.LEAK else float(np.median(self.nominal[list(usual or steps)]))
        name = f"{direction} of {gate}" if gate else str(direction)
        return Group(name, direction, np.array(steps, dtype=np.int64), typical)

    @cached_property
    def triggered(self) -> tuple[tuple[str, int, tuple[int, ...]], ...]:
        """For each gate the leak steps by strands that are mixed with it: gate, attacker, products."""
        strands = {self.places[name] for name, made in self.components.items() if made.is_strand}
        by_place = {self.places[name]: name for name in self.gates}
        return tuple(
            (by_place[gate], other, step.products)
            for step in self.network.kinds(StepKind.LEAK)
            for gate in step.reactants
            if gate in by_place
            for other in step.reactants
            if other in strands
        )


def gate_model(
    components: Mapping[str, Complex], reporter: str, rates: RateModel, occlusion: float = 0.0, together: bool = True
) -> GateModel:
    """Enumerate some named complexes with the leaks of their gates.

    Raises InputError where ``reporter`` is none of them, and CheckFailed where the network grows without end.
    """
    if reporter not in components:
        raise InputError("the reporter is no component", reporter, f"Known: {', '.join(components)}.")
    network = enumerate_complexes(tuple(components.values()), tuple(components), rates, leak_models=("gate",))
    return GateModel(components, reporter, network, occlusion, together)
