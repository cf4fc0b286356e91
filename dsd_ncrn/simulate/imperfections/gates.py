"""Whose gate takes a step, and factors that differ from gate to gate."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.kinetics.network import Step, StepKind
from dsd_ncrn.simulate.imperfections.realisation import Mixture

NO_GATE = -1


def gate_of_steps(pot: Mixture) -> Ints:
    """The component whose bottom strand takes a step, in whatever state, shape (steps,); -1 for none."""
    owners = {
        strand: number
        for number, component in enumerate(pot.system.components)
        for strand in component.complex.strands
        if not component.complex.is_strand and strand[0].starred
    }

    def owner(step: Step) -> int:
        strands = (strand for index in step.reactants for strand in pot.network.complexes[index].strands)
        return next((owners[strand] for strand in strands if strand in owners), NO_GATE)

    return np.array([owner(step) for step in pot.network.steps], dtype=np.int64)


def spread(pot: Mixture, deviation: float, leaks: bool, random: Generator) -> Floats:
    """Factors of the steps, (steps,): one lognormal draw of median 1 for each gate, on its leaks or on all else.

    Steps of one gate share their factor, there and back, so that no equilibrium shifts.
    """
    factors = np.exp(deviation * random.standard_normal(len(pot.system.components)))
    gates = gate_of_steps(pot)
    wanted = np.array([(step.kind == StepKind.LEAK) == leaks for step in pot.network.steps], dtype=bool)
    return np.where(wanted & (gates != NO_GATE), factors[gates], 1.0)
