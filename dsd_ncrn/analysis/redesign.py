"""The search for a design that survives its conditions: form, ideas and operating point together, judged by what tubes learn.

A design is taken as it is where it is staged, else put into the staged form where its formula allows that. Candidates are
trained as real tubes over several draws of the data, each at another leak within the band of what is known, and cost what
these do not learn, and beyond the limits more than anything within them (``limits``). Knobs are turned by CMA-ES, as in
``tuning``; what is sure to be worse than half of the earlier candidates is judged by half of the draws. The paper's form is
judged in the same tubes in each of its schemes: by the first tube alone where this tells that stages cost less. At the end each
idea is taken out of the best design, which tells what it bought.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import numpy as np

from dsd_ncrn.analysis.jobs import run_jobs, tube_work
from dsd_ncrn.analysis.judging import THRESHOLD, test_error, yardstick
from dsd_ncrn.analysis.knobs import ChoiceKnob, Knob, ScaleKnob, turned
from dsd_ncrn.analysis.limits import Limits, front, least_cost, limited
from dsd_ncrn.analysis.results import Redesigned, Yardstick
from dsd_ncrn.analysis.staging import in_papers_form, staged_of
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.tuning import FAILED, Positions, generations
from dsd_ncrn.analysis.yields import Drawn, require_imperfections, stream
from dsd_ncrn.design.load import changed
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.experiment import ordered_system
from dsd_ncrn.dsd.structure import strand_length
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.families import SCHEMES
from dsd_ncrn.simulate.crowd import Crossing
from dsd_ncrn.simulate.engines.crew import side_by_side, worked_out
from dsd_ncrn.simulate.train import Progress, no_progress

LEAKS = (1.0, 0.5, 2.0, 1.0)
"""Times the leak of the conditions, by draw of the data: a point that leans on one leak fails at others."""
WHOLE = "whole"
"""As long as the universal toehold."""
SHORTEST, MOST_VARIANTS = 3, 3
"""nt of a first toehold, and sequences of each gate, that are tried."""
DOSES = ("fork", "meet", "target_join", "clear", "trigger", "target_trigger", "seal", "update_seal", "state_buffer", "feed")
"""Of the staged form: what scales with the unit."""
IDEAS: Mapping[str, Mapping[str, object]] = {
    "one sequence of each gate": {"staged.variants": 1},
    "joins with a whole first toehold": {"staged.first_toehold": WHOLE},
    "Z freed before P": {"staged.frees_first": "state"},
    "parameters not fed": {"staged.feed": "0 nM"},
    "waits not prolonged for slow beads": {"imperfections.stretch": False},
    "tubes not measured": {"imperfections.calibrated": False},
}
"""What is taken out of the best design, one at a time and all at once, to tell what it bought."""
ALL_IDEAS = "none of these"
STAGES, PAPERS = "in stages", "in the paper's form, {} gates"
"""The forms that are judged against one another."""
Ordered = Callable[[Study], tuple[float, tuple[str, ...]]]
"""Tells of a candidate what its strands cost, not a number where that is not known, and what of it cannot be pipetted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How candidates are judged: draws of the data from ``first`` on, tubes of each, iterations, and the limits."""

    draws: int
    tubes: int
    iterations: int
    limits: Limits = field(default_factory=Limits)
    first: int = 0


@dataclass(frozen=True, eq=False)
class RedesignCase:
    """Where candidates are tried: a design, its knobs, plan and seed, the same learner in other ``forms`` by what they are
    called, what tells how it is ordered and pipetted, and what sequences say of toeholds."""

    spec: DesignSpec
    knobs: tuple[Knob, ...]
    plan: Plan
    seed: int
    ordered: Ordered | None = None
    crossing: Crossing | None = None
    forms: Mapping[str, DesignSpec] = field(default_factory=dict[str, DesignSpec])

    def candidate(self, positions: Positions) -> DesignSpec:
        """The design with its knobs at some positions."""
        return turned(self.spec, self.knobs, positions)

    @worked_out
    def bases(self) -> tuple[Study, ...]:
        """The studies of the design as it is, one for each draw; their networks are those of every candidate."""
        first, *others = (self._study(self.spec, draw) for draw in range(self.plan.draws))
        return (first, *(each.given(network=first.network, leaky=first.leaky) for each in others))

    @worked_out
    def yardsticks(self) -> tuple[Yardstick, ...]:
        """What the design as it is learns of each draw: a candidate is held to no less."""
        return tuple(map(yardstick, self.bases))

    def studies(self, spec: DesignSpec) -> list[Study]:
        """Those of a candidate, which has the strands of the design in other amounts, or with other toeholds."""
        if spec in self.forms.values():
            return [self._study(spec, draw) for draw in range(self.plan.draws)]
        same = all(getattr(spec.staged, key) == getattr(self.spec.staged, key) for key in ("first_toehold", "frees_first"))
        parts = {"network": self.bases[0].network, "leaky": self.bases[0].leaky} if same else {}
        first, *others = (self._study(spec, draw).given(**parts) for draw in range(self.plan.draws))
        guess = {"network": first.network, "leaky": first.leaky, "settings": first.settings}
        return [first, *(each.given(**guess) for each in others)]

    def _study(self, spec: DesignSpec, draw: int) -> Study:
        found = Study(spec, self.plan.first + draw)
        found = found if self.crossing is None else found.crossed(self.crossing)
        return found.lasting(iterations=self.plan.iterations, strand_iterations=None)


@dataclass(frozen=True)
class Redesign:
    """All candidates in their order, what nothing beats, the best design, and what it is without each of its ideas, None for
    those that it does not have, and in other forms."""

    knobs: tuple[str, ...]
    points: tuple[Redesigned, ...]
    front: tuple[Redesigned, ...]
    without: Mapping[str, Redesigned | None]
    best: Redesigned
    design: DesignSpec


def redesign(case: RedesignCase, candidates: int, pool: Executor | None = None, progress: Progress = no_progress) -> Redesign:
    """Search; ``candidates`` are rounded up to a whole generation. Raises InputError for conditions that spoil nothing."""
    require_imperfections(case.spec)
    points: list[Redesigned] = []
    for generation in generations([knob.start(case.spec) for knob in case.knobs], case.seed, candidates, points):
        before, bar = len(points), float(np.median([point.cost for point in points])) if points else np.inf
        jobs = [(positions, bar) for positions in generation]
        total = max(candidates, before + len(jobs))
        found = run_jobs(try_point, case, jobs, pool, lambda done, n=before, of=total: progress(n + done, of))
        points += [replace(point, number=number) for number, point in enumerate(found, start=before + 1)]
    best = min(points, key=lambda point: point.cost)
    design, names = case.candidate(best.positions), tuple(knob.name for knob in case.knobs)
    told = [name for name in (*IDEAS, ALL_IDEAS) if without(design, name) != design]
    tried = dict(zip(told, run_jobs(try_without, case, [(name, best.positions) for name in told], pool)))
    others = dict(zip(case.forms, run_jobs(try_form, case, [(name, best.cost) for name in case.forms], pool)))
    unbeaten = tuple(front([*points, *others.values()]))
    form = min(others, key=lambda name: others[name].cost, default=STAGES)
    if others and others[form].cost < best.cost:
        # Ideas are those of stages: beside another form stands the best of these alone.
        design, others = case.forms[form], {STAGES: best, **others}
        best, tried = others.pop(form), {}
    ideas = {**{name: tried.get(name) for name in (*IDEAS, ALL_IDEAS)}, **others}
    return Redesign(names, tuple(points), unbeaten, ideas, best, design)


def without(spec: DesignSpec, idea: str) -> DesignSpec:
    """A design without one of its ideas, or without all."""
    names = IDEAS if idea == ALL_IDEAS else (idea,)
    keys = {key: value for name in names for key, value in IDEAS[name].items()}
    return changed(spec, {key: spec.translation.toehold if value == WHOLE else value for key, value in keys.items()})


@tube_work
def try_point(case: RedesignCase, asked: tuple[Positions, float]) -> Redesigned:
    """Judge a candidate; one that can no longer cost less than a bar after half of the draws is judged by these."""
    positions, bar = asked
    return _judged(case, case.candidate(positions), positions, bar)


@tube_work
def try_without(case: RedesignCase, idea: tuple[str, Positions]) -> Redesigned:
    """Judge a candidate without one of the ideas."""
    name, positions = idea
    return _judged(case, without(case.candidate(positions), name), positions)


@tube_work
def try_form(case: RedesignCase, asked: tuple[str, float]) -> Redesigned:
    """Judge another form; one that can no longer cost less than a bar after one tube is judged by this."""
    name, bar = asked
    return _judged(case, case.forms[name], (), bar, 1)


def _judged(case: RedesignCase, spec: DesignSpec, positions: Positions, bar: float = np.inf, first: int = 0) -> Redesigned:
    try:
        return _measured(case, spec, tuple(positions), bar, first or -(-case.plan.draws // 2) * case.plan.tubes)
    except (CheckFailed, InputError) as error:
        return Redesigned(FAILED, 0, 0, 0.0, np.inf, np.inf, np.inf, 0, 0, 0, failure=str(error), positions=tuple(positions))


def _measured(case: RedesignCase, spec: DesignSpec, positions: Positions, bar: float, first: int) -> Redesigned:
    plan, studies = case.plan, case.studies(spec)
    price, misfits = _ordered(case, studies[0])
    drawn = [Drawn(each, case.seed) for each in studies]
    sticks = [yardstick(each) for each in studies]
    sticks = [replace(each, ideal=min(each.ideal, base.ideal)) for each, base in zip(sticks, case.yardsticks)]

    def trained(job: tuple[int, int]) -> tuple[float, float]:
        draw, number = job
        study, leak = studies[draw], LEAKS[draw % len(LEAKS)] * spec.leak.rate
        try:
            tube = drawn[draw].tubes.mix(spec.imperfections, stream(case.seed, number), leak)
            found = study.train(tube, "imperfect")
        except CheckFailed:
            return 0.0, study.schedule.seconds_per_iteration / 3600
        before, after = (test_error(study.data, each) for each in (found.test_before, found.test_after))
        return sticks[draw].share(before, after), tube.protocol.schedule.seconds_per_iteration / 3600

    jobs = [(draw, draw * plan.tubes + number) for draw in range(plan.draws) for number in range(plan.tubes)]
    found = side_by_side(trained, jobs[:first])
    system = studies[0].designed
    lengths = [strand_length(strand) for strand in system.strands]
    point = Redesigned(
        positions=positions,
        cost=0.0,
        learned=0,
        tubes=len(jobs),
        share=0.0,
        hours=float(np.mean([hours for _, hours in found])),
        fuel_nM=float(sum(each.concentration for each in system.components)),
        slurry_uL=studies[0].beads.worst_uL,
        strands=len(lengths),
        longest_nt=max(lengths),
        ordered_nt=sum(map(strand_length, ordered_system(system).strands)),
        price=price,
    )
    if least_cost(point, [share for share, _ in found], plan.limits, misfits) < bar:
        found += side_by_side(trained, jobs[first:])
    shares, hours = (np.array(each) for each in zip(*found))
    point = replace(
        point,
        learned=int((shares >= THRESHOLD).sum()),
        tubes=len(shares),
        stopped=len(shares) < len(jobs),
        share=float(np.clip(shares, 0.0, 1.0).mean()),
        hours=float(hours.mean()),
    )
    return limited(point, shares, plan.limits, misfits)


def _ordered(case: RedesignCase, study: Study) -> tuple[float, tuple[str, ...]]:
    """What an order says; nothing of another form for which the design's list has no prices."""
    try:
        return case.ordered(study) if case.ordered else (np.nan, ())
    except InputError:
        if study.design in case.forms.values():
            return np.nan, ()
        raise


def staged_knobs(spec: DesignSpec, parameters: int) -> tuple[Knob, ...]:
    """The knobs of a staged design with so many parameters, those of its scheme first: what is set to 0 stays so."""
    several = ("update_dose", "target_join", "clear", "target_trigger", "update_seal", "updating")
    names = (*DOSES, "update_dose", "parameter_buffer", "release", "meeting", "updating")
    turned = [name for name in names if getattr(spec.staged, name) > 0 and (parameters > 1 or name not in several)]
    with_unit = tuple(("staged", name) for name in DOSES if getattr(spec.staged, name) > 0)
    lengths = tuple(range(SHORTEST, spec.translation.toehold + 1))
    return (
        ChoiceKnob("first toehold", ("staged", "first_toehold"), lengths),
        ChoiceKnob("freed first", ("staged", "frees_first"), ("state", "parameter")),
        ChoiceKnob("variants", ("staged", "variants"), tuple(range(1, max(MOST_VARIANTS, spec.staged.variants) + 1))),
        ScaleKnob("unit", (("chemistry", "unit"), *with_unit), 0.4, 2.5),
        ScaleKnob("learning rate", (("circuit", "learning_rate"),), 0.4, 2.5),
        ScaleKnob("weight limit", (("circuit", "weight_limit"),), 0.5, 2.0),
        *(ScaleKnob(name.replace("_", " "), (("staged", name),), 0.4, 2.5) for name in turned),
    )


def case_of(study: Study, plan: Plan, ordered: Ordered | None = None) -> RedesignCase:
    """Where the candidates of a study's design are tried. Raises DesignError where its formula does not allow stages."""
    spec = staged_of(study.design, study.data, plan.iterations)
    decided = Study(spec, study.seed)
    paper = study.design if spec != study.design else None if spec.task.layer else in_papers_form(decided.decided, decided.data)
    schemes = {PAPERS.format(name): {"translation.scheme": name} for name in SCHEMES} if paper else {}
    forms = {name: changed(paper, scheme) for name, scheme in schemes.items() if paper}
    return RedesignCase(spec, staged_knobs(spec, len(decided.ncrn.parameters)), plan, study.seed, ordered, forms=forms)
