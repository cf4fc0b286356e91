"""Bench plans: which tubes, how well they will tell, and the files that `experiments` writes, which `fit` reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from cli.bench.plan import how_well
from dsd_ncrn.analysis.measured import benches_of
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.assays.bench import read_bench
from dsd_ncrn.assays.fit import fit
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.plan import GATE_NM, MOST_TUBES, TELLS_APART, Plan, Roles, before, plan_of
from dsd_ncrn.assays.synthetic import join_model, laboratory
from dsd_ncrn.assays.wells import Errors
from dsd_ncrn.design.load import load_design

Invoke = Callable[..., Result]


@pytest.fixture(scope="module")
def roles() -> Roles:
    return Roles(join_model(), ("A", "B"), ("helper",), "C")


@pytest.fixture(scope="module")
def plan(roles: Roles) -> Plan:
    return plan_of(roles, Errors())


def test_what_every_plan_has(plan: Plan) -> None:
    """A saturated reporter, a long tube without input, more input than gate, and one with few auxiliary strands."""
    doses = [dict(tube.doses) for tube in plan.tubes]
    assert any(set(each) == {"C", "reporter"} and each["C"] >= 2 * each["reporter"] for each in doses)
    assert any("A" not in each and "join" in each and tube.hours >= 12 for each, tube in zip(doses, plan.tubes))
    assert any(each.get("A", 0) >= 2 * each.get("join", np.inf) for each in doses)
    assert any("join" in each and each.get("helper", 100) <= 30 for each in doses)
    assert len(doses) <= MOST_TUBES
    assert sum(TELLS_APART in tube.why for tube in plan.tubes) == 1


@pytest.mark.slow
def test_every_gate_of_a_design_has_the_four_tubes_that_no_fit_can_do_without() -> None:
    """Half the gate with three times as much input; the reporter of each with twice as much of what it takes."""
    benches = benches_of(Study(load_design(Path("designs/linreg2d_bench.toml"))))
    assert len(benches) == 8
    for bench in benches:
        roles, tubes = bench.roles, plan_of(bench.roles, Errors()).tubes
        reporter, (first, *_), (gate, *_) = bench.model.reporter, roles.inputs, bench.model.gates
        alone = [dict(tube.doses) for tube in tubes if tube.of_reporter]
        assert any(each[roles.output] >= 2 * each[reporter] for each in alone), bench.name
        with_gate = [(dict(tube.doses), tube) for tube in tubes if not tube.of_reporter]
        assert any(first not in doses and tube.hours >= 12 for doses, tube in with_gate), bench.name
        half = [doses for doses, _ in with_gate if doses[gate] == GATE_NM / 2]
        assert any(doses.get(first, 0) >= 3 * doses[gate] for doses in half), bench.name
        assert sum(TELLS_APART in tube.why for _, tube in with_gate) == 1, bench.name


def test_what_tubes_do_not_tell_is_said_so(plan: Plan) -> None:
    parameter, _ = plan.known[0]
    assert how_well(parameter, before(parameter)) == "not determined"
    assert how_well(parameter, 0.1) == "± 10%"


@pytest.mark.slow
def test_what_is_promised_is_what_a_fit_of_these_tubes_finds(plan: Plan) -> None:
    """Deviations of rate constants and active shares within a factor of two of those of a made-up laboratory's fit."""
    assay, _ = laboratory(3, lag=0.7, tubes=[tube.doses for tube in plan.tubes])
    found = fit(assay)
    names = [p.name for p in found.parameters]
    for parameter, deviation in plan.known:
        if parameter.quantity is not Quantity.INITIAL and "leak" not in parameter.of and "reverse" not in parameter.of:
            fitted = float(np.sqrt(np.diag(found.covariance)[names.index(parameter.name)]))
            assert 0.5 < fitted / deviation < 2.0, parameter.name


def test_a_saturated_reporter_shows_how_much_of_it_is_active(roles: Roles, plan: Plan) -> None:
    (active,) = [d for p, d in plan.known if p.name == "active share reporter"]
    assert active < 0.05
    bands = dict(zip((tube.why for tube in plan.tubes), plan.bands))
    times, low, middle, high = bands["saturates the reporter: its active share"]
    assert np.all(low <= middle) and np.all(middle <= high) and np.all(np.diff(times) > 0)
    assert 20 < middle[-1] < 30


@pytest.mark.slow
def test_experiments_write_what_fit_reads(tmp_path: Path, invoke: Invoke) -> None:
    out = tmp_path / "bench"
    result = invoke(
        "experiments", "designs/first_learner.toml", "--gate", "N1_1", "--tubes", "6", "--example", "-o", out, "--json"
    )
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    given, assay = read_bench(out / "N1_1.toml")
    assert given.reactions == ("N1_1",) and len(assay.samples) == len(document["wells"]) == 6
    assert {name for well in assay.wells for name in well.doses} <= set(assay.model.components)
    with (out / "pipetting.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wells = {row["well"] for row in rows}
    for well in wells:
        assert sum(float(row["volume_uL"]) for row in rows if row["well"] == well) == pytest.approx(100.0, abs=0.05)
    ordered = out / "order" / "first_learner_reporters.toml"
    assert f"dsd-ncrn order THIS_FOLDER/order/{ordered.name}" in (out / "protocol.md").read_text(encoding="utf-8")
    system = Study(load_design(ordered)).designed
    assert [labels.component for labels in system.reporters] == ["reporter_Z"]
    assert system.by_name["reporter_Z"].complex == assay.model.components["reporter_Z"]
    fitted = invoke("fit", out, out / "example.csv", "--quick", "--json")
    assert fitted.exit_code == 0, fitted.stderr
    assert json.loads(fitted.stdout)["gates"][0]["rms_of_scale"] < 0.03


def test_an_unknown_gate_is_refused_with_the_nearest(invoke: Invoke) -> None:
    result = invoke("experiments", "designs/first_learner.toml", "--gate", "N1_l")
    assert result.exit_code == 2 and "no such reaction" in result.stderr and "N1_1" in result.stderr
