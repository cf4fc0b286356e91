"""The second non-linear regression of the Neural CRN paper: a sine and a square."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.tasks.types import BuiltinTask, Floats


def _sample(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    x = rng.uniform(0.5, 2.0, size=(n, 2))
    return x, np.sin(x[:, 0]) + x[:, 1] ** 2 + rng.normal(0.0, 0.1, size=n)


TASK = BuiltinTask("sinreg2d", "y = sin x1 + x2^2 + N(0, sd 0.1), x ~ U(0.5, 2)^2", 2, _sample)
