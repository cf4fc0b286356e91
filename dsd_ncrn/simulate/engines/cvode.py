"""CVODE of SUNDIALS through scikit-sundae: the maintained engine that the default one is checked against.

Hindmarsh et al., ACM Trans. Math. Softw. 31:363 (2005). Variable-order BDF with a dense direct solver: simple and
independent of the default engine's sparse one, and for the same reason slow beyond a few hundred species.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.simulate.engines.types import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Solution
from dsd_ncrn.simulate.mass_action import NONE, MassAction

Floats = NDArray[np.float64]
MAX_STEPS = 100_000


class CvodeEngine:
    """Variable-order BDF."""

    name = "cvode"

    def prepare(
        self,
        system: MassAction,
        relative: float = RELATIVE_TOLERANCE,
        absolute: float = ABSOLUTE_TOLERANCE,
        transients: bool = False,
    ) -> CvodeStepper:
        """Bind a system; nothing is analysed ahead."""
        return CvodeStepper(system, relative, absolute)


@dataclass(frozen=True, eq=False)
class CvodeStepper:
    """CVODE bound to one system."""

    system: MassAction
    relative: float
    absolute: float

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate; see the Stepper protocol."""
        from scipy.sparse import csr_matrix
        from sksundae.cvode import CVODE

        system = self.system
        padded = np.where(system.reactants == NONE, system.size, system.reactants)
        shape = (system.size, len(rates))
        stoichiometry = csr_matrix((system.net_change, (system.net_species, system.net_reaction)), shape=shape)
        extended = np.ones(system.size + 1)

        def derivative(_: float, y: Floats, out: Floats) -> None:
            extended[:-1] = y
            out[:] = stoichiometry @ (rates * extended[padded].prod(axis=1))

        def jacobian(_: float, y: Floats, __: Floats, out: Floats) -> None:
            extended[:-1] = y
            slopes = np.zeros((len(rates), system.size + 1))
            for which in range(padded.shape[1]):
                others = np.delete(extended[padded], which, axis=1).prod(axis=1)
                np.add.at(slopes, (np.arange(len(rates)), padded[:, which]), rates * others)
            out[:, :] = stoichiometry @ slopes[:, :-1]

        solver = CVODE(
            derivative, jacfn=jacobian, method="BDF", rtol=self.relative, atol=self.absolute, max_num_steps=MAX_STEPS
        )
        # given two times alone, the solver returns every step and its limit on steps does not hold
        between = np.asarray(times, dtype=float) if len(times) > 2 else np.linspace(times[0], times[-1], 3)
        with np.errstate(all="ignore"):  # a blow-up is told by the status
            result = solver.solve(between, np.asarray(start, dtype=float))
        values = np.atleast_2d(result.y)
        if len(times) == 2:
            values = values[::2]
        status = "ok" if result.success else f"CVODE stopped: {result.message}; loosen the tolerance"
        return Solution(values, status, int(result.nfev))
