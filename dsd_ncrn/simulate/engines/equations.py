"""A mass-action system as functions of NumPy arrays, for integrators that call back into Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.simulate.mass_action import NONE, JacobianEntries, MassAction

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
