"""Gates of a plain network: from its rate constants to joins, toeholds and a factor of time.

The quasi-steady law ties what a join gives to its concentration and first toehold. DNA is slower than most formal
constants, so that all of them are divided by one factor, the seconds of DNA time for a second of the network: the
least at which every reaction has a join that is no larger than the limit and holds enough for all that it fires. A join
that would be used up with the longer toehold and too large with the weaker one is slowed by less of the strand that drives
it on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, prod
from typing import NamedTuple

from dsd_ncrn.crn.types import Crn
from dsd_ncrn.design.chemistry import Chemistry, GateBudget
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.plan import Plan, plan_of_network
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.translate import realise
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.rate_laws import JoinLaw, join_laws
from dsd_ncrn.kinetics.rates import RateModel

WEAKEST_NT = 3
SMALLEST_NM = 20.0
"""Of a join, whatever it fires."""
RESERVES = (12.0, 8.0, 5.0, 3.0)
"""A gate holds so many times what it fires, the largest for which there are joins: 12 loses 8 % of its rate in the end."""
SOURCE = 0.01
"""Of the largest concentration: the source of a reaction without reactants."""
DELAY = 3e-4
"""What the first step of a fork may take, of the time in which its reaction turns its inputs over at their largest."""
ROUNDS = 200
SETTLED = 1e-6
DAMPING = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """``largest`` is what may be mixed of a gate, fuel or buffer (nM), ``scale`` the nM of DNA for a nM of the network."""

    largest: float = 10_000.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class NetworkGate:
    """One reaction's gates: join, fork and the strand that drives the join on (nM), first toehold (nt).

    ``fired`` (nM) is what it fires in the span that they are made for.
    """

    join: float
    driver: float
    toehold: int
    fork: float = 0.0
    fired: float = 0.0


@dataclass(frozen=True)
class SizedNetwork:
    """A plain network in strands. ``seconds`` of DNA time make one of the network; a gate holds ``reserve`` times its flux."""

    crn: Crn
    system: DsdSystem
    seconds: float
    reserve: float
    scale: float
    gates: Mapping[str, NetworkGate]


class _Range(NamedTuple):
    """Factors of time that a reaction allows with some first toehold, from the largest join to the smallest."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Use:
    """What a network asks of its gates over the span that they must last for: how often each reaction fires, in the order of
    the network's reactions, and the largest concentration of each species; in nM of the network.
    """

    fired: tuple[float, ...]
    peaks: Mapping[str, float]


def size_network(crn: Crn, use: Use, translation: Translation, rates: RateModel, limits: Limits | None = None) -> SizedNetwork:
    """Strands whose rate constants are those of ``crn``, all divided by one factor of time.

    Raises InputError as ``translate_network``, where annihilations are cooperative (no law ties them to a constant), and
    where no factor suits all reactions within ``limits``.
    """
    limits = limits or Limits()
    plan = _plan(crn, translation, limits, {})
    laws, needs = _laws(plan), _needs(plan, use, limits)
    gates, seconds, reserve = _best_choice(laws, needs, rates, limits)
    budgets = {name: _budget(gate) for name, gate in gates.items()}
    return SizedNetwork(crn, realise(_plan(crn, translation, limits, budgets)), seconds, reserve, limits.scale, gates)


class _Need(NamedTuple):
    """Of one reaction: its rate constant (nM of DNA, s of the network), what it fires (nM of DNA), and how fast it can use
    up an input (/s of the network).
    """

    constant: float
    fired: float
    turnover: float


def _needs(plan: Plan, use: Use, limits: Limits) -> dict[str, _Need]:
    needs = {}
    for reaction, fired in zip(plan.reactions, use.fired, strict=True):
        peaks = sorted(max(use.peaks.get(name, 0.0), 0.0) for name in reaction.reactants if name not in plan.sources)
        constant = reaction.rate / _unit(plan, reaction.reactants, limits)
        needs[reaction.origin.reaction] = _Need(constant, limits.scale * fired, reaction.rate * prod(peaks[1:]))
    return needs


def _plan(crn: Crn, translation: Translation, limits: Limits, budgets: Mapping[str, GateBudget]) -> Plan:
    """The plan of the network with all buffers, fuels and seals at the largest concentration."""
    level = limits.largest
    full = {"join": level, "fork": level, "fuel": level, "first_toehold": translation.toehold}
    kinds = {kind: budget.model_copy(update=full) for kind, budget in Chemistry().gates.items()}
    changed = {"gates": kinds, "reactions": dict(budgets), "seal": level, "unit": SOURCE * level}
    chemistry = Chemistry().model_copy(update=changed)
    plan = plan_of_network(crn, translation, chemistry)
    start = {name: value if name in plan.sources else value * limits.scale for name, value in plan.start.items()}
    return replace(plan, start=start, buffer=lambda _: level, buffered=frozenset(plan.species))


def _budget(gate: NetworkGate) -> GateBudget:
    """Joins and drivers hold half of what they fire beyond the law's level, so that they are right in the mean."""
    levels = {"join": gate.join + gate.fired / 2, "fork": gate.fork, "fuel": gate.driver + gate.fired / 2}
    return Chemistry().gates["N1"].model_copy(update={**levels, "first_toehold": gate.toehold})


def _best_choice(
    laws: Mapping[str, JoinLaw], needs: Mapping[str, _Need], rates: RateModel, limits: Limits
) -> tuple[dict[str, NetworkGate], float, float]:
    """Gates, factor of time and reserve: the largest reserve that the limits allow. Raises InputError where none does."""
    found: InputError | None = None
    for reserve in RESERVES:
        solver = _Solver(laws, needs, reserve, rates, limits)
        gates, seconds = solver.solve()
        if seconds is not None:
            return {name: solver.complete(name, gate, seconds) for name, gate in gates.items()}, seconds, reserve
        found = solver.impossible(gates)
    assert found is not None
    raise found


def _unit(plan: Plan, reactants: tuple[str, ...], limits: Limits) -> float:
    """What a formal constant is divided by: nM of DNA for each reactant but one, the level of a source."""
    if plan.sources.intersection(reactants):
        return SOURCE * limits.largest / limits.scale
    return limits.scale ** (len(reactants) - 1)


def _laws(plan: Plan) -> dict[str, JoinLaw]:
    laws = {law.reaction: law for law in join_laws(realise(plan))}
    for reaction in plan.reactions:
        if reaction.origin.reaction not in laws:
            remedy = 'Use translation.annihilation = "two_domain".'
            raise InputError(f"no rate law ties the gates of {reaction} to its rate constant", None, remedy)
    return laws


@dataclass(frozen=True)
class _Solver:
    """The least factor of time, by fixed-point iteration over what joins hold of their first inputs."""

    laws: Mapping[str, JoinLaw]
    needs: Mapping[str, _Need]
    reserve: float
    rates: RateModel
    limits: Limits

    def solve(self) -> tuple[dict[str, NetworkGate], float | None]:
        """The gates and the factor; None and the nearest gates where no factor suits all reactions."""
        gates, seconds = dict[str, NetworkGate](), None
        bound = dict.fromkeys((law.first for law in self.laws.values()), 0.0)
        for _ in range(ROUNDS):
            ranges = self.ranges(bound)
            seconds = _least_common(ranges)
            factor = seconds or max(min(r.least for r in each) for each in ranges.values())
            gates = {name: self._gate(name, self._constant(name, bound) / factor) for name in self.laws}
            new = self.loading(gates)
            if max(abs(new[name] - bound[name]) for name in new) < SETTLED:
                break
            bound = {name: DAMPING * bound[name] + (1 - DAMPING) * new[name] for name in new}
        return gates, seconds

    def complete(self, name: str, gate: NetworkGate, seconds: float) -> NetworkGate:
        """With a fork that is quick enough and holds enough."""
        law, need = self.laws[name], self.needs[name]
        quick = need.turnover / (seconds * DELAY * self.rates.displacement(law.full, law.full))
        return replace(gate, fork=min(max(quick, self._least(name)), self.limits.largest), fired=need.fired)

    def loading(self, gates: Mapping[str, NetworkGate]) -> dict[str, float]:
        """Bound over free of every species that enters joins first."""
        bound: dict[str, float] = {}
        for name, gate in gates.items():
            law = replace(self.laws[name], last=gate.driver if self.laws[name].last else 0.0)
            bound[law.first] = bound.get(law.first, 0.0) + law.bound(self.rates, gate.toehold) * gate.join
        return bound

    def ranges(self, bound: Mapping[str, float]) -> dict[str, list[_Range]]:
        """By reaction and first toehold: from the largest join to the smallest, with as little to drive it on as lasts."""
        return {name: self._ranges(name, self._constant(name, bound)) for name in self.laws}

    def impossible(self, gates: Mapping[str, NetworkGate]) -> InputError:
        """Says which reactions are too far apart."""
        ranges = self.ranges(self.loading(gates))
        fastest = max(ranges, key=lambda name: min(r.least for r in ranges[name]))
        slowest = min(ranges, key=lambda name: max(r.most for r in ranges[name]))
        slow, fast = max(r.most for r in ranges[slowest]), min(r.least for r in ranges[fastest])
        rule = (
            f"no gates of up to {self.limits.largest:g} nM give all reactions their rate constants: time must be stretched "
            f"{fast:.3g}-fold for {fastest}, and {slowest} would use up its gates if it were more than {slow:.3g}-fold"
        )
        remedy = (
            "Bring the rate constants closer, simulate a shorter time, scale the concentrations down, or allow larger gates."
        )
        return InputError(rule, None, remedy)

    def _constant(self, name: str, bound: Mapping[str, float]) -> float:
        """What the join has to give to free strands, in nM of DNA and s of the network."""
        return self.needs[name].constant / self.laws[name].free(bound)

    def _least(self, name: str) -> float:
        return min(max(self.reserve * self.needs[name].fired, SMALLEST_NM), self.limits.largest)

    def _ranges(self, name: str, constant: float) -> list[_Range]:
        law, largest, least = self.laws[name], self.limits.largest, self._least(name)
        slowest = replace(law, last=least) if law.last else law
        toeholds = range(law.full, WEAKEST_NT - 1, -1)
        return [
            _Range(constant / (law.rate(self.rates, each) * largest), constant / (slowest.rate(self.rates, each) * least))
            for each in toeholds
        ]

    def _gate(self, name: str, rate: float) -> NetworkGate:
        """The longest toehold with which the join holds enough, else the weakest that it can have with less of a driver."""
        law, largest, least = self.laws[name], self.limits.largest, self._least(name)
        joins = {each: rate / law.rate(self.rates, each) for each in range(law.full, WEAKEST_NT - 1, -1)}
        allowed = {each: join for each, join in joins.items() if join <= largest * (1 + SETTLED)} or {law.full: largest}
        toehold = next((each for each, join in allowed.items() if join >= least), min(allowed))
        if allowed[toehold] >= least or not law.last:
            return NetworkGate(min(allowed[toehold], largest), largest, toehold)
        return NetworkGate(least, max(_driver(law, rate / least, toehold, self.rates), least), toehold)


def _least_common(ranges: Mapping[str, list[_Range]]) -> float | None:
    """The least factor that lies in a range of every reaction."""
    for seconds in sorted(r.least for each in ranges.values() for r in each):
        low, high = seconds * (1 + SETTLED), seconds * (1 - SETTLED)
        if all(any(r.least <= low and r.most >= high for r in each) for each in ranges.values()):
            return seconds
    return None


def _driver(law: JoinLaw, rate: float, toehold: int, rates: RateModel) -> float:
    """The concentration of the last strand at which a nM of the join gives ``rate``, which goes as 1 / (1 + q / C)."""
    unlimited = replace(law, last=inf).rate(rates, toehold)
    q = law.last * (unlimited / law.rate(rates, toehold) - 1)
    return q / (unlimited / rate - 1)
