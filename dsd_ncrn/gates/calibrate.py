"""Correct the DNA circuit's rates by measured firings: those of the formal reactions, by joins and phase durations.

The strand-level network runs iterations at some points, the firings of every slow reaction are counted by the complexes that
only a fired join holds together, and what differs from the ideal network's is taken out: the common factor of a phase by
its duration, the rest by the joins. What the rate laws leave out, latency and depletion, is thus in the measured number.

Where the two rails of a variable annihilate, only the difference of what makes them means anything, and the sum depends on
how fast they meet: the reactions of one term are then corrected together, by their net effect. The states of the backward
pass run away from small errors, so that their firings say little: their terms are corrected as far as the rate laws allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.types import Reaction, Species
from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.dsd.experiment import CalibrationStep
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.protocol.clocked import Schedule
from dsd_ncrn.simulate.handling import HOUR_S, PERFECT, Handling
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.simulate.tube import Tube
from dsd_ncrn.tasks import Dataset

Points = Sequence[tuple[Floats, Floats, Floats]]
"""Parameters (parameters,), inputs (inputs,) and targets (outputs,)."""
ROUNDS, SWEEPS = 8, 3
CLOSE_ENOUGH = 1e-3
STALLED = 2.0
"""Rounds end where the largest distance has grown to this many times the least one so far."""
CONVERGED = 0.1
"""A slow term further off than this (in the logarithm) in the end makes no circuit; less is told, with its ratio. Two firings
that are each measured to 5 % differ by as much by chance, so that nobody could tell a circuit that is closer from a good one.
"""
SIZING_POINTS, SIZING_ROUNDS, MOST_SIZED = 8, 8, 8.0
"""Training points whose targets say how large parameters should be, rounds of scaling, and the most that they are scaled by."""
NEGLIGIBLE = 1e-3
"""A term whose firings are this much below the largest of its phase says too little to be corrected by."""
MAX_FACTOR = 4.0
"""A join is moved from what the rate law says by no more than this factor."""
BACKWARD_FACTOR = 1.5
"""That of a state of the backward pass."""


@dataclass(frozen=True)
class GateDesign:
    """Strands and durations as designed, and firings of each slow reaction over wanted ones, before and after correction.

    ``aliquots`` are those that were measured for that, in so many ``hours`` if all of one round run side by side; ``steps`` say
    how, of a staged learner.
    """

    system: DsdSystem
    schedule: Schedule
    before: Mapping[str, float]
    after: Mapping[str, float]
    aliquots: int = 0
    hours: float = 0.0
    steps: tuple[CalibrationStep, ...] = ()


@dataclass(frozen=True)
class Firings:
    """How often every reaction fires in an iteration at some points, in the design's units.

    ``wanted`` are those of the ideal network, ``measured`` gives those of strands with some concentrations and durations.
    """

    wanted: Sequence[Mapping[str, float]]
    measured: Callable[[DsdSystem, Schedule], Sequence[Mapping[str, float]]]


@dataclass(frozen=True, slots=True)
class ReactionGroup:
    """Slow reactions that are corrected together: names with the sign of their effect, and their phase."""

    names: tuple[str, ...]
    signs: tuple[float, ...]
    phase: str
    backward: bool = False

    def net(self, firings: Mapping[str, float]) -> float:
        """What they do together."""
        return sum(sign * firings[name] for name, sign in zip(self.names, self.signs))


def firings_of(
    make_tube: Callable[[DsdSystem, Schedule], Tube], ideal: IdealLearner, points: Points, hand: Handling = PERFECT
) -> Firings:
    """Firings at some points in the pot of ``ideal``, and in tubes as ``hand`` loads parameters and measures firings.

    Both errors are those of a calibration: each parameter and each reaction has its own, whatever the point.
    """
    random = np.random.default_rng(hand.seed)
    # A laboratory errs alike at every point: what it loads of a parameter, and how it reads a reaction, is drawn once.
    loaded = 1.0 + hand.loading * random.standard_normal(len(ideal.ncrn.parameters))
    names = [reaction.origin.reaction for reaction in ideal.ncrn.crn.reactions]
    read = dict(zip(names, 1.0 + hand.calibration * random.standard_normal(len(names))))

    def measured(system: DsdSystem, schedule: Schedule) -> list[dict[str, float]]:
        tube, found = make_tube(system, schedule), list[dict[str, float]]()
        for parameters, x, y in points:
            tube.set_parameters(parameters * loaded)
            found.append({name: float(fired * read[name]) for name, fired in tube.extents(x, y).items()})
        return found

    wanted: list[Mapping[str, float]] = []
    for parameters, x, y in points:
        ideal.set_parameters(parameters)
        wanted.append(ideal.extents(x, y))
    return Firings(wanted, measured)


def known_points(ideal: IdealLearner, data: Dataset) -> Points:
    """Where a laboratory can calibrate before it trains: it knows its data and the parameters that it starts with.

    The mean point with these, and the mean and the first point with parameters that are as many times as large as brings
    predictions to the size of the targets: about where training leads, whatever it finds.
    """
    start = np.array(ideal.ncrn.initial_parameters)
    # The mean point alone would weigh the inputs of all reactions in one proportion; the first training point has another.
    middle = data.train_x.mean(axis=0), data.train_y.mean(axis=0)
    few = np.vstack([middle[0], data.train_x[0]]), np.vstack([middle[1], data.train_y[0]])
    points: list[tuple[Floats, Floats, Floats]] = []
    for parameters, (x, y) in ((start, (few[0][:1], few[1][:1])), (_sized(ideal, data, start), few)):
        ideal.set_parameters(parameters)
        points += [(parameters, *point) for point in probes(ideal, x, y)]
    return points


def _sized(ideal: IdealLearner, data: Dataset, start: Floats) -> Floats:
    """The start (parameters,) scaled so that predictions have the root mean square of the targets, as far as that goes."""
    x, y = data.train_x[:SIZING_POINTS], data.train_y[:SIZING_POINTS]
    scale, wanted = 1.0, float(np.sqrt(np.mean(y**2)))
    for _ in range(SIZING_ROUNDS):
        ideal.set_parameters(scale * start)
        predicted = float(np.sqrt(np.mean([ideal.predict(each) ** 2 for each in x])))
        if predicted > 0.0 and wanted > 0.0:
            # Predictions need not be linear in the parameters, so the scale is approached in rounds.
            scale = float(np.clip(scale * wanted / predicted, 1 / MOST_SIZED, MOST_SIZED))
    return scale * start


def calibrate(
    firings: Firings,
    terms: Sequence[ReactionGroup],
    system: DsdSystem,
    schedule: Schedule,
    free: frozenset[str],
    progress: Progress = no_progress,
) -> GateDesign:
    """Iterate until every term fires as often as it should at all points, in the sense of least squares.

    What a phase does depends on those before it, most of all the adjoint, a small difference of large numbers: the phases
    are settled one after the other, in sweeps, since a later one loads what an earlier one uses. Durations of the ``free``
    phases may change. A term that the ideal network hardly fires keeps its join. ``progress`` hears of the phases that are
    settled, out of those of all sweeps that there may be. Raises CheckFailed where a join would have to leave its bounds,
    where a term does not fire at all, and where the rounds end far from their aim; the states of the backward pass apart,
    whose ratios are told as they are.
    """
    work = _Work(firings, terms, system, free)
    # Phases without slow terms (flush) have nothing to settle.
    order = [phase for phase in schedule.phases if any(term.phase == phase for term in terms)]
    before: dict[ReactionGroup, float] = {}
    ratio: dict[ReactionGroup, float] = {}
    for sweep in range(SWEEPS):
        # Gauss-Seidel over the phases: each is settled with the others as they are now, earlier ones first.
        for place, phase in enumerate(order):
            progress(sweep * len(order) + place, SWEEPS * len(order))
            system, schedule, first = work.settle(phase, system, schedule)
            # The first sweep saw each phase as designed; later ones start from what was corrected.
            before |= {term: value for term, value in first.items() if term not in before}
        ratio = work.ratios(system, schedule)
        if _largest(ratio)[1] < CLOSE_ENOUGH:
            break
    # Three sweeps may end short of the aim; only what a measurement could tell from a good circuit is an error.
    term, distance = _largest(ratio)
    if distance > CONVERGED:
        raise CheckFailed(
            f"calibration did not settle: reaction {term.names[0]} fires {ratio[term]:.3g} times as often as it should; "
            "give it more gate, fuel or buffer under chemistry"
        )
    aliquots = len(work.rounds) * len(firings.wanted)
    return GateDesign(system, schedule, _by_reaction(before), _by_reaction(ratio), aliquots, sum(work.rounds) / HOUR_S)


@dataclass(frozen=True)
class _Work:
    """What stays the same while a circuit is calibrated; ``rounds`` has the length (s) of each that was measured."""

    firings: Firings
    terms: Sequence[ReactionGroup]
    designed: DsdSystem
    free: frozenset[str]
    rounds: list[float] = field(default_factory=list[float])

    def settle(
        self, phase: str, system: DsdSystem, schedule: Schedule
    ) -> tuple[DsdSystem, Schedule, dict[ReactionGroup, float]]:
        """Correct the terms of one phase; the closest of the rounds, and the ratios that the first one started from."""
        first: dict[ReactionGroup, float] = {}
        closest, best = np.inf, (system, schedule)
        for _ in range(ROUNDS):
            ratio = {term: value for term, value in self.ratios(system, schedule).items() if term.phase == phase}
            if all(term.backward for term in ratio):  # parameters that start at 0: nothing fires that could be corrected
                break
            first = first or ratio
            distance = _largest(ratio)[1]
            # The last round need not be the best one: corrections of coupled joins may overshoot.
            if distance < closest:
                closest, best = distance, (system, schedule)
            if distance < CLOSE_ENOUGH or distance > STALLED * closest:
                break
            system, schedule = self.corrected(system, schedule, ratio)
        return *best, first

    def ratios(self, system: DsdSystem, schedule: Schedule) -> dict[ReactionGroup, float]:
        """Fired over wanted by term: the slope through the origin over all points."""
        self.rounds.append(schedule.seconds_per_iteration)
        wanted, fired = self.firings.wanted, self.firings.measured(system, schedule)
        counted = [term for term in self.terms if all(name in fired[0] for name in term.names)]
        # Slope of fired over wanted through the origin, by least squares: points where a term does little weigh little.
        norms = {term: sum(term.net(each) ** 2 for each in wanted) ** 0.5 for term in counted}
        largest = {phase: max(norms[t] for t in counted if t.phase == phase) for phase in {t.phase for t in counted}}
        ratios: dict[ReactionGroup, float] = {}
        for term in counted:
            if norms[term] > NEGLIGIBLE * largest[term.phase]:
                product = sum(term.net(one) * term.net(other) for one, other in zip(fired, wanted))
                ratios[term] = product / norms[term] ** 2
                if term.backward:
                    # States of the backward pass amplify any error, so that their ratio is a bad measure of their joins.
                    ratios[term] = float(np.clip(ratios[term], 1 / BACKWARD_FACTOR, BACKWARD_FACTOR))
                if ratios[term] <= 0:
                    rule = f"reaction {term.names[0]} never fires at strand level"
                    raise CheckFailed(f"{rule}: check its fork, fuel and buffers under chemistry")
        return ratios

    def corrected(
        self, system: DsdSystem, schedule: Schedule, ratio: Mapping[ReactionGroup, float]
    ) -> tuple[DsdSystem, Schedule]:
        """The common factor of a free phase goes into its duration, the rest of what is missing into the joins."""
        # Twice the duration does for all terms of a phase what twice the joins would, and sequesters nothing.
        common = {phase: _common(ratio, phase) for phase in sorted(self.free & {term.phase for term in ratio})}
        for phase, factor in common.items():
            schedule = schedule.with_phase(phase, schedule.phases[phase] / factor)
        levels: dict[str, float] = {}
        for term, value in ratio.items():
            # What is left is the join's own: its rate is in proportion to its concentration, so that one division corrects
            # it.
            factor = value / common.get(term.phase, 1.0)
            for name in term.names:
                before = self.designed.level(self.designed.gates[name].join)
                # Twice bounded, by round and from the design, as rounds would add up.
                low, high = (before / BACKWARD_FACTOR, before * BACKWARD_FACTOR) if term.backward else (0.0, np.inf)
                levels[name] = float(np.clip(system.level(system.gates[name].join) / factor, low, high))
        self.check_bounds(levels)
        return system.with_concentrations({system.gates[name].join: level for name, level in levels.items()}), schedule

    def check_bounds(self, levels: Mapping[str, float]) -> None:
        """Raises CheckFailed naming the join furthest from its design: where a phase is stretched, it moves the others too."""
        joins = {name: self.designed.by_name[self.designed.gates[name].join] for name in levels}
        shift = {name: level / joins[name].concentration for name, level in levels.items()}
        name = max(shift, key=lambda each: abs(log(shift[each])))
        if not 1 / MAX_FACTOR <= shift[name] <= MAX_FACTOR:
            raise CheckFailed(
                f"{joins[name].name} would need {levels[name]:.3g} nM to give reaction {name} its rate, "
                f"{shift[name]:.2g} times the {joins[name].concentration:.3g} nM of its rate law: "
                "give it more fork, fuel or buffer under chemistry"
            )


def probes(ideal: IdealLearner, x: Floats, y: Floats) -> list[tuple[Floats, Floats]]:
    """Points to calibrate at, from inputs x (points, inputs) and targets y (points, outputs).

    Where terms are corrected by their net effect the predictions miss their targets by turns to either side, by half the
    root mean square of the targets: the backward pass then has something to do also where the parameters have been
    learned. A single-rail target stays at or above zero.
    """
    if all(len(term.names) == 1 for term in slow_terms(ideal.ncrn)):
        return list(zip(x, y))
    # Net effects are differences: with parameters already learned nothing would fire, and noise would be divided by noise.
    miss = np.sqrt(np.mean(y**2, axis=0))
    lowest = np.array([0.0 if target.minus is None else -np.inf for target in ideal.ncrn.targets])
    return [(each, np.maximum(ideal.predict(each) + miss * (-1) ** number / 2, lowest)) for number, each in enumerate(x)]


def slow_terms(ncrn: NeuralCrn) -> tuple[ReactionGroup, ...]:
    """The slow reactions one by one, but those that make or read a variable whose rails annihilate by term."""
    pairs = [frozenset(r.reactants) for r in ncrn.crn.stage("annihilation")]
    sides = {name: pair for pair in pairs for name in pair}
    grouped: dict[tuple[object, ...], list[Reaction]] = {}
    fuels, carriers = ncrn.crn.fuel_species, ncrn.crn.carriers
    for reaction in (_without(fuels, reaction) for reaction in ncrn.crn.reactions):
        if not reaction.fast:
            # One rail's firings depend on how soon its pairs annihilate; only the net effect on the variable has a meaning.
            together = any(name in sides for name in (*reaction.reactants, *reaction.products))
            target = tuple(sorted({carriers[name].variable for name in _changes(reaction)}))
            key = (reaction.origin.stage, reaction.origin.term, target) if together else (reaction.origin.reaction,)
            grouped.setdefault((next(iter(reaction.phases)), *key), []).append(reaction)
    return tuple(_term(str(key[0]), reactions, carriers) for key, reactions in grouped.items())


def _without(fuels: frozenset[str], reaction: Reaction) -> Reaction:
    return replace(reaction, reactants=tuple(name for name in reaction.reactants if name not in fuels))


def _term(phase: str, reactions: Sequence[Reaction], carriers: Mapping[str, Species]) -> ReactionGroup:
    kinds = {carriers[name].kind for reaction in reactions for name in _changes(reaction)}
    signs = tuple(_sign(reaction, carriers) for reaction in reactions)
    names = tuple(reaction.origin.reaction for reaction in reactions)
    return ReactionGroup(names, signs, phase, backward=kinds <= {SpeciesKind.BACKWARD_STATE})


def _changes(reaction: Reaction) -> dict[str, int]:
    names = (*reaction.reactants, *reaction.products)
    changes = {name: reaction.products.count(name) - reaction.reactants.count(name) for name in dict.fromkeys(names)}
    return {name: change for name, change in changes.items() if change}


def _sign(reaction: Reaction, carriers: Mapping[str, Species]) -> float:
    """+1 where a reaction raises its variable: makes of its positive rail, or takes from its negative one."""
    name, change = next(iter(_changes(reaction).items()))
    return float(np.sign(change)) * carriers[name].sign


def _by_reaction(ratio: Mapping[ReactionGroup, float]) -> dict[str, float]:
    return {name: value for term, value in ratio.items() for name in term.names}


def _largest(ratio: Mapping[ReactionGroup, float]) -> tuple[ReactionGroup, float]:
    """The term that is furthest off, states of the backward pass apart, and the size of the logarithm of its ratio."""
    far = {term: abs(log(value)) for term, value in ratio.items() if not term.backward}
    if not far:
        raise CheckFailed(
            "no slow reaction fires at the start values, so that none can be calibrated: change circuit.theta_initial"
        )
    return max(far.items(), key=lambda each: each[1])


def _common(ratio: Mapping[ReactionGroup, float], phase: str) -> float:
    return exp(np.mean([log(value) for term, value in ratio.items() if term.phase == phase and not term.backward]))
