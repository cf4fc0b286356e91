"""CVODE of SUNDIALS through scikit-sundae: the maintained engine that the default one is checked against.

Hindmarsh et al., ACM Trans. Math. Softw. 31:363 (2005). Variable-order BDF with the analytic Jacobian and a direct linear
solver: dense for small systems, sparse (SuperLU_MT) for others; GMRES behind SciPy's sparse LU factorisation where those
factors would be too large for SuperLU_MT.
"""

from __future__ import annotations

import os
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, eye_array
from scipy.sparse.linalg import SuperLU, splu

from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.engines.types import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Solution
from dsd_ncrn.simulate.mass_action import Equations, Function, MassAction, equations_of

MAX_STEPS = 100_000
LARGE = 100
"""Species from which on the linear systems are treated as sparse."""
MOST_FILL = 15.0
"""SuperLU_MT ends the process where a factor has more than 50 times the entries of its matrix (its ``sp_ienv``); pivoting may
need more than is foreseen here."""


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
        """Find the Jacobian's pattern, and the solver of linear systems that suits it."""
        equations = equations_of(system)
        sparse = system.size >= LARGE
        return CvodeStepper(equations, relative, absolute, sparse, sparse and _fill(equations.pattern) > MOST_FILL)


def _fill(pattern: csc_matrix) -> float:
    """How many times the entries of a pattern are in the larger factor of such a matrix."""
    matrix = pattern.copy()
    # The pattern alone decides the fill; a dominant diagonal keeps the trial factorisation from pivoting.
    matrix.data = np.ones(matrix.nnz)
    factors = splu(csc_matrix(eye_array(len(matrix.indptr) - 1, format="csc") * float(matrix.nnz) + matrix))
    return max(factors.L.nnz, factors.U.nnz) / matrix.nnz


@dataclass(frozen=True, eq=False)
class CvodeStepper:
    """CVODE bound to one system."""

    equations: Equations
    relative: float
    absolute: float
    sparse: bool
    iterative: bool = False

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """Integrate; see the Stepper protocol."""
        solver = self._solver(np.asarray(rates, dtype=float))
        # given two times alone, the solver returns every step and its limit on steps does not hold
        between = np.asarray(times, dtype=float) if len(times) > 2 else np.linspace(float(times[0]), float(times[-1]), 3)
        # a blow-up is told by the status; scikit-sundae prints it besides, among the results
        with np.errstate(all="ignore"), redirect_stdout(StringIO()):
            result = solver.solve(between, np.asarray(start, dtype=float))
        values = np.atleast_2d(result.y)
        if len(times) == 2:
            values = values[::2]
        status = "ok" if result.success else f"CVODE stopped: {result.message}; loosen the tolerance"
        return Solution(values, status, int(result.nfev))

    def _solver(self, rates: Floats) -> Any:
        """scikit-sundae's solver with functions that write into its arrays."""
        os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)  # where it would tell of its own source files
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
        if self.iterative:
            from sksundae.cvode import CVODEJacTimes, CVODEPrecond

            linear = _SparseSystem(jacobian, pattern)
            options |= {"jactimes": CVODEJacTimes(linear.prepare, linear.times), "linsolver": "gmres"}
            return CVODE(slope, precond=CVODEPrecond(linear.factorise, linear.solve), method="BDF", **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that the pattern is used for our Jacobian alone
            return CVODE(slope, jacfn=sparse, sparsity=pattern, linsolver="sparse", method="BDF", **options)


class _SparseSystem:
    """J v, and the solution of (I - gamma J) z = r by an LU factorisation, for a Jacobian J at the last state.

    The preconditioner of GMRES is the matrix itself, so that an iteration is enough while gamma stays.
    """

    def __init__(self, jacobian: Function, pattern: csc_matrix) -> None:
        self.jacobian, self.matrix = jacobian, pattern.copy()
        self.identity = eye_array(len(pattern.indptr) - 1, format="csc")
        self.factors: SuperLU | None = None

    def prepare(self, _: float, y: Floats, __: Floats) -> None:
        """Take the Jacobian at a state."""
        self.matrix.data = self.jacobian(y)

    def times(self, _: float, __: Floats, ___: Floats, v: Floats, out: Floats) -> None:
        """The Jacobian times a vector."""
        out[:] = self.matrix @ v

    def factorise(self, _: float, y: Floats, __: Floats, fresh: bool, changed: list[int], gamma: float) -> None:
        """Factorise I - gamma J, at the state unless the Jacobian is ``fresh`` enough."""
        if not fresh:
            self.matrix.data = self.jacobian(y)
        changed[0] = int(not fresh)
        self.factors = splu(csc_matrix(self.identity - gamma * self.matrix))

    def solve(self, t: float, y: Floats, slope: Floats, r: Floats, z: Floats, gamma: float, delta: float, side: int) -> None:
        """The solution for a right side ``r``."""
        assert self.factors is not None
        z[:] = self.factors.solve(r)
