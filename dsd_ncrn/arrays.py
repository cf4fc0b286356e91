"""Arrays by what they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.uint32]
"""Places in another array, small enough for a loop over millions of them."""
Flags = NDArray[np.bool_]
