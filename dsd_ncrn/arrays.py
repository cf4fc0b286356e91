"""Arrays by what they hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.uint32]
"""Places in another array, small enough for a loop over millions of them."""
Flags = NDArray[np.bool_]


def one_by_one(function: Callable[[float], float], values: Floats) -> Floats:
    """What a function of ``math`` gives for every number (n,).

    Where the numbers go into simulations: NumPy's own functions round the last bit as suits the processor, and the steps of a
    simulation make a millionth of it.
    """
    return np.array([function(value) for value in values.tolist()])
