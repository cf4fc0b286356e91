"""Design files that ``new`` writes: every key explained, and what is written compiles and learns."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.families import TEMPLATES
from cli.new.columns import Column, choose, factor_of
from cli.new.keys import KEYS, SECTIONS, TOP
from cli.new.templates import design_text
from conftest import DESIGNS, Invoke
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.design.spec import DesignSpec

LEAST = {"circuit": {"f": "theta * x", "T": 0.5, "learning_rate": 0.05}, "task": {"name": "linreg2d"}}


def table(path: Path, header: str, rows: Any) -> Path:
    path.write_text("\n".join([header, *(",".join(f"{cell:.6g}" for cell in row) for row in rows)]) + "\n", encoding="utf-8")
    return path


def trained(invoke: Invoke, design: Path, epochs: int) -> dict[str, Any]:
    result = invoke("train", design, "--level", "ideal", "--epochs", epochs, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_key_of_the_schema_has_a_comment() -> None:
    sections = {name: field.annotation for name, field in DesignSpec.model_fields.items() if name not in TOP}
    assert list(sections) == list(SECTIONS) == list(KEYS)
    for name, section in sections.items():
        assert section is not None and hasattr(section, "model_fields")
        assert set(section.model_fields) == set(KEYS[name]), name


def test_every_comment_line_holds_a_key_that_loads_with_the_default(tmp_path: Path) -> None:
    """Uncommented where there is a default, the file is the design without it."""
    text = design_text({"format": 1, "name": "all", "description": ""}, LEAST, "all")
    lines = [line for line in text.splitlines() if "(no default)" not in line]
    uncommented = "\n".join(re.sub(r"^# (?=[\w.]+ = )", "", line) for line in lines)
    for name, content in (("plain", text), ("all", uncommented)):
        (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
    spec = load_design(tmp_path / "plain.toml")
    assert dump_design(load_design(tmp_path / "all.toml")) == dump_design(spec)
    assert len(tomllib.loads(uncommented)["chemistry"]) > 8


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_compiles_and_learns(template: str, tmp_path: Path, invoke: Invoke) -> None:
    written = invoke("new", "mine", "--template", template, "-o", tmp_path)
    design = tmp_path / "mine.toml"
    assert (written.exit_code, written.stderr) == (0, f"Wrote {design}\n")
    assert written.stdout == f"Next: dsd-ncrn train {design} --level ideal, then dsd-ncrn run {design}\n"
    assert invoke("compile", design).exit_code == 0
    section = trained(invoke, design, 40 if template == "classifier" else 5)
    assert section["rmse_after"] < (0.6 if template == "classifier" else 0.1) * section["rmse_before"]


def test_a_template_takes_another_task(tmp_path: Path, invoke: Invoke) -> None:
    invoke("new", "mine.toml", "--template", "classifier", "--task", "rings2d", "-o", tmp_path)
    assert load_design(tmp_path / "mine.toml").task.name == "rings2d"


def test_a_task_that_does_not_fit_is_told(tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("new", "mine", "--task", "sectors3", "-o", tmp_path)
    assert result.exit_code == 2
    assert "the template regression does not suit the task: " in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_design_for_a_table_is_guessed_and_learns(tmp_path: Path, invoke: Invoke) -> None:
    shutil.copy(DESIGNS / "own_data.csv", tmp_path / "data.csv")
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path, "--json")
    found = json.loads(result.stdout)
    assert found["files"] == [str(tmp_path / "mine.toml")]
    assert found["notes"][:2] == ["the target is taken to be response", "the inputs are taken to be dose_a, dose_b"]
    spec = load_design(tmp_path / "mine.toml")
    assert (spec.task.inputs, spec.task.targets) == (("dose_a", "dose_b"), ("response",))
    assert spec.task.csv == str(tmp_path / "data.csv")
    section = trained(invoke, tmp_path / "mine.toml", 20)
    assert section["rmse_after"] < 0.5 * section["rmse_before"]


def test_a_line_is_found_in_columns_of_any_size(tmp_path: Path, invoke: Invoke) -> None:
    """y = 3 a + 0.02 b - 50, with a to 0.05 and b to 8000: the training reaches it to a tenth of its spread."""
    rng = np.random.default_rng(1)
    a, b = rng.uniform(0, 0.05, 60), rng.uniform(0, 8000, 60)
    y = 3 * a + 0.02 * b - 50
    table(tmp_path / "data.csv", "id,a,b,y", zip(range(60), a, b, y))
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path)
    assert "- left out: id, constant or the number of the row" in result.stdout
    assert "- b: divided by 5000, since its values reach 79" in result.stdout
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8").startswith("a,b,y\n")
    section = trained(invoke, tmp_path / "mine.toml", 47)
    scaled = np.loadtxt(tmp_path / "mine.csv", delimiter=",", skiprows=1)
    assert section["rmse_after"] < 0.1 * scaled[:, 2].std()


def test_two_classes_that_no_line_divides_get_squares(tmp_path: Path, invoke: Invoke) -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (120, 2))
    label = np.where((x[:, 0] > 0.5) != (x[:, 1] > 0.5), 7, 3)
    table(tmp_path / "data.csv", "a,b,label", np.column_stack([x, label]))
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path)
    assert "- label: the classes 3 and 7 are written as 0 and 1" in result.stdout
    assert "so squares of linear forms are weighed" in result.stdout
    assert trained(invoke, tmp_path / "mine.toml", 40)["accuracy_after"] > 0.8


def test_several_targets_are_learned_side_by_side(tmp_path: Path, invoke: Invoke) -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(0, 1, (90, 2))
    place = np.argmax(np.column_stack([x[:, 0], x[:, 1], 1.2 - x.sum(axis=1)]), axis=1)
    table(tmp_path / "data.csv", "a,b,r,g,h", np.column_stack([x, np.eye(3)[place]]))
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "--targets", "r,g,h", "-o", tmp_path)
    assert "- classes with 3 targets: each is linear in the inputs" in result.stdout
    assert load_design(tmp_path / "mine.toml").task.classes
    assert trained(invoke, tmp_path / "mine.toml", 30)["accuracy_after"] > 0.7


def test_nothing_is_overwritten(tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "mine.toml").write_text("precious", encoding="utf-8")
    result = invoke("new", "mine", "-o", tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path / 'mine.toml'}: this file is there already, and is left as it is" in result.stderr
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == "precious"


BAD_TABLES = {
    "a;b\n1;2\n3;4\n": "columns are separated by commas",
    "1,2\n3,4\n5,6\n": "the first line names the columns",
    "a,a\n1,2\n3,4\n": "every column has a name of its own (got 'a')",
    "a,b\nx,y\nx,y\n": "no column holds numbers alone",
    "a,b\n1,2\n": "a header and at least two rows",
    "a,b\n1,2\n1,2\n": "there is nothing to learn",
}


@pytest.mark.parametrize("text", BAD_TABLES)
def test_a_table_that_cannot_be_used_is_told(text: str, tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert str(tmp_path / "data.csv") in result.stderr and BAD_TABLES[text] in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("new", "2fast"), "a design's name is a letter, then"),
        (("new", "a/b"), "Give the folder with -o."),
        (("new", "x", "--template", "minimum"), "Did you mean 'minimal'?"),
        (("new", "x", "--task", "linreg"), "Did you mean 'linreg2d'?"),
        (("new", "x", "--inputs", "a"), "--inputs and --targets are columns of a CSV file. Give it with --csv."),
        (("new", "x", "--csv", "CSV", "--task", "xor2d"), "a design is made from --task or from --csv"),
        (("new", "x", "--csv", "CSV", "--inputs", "dose_c"), "there is no such column of numbers (got 'dose_c'). Did you mean"),
        (("new", "x", "--csv", "CSV", "--inputs", "dose_a", "--targets", "dose_a"), "an input or a target, not both"),
    ],
)
def test_wrong_words_are_refused(words: tuple[str, ...], message: str, invoke: Invoke) -> None:
    result = invoke(*(str(DESIGNS / "own_data.csv") if word == "CSV" else word for word in words))
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("largest", "factor"), [(1.0, 1.0), (10.0, 1.0), (10.5, 10.0), (77.0, 50.0), (0.1, 0.1), (0.003, 0.002), (0.0, 1.0)]
)
def test_columns_are_divided_by_round_numbers_where_they_do_not_suit(largest: float, factor: float) -> None:
    assert factor_of(Column("a", (0.0, largest))) == pytest.approx(factor)


def test_a_column_named_like_a_target_is_one() -> None:
    columns = {name: Column(name, values) for name, values in (("Class", (0.0, 1.0, 1.0)), ("b", (3.0, 4.0, 7.0)))}
    found = choose(columns, (), (), "data.csv")
    assert [column.name for column in found.targets] == ["Class"]
