"""A mass-action system as compiled code reads it, and the loops that the explicit and the implicit method share.

Vectors of concentrations end with a 1 that stands for every missing reactant, so that all reactions are the same product;
indices are unsigned, which spares compiled code the check for negative ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats, Indices, Ints
from dsd_ncrn.simulate.compiled import compiled
from dsd_ncrn.simulate.mass_action import NONE, MassAction


@dataclass(frozen=True, eq=False)
class Terms:
    """``reactants`` (reactions, width) with the number of species for none; the changes of species i are the entries
    ``starts[i]`` to ``starts[i + 1]`` of ``change`` times the rates of ``reaction``.
    """

    reactants: Indices
    starts: Indices
    reaction: Indices
    change: Floats


def terms_of(system: MassAction, place: Ints) -> Terms:
    """The system with species i at ``place[i]``, where ``place`` has shape (species,)."""
    there = place[system.net_species]
    order = np.argsort(there, kind="stable")
    starts = np.searchsorted(there[order], np.arange(system.size + 1))
    return Terms(
        padded(system.reactants, place),
        starts.astype(np.uint32),
        system.net_reaction[order].astype(np.uint32),
        system.net_change[order],
    )


def padded(species: Ints, place: Ints) -> Indices:
    """Species at their places, the entry after the last for none; of the same shape."""
    return np.where(species == NONE, len(place), np.append(place, 0)[species]).astype(np.uint32)


@compiled
def derivative(
    y: Floats, rates: Floats, reactants: Indices, starts: Indices, reaction_of: Indices, change: Floats,
    flux: Floats, out: Floats,
) -> None:  # fmt: skip
    """Writes dy/dt to ``out`` (species + 1,), whose last entry is left as it is.

    ``y`` (species + 1,); ``rates`` (reactions,), nM^(1-n)/s; the other arrays are those of ``Terms``. Leaves in ``flux``
    (reactions,) how fast each reaction fires.
    """
    for reaction in range(len(rates)):
        rate = rates[reaction]
        for which in range(reactants.shape[1]):
            rate *= y[reactants[reaction, which]]
        flux[reaction] = rate
    for species in range(len(starts) - 1):
        total = 0.0
        for entry in range(starts[species], starts[species + 1]):
            total += change[entry] * flux[reaction_of[entry]]
        out[species] = total


@compiled
def combine(base: Floats, weights: Floats, stage: Floats, count: int, out: Floats) -> None:
    """``out`` = ``base``, both (n,), plus the first ``count`` rows of ``stage`` (stages, n) with their weights (stages,)."""
    for k in range(len(base)):
        out[k] = base[k]
    for j in range(count):
        weight = weights[j]
        if weight != 0.0:
            for k in range(len(base)):
                out[k] += weight * stage[j, k]


@compiled
def first_step(y: Floats, slope: Floats, relative: float, absolute: float, span: float) -> float:
    """A step in which no component of ``y`` (n,) changes by more than a hundredth of its tolerance's square root."""
    fastest = 0.0
    for i in range(len(y)):
        fastest = max(fastest, abs(slope[i]) / (absolute / relative + abs(y[i])))
    return span if fastest == 0.0 else min(span, 1e-2 / fastest)
