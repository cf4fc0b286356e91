"""The size of every gate: as large as its flux needs, as weak as its rate constant allows.

A gate must hold many times what fires in an iteration, or its rate falls while it is used up; yet what it holds beyond that
leaks for nothing. The quasi-steady law ties a join's concentration to its rate constant and first toehold: the reaction
that needs most sets the length of a phase, with the full toehold at the largest concentration, and of the others each
gets the longest toehold with which its join still holds enough. No phase is shorter than it takes its fast reactions to be
over long before its end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.chemistry import GateBudget
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.dsd.words import budget_name
from dsd_ncrn.gates.calibrate import probes
from dsd_ncrn.gates.laws import JoinLaw, join_laws
from dsd_ncrn.kinetics.rates import RateModel
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.training import train_value
from dsd_ncrn.tasks import Dataset

Floats = NDArray[np.float64]
RESERVE = 12.0
"""A gate holds this many times what fires in one iteration: about 8 % are used, where errors become visible."""
WEAKEST_NT = 3
SMALLEST_NM = 20.0
POINTS = 8
SHORTEST_S = 1800.0
"""Of a phase: the fast reactions at its start take about half a minute."""
ROUNDS = 60
SETTLED = 1e-6


@dataclass(frozen=True, slots=True)
class Choice:
    """A join's concentration (nM) and first toehold (nt)."""

    join: float
    toehold: int


def size_gates(spec: DesignSpec, data: Dataset, ncrn: NeuralCrn, engine: Engine, rates: RateModel) -> DesignSpec:
    """The design with a budget for every reaction that it does not size itself; as it is with sizing "given".

    The flux of a reaction is the most that it fires in an iteration of the ideal network at some points, with the
    parameters that a training starts and ends with (of the differential equations, which are quick to train). Raises InputError
    as ``translate``, CheckFailed where the ideal network or its equations run to infinity.
    """
    if spec.chemistry.sizing == "given":
        return spec
    system = translate(ncrn, spec)
    flux = {name: spec.chemistry.unit * fired for name, fired in _largest_extents(spec, data, ncrn, engine).items()}
    own = spec.chemistry.reactions
    shortest = {phase.name: SHORTEST_S / phase.duration for phase in ncrn.crn.phases}
    slow = _slow_choices(spec, system, flux, shortest, rates)
    sized = {
        name: _budget(spec, reaction, flux[name], slow.get(name))
        for reaction in system.formal
        if (name := reaction.origin.reaction) in flux and name not in own and name not in system.cooperative
    }
    chemistry = spec.chemistry.model_copy(update={"reactions": {**_in_proportion(system, sized), **own}})
    return spec.model_copy(update={"chemistry": chemistry})


def _in_proportion(system: DsdSystem, sized: Mapping[str, GateBudget]) -> dict[str, GateBudget]:
    """The joins of reactions that compete for one species in the ratio of their rates, which decides its shares."""
    competing: dict[tuple[str, frozenset[str]], list[Reaction]] = defaultdict(list)
    for reaction in system.formal:
        if reaction.fast and len(reaction.reactants) == 1 and reaction.origin.reaction in sized:
            competing[reaction.reactants[0], reaction.phases].append(reaction)
    found = dict(sized)
    for group in competing.values():
        largest = max(sized[r.origin.reaction].join for r in group)
        fastest = max(reaction.rate for reaction in group)
        for reaction in group:
            name = reaction.origin.reaction
            found[name] = sized[name].model_copy(update={"join": largest * reaction.rate / fastest})
    return found


def _largest_extents(spec: DesignSpec, data: Dataset, ncrn: NeuralCrn, engine: Engine) -> dict[str, float]:
    learner = IdealLearner(ncrn, engine)
    largest: dict[str, float] = defaultdict(float)
    for parameters in (np.array(ncrn.initial_parameters), train_value(spec, data).parameters[-1]):
        learner.set_parameters(parameters)
        for x, y in probes(learner, data.train_x[:POINTS], data.train_y[:POINTS]):
            for name, fired in learner.extents(x, y).items():
                largest[name] = max(largest[name], fired)
    return largest


def _budget(spec: DesignSpec, reaction: Reaction, flux: float, choice: Choice | None) -> GateBudget:
    """The budget of its kind, with as much more as the flux needs."""
    kind, needed = spec.chemistry.gates[budget_name(reaction)], max(RESERVE * flux, SMALLEST_NM)
    join = max(kind.join, needed) if choice is None else choice.join
    toehold = kind.first_toehold if choice is None else choice.toehold
    fork = needed if reaction.products else kind.fork
    changed = {"join": join, "first_toehold": toehold, "fork": max(fork, kind.fork if choice is None else 0.0)}
    return kind.model_copy(update={**changed, "fuel": max(kind.fuel, needed if kind.fuel else 0.0)})


def _slow_choices(
    spec: DesignSpec, system: DsdSystem, flux: Mapping[str, float], shortest: Mapping[str, float], rates: RateModel
) -> dict[str, Choice]:
    """Joins and toeholds of all slow reactions that obey a rate law, by fixed-point iteration over the loading.

    ``shortest`` maps phases to the least seconds per unit of time.
    """
    slow = {r.origin.reaction: r for r in system.formal if not r.fast and r.phases}
    laws = join_laws(system)
    most = {name: spec.chemistry.gates[budget_name(reaction)].join for name, reaction in slow.items()}
    full = spec.translation.toehold
    chosen = {law.reaction: Choice(most[law.reaction], full) for law in laws if law.reaction in slow}
    for _ in range(ROUNDS):
        before, bound = chosen, _loading(system, laws, chosen, rates)
        chosen = {
            name: choice
            for phase in sorted({next(iter(slow[name].phases)) for name in chosen})
            for name, choice in _phase_choices(
                [law for law in laws if law.reaction in chosen and phase in slow[law.reaction].phases],
                {law.reaction: _wanted(spec, slow[law.reaction]) / law.free(bound) for law in laws if law.reaction in slow},
                most,
                {name: RESERVE * fired for name, fired in flux.items()},
                shortest[phase],
                spec.chemistry.max_join,
                rates,
            )
        }
        if all(abs(chosen[name].join / before[name].join - 1) < SETTLED for name in chosen):
            break
    return chosen


def _wanted(spec: DesignSpec, reaction: Reaction) -> float:
    """A formal rate constant in nM^-(inputs - 1) per unit of time."""
    return reaction.rate / spec.chemistry.unit ** (len(reaction.reactants) - 1)


def _loading(system: DsdSystem, laws: Sequence[JoinLaw], chosen: Mapping[str, Choice], rates: RateModel) -> dict[str, float]:
    """Bound over free by first input, with the joins chosen so far."""
    bound: dict[str, float] = defaultdict(float)
    for law in laws:
        level = system.by_name[law.join].concentration
        choice = chosen.get(law.reaction, Choice(level, law.opening))
        bound[law.first] += law.bound(rates, choice.toehold) * choice.join
    return bound


def _phase_choices(
    laws: Sequence[JoinLaw],
    wanted: Mapping[str, float],
    most: Mapping[str, float],
    least: Mapping[str, float],
    shortest: float,
    largest: float,
    rates: RateModel,
) -> list[tuple[str, Choice]]:
    """The reaction that needs most sets the unit of time (s); the others get the longest toehold that leaves them enough."""
    needed = (wanted[law.reaction] / (law.rate(rates, law.full) * most[law.reaction]) for law in laws)
    seconds = max(shortest, *needed)
    found: list[tuple[str, Choice]] = []
    for law in laws:
        name = law.reaction
        joins = {n: wanted[name] / (law.rate(rates, n) * seconds) for n in range(law.full, WEAKEST_NT - 1, -1)}
        limits = {n: most[name] if n == law.full else max(most[name], largest) for n in joins}
        allowed = {n: join for n, join in joins.items() if join <= limits[n] * (1 + SETTLED)}
        enough = (n for n, join in allowed.items() if join >= max(least[name], SMALLEST_NM))
        toehold = next(enough, min(allowed))
        found.append((name, Choice(allowed[toehold], toehold)))
    return found
