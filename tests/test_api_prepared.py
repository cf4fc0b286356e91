"""A prepared design in Python does what the command line does, and says what it does not do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import dsd_ncrn as dn
from api_cases import CURVE, DESIGN, few, linreg, prepared_once, write_run
from conftest import Invoke
from dsd_ncrn.crn.text import format_crn

pytestmark = pytest.mark.xdist_group("studies")


@pytest.mark.parametrize(
    ("level", "options"),
    [
        ("ideal", ("--level", "ideal")),
        ("value", ("--level", "value")),
        ("dsd", ()),
        ("one_pot", ("--one-pot",)),
        ("dsd_leaky", ("--leaks",)),
    ],
)
def test_a_training_is_that_of_the_command_line(level: str, options: tuple[str, ...], invoke: Invoke, tmp_path: Path) -> None:
    """Two iterations; the command works everything out anew from the file."""
    (tmp_path / "few.toml").write_text(dn.dump_design(few()), encoding="utf-8")
    mine = prepared_once(few()).train(level, iterations=2)  # pyright: ignore[reportArgumentType]
    result = invoke("train", tmp_path / "few.toml", *options, "--iterations", 2, "--json")
    assert result.exit_code == 0, result.output
    theirs = json.loads(result.stdout)
    assert dict(zip(mine.parameter_names, mine.parameters[-1])) == theirs["parameters"]
    assert mine.rmse_after == theirs["rmse_after"] and mine.level == level


def test_a_sweep_is_a_loop_and_more_leak_does_more_harm() -> None:
    study = prepared_once(few())
    errors = [
        study.parameter_errors(study.train("dsd_leaky", leak=rate, iterations=1))[-1]
        for rate in ("0.01 /M/s", "0.1 /M/s", "1 /M/s")
    ]
    assert errors == sorted(errors) and errors[-1] > 10 * errors[0]


def test_progress_is_told_of_every_iteration() -> None:
    told: list[tuple[int, int]] = []
    linreg().train("ideal", iterations=3, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_another_seed_draws_other_points_and_the_same_seed_the_same() -> None:
    design = dn.load_design(DESIGN)
    assert not np.array_equal(dn.prepare(design, seed=1).data.train_x, linreg().data.train_x)
    again = dn.prepare(design, seed=0).train("dsd", iterations=2)
    assert np.array_equal(again.parameters, linreg().train("dsd", iterations=2).parameters)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"level": "dsd_leak"}, "unknown level of a training .*Did you mean 'dsd_leaky'"),
        ({"level": "dsd", "leak": "1 /M/s"}, "level dsd has no leaks"),
        ({"level": "dsd_leaky", "leak": "1 nM"}, "a bimolecular rate is a number and a unit"),
        ({"level": "ideal", "iterations": 0}, "at least one iteration"),
    ],
)
def test_a_training_that_makes_no_sense_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(dn.InputError, match=message):
        linreg().train(**arguments)  # pyright: ignore[reportArgumentType]


def test_the_forward_pass_of_the_ideal_trajectory_is_its_integral() -> None:
    """dz/dt = theta x + beta with theta = beta = 1 from z = 0 over T = 0.5: z = (x + 1) / 2 at the end of the first phase.

    That of the strands ends within 5 % of it, since their gates load and deplete.
    """
    study = linreg()
    for level, tolerance in (("ideal", 1e-6), ("dsd", 0.05)):
        trace = study.trajectory(level, point=2)  # pyright: ignore[reportArgumentType]
        assert [name for name, _ in trace.phase_starts] == ["C1", "C2", "flush"]
        for number, x in enumerate(study.data.train_x[2], start=1):
            assert trace.of(f"Z{number}")[59] == pytest.approx((x + 1) / 2, rel=tolerance)


def test_what_a_trajectory_cannot_be_of_is_refused() -> None:
    with pytest.raises(dn.InputError, match="trajectories are of the ideal network or of strands"):
        linreg().trajectory("value")  # pyright: ignore[reportArgumentType]
    with pytest.raises(dn.InputError, match=r"there are training points 0 to 40 \(got 41\)"):
        linreg().trajectory(point=41)


def test_fidelity_and_fuel_are_of_the_iterations_that_were_trained() -> None:
    study = linreg()
    training = study.train("dsd", iterations=2)
    found, fuel = study.fidelity(training), study.fuel(training)
    assert found.parameter_error_final == study.parameter_errors(training)[-1] < 0.02
    assert found.rmse_ratio == pytest.approx(1.0, abs=0.1)
    assert set(found.reactions[0].__slots__) and {r.origin for r in found.reactions} == set(study.calibration)
    assert fuel.limiting_fuel in fuel.used_nM and fuel.iterations_to_10_percent > 0
    with pytest.raises(dn.InputError, match="this training has used no fuel"):
        study.fuel(study.ideal)


def test_leaks_are_ranked_at_the_rate_that_is_asked_for() -> None:
    """Shares add up to 1; leaks that are a hundred times as fast are no longer a small disturbance and shift differently."""
    few, many = linreg().rank_leaks(), linreg().rank_leaks("1 /M/s")
    assert sum(share.share for share in few.shares) == pytest.approx(1.0)
    assert few.shares[0].shift_per_M_s != pytest.approx(many.shares[0].shift_per_M_s, rel=0.01)


def test_a_leak_study_has_a_curve_and_the_ranking_of_its_rate() -> None:
    """One iteration; more leak errs more, and the tolerated rate is the last of the curve before the first that fails."""
    study = prepared_once(dn.changed(few(), {"training.iterations": 1}))
    told: list[int] = []
    found = study.leaks(progress=lambda done, of: told.append(done))
    rates, errors = zip(*((point.rate_per_M_s, point.parameter_error_final) for point in found.curve))
    assert list(rates) == sorted(rates) and errors[-1] > errors[0] and told == sorted(told)
    passing = [point.rate_per_M_s for point in found.curve if point.rmse_ratio < 1.1]
    assert found.tolerated_per_M_s in passing
    assert found.ranking == study.rank_leaks()


def test_a_yield_is_that_of_the_seed_that_was_prepared_with() -> None:
    design = dn.changed(few(), {"training.iterations": 1, "leak.rate": "0 /M/s", "imperfections.pipetting": 0.1})
    first, again = (prepared_once(design, seed).yields(2) for seed in (0, 1))
    assert len(first.samples) == 2 and first.samples[0].rmse != first.samples[1].rmse
    assert first == prepared_once(design, 0).yields(2) and first != again


def test_a_yield_needs_imperfections() -> None:
    with pytest.raises(dn.InputError, match="the design has no imperfections"):
        linreg().yields(2)


def test_sizes_are_those_of_the_paper_and_of_the_enumeration() -> None:
    """The linear regressor of the Neural CRN paper has 14 reactions and 17 species."""
    study = linreg()
    assert study.counts["reactions"] == 14 and study.counts["species"] == 17
    network = dn.enumerate_strands(study.system)
    assert study.counts["network_species"] == len(network.names) and study.counts["network_steps"] == len(network.steps)
    assert study.hours_per_iteration * 3600 > sum(study.phase_seconds.values())


def test_a_leak_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(dn.InputError, match="unknown leak model"):
        dn.enumerate_strands(linreg().system, "gates")


def test_a_network_is_written_in_the_forms_of_the_command_line(invoke: Invoke) -> None:
    learner = dn.compile_design(dn.load_design(DESIGN))
    assert dn.crn_text(learner) == format_crn(learner.crn)
    for form in ("sbml", "antimony", "latex", "dot", "svg"):
        theirs = invoke("compile", DESIGN, "--format", form).stdout
        assert dn.crn_text(learner, form).strip() == theirs.strip()  # pyright: ignore[reportArgumentType]
    with pytest.raises(dn.InputError, match="unknown form of a network"):
        dn.crn_text(learner, "pdf")  # pyright: ignore[reportArgumentType]


def test_a_plain_network_decays_as_it_should_and_its_strands_with_it() -> None:
    """10 exp(-t / 100 s) nM; strands are within 3 % of the largest concentration."""
    crn = dn.parse_crn("A @initial 10 nM\nA -> B [k = 0.01]")
    ideal = dn.simulate_crn(crn, seconds=200, points=21)
    assert ideal.of("A") == pytest.approx(10 * np.exp(-ideal.times / 100), rel=1e-5)
    run = dn.simulate_crn_strands(crn, seconds=200, points=21)
    assert run.dsd.of("A") == pytest.approx(run.ideal.of("A"), abs=0.3) and run.sized.seconds > 1
    with pytest.raises(dn.InputError, match="a duration is a finite number of seconds above 0"):
        dn.simulate_crn(crn, seconds=0)
    with pytest.raises(dn.InputError, match="at least two points"):
        dn.simulate_crn(crn, points=1)


def test_a_run_folder_is_read_back_as_it_was_trained(tmp_path: Path) -> None:
    trainings = write_run(tmp_path)
    run = dn.read_run(tmp_path)
    assert list(run.trainings) == ["ideal", "dsd"] and run.leak_curve == CURVE and run.design == linreg().design
    for level, training in trainings.items():
        for name in ("parameters", "predictions", "targets", "test_targets", "test_before", "test_after"):
            assert np.array_equal(getattr(run.trainings[level], name), getattr(training, name)), name
        assert run.trainings[level].parameter_names == training.parameter_names
        assert run.trainings[level].epochs == training.epochs


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("summary.json", "{", "summary.json: this file of the run folder cannot be read"),
        ("summary.json", "[]", "holds one JSON object"),
        ("training_ideal.csv", "iteration,prediction\n0,x\n", "training_ideal.csv: this file of the run folder cannot be read"),
        ("training_ideal.csv", "", "training_ideal.csv: this file of the run folder cannot be read"),
    ],
)
def test_a_file_of_a_run_that_is_broken_is_named(file: str, content: str, message: str, tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(dn.InputError, match=message):
        dn.read_run(tmp_path)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(dn.InputError, match=r"design\.toml: cannot read the file"):
        dn.read_run(tmp_path)
