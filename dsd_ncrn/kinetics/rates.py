"""Rate constants of strand-level steps from toehold lengths, by the three-step model.

Zhang & Winfree, J. Am. Chem. Soc. 131:17303 (2009): a toehold of n nt binds with k_f and opens with k_r(n), branch migration
runs with k_b to and fro, an incumbent left on m nt comes off with k_r(m). At the quasi-steady state of the two intermediates
that is one displacement with

    k(n, m) = k_f / (1 + o(n) + o(n) / o(m)),    k(n, 0) = k_f / (1 + o(n)),    o(n) = k_r(n) / k_b

so that k(n, m) / k(m, n) = o(m) / o(n), exactly. The finite semantics has the three steps as they are: both semantics agree.
The rates of displacement say nothing of k_b alone; it follows from how strongly a toehold rests where it can displace nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Protocol

from dsd_ncrn.constants import DEFAULT_PRESET, constant, parted, rate_constants

PER_M_TO_PER_NM = 1e-9
UM_TO_NM = 1e3
RESTING_NT = 5
"""Length of the toehold whose dissociation constant the table has."""


class RateModel(Protocol):
    """Rates of the moves: /nM/s for those of two complexes, /s for those of one."""

    def displacement(self, invading_nt: int, released_nt: int) -> float:
        """Toehold-mediated displacement that binds one toehold and releases another (0: none)."""
        ...

    def binding(self, invading_nt: int) -> float:
        """Binding that frees nothing, as the first half of a cooperative hybridization."""
        ...

    def unbinding(self, held_nt: int) -> float:
        """The reverse of such a binding."""
        ...

    def migration(self) -> float:
        """A branch migrates, there as fast as back."""
        ...

    def hybridisation(self) -> float:
        """Two unpaired complementary branch domains."""
        ...


@dataclass(frozen=True, slots=True)
class ToeholdLengthRates:
    """Rates from toehold lengths alone; the default before sequences are known.

    ``association`` is k_f (/nM/s), ``openings`` are k_r/k_b of 1, 2 … nt, longer toeholds opening as the last one,
    ``branch`` is k_b (/s).
    """

    association: float
    openings: tuple[float, ...]
    branch: float

    def displacement(self, invading_nt: int, released_nt: int) -> float:
        """k(n, m), /nM/s."""
        released = self._opening(released_nt) if released_nt else inf
        return self.association * three_step(self._opening(invading_nt), released)

    def binding(self, invading_nt: int) -> float:
        """Toehold association, /nM/s."""
        return self.association

    def unbinding(self, held_nt: int) -> float:
        """Toehold dissociation, /s."""
        return self.branch * self._opening(held_nt)

    def migration(self) -> float:
        """One rate for branches of all lengths, as the constants are from branches of one length; /s."""
        return self.branch

    def hybridisation(self) -> float:
        """Association of free complementary strands, taken as fast as that of a toehold, /nM/s."""
        return self.association

    def _opening(self, toehold_nt: int) -> float:
        assert toehold_nt > 0, "a displacement without a toehold is a leak"
        return self.openings[min(toehold_nt, len(self.openings)) - 1]


@dataclass(frozen=True, slots=True)
class Occupied:
    """Rates where strands rest on toeholds: ``free`` is by the length of one (nt) which part of its displacements is left."""

    rates: RateModel
    free: Mapping[int, float]

    def displacement(self, invading_nt: int, released_nt: int) -> float:
        """See RateModel."""
        return self.rates.displacement(invading_nt, released_nt) * self.free.get(invading_nt, 1.0)

    def binding(self, invading_nt: int) -> float:
        """See RateModel."""
        return self.rates.binding(invading_nt) * self.free.get(invading_nt, 1.0)

    def unbinding(self, held_nt: int) -> float:
        """See RateModel."""
        return self.rates.unbinding(held_nt)

    def migration(self) -> float:
        """See RateModel."""
        return self.rates.migration()

    def hybridisation(self) -> float:
        """See RateModel."""
        return self.rates.hybridisation()


def three_step(bound: float, released: float = inf) -> float:
    """The share of bindings that end in a displacement, from k_r/k_b of the toeholds that are bound and released."""
    return 1.0 / (1.0 + bound + bound / released)


@cache
def rates_of(table: str = DEFAULT_PRESET) -> ToeholdLengthRates:
    """The rates of a preset, or of a user's file, at the end of their bands that is named behind a colon.

    Raises as ``rate_constants``.
    """
    found = {name: each.at(parted(table)[1]) for name, each in rate_constants(table).items()}
    (association,), openings, (resting,) = found["association"], found["opening"], found["resting"]
    # Displacements fix only o = k_r/k_b. How strongly a toehold rests, K_d = k_r/k_f, gives k_b = k_f K_d / o.
    association *= PER_M_TO_PER_NM
    return ToeholdLengthRates(association, openings, association * resting * UM_TO_NM / openings[RESTING_NT - 1])


def closing(loop_nt: int, length_nt: int) -> float:
    """A helix of ``length_nt`` forms inside one complex, closing a loop; 0 nt of loop is the zipping of a helix on; /s."""
    zipping = constant("helix.zipping").number
    return zipping / length_nt if loop_nt == 0 else zipping * loop_nt ** constant("helix.loop_exponent").number
