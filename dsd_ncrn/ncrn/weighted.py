"""A species turned into several others in given proportions, by unimolecular reactions that compete.

Reaction j fires for a share of the molecules and makes whole numbers of products; the shares are chosen so that the
expected products are the weights: with fractional parts f1 >= f2 >= … of the weights, a share f_j - f_(j+1) makes what
the first j targets are due. Nothing is catalytic, so an input is used up by giving exactly its weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from dsd_ncrn.ncrn.types import Variable

SMALLEST = 1e-12
"""Differences of weights below this are rounding."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A competing reaction: its share of the molecules, and what one of them becomes."""

    share: float
    products: tuple[str, ...]


def branches(targets: Sequence[tuple[Variable, float]], sign: float = 1.0) -> tuple[Branch, ...] | Variable:
    """The reactions of a source that counts with ``sign`` for targets with weights; shares add up to 1.

    Returns the variable instead that would have to fall below zero: a single-rail one with a negative weight.
    """
    due: list[tuple[str, int, float]] = []
    for variable, weight in targets:
        amount = weight * sign
        species = variable.plus if amount >= 0 else variable.minus
        if species is None:
            return variable
        whole = floor(abs(amount) + SMALLEST)
        due.append((species, whole, max(abs(amount) - whole, 0.0)))
    return _layers(due)


def _layers(due: Sequence[tuple[str, int, float]]) -> tuple[Branch, ...]:
    levels = sorted({fraction for _, _, fraction in due if fraction > SMALLEST}, reverse=True)
    steps = zip((1.0, *levels), (*levels, 0.0), strict=True)
    found: list[Branch] = []
    for above, below in steps:
        if above - below > SMALLEST:
            products = [name for name, whole, part in due for _ in range(whole + (part >= above))]
            found.append(Branch(above - below, tuple(products)))
    return tuple(reversed(found))
