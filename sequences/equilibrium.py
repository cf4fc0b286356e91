"""What strands in one tube come to: concentrations of complexes at equilibrium, from their free energies."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from dsd_ncrn.arrays import Floats


_ROUNDS = 500
_SETTLED = 1e-9
_HALVINGS = 40
_LONGEST_STEP = 5.0
_ROUNDING = 1e-14


def equilibrium(counts: ArrayLike, energies: ArrayLike, totals: ArrayLike, thermal: float) -> Floats:
    """Concentrations (M) of complexes at equilibrium, shape (complexes,).

    ``counts`` (complexes, strands) says how many of each strand a complex has, ``energies`` (complexes,) are their free
    energies (kcal/mol, 1 M standard state), ``totals`` (strands,) the strands' concentrations (M), ``thermal`` is k T.
    Every strand must also be there as a complex of its own. Minimises the convex dual of the free energy, Dirks et al.,
    SIAM Rev 49:65 (2007), by Newton's method.
    """
    import numpy as np

    counts, totals = np.asarray(counts, dtype=float), np.asarray(totals, dtype=float)
    weights = -np.asarray(energies, dtype=float) / thermal
    logs = np.full(len(totals), min(0.0, float(np.min((np.log(totals.min()) - weights) / counts.sum(axis=1)))))
    for _ in range(_ROUNDS):
        amounts = np.exp(counts @ logs + weights)
        gradient = counts.T @ amounts - totals
        if np.all(np.abs(gradient) <= _SETTLED * totals):
            return amounts
        step = -np.linalg.solve((counts.T * amounts) @ counts, gradient)
        logs = logs + _damped(step, logs, counts, weights, totals)
    raise ArithmeticError("the equilibrium of a tube did not settle")


def _damped(step: Floats, logs: Floats, counts: Floats, weights: Floats, totals: Floats) -> Floats:
    """The step, shortened until the dual falls."""
    import numpy as np

    def dual(at: Floats) -> float:
        return float(np.exp(np.minimum(counts @ at + weights, 700.0)).sum() - totals @ at)

    step = step * min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
    now = dual(logs)
    for _ in range(_HALVINGS):
        if dual(logs + step) <= now + _ROUNDING * abs(now):
            break
        step = step / 2
    return step
