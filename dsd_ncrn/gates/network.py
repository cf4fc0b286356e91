"""Gates of a plain network: from its rate constants to joins, toeholds and a factor of time.

The quasi-steady law ties what a join gives to its concentration and first toehold. DNA is slower than most formal
constants, so that all are divided by one factor, the seconds of DNA time for a second of the network: the least at which
every join is no larger than the limit and holds enough for all that it fires, and little is under way behind it. A join
that is used up with the longer toehold and too large with the weaker is slowed by less of the strand that drives it on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf, prod
from typing import NamedTuple

from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.design.chemistry import Chemistry, GateBudget
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.plan import Plan, plan_of_network
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.translate import realise
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.laws import JoinLaw, join_laws
from dsd_ncrn.kinetics.rates import RateModel

WEAKEST_NT = 3
SMALLEST_NM = 20.0
"""Of a join, whatever it fires."""
RESERVES = (12.0, 8.0, 5.0, 3.0)
"""A gate holds so many times what it fires, the largest for which there are joins: 12 loses 8 % of its rate in the end."""
SOURCE = 0.01
"""Of the largest concentration: the source of a reaction without reactants."""
LATENCY, DELAY = 5e-3, 3e-4
"""What the steps behind a join may take, and the first of them alone, of the time in which a reaction uses up its inputs."""
STARTS = (1.0, 0.0)
"""Bound over free to begin with: strong toeholds on loaded species and weak ones on free species may both be solutions."""
ROUNDS, SETTLED, DAMPING = 200, 1e-6, 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """``largest`` is what may be mixed of a gate, fuel or buffer (nM), ``scale`` the nM of DNA for a nM of the network."""

    largest: float = 10_000.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class NetworkGate:
    """One reaction's join, fork and what drives the join on (nM), first toehold (nt), and what it fires in the span (nM)."""

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

    def __str__(self) -> str:
        return f"{self.least:.3g} to {self.most:.3g}"


@dataclass(frozen=True, slots=True)
class Use:
    """What gates must last for: firings in the order of the reactions, largest concentrations; nM of the network."""

    fired: tuple[float, ...]
    peaks: Mapping[str, float]


def size_network(crn: Crn, use: Use, translation: Translation, rates: RateModel, limits: Limits | None = None) -> SizedNetwork:
    """Strands whose rate constants are those of ``crn``, all divided by one factor of time.

    Raises InputError as ``translate_network``, where annihilations are cooperative (no law ties them to a constant), and
    where no factor suits all reactions within ``limits``.
    """
    limits = limits or Limits()
    plan = _plan(crn, translation, limits, {})
    needs = _needs(plan, use, limits)
    laws = _laws(plan, needs, limits)
    gates, seconds, reserve = _best_choice(laws, needs, rates, limits)
    budgets = {name: _budget(gate) for name, gate in gates.items()}
    return SizedNetwork(crn, realise(_plan(crn, translation, limits, budgets)), seconds, reserve, limits.scale, gates)


class _Need(NamedTuple):
    """A reaction's constant and firings (nM of DNA, s of the network), its turnover (/s), and steps behind its last input."""

    constant: float
    fired: float
    turnover: float
    steps: int


def _needs(plan: Plan, use: Use, limits: Limits) -> dict[str, _Need]:
    needs: dict[str, _Need] = {}
    for reaction, fired in zip(plan.reactions, use.fired, strict=True):
        constant = reaction.rate / _unit(plan, reaction.reactants, limits)
        steps = 2 + len(reaction.products) if reaction.products else 1
        need = _Need(constant, limits.scale * fired, _turnover(reaction, plan.sources, use.peaks), steps)
        needs[reaction.origin.reaction] = need
    return needs


def _turnover(reaction: Reaction, sources: frozenset[str], peaks: Mapping[str, float]) -> float:
    """How fast a reaction uses up an input where the others are largest, or fills its output where it has none."""
    levels = sorted(peaks[name] for name in reaction.reactants if name not in sources)
    if levels:
        return reaction.rate * prod(levels[1:])
    return reaction.rate / (max((peaks[name] for name in reaction.products if name not in sources), default=0.0) or inf)


def _plan(crn: Crn, translation: Translation, limits: Limits, budgets: Mapping[str, GateBudget]) -> Plan:
    """The plan of the network with all buffers, fuels and seals at the largest concentration."""
    level = limits.largest
    full = {"join": level, "fork": level, "fuel": level, "first_toehold": translation.toehold}
    kinds = {kind: budget.model_copy(update=full) for kind, budget in Chemistry().gates.items()}
    changed = {"gates": kinds, "reactions": dict(budgets), "seal": level, "unit": SOURCE * level}
    chemistry = Chemistry().model_copy(update=changed)
    plan = plan_of_network(crn, translation, chemistry)
    start = {name: value if name in plan.sources else value * limits.scale for name, value in plan.start.items()}

    def buffer(_: str) -> float:
        return level

    return replace(plan, start=start, buffer=buffer, buffered=frozenset(plan.species))


def _budget(gate: NetworkGate) -> GateBudget:
    """Joins and drivers hold half of what they fire beyond the law's level, so that they are right in the mean."""
    levels = {"join": gate.join + gate.fired / 2, "fork": gate.fork, "fuel": gate.driver + gate.fired / 2}
    return Chemistry().gates["N1"].model_copy(update={**levels, "first_toehold": gate.toehold})


def _best_choice(
    laws: Mapping[str, JoinLaw], needs: Mapping[str, _Need], rates: RateModel, limits: Limits
) -> tuple[dict[str, NetworkGate], float, float]:
    """Gates, factor of time and reserve: the largest reserve that the limits allow. Raises InputError where none does."""
    solvers = [_Solver(laws, needs, reserve, rates, limits) for reserve in RESERVES]
    for solver in solvers:
        gates, seconds = min((solver.solve(start) for start in STARTS), key=lambda found: found[1] or inf)
        if seconds is not None:
            return {name: solver.complete(name, gate, seconds) for name, gate in gates.items()}, seconds, solver.reserve
    raise solvers[-1].impossible()


def _unit(plan: Plan, reactants: tuple[str, ...], limits: Limits) -> float:
    """What a formal constant is divided by: nM of DNA for each reactant but one, the level of a source."""
    if plan.sources.intersection(reactants):
        return SOURCE * limits.largest / limits.scale
    return limits.scale ** (len(reactants) - 1)


def _laws(plan: Plan, needs: Mapping[str, _Need], limits: Limits) -> dict[str, JoinLaw]:
    """The laws, with as much to drive the joins on as there is in the mean."""
    laws = {law.reaction: law for law in join_laws(realise(plan))}
    for reaction in plan.reactions:
        if reaction.origin.reaction not in laws:
            remedy = 'Use translation.annihilation = "two_domain".'
            raise InputError(f"no rate law ties the gates of {reaction} to its rate constant", None, remedy)
    mean = {name: max(limits.largest - needs[name].fired / 2, SMALLEST_NM) for name in laws}
    return {name: replace(law, last=mean[name]) if law.last else law for name, law in laws.items()}


@dataclass(frozen=True)
class _Solver:
    """The least factor of time, by fixed-point iteration over what joins hold of their first inputs."""

    laws: Mapping[str, JoinLaw]
    needs: Mapping[str, _Need]
    reserve: float
    rates: RateModel
    limits: Limits

    def solve(self, start: float) -> tuple[dict[str, NetworkGate], float | None]:
        """The gates and the factor, None where none suits all; ``start`` is bound over free to begin with."""
        gates, seconds = dict[str, NetworkGate](), None
        bound = dict.fromkeys((law.first for law in self.laws.values()), start)
        for _ in range(ROUNDS):
            ranges = self.ranges(bound)
            seconds = _least_common(ranges, self._slow_enough())
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

    def impossible(self) -> InputError:
        """Says by which factors time may be stretched for which reaction."""
        gates, _ = self.solve(STARTS[0])
        ranges = self.ranges(self.loading(gates))
        told = "; ".join(f"{name} {' or '.join(map(str, _merged(each)))}" for name, each in ranges.items())
        rule = (
            f"with gates of up to {self.limits.largest:g} nM that hold {self.reserve:g} times what they fire, no factor of "
            f"time suits all reactions ({told})"
        )
        remedy = (
            "Bring the rate constants closer, simulate a shorter time, scale the concentrations down, or allow larger gates."
        )
        return InputError(rule, None, remedy)

    def _slow_enough(self) -> float:
        """The factor from which on no reaction is faster than its module can pass it on."""
        per_step = {n: self.rates.displacement(law.full, law.full) * self.limits.largest for n, law in self.laws.items()}
        return max(need.turnover * need.steps / (per_step[name] * LATENCY) for name, need in self.needs.items())

    def _constant(self, name: str, bound: Mapping[str, float]) -> float:
        """What the join has to give to free strands, in nM of DNA and s of the network."""
        return self.needs[name].constant / self.laws[name].free(bound)

    def _least(self, name: str) -> float:
        return min(max(self.reserve * self.needs[name].fired, SMALLEST_NM), self.limits.largest)

    def _largest(self, name: str) -> float:
        """Of the law's level of a join, to which half of what it fires is added."""
        return max(self.limits.largest - self.needs[name].fired / 2, SMALLEST_NM)

    def _ranges(self, name: str, constant: float) -> list[_Range]:
        law, largest, least = self.laws[name], self._largest(name), self._least(name)
        slowest = replace(law, last=min(least, law.last))
        toeholds = range(law.full, WEAKEST_NT - 1, -1)
        return [
            _Range(constant / (law.rate(self.rates, each) * largest), constant / (slowest.rate(self.rates, each) * least))
            for each in toeholds
        ]

    def _gate(self, name: str, rate: float) -> NetworkGate:
        """The longest toehold with which the join holds enough, else the weakest that it can have with less of a driver."""
        law, largest, least = self.laws[name], self._largest(name), self._least(name)
        joins = {each: rate / law.rate(self.rates, each) for each in range(law.full, WEAKEST_NT - 1, -1)}
        allowed = {each: join for each, join in joins.items() if join <= largest * (1 + SETTLED)} or {law.full: largest}
        toehold = next((each for each, join in allowed.items() if join >= least), min(allowed))
        if allowed[toehold] >= least or not law.last:
            return NetworkGate(min(allowed[toehold], largest), law.last, toehold)
        return NetworkGate(least, max(_driver(law, rate / least, toehold, self.rates), least), toehold)


def _least_common(ranges: Mapping[str, list[_Range]], shortest: float) -> float | None:
    """The least factor from ``shortest`` on that lies in a range of every reaction."""
    for seconds in sorted({shortest, *(r.least for each in ranges.values() for r in each if r.least > shortest)}):
        low, high = seconds * (1 + SETTLED), seconds * (1 - SETTLED)
        if all(any(r.least <= low and r.most >= high for r in each) for each in ranges.values()):
            return seconds
    return None


def _merged(ranges: Iterable[_Range]) -> list[_Range]:
    """Ranges that overlap as one, in order; those that no join is in left out."""
    found: list[_Range] = []
    for each in sorted(r for r in ranges if r.least <= r.most):
        if found and each.least <= found[-1].most:
            found[-1] = _Range(found[-1].least, max(found[-1].most, each.most))
        else:
            found.append(each)
    return found


def _driver(law: JoinLaw, rate: float, toehold: int, rates: RateModel) -> float:
    """The concentration of the last strand at which a nM of the join gives ``rate``, which goes as 1 / (1 + q / C)."""
    unlimited = replace(law, last=inf).rate(rates, toehold)
    q = law.last * (unlimited / law.rate(rates, toehold) - 1)
    return q / (unlimited / rate - 1)
