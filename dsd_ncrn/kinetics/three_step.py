"""Rates of the elementary steps of the finite semantics, in keeping with those of whole displacements.

The three-step model of Zhang & Winfree, J. Am. Chem. Soc. 131:17303 (2009): a toehold of m nt binds with k_f and unbinds
with k_r(m), branch migration runs with k_b to and fro, an incumbent left on n nt unbinds with k_r(n). At the quasi-steady
state of the two intermediates that is one displacement with

    k(m, n) = k_f k_b k_r(n) / (k_r(m) k_r(n) + k_b (k_r(m) + k_r(n))),    k(m, 0) = k_f k_b / (k_r(m) + k_b)

k_f, k_r and k(m, n) are those of the rate model; k_b follows from them, so that finite and infinite semantics agree.
"""

from __future__ import annotations

from math import inf

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT
from dsd_ncrn.kinetics.rates import RateModel

ELEMENTARY_MIGRATION_PER_S = 8000.0
"""One nucleotide of branch migration (Visual DSD's default): a domain of L nt takes L^2 times as long, never less."""
ZIPPING_PER_S = 1e6
"""One base pair beside a helix (Wetmur & Davidson, J. Mol. Biol. 31:349, 1968), and a loop of one nucleotide."""
LOOP_EXPONENT = -2.5
"""Closing of a loop by its length (Bonnet et al., PNAS 95:8602, 1998: -2.0 to -2.6)."""


class ThreeStepRates:
    """Elementary rates, in /nM/s for bindings and /s for steps of one complex."""

    def __init__(self, rates: RateModel) -> None:
        self.rates = rates

    def binding(self, held_nt: int) -> float:
        """Two complexes by a stretch of ``held_nt``."""
        return self.rates.binding(held_nt) if held_nt <= TOEHOLD_MAX_NT else self.rates.hybridisation()

    def unbinding(self, held_nt: int) -> float:
        """A toehold helix opens."""
        return self.rates.unbinding(held_nt)

    def migration(self, held_nt: int, released_nt: int, length_nt: int) -> float:
        """A strand held by one helix displaces ``length_nt`` of another, which ``released_nt`` hold then (0: none).

        The same in both directions. Where one of the two is held by more than a toehold, the other counts alone.
        """
        toeholds = [nt for nt in (held_nt, released_nt) if 0 < nt <= TOEHOLD_MAX_NT]
        solved = self._solved(*toeholds) if toeholds else self._solved(TOEHOLD_MAX_NT)
        return min(solved, ELEMENTARY_MIGRATION_PER_S / length_nt**2)

    def closing(self, loop_nt: int, length_nt: int) -> float:
        """A helix of ``length_nt`` forms inside one complex, closing a loop; 0 nt of loop is the zipping of a helix on."""
        return ZIPPING_PER_S / length_nt if loop_nt == 0 else ZIPPING_PER_S * loop_nt**LOOP_EXPONENT

    def _solved(self, held_nt: int, released_nt: int = 0) -> float:
        """k_b from k(m, n); unbounded where k(m, n) is as fast as binding lets it be."""
        k, k_f, k_r = self.rates.displacement(held_nt, released_nt), self.rates.binding(held_nt), self.unbinding(held_nt)
        if released_nt == 0:
            return k * k_r / (k_f - k) if k < k_f else inf
        k_r_other = self.unbinding(released_nt)
        left = k_f * k_r_other - k * (k_r + k_r_other)
        return k * k_r * k_r_other / left if left > 0 else inf
