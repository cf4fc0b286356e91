"""A mass-action system as compiled code reads it, and the loops that the explicit and the implicit method share.

Vectors of concentrations end with a 1 that stands for every missing reactant, so that all reactions are the same product;
indices are unsigned, which spares compiled code the check for negative ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dsd_ncrn.arrays import Floats, Indices, Ints
from dsd_ncrn.simulate.compiled import compiled
from dsd_ncrn.simulate.engines.lanes import LANES, chosen, load, magnitude, store, zero
from dsd_ncrn.simulate.engines.sparse_lu import LuPattern
from dsd_ncrn.simulate.mass_action import NONE, JacobianEntries, MassAction


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


@dataclass(frozen=True, eq=False)
class Jacobian:
    """``JacobianEntries`` as compiled code reads them.

    How the rate of ``reaction`` (partials,) changes with one of its reactants is its rate constant times the ``others``
    (partials, width - 1). Entry i of the LU pattern is the sum of the entries ``starts[i]`` to ``starts[i + 1]`` of ``change``
    times those ``partial``.
    """

    reaction: Indices
    others: Indices
    starts: Indices
    partial: Indices
    change: Floats


def jacobian_of(entries: JacobianEntries, pattern: LuPattern) -> Jacobian:
    """The entries of a Jacobian in the order of the pattern's."""
    # A reaction of n reactants changes many species at the rate of the same n partial derivatives: each is worked out once.
    keys = entries.reaction * len(pattern.place) + entries.column
    _, first, partial = np.unique(keys, return_index=True, return_inverse=True)
    position = pattern.positions(entries.row, entries.column)
    # Entries at one place of the pattern become neighbours, so that each place is one sum.
    order = np.argsort(position, kind="stable")
    return Jacobian(
        entries.reaction[first].astype(np.uint32),
        padded(entries.others[first], pattern.place),
        np.searchsorted(position[order], np.arange(len(pattern.columns) + 1)).astype(np.uint32),
        partial[order].astype(np.uint32),
        entries.change[order],
    )


def padded(species: Ints, place: Ints) -> Indices:
    """Species at their places, the entry after the last for none; of the same shape."""
    return np.where(species == NONE, len(place), np.append(place, 0)[species]).astype(np.uint32)


@compiled
def room(shape: Any) -> Floats:
    """An array for work, whose vectors each lie in one line of the processor's cache."""
    size = 1
    for length in shape:
        size *= length
    flat = np.empty(size + LANES)
    # So many numbers in front bring the first one to the start of a line.
    first = (-(flat.ctypes.data // flat.itemsize)) % LANES
    return flat[first : first + size].reshape(shape)


@compiled
def derivative(
    y: Floats, rates: Floats, reactants: Indices, starts: Indices, reaction_of: Indices, change: Floats,
    flux: Floats, out: Floats,
) -> None:  # fmt: skip
    """Writes dy/dt to ``out`` (species + 1,), whose last entry is left as it is.

    ``y`` (species + 1,); ``rates`` (reactions,), nM^(1-n)/s; the other arrays are those of ``Terms``. Leaves in ``flux``
    (reactions,) how fast each reaction fires.
    """
    # Fluxes first, each once; a missing reactant is the 1 at the end of y.
    for reaction in range(len(rates)):
        rate = load(rates, reaction)
        for which in range(reactants.shape[1]):
            rate = rate * load(y, reactants[reaction, which])
        store(flux, reaction, rate)
    # Then by species: a sum in registers, and one store.
    for species in range(len(starts) - 1):
        total = zero(out)
        for entry in range(starts[species], starts[species + 1]):
            total = total + change[entry] * load(flux, reaction_of[entry])
        store(out, species, total)


@compiled
def combine(base: Floats, weights: Floats, stage: Floats, count: int, out: Floats) -> None:
    """``out`` = ``base``, both (n,), plus the first ``count`` rows of ``stage`` (stages, n) with their weights (stages,)."""
    # Stages two by two: half as often `out` is loaded and stored.
    first = count % 2
    if first:
        weight, row = load(weights, 0), stage[0]
        for k in range(len(base)):
            store(out, k, load(base, k) + weight * load(row, k))
    else:
        for k in range(len(base)):
            store(out, k, load(base, k))
    for j in range(first, count, 2):
        weight, row, after, other = load(weights, j), stage[j], load(weights, j + 1), stage[j + 1]
        for k in range(len(base)):
            store(out, k, load(out, k) + weight * load(row, k) + after * load(other, k))


@compiled
def speeds(y: Floats, slope: Floats, relative: float, absolute: float, fastest: Floats) -> None:
    """Writes to ``fastest`` (1,) the largest share of its tolerance's square root by which a component of ``y`` (n,) changes in
    a unit of time.
    """
    most = zero(y)
    for i in range(len(y)):
        speed = magnitude(load(slope, i)) / (absolute / relative + magnitude(load(y, i)))
        most = chosen(speed, most, speed, most)
    store(fastest, 0, most)


@compiled
def first_step(fastest: float, share: float, span: float) -> float:
    """A step in which nothing changes by more than a share of its tolerance's square root, the span at most."""
    return min(span, share / fastest) if fastest > 0.0 else span
