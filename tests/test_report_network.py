"""The pictures of the network, and curves and rows that are too many to be drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cli.report.data import ReportData
from cli.report.figures.chart import MOST_POINTS, thinned, thinning_note
from cli.report.figures.pictures import MOST_MERGED, MOST_REACTIONS, pictures, without_rails
from cli.report.figures.strands import MOST_ROWS, furthest
from report_runs import HOSTILE, write_full_run, write_json


def _reaction(name: str, left: list[str], right: list[str], term: str = "") -> dict[str, Any]:
    return {"name": name, "stage": "N1", "term": term, "reactants": left, "products": right, "rate": 1.0, "fast": False}


def test_every_stage_is_drawn_with_its_species_and_reactions(tmp_path: Path) -> None:
    picture = pictures(ReportData(write_full_run(tmp_path)))["N1"]
    root = ElementTree.fromstring(picture.svg.replace("xlink:href", "href"))
    labels = {"".join(element.itertext()).strip() for element in root.iter("text")}
    assert {"X1", "P1", "Z1", "N1_1", "species"} <= labels
    assert "#ffffff" not in picture.svg and "var(--stage-n1)" in picture.svg and "var(--paper)" in picture.svg


def test_a_picture_of_hostile_names_is_well_formed(tmp_path: Path) -> None:
    picture = pictures(ReportData(write_full_run(tmp_path, HOSTILE)))["N1"]
    root = ElementTree.fromstring(picture.svg.replace("xlink:href", "href"))
    assert HOSTILE in str(root.findtext("desc"))


def test_reactions_that_differ_in_rails_alone_are_one_box() -> None:
    """X P -> X P Z of two rails each are four reactions of one term, and a variable with one rail keeps its name."""
    four = [
        _reaction(f"N1_{x}{p}", [f"X{x}", f"P{p}"], [f"X{x}", f"P{p}", "Z" + ("p" if x == p else "m")], "theta*x")
        for x in "pm"
        for p in "pm"
    ]
    (merged,) = without_rails(four)
    assert (merged["name"], merged["reactants"], merged["products"]) == ("theta*x", ("X", "P"), ("X", "P", "Z"))
    flushed = without_rails([_reaction("flush_Ap", ["Ap"], []), _reaction("flush_Am", ["Am"], []), _reaction("r", ["Bp"], [])])
    assert [(each["name"], each["reactants"]) for each in flushed] == [("flush_A", ("A",)), ("r", ("Bp",))]


@pytest.mark.parametrize(
    ("count", "merged", "drawn"),
    [(MOST_REACTIONS, False, True), (MOST_REACTIONS + 1, True, True), (MOST_MERGED + 1, True, False)],
)
def test_large_stages_are_merged_and_larger_ones_left_to_the_table(
    tmp_path: Path, count: int, merged: bool, drawn: bool
) -> None:
    reactions = [_reaction(f"R{number}", ["A"], [f"B{number}"], f"t{number}") for number in range(count)]
    write_json(write_full_run(tmp_path) / "ncrn.json", {"reactions": reactions})
    picture = pictures(ReportData(tmp_path))["N1"]
    assert (picture.reactions, picture.merged, bool(picture.svg)) == (count, merged, drawn)


@pytest.mark.parametrize("count", [1, 7, MOST_POINTS, MOST_POINTS + 1, 10 * MOST_POINTS])
def test_curves_have_a_bounded_number_of_points_and_say_what_is_left_out(count: int) -> None:
    places = thinned(count)
    assert places[0] == 0 and 0 < len(places) <= MOST_POINTS and places[-1] < count
    assert bool(thinning_note(count)) == (len(places) < count)


def test_of_many_reactions_those_furthest_from_one_are_drawn_in_the_order_of_the_network() -> None:
    rows = [{"origin": f"R{number}", "after_calibration": 1 + number / 1000} for number in range(MOST_ROWS + 5)]
    assert [row["origin"] for row in furthest(rows)] == [f"R{number}" for number in range(5, MOST_ROWS + 5)]
