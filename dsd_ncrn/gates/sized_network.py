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

from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.design.chemistry import Chemistry, GateBudget
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.plan import Plan, plan_of_network
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.translate import realise
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.fit import SMALLEST_NM, WEAKEST_NT, Need, Pace, Room, Settle, Sizing, Span, fit, spans, to_free
from dsd_ncrn.gates.laws import JoinLaw, join_laws, loading
from dsd_ncrn.kinetics.rates import RateModel

RESERVES = (24.0, 12.0, 8.0, 5.0, 3.0)
"""A gate holds so many times what it fires, the largest for which there are joins: 12 loses 8 % of its rate in the end.

Toeholds of neighbouring lengths differ twentyfold, so that a join of the longest that will do is as small as it may be.
"""
SOURCE = 0.01
"""Of the largest concentration: the source of a reaction without reactants."""
LATENCY, DELAY = 5e-3, 3e-4
"""What the steps behind a join may take, and the first of them alone, of the time in which a reaction uses up its inputs."""
STARTS = (1.0, 0.0)
"""Bound over free to begin with."""


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
    needs = {
        reaction.origin.reaction: Need(reaction.rate / _unit(plan, reaction.reactants, limits), limits.scale * fired)
        for reaction, fired in zip(plan.reactions, use.fired, strict=True)
    }
    # 1: laws and turnovers with all buffers and fuels at the limit.
    laws = _laws(plan, needs, limits)
    turnovers = {r.origin.reaction: _turnover(r, plan.sources, use.peaks) for r in plan.reactions}
    # 2: modules pass on only so fast, whatever their joins: that bounds the factor of time from below.
    pace = Pace(shortest=_shortest(plan, laws, turnovers, rates, limits))
    # 3: joins, toeholds and the factor itself, with as large a reserve as there is room for.
    sized, reserve = _with_reserve(laws, needs, pace, rates, limits)
    seconds = sized.seconds[""]
    gates: dict[str, NetworkGate] = {}
    for name, law in sized.laws.items():
        # A fork that is quick enough, and holds enough.
        quick = turnovers[name] / (seconds * DELAY * rates.displacement(law.full, law.full))
        fork = min(max(quick, _least(needs[name], reserve, limits)), limits.largest)
        gates[name] = NetworkGate(law.level, law.last, law.opening, fork, needs[name].fired)
    budgets = {name: _budget(gate) for name, gate in gates.items()}
    return SizedNetwork(crn, realise(_plan(crn, translation, limits, budgets)), seconds, reserve, limits.scale, gates)


def _with_reserve(
    laws: Mapping[str, JoinLaw], needs: Mapping[str, Need], pace: Pace, rates: RateModel, limits: Limits
) -> tuple[Sizing, float]:
    """The gates with the largest reserve that the limits allow, and that reserve. Raises InputError where there is none.

    Strong toeholds on loaded species and weak ones on free species may both be solutions: the faster one is taken.
    """
    rooms, found = dict[str, Room](), list[Sizing]()
    # A larger reserve is truer to the constants for longer, but needs larger joins at the same rate.
    for reserve in RESERVES:
        rooms = {name: _room(law, needs[name], reserve, limits) for name, law in laws.items()}
        found = [
            # The fixed point may have two branches, from loaded and from free species; both are looked for.
            fit(laws.values(), needs, rooms, {"": pace}, rates, Settle(tolerance=1e-6, rounds=200, damping=0.5, start=start))
            for start in STARTS
        ]
        if any(each.suits for each in found):
            return min((each for each in found if each.suits), key=lambda each: each.seconds[""]), reserve
    constants = to_free(laws, needs, loading(found[0].laws.values(), rates))
    allowed = spans(laws, constants, rooms, rates)
    told = "; ".join(f"{name} {' or '.join(map(str, _merged(each)))}" for name, each in allowed.items())
    rule = (
        f"with gates of up to {limits.largest:g} nM that hold {RESERVES[-1]:g} times what they fire, no factor of "
        f"time suits all reactions ({told})"
    )
    remedy = "Bring the rate constants closer, simulate a shorter time, scale the concentrations down, or allow larger gates."
    raise InputError(rule, None, remedy)


def _room(law: JoinLaw, need: Need, reserve: float, limits: Limits) -> Room:
    """Joins that last; half of what they fire is added to the law's level."""
    most = max(limits.largest - need.fired / 2, SMALLEST_NM)
    return Room(dict.fromkeys(range(law.full, WEAKEST_NT - 1, -1), most), most, _least(need, reserve, limits), lasts=True)


def _least(need: Need, reserve: float, limits: Limits) -> float:
    """What a gate has to hold, nM."""
    return min(max(reserve * need.fired, SMALLEST_NM), limits.largest)


def _shortest(
    plan: Plan, laws: Mapping[str, JoinLaw], turnovers: Mapping[str, float], rates: RateModel, limits: Limits
) -> float:
    """The factor from which on no reaction is faster than its module can pass it on."""
    seconds: list[float] = []
    for reaction in plan.reactions:
        name = reaction.origin.reaction
        steps = 2 + len(reaction.products) if reaction.products else 1  # behind the last input
        per_step = rates.displacement(laws[name].full, laws[name].full) * limits.largest
        seconds.append(turnovers[name] * steps / (per_step * LATENCY))
    return max(seconds)


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


def _unit(plan: Plan, reactants: tuple[str, ...], limits: Limits) -> float:
    """What a formal constant is divided by: nM of DNA for each reactant but one, the level of a source."""
    if plan.sources.intersection(reactants):
        return SOURCE * limits.largest / limits.scale
    return limits.scale ** (len(reactants) - 1)


def _laws(plan: Plan, needs: Mapping[str, Need], limits: Limits) -> dict[str, JoinLaw]:
    """The laws, with as much to drive the joins on as there is in the mean."""
    laws = {law.reaction: law for law in join_laws(realise(plan))}
    for reaction in plan.reactions:
        if reaction.origin.reaction not in laws:
            remedy = 'Use translation.annihilation = "two_domain".'
            raise InputError(f"no rate law ties the gates of {reaction} to its rate constant", None, remedy)
    mean = {name: max(limits.largest - needs[name].fired / 2, SMALLEST_NM) for name in laws}
    return {name: replace(law, last=mean[name]) if law.last else law for name, law in laws.items()}


def _merged(ranges: Iterable[Span]) -> list[Span]:
    """Ranges that overlap as one, in order; those that no join is in left out."""
    found: list[Span] = []
    for each in sorted(r for r in ranges if r.least <= r.most):
        if found and each.least <= found[-1].most:
            found[-1] = Span(found[-1].least, max(found[-1].most, each.most))
        else:
            found.append(each)
    return found
