"""Whatever a user gives wrongly ends in one message, exit code 2, and no files."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from conftest import DESIGNS, Invoke

LINREG = (DESIGNS / "linreg2d.toml").read_text(encoding="utf-8")


def with_line(key: str, line: str) -> str:
    """The shipped design with the first line of a key, or of a table, replaced."""
    pattern = re.escape(key) if key.startswith("[") else rf"{key} = .*"
    text, count = re.subn(rf"(?m)^{pattern}", line, LINREG, count=1)
    assert count == 1
    return text


BAD_DESIGNS = {
    "malformed TOML": (with_line("[task]", "[task"), "not valid TOML"),
    "unknown key": (with_line("branch", "brunch = 15"), "unknown key 'translation.brunch'. Did you mean 'branch'?"),
    "negative concentration": (with_line("clock", 'clock = "-1 nM"'), "chemistry.clock: the value should be greater"),
    "wrong unit": (with_line("wait", 'wait = "10 nM"'), "a time is a number and a unit (got '10 nM')"),
    "formula that does not parse": (with_line("f", 'f = "theta * * x"'), "not a valid formula"),
    "unknown symbol": (with_line("f", 'f = "theta * w"'), "w"),
    "unknown task": (LINREG.replace('[task]\nname = "linreg2d"', '[task]\nname = "linreg3d"'), "Did you mean 'linreg2d'?"),
    "no gates for a stage": (with_line("N2", 'feed = { join = "1 nM" }'), "no entry for N2"),
    "empty file": ("", "missing key 'format'"),
}


@pytest.mark.parametrize("command", ["run", "translate", "train"])
@pytest.mark.parametrize("fault", BAD_DESIGNS)
def test_a_bad_design_is_one_message_that_names_the_file(command: str, fault: str, tmp_path: Path, invoke: Invoke) -> None:
    text, message = BAD_DESIGNS[fault]
    design, out = tmp_path / "design.toml", tmp_path / "out"
    design.write_text(text, encoding="utf-8")
    result = invoke(command, design, "-o", out)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")
    assert str(design) in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert not out.exists()


REFUSED = {
    "learning_rate": {
        "w_in = []": "circuit.w_in: a matrix of one or more rows of 2 numbers (got 'no row')",
        "w_in = [[0.0, 0.0], [0.0, 0.0]]": "circuit.w_in: all entries are 0, so no input gets in",
        "w_out = []": "circuit.w_out: a matrix of 1 row of 2 numbers (got 'no row')",
        "w_out = [[0.0, 0.0]]": "circuit.w_out: with a row of zeros an output is always 0",
        "report_output = true\ntrain_w_out = true": "circuit.report_output: outputs with trained weights are not reported",
        "theta_spread = 50.0": "circuit.theta_spread: theta1 is a concentration, as a parameter on a single rail (got -",
    },
    "training_points": {'inputs = ["a"]': "task.inputs: a built-in task has its own inputs and targets"},
    "epochs": {
        "batch = 42": "training.batch: a batch has at most all 41 training points (got 42)",
        '[chemistry.reactions]\nN1_3 = { join = "10 nM" }': "chemistry.reactions: the circuit has no such reaction (got",
        '[clock]\nkind = "oscillator"\nresidual = 0.02': "clock.residual: the value should be less than or equal to 0.01",
        'batch = 2\n[clock]\nkind = "oscillator"': "training.batch: a ring of species switches all phases in each turn",
    },
}
LINES = [(key, line, message) for key, faults in REFUSED.items() for line, message in faults.items()]


@pytest.mark.parametrize(("key", "line", "message"), LINES)
def test_what_cannot_work_is_refused_at_its_line(key: str, line: str, message: str, tmp_path: Path, invoke: Invoke) -> None:
    old = re.search(rf"(?m)^{key} = .*$", LINREG)
    assert old is not None
    (tmp_path / "design.toml").write_text(with_line(key, f"{old.group()}\n{line}"), encoding="utf-8")
    result = invoke("compile", tmp_path / "design.toml")
    number = LINREG[: old.start()].count("\n") + 2
    assert (result.exit_code, result.stdout) == (2, "")
    places = [f"design.toml:{number + below}: {message}" in result.stderr for below in range(line.count("\n") + 1)]
    assert places.count(True) == 1, result.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("f = []", "circuit.f: a formula is a text, or a list of texts with one for each dimension (got [])"),
        ('f = " "', "circuit.f: the formula is empty"),
    ],
)
def test_a_formula_that_is_none_is_refused(line: str, message: str, tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "design.toml").write_text(with_line("f", line), encoding="utf-8")
    assert message in invoke("compile", tmp_path / "design.toml").stderr


def test_a_long_value_is_shown_by_its_beginning(tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "design.toml").write_text(with_line("f", f'f = "{"(" * 300}x"'), encoding="utf-8")
    assert len(invoke("compile", tmp_path / "design.toml").stderr) < 400 + len(str(tmp_path))


@pytest.mark.parametrize("option", ["--leaks", "--one-pot"])
def test_options_of_strands_are_refused_at_other_levels(option: str, invoke: Invoke) -> None:
    result = invoke("train", DESIGNS / "linreg2d.toml", "--level", "ideal", option)
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: {option} is for strands (got 'ideal'). Leave it out, or give --level dsd.\n",
    )


def test_a_bad_formula_is_told_with_line_and_column(tmp_path: Path, invoke: Invoke) -> None:
    design = tmp_path / "design.toml"
    design.write_text(BAD_DESIGNS["formula that does not parse"][0], encoding="utf-8")
    line = next(number for number, text in enumerate(design.read_text(encoding="utf-8").splitlines(), 1) if "* *" in text)
    assert f"{design}:{line}:14: circuit.f: not a valid formula" in invoke("compile", design).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("compile",),
        ("translate",),
        ("enumerate",),
        ("simulate",),
        ("train",),
        ("leaks",),
        ("sequences",),
        ("order",),
    ],
)
def test_a_missing_file_is_named(arguments: tuple[str, ...], tmp_path: Path, invoke: Invoke) -> None:
    result = invoke(*arguments, tmp_path / "nowhere.toml")
    assert result.exit_code == 2
    assert f"{tmp_path / 'nowhere.toml'}: cannot read the file: No such file or directory" in result.stderr


@pytest.mark.parametrize("command", ["run", "train", "leaks"])
def test_a_plain_network_cannot_be_trained(command: str, tmp_path: Path, invoke: Invoke) -> None:
    network = tmp_path / "plain.crn"
    network.write_text("A -> B\n", encoding="utf-8")
    result = invoke(command, network)
    assert result.exit_code == 2
    assert "Give a design file (.toml)." in result.stderr


@pytest.mark.parametrize("command", ["run", "compile", "translate"])
def test_a_file_in_the_place_of_the_folder_is_refused(command: str, small: Path, tmp_path: Path, invoke: Invoke) -> None:
    place = tmp_path / "file"
    place.write_text("precious", encoding="utf-8")
    result = invoke(command, small, "-o", place)
    assert result.exit_code == 2
    assert f"{place}: " in result.stderr
    assert "this is a file" in result.stderr
    assert place.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("command", ["run", "compile"])
def test_a_folder_that_cannot_be_made_is_one_message(command: str, small: Path, tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = invoke(command, small, "-o", tmp_path / "file" / "below")
    assert result.exit_code == 2
    assert "Not a directory" in result.stderr
    assert "Traceback" not in result.output


def test_a_full_disk_leaves_no_half_file(small: Path, tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(_))

    monkeypatch.setattr(Path, "write_bytes", full)
    result = invoke("compile", small, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_with_other_files_is_left_alone(small: Path, tmp_path: Path, invoke: Invoke) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.tex").write_text("precious", encoding="utf-8")
    result = invoke("run", small, "-o", home)
    assert result.exit_code == 2
    assert "this folder holds files, but no run (got 'thesis.tex')" in result.stderr
    assert [path.name for path in home.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compil",), "no such command 'compil'. Did you mean 'compile'?"),
        (("run", "DESIGN", "--skip", "leak"), "'leak' is not one of 'clock', 'one_pot', 'dsd_leaky', 'leaks'"),
        (("run", "DESIGN", "--seed", "-1"), "-1 is not in the range x>=0"),
        (("train", "DESIGN", "--iterations", "0"), "0 is not in the range x>=1"),
        (("train", "DESIGN", "--engine", "euler"), "unknown engine (got 'euler'). Known: cvode, rosenbrock, ssa."),
        (("train", "DESIGN", "--engine", "rosenbrok"), "Did you mean 'rosenbrock'?"),
        (("train", "DESIGN", "--iterations", "3", "--epochs", "1"), "--iterations and --epochs both say how long to train"),
        (("run", "DESIGN", "--until", "translat"), "Did you mean 'translate'?"),
        (("run", "DESIGN", "--json", "--print-after", "compile"), "--json gives one document, and --print-after text"),
        (("translate", "DESIGN", "--shceme", "chen"), "Did you mean one of: '--scale', '--scheme', '--seed'?"),
        (("translate", "DESIGN", "--scheme", "cheng"), "Did you mean 'chen'?"),
        (("compile", "DESIGN", "--format", "sbl"), "Did you mean 'sbml'?"),
        (("tune", "DESIGN", "--scheme", "seald"), "Did you mean 'sealed'?"),
        (
            ("tune", "DESIGN", "--leak", "1"),
            "--leak: a bimolecular rate is a number and a unit (got '1'). Write for example \"1 /M/s\"",
        ),
        (("enumerate", "DESIGN", "--leak-model", "gates"), "Did you mean 'gate'?"),
        (("simulate", "DESIGN", "--t-end", "5 parsec"), 'a unit (s, min, h, d), such as "5 h"'),
        (("simulate", "DESIGN", "--t-end", "5 h"), "a design's time has no unit at the level ideal"),
        (("simulate", "DESIGN", "--t-end", "0"), "'0' is not a finite number above 0."),
        (("simulate", "DESIGN", "--t-end", "nan"), "'nan' is not a finite number above 0."),
        (("order", "DESIGN", "--vendor", "idt-tub"), "Did you mean 'idt-tube'?"),
        (("list", "colours"), "'colours' is not one of"),
        (("list", "task"), "Did you mean 'tasks'?"),
        (("report", "."), "this folder holds no run"),
        (("order", "EMPTY"), "this folder holds no run"),
    ],
)
def test_wrong_arguments(arguments: tuple[str, ...], message: str, small: Path, tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "empty").mkdir()
    places = {"DESIGN": str(small), "EMPTY": str(tmp_path / "empty")}
    result = invoke(*(places.get(argument, argument) for argument in arguments))
    assert result.exit_code == 2
    assert message in result.stderr


def test_given_sequences_that_do_not_fit_are_refused(small: Path, tmp_path: Path, invoke: Invoke) -> None:
    given = tmp_path / "given.csv"
    given.write_text("domain,sequence\nzz,AC\n", encoding="utf-8")
    result = invoke("sequences", small, "--check", given)
    assert result.exit_code == 2
    assert "of the circuit has no sequence. Known: zz." in result.stderr


def test_a_run_without_nuad_says_so_before_it_begins(
    small: Path, tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsd_ncrn.errors import InputError
    from sequences import nuad_search

    def absent() -> None:
        raise InputError("designing sequences needs the package nuad", None, "Install it.")

    monkeypatch.setattr(nuad_search, "require_nuad", absent)
    result = invoke("run", small, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "designing sequences needs the package nuad. Install it." in result.stderr
    assert not (tmp_path / "out").exists()
