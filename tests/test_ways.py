"""Mitigations of leak: what each changes in a design, and that what is told of them is what they do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cli.job import Job
from cli.report.data import ReportData
from cli.report.verdict import advice
from cli.run.leaks import ways_rows, ways_section, ways_study
from cli.run.sweeps import opened_store
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.tuning import AS_IT_IS, FAILED, Question, compare_ways, ways
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.runs.tables import WAYS, ways_tried
from report_runs import write_full_run
from studies import changed, design
from test_tuning import POINT


def test_each_way_changes_the_design_in_one_respect() -> None:
    spec = design("linreg2d")
    tried = ways(spec, compile_design(spec, 2))
    assert tried[AS_IT_IS] == spec
    assert len({each.model_dump_json() for each in tried.values()}) == len(tried) == 11
    assert tried["twice the signals"].chemistry.unit == 2 * spec.chemistry.unit
    assert tried["thresholds on what N1 makes"].translation.thresholds == {"Z1": 1.0, "Z2": 1.0}
    third = tried["a third of auxiliary strands and forks"].chemistry.gates
    assert (third["N1"].fuel, third["N1"].fork) == (200.0, pytest.approx(266.7))
    assert third["N2"] == spec.chemistry.gates["N2"]


def test_a_way_that_the_design_has_is_not_tried() -> None:
    spec = changed(design("linreg2d"), "translation", phase_fuels=True)
    assert "auxiliary strands in their phase alone" not in ways(spec, compile_design(spec, 2))


def test_what_cannot_be_tried_says_why() -> None:
    """Signals of 400 nM use up gates of 200 nM."""
    tried = {"too much": changed(design("linreg2d"), "chemistry", unit=400.0)}
    point = compare_ways((tried, 0, Question(0.1, 1)))["too much"]
    assert point.cost == FAILED and point.failure


def test_the_table_and_the_summary_have_every_way(tmp_path: Path) -> None:
    found = {AS_IT_IS: POINT, "b": replace(POINT, first_error=float("inf"), failure="no")}
    (tmp_path / WAYS.file).write_text(WAYS.text(ways_tried(found)), encoding="utf-8")
    rows = WAYS.read(tmp_path)
    assert [row.way for row in rows] == [AS_IT_IS, "b"]
    assert rows[0] == ways_tried(found)[0]
    assert np.isnan(rows[1].first_error) and rows[1].failure == "no"
    assert ways_section(found)[1]["first_error"] is None


@pytest.mark.parametrize(
    ("error", "told"), [(0.001, "The mitigation that helps most: b"), (0.5, "None of the mitigations tried")]
)
def test_the_report_advises_the_best_way(tmp_path: Path, error: float, told: str) -> None:
    run = write_full_run(tmp_path / "run")
    tried = ways_tried({AS_IT_IS: POINT, "b": replace(POINT, first_error=error)})
    (run / WAYS.file).write_text(WAYS.text(tried), encoding="utf-8")
    assert any(told in line for line in advice(ReportData(run)))


def test_no_way_is_tried_where_nothing_leaks() -> None:
    job = Job(Study(changed(design("linreg2d"), "leak", rate=0.0)))
    with opened_store(None, job.key) as store:
        assert ways_study(job, store, lambda share: None) == {}


def test_a_person_reads_the_errors_and_why_there_are_none() -> None:
    header, first, second = ways_rows({AS_IT_IS: POINT, "b": replace(POINT, failure="no " * 40)})
    assert len(header) == len(first) == len(second)
    assert first[:3] == (AS_IT_IS, POINT.leak_free_error, POINT.first_error)
    assert str(second[-1]).startswith("no no") and len(str(second[-1])) == 60
