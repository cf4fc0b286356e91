"""What the report's cards say of the bench: nothing is green that was not seen to work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.report.data import ReportData
from cli.report.verdict import BAD, CAUTION, GOOD, UNKNOWN, answers
from report_runs import ITERATIONS, full_summary, write_full_run


def card(run: Path, question: str, changes: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """Status and text of a card after changes of sections of the summary."""
    write_full_run(run)
    summary = full_summary("N1_1")
    for section, values in changes.items():
        summary[section] = {**summary[section], **values}
    (run / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    found = next(each for each in answers(ReportData(run)) if each.question == question)
    return found.status, found.text


PIPETTED = "Can it be pipetted?"
BORNE = {"growth_per_iteration": 0.01, "tolerated_growth_per_iteration": 0.01, "note": ""}


@pytest.mark.parametrize(
    ("dilution", "status", "says"),
    [
        (BORNE, GOOD, "tolerates"),
        ({**BORNE, "note": "the first mix does not fit: its stocks lack 12.8 µL"}, BAD, "lack 12.8 µL"),
        ({**BORNE, "tolerated_growth_per_iteration": 0.001}, BAD, "spin filter"),
    ],
)
def test_a_mix_that_does_not_fit_and_a_filter_are_no(tmp_path: Path, dilution: dict[str, Any], status: str, says: str) -> None:
    found, text = card(tmp_path / "run", PIPETTED, {"dilution": dilution})
    assert found == status and says in text


def test_a_growth_measured_on_some_iterations_is_unknown(tmp_path: Path) -> None:
    training = full_summary("N1_1")["training"]
    whole = {**training, "ideal": {**training["ideal"], "iterations": 2016}}
    found, text = card(tmp_path / "run", PIPETTED, {"dilution": BORNE, "training": whole})
    assert found == UNKNOWN and "of 2,016 iterations" in text


def test_an_order_that_does_not_last_is_told(tmp_path: Path) -> None:
    """Fewer iterations than the training has: reservations, with the number; as many: yes."""
    short = card(tmp_path / "run", "Can the strands be ordered?", {"order": {"iterations_covered": 1}})
    assert short[0] == CAUTION and "last 1 of" in short[1]
    count = full_summary("N1_1")["training"]["ideal"]["iterations"]
    whole = card(tmp_path / "run", "Can the strands be ordered?", {"order": {"iterations_covered": max(count, ITERATIONS)}})
    assert whole[0] == GOOD
