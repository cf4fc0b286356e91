"""Calibration: every slow reaction gets its formal rate, or the message says which cannot."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from circuits import DUAL, compiled
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.chemistry import GateBudget
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.gates.calibrate import (
    Firings,
    ReactionGroup,
    _sized,
    _Work,
    firings_of,
    known_points,
    probes,
    slow_terms,
)
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.handling import Handling
from dsd_ncrn.simulate.ideal import IdealLearner
from studies import ALL_DESIGNS, changed, design, ideal_study, prepare, study

pytestmark = pytest.mark.xdist_group("studies")
SLOW = {"N1_1", "N1_2", "N3_1p", "N3_1m", "N3_2p", "N3_2m"}
every_design = pytest.mark.parametrize("name", ALL_DESIGNS)


def hurried(name: str) -> DesignSpec:
    """The design with a single epoch: its calibration needs a reference, not a trained one."""
    return changed(design(name), "training", epochs=1)


def with_gates(spec: DesignSpec, kind: str, **budget: float) -> DesignSpec:
    """The design with another budget for one kind of gate, nM."""
    gates = spec.chemistry.gates
    return changed(spec, "chemistry", gates={**gates, kind: gates[kind].model_copy(update=budget)})


@every_design
def test_every_slow_reaction_fires_as_often_as_it_should(name: str) -> None:
    """At the points of calibration, to one part in a thousand in the mean; the quasi-steady laws alone are 12 % off in N1
    where nothing rests on toeholds, which they know nothing of."""
    calibration, laws = study(name).calibration, ideal_study(name).calibration.before
    bias = set() if name == "linreg2d_minimal" else {"N1_bias"}
    assert set(calibration.before) == set(calibration.after) == SLOW | bias
    assert max(abs(ratio - 1) for ratio in calibration.after.values()) < 1e-3
    assert all(abs(ratio - 1) < 0.12 for name, ratio in laws.items() if name.startswith("N1"))


def reference(study_: Study) -> tuple[NDArray[np.float64], ...]:
    """The mean point with parameters that make predictions as large as targets."""
    return known_points(IdealLearner(study_.ncrn, study_.integrator), study_.data)[1]


def firings(study_: Study) -> dict[str, float]:
    tube, (theta, x, y) = study_.tube(), reference(study_)
    tube.set_parameters(theta)
    return tube.extents(x, y)


@every_design
def test_the_reported_ratios_are_those_of_the_calibrated_tube(name: str) -> None:
    """A fresh tube of the study, not the one that was calibrated with, fires as it should at the mean point, to 1 %."""
    study_ = study(name)
    fired = firings(study_)
    beta = 0.0 if name == "linreg2d_minimal" else 1.0
    (theta, x, _), T = reference(study_), study_.spec.circuit.T
    assert fired["N1_2"] == pytest.approx(T * theta[1] * x[1], rel=0.01)
    if beta:
        assert fired["N1_bias"] == pytest.approx(T, rel=0.01)


def test_only_joins_and_free_phases_are_moved() -> None:
    """Forks, fuels and buffers stay as designed; the flush has the design's duration, as much longer as the waits for what
    rests on toeholds, the others follow from the gates."""
    study_, spec = study("linreg2d"), design("linreg2d")
    designed = {"N1": 1000.0, "bias": 100.0, "N3": 300.0}
    for component in study_.system.components:
        kind = component.origins[0].stage if component.origins else ""
        budget = spec.chemistry.gates.get("bias" if component.name.endswith("N1_bias") else kind)
        if component.name.startswith("fork_") and budget is not None:
            assert component.concentration == budget.fork
        if component.name.startswith("join_") and kind in designed:
            assert isinstance(budget, GateBudget)
            assert 0.25 <= component.concentration / budget.join <= 4.0
    schedule = study_.schedule
    slow = schedule.wait / spec.timing.wait
    assert 2.0 < slow < 5.0
    assert schedule.phases["flush"] == pytest.approx(slow * 4200.0)
    assert schedule.phases["C1"] > 600.0 and schedule.phases["C2"] > 300.0
    assert schedule.seconds_per_iteration == pytest.approx(sum(schedule.phases.values()) + 4 * schedule.wait)


def test_a_fixed_duration_is_kept_and_the_joins_take_the_rest() -> None:
    """Joins then carry the common factor as well, and take more rounds to settle: 0.5 %."""
    spec = changed(hurried("linreg2d"), "timing", forward=8400.0, backward=2400.0)
    study_ = prepare(spec, seed=0)
    slow = study_.schedule.wait / spec.timing.wait
    assert study_.schedule.phases == pytest.approx({"C1": slow * 8400.0, "C2": slow * 2400.0, "flush": slow * 4200.0})
    assert max(abs(ratio - 1) for ratio in study_.calibration.after.values()) < 5e-3


@pytest.mark.slow
def test_calibration_does_not_depend_on_the_engine() -> None:
    """One phase's duration, to a part in a thousand, by both engines (two rounds suffice to tell)."""
    spec = changed(hurried("linreg2d_minimal"), "training", epochs=1, iterations=2)
    spec = changed(spec, "task", training_points=2, test_points=2)
    found = prepare(spec, seed=0, engine="cvode").schedule.phases["C1"]
    assert found == pytest.approx(prepare(spec, seed=0).schedule.phases["C1"], rel=1e-3)


def test_an_impossible_join_is_named_with_its_remedy() -> None:
    """A forward phase of a minute would need joins far above what the design allows them."""
    with pytest.raises(CheckFailed, match=r"join_N1\w* would need .* nM") as caught:
        prepare(changed(hurried("linreg2d"), "timing", forward=60.0), seed=0)
    message = str(caught.value)
    assert "in the 60 s that timing gives its phase" in message and "the design allows it" in message


def test_a_scarce_join_makes_its_phase_longer() -> None:
    """The reaction that needs most of its budget sets the length: a tenth of the bias joins, ten times the time."""
    scarce = prepare(with_gates(hurried("linreg2d"), "bias", join=10.0), seed=0).schedule.phases["C1"]
    assert scarce == pytest.approx(10 * prepare(hurried("linreg2d"), seed=0).schedule.phases["C1"], rel=0.1)


def test_a_starved_reaction_is_named() -> None:
    """A fork far too small for its flux: the message names a reaction and where to look, whichever check meets it first."""
    with pytest.raises(CheckFailed, match=r"(join_|reaction )N\d\w*") as caught:
        prepare(with_gates(hurried("linreg2d"), "N1", fork=0.001), seed=0)
    assert "chemistry" in str(caught.value)


def test_a_phase_in_which_nothing_fires_yet_stays_as_designed() -> None:
    """Parameters that start at 0 leave the forward pass without a reaction to count; the gradients are calibrated."""
    spec = changed(design("linreg2d"), "circuit", theta_initial=0.0, beta=0.0)
    calibration = Study(spec).calibration
    assert {name.partition("_")[0] for name in calibration.after} == {"N3"}
    assert all(value == pytest.approx(1.0, abs=0.05) for value in calibration.after.values())


def test_a_calibrated_design_is_a_fixed_point() -> None:
    """Ratios do not wander: calibrating twice gives the same numbers, bit for bit."""
    once, twice = prepare(hurried("linreg2d"), seed=0), prepare(hurried("linreg2d"), seed=0)
    assert once.calibration.after == twice.calibration.after
    assert once.schedule == twice.schedule
    assert np.array_equal(once.tube().nominal, twice.tube().nominal)


def by_names(terms: tuple[ReactionGroup, ...]) -> dict[str, ReactionGroup]:
    return {name: term for term in terms for name in term.names}


@pytest.mark.parametrize("circuit", [{}, {"f": "theta * x", **DUAL}], ids=["single rails", "dual rails"])
def test_where_no_rails_annihilate_every_reaction_is_a_term(circuit: dict[str, str]) -> None:
    """N1 and N3 one by one, N2 and N4 not at all; what makes of a negative rail lowers its variable."""
    ncrn = compiled(**circuit)
    terms = slow_terms(ncrn)
    slow = [r for r in ncrn.crn.reactions if r.origin.stage in ("N1", "N3")]
    assert [term.names for term in terms] == [(reaction.origin.reaction,) for reaction in slow]
    made = [next(iter({*r.products} - {*r.reactants})) for r in slow if "Z1 + Z2" not in str(r)]
    signs = [term.signs[0] for term, r in zip(terms, slow) if "Z1 + Z2" not in str(r)]
    assert signs == [-1.0 if name.endswith("m") else 1.0 for name in made]


def test_rails_that_annihilate_are_corrected_by_term_and_target() -> None:
    """theta x - z z on dual rails: the four products of rails together, each with the sign of its product (closed form).

    2 Z1p -> Z1p takes from the positive rail what -z z takes from z.
    """
    terms = by_names(slow_terms(compiled(f="theta * x - z * z", **DUAL)))
    rails = ("pp", "pm", "mp", "mm")
    for stem, coefficient in (("N1_1", 1.0), ("N1_Z1", -1.0), ("N3_Zb1", -1.0), ("N3_A1", -1.0)):
        term = terms[f"{stem}pp"]
        assert term.names == tuple(f"{stem}{rail}" for rail in rails)
        assert term.signs == tuple(coefficient * (-1.0) ** rail.count("m") for rail in rails)
        assert term.net(dict.fromkeys(term.names, 1.0)) == 0.0
        assert term.net(dict(zip(term.names, (4.0, 1.0, 0.5, 0.25)))) == coefficient * 2.75
    assert terms["N1_1pp"].phase == "C1" and terms["N3_A1pp"].phase == "C2"
    assert terms["N3_Zb1pp"].backward and not terms["N3_A1pp"].backward and not terms["N1_Z1pp"].backward
    assert terms["N3_1pp"].names == ("N3_1pp",)  # the rails of G do not annihilate here, nor do those of A


def test_finite_fuels_are_no_part_of_a_term() -> None:
    """With zb_cap reactions of the backward states use up a fuel; their terms are those without one."""
    circuit = {"f": "theta * x - z**3", **DUAL}
    with_fuel, without = compiled(zb_cap=100.0, **circuit), compiled(**circuit)
    assert with_fuel.crn.fuel_species and not without.crn.fuel_species
    assert any(set(r.reactants) & with_fuel.crn.fuel_species for r in with_fuel.crn.stage("N3"))
    assert slow_terms(with_fuel) == slow_terms(without)
    assert any(term.backward for term in slow_terms(with_fuel))


def test_a_species_that_mostly_sits_on_joins_is_refused_where_the_design_says_so() -> None:
    """G1+ waits on the join of its annihilation with P: 800 nM of join over 100 nM of cogate, 8 times what is free."""
    with pytest.raises(CheckFailed, match=r"of G\d?p .* more than chemistry\.max_loading = 5"):
        prepare(changed(hurried("linreg2d"), "chemistry", max_loading=5.0), seed=0)
    prepare(changed(hurried("linreg2d"), "chemistry", max_loading=50.0), seed=0)


def test_terms_that_annihilate_are_calibrated_at_predictions_that_miss_by_turns() -> None:
    """By half the root mean square of the targets, up and down; on one rail no target is below zero. Else at the points."""
    x, y = np.array([[1.0, 0.5], [0.2, 0.4], [0.1, 0.3]]), np.array([[3.0], [4.0], [0.0]])
    plain = IdealLearner(compiled(f="theta * x", **DUAL), engine_named("rosenbrock"))
    assert [target.tolist() for _, target in probes(plain, x, y)] == y.tolist()
    netted = IdealLearner(compiled(f="theta * x - z * z", **DUAL), engine_named("rosenbrock"))
    half = np.sqrt(25 / 3) / 2
    for (point, target), given, sign in zip(probes(netted, x, y), x, (1, -1, 1)):
        assert point.tolist() == given.tolist()
        assert target == pytest.approx(netted.predict(given) + sign * half)
    bounded = IdealLearner(compiled(f="theta * x - z * z", **(DUAL | {"y": "single"})), engine_named("rosenbrock"))
    assert bounded.predict(x[1])[0] < half
    assert probes(bounded, x, y)[1][1].tolist() == [0.0]


def test_a_laboratory_calibrates_at_what_it_knows() -> None:
    """The start and the data: no parameter of the training is among the points. Scaled by what makes the predictions of the
    first points as large as their targets (theta x T + T: a scale of 2.9), they are on the way that training goes."""
    made = ideal_study("linreg2d")
    points = known_points(IdealLearner(made.ncrn, made.integrator), made.data)
    (start, *_), (sized, x, y), (again, first, target) = points
    assert start == pytest.approx(made.ncrn.initial_parameters)
    assert np.array_equal(sized, again) and sized[0] / start[0] == pytest.approx(sized[1] / start[1])
    few, learner = made.data.train_x[:8], IdealLearner(made.ncrn, made.integrator)
    learner.set_parameters(sized)
    predicted = np.array([learner.predict(each) for each in few])
    assert np.mean(predicted**2) == pytest.approx(np.mean(made.data.train_y[:8] ** 2), rel=0.02)
    assert np.array_equal(x, made.data.train_x.mean(axis=0)) and np.array_equal(first, made.data.train_x[0])
    assert not np.allclose(sized, made.ideal.parameters[-1], rtol=0.05)
    assert y == pytest.approx(made.data.train_y.mean(axis=0)) and target == pytest.approx(made.data.train_y[0])


def test_a_start_is_scaled_eightfold_at_most() -> None:
    """A prediction is the parameter times x; targets are twenty times as large, then three times."""

    class Line:
        def set_parameters(self, parameters: Floats) -> None:
            self.slope = parameters[0]

        def predict(self, x: Floats) -> Floats:
            return self.slope * x

    x = np.array([[1.0], [2.0]])
    for times, most in ((20.0, 8.0), (3.0, 3.0)):
        data = SimpleNamespace(train_x=x, train_y=times * 0.5 * x)
        assert _sized(cast(Any, Line()), cast(Any, data), np.array([0.5])) == pytest.approx([most * 0.5])


def test_what_hardly_fires_is_not_corrected() -> None:
    """One of two terms fires 5e-4 of what the largest of its phase does; the slope of the other is 12 over 10."""
    large, small = (ReactionGroup((name,), (1.0,), "C1") for name in ("large", "small"))
    firings = Firings([{"large": 10.0, "small": 0.005}], lambda *_: [{"large": 12.0, "small": 0.009}])
    work = SimpleNamespace(rounds=[], firings=firings, terms=(large, small))
    ratios = _Work.ratios(cast(Any, work), cast(Any, None), cast(Any, SimpleNamespace(seconds_per_iteration=1.0)))
    assert ratios == {large: pytest.approx(1.2)}


def test_errors_of_a_calibration_stay_in_it() -> None:
    """Firings read 5 % high in one reaction are taken out by its join; with a perfect hand nothing is changed."""
    made = ideal_study("linreg2d")
    ideal, tube = IdealLearner(made.ncrn, made.integrator), made.tube()
    points = known_points(ideal, made.data)[:1]
    exact = firings_of(lambda system, schedule: tube, ideal, points)
    read = firings_of(lambda system, schedule: tube, ideal, points, Handling(calibration=0.05, seed=3))
    loaded = firings_of(lambda system, schedule: tube, ideal, points, Handling(loading=0.05, seed=3))
    true, seen, off = (each.measured(made.system, made.schedule)[0] for each in (exact, read, loaded))
    assert exact.wanted == read.wanted == loaded.wanted
    factors = {name: seen[name] / true[name] for name in SLOW}
    assert len(set(factors.values())) == len(SLOW)
    assert max(abs(factor - 1) for factor in factors.values()) < 0.25
    assert off["N1_bias"] == pytest.approx(true["N1_bias"], rel=5e-3)
    assert abs(off["N1_1"] / true["N1_1"] - 1) > 1e-3
