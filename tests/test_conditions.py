"""Conditions as files: what comes with the project, what a design and the command line make of them, and their errors."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dsd_ncrn.design.conditions import FOLDER, TABLES, load_conditions
from dsd_ncrn.design.imperfections import MAGNITUDES
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.errors import InputError
from dsd_ncrn.families import CONDITIONS
from studies import DESIGNS, design

HEAD = 'format = 1\nname = "mine"\nsays = "ours"\n'
MINE = (
    HEAD + '[imperfections.pipetting]\nvalue = 0.03\nlow = 0.01\nhigh = 0.05\nsource = "weighed"\nsays = "spread of stocks"\n'
)


def written(folder: Path, conditions: str, own: str = "") -> Path:
    """A design with some lines of its own, beside a file of conditions."""
    (folder / "mine.toml").write_text(conditions, encoding="utf-8")
    text = (DESIGNS / "linreg2d.toml").read_text(encoding="utf-8")
    path = folder / "design.toml"
    path.write_text(f"{text}\n{own}", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_value_has_its_source_and_lies_in_its_band(name: str) -> None:
    found = load_conditions(name)
    assert found.name == name and found.says and len(found.values) > 20
    for each in found.values:
        assert each.source and each.says, each.key
        if each.low is not None:
            numbers = [float(str(value).split()[0]) for value in (each.low, each.value, each.high)]
            assert numbers == sorted(numbers), each.key


def test_the_three_speak_of_every_imperfection() -> None:
    """Ideal switches each off, bench each on but the dilution by hand, since its additions have volumes."""
    keys = {f"imperfections.{name}" for name in MAGNITUDES}
    for name in CONDITIONS:
        assert keys <= {each.key for each in load_conditions(name).values}, name
    ideal, bench = (load_design(DESIGNS / "linreg2d.toml", name) for name in ("ideal", "bench"))
    assert not ideal.imperfections.any and ideal.leak.rate == 0
    assert [name for name in MAGNITUDES if not getattr(bench.imperfections, name)] == ["dilution"]
    assert all((FOLDER / f"{name}.toml").exists() for name in CONDITIONS)


def test_what_a_design_says_itself_holds_before_the_conditions_that_it_names(tmp_path: Path) -> None:
    own = '[conditions]\nname = "mine.toml"\n[imperfections]\ninactive = 0.2\n'
    found = load_design(written(tmp_path, MINE + MINE.replace(HEAD, "").replace("pipetting", "inactive"), own))
    assert (found.imperfections.pipetting, found.imperfections.inactive) == (0.03, 0.2)
    assert (found.conditions.name, found.conditions.applied) == ("mine", True)


def test_conditions_of_the_command_line_hold_before_all(tmp_path: Path) -> None:
    path = written(tmp_path, MINE, '[conditions]\nname = "bench"\n[imperfections]\npipetting = 0.2\n')
    found = load_design(path, str(tmp_path / "mine.toml"))
    assert found.imperfections.pipetting == 0.03
    assert found.imperfections.rate_spread == 0  # bench has given way


def test_a_design_under_conditions_is_written_with_their_values(tmp_path: Path) -> None:
    """It reads back equal, although the file of conditions is gone."""
    path = written(tmp_path, MINE, '[conditions]\nname = "mine.toml"\n')
    found = load_design(path)
    (tmp_path / "mine.toml").unlink()
    (tmp_path / "again.toml").write_text(dump_design(found), encoding="utf-8")
    assert load_design(tmp_path / "again.toml") == found
    assert tomllib.loads(dump_design(found))["imperfections"]["pipetting"] == 0.03


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (MINE.replace("0.03", "3"), "imperfections.pipetting: the value should be less than or equal to 1"),
        (MINE.replace("pipetting", "piping"), "unknown key"),
        (MINE.replace("[imperfections", "[imperfektions"), "no such table"),
        (MINE.replace('source = "weighed"\n', ""), "where it is from"),
        (MINE.replace("low", "least"), "no such entry"),
        (HEAD + "[imperfections]\npipetting = 0.03\n", "a table with its value and source"),
        ("format = 2\n" + MINE, "not valid TOML"),
        (MINE.replace("format = 1", "format = 2"), "begin with format = 1"),
    ],
)
def test_a_wrong_file_of_conditions_is_named_with_its_fault(tmp_path: Path, text: str, rule: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as raised:
        load_design(path, str(tmp_path / "mine.toml"))
    assert rule in str(raised.value) and str(tmp_path / "mine.toml") in str(raised.value)


def test_unknown_conditions_are_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"unknown conditions.*bnch.*'bench'"):
        load_conditions("bnch")


def test_a_design_without_conditions_is_as_it_was() -> None:
    assert design("linreg2d").conditions.name == "" and set(TABLES) == {"imperfections", "leak"}
