"""Rate constants of strand-level steps from toehold lengths.

Data (``constants.toml``): Zhang & Winfree, J. Am. Chem. Soc. 131:17303 (2009): strand displacement by toehold length, and
toehold exchange with equal toeholds. Their three-step model gives the dissociation constants.
"""

from __future__ import annotations

from math import exp, inf, log, sqrt
from typing import Protocol

from dsd_ncrn.dsd.structure import TOEHOLD_MAX_NT
from dsd_ncrn.kinetics.constants import constant

DISPLACEMENT_PER_M_S = constant("duplex.displacement").numbers
EXCHANGE_PER_M_S = dict(enumerate(constant("duplex.exchange").numbers, start=3))
ASSOCIATION_PER_M_S = constant("duplex.association").number
MIGRATION_PER_S = constant("duplex.migration").number
ELEMENTARY_MIGRATION_PER_S = constant("duplex.elementary_migration").number
"""A domain of L nt takes L^2 times as long as one nucleotide, but is never faster than this over L^2."""
ZIPPING_PER_S = constant("duplex.zipping").number
LOOP_EXPONENT = constant("duplex.loop_exponent").number
PER_M_TO_PER_NM = 1e-9


class RateModel(Protocol):
    """Rates of the moves: /nM/s for those of two complexes, /s for an unbinding."""

    def displacement(self, invading_nt: int, released_nt: int) -> float:
        """Toehold-mediated displacement that binds one toehold and releases another."""
        ...

    def binding(self, invading_nt: int) -> float:
        """Binding that frees nothing, as the first half of a cooperative hybridization."""
        ...

    def unbinding(self, held_nt: int) -> float:
        """The reverse of such a binding."""
        ...

    def hybridisation(self) -> float:
        """Two unpaired complementary branch domains."""
        ...


class ToeholdLengthRates:
    """Rates from toehold lengths alone; deterministic, the default before sequences are known."""

    def displacement(self, invading_nt: int, released_nt: int) -> float:
        """k(n, m), /nM/s.

        Measured values for m = 0 and m = n. Between them the geometric mean of k(n, n) and k(m, m), split so that
        forward over backward is the ratio of the toeholds' dissociation constants (detailed balance). The one
        published pair further than one nucleotide off the diagonal, (5, 7), is 20 times below this. No exchange is
        faster than displacement by the longer toehold: both directions are slowed alike where it would be.
        """
        if released_nt == 0:
            return _by_length(invading_nt) * PER_M_TO_PER_NM
        mean = sqrt(_exchange(invading_nt) * _exchange(released_nt))
        tilt = sqrt(self.unbinding(released_nt) / self.unbinding(invading_nt))
        limit = _by_length(max(invading_nt, released_nt)) / (mean * max(tilt, 1 / tilt))
        return mean * tilt * min(1.0, limit) * PER_M_TO_PER_NM

    def binding(self, invading_nt: int) -> float:
        """Toehold association, /nM/s."""
        return ASSOCIATION_PER_M_S * PER_M_TO_PER_NM

    def unbinding(self, held_nt: int) -> float:
        """Toehold dissociation, /s: the three-step model solved for it, k_r = k_b (k_f / k(n, 0) - 1)."""
        return MIGRATION_PER_S * (ASSOCIATION_PER_M_S / _by_length(held_nt) - 1)

    def hybridisation(self) -> float:
        """Association of free complementary strands, taken as fast as that of a long toehold, /nM/s."""
        return ASSOCIATION_PER_M_S * PER_M_TO_PER_NM


def _by_length(toehold_nt: int) -> float:
    return DISPLACEMENT_PER_M_S[min(toehold_nt, len(DISPLACEMENT_PER_M_S) - 1)]


def _exchange(toehold_nt: int) -> float:
    """k(n, n), log-linear beyond the measured range downwards, constant upwards; /M/s."""
    longest, shortest = max(EXCHANGE_PER_M_S), min(EXCHANGE_PER_M_S)
    if toehold_nt >= longest:
        return EXCHANGE_PER_M_S[longest]
    if toehold_nt >= shortest:
        return EXCHANGE_PER_M_S[toehold_nt]
    slope = log(EXCHANGE_PER_M_S[shortest + 1] / EXCHANGE_PER_M_S[shortest])
    return EXCHANGE_PER_M_S[shortest] * exp(slope * (toehold_nt - shortest))


class ThreeStepRates:
    """Elementary rates of the finite semantics, in /nM/s for bindings and /s for steps of one complex.

    The three-step model of Zhang & Winfree, J. Am. Chem. Soc. 131:17303 (2009): a toehold of m nt binds with k_f and unbinds
    with k_r(m), branch migration runs with k_b to and fro, an incumbent left on n nt unbinds with k_r(n). At the quasi-steady
    state of the two intermediates that is one displacement with

        k(m, n) = k_f k_b k_r(n) / (k_r(m) k_r(n) + k_b (k_r(m) + k_r(n))),    k(m, 0) = k_f k_b / (k_r(m) + k_b)

    k_f, k_r and k(m, n) are those of the rate model; k_b follows from them, so that finite and infinite semantics agree.
    """

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
