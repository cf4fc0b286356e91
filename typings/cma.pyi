# What this project uses of cma, which has no types.
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

class CMAEvolutionStrategy:
    def __init__(self, x0: Sequence[float], sigma0: float, inopts: Mapping[str, object]) -> None: ...
    def ask(self) -> list[NDArray[np.float64]]: ...
    def tell(self, solutions: Sequence[NDArray[np.float64]], function_values: Sequence[float]) -> None: ...
