"""The size of every gate: enough for what it fires, within its bounds, and at the pace of its phase."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.chemistry import Chemistry, GateBudget
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.dsd.words import budget_name
from dsd_ncrn.gates.calibrate import probes
from dsd_ncrn.gates.fit import WEAKEST_NT, Span
from dsd_ncrn.gates.laws import achieved, join_laws
from dsd_ncrn.gates.learner import POINTS, RESERVE, SHORTEST_S, largest_firings, size_gates
from dsd_ncrn.gates.sized_network import _merged
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.decide import decide
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.tasks import Dataset, load_dataset
from studies import DESIGNS, changed, design

LARGEST = Chemistry().max_join

ENGINE, RATES = engine_named("rosenbrock"), rates_of()
every_design = pytest.mark.parametrize("name", ["linreg2d_batch", "nonlinreg2d_first_order", "xor2d_first_order"])


@dataclass(frozen=True)
class Sized:
    """A design before and after its gates were sized, and what that was made from."""

    given: DesignSpec
    spec: DesignSpec
    data: Dataset
    ncrn: NeuralCrn
    system: DsdSystem

    @property
    def slow(self) -> dict[str, Reaction]:
        """The reactions whose joins follow from their rate constants."""
        lawful = {law.reaction for law in join_laws(self.system)}
        slow = (r for r in self.system.formal if not r.fast and r.phases and r.origin.reaction in lawful)
        return {reaction.origin.reaction: reaction for reaction in slow}

    def most(self, reaction: Reaction) -> float:
        """What the design allows a join of this kind, nM."""
        return self.given.chemistry.gates[budget_name(reaction)].join


def resized(spec: DesignSpec, data: Dataset, ncrn: NeuralCrn) -> DesignSpec:
    return size_gates(spec, ncrn, largest_firings(spec, data, ncrn, ENGINE), RATES)


@cache
def sized(name: str) -> Sized:
    given = load_design(DESIGNS / f"{name}.toml")
    data = load_dataset(given.task, 0)
    given = decide(given, data, 0)
    ncrn = compile_design(given, data.dimension, data.outputs)
    spec = resized(given, data, ncrn)
    return Sized(given, spec, data, ncrn, translate(ncrn, spec))


def fired_at_first(found: Sized) -> dict[str, float]:
    """The most that each reaction fires at the first points with the initial parameters, nM."""
    learner = IdealLearner(found.ncrn, ENGINE)
    learner.set_parameters(np.array(found.ncrn.initial_parameters))
    most: dict[str, float] = defaultdict(float)
    for x, y in probes(learner, found.data.train_x[:POINTS], found.data.train_y[:POINTS]):
        for name, fired in learner.extents(x, y).items():
            most[name] = max(most[name], fired * found.given.chemistry.unit)
    return most


@every_design
def test_a_gate_holds_twelve_times_what_it_fires_or_is_as_large_as_it_may_be(name: str) -> None:
    """Forks and joins against the firings of the ideal network, counted anew; a slow join may be at its bound instead."""
    found = sized(name)
    fired, budgets = fired_at_first(found), found.spec.chemistry.reactions
    assert set(budgets) >= set(found.slow)
    for reaction in found.system.formal:
        each = reaction.origin.reaction
        if each in budgets:
            needed = RESERVE * fired[each] * (1 - 1e-6)
            assert budgets[each].fork >= needed or not reaction.products
            if each in found.slow:
                assert budgets[each].join >= needed or budgets[each].first_toehold == _weakest_allowed(found, each)


def _weakest_allowed(found: Sized, name: str) -> int:
    """The weakest toehold at which the law's join of a reaction is within its bound."""
    budget, most = found.spec.chemistry.reactions[name], found.most(found.slow[name])
    (law,) = [law for law in join_laws(found.system) if law.reaction == name]
    strength = budget.join * law.rate(RATES, budget.first_toehold)
    joins = {n: strength / law.rate(RATES, n) for n in range(WEAKEST_NT, law.full + 1)}
    return min(n for n, join in joins.items() if join <= (most if n == law.full else max(most, LARGEST)) * (1 + 1e-6))


@every_design
def test_joins_are_within_their_bounds(name: str) -> None:
    """A full toehold has the design's budget for its kind at most, a weaker one 2 µM; slow joins are all above 0."""
    found = sized(name)
    for each, reaction in found.slow.items():
        budget, most = found.spec.chemistry.reactions[each], found.most(reaction)
        full = budget.first_toehold == found.spec.translation.toehold
        assert WEAKEST_NT <= budget.first_toehold <= found.spec.translation.toehold
        assert 0 < budget.join <= (most if full else max(most, LARGEST)) * (1 + 1e-5)


@every_design
def test_the_reaction_that_needs_most_has_the_full_toehold_at_its_budget(name: str) -> None:
    """In each phase it sets the pace, and nothing could be faster; or the phase is as short as a phase may be."""
    found = sized(name)
    for phase in found.ncrn.crn.phases:
        budgets = {n: found.spec.chemistry.reactions[n] for n, r in found.slow.items() if phase.name in r.phases}
        pacing = [n for n, budget in budgets.items() if budget.join == pytest.approx(found.most(found.slow[n]), rel=1e-6)]
        if not any(budgets[n].first_toehold == found.spec.translation.toehold for n in pacing):
            assert [phase.duration * pace for pace in paces(found, phase.name)] == pytest.approx(
                [SHORTEST_S] * len(budgets), rel=0.1
            )


def paces(found: Sized, phase: str) -> list[float]:
    """Formal constant over that of the law, s per unit of time, of every slow reaction of a phase."""
    given, unit = achieved(found.system, RATES), found.given.chemistry.unit
    rows = {n: r for n, r in found.slow.items() if phase in r.phases}
    return [r.rate / unit ** (len(r.reactants) - 1) / given[n] for n, r in rows.items()]


@every_design
def test_slow_reactions_of_a_phase_have_one_pace(name: str) -> None:
    """For the loading of the sized joins: the same within 10 %, whatever the toeholds.

    What is left is the step from the budgets' loading to that of all gates; the joins are set by the laws again before a run.
    """
    found = sized(name)
    for phase in {next(iter(reaction.phases)) for reaction in found.slow.values()}:
        assert max(paces(found, phase)) < 1.1 * min(paces(found, phase))


def test_a_design_that_gives_its_sizes_stays_as_it_is() -> None:
    """The same object, with no budget of single reactions."""
    spec = changed(design("linreg2d"), "chemistry", sizing="given")
    data = load_dataset(spec.task, 0)
    assert resized(spec, data, compile_design(spec, 2)) is spec


@every_design
def test_a_written_design_is_sized_the_same_again(name: str, tmp_path: Path) -> None:
    """Its ``chemistry.reactions`` are its own now, to the last bit, and come back as they were."""
    found = sized(name)
    path = tmp_path / "again.toml"
    path.write_text(dump_design(found.spec), encoding="utf-8")
    again = resized(load_design(path), found.data, found.ncrn)
    assert again.chemistry.reactions == found.spec.chemistry.reactions


def test_a_budget_of_a_single_reaction_is_kept() -> None:
    found = sized("linreg2d_batch")
    name = next(iter(found.slow))
    own = GateBudget.model_validate({"join": "123 nM", "fork": "456 nM", "fuel": "200 nM", "first_toehold": 4})
    given = changed(found.given, "chemistry", reactions={name: own})
    assert resized(given, found.data, found.ncrn).chemistry.reactions[name] == own


def test_ranges_that_overlap_are_one_and_a_range_within_another_adds_nothing() -> None:
    """Sets of times: [1, 10] and [2, 3] are [1, 10]; [12, 11] holds nothing."""
    found = _merged([Span(2.0, 3.0), Span(12.0, 11.0), Span(1.0, 10.0), Span(9.0, 11.0), Span(20.0, 21.0)])
    assert found == [Span(1.0, 11.0), Span(20.0, 21.0)]
    assert _merged([Span(1.0, 10.0), Span(2.0, 3.0)]) == [Span(1.0, 10.0)]
