# What this project uses of scipy.sparse.linalg, which says little of its types.
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

class SuperLU:
    perm_c: NDArray[np.int32]
    L: csc_matrix
    U: csc_matrix
    def solve(self, rhs: NDArray[np.float64]) -> NDArray[np.float64]: ...

def splu(
    A: csc_matrix, permc_spec: str = ..., diag_pivot_thresh: float = ..., options: Mapping[str, bool] = ...
) -> SuperLU: ...
