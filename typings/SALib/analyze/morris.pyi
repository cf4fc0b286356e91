# What this project uses of SALib, whose annotations leave dictionaries and arrays open.
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

def analyze(problem: Mapping[str, object], X: Floats, Y: Floats, num_levels: int, seed: int) -> Mapping[str, Floats]: ...
