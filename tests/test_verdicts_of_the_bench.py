"""What the report's cards say of the bench: nothing is green that was not seen to work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.report.cards import answers, verdict_section
from cli.report.data import ReportData
from cli.report.findings import BAD, CAUTION, GOOD, UNKNOWN
from cli.report.verdict import advice, limits
from report_runs import ITERATIONS, full_summary, write_full_run


def card(run: Path, question: str, changes: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """Status and text of a card after changes of sections of the summary."""
    write_full_run(run)
    summary = full_summary("N1_1")
    for section, values in changes.items():
        summary[section] = {**summary.get(section, {}), **values}
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


TUBES = "Does it learn in a tube?"
LEAK = "Does it survive leak?"
BENCH: dict[str, Any] = {
    "tubes": 40, "learned": 33, "interval": [0.68, 0.91], "threshold": 0.9, "iterations": ITERATIONS, "error_over_ideal": 1.3,
    "without_leaks": {"learned": 34, "interval": [0.71, 0.93]}, "lost_to_leaks": {"share": 0.025, "low": -0.14, "high": 0.18},
    "bands": {"hours_per_iteration": {"low": 7.0, "high": 13.5}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "tubes", "leak"),
    [
        ({}, GOOD, GOOD),
        ({"interval": [0.59, 0.91]}, CAUTION, GOOD),
        ({"learned": 27}, CAUTION, GOOD),
        ({"learned": 15}, BAD, GOOD),
        ({"tubes": 19, "learned": 19}, UNKNOWN, UNKNOWN),
        ({"lost_to_leaks": {"share": 0.06, "low": 0.0, "high": 0.2}}, GOOD, CAUTION),
        ({"lost_to_leaks": {"share": 0.21, "low": 0.1, "high": 0.4}}, GOOD, BAD),
    ],
)
def test_tubes_decide_by_the_share_that_learns_and_by_what_leaks_cost(
    tmp_path: Path, changes: dict[str, Any], tubes: str, leak: str
) -> None:
    """Yes from 70 % of 20 tubes or more, with 60 % at the low end of the interval; leaks may cost 5 %, or 20 %."""
    bench = full_summary() | {"bench": {**BENCH, **changes}}
    write_full_run(tmp_path / "run")
    (tmp_path / "run" / "summary.json").write_text(json.dumps(bench), encoding="utf-8")
    found = {each.question: each.status for each in answers(ReportData(tmp_path / "run"))}
    assert (found[TUBES], found[LEAK]) == (tubes, leak)


def test_of_a_classification_the_card_says_how_many_come_near_in_accuracy(tmp_path: Path) -> None:
    near = {"near_ideal_accuracy": {"within": 0.05, "tubes": 31}}
    text = card(tmp_path / "run", TUBES, {"bench": {**BENCH, **near}})[1]
    assert "The accuracy of 31 of 40 is within 0.05 of the ideal's." in text
    assert "accuracy" not in card(tmp_path / "run", TUBES, {"bench": BENCH})[1]


@pytest.mark.parametrize(("learned", "unlucky"), [(18, True), (10, False)])
def test_how_much_hangs_on_the_draw_of_the_data_is_told(tmp_path: Path, learned: int, unlucky: bool) -> None:
    """17 of 40 end at 0.58 at most: 18 of 20 at other draws are more, 10 of 20 are not."""
    draws = {"tubes": 20, "learned": learned, "interval": [0.5, 0.9], "by_draw": [4, 3, learned - 7]}
    bench = {**BENCH, "learned": 17, "interval": [0.29, 0.58], "other_draws": draws}
    status, text = card(tmp_path / "run", TUBES, {"bench": bench})
    assert status == CAUTION and f"At 3 other draws of the data {learned} of 20 do, 4, 3, {learned - 7} at each." in text
    data = ReportData(tmp_path / "run")
    assert any(f"(seed {data.summary['seed']}) 17 of 40 tubes learn" in each for each in limits(data)) is unlucky
    assert any("another --seed" in each for each in advice(data)) is unlucky


@pytest.mark.parametrize(
    ("question", "changes", "needed"),
    [
        (TUBES, {"learned": 15}, "A yes takes at least 70\u00a0%, and 60\u00a0% at the low end of the interval."),
        (LEAK, {"lost_to_leaks": {"share": 0.06, "low": 0.0, "high": 0.2}}, "A yes takes at most 5\u00a0%."),
    ],
)
def test_what_is_no_yes_says_what_a_yes_takes(tmp_path: Path, question: str, changes: dict[str, Any], needed: str) -> None:
    """The thresholds of the cards; a yes says nothing of them."""
    assert card(tmp_path / "run", question, {"bench": {**BENCH, **changes}})[1].endswith(needed)
    assert "A yes takes" not in card(tmp_path / "yes", question, {"bench": BENCH})[1]


@pytest.mark.parametrize(("hours", "status"), [(20.9, GOOD), (21.1, CAUTION), (63.1, BAD)])
def test_a_week_is_yes_and_three_are_the_most(tmp_path: Path, hours: float, status: str) -> None:
    """Of 8 iterations; the number of the card is what is summed up."""
    found = card(tmp_path / "run", "How long does it take?", {"sequence_rates": {"hours_per_iteration": hours}})
    assert found[0] == status and (status == GOOD) is ("A yes takes at most 7 days." not in found[1])
    section = verdict_section(answers(ReportData(tmp_path / "run")))
    assert section["hours"]["number"] == pytest.approx(ITERATIONS * hours) and section["hours"]["unit"] == "h"
    assert tuple(section) == ("ideal", "bench", "leaks", "pipetted", "hours", "sequences", "order")


@pytest.mark.parametrize(
    ("changes", "status"), [({}, GOOD), ({"spin_filter_iterations": [11]}, BAD), ({"volume_uL": [140.0, 39.0]}, BAD)]
)
def test_volumes_of_a_training_are_those_of_its_protocol(tmp_path: Path, changes: dict[str, Any], status: str) -> None:
    """A spin filter is a no, and so is a well in which too little is left to pull beads from."""
    work = {"additions_per_iteration": 13.0, "spin_filter_iterations": [], "smallest_uL": 1.0, "volume_uL": [140.0, 90.0]}
    summary = full_summary() | {"bench": BENCH, "dilution": BORNE, "protocol": {**work, **changes}}
    write_full_run(tmp_path / "run")
    (tmp_path / "run" / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    found = next(each for each in answers(ReportData(tmp_path / "run")) if each.question == PIPETTED)
    assert found.status == status and found.text.startswith("13 additions")


@pytest.mark.parametrize(("count", "status"), [(20, GOOD), (21, CAUTION), (41, BAD)])
def test_additions_are_counted(tmp_path: Path, count: int, status: str) -> None:
    found, text = card(tmp_path / "run", PIPETTED, {"dilution": BORNE, "protocol": {"additions_per_iteration": count}})
    assert found == status and text.startswith(f"{count} additions")
