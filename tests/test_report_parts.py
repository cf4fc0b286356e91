"""The parts of the report: numbers, kernel notation, drawings, answers, data and pictures."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from cli.report import cards, findings, tables, verdict
from cli.report.data import ReportData
from cli.report.figures.learning import epoch_length, running_mean, squared_errors
from cli.report.figures.palette import LIGHT_AND_DARK
from cli.report.figures.pictures import Block, gate_blocks, gate_svg
from cli.report.figures.strands import phase_axis
from cli.report.page import picture
from cli.report.text import days, number, percent, size
from report_runs import HOSTILE, JOIN, full_summary, write_full_run, write_json

LENGTHS = {"t": 5, "x": 15, "p": 15, "c1": 15, "r": 15}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_full_run(tmp_path_factory.mktemp("runs") / "full")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"), (True, "yes"), (0, "0"), (2151, "2,151"), (0.0, "0"), (10.0, "10"), (0.43921, "0.439"), (-7.63, "−7.63"),
        (12345.6, "12,300"), (0.001, "0.001"), (1e-5, "1·10⁻⁵"), (2.34e-7, "2.34·10⁻⁷"), (1e-160, "≈ 0"), (math.inf, "∞"),
        (math.nan, "not a number"), (3.2e9, "3.2·10⁹"), ("text", "text"),
    ],
)  # fmt: skip
def test_numbers_are_short_and_have_a_real_minus(value: object, shown: str) -> None:
    assert number(value) == shown


def test_durations_take_the_unit_that_suits_them() -> None:
    assert (days(9.6), days(60), days(24 * 365.25 * 2)) == ("9.6 hours", "2.5 days", "2 years")


def test_percentages_and_sizes() -> None:
    assert (percent(0.0123), percent(None), size(12), size(2048)) == ("1.2\u00a0%", "–", "12 B", "2.0 kB")


def test_a_gate_is_read_from_its_kernel_notation() -> None:
    """The join of X and P: an open toehold, then four top strands, 5' to 3'."""
    blocks = gate_blocks(JOIN, LENGTHS)
    assert blocks is not None
    assert [block.name for block in blocks] == ["t", "x", "t", "p", "t", "c1", "t", "r", "t", "r"]
    assert [block.length for block in blocks] == [5, 15] * 5
    covers = [block.top for block in blocks]
    assert covers[0] is None and None not in covers[1:]
    assert len(dict.fromkeys(covers[1:])) == 5
    assert covers[1] == covers[2] != covers[3] == covers[4]


@pytest.mark.parametrize("kernel", ["t x", "a( b + ) c( + )", "a( b( ) )"])
def test_what_is_no_gate_is_not_drawn(kernel: str) -> None:
    assert gate_blocks(kernel, LENGTHS) is None


def test_a_drawing_shows_domains_toeholds_and_escapes_names() -> None:
    blocks = (Block("t2", 3, None), Block(HOSTILE, 15, 1), Block("t1", 2, 1), Block("t2", 3, 1))
    drawing = ElementTree.fromstring(gate_svg(blocks, HOSTILE, toehold=5))
    labels = [element.text for element in drawing.iter("text")]
    assert labels == ["3 nt", HOSTILE[:12] + "…", "t"]
    assert drawing.findtext("title") == HOSTILE


def test_one_gate_of_every_shape_is_typical() -> None:
    join = gate_blocks(JOIN, LENGTHS)
    assert join is not None
    names = ("one", "two")
    same = [tables.Gate(name, "", "", "", gate_svg(join, name, 5)) for name in names]
    short = tables.Gate("short", "", "", "", gate_svg(join[:4], "short", 5))
    assert [gate.name for gate in tables.typical_gates([*same, short])] == ["one", "short"]


def test_the_running_mean_ends_at_each_value() -> None:
    assert running_mean(np.array([1.0, 2.0, 6.0, 4.0]), 2).tolist() == [1.0, 1.5, 4.0, 5.0]


def test_every_file_of_a_run_is_read(run: Path) -> None:
    data = ReportData(run)
    table = data.trainings["dsd"]
    assert table.parameter_names == ("N1_1", "theta2") and table.parameters.shape == (9, 2)
    assert table.parameters[0].tolist() == [1.0, 2.0] and table.predictions[0] == 4.0
    assert squared_errors(table) == pytest.approx(0.25)
    assert epoch_length(data, table) == 4
    assert data.tests["one_pot"].after.tolist() == [3.1, 5.1, 9.1]
    assert [file.name for file in data.order_files] == ["o.csv"]
    assert (len(data.fuel_used["seal"]), len(data.tuned), len(data.tubes), len(data.cost)) == (8, 3, 3, 1)
    assert (len(data.leak_curve), len(data.leak_ranking), len(data.leak_steps)) == (3, 2, 1)


def test_phases_have_one_width_whatever_they_last(run: Path) -> None:
    traces = ReportData(run).traces
    expected = [0.0, 0.5, 1.0, 1.0, 1.5, 2.0]
    assert phase_axis(traces["ideal"]).tolist() == phase_axis(traces["dsd"]).tolist() == expected


@pytest.mark.parametrize(
    ("tolerated", "status", "words"),
    [
        (None, "bad", "Even the smallest rate tried, 0.001 /M/s"),
        (0.0023, "bad", "would not learn"),
        (3.0, "unknown", "up to 3 /M/s"),
        (40.0, "unknown", "up to 40 /M/s"),
    ],
)
def test_the_tolerated_leak_is_judged_by_published_gates(
    run: Path, tmp_path: Path, tolerated: float | None, status: str, words: str
) -> None:
    answer = cards.answers(_with_summary(tmp_path, tolerated))[2]
    assert answer.status == status and words in answer.text


def test_a_circuit_that_does_not_learn_is_said_not_to(tmp_path: Path) -> None:
    summary = full_summary()
    summary["training"]["dsd_sequences"]["rmse_after"] = 5.0
    write_json(write_full_run(tmp_path) / "summary.json", summary)
    data = ReportData(tmp_path)
    assert cards.answers(data)[1].status == "bad"
    assert "does not learn this task, even without leak" in verdict.headline(data)


@pytest.mark.parametrize(("share", "status"), [(0.89, "caution"), (0.9, "good"), (0.5, "caution"), (0.49, "bad")])
def test_the_ideal_network_is_held_against_least_squares(tmp_path: Path, share: float, status: str) -> None:
    summary = full_summary()
    summary["training"]["ideal"] |= {"accuracy_before": 0.5, "accuracy_after": 0.74, "share_of_least_squares": share}
    write_json(write_full_run(tmp_path) / "summary.json", summary)
    answer = cards.answers(ReportData(tmp_path))[0]
    assert (answer.status, answer.value) == (status, share) and "goes from 50\u00a0% to 74\u00a0%" in answer.text


@pytest.mark.parametrize(("accuracy", "status"), [(0.49, "bad"), (0.74, "bad"), (0.76, "good")])
def test_a_classifier_has_learned_when_it_errs_half_as_often_as_guessing(tmp_path: Path, accuracy: float, status: str) -> None:
    summary = full_summary()
    summary["training"]["dsd_sequences"] |= {"accuracy_before": 0.5, "accuracy_after": accuracy}
    write_json(write_full_run(tmp_path) / "summary.json", summary)
    assert findings.perfect_tube(ReportData(tmp_path))[0] == status


def test_first_order_gradients_are_said_to_be_no_gradients(tmp_path: Path) -> None:
    run = write_full_run(tmp_path)
    text = (run / "design.toml").read_text(encoding="utf-8").replace("[circuit]", "[circuit]\nfirst_order = true")
    (run / "design.toml").write_text(text, encoding="utf-8")
    assert "the adjoint is frozen" in cards.answers(ReportData(run))[0].text


def test_a_few_iterations_of_strands_are_compared_with_as_many_ideal_ones(tmp_path: Path) -> None:
    summary = full_summary()
    summary["training"]["dsd_sequences"]["iterations"] = 3
    write_json(write_full_run(tmp_path) / "summary.json", summary)
    answer = cards.answers(ReportData(tmp_path))[1]
    assert answer.text.startswith("Only 3 of 8 iterations were simulated with strands.")


def test_time_at_the_bench_is_said(run: Path) -> None:
    said = "11 h for an iteration, 3.8 days for the 8 iterations of this training"
    assert findings.duration(ReportData(run)) == said


def test_time_for_the_calibration_is_said(tmp_path: Path) -> None:
    summary = full_summary()
    summary["sequence_rates"]["calibration"] = {"aliquots": 60, "hours": 30.0}
    write_json(write_full_run(tmp_path) / "summary.json", summary)
    training = "11 h for an iteration, 3.8 days for the 8 iterations of this training"
    assert findings.duration(ReportData(tmp_path)) == f"{training}, after 30 hours of calibration with 60 aliquots"


def test_time_at_the_bench_is_too_short_where_nothing_rests(tmp_path: Path) -> None:
    run = write_full_run(tmp_path)
    with (run / "design.toml").open("a", encoding="utf-8") as file:
        file.write('\n[imperfections]\nocclusion = "0 nM"\n')
    assert str(findings.duration(ReportData(run))).endswith("; occlusion, which was not simulated, makes it longer")


def test_broken_rules_come_first_with_their_worst_subject(run: Path) -> None:
    first, second = tables.rules(ReportData(run))
    assert (first.rule, first.failed, first.worst, first.hard) == ("gc content", 1, "0.1 fraction", False)
    assert (second.rule, second.failed) == ("runs", 0)


def test_a_picture_is_an_svg_file_that_follows_the_viewers_theme(run: Path) -> None:
    drawing = picture(run)
    root = ElementTree.fromstring(drawing)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme:dark" in drawing and "var(--dsd)" in drawing and len(drawing) < 200_000
    assert picture(run) == drawing


@pytest.mark.parametrize("dark", [False, True])
def test_text_colours_can_be_read(dark: bool) -> None:
    """WCAG contrast of at least 4.5 on the paper."""
    paper = _luminance(LIGHT_AND_DARK["paper"][dark])
    for name in ("ink", "muted", "dsd", "leaky", "onepot", "good", "caution", "bad", "toehold", "fourth"):
        lighter, darker = sorted((_luminance(LIGHT_AND_DARK[name][dark]), paper), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, name


def _luminance(colour: str) -> float:
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _with_summary(folder: Path, tolerated: float | None) -> ReportData:
    summary = full_summary()
    summary["leaks"]["tolerated_leak_per_M_per_s"] = tolerated
    write_json(write_full_run(folder) / "summary.json", summary)
    return ReportData(folder)
