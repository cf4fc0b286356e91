"""``dsd-ncrn compare``: what is held against what, and which of two numbers is called better."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.compare.comparison import Cell, Comparison, Measure, Quantity
from cli.compare.measures import compare
from cli.compare.page import comparison_csv, comparison_html, comparison_json, comparison_text, drawn_as
from conftest import Invoke
from report_runs import DESIGN, HOSTILE, full_summary, write_full_run, write_json


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Two runs: the second has another toehold, no reporter list, twice the error at strand level and fewer strands."""
    first, second = write_full_run(tmp_path / "first"), write_full_run(tmp_path / "second")
    second.joinpath("design.toml").write_text(DESIGN.replace("toehold = 5", "toehold = 6").replace('always_on = ["N4"]', ""))
    change_summary(second, {"training.dsd.rmse_after": 0.8784, "dsd.strands": 100, "sequences": None})
    return first, second


def change_summary(run: Path, changes: dict[str, Any]) -> None:
    summary = json.loads((run / "summary.json").read_text())
    for dotted, value in changes.items():
        *outer, last = dotted.split(".")
        place = summary
        for name in outer:
            place = place[name]
        place[last] = value
    write_json(run / "summary.json", summary)


def measure(found: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in found["measures"] if each["key"] == key)


def words_of(html: str) -> str:
    """The text of a page's main part, every gap as one space."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main>")[1].split("</main>")[0]).split())


def line_of(text: str, start: str) -> list[str]:
    return next(line for line in text.splitlines() if line.strip().startswith(start)).replace(start, "", 1).split()


def test_only_the_keys_that_differ_are_listed_with_the_values_of_each_run(runs: tuple[Path, Path]) -> None:
    changes = {change.key: change.values for change in compare(runs).changes}
    assert changes == {"translation.toehold": (5, 6), "translation.always_on": (["N4"], None)}


def test_another_seed_and_version_are_changes_too(runs: tuple[Path, Path]) -> None:
    change_summary(runs[1], {"seed": 4, "version": "0.2.0"})
    found = compare(runs)
    assert {change.key: change.values for change in found.changes[-2:]} == {"seed": (3, 4), "version": ("0.1.0", "0.2.0")}
    assert any("seeds differ" in note for note in found.notes) and any("different versions" in note for note in found.notes)


def test_ratios_and_differences_are_taken_to_the_first_run(runs: tuple[Path, Path]) -> None:
    """By hand: 0.8784 is twice 0.4392, and 100 strands are 29 fewer than 129."""
    found = comparison_json(compare(runs))
    assert measure(found, "training.dsd.rmse_after")["to_first"] == [1.0, pytest.approx(2.0)]
    assert measure(found, "dsd.strands")["to_first"] == [0, -29]


def test_the_better_value_is_named_where_there_is_a_better(runs: tuple[Path, Path]) -> None:
    found = comparison_json(compare(runs))
    assert measure(found, "training.dsd.rmse_after")["best"] == ["first"]
    assert measure(found, "dsd.strands")["best"] == ["second"]
    assert measure(found, "training.dsd.rmse_before")["best"] == []
    assert measure(found, "training.ideal.rmse_after")["best"] == [], "the two are equal"
    assert measure(found, "sequences.hard_violations")["best"] == [], "one of the two has no sequences"


@pytest.mark.parametrize(
    ("better", "values", "best"),
    [
        ("less", (3.0, 1.0, 2.0), (1,)),
        ("more", (3.0, 1.0, 3.0), (0, 2)),
        ("more", (-7.7, -9.1), (0,)),
        ("nearer to 0", (-0.2, 0.1), (1,)),
        ("less", (10.578488, 10.578489), ()),
        ("less", (1.0, None), ()),
        ("", (1.0, 2.0), ()),
    ],
)
def test_best_is_what_the_quantity_says_and_nothing_among_values_that_are_alike(
    better: Any, values: tuple[float | None, ...], best: tuple[int, ...]
) -> None:
    assert Measure("", Quantity("", "", "", better), tuple(map(Cell, values))).best == best


def test_a_leak_that_even_the_smallest_rate_spoils_is_worse_than_any_that_is_tolerated(runs: tuple[Path, Path]) -> None:
    change_summary(runs[0], {"leaks.tolerated_leak_per_M_per_s": None})
    found = measure(comparison_json(compare(runs)), "leaks.tolerated_leak_per_M_per_s")
    assert found["values"] == [None, 0.0023] and found["below"] == [0.001, None], "leaks.csv of the run begins at 0.001"
    assert found["best"] == ["second"] and found["to_first"] == [None, None]
    assert line_of(comparison_text(compare(runs)), "tolerated leak, /M/s") == ["<", "0.001", "0.0023", "*"]


def test_errors_of_different_tasks_are_not_called_better(runs: tuple[Path, Path]) -> None:
    design = runs[1] / "design.toml"
    design.write_text(design.read_text().replace('name = "linreg2d"', 'name = "xor2d"'))
    found = compare(runs)
    assert measure(comparison_json(found), "training.dsd.rmse_after")["best"] == []
    assert measure(comparison_json(found), "dsd.strands")["best"] == ["second"]
    assert "different tasks" in found.notes[0]


def test_a_fuel_budget_is_the_sum_over_all_fuels(runs: tuple[Path, Path]) -> None:
    for run in runs:
        change_summary(run, {"fuel.consumed_nM_per_iteration": {"seal": 1.5, "helper": 2.25, "idle": None}})
    assert measure(comparison_json(compare(runs)), "fuel.consumed_nM_per_iteration")["values"] == [3.75, 3.75]


def test_three_runs_are_each_held_against_the_first(runs: tuple[Path, Path], tmp_path: Path) -> None:
    third = write_full_run(tmp_path / "third")
    change_summary(third, {"dsd.strands": 258})
    assert measure(comparison_json(compare((*runs, third))), "dsd.strands")["to_first"] == [0, -29, 129]


def test_runs_whose_folders_have_one_name_are_told_apart_by_the_folders_around(tmp_path: Path) -> None:
    tmp_path.joinpath("a").mkdir()
    tmp_path.joinpath("b").mkdir()
    folders = [write_full_run(tmp_path / name / "run") for name in ("a", "b")]
    assert compare(folders).labels == ("a/run", "b/run")


def test_the_terminal_shows_changes_numbers_and_the_mark_of_the_better(runs: tuple[Path, Path], invoke: Invoke) -> None:
    done = invoke("compare", *runs)
    assert done.exit_code == 0
    assert line_of(done.stdout, "translation.toehold") == ["5", "6"]
    assert line_of(done.stdout, "distinct strands") == ["129", "100", "(−29)", "*"]
    assert line_of(done.stdout, "Do the sequences hold?") == ["yes", "unknown"]


def test_the_page_shows_what_the_terminal_shows(runs: tuple[Path, Path]) -> None:
    text = words_of(comparison_html(compare(runs)))
    for shown in ("translation.toehold 5 6", "0.439 ✓ 0.878 2 ×", "129 100 ✓ −29", "Can the strands be ordered? ✓ yes"):
        assert shown in text


def test_every_run_has_its_curve_in_every_figure_and_a_box_to_hide_it(runs: tuple[Path, Path]) -> None:
    html = comparison_html(compare(runs))
    assert re.findall(r'data-toggles="(\w+)"', html) == ["run1", "run2"]
    assert set(re.findall(r'class="series-(\w+)-', html)) == {"run1", "run2"}
    assert re.findall(r'data-plot="(\w+)"', html) == ["learning", "leak_curves"]


def test_thirty_runs_differ_in_dash_or_marker(runs: tuple[Path, Path]) -> None:
    run = compare(runs).runs[0]
    drawn = drawn_as(Comparison((run,) * 30, (), (), (), ()))
    assert len({(series.dash, series.marker) for series, _ in drawn}) == 30


def test_names_are_escaped_on_the_page(tmp_path: Path) -> None:
    hostile = tmp_path / '<script>alert("x")<'
    hostile.mkdir()
    html = comparison_html(compare([write_full_run(tmp_path / "a"), write_full_run(hostile / "b", HOSTILE)]))
    assert "alert(" not in html.split("<main>")[1].replace("&lt;script&gt;alert(", "")


def test_the_page_of_runs_without_any_result_is_short(tmp_path: Path) -> None:
    for name in ("a", "b"):
        tmp_path.joinpath(name).mkdir()
        tmp_path.joinpath(name, "design.toml").write_text(DESIGN)
    html = comparison_html(compare([tmp_path / "a", tmp_path / "b"]))
    assert "None of these runs has a training" in html and len(html) < 30_000


def test_json_and_csv_hold_the_same_numbers(runs: tuple[Path, Path], invoke: Invoke, tmp_path: Path) -> None:
    done = invoke("compare", *runs, "--json", "-o", tmp_path / "out")
    found = json.loads(done.stdout)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "comparison.csv").read_text())))
    table = {row["key"]: row for row in rows if row["kind"] == "measure"}
    assert len(table) == len(found["measures"])
    for each in found["measures"]:
        row = table[each["key"]]
        for label, value in zip(("first", "second", "second against first"), [*each["values"], each["to_first"][1]]):
            assert row[label] == ("" if value is None else str(value))
        assert row["best"] == "; ".join(each["best"])


def test_equal_designs_are_said_to_be_equal(tmp_path: Path) -> None:
    found = compare([write_full_run(tmp_path / name) for name in ("a", "b")])
    assert found.changes == () and not any(each.best for each in found.measures)
    assert "The designs are equal" in comparison_text(found)


def test_a_run_of_which_only_the_design_is_left_is_compared_as_far_as_it_goes(runs: tuple[Path, Path], tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    bare.joinpath("design.toml").write_text(DESIGN)
    found = compare((runs[0], bare))
    assert found.changes == () and {word for each in found.verdicts for word in each.words[1:]} == {"unknown"}
    assert all(each.cells[1] == Cell() for each in found.measures)


def test_a_summary_of_nulls_gives_no_numbers(tmp_path: Path) -> None:
    folders = [write_full_run(tmp_path / name) for name in ("a", "b")]
    for folder in folders:
        write_json(folder / "summary.json", dict.fromkeys(full_summary()))
    assert {each.section for each in compare(folders).measures} == {"Leak"}


def test_the_same_runs_give_the_same_bytes(runs: tuple[Path, Path]) -> None:
    assert comparison_csv(compare(runs)) == comparison_csv(compare(runs))


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_runs_are_refused(runs: tuple[Path, Path], invoke: Invoke, count: int) -> None:
    done = invoke("compare", *runs[:count])
    assert done.exit_code == 2 and "needs two run folders or more" in done.stderr


def test_a_folder_without_a_run_is_named(runs: tuple[Path, Path], invoke: Invoke, tmp_path: Path) -> None:
    tmp_path.joinpath("empty").mkdir()
    for place in (tmp_path / "empty", tmp_path / "nowhere", runs[0] / "design.toml"):
        done = invoke("compare", runs[0], place)
        assert done.exit_code == 2 and f"{place}: this folder holds no run" in done.stderr


def test_the_same_folder_twice_is_refused_under_any_name(runs: tuple[Path, Path], invoke: Invoke, tmp_path: Path) -> None:
    tmp_path.joinpath("link").symlink_to(runs[0])
    for again in (runs[0], runs[0] / ".." / "first", tmp_path / "link"):
        done = invoke("compare", runs[0], runs[1], again)
        assert done.exit_code == 2 and "every run is given once" in done.stderr


def test_a_broken_file_of_a_run_is_named(runs: tuple[Path, Path], invoke: Invoke) -> None:
    runs[1].joinpath("summary.json").write_text("{ no")
    done = invoke("compare", *runs)
    assert done.exit_code == 2 and str(runs[1] / "summary.json") in done.stderr
