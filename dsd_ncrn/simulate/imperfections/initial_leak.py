"""Initial leak: a fraction of each gate has been triggered by the time it is mixed.

Chen et al. 2013 (Nat. Nanotechnol. 8:755) fit a median of 1.6 % of the gates and up to 5.7 %: badly formed gates react with
the fuels as soon as they meet them. A gate is therefore put into the states that its own leak steps lead to (``leak.model``
"gate"): the fraction is shared between those steps in proportion to the strand that attacks, the attacker is used up, and
what comes free is there. Every strand is conserved. Attackers are the strands that are mixed with the gates, no signals
and no clocks, and none triggers more than there is of it. Gates without such a step, as annihilators and sinks, have no
initial leak. What is added of a gate in a top-up comes from the same stock and brings its fraction with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from dsd_ncrn.arrays import Floats, one_by_one
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.network import Step, StepKind
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation

SPREAD = log(5.7 / 1.6) / 2
"""Standard deviation of ln(fraction): the largest of Chen's fits is two of them above the median."""
LARGEST = 0.5


class InitialLeak:
    """A lognormal fraction of every gate in solution, with the magnitude as its median."""

    name = "initial_leak"
    largest: float | None = 0.05
    on_beads = False

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection. Raises InputError for a network without leaks of gates."""
        drawn = magnitude * one_by_one(exp, SPREAD * random.standard_normal(len(before.doses)))
        meant = mixture.on_beads == self.on_beads
        fractions, levels = np.where(meant, np.minimum(drawn, LARGEST), 0.0), mixture.nominal * before.doses
        channels = _available([channel for gate in _channels(mixture, levels, fractions) for channel in gate], levels)
        lost = np.zeros(len(levels))
        for channel in channels:
            lost[channel.gate] += channel.fraction
        nothing = np.zeros((len(mixture.network.names), len(levels)))
        companions = nothing if before.companions is None else before.companions.copy()
        for gate, attacker, step, fraction in channels:
            share = fraction / (1.0 - lost[gate])
            companions[attacker, gate] -= share
            np.add.at(companions[:, gate], list(step.products), share)
        return replace(before, doses=before.doses * (1.0 - lost), companions=companions)


class WashedLeak(InitialLeak):
    """The same for gates on beads, which are run in and washed before they are used."""

    name = "washed_leak"
    largest = None
    on_beads = True


class TriggerChannel(NamedTuple):
    """Which fraction of a gate has been triggered by one strand, and the leak step by which."""

    gate: int
    attacker: int
    step: Step
    fraction: float


def _channels(mixture: Mixture, levels: Floats, fractions: Floats) -> Iterator[list[TriggerChannel]]:
    """For every gate the leak steps by strands that are mixed with it, which share its fraction."""
    components = mixture.system.components
    leaks = mixture.network.kinds(StepKind.LEAK)
    if not leaks:
        rule = "an initial leak puts gates into the states that their leaks lead to, and this network has none"
        raise InputError(rule, None, 'Take leak.model = "gate".')
    strands = {n for n, c in enumerate(components) if c.complex.is_strand and c.role != Role.SIGNAL and levels[n] > 0}
    for gate, component in enumerate(components):
        attacked = [step for step in leaks if gate in step.reactants] if component.role == Role.GATE else []
        found = [(other, step) for step in attacked for other in step.reactants if other in strands]
        total = sum(levels[other] for other, _ in found)
        yield [TriggerChannel(gate, other, step, fractions[gate] * levels[other] / total) for other, step in found]


def _available(channels: list[TriggerChannel], levels: Floats) -> list[TriggerChannel]:
    """The channels, less of those whose strand would be used up by all gates together."""
    wanted = np.zeros(len(levels))
    for channel in channels:
        wanted[channel.attacker] += channel.fraction * levels[channel.gate]
    share = np.divide(levels, wanted, out=np.ones(len(levels)), where=wanted > levels)
    return [channel._replace(fraction=channel.fraction * share[channel.attacker]) for channel in channels]
