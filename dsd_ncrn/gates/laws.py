"""Effective rate laws of joins in quasi-steady state.

A join ``{t*}[x t][p t][c t][r t]`` takes X first, then P, then the clock C. With cogates x~, p~ and fuels in excess its
flux is ``k0 [J] X P C / (x~ p~ + …)``: the rate constant

    k = k0 [J] / (b x~ … (1 + p~/C)),

with k0 the rate of the first toehold, the product over the cogates of all inputs but the last, and p~ that of the last.
The inner toeholds cancel, but for b: the rate at which x~ takes the join back, over that of an exchange of full toeholds,
which is 1 where the first toehold is full; for a single input, k = k0 [J] / (1 + b x~/C). C is the clock's concentration,
or that of the strand which drives the join on where the reaction waits for no clock, times k(t, 0) / k(t, t) where what it
displaces has no toehold. Where the last input itself ends the join, there is no C and k is larger by that ratio.

X also sits on every join that takes it first: bound over free is ``k0 [J] / (k x~)`` for each, k the rate of the full
toehold (for a single input ``k0 [J] / (k x~ + k C)``, since the clock takes it on), and of every input the free share is
what reacts. (From the linear chain of toehold exchanges in quasi-steady state; the tests hold it against simulated modules.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem, GateKind
from dsd_ncrn.kinetics.rates import RateModel


@dataclass(frozen=True, slots=True)
class JoinLaw:
    """The law of a join that takes ``inputs``, in this order.

    ``opening`` and ``full`` (nt) are its open toehold and the universal one, ``cogates`` (nM) the buffers of the inputs, 0
    for a last one that has none, ``last`` (nM) the clock or auxiliary strand that drives the join on, 0 where the last input
    ends it, and ``released`` (nt) the toehold that comes off with what this last strand displaces, 0 where that has none.
    ``level`` (nM) is what there is of the join.
    """

    reaction: str
    join: str
    inputs: tuple[str, ...]
    opening: int
    full: int
    cogates: tuple[float, ...]
    last: float
    released: int
    level: float

    @property
    def first(self) -> str:
        """The input that it holds."""
        return self.inputs[0]

    def free(self, bound: Mapping[str, float]) -> float:
        """The product of the free shares of its inputs, given bound over free of every species."""
        return prod(1 / (1 + bound.get(name, 0.0)) for name in self.inputs)

    def rate(self, rates: RateModel, toehold: int | None = None) -> float:
        """What a nM of the join adds to the rate constant while nothing is bound, nM^-inputs /s."""
        opening = toehold or self.opening
        exchange, returned = rates.displacement(self.full, self.full), self._returned(rates, opening)
        # Every input but the last is an equilibrium with its cogate; a short first toehold also lets X off more slowly.
        held = prod(self.cogates[:-1]) * returned / exchange if len(self.inputs) > 1 else 1.0
        # The last input displaces the seal itself, by k(t, 0) instead of k(t, t).
        if not self.last:
            return rates.displacement(opening, self.full) * rates.displacement(self.full, 0) / (exchange * held)
        # After the last input two things compete: its cogate, which takes the join back, and what drives it on.
        back = self.cogates[-1] * (exchange if len(self.inputs) > 1 else returned)
        return rates.displacement(opening, self.full) / (held * (1 + back / self._driven(rates)))

    def bound(self, rates: RateModel) -> float:
        """What the join adds to bound over free of its first input."""
        # With one input nothing stands between X and the driver, which clears the join as well as the cogate does.
        onward = self._driven(rates) if len(self.inputs) == 1 else 0.0
        back = self._returned(rates, self.opening) * self.cogates[0] + onward
        return rates.displacement(self.opening, self.full) / back * self.level

    def _returned(self, rates: RateModel, opening: int) -> float:
        """The rate constant with which the first cogate takes the join back, /nM/s."""
        return rates.displacement(self.full, opening)

    def _driven(self, rates: RateModel) -> float:
        """How fast the last strand drives a join on that has all its inputs, /s."""
        return rates.displacement(self.full, self.released) * self.last


def join_laws(system: DsdSystem) -> tuple[JoinLaw, ...]:
    """The law of every join of which all inputs but the last have a cogate buffer; others are taken for good and obey none."""
    laws = (_law(system, reaction) for reaction in system.formal)
    return tuple(law for law in laws if law is not None)


def loading(laws: Iterable[JoinLaw], rates: RateModel) -> dict[str, float]:
    """The ratio of bound to free of every species that enters joins first."""
    bound: dict[str, float] = {}
    for law in laws:
        bound[law.first] = bound.get(law.first, 0.0) + law.bound(rates)
    return bound


def achieved(system: DsdSystem, rates: RateModel) -> dict[str, float]:
    """The rate constant that the law gives each reaction, nM^-(inputs - 1) /s, for the whole of its inputs, bound or free."""
    laws = join_laws(system)
    bound = loading(laws, rates)
    return {law.reaction: law.rate(rates) * law.level * law.free(bound) for law in laws}


def _law(system: DsdSystem, reaction: Reaction) -> JoinLaw | None:
    gates = system.gates[reaction.origin.reaction]
    join = system.by_name.get(gates.join)
    cogates = tuple(system.level(system.cogates.get(species)) for species in reaction.reactants)
    if gates.kind not in (GateKind.JOIN, GateKind.SINK) or join is None or not cogates or not all(cogates[:-1]):
        return None
    opening, full = _unpaired_toehold(join.complex), toehold_length(system.by_name[reaction.reactants[0]].complex)
    last, released = (system.level(gates.driver.component), gates.driver.released) if gates.driver else (0.0, 0)
    if gates.phase is not None:
        clock = system.clocks[gates.phase]
        cogate = system.level(clock.cogates.get(system.polarity[reaction.reactants[0]]))
        # The clock is the last input; where its cogates are buffered they take it back before the driver comes.
        back = cogate / last if last else 0.0
        last, released = (clock.concentration / (1 + back), full) if gates.driver else (clock.concentration, 0)
    return JoinLaw(gates.reaction, gates.join, reaction.reactants, opening, full, cogates, last, released, join.concentration)


def _unpaired_toehold(join: Complex) -> int:
    """The length of a join's open toehold, nt."""
    return sum(d.length for d, partner in zip(join.domains, join.pairing) if partner is None and d.is_toehold)


def toehold_length(strand: Complex) -> int:
    """The length of a strand's toehold, nt."""
    return sum(domain.length for domain in strand.domains if domain.is_toehold)
