"""LinReg2D of the Neural CRN paper, eq. 8: a noisy plane."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.tasks.types import BuiltinTask, Floats


def _sample(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    x = rng.uniform(1.0, 5.0, size=(n, 2))
    return x, x[:, 0] + 2.0 * x[:, 1] + 1.0 + rng.normal(0.0, 0.4, size=n)


TASK = BuiltinTask("linreg2d", "y = x1 + 2 x2 + 1 + N(0, sd 0.4), x ~ U(1, 5)^2", 2, _sample)
