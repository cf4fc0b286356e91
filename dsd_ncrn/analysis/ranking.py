"""Whose leaks hurt most: derivatives of the learned parameters by the rate of every single leak."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.types import LeakChannel, LeakRanking, LeakShare
from dsd_ncrn.arrays import Floats
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind
from dsd_ncrn.simulate.tape import sensitivities
from dsd_ncrn.units import per_nM_s_to_per_M_s

WORST = 20
"""Leak steps that are listed."""


def rank_leaks(study: Study, rate_per_M_s: float) -> LeakRanking:
    """Rank gates and leak steps by the derivatives of the parameters after one iteration at the reference point.

    The derivatives are those at a uniform leak rate of ``rate_per_M_s``, which may be 0.
    """
    network = study.leaky_network()
    slopes = leak_slopes(study, network, rate_per_M_s)
    return LeakRanking(_shares(network, slopes), _channels(network, slopes, study.ideal.parameter_names))


def leak_slopes(study: Study, network: ReactionNetwork, rate_per_M_s: float) -> Floats:
    """The derivatives of the parameters by the steps' rates without clamps, per /M/s: shape (parameters, steps)."""
    tube = study.tube(network, rate_per_M_s / per_nM_s_to_per_M_s(1.0))
    tube.set_parameters(study.ideal.parameters[-1])
    found = sensitivities(tube, [study.reference])
    return found.rates / (per_nM_s_to_per_M_s(1.0) * study.spec.leak.clamp_factor)


def _shares(network: ReactionNetwork, slopes: Floats) -> tuple[LeakShare, ...]:
    owners: dict[str, list[int]] = {}
    for number, step in enumerate(network.steps):
        if step.kind == StepKind.LEAK:
            owners.setdefault(_owner(step), []).append(number)
    shifts = {origin: float(np.abs(slopes[:, steps].sum(axis=1)).max()) for origin, steps in owners.items()}
    total = sum(shifts.values()) or 1.0
    ranked = sorted(shifts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(LeakShare(origin, shift / total, shift) for origin, shift in ranked)


def _channels(network: ReactionNetwork, slopes: Floats, parameters: tuple[str, ...]) -> tuple[LeakChannel, ...]:
    leaks = [number for number, step in enumerate(network.steps) if step.kind == StepKind.LEAK]
    worst = sorted(leaks, key=lambda number: (-np.abs(slopes[:, number]).max(), number))[:WORST]
    return tuple(_channel(network, network.steps[number], slopes[:, number], parameters) for number in worst)


def _channel(network: ReactionNetwork, step: Step, slopes: Floats, parameters: tuple[str, ...]) -> LeakChannel:
    moved = int(np.abs(slopes).argmax())
    reactants, products = (tuple(network.names[index] for index in side) for side in (step.reactants, step.products))
    return LeakChannel(_owner(step), step.rule, reactants, products, parameters[moved], float(slopes[moved]))


def _owner(step: Step) -> str:
    return str(step.origins[0]) if step.origins else "shared"
