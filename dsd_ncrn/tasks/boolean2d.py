"""XOR2D of the Neural CRN paper (eqs. 15 and 16), and AND, OR in the same way: a gate of two inputs cut at 0.5."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dsd_ncrn.tasks.types import BuiltinTask, Floats, balanced

CUT = 0.5


def _task(name: str, gate: Callable[[bool, bool], bool]) -> BuiltinTask:
    def label(x: Floats) -> float:
        return float(gate(bool(x[0] > CUT), bool(x[1] > CUT)))

    def sample(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        return balanced(rng, n, (0.0, 1.0), label, 1.0)

    upper = name.removesuffix("2d").upper()
    return BuiltinTask(name, f"ON (1) where {upper}(x1 > 0.5, x2 > 0.5), else OFF (0), x ~ U(0, 1)^2", 2, sample, CUT, 1.0)


XOR = _task("xor2d", lambda first, second: first != second)
AND = _task("and2d", lambda first, second: first and second)
OR = _task("or2d", lambda first, second: first or second)
