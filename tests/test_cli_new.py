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
from cli.new.columns import Kind, choose
from cli.new.proposal import propose
from cli.new.templates import design_text
from conftest import DESIGNS, Invoke
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.design.tables import read_table
from dsd_ncrn.errors import InputError

LEAST = {"circuit": {"f": "theta * x", "T": 0.5, "learning_rate": 0.05}, "task": {"name": "linreg2d"}}


def table(path: Path, header: str, rows: Any) -> Path:
    path.write_text("\n".join([header, *(",".join(f"{cell:.6g}" for cell in row) for row in rows)]) + "\n", encoding="utf-8")
    return path


def trained(invoke: Invoke, design: Path, *words: object) -> dict[str, Any]:
    result = invoke("train", design, "--level", "ideal", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


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


@pytest.mark.parametrize(
    "template", [pytest.param(each, marks=pytest.mark.slow if each == "classifier" else ()) for each in TEMPLATES]
)
def test_a_template_compiles_and_learns(template: str, tmp_path: Path, invoke: Invoke) -> None:
    written = invoke("new", "mine", "--template", template, "-o", tmp_path)
    design = tmp_path / "mine.toml"
    assert (written.exit_code, written.stderr) == (0, f"Wrote {design}\n")
    assert written.stdout == f"Next: dsd-ncrn train {design} --level ideal, then dsd-ncrn run {design}\n"
    assert invoke("compile", design).exit_code == 0
    section = trained(invoke, design, "--epochs", 40 if template == "classifier" else 5)
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
    """The response was made as a product of two lines: a column of products leaves the noise alone."""
    shutil.copy(DESIGNS / "own_data.csv", tmp_path / "data.csv")
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path, "--json")
    found = json.loads(result.stdout)
    assert found["files"] == [str(tmp_path / "mine.toml"), str(tmp_path / "mine.csv")]
    assert found["notes"][:2] == ["the target is taken to be response", "the inputs are taken to be dose_a, dose_b"]
    task = load_design(tmp_path / "mine.toml").task
    assert (task.inputs, task.targets) == (("dose_a", "dose_b", "dose_a_dose_b"), ("response",))
    section = trained(invoke, tmp_path / "mine.toml")
    assert section["rmse_after"] < 0.3 * section["rmse_before"]


def test_a_table_that_suits_is_taken_as_it_is(tmp_path: Path, invoke: Invoke) -> None:
    """Centred columns of a spread of 1 need no copy, and a positive slope no second rail."""
    x = np.array([[-1.0], [0.0], [1.0]] * 10)
    table(tmp_path / "data.csv", "a,y", np.column_stack([x, x / 2]))
    invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path)
    spec = load_design(tmp_path / "mine.toml")
    assert spec.task.csv == str(tmp_path / "data.csv") and not (tmp_path / "mine.csv").exists()
    assert spec.circuit.theta == "single"
    assert trained(invoke, tmp_path / "mine.toml")["rmse_after"] < 0.1


def test_a_week_in_the_tube_comes_near_least_squares(tmp_path: Path, invoke: Invoke) -> None:
    """As noisy as the diabetes data of Efron et al. 2004, of which two columns explain 46 %; least squares by NumPy."""
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(26.4, 4.4, 442), rng.normal(4.64, 0.52, 442)])
    y = 7.3 * x[:, 0] + 56 * x[:, 1] - 300 + rng.normal(0, 56.6, 442)
    table(tmp_path / "mine.csv", "bmi,s5,target", np.column_stack([x, y]))
    written = invoke("new", "mine", "--csv", tmp_path / "mine.csv", "-o", tmp_path)
    assert written.exit_code == 0, written.output
    circuit = load_design(tmp_path / "mine.toml").circuit
    assert (circuit.theta, circuit.theta_initial, circuit.pad) == ("single", (0.0, 0.0), 0)
    scaled = np.loadtxt(tmp_path / "mine_scaled.csv", delimiter=",", skiprows=1)
    ratios: list[float] = []
    for seed in range(5):
        rows = scaled[np.random.default_rng(seed).permutation(442)]
        design = np.column_stack([rows[:, :2], np.ones(442)])
        weights = np.linalg.lstsq(design[:309], rows[:309, 2], rcond=None)[0]
        fits = design[309:] @ weights, np.full(133, rows[:309, 2].mean())
        least, mean = (float(np.sqrt(np.mean((rows[309:, 2] - fit) ** 2))) for fit in fits)
        if not seed:
            assert f"test error of the mean {mean:.3g}, of least squares {least:.3g} (times 200" in written.stdout
        section = trained(invoke, tmp_path / "mine.toml", "--seed", seed)
        assert section["rmse_before"] == pytest.approx(mean, rel=0.03)
        ratios.append(section["rmse_after"] / least)
    assert 0.97 < np.mean(ratios) < 1.12 and max(ratios) < 1.2  # the mean of the targets is at 1.27
    days = re.search(r"iterations of about [\d.]+ h: ([\d.]+) days", written.stdout)
    assert days is not None and float(days[1]) < 7


def test_a_line_is_found_in_columns_of_any_size(tmp_path: Path, invoke: Invoke) -> None:
    """y = 3 a + 0.02 b - 50, with a to 0.05 and b to 8000: the training reaches it to a tenth of its spread."""
    rng = np.random.default_rng(1)
    a, b = rng.uniform(0, 0.05, 60), rng.uniform(0, 8000, 60)
    table(tmp_path / "data.csv", "id,a,b,y,", zip(range(60), a, b, 3 * a + 0.02 * b - 50, b))
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path)
    assert "- left out: id, which are no numbers, constant or count the rows" in result.stdout
    assert "- left out: a column without a name" in result.stdout
    assert re.search(r"- b: less \d{4}, divided by 2000", result.stdout)
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8").startswith("a,b,y\n")
    scaled = np.loadtxt(tmp_path / "mine.csv", delimiter=",", skiprows=1)
    assert trained(invoke, tmp_path / "mine.toml")["rmse_after"] < 0.1 * scaled[:, 2].std()


def test_two_classes_that_no_line_divides_get_products(tmp_path: Path, invoke: Invoke) -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (120, 2))
    label = np.where((x[:, 0] > 0.5) != (x[:, 1] > 0.5), 7, 3)
    table(tmp_path / "data.csv", "a,b,label", np.column_stack([x, label]))
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path)
    assert "- label: the classes 3 and 7 are written as 0 and 1" in result.stdout
    assert re.search(r"- a_b: \(a - [\d.]+\)/0.2 times \(b - [\d.]+\)/0.2, which is computed outside the tube", result.stdout)
    assert trained(invoke, tmp_path / "mine.toml")["accuracy_after"] > 0.8


@pytest.mark.parametrize("words", [("0", "1", "2"), ("setosa", "versicolor", "virginica"), ("10", "11", "12")])
def test_classes_may_be_words_or_codes(words: tuple[str, ...], tmp_path: Path, invoke: Invoke) -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(0, 1, (90, 2))
    place = np.argmax(np.column_stack([x[:, 0], x[:, 1], 1.2 - x.sum(axis=1)]), axis=1)
    rows = "".join(f"{a:.4f};{b:.4f};{words[which]}\n" for (a, b), which in zip(x, place)).replace(".", ",")
    (tmp_path / "data.csv").write_text(f"a;b;species\n{rows}", encoding="utf-8")
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path)
    assert f"- species: {', '.join(words)} are classes with a column each" in result.stdout
    assert "- numbers are read with decimal commas" in result.stdout
    task = load_design(tmp_path / "mine.toml").task
    assert task.classes and task.targets == tuple(f"species_{word}" for word in words)
    assert trained(invoke, tmp_path / "mine.toml")["accuracy_after"] > 0.7


def test_several_targets_are_learned_side_by_side(tmp_path: Path, invoke: Invoke) -> None:
    x = np.random.default_rng(2).uniform(0, 1, (90, 2))
    table(tmp_path / "data.csv", "a,b,r,g", np.column_stack([x, x[:, 0] - x[:, 1], 3 * x[:, 1]]))
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "--targets", "r,g", "-o", tmp_path)
    assert "- regression with 2 targets: linear in the inputs" in result.stdout
    section = trained(invoke, tmp_path / "mine.toml")
    assert section["rmse_after"] < 0.2 * section["rmse_before"]


MESSY = ""","dose, nM";share;group;y
1;1,5;10 %;low;2,291
2;2,5;20 %;low;NA
3;;30 %;high;4,377
4;3,5;43 %;high;5,1
5;4,5;60 %;low;6,2

6;5,5;70 %;high;7,1
""".replace(',"dose', ';"dose')


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_table_is_taken_as_people_have_it(encoding: str, tmp_path: Path, invoke: Invoke) -> None:
    """Semicolons, decimal commas, a column of indices without a name, per cent, words, and cells without a value."""
    (tmp_path / "data.csv").write_text(MESSY, encoding=encoding)
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", "-o", tmp_path)
    assert result.exit_code == 0, result.output
    assert "- 2 of 6 rows lack a value and are left out" in result.stdout
    assert "- group: high is written as 0, and low as 1" in result.stdout
    spec = load_design(tmp_path / "mine.toml")
    assert (spec.task.inputs[:3], spec.task.targets) == (("dose, nM", "share", "group"), ("y",))
    copy = read_table(tmp_path / "mine.csv")
    assert copy.header[0] == "dose, nM" and len(copy.rows) == 4
    given = ("--inputs", '"dose, nM"', "--inputs", "share", "--targets", "y")
    again = invoke("new", "other", "--csv", tmp_path / "data.csv", *given, "-o", tmp_path)
    assert again.exit_code == 0, again.output


def test_what_whole_numbers_are_may_be_said(tmp_path: Path) -> None:
    """A score of 1 to 5 is five classes unless its numbers count."""
    rows = "".join(f"{n / 10},{1 + n % 5}\n" for n in range(50))
    (tmp_path / "data.csv").write_text(f"a,score\n{rows}", encoding="utf-8")
    found = read_table(tmp_path / "data.csv")
    assert choose(found, (), ()).targets == tuple(f"score_{n}" for n in range(1, 6))
    numbers = choose(found, (), (), Kind.REGRESSION)
    assert (numbers.targets, numbers.kind, numbers.y.max()) == (("score",), Kind.REGRESSION, 5.0)


def test_few_of_many_inputs_are_chosen_where_none_is_named(tmp_path: Path) -> None:
    """Of eight columns two make the target."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(100, 8))
    rows = np.column_stack([x, x[:, 2] - 0.7 * x[:, 6] + rng.normal(0, 0.05, 100)])
    path = table(tmp_path / "data.csv", "a,b,c,d,e,f,g,h,y", rows)
    task: Any = propose(choose(read_table(path), (), ()), "data.csv", "mine.csv").values["task"]
    assert task["inputs"][:2] == ["c", "g"] and len(task["inputs"]) <= 4


def test_nothing_is_overwritten(tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "mine.toml").write_text("precious", encoding="utf-8")
    result = invoke("new", "mine", "-o", tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path / 'mine.toml'}: this file exists already, and is left as it is" in result.stderr
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == "precious"


BAD_TABLES = {
    "a,b,y\n2,291,2,745,4,377\n": ":2: the row has 6 cells, and the header 3. Write decimal points",
    "1,2\n3,4\n5,6\n": ":1: the first line names the columns",
    "a,a\n1,2\n3,4\n": ":1: every column has a name of its own (got 'a')",
    "a,b\nx,y\nx,y\n": "there is nothing to learn",
    "a,b\n1,2\n": "a header and at least two rows",
    "a,b\n1,2\n1,2\n": "there is nothing to learn",
    "a,y\n1e300,1\n2e300,5\n5e300,2\n": "column 'a': numbers of up to 1e100",
    "a b y\n1 2 3\n4 5 6\n": "Write commas, semicolons or tabs between cells.",
    "a,y\n1,\n3,\n2,5\n4,\n": "fewer than two rows have a value in every column that is used (got 'y')",
}


@pytest.mark.parametrize("text", BAD_TABLES)
def test_a_table_that_cannot_be_used_is_told(text: str, tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    words = ("--targets", "y") if text.startswith("a,y") else ()
    result = invoke("new", "mine", "--csv", tmp_path / "data.csv", *words, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert str(tmp_path / "data.csv") in result.stderr and BAD_TABLES[text] in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("two", "data.csv:4: column 'y': a cell is a finite number (got 'two')"),
        ("1e999", "data.csv:4: column 'y': a cell is a finite number (got '1e999')"),
    ],
)
def test_the_target_that_is_named_is_learned_or_refused(cell: str, message: str, tmp_path: Path) -> None:
    """An empty cell leaves out its row, never the column."""
    (tmp_path / "data.csv").write_text(f"a,y,b\n1,2,3\n2,,5\n3,{cell},9\n4,5,1\n7,1,3\n", encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        choose(read_table(tmp_path / "data.csv"), (), ("y",))
    (tmp_path / "data.csv").write_text("a,y,b\n1,2,3\n2,,5\n3,4,9\n4,5,1\n7,1,3\n", encoding="utf-8")
    found = choose(read_table(tmp_path / "data.csv"), (), ("y",))
    assert found.targets == ("y",) and found.y.ravel().tolist() == [2.0, 4.0, 5.0, 1.0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("new", "2fast"), "a design's name is a letter, then"),
        (("new", "a/b"), "Give the folder with -o."),
        (("new", "x", "--template", "minimum"), "Did you mean 'minimal'?"),
        (("new", "x", "--task", "linreg"), "Did you mean 'linreg2d'?"),
        (("new", "x", "--inputs", "a"), "--inputs, --targets and --kind are of columns of a CSV file. Give it with --csv."),
        (("new", "x", "--csv", "CSV", "--task", "xor2d"), "a design is made from --task or from --csv"),
        (("new", "x", "--csv", "CSV", "--inputs", "dose_c"), "there is no such column (got 'dose_c'). Did you mean"),
        (("new", "x", "--csv", "CSV", "--inputs", "dose_a", "--targets", "dose_a"), "an input or a target, not both"),
    ],
)
def test_wrong_words_are_refused(words: tuple[str, ...], message: str, invoke: Invoke) -> None:
    result = invoke(*(str(DESIGNS / "own_data.csv") if word == "CSV" else word for word in words))
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_column_named_like_a_target_is_one(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("Class,b\n0,3\n1,4\n1,7\n", encoding="utf-8")
    assert choose(read_table(tmp_path / "data.csv"), (), ()).targets == ("Class",)
