"""The commands that do one thing: what they print and what they write."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import COMMANDS
from cli.run.abstract import clock_section
from conftest import DESIGNS, Invoke
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.crn.text import load_crn
from dsd_ncrn.design.load import load_design
from dsd_ncrn.dsd.pil import read_pil
from dsd_ncrn.ncrn.compile import compile_design


def test_help_names_every_command_without_heavy_imports() -> None:
    """Help must come at once, so neither numerics nor sympy may be imported for it."""
    code = (
        "import sys; from cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'scipy', 'sympy', 'pydantic', 'rich', 'numba', 'RNA'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.endswith("[]\n")
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("new", "doctor", "completion")])
def test_every_command_of_the_work_has_help_and_the_shared_options(name: str, invoke: Invoke) -> None:
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert all(option in result.stdout for option in ("--out DIR", "--seed", "--json"))


def test_the_version_is_printed(invoke: Invoke) -> None:
    assert invoke("--version").stdout.startswith("dsd-ncrn 0.")


def test_compile_shows_the_network_stage_by_stage(small: Path, invoke: Invoke) -> None:
    lines = invoke("compile", small).stdout.splitlines()
    assert lines[2].split() == ["stage", "name", "reaction", "k", "phase", "term"]
    assert [line.split()[0] for line in lines[3:]] == sorted(
        (line.split()[0] for line in lines[3:]), key=["N1", "N2", "N3", "N4", "flush", "annihilation"].index
    )


def test_compile_writes_what_can_be_read_back(small: Path, tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("compile", small, "-o", tmp_path / "out", "--json")
    assert json.loads(result.stdout) == json.loads((tmp_path / "out" / "ncrn.json").read_text(encoding="utf-8"))
    written = load_crn(tmp_path / "out" / "ncrn.crn")
    compiled = compile_design(load_design(small), 2).crn
    assert [str(reaction) for reaction in written.reactions] == [str(reaction) for reaction in compiled.reactions]
    assert invoke("compile", tmp_path / "out" / "ncrn.crn").exit_code == 0
    assert invoke("compile", small, "--format", "crn").stdout == (tmp_path / "out" / "ncrn.crn").read_text(encoding="utf-8")


def test_translate_writes_what_enumerate_reads(small: Path, tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("translate", small, "-o", tmp_path / "out", "--json")
    described = json.loads(result.stdout)
    read = read_pil(tmp_path / "out" / "system.pil")
    assert [entry.name for entry in read] == [component["name"] for component in described["components"]]
    found = json.loads(invoke("enumerate", tmp_path / "out" / "system.pil", "--json").stdout)
    assert found["species"] > len(read)
    assert "signal" in invoke("translate", small).stdout


def test_a_plain_network_is_simulated_in_nM_and_s(tmp_path: Path, invoke: Invoke) -> None:
    """A + B -> C at 1e-3 /nM/s from 10 and 5 nM: C solves the second-order rate law."""
    network = tmp_path / "plain.crn"
    network.write_text("A + B -> C [k = 1e-3]\nA @initial 10 nM\nB @initial 0.005 uM\n", encoding="utf-8")
    from math import exp

    factor = 2 * exp(5 * 1e-3 * 400)
    found = json.loads(invoke("simulate", network, "--t-end", "400", "--json").stdout)
    assert found["time"] == 400
    assert found["C"] == pytest.approx(10 - (10 - 5) * factor / (factor - 1), rel=1e-5)


@pytest.mark.parametrize("engine", ["rosenbrock", "cvode"])
def test_an_ideal_iteration_is_simulated_by_every_engine(engine: str, small: Path, tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("simulate", small, "--engine", engine, "--format", "csv", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    with (tmp_path / "out" / "trajectories.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(dict.fromkeys(row["phase"] for row in rows)) == ["C1", "C2", "flush"]
    times = [float(row["time"]) for row in rows]
    assert times == sorted(times)


def test_without_training_only_the_forward_phase_is_simulated(small: Path, invoke: Invoke) -> None:
    found = json.loads(invoke("simulate", small, "--no-training", "--json").stdout)
    assert (found["phase"], found["time"], found["Y"]) == ("C1", 0.5, 0.0)
    assert found["Z1"] > 0
    early = json.loads(invoke("simulate", small, "--t-end", "0.2", "--json").stdout)
    assert early["time"] <= 0.2


def test_training_the_ideal_network_gives_a_row_for_each_iteration(small: Path, tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("train", small, "--level", "ideal", "--iterations", "5", "-o", tmp_path / "out", "--json")
    section = json.loads(result.stdout)
    with (tmp_path / "out" / "training_ideal.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert section["iterations"] == 5
    assert [row["iteration"] for row in rows] == list("012345")
    assert (rows[0]["prediction"], rows[0]["target"]) == ("", "")
    assert {name: float(rows[-1][name]) for name in ("theta1", "theta2")} == section["parameters"]
    assert section["rmse_after"] < section["rmse_before"]


def test_strands_are_trained_for_as_long_as_the_command_line_says(small: Path, invoke: Invoke) -> None:
    section = json.loads(invoke("train", small, "--level", "dsd", "--iterations", "1", "--json").stdout)
    assert (section["iterations"], section["epochs"]) == (1, 1)


def test_the_proof_of_a_plain_network_reads_its_rate_law(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "cubic.crn"
    path.write_text("# cubic: combinatoric rate law, rate = k times the product of concentration^n / n!\n3 Z -> 2 Z\n")
    result = invoke("compile", path, "--verify", "--input-rate-law", "combinatoric")
    assert (result.exit_code, result.stdout) == (0, "Conserved: nothing\n")


def test_epochs_replace_the_iterations_of_a_design(small: Path, invoke: Invoke) -> None:
    section = json.loads(invoke("train", small, "--level", "ideal", "--epochs", "2", "--json").stdout)
    assert (section["iterations"], section["epochs"]) == (6, 2)


@pytest.mark.parametrize("what", ["tasks", "circuits", "schemes", "leaks", "engines", "vendors", "templates", "stages"])
def test_lists_are_not_empty_and_are_the_same_as_json(what: str, invoke: Invoke) -> None:
    found = json.loads(invoke("list", what, "--json").stdout)
    lines = invoke("list", what).stdout.splitlines()
    assert len(found) == len(lines) > 0
    assert all(line.startswith(name) for line, name in zip(lines, found, strict=True))


def test_every_listed_circuit_compiles(invoke: Invoke) -> None:
    spec = load_design(DESIGNS / "linreg2d.toml")
    for formula in json.loads(invoke("list", "circuits", "--json").stdout):
        circuit = spec.circuit.model_copy(update={"f": formula, "theta": "dual", "z": "dual", "z_initial": "x"})
        assert compile_design(spec.model_copy(update={"circuit": circuit}), 2).crn.reactions, formula


def test_a_chemical_clock_is_judged_after_a_single_iteration(small: Path) -> None:
    spec = load_design(small)
    training, clock = spec.training.model_copy(update={"iterations": 1}), spec.clock.model_copy(update={"kind": "oscillator"})
    study = Study(spec.model_copy(update={"training": training, "clock": clock}))
    section = clock_section(study, study.training("autonomous"))
    assert section["parameter_error_first_iteration"] == section["parameter_error_final"] > 0
