# What this project uses of scipy.integrate, whose own annotations leave arrays open.
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

class RK45:
    A: ClassVar[Floats]
    B: ClassVar[Floats]
    E: ClassVar[Floats]

class DOP853:
    A: ClassVar[Floats]
    B: ClassVar[Floats]
    E3: ClassVar[Floats]
    E5: ClassVar[Floats]

def simpson(y: Floats, x: Floats) -> float: ...
def cumulative_trapezoid(y: Floats, x: Floats, *, initial: float) -> Floats: ...
