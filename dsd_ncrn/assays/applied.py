"""Measured gates in a tube: their rate constants, leaks and active shares in place of those that were designed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.random import Generator

from dsd_ncrn.assays.measured import Kind, Measured, MeasuredGate, Quantity
from dsd_ncrn.assays.model import Direction, directions
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation
from dsd_ncrn.units import per_nM_s_to_per_M_s

SPREADS = {Direction.FORWARD: 0.9, Direction.REVERSE: 0.9, Direction.LEAK: 1.2}
"""How gates vary (logarithms): what a measured one is held against."""
USUAL_SPREAD, RATIO_SPREAD = 0.9, 0.5
"""Of rate constants, and of those back over those forward, which follow from toeholds: 0.3 kcal/mol."""
ACTIVE, ACTIVE_SPREAD = 0.9, 0.1
NORMAL_95 = 1.96


@dataclass(frozen=True)
class GateJudgement:
    """A measured gate beside the usual one: what is furthest off, by how many deviations of gates as they vary, in words; and
    how much more of the learnable error would be learned with a gate as designed in its place, NaN where nobody tried.
    """

    gate: str
    deviations: float
    says: str
    gain: float = nan


def check_gates(gates: Sequence[MeasuredGate], system: DsdSystem, file: str) -> None:
    """Raises InputError where a file of fits has gates of reactions that a design has not."""
    for gate in gates:
        for name in gate.reactions:
            if name not in system.gates:
                raise InputError("the design has no such reaction", name, did_you_mean(name, system.gates), file)
    if not any(gate.reactions for gate in gates):
        raise InputError("no gate says which reactions of a design it is of", None, "Add reactions to the assay files.", file)


def as_measured(
    gates: Sequence[MeasuredGate],
    mixture: Mixture,
    before: Realisation,
    expected: Realisation,
    leak: float,
    random: Generator | None = None,
) -> Realisation:
    """A tube whose gates are as measured: at their best values, or drawn from their intervals where ``random`` is given.

    Measured is in solution: what holds for every gate of its kind, as slow beads do, is that of the ``expected`` tube, and what
    ``before`` has drawn for a gate is gone. A stock's error is in its active share. ``leak`` (/nM/s) is the rate by which leaks
    are multiplied when the tube is simulated.
    """
    rates, doses = before.rates.copy(), before.doses.copy()
    components, places = mixture.system.by_name, {c.name: n for n, c in enumerate(mixture.system.components)}
    mine = {name: each for each in gates for r in each.reactions for name in _components(mixture.system, r)}
    of_steps = directions(mixture.network, {name: components[name].complex for name in mine})
    drawn, draws = _drawn(mine, random), {name: random.spawn(1)[0] if random else None for name in mine}
    found = {(name, d): _factor(mine[name], name, d, leak, values) for name, values in drawn for d in Direction}
    factors = {key: factor for key, factor in found.items() if factor is not None}
    for number, key in enumerate(of_steps):
        if key in factors:
            # Beads and crowding slow every gate alike and were not in the wells: only the gate's own factor is replaced.
            rates[number] = expected.rates[number] * factors[key]
    for name, gate in mine.items():
        share = gate.get(Quantity.ACTIVE, name)
        if share is not None:
            doses[places[name]] = _share(share, float(expected.doses[places[name]]), draws[name])
    return replace(before, rates=rates, doses=doses)


def _components(system: DsdSystem, reaction: str) -> tuple[str, ...]:
    made = system.gates[reaction]
    return tuple(name for name in (made.join, made.fork) if name is not None)


Values = Mapping[tuple[str, str], float]


def _drawn(mine: Mapping[str, MeasuredGate], random: Generator | None) -> list[tuple[str, Values]]:
    """The numbers of each component's gate; components of one gate share them."""
    seeds = {each.name: random.spawn(1)[0] if random else None for each in mine.values()}
    drawn = {each.name: _values(each, seeds[each.name]) for each in mine.values()}
    return [(name, drawn[each.name]) for name, each in mine.items()]


def _values(gate: MeasuredGate, random: Generator | None) -> Values:
    """Its numbers; of what was not told the usual one is meant, or one as gates vary.

    How fast a gate is goes for its way back as well, of which tubes tell less: that is weighed with the way forward times the
    ratio that its toeholds have.
    """
    told, ways = dict[tuple[str, str], float](), dict[tuple[str, str], float]()
    for key, number in sorted(gate.numbers.items(), key=lambda each: Direction.REVERSE in each[0][1]):
        usual, spread, forward = number.predicted, USUAL_SPREAD, key[1].replace(Direction.REVERSE, Direction.FORWARD)
        if usual and forward != key[1] and (key[0], forward) in ways:
            usual, spread = usual * ways[key[0], forward], RATIO_SPREAD
        if number.known != Kind.UNKNOWN:
            told[key] = _value(number, usual, spread, random)
        elif usual and (random is not None or spread == RATIO_SPREAD):
            told[key] = usual * float(np.exp(spread * (0.0 if random is None else random.standard_normal())))
        if key in told and number.predicted:
            ways[key] = told[key] / number.predicted
    return told


def _value(number: Measured, usual: float | None, spread: float, random: Generator | None) -> float:
    """The best value, or one from the interval; a rate constant is weighed with the ``usual`` one and its ``spread``."""
    size = 0.0 if random is None else float(random.standard_normal())
    if number.known != Kind.INTERVAL and random is not None:  # a bound alone: anything from far below to it
        return number.high * float(random.uniform()) if number.known == Kind.UPPER else number.low
    if not (number.logarithmic and number.value > 0):
        reach = number.high - number.value if size > 0 else number.value - number.low
        return max(number.value + size * reach / NORMAL_95, 0.0)
    reach = float(np.log(number.high / number.value if size > 0 else number.value / number.low))
    # Two normal opinions of a logarithm: the mean by inverse variances, and the deviation that both together leave.
    weight = spread**2 / (spread**2 + number.deviation**2) if usual else 1.0
    usual = usual or number.value
    return usual * float((number.value / usual) ** weight * np.exp(size * np.sqrt(weight) * reach / NORMAL_95))


def _share(number: Measured, usual: float, random: Generator | None) -> float:
    """An active share, weighed with that of the usual stock: gates of two complexes in a row hardly tell either of them."""
    weight = ACTIVE_SPREAD**2 / (ACTIVE_SPREAD**2 + number.deviation**2)
    size = 0.0 if random is None else float(random.standard_normal())
    return max(usual + weight * (number.value - usual) + size * float(np.sqrt(weight)) * number.deviation, 0.0)


def _factor(gate: MeasuredGate, name: str, direction: Direction, leak: float, values: Values) -> float | None:
    """What multiplies the predicted rate constants of a gate's steps; None where that was not told."""
    key = next(
        ((Quantity.RATE, of) for of in (f"{direction} of {name}", str(direction)) if (Quantity.RATE, of) in values), None
    )
    if key is None:
        return None
    predicted = gate.numbers[key].predicted or 1.0
    if direction is Direction.LEAK:
        predicted = per_nM_s_to_per_M_s(leak) if leak > 0 else 1.0
    return values[key] / predicted


def judged(gates: Sequence[MeasuredGate]) -> tuple[GateJudgement, ...]:
    """The gates by how far they are on the bad side of the usual one, the worst first: the one to order again."""
    found = [max(_judgements(gate), key=lambda each: each.deviations) for gate in gates if gate.numbers]
    return tuple(sorted(found, key=lambda each: -each.deviations))


def _judgements(gate: MeasuredGate) -> list[GateJudgement]:
    found = [GateJudgement(gate.name, 0.0, "as usual")]
    for (quantity, of), number in gate.numbers.items():
        if number.known == Kind.UNKNOWN or "reporter" in of:
            continue
        direction = next((d for d in Direction if quantity == Quantity.RATE and of.split(" of ")[0] == d), None)
        if direction is not None and direction is not Direction.REVERSE and number.predicted and number.value > 0:
            times = number.value / number.predicted
            sign = 1.0 if direction is Direction.LEAK else -1.0
            words = f"leaks {number.value:.2g} /M/s" if sign > 0 else f"reacts at {times:.2g} times the usual rate"
            found.append(GateJudgement(gate.name, sign * float(np.log(times)) / SPREADS[direction], words))
        elif quantity == Quantity.ACTIVE:
            words = f"{of} is {number.value:.0%} active"
            found.append(GateJudgement(gate.name, (ACTIVE - number.value) / ACTIVE_SPREAD, words))
    return found
