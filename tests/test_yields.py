"""Monte-Carlo yield: its interval, its criteria, and that a realisation depends on seed and number alone."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.job import Job
from cli.run.leaks import leaks_section, sensitivity_files, sensitivity_rows, sensitivity_section, sensitivity_study
from cli.run.sweeps import opened_store
from conftest import Invoke, small_spec
from dsd_ncrn.analysis import ranges
from dsd_ncrn.analysis.leaks import LeakPoint, LeakRanking, LeakSensitivity
from dsd_ncrn.analysis.ranges import Indices, Screening
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import Drawn, Proportion, RealTubes, Sample, Yield, monte_carlo_yield, stream, train_sample
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.tables import TUBES, leak_files
from studies import changed, prepare

pytestmark = pytest.mark.xdist_group("studies")


@cache
def small() -> Study:
    """Three training points, four test points; the leak-free network unless leaks are asked for."""
    return prepare(changed(changed(small_spec(), "leak", rate=0.0), "training", strand_iterations=3), seed=0)


def imperfect(**values: Any) -> Study:
    return small().given(spec=changed(small().spec, "imperfections", **values))


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    """Newcombe, Stat. Med. 17:857 (1998), table I, method 3."""
    assert Proportion(count, of).interval == pytest.approx((low, high), abs=5e-5)
    mirrored = Proportion(of - count, of).interval
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_the_criteria_are_those_of_the_leak_curve_and_half_the_error() -> None:
    good, fair, bad = (Sample(n, rmse, 5.0, rmse / 0.4, 0.1, 0.1) for n, rmse in enumerate((0.43, 2.4, 2.6)))
    lost = Sample(3, np.nan, np.nan, np.nan, np.nan, np.nan, "it stopped")
    found = Yield((good, fair, bad, lost), 0.0)
    assert (found.learning.count, found.improving.count, found.learning.of) == (1, 2, 4)
    assert found.learning.value == 0.25


def test_realisations_do_not_depend_on_how_many_or_on_who_trains_them() -> None:
    """The first three of five are those of three; two workers and one find the same."""
    made = imperfect(pipetting=0.1)
    few = monte_carlo_yield(Drawn(made, 7), 3)
    with ThreadPoolExecutor(1) as pool:
        many = monte_carlo_yield(Drawn(made, 7), 5, pool)
    assert many.samples[:3] == few.samples
    assert len({sample.rmse for sample in many.samples}) == 5
    assert monte_carlo_yield(Drawn(made, 8), 3).samples != few.samples


def test_a_sample_is_a_training_in_its_tube() -> None:
    """Trained by hand in the tube of the same seed and number: the same numbers."""
    made = imperfect(pipetting=0.1)
    tubes = RealTubes(made, leaking=False)
    sample = train_sample(Drawn(made, 7), 2)
    training = made.train(tubes.mix(made.spec.imperfections, stream(7, 2), 0.0), "by hand")
    assert (sample.rmse, sample.rmse_before) == (training.rmse_after, training.rmse_before)
    assert sample.rmse_ratio == pytest.approx(training.rmse_after / made.compared.rmse_after)


def test_a_pipette_has_its_least_volume_in_a_reaction_of_any_size() -> None:
    """1 µL is 1 % of 100 µL and a third of that of 300, the most that a design may say."""
    made = imperfect(least=0.01, addition=0.02)
    for volume_uL, share in ((100.0, 0.01), (300.0, 0.01 / 3)):
        larger = changed(made.spec, "order", volume_uL=volume_uL)
        drawn = RealTubes(made.given(spec=larger), leaking=False).draw(larger.imperfections, stream(0, 1))
        assert drawn.handling.least == pytest.approx(share)


def test_the_number_of_iterations_can_be_given() -> None:
    """Compared with the ideal network after as many."""
    made = imperfect(pipetting=1e-6)
    one = monte_carlo_yield(Drawn(made.lasting(strand_iterations=1), 0), 1).samples[0]
    assert one.parameter_error_final == one.parameter_error_first_iteration < 0.02
    assert one.rmse_ratio == pytest.approx(1.0, abs=0.05)


def test_calibration_at_the_bench_takes_stock_errors_out() -> None:
    """Inactive fractions of 12 % in the median, parameters put in exactly: after the first point parameters are off by 6 to
    10 % as designed, and by less than 4 % calibrated, which leaves firings off by a tenth at most (``CONVERGED``)."""
    errors: dict[bool, list[float]] = {False: [], True: []}
    for calibrated in (False, True):
        made = imperfect(inactive=0.12, calibrated=calibrated)
        tubes, wanted = RealTubes(made, leaking=False), made.ideal.parameters[1]
        for number in range(3):
            tube = tubes.mix(made.spec.imperfections, stream(0, number), 0.0)
            doses = [tube.pot.dose(name) for name in ("P1", "P2")]
            tube.set_parameters(made.ideal.parameters[0] / np.array(doses))
            tube.iterate(made.data.train_x[0], made.data.train_y[0])
            errors[calibrated].append(float(np.abs(tube.parameters() - wanted).max() / wanted.max()))
    assert max(errors[True]) < 0.04 < 0.06 < min(errors[False])


def test_a_tube_that_cannot_be_calibrated_does_not_learn() -> None:
    """Rates that differ by e^3 from gate to gate: a join would leave its bounds. The reason is kept."""
    found = monte_carlo_yield(Drawn(imperfect(rate_spread=3.0, calibrated=True), 0), 2)
    assert any("join" in sample.failure or "reaction" in sample.failure for sample in found.samples)
    assert found.learning.count <= sum(not sample.failure for sample in found.samples)


def test_other_errors_are_not_taken_for_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(RealTubes, "mix", broken)
    with pytest.raises(ZeroDivisionError):
        monte_carlo_yield(Drawn(imperfect(pipetting=0.1), 0), 1)


def test_a_yield_needs_imperfections_and_samples() -> None:
    with pytest.raises(InputError, match="the design has no imperfections"):
        monte_carlo_yield(Drawn(small(), 0), 1)
    with pytest.raises(InputError, match="at least one tube"):
        monte_carlo_yield(Drawn(imperfect(pipetting=0.1), 0), 0)


def test_a_table_and_the_summary_have_the_yield(tmp_path: Path) -> None:
    curve = (LeakPoint(0.01, 0.5, 1.2, 0.1, 0.01),)
    made = Yield((Sample(0, 0.4, 5.0, 1.0, 0.02, 0.01), Sample(1, *[np.nan] * 5, "it stopped")), 0.01)
    files = leak_files(LeakSensitivity(curve, 0.01, LeakRanking((), ()), 0.01), made)
    (tmp_path / TUBES.file).write_text(files[TUBES.file], encoding="utf-8")
    first, second = TUBES.read(tmp_path)
    assert first == made.samples[0]
    assert (second.number, second.failure) == (1, "it stopped") and np.isnan(second.rmse)
    assert TUBES.file not in leak_files(LeakSensitivity(curve, 0.01, LeakRanking((), ()), 0.01))
    section = leaks_section(LeakSensitivity(curve, 0.01, LeakRanking((), ()), 0.01), made)
    assert section["samples"] == 1
    assert section["yield"]["learning"]["fraction"] == 0.5
    assert section["yield"]["learning"]["interval"] == pytest.approx(Proportion(1, 2).interval)
    assert (section["yield"]["samples"], section["yield"]["failed"]) == (2, 1)
    assert leaks_section(LeakSensitivity(curve, 0.01, LeakRanking((), ()), 0.01))["yield"] is None


@pytest.mark.slow
def test_the_command_leaks_trains_samples(tmp_path: Path, invoke: Invoke) -> None:
    """As many as asked for, with the same numbers as the library."""
    path, spec = tmp_path / "imperfect.toml", changed(small().spec, "imperfections", pipetting=0.1)
    path.write_text(dump_design(spec), encoding="utf-8")
    result = invoke("leaks", path, "--samples", 2, "--workers", 1, "--json", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    section = json.loads(result.stdout)
    assert section["yield"]["samples"] == 2
    rows = csv.DictReader((tmp_path / "out" / "tubes.csv").read_text(encoding="utf-8").splitlines())
    found = monte_carlo_yield(Drawn(imperfect(pipetting=0.1), 0), 2)
    written = [float(row["rmse"]) for row in rows]
    assert written == [sample.rmse for sample in found.samples]
    assert section["global"] is None


def test_the_factors_of_a_global_analysis_are_listed_by_their_influence() -> None:
    screened = (Screening("a", 0.1, 0.2, 0.01, 0.05), Screening("b", -0.3, 0.4, 0.02, 0.06))
    assert next(csv.DictReader(io.StringIO(sensitivity_files(screened)["sensitivity.csv"])))["factor"] == "b"
    indices = (Indices("a", 0.1, 0.01, 0.7, 0.02), Indices("b", 0.2, 0.01, 0.3, 0.02))
    assert [row["factor"] for row in sensitivity_rows(indices)] == ["a", "b"]
    assert sensitivity_section(None) is None


def test_a_global_analysis_by_morris_has_the_gates_of_stages_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is made up: the size of a point. Sobol indices, which take more evaluations, leave stages out."""
    monkeypatch.setattr(ranges.FirstIteration, "errors", lambda _, points, *__: points.sum(axis=1))
    job = Job(small())
    with opened_store(None, "") as store:
        found = {
            method: {each.factor for each in sensitivity_study(job, method, store, lambda _: None)}
            for method in ("morris", "sobol")
        }
    assert found["sobol"] == {factor.name for factor in ranges.FACTORS}
    assert found["morris"] == found["sobol"] | {factor.name for factor in ranges.gate_factors(small())}


def test_samples_of_a_design_without_imperfections_are_refused(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "perfect.toml"
    path.write_text(dump_design(small().spec), encoding="utf-8")
    result = invoke("leaks", path, "--samples", 2)
    assert result.exit_code == 2
    assert "the design has no imperfections" in result.stderr
    text = dump_design(small().spec).replace("samples = 0", "samples = 3")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="all are off"):
        load_design(path)
