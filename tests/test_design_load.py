"""Design files: what is read, what is refused and in which words, and that writing gives the same design back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsd_ncrn.design.load import dump_design, load_design, located, position_of
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import InputError
from dsd_ncrn.ncrn.formula import parse_formula

DESIGNS = Path(__file__).parent.parent / "designs"
SAMPLE = """\
# A comment before the first key.
format = 1
name = "sample"
description = "for the tests of the reader"

[task]
name = "linreg2d"
training_points = 41

[circuit]
f = "theta * x + beta"      # dz/dt
T = 0.5
learning_rate = 0.1
theta = "single"
beta = 1.0

[training]
epochs = 5

[translation]
toehold = 5
branch = 15

[chemistry]
unit = "1 nM"
clock = "1.5 uM"
seal = "1000 nM"

[chemistry.gates]
N1 = { join = "600 nM", fork = "400 nM", fuel = "400 nM", first_toehold = 5 }
N2 = { join = "300 nM" }

[chemistry.buffers]
X = "1000 nM"
Z = "400 nM"

[timing]
flush = "10 min"

[leak]
rate = "0.01 /M/s"
"""


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A design file with the sample in it."""
    path = tmp_path / "sample.toml"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


def refusal(folder: Path, text: str | bytes) -> InputError:
    """The error that a design file of this content gives."""
    path = folder / "design.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_design(path)
    assert caught.value.file == str(path)
    return caught.value


def changed(old: str, new: str) -> str:
    """The sample with one passage replaced."""
    assert old in SAMPLE
    return SAMPLE.replace(old, new, 1)


def line_with(text: str, passage: str) -> int:
    """The number of the first line that has the passage."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if passage in line)


@pytest.mark.parametrize("path", sorted(DESIGNS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_design_loads_and_survives_writing(path: Path, tmp_path: Path) -> None:
    spec = load_design(path)
    assert spec.name == path.stem
    copy = tmp_path / "copy.toml"
    copy.write_text(dump_design(spec), encoding="utf-8")
    assert load_design(copy) == spec


def test_quantities_are_converted_to_internal_units(sample: Path) -> None:
    """10 min is 600 s, 0.01 /M/s is 1e-11 /nM/s, 1.5 uM is 1500 nM."""
    spec = load_design(sample)
    assert (spec.timing.flush, spec.chemistry.clock) == (600.0, 1500.0)
    assert spec.leak.rate == pytest.approx(1e-11, rel=1e-12)


WRONG_VALUES = [
    (
        'rate = "0.01 /M/s"',
        'clamp_factor = 1.0\nrate = "0.01 /M/s"',
        "there is no key 'leak.clamp_factor' any more",
        "no strands stood for it",
    ),
    ("branch = 15", "brunch = 15", "unknown key 'translation.brunch'", "Did you mean 'branch'?"),
    ("[timing]", "[timings]", "unknown key 'timings'", "Did you mean 'timing'?"),
    ("T = 0.5", "T = -1", "circuit.T: the value should be greater than 0 (got -1)", ""),
    ("T = 0.5", "T = nan", "circuit.T: the value should be a finite number", ""),
    ("T = 0.5", 'T = "0.5"', "circuit.T: the value should be a valid number (got '0.5')", ""),
    ("toehold = 5", "toehold = true", "translation.toehold: the value should be a valid integer (got True)", ""),
    ('seal = "1000 nM"', 'seal = "-1000 nM"', "chemistry.seal: the value should be greater than or equal to 0", ""),
    ('seal = "1000 nM"', 'seal = "1000 s"', "a concentration is a number and a unit (got '1000 s')", "units: pM, nM"),
    ('seal = "1000 nM"', "seal = 1000", "a concentration is a number and a unit (got 1000)", "units: pM, nM"),
    ('seal = "1000 nM"', 'seal = "1e999 nM"', "chemistry.seal: a concentration is finite", "Write a smaller one."),
    (
        'theta = "single"',
        'theta = "singel"',
        "circuit.theta: the value should be 'single', 'dual' or 'auto', or a list (got 'singel')",
        "",
    ),
    (
        "beta = 1.0",
        'beta = "b"',
        "circuit.beta: the value should be a valid number, or a list (got 'b')",
        "",
    ),
    ("N2 = {", "N9 = {", "unknown kind of reaction 'N9'", "Known: N1, N2, N3, N4"),
    ('Z = "400 nM"', 'Q = "400 nM"', "unknown group of species 'Q'", "Known: A, B"),
    ('name = "sample"', 'name = "a/b"', "name: string should match pattern", ""),
    ("epochs = 5", "epochs = 0", "training.epochs: the value should be greater than or equal to 1 (got 0)", ""),
]


@pytest.mark.parametrize(("old", "new", "rule", "remedy"), WRONG_VALUES)
def test_a_wrong_value_is_named_with_line_rule_and_remedy(tmp_path: Path, old: str, new: str, rule: str, remedy: str) -> None:
    text = changed(old, new)
    error = refusal(tmp_path, text)
    assert rule in str(error)
    assert remedy in error.remedy
    assert error.line == line_with(text, new.splitlines()[0])
    assert error.exit_code == 2


def test_inside_an_inline_table_the_line_is_that_of_the_table(tmp_path: Path) -> None:
    text = changed('fork = "400 nM", fuel = "400 nM", first_toehold = 5 }', 'fork = "400 nM", feul = "400 nM" }')
    error = refusal(tmp_path, text)
    assert "chemistry.gates.N1.feul" in error.rule
    assert error.remedy == "Did you mean 'fuel'?"
    assert error.line == line_with(text, "feul")


def test_a_missing_key_is_reported_at_its_table(tmp_path: Path) -> None:
    text = changed("T = 0.5", "")
    error = refusal(tmp_path, text)
    assert str(error).endswith("missing key 'circuit.T'. Add it to [circuit].")
    assert error.line == line_with(text, "[circuit]")


def test_several_problems_are_one_message_that_counts_the_others(tmp_path: Path) -> None:
    text = changed("T = 0.5", "T = 0").replace("branch = 15", "brunch = 15")
    error = refusal(tmp_path, text)
    assert "unknown key 'translation.brunch'" in error.rule
    assert "(and 1 more)" in error.rule


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("format = 1\nname = \n", 2, "not valid TOML: Invalid value"),
        ("format = 1\nformat = 2\n", 2, "not valid TOML: Cannot overwrite a value"),
        ('format = 1\nname = "x', 2, "not valid TOML"),
        (b"format = 1\n\xff\xfe", None, "not UTF-8"),
        ("", 1, "missing key 'format' (and 3 more)"),
        ("x = " + "[" * 2000, None, "not valid TOML"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_place(tmp_path: Path, text: str | bytes, line: int | None, rule: str) -> None:
    error = refusal(tmp_path, text)
    assert rule in error.rule
    assert line is None or error.line == line


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.toml", tmp_path, tmp_path / "null\0byte"):
        with pytest.raises(InputError, match="cannot read the file"):
            load_design(path)


def test_the_csv_of_a_task_is_found_beside_the_design(tmp_path: Path) -> None:
    path = tmp_path / "design.toml"
    task = 'csv = "data/points.csv"\ninputs = ["a", "b"]\ntargets = ["c"]'
    path.write_text(SAMPLE.replace('name = "linreg2d"\ntraining', f"{task}\ntraining"), encoding="utf-8")
    spec = load_design(path)
    assert spec.task.csv == str(tmp_path.resolve() / "data" / "points.csv")
    assert spec.task.inputs == ("a", "b")


@pytest.mark.parametrize("task", ['name = "linreg2d"\ncsv = "a.csv"', "", 'csv = "a.csv"'])
def test_a_task_is_either_built_in_or_a_complete_csv(tmp_path: Path, task: str) -> None:
    error = refusal(tmp_path, changed('[task]\nname = "linreg2d"', f"[task]\n{task}"))
    assert error.rule.startswith("task: ")
    assert error.line == line_with(SAMPLE, "[task]")


def test_later_stages_get_the_line_and_column_of_their_key(sample: Path) -> None:
    with pytest.raises(InputError) as caught, located(sample):
        raise DesignError("wrong", key=("circuit", "f"), offset=8)
    line = line_with(SAMPLE, "f = ")
    assert (caught.value.file, caught.value.line) == (str(sample), line)
    assert SAMPLE.splitlines()[line - 1][(caught.value.column or 0) - 1 :].startswith("x + beta")
    nearest = position_of(sample, ("circuit", "nothing_here"))
    assert nearest and nearest.line == line_with(SAMPLE, "[circuit]")


positive = st.floats(min_value=1e-6, max_value=1e6, allow_nan=False)
rails = st.sampled_from(["single", "dual"])
circuits = st.fixed_dictionaries(
    {"T": positive, "learning_rate": positive, "theta": rails, "x": rails, "z": rails, "shared_adjoint": st.booleans()},
    optional={"beta": st.one_of(positive, st.lists(positive, min_size=1, max_size=3).map(tuple)), "y": rails},
)


@settings(max_examples=50, deadline=None)
@given(circuits, positive, positive, st.text(max_size=20))
def test_writing_and_reading_gives_the_same_design(
    tmp_path_factory: pytest.TempPathFactory, circuit: dict[str, object], leak: float, seal: float, description: str
) -> None:
    """Any numbers, also such as %g would round, come back bit for bit."""
    base = load_design(DESIGNS / "linreg2d.toml")
    new_circuit = type(base.circuit).model_validate(base.circuit.model_dump() | circuit)
    update = {
        "circuit": new_circuit,
        "leak": base.leak.model_copy(update={"rate": leak}),
        "chemistry": base.chemistry.model_copy(update={"seal": seal}),
        "description": description,
    }
    spec = base.model_copy(update=update)
    path = tmp_path_factory.mktemp("round") / "design.toml"
    path.write_text(dump_design(spec), encoding="utf-8", newline="")
    assert load_design(path) == spec
    assert isinstance(spec, DesignSpec)


def test_formulas_may_be_listed_one_per_dimension(tmp_path: Path) -> None:
    """The list is the formula of the same list; a fault in it is told at its line, with the part that is wrong."""
    path = tmp_path / "design.toml"
    path.write_text(changed('f = "theta * x + beta"', 'f = ["theta1 * x1", "theta2 * x2"]'), encoding="utf-8")
    assert load_design(path).circuit.f == "[theta1 * x1, theta2 * x2]"
    text = changed('f = "theta * x + beta"', 'f = ["theta1 * x1", "tetha2 * x2"]')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught, located(path):
        parse_formula(load_design(path).circuit.f, 2)
    assert (caught.value.line, caught.value.column) == (line_with(text, "tetha2"), None)
    assert "tetha2" in str(caught.value)
