"""The gates of a learner: as large as their flux needs, as weak as their rate constants allow, at the pace of their phase.

A gate must hold many times what fires in an iteration, or its rate falls while it is used up; yet what it holds beyond that
leaks for nothing. The quasi-steady law ties a join's concentration to its rate constant and first toehold: the reaction
that needs most sets the length of a phase, with the full toehold at the largest concentration, and of the others each
gets the longest toehold with which its join still holds enough. No phase is shorter than it takes its fast reactions to be
over long before its end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import exp, log

import numpy as np

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.chemistry import GateBudget
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.system import DsdSystem, GateKind
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.dsd.words import budget_name
from dsd_ncrn.errors import CheckFailed, DesignError
from dsd_ncrn.gates.calibrate import MAX_FACTOR, Firings, GateDesign, ReactionGroup, calibrate, probes, slow_terms
from dsd_ncrn.gates.fit import SMALLEST_NM, WEAKEST_NT, Need, Pace, Room, Settle, Sizing, fit
from dsd_ncrn.gates.laws import JoinLaw, achieved, join_laws
from dsd_ncrn.kinetics.rates import Occupied, RateModel
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.protocol.clocked import Schedule
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.learners import train_value
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.tasks import Dataset

RESERVE = 12.0
"""A gate holds this many times what fires in one iteration: about 8 % are used, where errors become visible."""
POINTS = 8
SHORTEST_S = 1800.0
"""Of a phase: the fast reactions at its start take about half a minute."""
FAR = 10.0
"""A join grows no further than this beyond what it may have: where sequestration grows with it, no concentration is enough."""
MOST_RAISED = 2.0
"""A join is not raised beyond this many times its budget where others of its phase have shorter, less occupied toeholds: more
of it would load the species that it takes."""
ROUNDS = 3
"""In which joins are moved by what rests on toeholds, since they load species differently each time."""
NOTHING_RESTS: Mapping[int, float] = {}
FIRST_GUESS_S = 3600.0
"""Duration that the calibration of a free phase starts from."""


def design_gates(
    spec: DesignSpec,
    ncrn: NeuralCrn,
    flux: Mapping[str, float],
    firings: Firings,
    rates: RateModel,
    progress: Progress = no_progress,
    slow: float = 1.0,
    free_toeholds: Mapping[int, float] = NOTHING_RESTS,
) -> GateDesign:
    """The strands of a learner and the durations of its phases, so that every slow reaction has its rate constant.

    ``flux`` (nM) is as ``size_gates`` takes it. All takes ``slow`` times as long as by the rate laws, and so do the durations
    that the design fixes; ``free_toeholds`` is by length (nt) which part of displacements is left by what rests. Raises
    InputError as ``translate``, CheckFailed where a phase whose duration is fixed is too short for what the design allows its
    joins, and as ``calibrate``.
    """
    # 1, 2: what each gate must last for follows from its flux; concentrations and first toeholds are fitted to that.
    spec = size_gates(spec, ncrn, flux, rates)
    # 3: the strands, with these toeholds.
    system = translate(ncrn, spec)
    # 4: fitted again with toeholds as they are, to the rate constants alone, and to the durations that the design fixes.
    free = free_phases(spec, ncrn)
    system, schedule = by_rate_laws(system, first_schedule(spec, ncrn, system), ncrn, spec.chemistry.unit, free, rates)
    schedule = schedule.prolonged(slow)
    # 5: a shorter first toehold is less occupied, and its join so much smaller beside the others.
    system = between_joins(system, slow_terms(ncrn), free, slow, rates, Occupied(rates, free_toeholds))
    # 6: what the laws leave out is measured, and taken out by joins and durations.
    return calibrate(firings, slow_terms(ncrn), system, schedule, free, progress)


def between_joins(
    system: DsdSystem,
    terms: Sequence[ReactionGroup],
    free: frozenset[str],
    slow: float,
    rates: RateModel,
    occupied: RateModel,
) -> DsdSystem:
    """The joins moved so that ``occupied`` toeholds leave rate constants in the proportions that they have by ``rates``.

    What is common to a phase (the geometric mean over its terms, or as much less as keeps to ``MOST_RAISED``) is no matter of
    joins where its duration is ``free``; it is ``slow`` where that is fixed.
    """
    # The proportions that by_rate_laws has set, on free toeholds.
    wanted = achieved(system, rates)
    for _ in range(ROUNDS):
        given = achieved(system, occupied)
        logs = {
            term: float(np.mean([log(given[name] / wanted[name]) for name in term.names]))
            for term in terms
            if all(name in wanted for name in term.names)
        }
        levels: dict[str, float] = {}
        for term in logs:
            # Per phase: as much as all are slower is for the duration; each join makes up for its difference from that.
            same = [shift for other, shift in logs.items() if other.phase == term.phase]
            least = min(float(np.mean(same)), min(same) + log(MOST_RAISED))
            common = least if term.phase in free else -log(slow)
            for name in term.names:
                join = system.gates[name].join
                # Rates go with the joins' concentrations but for sequestration, which the next round has anew.
                levels[join] = system.level(join) * exp(common) * wanted[name] / given[name]
        system = system.with_concentrations(levels)
    return system


def size_gates(spec: DesignSpec, ncrn: NeuralCrn, flux: Mapping[str, float], rates: RateModel) -> DesignSpec:
    """The design with a budget for every reaction in ``flux`` (nM, see ``largest_firings``) that it does not size itself.

    Without flux it is as it was. Raises InputError as ``translate``.
    """
    if not flux:
        return spec
    system, own = translate(ncrn, spec), spec.chemistry.reactions
    # Slow reactions have a rate to meet; all others are only to last and to be fast.
    slow = _slow_laws(spec, ncrn, system, flux, rates)
    sized = {
        name: _budget(spec, reaction, flux[name], slow.get(name))
        for reaction in system.formal
        if (name := reaction.origin.reaction) in flux
        and name not in own
        and system.gates[name].kind is not GateKind.ANNIHILATOR
    }
    chemistry = spec.chemistry.model_copy(update={"reactions": {**_in_proportion(system, sized), **own}})
    return spec.model_copy(update={"chemistry": chemistry})


def largest_firings(spec: DesignSpec, data: Dataset, ncrn: NeuralCrn, engine: Engine) -> dict[str, float]:
    """The flux by reaction, nM: the most that it fires in an iteration of the ideal network at some points, with the
    parameters that a training starts and ends with (of the differential equations, which are quick to train).

    Nothing where the design's sizes are "given". Raises CheckFailed where the network or its equations run to infinity.
    """
    largest: dict[str, float] = defaultdict(float)
    if spec.chemistry.sizing == "given":
        return largest
    learner = IdealLearner(ncrn, engine)
    # The adjoint is largest at the start, products of parameters and inputs at the end: the larger firings count.
    for parameters in (np.array(ncrn.initial_parameters), train_value(spec, data).parameters[-1]):
        learner.set_parameters(parameters)
        for x, y in probes(learner, data.train_x[:POINTS], data.train_y[:POINTS]):
            for name, fired in learner.extents(x, y).items():
                largest[name] = max(largest[name], spec.chemistry.unit * fired)
    return largest


def by_rate_laws(
    system: DsdSystem, schedule: Schedule, ncrn: NeuralCrn, unit: float, free: frozenset[str], rates: RateModel
) -> tuple[DsdSystem, Schedule]:
    """Joins and lengths of the ``free`` phases that the laws give for the formal rate constants; ``unit`` in nM.

    Raises CheckFailed where a phase whose duration is fixed is too short for what the design allows its joins.
    """
    needs = _needs(system, unit, {})
    lengths = {phase.name: phase.duration for phase in ncrn.crn.phases}
    paces = {name: Pace(seconds / lengths[name]) for name, seconds in schedule.phases.items() if name not in free}
    found = fit_joins(system, needs, paces, rates)
    for name, law in found.laws.items():
        most = system.by_name[law.join].concentration
        if law.level > MAX_FACTOR * most:
            raise CheckFailed(
                f"{law.join} would need {law.level:.3g} nM to give reaction {name} its rate in the "
                f"{schedule.phases[needs[name].clock]:g} s that timing gives its phase; the design allows it {most:g} nM"
            )
    for phase in found.seconds.keys() & free:
        schedule = schedule.with_phase(phase, found.seconds[phase] * lengths[phase])
    return system.with_concentrations(found.joins), schedule


def fit_joins(system: DsdSystem, needs: Mapping[str, Need], paces: Mapping[str, Pace], rates: RateModel) -> Sizing:
    """The joins of a system fitted to some needs, with toeholds as they are and none larger than it is there.

    Where a pace is fixed, joins may come out up to ``FAR`` times as large.
    """
    laws = join_laws(system)
    rooms = {law.reaction: Room({law.opening: FAR * law.level}, law.level) for law in laws if law.reaction in needs}
    return fit(laws, needs, rooms, paces, rates, Settle(tolerance=1e-9, rounds=50))


def first_schedule(spec: DesignSpec, ncrn: NeuralCrn, system: DsdSystem) -> Schedule:
    """Durations that the design fixes, and an hour where it leaves them open."""
    waits = sum(len(clock.scavengers) for clock in system.clocks.values())
    return Schedule({name: s or FIRST_GUESS_S for name, s in _durations(spec, ncrn).items()}, spec.timing.wait, waits)


def free_phases(spec: DesignSpec, ncrn: NeuralCrn) -> frozenset[str]:
    """The phases whose durations the design leaves open."""
    return frozenset(name for name, seconds in _durations(spec, ncrn).items() if seconds is None)


def _durations(spec: DesignSpec, ncrn: NeuralCrn) -> dict[str, float | None]:
    given = {"C1": spec.timing.forward, "C2": spec.timing.backward, "flush": spec.timing.flush, "update": spec.timing.update}
    return {phase.name: given.get(phase.name) for phase in ncrn.crn.phases}


def _needs(system: DsdSystem, unit: float, flux: Mapping[str, float]) -> dict[str, Need]:
    """What the slow reactions of a learner ask of their gates; the fast ones are to be fast alone."""
    if not (unit**2):
        raise DesignError("chemistry.unit is too small to count with", unit, "Give nM.", key=("chemistry", "unit"))
    return {
        name: Need(r.rate / unit ** (len(r.reactants) - 1), flux.get(name, 0.0), next(iter(r.phases)))
        for r in system.formal
        if not r.fast and r.phases and (name := r.origin.reaction)
    }


def _slow_laws(
    spec: DesignSpec, ncrn: NeuralCrn, system: DsdSystem, flux: Mapping[str, float], rates: RateModel
) -> Mapping[str, JoinLaw]:
    """Joins and toeholds of all slow reactions that obey a law: full toeholds at their budget set the pace of a phase."""
    needs, laws = _needs(system, spec.chemistry.unit, flux), join_laws(system)
    budgets = {r.origin.reaction: spec.chemistry.gates[budget_name(r)] for r in system.formal if r.origin.reaction in needs}
    rooms: dict[str, Room] = {}
    for law in laws:
        if law.reaction in needs:
            most = budgets[law.reaction].join
            # Only the full toehold sets the pace, at the budget; weaker ones may have more join, since they load no more.
            weaker = dict.fromkeys(range(law.full - 1, WEAKEST_NT - 1, -1), max(most, spec.chemistry.max_join))
            rooms[law.reaction] = Room({law.full: most, **weaker}, most, _lasting(needs[law.reaction].fired))
    paces = {phase.name: Pace(shortest=SHORTEST_S / phase.duration) for phase in ncrn.crn.phases}
    return fit(laws, needs, rooms, paces, rates, Settle(tolerance=1e-6, rounds=60)).laws


def _lasting(fired: float) -> float:
    """What a gate has to hold, nM."""
    return max(RESERVE * fired, SMALLEST_NM)


def _in_proportion(system: DsdSystem, sized: Mapping[str, GateBudget]) -> dict[str, GateBudget]:
    """The joins of reactions that compete for one species in the ratio of their rates, which decides its shares."""
    competing: dict[tuple[str, frozenset[str]], list[Reaction]] = defaultdict(list)
    for reaction in system.formal:
        if reaction.fast and len(reaction.reactants) == 1 and reaction.origin.reaction in sized:
            competing[reaction.reactants[0], reaction.phases].append(reaction)
    found = dict(sized)
    for group in competing.values():
        # Branching ratios are ratios of joins, which must not be raised one by one.
        largest = max(sized[r.origin.reaction].join for r in group)
        fastest = max(reaction.rate for reaction in group)
        for reaction in group:
            name = reaction.origin.reaction
            found[name] = sized[name].model_copy(update={"join": largest * reaction.rate / fastest})
    return found


def _budget(spec: DesignSpec, reaction: Reaction, flux: float, law: JoinLaw | None) -> GateBudget:
    """The budget of its kind, with as much more as the flux needs."""
    kind, needed = spec.chemistry.gates[budget_name(reaction)], _lasting(flux)
    join, toehold = (max(kind.join, needed), kind.first_toehold) if law is None else (law.level, law.opening)
    fork = needed if reaction.products else kind.fork
    changed = {"join": join, "first_toehold": toehold, "fork": max(fork, kind.fork if law is None else 0.0)}
    return kind.model_copy(update={**changed, "fuel": max(kind.fuel, needed if kind.fuel else 0.0)})
