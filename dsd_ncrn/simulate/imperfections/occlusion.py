"""Toehold occlusion: strands that rest on open toeholds where they can displace nothing keep both from reacting.

Quasi-steady: every open toehold and every free toehold strand of the mixture bind with K_d = k_r / k_f of the rate table,
by as many nucleotides as they have in common. What is free of each follows from the law of mass action, and a step that
starts at a toehold is slowed down by the free share of the toehold times that of the strand, 1 / ((1 - b/G)(1 - b/S)) for one
toehold in common. Concentrations are those at the start of an iteration with the largest clock strand added. The finite
semantics (``kinetics.finite``) has the same resting strands one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from dsd_ncrn.arrays import Floats
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, strand_length
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.network import Step, StepKind
from dsd_ncrn.kinetics.rates import RESTING_NT, RateModel
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation

BY_TOEHOLD = (StepKind.DISPLACEMENT, StepKind.BINDING)
ROUNDS, CLOSE_ENOUGH = 100_000, 1e-12


class Occlusion:
    """Slower toehold steps; the magnitude is the dissociation constant of 5 nt, nM. No chance is involved."""

    name = "occlusion"
    largest = None

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection; durations are stretched by the slow-down of the most frequent toehold with its strands."""
        rates = mixture.network.rates
        strength = rates.unbinding(RESTING_NT) / rates.binding(RESTING_NT) / magnitude
        crowd = crowd_of(mixture, before.doses, rates, strength)
        toehold = np.array([s.kind in BY_TOEHOLD and len(s.reactants) == 2 for s in mixture.network.steps], dtype=bool)
        factors = np.array([crowd.share(mixture, step) if slow else 1.0 for slow, step in zip(toehold, mixture.network.steps)])
        return replace(before, rates=before.rates * factors, stretch=before.stretch / crowd.usual_share)


class Crowd:
    """The open toeholds and the toehold strands of a mixture, nM of each, and what of them is free."""

    def __init__(
        self, hosts: Mapping[Strand, float], visitors: Mapping[Strand, float], rates: RateModel, strength: float
    ) -> None:
        self.hosts, self.visitors, self.rates, self.strength = list(hosts), list(visitors), rates, strength
        binding = np.array([[self._association(host, each) for each in visitors] for host in hosts])
        self.free_hosts, self.free_visitors = _free(np.array([*hosts.values()]), np.array([*visitors.values()]), binding)
        self.host, self.visitor = (max(found, key=lambda toehold: found[toehold]) for found in (hosts, visitors))

    def _association(self, one: Strand, other: Strand) -> float:
        """1 / K_d of two toeholds, /nM; 0 where they have nothing in common."""
        held = common_nt(one, other)
        return self.strength * self.rates.binding(held) / self.rates.unbinding(held) if held else 0.0

    def share_of_host(self, toehold: Strand) -> float:
        """Which part of an open toehold no strand rests on."""
        bound = sum(free * self._association(toehold, each) for each, free in zip(self.visitors, self.free_visitors))
        return 1.0 / (1.0 + bound)

    def share_of_visitor(self, toehold: Strand) -> float:
        """Which part of a strand with this toehold rests nowhere."""
        return 1.0 / (1.0 + sum(free * self._association(toehold, each) for each, free in zip(self.hosts, self.free_hosts)))

    @property
    def usual_share(self) -> float:
        """Which part of the most frequent open toehold and of the most frequent strand are both free."""
        return self.share_of_host(self.host) * self.share_of_visitor(self.visitor)

    def share(self, mixture: Mixture, step: Step) -> float:
        """Which part of a step's reactants are both free to take it."""
        one, other = (mixture.network.complexes[index] for index in step.reactants)
        pairs = [pair for a, b in ((one, other), (other, one)) for pair in _meeting(a, b)]
        host, visitor = max(pairs, key=lambda pair: common_nt(*pair))
        return self.share_of_host(host) * self.share_of_visitor(visitor)


def crowd_of(mixture: Mixture, doses: Floats, rates: RateModel, strength: float) -> Crowd:
    """The toeholds of all that is mixed, with the clock strand of the phase that has most of it.

    ``doses`` (components,) multiplies the designed concentrations; ``strength`` is that of toeholds at rest over that of
    ``rates``.
    """
    hosts: dict[Strand, float] = {}
    visitors: dict[Strand, float] = {}
    clock = max(mixture.system.clocks.values(), key=lambda each: each.concentration, default=None)
    for component, dose in zip(mixture.system.components, doses):
        dosed = clock.concentration if clock is not None and component.name == clock.strand else 0.0
        level = (component.concentration + dosed) * dose
        for found, starred in ((hosts, True), (visitors, False)):
            for toehold in open_toeholds(component.complex, starred):
                found[toehold] = found.get(toehold, 0.0) + level
    return Crowd(hosts, visitors, rates, strength)


def open_toeholds(complex_: Complex, starred: bool) -> Iterator[Strand]:
    """The stretches of unpaired toehold domains: of a gate where ``starred``, else of a strand; written unstarred."""
    run: list[Domain] = []
    for place, domain in enumerate(complex_.domains):
        if run and place in complex_.ends:
            yield _unstarred(run)
            run = []
        if domain.is_toehold and domain.starred == starred and complex_.pairing[place] is None:
            run.append(domain)
        elif run:
            yield _unstarred(run)
            run = []
    if run:
        yield _unstarred(run)


def _unstarred(run: list[Domain]) -> Strand:
    return tuple(~domain for domain in reversed(run)) if run[0].starred else tuple(run)


def common_nt(one: Strand, other: Strand) -> int:
    """The longest stretch of domains that two toeholds have in common, nt."""
    stretches = [one[start:end] for start in range(len(one)) for end in range(start + 1, len(one) + 1)]
    return max((strand_length(s) for s in stretches if any(other[n : n + len(s)] == s for n in range(len(other)))), default=0)


def _meeting(host: Complex, visitor: Complex) -> list[tuple[Strand, Strand]]:
    return [(a, b) for a in open_toeholds(host, True) for b in open_toeholds(visitor, False) if common_nt(a, b)]


def _free(hosts: Floats, visitors: Floats, binding: Floats) -> tuple[Floats, Floats]:
    """Free hosts (hosts,) and visitors (visitors,) at equilibrium, nM; ``binding`` (hosts, visitors) holds 1 / K_d."""
    free_hosts, free_visitors = hosts, visitors
    for _ in range(ROUNDS):
        before = free_hosts
        free_visitors = visitors / (1.0 + free_hosts @ binding)
        free_hosts = hosts / (1.0 + binding @ free_visitors)
        if np.abs(free_hosts - before).max() <= CLOSE_ENOUGH * hosts.max():
            return free_hosts, free_visitors
    raise CheckFailed("the occlusion of toeholds was not settled: lower imperfections.occlusion")
