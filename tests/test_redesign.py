"""The search for designs that survive: what it makes of a design, what candidates cost, and the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from circuits import random_data
from conftest import Invoke
from dsd_ncrn.analysis.judging import THRESHOLD, least_squares
from dsd_ncrn.analysis.limits import BEYOND, LEAST_SHARE, UNLUCKY, Limits, cost, front, least_cost, limited
from dsd_ncrn.analysis.redesign import (
    ALL_IDEAS,
    IDEAS,
    PAPERS,
    STAGES,
    Plan,
    case_of,
    redesign,
    staged_knobs,
    try_form,
    try_point,
    without,
)
from dsd_ncrn.analysis.results import Redesigned
from dsd_ncrn.analysis.staging import papers_form, staged_of
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import verified
from dsd_ncrn.design.load import changed, load_design
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.errors import InputError
from sequences import find_sequences, order_strands
from sequences.laboratory import order_outlook

DESIGNS = Path(__file__).parent.parent / "designs"
POINT = Redesigned(0.0, 3, 4, 0.9, 5.0, 4000.0, 20.0, 33, 80, 1950, positions=(0.5,))


@pytest.mark.slow
def test_the_papers_regressor_becomes_stages_that_learn() -> None:
    """Its equations in stages, with limits from a fit to its data, leave at most 1.2 times what the paper's form leaves."""
    paper = changed(load_design(DESIGNS / "linreg2d.toml"), {"training.epochs": None, "training.iterations": 40})
    study = Study(paper)
    found = staged_of(paper, study.data, 40)
    assert found.circuit.form == "staged" and staged_of(found, study.data, 40) is found
    assert Study(found).training("value").rmse_after < 1.2 * study.training("value").rmse_after
    assert found.chemistry.unit * np.abs(study.data.train_y).max() == pytest.approx(58.0, rel=1e-3)


def test_what_stages_cannot_do_is_refused() -> None:
    with pytest.raises(DesignError, match="staged form"):
        staged_of(load_design(DESIGNS / "nonlinreg2d.toml"), random_data(lowest=0.1), 1)


def test_ideas_are_taken_out_of_a_design() -> None:
    """One key each, both toeholds alike with a whole first one, and all at once; a design without an idea stays as it is."""
    design = load_design(DESIGNS / "linreg2d_bench.toml")
    assert without(design, "one sequence of each gate") == changed(design, {"staged.variants": 1})
    assert without(design, "joins with a whole first toehold") == design
    plain = without(design, ALL_IDEAS)
    assert (plain.staged.variants, plain.staged.feed, plain.staged.frees_first) == (1, 0.0, "state")
    assert not plain.imperfections.calibrated and without(plain, ALL_IDEAS) == plain


def test_a_choice_stays_where_it_is_and_turns_to_every_other() -> None:
    design = load_design(DESIGNS / "linreg2d_bench.toml")
    knob = next(each for each in staged_knobs(design, 2) if each.name == "first toehold")
    assert knob.turned(design, knob.start(design)) == design
    assert [knob.turned(design, place).staged.first_toehold for place in (0.0, 0.4, 1.0)] == [3, 4, 5]


def test_z_freed_first_needs_its_own_cogate_and_is_proved() -> None:
    """The fork frees Z by <z t> and P by <p t>, and <i s> closes it; module by module it does what the other order does."""
    system = Study(changed(load_design(DESIGNS / "linreg2d_bench.toml"), {"staged.frees_first": "state"})).designed
    assert [str(system.by_name[name].complex) for name in ("Z_cogate", "seal")] == ["<z t>", "<i s>"]
    assert not verified(system).failures


@pytest.mark.slow
def test_a_table_with_negative_slopes_becomes_stages_that_learn(tmp_path: Path) -> None:
    """y = 3 a - 2 b + c - 5 with centred columns: nothing is negative after scaling, and in closed form 40 iterations remove
    over 0.9 of the error that least squares remove."""
    x = np.random.default_rng(1).normal(size=(60, 3))
    rows = np.column_stack([x, x @ [3.0, -2.0, 1.0] - 5.0])
    (tmp_path / "own.csv").write_text("a,b,c,y\n" + "\n".join(",".join(map(str, row)) for row in rows.tolist()))
    task = {"csv": "own.csv", "inputs": ["a", "b", "c"], "targets": ["y"], "training_points": 40, "test_points": 20}
    circuit = {"f": "theta * x", "T": 1.0, "learning_rate": 0.1, "theta_initial": 0.0}
    text = tomli_w.dumps({"format": 1, "name": "own", "task": task, "circuit": circuit, "training": {"iterations": 40}})
    (tmp_path / "own.toml").write_text(text)
    spec = load_design(tmp_path / "own.toml")
    found = Study(staged_of(spec, Study(spec).data, 40))
    data, training = found.data, found.training("value")
    assert min(data.train_x.min(), data.test_x.min(), data.train_y.min()) >= 0
    assert found.ncrn.crn.species[:4] == ("X1", "X2", "X3", "X4")
    best = float(np.sqrt(np.mean((least_squares(data) - data.test_y) ** 2)))
    assert training.rmse_before - training.rmse_after > 0.9 * (training.rmse_before - best)


def test_one_parameter_has_no_knobs_of_an_update() -> None:
    one, two = (load_design(DESIGNS / f"{name}.toml") for name in ("first_learner", "linreg2d_bench"))
    names = [{knob.name for knob in staged_knobs(*each)} for each in ((one, 1), (two, 2))]
    assert names[1] - names[0] == {"target join", "target trigger", "update dose", "update seal", "updating"}
    for knob in staged_knobs(two, 2):
        same = knob.turned(two, knob.start(two))
        assert same.staged == two.staged and same.chemistry.unit == pytest.approx(two.chemistry.unit)


def test_a_candidate_costs_what_its_tubes_do_not_learn() -> None:
    """Of shares 1, 0.95, 0.8 and -3 the mean lack is (0 + 0.05 + 0.2 + 0.6) / 4, and half of the tubes have not learned."""
    shares = np.array([1.0, 0.95, 0.8, -3.0])
    assert cost(POINT, shares, Limits()) == pytest.approx(0.85 / 4 + UNLUCKY / 2)
    beyond = cost(POINT, shares, Limits(hours=2.5, slurry_uL=10.0)) - cost(POINT, shares, Limits())
    assert beyond == pytest.approx(BEYOND + np.log(2.0) + np.log(2.0))
    assert (shares >= THRESHOLD).sum() == 2


def test_the_least_cost_of_a_candidate_is_that_with_all_other_tubes_learning() -> None:
    """POINT has four tubes; hours are known at the end alone, so that their bound does not count before."""
    whole = cost(POINT, np.array([0.5, -3.0, 1.0, 1.0]), Limits(slurry_uL=10.0))
    assert least_cost(POINT, [0.5, -3.0], Limits(hours=1.0, slurry_uL=10.0)) == pytest.approx(whole)
    assert least_cost(POINT, [0.5, -3.0], Limits()) <= cost(POINT, np.array([0.5, -3.0, 0.9, 0.2]), Limits())


@pytest.mark.slow
def test_a_candidate_that_cannot_come_below_the_bar_is_judged_by_half_of_the_draws() -> None:
    """The same tubes as the first of those that are trained without a bar."""
    case = case_of(Study(load_design(DESIGNS / "first_learner.toml", "bench")), Plan(draws=2, tubes=1, iterations=2))
    start = tuple(knob.start(case.spec) for knob in case.knobs)
    whole, half = (try_point(case, (start, bar)) for bar in (np.inf, 0.0))
    first = try_point(replace(case, plan=replace(case.plan, draws=1)), (start, np.inf))
    assert (whole.tubes, half.tubes) == (2, 1)
    assert half == replace(first, stopped=True) and not whole.stopped
    assert whole.hours != half.hours


def test_the_papers_form_is_one_more_candidate() -> None:
    """Of a staged design in each scheme, of a paper's design as its file has it; inputs that are gates have no other form."""
    staged = case_of(Study(load_design(DESIGNS / "linreg2d_bench.toml", "bench")), Plan(1, 1, 2))
    assert list(staged.forms) == [PAPERS.format(name) for name in ("plain", "sealed", "chen")]
    assert {(each.circuit.form, each.translation.scheme) for each in staged.forms.values()} == {
        ("adjoint", name) for name in ("plain", "sealed", "chen")
    }
    paper = load_design(DESIGNS / "linreg2d.toml", "bench")
    assert case_of(Study(paper), Plan(1, 1, 2)).forms[PAPERS.format("plain")] == paper
    assert not case_of(Study(load_design(DESIGNS / "xor2d_bench.toml", "bench")), Plan(1, 1, 2)).forms


@pytest.mark.slow
def test_another_form_is_judged_in_the_same_tubes_by_as_many_as_it_takes() -> None:
    """One weight in the paper's form takes four times the slurry that fits, so that its first tube decides; where nothing is
    bounded and stages lack forks, it is the one that is chosen, and stages stand beside it."""
    spec = load_design(DESIGNS / "first_learner.toml", "bench")
    case = case_of(Study(spec), Plan(draws=1, tubes=2, iterations=1))
    name = PAPERS.format("plain")
    case = replace(case, forms={name: case.forms[name]})
    dear, free = (replace(case, plan=replace(case.plan, limits=Limits(slurry_uL=uL))) for uL in (25.0, np.inf))
    decided, whole = try_form(dear, (name, 0.5)), try_form(free, (name, np.inf))
    assert (decided.tubes, whole.tubes) == (1, 2) and decided.slurry_uL > 100.0
    assert decided.cost > np.log(decided.slurry_uL / 25.0)
    hopeless = replace(free, spec=changed(case.spec, {"staged.fork": "1 nM"}))
    found = redesign(hopeless, 1)
    assert found.design == case.forms[name] and found.best == whole
    assert found.without[STAGES] == found.points[0] and not any(found.without[idea] for idea in IDEAS)


def test_the_front_is_what_nothing_beats() -> None:
    worse, faster = replace(POINT, hours=6.0), replace(POINT, learned=2, hours=4.0)
    assert front([worse, POINT, faster]) == [POINT, faster]


def test_the_front_has_neither_what_is_beyond_the_limits_nor_what_was_stopped_early() -> None:
    """Though either learns more in less time; where all are beyond the limits, the best of these are on it, and say so."""
    beyond = limited(replace(POINT, learned=4, share=1.0, slurry_uL=30.0), np.ones(4), Limits())
    stopped = replace(POINT, learned=2, tubes=2, hours=1.0, stopped=True)
    assert front([beyond, POINT, stopped]) == [POINT]
    assert front([beyond]) == [beyond] and beyond.beyond == "30 µL of slurry, 25 at most"


def test_nothing_beyond_the_limits_costs_as_little_as_what_learns_nothing_within_them() -> None:
    """The most that a tube can cost is what it lacks down to LEAST_SHARE, and that it has not learned."""
    perfect, hopeless = np.ones(4), np.full(4, -9.0)
    small = limited(POINT, perfect, Limits(), ("too little to pipette of feed",))
    assert cost(POINT, hopeless, Limits()) == pytest.approx(1.0 - LEAST_SHARE + UNLUCKY)
    assert small.cost > cost(POINT, hopeless, Limits()) and small.beyond == "too little to pipette of feed"


@pytest.mark.slow
def test_a_price_is_that_of_the_order() -> None:
    """Found without sequences, it is the last line of the table of costs of an order with them; a list with gaps is refused,
    and without one there is no price, but the volumes are told of: six additions of 20 µL are more than a well holds."""
    prices = load_design(DESIGNS / "linreg2d_bench.toml").order.prices
    keys: dict[str, object] = {"sequences.candidates": 1, "training.iterations": 2, "order.prices": prices}
    design = changed(load_design(DESIGNS / "first_learner.toml"), keys)
    study = Study(design)
    words = find_sequences(study.system, design, steps=3)
    cost = order_strands(study.system, words, design, study.experiment).files["protocol/cost.csv"].decode()
    price, misfits = order_outlook(study.system, design, study.experiment)
    assert price == pytest.approx(float(cost.split()[-1].rpartition(",")[2])) and not misfits
    with pytest.raises(InputError, match=r"It lacks: .*biotin"):
        order_outlook(study.system, changed(design, {"order.prices": {"100nm": 1.0}}), study.experiment)
    large = changed(design, {"order.prices": {}, "order.smallest_uL": 20.0})
    price, misfits = order_outlook(study.system, large, study.experiment)
    assert np.isnan(price) and misfits == ("a spin filter before 1 of 2 iterations",)


@pytest.mark.slow
def test_the_command_writes_a_design_that_can_be_trained(tmp_path: Path, invoke: Invoke) -> None:
    """And goes on from what it has found: the same command again trains nothing and writes the same bytes."""
    options = (
        "--conditions",
        "bench",
        "--candidates",
        1,
        "--draws",
        1,
        "--tubes",
        1,
        "--iterations",
        2,
        "--workers",
        1,
        "--json",
    )
    first = invoke("redesign", DESIGNS / "first_learner.toml", *options, "-o", tmp_path)
    assert first.exit_code == 0, first.output
    kept = (tmp_path / "redesigned.toml").read_bytes()
    assert load_design(tmp_path / "redesigned.toml").circuit.form == "staged"
    told = json.loads(first.stdout)["without"]
    assert set(told) == {*IDEAS, ALL_IDEAS, *(PAPERS.format(name) for name in ("plain", "sealed", "chen"))}
    assert (tmp_path / "ideas.csv").read_text().splitlines()[0].endswith("changed_to")
    assert invoke("redesign", DESIGNS / "first_learner.toml", *options, "-o", tmp_path).stdout == first.stdout
    assert (tmp_path / "redesigned.toml").read_bytes() == kept


def test_the_papers_form_of_a_staged_learner_takes_steps_as_large() -> None:
    """One gradient step at the mean input moves the prediction by the learning rate of stages times the error; inputs that are
    gates have no such form."""
    study = Study(load_design(DESIGNS / "linreg2d_bench.toml"))
    found = papers_form(study)
    assert found is not None and found.level == "paper_form" and found.iterations == study.plan.iterations
    x, circuit = study.data.train_x, study.decided.circuit
    step = (found.parameters[1] - found.parameters[0]) / (found.targets[0] - found.predictions[0])
    assert step == pytest.approx(circuit.learning_rate * x[0] / x.sum(axis=1).mean(), rel=1e-3)
    assert papers_form(Study(load_design(DESIGNS / "xor2d_bench.toml"))) is None
    assert papers_form(Study(load_design(DESIGNS / "linreg2d.toml"))) is None
