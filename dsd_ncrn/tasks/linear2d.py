"""Linear2D of the Neural CRN paper: two classes on either side of a line."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.tasks.types import BuiltinTask, Floats, balanced

ON, OFF, THRESHOLD = 4.0, 0.0, 2.0


def _label(x: Floats) -> float:
    return ON if x[0] + 2.0 * x[1] > THRESHOLD else OFF


def _sample(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return balanced(rng, n, (0.0, 2.0), _label, ON)


TASK = BuiltinTask("linear2d", "ON (4) where x1 + 2 x2 > 2, else OFF (0), x ~ U(0, 2)^2", 2, _sample, THRESHOLD, ON)
