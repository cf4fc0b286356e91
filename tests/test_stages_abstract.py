"""The stages without strands: what a run says of the equations beside the network, and of a chemical clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dsd_ncrn as dn
from cli.commands.compile import proof_text
from cli.job import Job
from cli.run.abstract import clock_stage, ideal_stage
from conftest import Invoke
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.simulate.proof import Claim, Proof, prove

DESIGNS = Path(__file__).parent.parent / "designs"


def quiet(_: float) -> None:
    """Progress that nobody looks at."""


def job(design: str, **changes: object) -> Job:
    """A job with few points."""
    few = {"task.training_points": 4, "task.test_points": 3, "training.epochs": 1}
    spec = dn.changed(dn.load_design(DESIGNS / f"{design}.toml"), {**few, **changes})
    return Job(Study(spec))


def test_the_equations_beside_the_network_are_as_near_as_their_rates_allow() -> None:
    """The distance goes with k_slow / k_fast: ten times the ratio leaves less than a third of it."""
    near, far = (
        ideal_stage(job("linreg2d", **{"circuit.fast_ratio": ratio}), quiet).summary["separation"] for ratio in (1e3, 1e2)
    )
    assert 0 < near["error"] < far["error"] / 3 and near["note"] == "" and "cap" not in near


def test_what_a_cap_does_to_the_equations_is_told() -> None:
    """A cap that nothing reaches changes nothing; one that is reached does."""
    wide, tight = (
        ideal_stage(job("rings2d_bimolecular", **{"circuit.zb_cap": cap}), quiet).summary["separation"] for cap in (1e4, 0.05)
    )
    assert wide["cap"] == 1e4 and wide["cap_effect"] < 1e-3 < tight["cap_effect"]
    assert wide["without_cap"] == ""


def test_a_run_without_an_own_clock_says_so() -> None:
    outcome = clock_stage(job("linreg2d"), quiet)
    assert outcome.summary == {"clock": {"kind": "external"}} and outcome.note == "external"


def test_a_run_under_its_own_clock_is_held_against_the_outer_one() -> None:
    """Two iterations; the parameters are within 1 % of those under an outer clock, and every table has as many rows."""
    outcome = clock_stage(job("linreg2d_oscillator", **{"training.iterations": 2}), quiet)
    section = outcome.summary["clock"]
    assert section["kind"] == "oscillator" and section["iterations"] == 2
    assert 0 < section["parameter_error_first_iteration"] <= section["parameter_error_largest"] < 0.01
    assert len(str(outcome.files["training_autonomous.csv"]).splitlines()) == 4
    assert outcome.note == f"parameters within {section['parameter_error_largest']:.2g} of those of an outer clock"


def test_a_proof_reads_as_claims_with_their_errors_and_what_is_conserved() -> None:
    made = job("linreg2d").study
    lines = proof_text(prove(made.decided, made.data, made.integrator)).splitlines()
    claims = lines[: lines.index("Conserved:") - 1] if "Conserved:" in lines else lines[:-2]
    assert len(claims) >= 3 and all(line.startswith(("holds   ", "-       ")) for line in claims)
    assert all("error" in line and "bound" in line for line in claims if line.startswith("holds"))


def test_the_command_compile_proves_a_design_and_keeps_the_proof(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("compile", DESIGNS / "linreg2d.toml", "--verify", "--json", "-o", tmp_path)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["holds"] and found == json.loads((tmp_path / "proof.json").read_text(encoding="utf-8"))


def test_a_compilation_that_is_wrong_ends_the_command_with_the_claim(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof with one false check: exit code 1, after the whole proof has been told."""
    false = Proof((Claim("the gradient is that of the loss", 0.5, 1e-6),), ())
    monkeypatch.setattr("cli.commands.compile.prove", lambda *_: false)
    result = invoke("compile", DESIGNS / "linreg2d.toml", "--verify")
    assert result.exit_code == 1
    assert "FALSE   the gradient is that of the loss: error 0.5, bound 1e-06" in result.stdout
    assert "is wrong: the gradient is that of the loss" in result.stderr
