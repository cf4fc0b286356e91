"""A whole run of a learner in stages: report, print, robot's plan, order and summary tell the same numbers."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.report.text import number, percent
from conftest import DESIGNS
from runs import contents, run
from sequences.bench.document import clock_time

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("numbers")]  # they share a run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run (20 s)."""
    text, folder = (DESIGNS / "first_learner.toml").read_text(encoding="utf-8"), tmp_path_factory.mktemp("numbers")
    design = folder / "learner.toml"
    text = re.sub(r"iterations = 20\b", "iterations = 6", text)
    design.write_text(f'{text}\n[imperfections]\nsamples = 2\n[sequences]\ntime_limit = "3 s"\n', encoding="utf-8")
    assert run(design, folder / "out", "--conditions", "bench").exit_code in (0, 1)
    return folder / "out"


@pytest.fixture(scope="module")
def summary(made: Path) -> dict[str, Any]:
    return json.loads((made / "summary.json").read_text(encoding="utf-8"))


def rows(made: Path, name: str) -> list[dict[str, str]]:
    """A table of the protocol."""
    return list(csv.DictReader((made / "protocol" / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def plan_of(made: Path, robot: str) -> dict[str, Any]:
    """PLAN of a robot's script."""
    tree = ast.parse((made / "protocol" / f"robot_{robot}.py").read_text(encoding="utf-8"))
    found = (each.value for each in tree.body if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "PLAN")
    return ast.literal_eval(next(found))


def said(made: Path, what: str) -> str:
    """Text of the report or the print."""
    text = (made / what).read_text(encoding="utf-8")
    return re.sub(r"<[^>]+>", "", text) if what.endswith(".html") else text


def test_hours_and_calibration_are_told_once(made: Path, summary: Mapping[str, Any]) -> None:
    """Hours of an iteration, aliquots, and tube-hours: calibration, cards, print and robot; to the last digit in files."""
    hours, work = summary["fidelity"]["hours_per_iteration"], summary["fidelity"]["calibration"]
    assert summary["protocol"]["hours_per_iteration"] == pytest.approx(hours, rel=1e-9)
    assert summary["verdict"]["hours"]["number"] == pytest.approx(6 * hours, rel=1e-9)
    assert summary["sequence_rates"]["hours_per_iteration"] is None
    report, printed = said(made, "report.html"), said(made, "protocol.md")
    tube_hours = number(work["hours"])
    assert f"{number(hours, 2)} h for an iteration" in report and f", {clock_time(3600 * hours)} for the first" in printed
    assert f"calibration before it takes {work['aliquots']} aliquots, {tube_hours} tube-hours" in report
    assert f"{work['aliquots']} aliquots of 20 µL calibrate the tube, in {tube_hours} tube-hours" in printed
    assert sum(int(row["aliquots"]) for row in rows(made, "calibration")) == work["aliquots"]
    for plan in (plan_of(made, "ot2"), plan_of(made, "flex")):
        assert len(plan["iterations"]) == 6
        for steps in plan["iterations"]:
            waits = sum(step[3] for step in steps if step[0] == "wait")
            pulls = sum(plan["pull"] for step in steps if step[0] == "pull")
            assert (waits + pulls) / 3600 == pytest.approx(hours, abs=6 / 3600)  # each wait to the second


def test_beads_are_those_of_the_tubes(made: Path, summary: Mapping[str, Any]) -> None:
    """What the robot takes of slurries, with the empty sites of the print's table, is what summary and card tell."""
    beads, plan = summary["beads"], plan_of(made, "ot2")
    assert summary["bench"]["slurry_uL_per_100_uL"] == beads["slurry_uL_per_100_uL"]
    assert summary["bench"]["parameters_lost_per_iteration"] == beads["parameters_lost_per_iteration"]
    sites = {row["tube"]: float(row["µL of slurry"]) / float(row["take up in µL 1x TE/Mg"]) for row in rows(made, "beads")}
    found = list[float]()
    for steps in plan["iterations"]:
        slurry = 0.0
        for number_, step in enumerate(steps):
            if step[0] == "beads":
                volume = steps[number_ + 1][2] + sum(uL for _, uL in step[4]) - step[2]
                for index, uL in step[4]:
                    name, _, uM = plan["stocks"][index]
                    slurry += 100 * uL * uM / 5 / volume * sites[re.sub(r" 1:\d+$", "", name)]
        found.append(slurry)
    assert max(found) == pytest.approx(beads["slurry_uL_per_100_uL"], rel=0.01)
    assert sum(found) / 6 == pytest.approx(beads["mean_slurry_uL_per_100_uL"], rel=0.01)
    card = summary["verdict"]["pipetted"]["says"]
    once = f"{number(beads['slurry_at_once_uL_per_100_uL'])} at once"
    assert f"{number(beads['slurry_uL_per_100_uL'])} at most" in card and once in card
    assert f"{number(summary['protocol']['additions_per_iteration'])} additions an iteration" in card
    assert f"increases the volume by {percent(summary['bench']['volume_growth_per_iteration'])}" in card


def test_concentrations_errors_and_the_order_are_those_of_the_summary(made: Path, summary: Mapping[str, Any]) -> None:
    """What is mixed at the start is what the system has; the report's error is that of the strands as they are mixed."""
    system = json.loads((made / "system.json").read_text(encoding="utf-8"))
    levels = {each["name"]: each["concentration"] for each in system["components"]}
    mixed = {row["component"]: float(row["final nM"]) for row in rows(made, "mix_learning") if row["final nM"]}
    assert mixed and all(value == pytest.approx(levels[name], rel=0.01) for name, value in mixed.items())
    report, order = said(made, "report.html"), summary["order"]
    assert all(f"{number(levels[name])}" in report for name in mixed)
    worst = summary["fidelity"]["worst_reaction"]
    assert f"{worst['origin']} is furthest from its formal rate, by {percent(abs(worst['error']))}" in report
    with (made / order["files"][0]).open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    assert len(listed) == order["oligos"] == len(rows(made, "strands"))
    assert f"{order['oligos']} oligos, {number(order['bases'])} bases" in report


def test_the_same_order_comes_of_the_folder_again(made: Path, tmp_path: Path) -> None:
    """``order`` of the run's folder works out the same tube: print, robot's plan and vendor's files, byte by byte."""
    result = CliRunner().invoke(main, ["order", str(made), "--anyway", "-o", str(tmp_path / "again")])
    assert result.exit_code == 0, result.output
    again, first = contents(tmp_path / "again"), contents(made)
    assert again.keys() >= {"protocol.md", "protocol/robot_ot2.py"}
    assert all(first[name] == content for name, content in again.items() if name in first)
