"""Rings2D of the Neural CRN paper: a disc inside a ring, with a gap between them."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.tasks.types import BuiltinTask, Floats, balanced

INNER, GAP, OUTER = 0.45, 0.5, 1.0


def _label(x: Floats) -> float | None:
    radius = float(np.hypot(x[0], x[1]))
    if radius < INNER:
        return 0.0
    return 1.0 if GAP < radius < OUTER else None


def _sample(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return balanced(rng, n, (-1.0, 1.0), _label, 1.0)


TASK = BuiltinTask("rings2d", "ON (1) where 0.5 < |x| < 1, OFF (0) where |x| < 0.45, x ~ U(-1, 1)^2", 2, _sample, 0.5, 1.0)
