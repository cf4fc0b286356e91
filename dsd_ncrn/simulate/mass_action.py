"""Mass-action systems as flat arrays: what the engines integrate, for ideal networks and for strands alike.

At the end the same as functions of NumPy arrays, for integrators that call back into Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from dsd_ncrn.arrays import Flags, Floats, Ints
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.kinetics.network import ReactionNetwork

NONE = -1


@dataclass(frozen=True, eq=False)
class MassAction:
    """dy/dt = N (k * products of reactants), without factorials.

    ``reactants`` (reactions, the largest number of reactants) holds species indices, -1 for none; ``net`` lists the
    non-zero entries of the stoichiometric matrix as (reaction, species, change), sorted by reaction. ``rates`` (reactions,).
    """

    species: tuple[str, ...]
    reactants: Ints
    net_reaction: Ints
    net_species: Ints
    net_change: Floats
    rates: Floats

    @property
    def size(self) -> int:
        """Number of species."""
        return len(self.species)

    @cached_property
    def index(self) -> dict[str, int]:
        """Species index by name."""
        return {name: number for number, name in enumerate(self.species)}

    @cached_property
    def stoichiometry(self) -> Floats:
        """The dense stoichiometric matrix, (species, reactions)."""
        matrix = np.zeros((self.size, len(self.rates)))
        matrix[self.net_species, self.net_reaction] = self.net_change
        return matrix

    @cached_property
    def jacobian(self) -> JacobianEntries:
        """The entries of the Jacobian of dy/dt."""
        entry, which = np.nonzero(self.reactants[self.net_reaction] != NONE)
        reaction, width = self.net_reaction[entry], int(self.reactants.shape[1])
        rest = np.arange(width) != which[:, None]
        others = self.reactants[reaction][rest].reshape(len(reaction), max(width - 1, 0))
        return JacobianEntries(
            self.net_species[entry], self.reactants[reaction, which], reaction, others, self.net_change[entry]
        )


@dataclass(frozen=True, eq=False)
class JacobianEntries:
    """A Jacobian as a sum: each entry adds change * rate constant * concentrations of the other reactants at (row, column).

    There is one for every reactant of a reaction and every species that the reaction changes. ``others`` (entries, the
    largest number of reactants - 1) has -1 for none.
    """

    row: Ints
    column: Ints
    reaction: Ints
    others: Ints
    change: Floats


@dataclass(frozen=True, eq=False)
class Part:
    """Some reactions of a system, with the species that they change; what else they read is constant meanwhile.

    ``moving`` holds the places of the part's species in the whole system, ``held`` (reactions, reactants) those of the
    constant reactants, -1 for none.
    """

    system: MassAction
    moving: Ints
    held: Ints

    def rates_at(self, state: Floats) -> Floats:
        """The rate constants, shape (reactions,), with the constant concentrations of a whole state multiplied in."""
        rates = self.system.rates.copy()
        with np.errstate(over="ignore", invalid="ignore"):  # the integrator tells what has run to infinity
            for reactions, species in self._factors:
                rates[reactions] *= state[species]
        return rates

    @cached_property
    def _factors(self) -> list[tuple[Ints, Ints]]:
        """For each column of ``held`` the reactions that have an entry there, and the entries."""
        rows = [np.flatnonzero(column != NONE) for column in self.held.T]
        return [(row, column[row]) for row, column in zip(rows, self.held.T) if len(row)]


def part_of(system: MassAction, running: Flags, everyone: bool = False) -> Part:
    """The reactions that ``running`` (reactions,) selects, without the species that none of them changes.

    With ``everyone`` all species stay: where molecules are drawn one by one, the second of a kind has one less to meet,
    so that what is constant is no factor of the rate constants.
    """
    entries = running[system.net_reaction]
    moving = np.arange(system.size) if everyone else np.unique(system.net_species[entries])
    place = np.full(system.size + 1, NONE)  # one more, so that place[NONE] is NONE
    place[moving] = np.arange(len(moving))
    number = np.cumsum(running) - 1
    whole = system.reactants[running]
    part = MassAction(
        tuple(system.species[index] for index in moving),
        place[whole],
        number[system.net_reaction[entries]],
        place[system.net_species[entries]],
        system.net_change[entries],
        system.rates[running],
    )
    return Part(part, moving, np.where(part.reactants == NONE, whole, NONE))


def mass_action(species: Sequence[str], reactions: Sequence[tuple[Sequence[int], Sequence[int], float]]) -> MassAction:
    """Compile reactions given as (reactant indices, product indices, rate constant)."""
    width = max((len(left) for left, _, _ in reactions), default=0)
    reactants = np.full((len(reactions), width), NONE, dtype=np.int64)
    net: list[tuple[int, int, float]] = []
    for number, (left, right, _) in enumerate(reactions):
        reactants[number, : len(left)] = left
        for index in sorted({*left, *right}):
            change = list(right).count(index) - list(left).count(index)
            if change:
                net.append((number, index, change))
    columns = np.array(net, dtype=float).reshape(-1, 3)
    rates = np.array([rate for _, _, rate in reactions], dtype=float)
    numbers, indices = columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64)
    return MassAction(tuple(species), reactants, numbers, indices, columns[:, 2].copy(), rates)


def from_network(network: ReactionNetwork) -> MassAction:
    """A strand-level network; leak steps have rate 1 and are scaled by the caller."""
    return mass_action(network.names, [(step.reactants, step.products, step.rate) for step in network.steps])


def from_crn(crn: Crn) -> MassAction:
    """An abstract network; which reactions run in which phase is the caller's business."""
    index = {name: number for number, name in enumerate(crn.species)}
    return mass_action(
        crn.species,
        [([index[s] for s in r.reactants], [index[s] for s in r.products], r.rate) for r in crn.reactions],
    )


Function = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Equations:
    """dy/dt and its Jacobian. Reactants are padded with a species after the last, which is always 1.

    ``reactants`` (reactions, width), ``net`` (species, reactions), ``others`` (entries, width - 1). ``pattern`` is the
    Jacobian's with the diagonal, by columns and sorted; entry i of ``entries`` adds to the value at ``position[i]``.
    """

    size: int
    reactants: Ints
    net: csr_matrix
    entries: JacobianEntries
    others: Ints
    pattern: csc_matrix
    position: Ints

    def derivative(self, rates: Floats) -> Function:
        """dy/dt, shape (species,), as a function of y, for rate constants (reactions,), nM^(1-n)/s."""
        extended = np.ones(self.size + 1)

        def derivative(y: Floats) -> Floats:
            extended[:-1] = y
            return self.net @ (rates * extended[self.reactants].prod(axis=1))

        return derivative

    def jacobian(self, rates: Floats) -> Function:
        """The Jacobian's values in its pattern, shape (non-zeros,), as a function of y, for rate constants (reactions,)."""
        extended, factors = np.ones(self.size + 1), self.entries.change * rates[self.entries.reaction]

        def jacobian(y: Floats) -> Floats:
            extended[:-1] = y
            values = factors * extended[self.others].prod(axis=1)
            return np.bincount(self.position, values, self.pattern.nnz).astype(float, copy=False)

        return jacobian


def equations_of(system: MassAction) -> Equations:
    """The equations of a system; its rate constants are given with every call."""
    size, entries = system.size, system.jacobian
    net = csr_matrix((system.net_change, (system.net_species, system.net_reaction)), shape=(size, len(system.rates)))
    everyone = np.arange(size)
    keys = np.unique(np.concatenate([entries.column * size + entries.row, everyone * (size + 1)]))
    columns, rows = np.divmod(keys, max(size, 1))
    pattern = csc_matrix((np.ones(len(keys)), rows, np.searchsorted(columns, np.arange(size + 1))), shape=(size, size))
    position = np.searchsorted(keys, entries.column * size + entries.row)
    reactants, others = _padded(system.reactants, size), _padded(entries.others, size)
    return Equations(size, reactants, net, entries, others, pattern, position)


def _padded(species: Ints, size: int) -> Ints:
    return np.where(species == NONE, size, species)
