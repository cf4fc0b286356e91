"""Sizes of a compiled circuit, and warnings that need its data."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsd_ncrn.crn.types import STAGES, Reaction
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.tasks.types import Dataset

LEARNING_STAGES = ("N1", "N2", "N3", "N4")


def by_stage(ncrn: NeuralCrn) -> dict[str, tuple[Reaction, ...]]:
    """The reactions of every stage, in the order of an iteration."""
    return {stage: ncrn.crn.stage(stage) for stage in STAGES}


def counts(ncrn: NeuralCrn) -> dict[str, Any]:
    """The sizes that a summary states.

    ``reactions`` counts N1 to N4; ``species`` counts clock species and leaves out the bias, as the paper does.
    ``max_molecularity_with_clock`` counts the clock as a reactant of every reaction that waits for it.
    """
    stages = by_stage(ncrn)
    clocks, bias = len(ncrn.crn.clock_species), len(ncrn.crn.bias_species)
    species = len(ncrn.crn.species) - bias + clocks
    return {
        "species": species,
        "species_with_bias": species + bias,
        "reactions": sum(len(stages[stage]) for stage in LEARNING_STAGES),
        "by_stage": {stage: len(reactions) for stage, reactions in stages.items()},
        "max_molecularity": max(reaction.molecularity for reaction in ncrn.crn.reactions),
        "max_molecularity_with_clock": max(r.molecularity + bool(r.phases) for r in ncrn.crn.reactions),
    }


def stability_warnings(spec: DesignSpec, dataset: Dataset) -> tuple[str, ...]:
    """Warn where gradient descent overshoots: for an f linear in x, a step is stable while eta T^2 max|x|^2 < 2.

    With yhat = T theta.x the update is theta -= eta T (yhat - y) x, whose error shrinks by 1 - eta T^2 |x|^2.
    """
    circuit = spec.circuit
    inputs = np.vstack((dataset.train_x, dataset.test_x))
    largest = float(np.max(np.sum(inputs**2, axis=1))) + circuit.pad * circuit.pad_value**2
    step = circuit.learning_rate * circuit.T**2 * largest
    if step < 2:
        return ()
    advice = f"lower it below {2 * circuit.learning_rate / step:.3g}, or lower T"
    return (f"learning_rate * T^2 * max|x|^2 is {step:.3g}; training diverges from 2 on: {advice}",)
