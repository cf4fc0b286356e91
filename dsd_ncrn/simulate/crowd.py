"""Toehold occlusion: strands that rest on open toeholds where they can displace nothing keep both from reacting.

Quasi-steady: every open toehold and every single-stranded one of all that is in the tube bind with a dissociation constant that
follows from how many nucleotides they have in common. What is free of each follows from the law of mass action, and a step
that starts at a toehold is slowed down by the free share of the toehold times that of the strand, 1 / ((1 - b/G)(1 - b/S)) for
one toehold in common. It is worked out anew whenever the tube begins to wait, from what is in it then. What is pulled out
takes along what rests on it. The finite semantics (``kinetics.finite``) has the same resting strands one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.dsd.structure import Strand, strand_length
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.finite import UNPRODUCTIVE
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.kinetics.rates import RESTING_NT
from dsd_ncrn.kinetics.toeholds import OpenToeholds
from dsd_ncrn.simulate.compiled import compiled

NONE: Mapping[Strand, float] = {}
Crossing = Callable[[Strand, Strand], float | None]
"""What the sequences say of a host and a visitor with nothing in common: its dissociation constant over that of
``RESTING_NT``; None where they say nothing."""
BY_TOEHOLD = (StepKind.DISPLACEMENT, StepKind.BINDING)
MOST = 1.0 - 1e-12
"""Of anything that rests somewhere else."""
ROUNDS, CLOSE_ENOUGH = 100_000, 1e-9


@dataclass(frozen=True, eq=False)
class Crowd:
    """How strands rest on the toeholds of a network's species.

    ``association`` (hosts, visitors) is 1 / K_d, /nM. The steps ``slowed`` (n,) start at toeholds ``at`` (n,) with strands
    ``by`` (n,), which are places among hosts and visitors.
    """

    toeholds: OpenToeholds
    association: Floats
    slowed: Ints
    at: Ints
    by: Ints
    steps: int

    def slowdown(self, state: Floats) -> Floats:
        """What the rate constants (steps,) of a state (species,), nM, are multiplied by."""
        hosts, visitors = self.free(state)
        # Steps that start at no toehold (leaks, unbinding, migration) are not slowed.
        factors = np.ones(self.steps)
        factors[self.slowed] = hosts[self.at] * visitors[self.by]
        return factors

    def usual(self, state: Floats) -> float:
        """The factor of the most frequent toehold with the most frequent strand."""
        hosts, visitors = self.free(state)
        if not len(hosts) or not len(visitors):
            return 1.0
        at, by = (int(product(counts, state).argmax()) for counts in (self.toeholds.host_counts, self.toeholds.visitor_counts))
        return float(hosts[at] * visitors[by])

    def by_length(self, state: Floats) -> dict[int, float]:
        """The factor by the length (nt) of what is open, for the most frequent toehold of each and the most frequent strand."""
        hosts, visitors = self.free(state)
        if not len(visitors):
            return {}
        rarest_first: list[int] = np.argsort(product(self.toeholds.host_counts, state)).tolist()
        usual = visitors[int(product(self.toeholds.visitor_counts, state).argmax())]
        return {strand_length(self.toeholds.hosts[at]): float(hosts[at] * usual) for at in rarest_first}

    def free(self, state: Floats) -> tuple[Floats, Floats]:
        """The free shares of hosts (hosts,) and visitors (visitors,) in a state (species,), nM."""
        # By kind, not by species: one toehold is as open on one gate as on another.
        hosts, visitors = product(self.toeholds.host_counts, state), product(self.toeholds.visitor_counts, state)
        free_hosts, free_visitors = _free(np.maximum(hosts, 0.0), np.maximum(visitors, 0.0), self.association)
        held, rest = product(self.association, free_visitors), product(self.association.T, free_hosts)
        return 1.0 / (1.0 + held), 1.0 / (1.0 + rest)

    def left(self, state: Floats, pulled: Floats) -> Floats:
        """The share of every species (species,) that stays where ``pulled`` (species,), nM, of a state is taken out: of all
        that rests on open toeholds of it, or on whose toeholds it rests itself, none does."""
        hosts, visitors = self.free(state)
        # The share of a visitor that rests on each host, and of a host that each visitor covers, per nM of the other.
        bound = self.association * np.outer(hosts, visitors)
        counts = self.toeholds.host_counts, self.toeholds.visitor_counts
        # Visitors leave with the hosts that are pulled out, hosts with visitors.
        lost_visitors = product(bound.T, product(counts[0], pulled))
        lost_hosts = product(bound, product(counts[1], pulled))
        return kept(counts[1], lost_visitors) * kept(counts[0], lost_hosts)


def crowd_of(
    network: ReactionNetwork,
    dissociation: float,
    cross: float = 0.0,
    opens: Mapping[Strand, float] = NONE,
    crossing: Crossing | None = None,
) -> Crowd | None:
    """The crowd of a network; None where nothing rests.

    Where the network has what rests as species of its own, toeholds with nothing in common alone are left to the crowd.

    ``dissociation`` (nM) is that of ``RESTING_NT``, and of other lengths in proportion to those of the network's rates;
    ``cross`` (nM) that of toeholds with nothing in common, but for pairs of which ``crossing`` knows better. 0 is none.
    ``opens`` multiplies those of single hosts.
    """
    explicit = any(step.rule == UNPRODUCTIVE for step in network.steps)
    if not dissociation or (explicit and not cross):
        return None
    toeholds, common, rates = network.open_toeholds, network.open_toeholds.common, network.rates
    # K_d of 5 nt is given; of other lengths it follows by the ratio of their unbinding rates.
    scale = 0.0 if explicit else rates.unbinding(RESTING_NT) / rates.binding(RESTING_NT) / dissociation
    lengths = {int(nt) for nt in common.flat}
    held = {nt: scale * rates.binding(nt) / rates.unbinding(nt) for nt in lengths if nt} | {0: 1 / cross if cross else 0.0}
    association = np.array([held[int(nt)] for nt in common.flat]).reshape(common.shape)
    for pair, constant in cross_constants(toeholds, dissociation, crossing).items() if cross else ():
        association[pair] = 1 / constant
    association /= np.array([opens.get(host, 1.0) for host in toeholds.hosts]).reshape(-1, 1)
    met = [
        (n, *pair)
        for n, step in enumerate(network.steps)
        if step.kind in BY_TOEHOLD and len(step.reactants) == 2 and (pair := toeholds.meeting(*step.reactants))
    ]
    slowed, at, by = np.array(met, dtype=np.int64).reshape(len(met), 3).T
    return Crowd(toeholds, association, slowed, at, by, len(network.steps))


def cross_constants(toeholds: OpenToeholds, dissociation: float, crossing: Crossing | None) -> dict[tuple[int, int], float]:
    """The dissociation constants (nM) that sequences give hosts and visitors with nothing in common, by their places."""
    if crossing is None:
        return {}
    pairs = [(int(h), int(v)) for h, v in np.argwhere(toeholds.common == 0)]
    told = {(h, v): crossing(toeholds.hosts[h], toeholds.visitors[v]) for h, v in pairs}
    return {pair: dissociation * times for pair, times in told.items() if times is not None}


def _free(hosts: Floats, visitors: Floats, binding: Floats) -> tuple[Floats, Floats]:
    """Free hosts (hosts,) and visitors (visitors,) at equilibrium, nM; ``binding`` (hosts, visitors) holds 1 / K_d."""
    free_hosts, free_visitors, rounds = settled(hosts, visitors, binding)
    if rounds == ROUNDS:
        raise CheckFailed("the occlusion of toeholds was not settled: raise imperfections.occlusion")
    return free_hosts, free_visitors


@compiled
def product(matrix: Floats, vector: Floats) -> Floats:
    """A matrix (n, m) times a vector (m,), summed in order: libraries sum as suits the processor, and the steps of a
    simulation make a millionth of the last bit."""
    out = np.zeros(matrix.shape[0])
    for row in range(matrix.shape[0]):
        for column in range(matrix.shape[1]):
            out[row] += matrix[row, column] * vector[column]
    return out


@compiled
def kept(counts: Floats, lost: Floats) -> Floats:
    """The share of species (species,) that stays of those with ``counts`` (kinds, species) where the shares ``lost`` (kinds,)
    go with each: a species with several stays if none of them is lost, the product of the shares."""
    out = np.ones(counts.shape[1])
    for kind in range(counts.shape[0]):
        for species in range(counts.shape[1]):
            # No power: how many there are is a small whole number, mostly none.
            for _ in range(int(counts[kind, species])):
                out[species] *= 1.0 - min(lost[kind], MOST)
    return out


@compiled
def settled(hosts: Floats, visitors: Floats, binding: Floats) -> tuple[Floats, Floats, int]:
    """What ``_free`` gives, and how often all was worked out anew: ``ROUNDS`` where that was not enough."""
    free_hosts, free_visitors = hosts.copy(), visitors.copy()
    enough = CLOSE_ENOUGH * hosts.max() if len(hosts) else 0.0
    rounds = 0
    while rounds < ROUNDS:
        moved = 0.0
        # Gauss-Seidel on free = total / (1 + what binds it), visitors and hosts by turns.
        for visitor in range(len(visitors)):
            taken = 0.0
            for host in range(len(hosts)):
                taken += free_hosts[host] * binding[host, visitor]
            free_visitors[visitor] = visitors[visitor] / (1.0 + taken)
        for host in range(len(hosts)):
            taken = 0.0
            for visitor in range(len(visitors)):
                taken += binding[host, visitor] * free_visitors[visitor]
            before, free_hosts[host] = free_hosts[host], hosts[host] / (1.0 + taken)
            moved = max(moved, abs(free_hosts[host] - before))
        if moved <= enough:
            break
        rounds += 1
    return free_hosts, free_visitors, rounds
