"""Three classes that three sectors of equal angle divide; straight lines part them, so a linear f can learn it."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.tasks.types import BuiltinTask, Floats, one_hot


def _label(x: Floats) -> int:
    return int(np.arctan2(x[1], x[0]) % (2 * np.pi) // (2 * np.pi / 3))


def _sample(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return one_hot(rng, n, (-1.0, 1.0), _label, 3)


TASK = BuiltinTask("sectors3", "three sectors of 120 degrees, one-hot, x ~ U(-1, 1)^2", 2, _sample, classes=True)
