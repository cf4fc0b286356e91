"""CVODE of SUNDIALS through scikit-sundae: the maintained engine that the default one is checked against.

Hindmarsh et al., ACM Trans. Math. Softw. 31:363 (2005). Variable-order BDF with the analytic Jacobian and a direct linear
solver: dense for small systems, sparse (SuperLU_MT) for others.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.engines.equations import Equations, equations_of
from dsd_ncrn.simulate.engines.types import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Solution
from dsd_ncrn.simulate.mass_action import MassAction

MAX_STEPS = 100_000
LARGE = 100
"""Species from which on the linear systems are treated as sparse."""


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
        """Find the Jacobian's pattern."""
        return CvodeStepper(equations_of(system), relative, absolute, system.size >= LARGE)


@dataclass(frozen=True, eq=False)
class CvodeStepper:
    """CVODE bound to one system."""

    equations: Equations
    relative: float
    absolute: float
    sparse: bool

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate; see the Stepper protocol."""
        solver = self._solver(np.asarray(rates, dtype=float))
        # given two times alone, the solver returns every step and its limit on steps does not hold
        between = np.asarray(times, dtype=float) if len(times) > 2 else np.linspace(float(times[0]), float(times[-1]), 3)
        with np.errstate(all="ignore"):  # a blow-up is told by the status
            result = solver.solve(between, np.asarray(start, dtype=float))
        values = np.atleast_2d(result.y)
        if len(times) == 2:
            values = values[::2]
        status = "ok" if result.success else f"CVODE stopped: {result.message}; loosen the tolerance"
        return Solution(values, status, int(result.nfev))

    def _solver(self, rates: Floats) -> Any:
        """scikit-sundae's solver with functions that write into its arrays."""
        from sksundae.cvode import CVODE

        derivative, jacobian = self.equations.derivative(rates), self.equations.jacobian(rates)
        pattern = self.equations.pattern
        columns = np.repeat(np.arange(self.equations.size), np.diff(pattern.indptr))

        def slope(_: float, y: Floats, out: Floats) -> None:
            out[:] = derivative(y)

        def sparse(_: float, y: Floats, __: Floats, out: Floats) -> None:
            out[:] = jacobian(y)

        def dense(_: float, y: Floats, __: Floats, out: Floats) -> None:
            out[:, :] = 0.0
            out[pattern.indices, columns] = jacobian(y)

        options: dict[str, Any] = {"rtol": self.relative, "atol": self.absolute, "max_num_steps": MAX_STEPS}
        if not self.sparse:
            return CVODE(slope, jacfn=dense, method="BDF", **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that the pattern is used for our Jacobian alone
            return CVODE(slope, jacfn=sparse, sparsity=pattern, linsolver="sparse", method="BDF", **options)
