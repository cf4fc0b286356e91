"""Sizes of a compiled circuit, and warnings that need its data."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.types import STAGES, Reaction
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.dynamics import Term
from dsd_ncrn.ncrn.equations import derive, initial_parameters
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.ncrn.roster import shape_of
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.tasks.dataset import Dataset

LEARNING_STAGES = ("N1", "readout", "N2", "N3", "N4")


def by_stage(ncrn: NeuralCrn) -> dict[str, tuple[Reaction, ...]]:
    """The reactions of every stage, in the order of an iteration."""
    return {stage: ncrn.crn.stage(stage) for stage in STAGES}


def counts(ncrn: NeuralCrn) -> dict[str, Any]:
    """The sizes that a summary states.

    ``reactions`` counts N1 to N4 and a readout; ``species`` counts clock species and leaves out bias and finite fuels, as
    the paper does. ``max_molecularity_with_clock`` counts the clock as a reactant of every reaction that waits for it.

    >>> import dsd_ncrn as dn
    >>> dn.counts(dn.compile_design(dn.load_design("designs/linreg2d.toml")))["max_molecularity"]
    2
    """
    crn, stages = ncrn.crn, by_stage(ncrn)
    clocks, bias = len(crn.clock_species), len(crn.bias_species)
    species = len(crn.species) - bias - len(crn.fuel_species) + clocks
    return {
        "species": species,
        "species_with_bias": species + bias,
        "reactions": sum(len(stages[stage]) for stage in LEARNING_STAGES),
        "by_stage": {stage: len(reactions) for stage, reactions in stages.items()},
        "max_molecularity": max(crn.molecularity(reaction) for reaction in crn.reactions),
        "max_molecularity_with_clock": max(crn.molecularity(r) + bool(r.phases) for r in crn.reactions),
    }


def stability_warnings(spec: DesignSpec, dataset: Dataset) -> tuple[str, ...]:
    """Warn where gradient descent overshoots: a step on a point (or batch) is stable while eta |dy/dtheta|^2 < 2.

    The error of the points it learns from is multiplied by 1 - eta J J^T, with J the derivative of their predictions by
    the parameters. J is taken where the training starts, with z as it starts in every term: for f = theta x + beta that
    is eta T^2 |x|^2, for an f that damps z it is an upper bound. Raises DesignError as ``compile_design``.
    """
    step = spec.circuit.learning_rate * _largest_curvature(spec, dataset)
    if step < 2:
        return ()
    of = "theta" if spec.training.batch == 1 else f"theta, over {spec.training.batch} points"
    advice = f"lower it below {2 * spec.circuit.learning_rate / step:.3g}, or lower T"
    if np.isinf(step):
        advice = "scale the data, or the coefficients of f"
    return (f"learning_rate * |d prediction / d {of}|^2 is {step:.3g}; training diverges from 2 on: {advice}",)


def _largest_curvature(spec: DesignSpec, dataset: Dataset) -> float:
    """The largest eigenvalue of J J^T over the points, or over batches of them as the training takes them.

    In the staged form a step is along the inputs' shares of their sum: then it is the largest J times these.
    """
    points = np.vstack((dataset.train_x, dataset.test_x))
    jacobians = _jacobians(spec, points, dataset.outputs)
    if spec.circuit.form == "staged":
        rows = jacobians[:, 0]
        return float(np.max((rows * rows).sum(axis=1) / np.maximum(rows.sum(axis=1), np.finfo(float).tiny)))
    batch = spec.training.batch
    starts = range(0, len(jacobians), batch)
    stacked = (np.concatenate(jacobians[start : start + batch]) for start in starts)
    return max(_squared_norm(block) for block in stacked)


def _squared_norm(block: Floats) -> float:
    """The square of the largest singular value; infinite where it, or an entry, is too large for a number."""
    if not np.isfinite(block).all():
        return np.inf
    with np.errstate(over="ignore"):
        return float(np.square(np.linalg.norm(block, 2)))


def _jacobians(spec: DesignSpec, inputs: Floats, outputs: int) -> Floats:
    """d prediction / d parameter for each point: (points, outputs, parameters of f)."""
    circuit = spec.circuit
    shape = shape_of(circuit, inputs.shape[1], outputs)
    dynamics = derive(circuit, shape)
    constant = np.full((len(inputs), circuit.pad), circuit.pad_value)
    x = np.hstack((inputs, constant)) @ np.array(shape.w_in).T
    z = x if circuit.z_initial == "x" else np.zeros_like(x)
    values: dict[Symbol, Any] = dict(zip(dynamics.parameters, initial_parameters(circuit, dynamics, shape)))
    for kind, columns in ((SymbolKind.X, x.T), (SymbolKind.BACKWARD, z.T)):
        values |= {Symbol(kind, str(number)): column for number, column in enumerate(columns, start=1)}
    found = np.zeros((len(inputs), outputs, len(dynamics.parameters)))
    for place, terms in enumerate(dynamics.gradient.values()):
        for term in terms:
            state = term.factors[0].number  # the adjoint stands first and says whose equation the term is from
            size = Term(term.coefficient, term.factors[1:]).value(values)
            found[:, :, place] += circuit.T * np.multiply.outer(size * np.ones(len(x)), np.array(shape.w_out)[:, state])
    return found
