"""Three classes in parallel stripes with gaps: the middle one needs a nonlinear f."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.tasks.types import BuiltinTask, Floats, one_hot


def _label(x: Floats) -> int | None:
    total = float(x[0] + x[1])
    if total < 0.75:
        return 0
    if 0.8 < total < 1.2:
        return 1
    return 2 if total > 1.25 else None


def _sample(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return one_hot(rng, n, (0.0, 1.0), _label, 3)


TASK = BuiltinTask(
    "stripes3", "x1 + x2 below 0.75, between 0.8 and 1.2, above 1.25: one-hot, x ~ U(0, 1)^2", 2, _sample, classes=True
)
