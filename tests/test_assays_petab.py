"""PEtab problems: another simulator makes of the SBML and the tables what the fit predicts; its readings can be read again."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roadrunner

from dsd_ncrn.assays.exports import read_export
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.petab import petab_files
from dsd_ncrn.assays.petab_reader import read_petab
from dsd_ncrn.assays.predict import Predictor
from dsd_ncrn.assays.synthetic import TUBES, empty_wells, join_model, measured, truth_of, typical
from dsd_ncrn.assays.wells import Assay, Errors
from dsd_ncrn.errors import InputError


@pytest.fixture(scope="module")
def problem() -> tuple[Assay, np.ndarray, dict[str, str]]:
    random = np.random.default_rng(5)
    assay = Assay(join_model(), empty_wells([TUBES[0], TUBES[2], TUBES[3]], 12), Errors(0.05, start=0.0, drift=True))
    x = truth_of(assay, typical(random), random, 0.05)
    read = measured(assay, x, 0.0, 0.0, random)
    values = {p.name: p.outside(float(v)) for p, v in zip(assay.parameters, x)}
    return read, x, petab_files(read, values, 100.0)


def _rows(text: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(text.splitlines(), delimiter="\t")


def _value(formula: str, names: dict[str, object]) -> float:
    return float(eval(formula, {"__builtins__": {}}, names))  # noqa: S307 - the project's own text


def test_libroadrunner_shows_what_the_fit_predicts(problem: tuple[Assay, np.ndarray, dict[str, str]]) -> None:
    """CVODE on the SBML under each condition, then the observable's formula; to 2e-4 of full scale."""
    assay, x, files = problem
    nominal = {row["parameterId"]: float(row["nominalValue"]) for row in _rows(files["parameters.tsv"])}
    (observable,) = _rows(files["observables.tsv"])
    runner = roadrunner.RoadRunner(files["model.xml"])
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-9, 1e-12
    found = Predictor(assay).predictions(x, slopes=False)
    species = runner.model.getFloatingSpeciesIds()
    for condition in _rows(files["conditions.tsv"]):
        well = condition.pop("conditionName")
        assert condition.pop("conditionId") == well
        runner.resetToOrigin()
        given = {name: nominal.get(value) if value in nominal else float(value) for name, value in condition.items()}
        for name, value in {**nominal, **given}.items():
            if name in runner.model.getGlobalParameterIds():
                runner[name] = value
        runner.reset(roadrunner.SelectionRecord.TIME | roadrunner.SelectionRecord.FLOATING)
        times = [float(row["time"]) for row in _rows(files["measurements.tsv"]) if row["simulationConditionId"] == well]
        runner.timeCourseSelections = ["time", *(f"[{name}]" for name in species)]
        table = np.asarray(runner.simulate(times=[0.0, *times]))[1:]
        known = {**nominal, **given, "piecewise": lambda yes, when, no: yes if when else no, "max": max, "min": min}
        formula = observable["observableFormula"]
        values = [_value(formula, {**known, **dict(zip(species, row[1:])), "time": row[0]}) for row in table]
        expected = found[well].values
        np.testing.assert_allclose(values, expected, atol=2e-4 * max(np.ptp(expected), 1000.0))


def test_readings_of_a_problem_are_read_as_an_export(problem: tuple[Assay, np.ndarray, dict[str, str]], tmp_path: Path) -> None:
    assay, _, files = problem
    (tmp_path / "measurements.tsv").write_text(files["measurements.tsv"], encoding="utf-8")
    export = read_export(tmp_path / "measurements.tsv")
    for well in assay.wells:
        assert well.trace is not None
        np.testing.assert_allclose(export.trace(well.name).times, well.trace.times)
        np.testing.assert_allclose(export.trace(well.name).values, well.trace.values)


@pytest.fixture
def folder(problem: tuple[Assay, np.ndarray, dict[str, str]], tmp_path: Path) -> Path:
    for name, text in problem[2].items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_problem_comes_back_equal(problem: tuple[Assay, np.ndarray, dict[str, str]], folder: Path) -> None:
    """Parameters with bounds and priors, doses and readings; written once more it is the same to the letter."""
    assay, x, files = problem
    bench, found = read_petab(folder / "problem.yaml")
    assert bench.reporter == assay.model.reporter and found.errors == assay.errors
    nominal = {p.name: p.outside(float(v)) for p, v in zip(assay.parameters, x)}
    for ours, back in zip((p for p in assay.parameters if p.quantity is not Quantity.SHIFT), found.parameters, strict=True):
        assert back == ours if ours.spread else back == replace(ours, start=nominal[ours.name])
    for well, other in zip(assay.wells, found.wells, strict=True):
        assert other.doses == well.doses
        assert well.trace is not None and other.trace is not None
        np.testing.assert_array_equal(other.trace.times, well.trace.times)
        np.testing.assert_array_equal(other.trace.values, well.trace.values)
    np.testing.assert_allclose(Predictor(found).predictions(x)["A1"].slopes, Predictor(assay).predictions(x)["A1"].slopes)
    assert petab_files(found, nominal, 100.0) == files


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_tables_may_have_been_written_by_petab(problem: tuple[Assay, np.ndarray, dict[str, str]], folder: Path) -> None:
    """The petab package reads the problem and writes its tables; a bound and an estimate are changed in them."""
    petab: Any = import_module("petab.v1")
    other = petab.Problem.from_yaml(str(folder / "problem.yaml"))
    assert not petab.lint_problem(other)
    table = other.parameter_df
    table.loc["rate_constant_leak", "upperBound"], table.loc["constant_loss", "estimate"] = 50.0, 0
    for name, frame in (("parameters", table), ("conditions", other.condition_df), ("observables", other.observable_df)):
        frame.to_csv(folder / f"{name}.tsv", sep="\t", index=True)
    found = read_petab(folder / "problem.yaml")[1]
    told = {p.name: p for p in found.parameters}
    assert told["rate constant leak"].high == 50.0 and "constant loss" not in told
    assert found.fixed["constant loss"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("model.xml", "urn:dsd_ncrn:assay", "urn:other", "names no strands"),
        ("model.xml", "length t = 5", "length t = 7", "others than follow from the strands"),
        ("observables.tsv", "shown\t", "shown\t2 * ", "observable is another"),
        ("parameters.tsv", "constant_loss", "constant_los", "no such parameter .*'constant_loss'"),
        ("parameters.tsv", "rate_constant_leak\tlog", "rate_constant_leak\tlog10", "sought on the scale log"),
        ("measurements.tsv", "\tA1\t", "\tB1\t", "no such condition"),
        ("problem.yaml", "[conditions.tsv]", "[]", "one condition file"),
    ],
)
def test_problems_that_are_no_assays_are_refused(folder: Path, file: str, old: str, new: str, message: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message) as wrong:
        read_petab(folder / "problem.yaml")
    assert wrong.value.file is not None


def test_priors_of_doses_are_those_of_pipetting(problem: tuple[Assay, np.ndarray, dict[str, str]]) -> None:
    rows = [row for row in _rows(problem[2]["parameters.tsv"]) if row["parameterId"].startswith("dose_factor_A1")]
    assert len(rows) == len(TUBES[0])
    for row in rows:
        mean, spread = map(float, row["objectivePriorParameters"].split(";"))
        assert row["objectivePriorType"] == "parameterScaleNormal" and row["parameterScale"] == "log"
        assert math.isclose(mean, 0.0) and math.isclose(spread, 0.05)


def test_strands_that_rest_are_refused() -> None:
    assay = Assay(join_model(13_000.0), empty_wells([TUBES[0]], 5))
    with pytest.raises(InputError, match="no strands that rest"):
        petab_files(assay, {}, 1.0)
