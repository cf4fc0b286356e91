# What this project uses of SALib, whose annotations leave dictionaries and arrays open.
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

def sample(problem: Mapping[str, object], N: int, num_levels: int, seed: int) -> NDArray[np.float64]: ...
