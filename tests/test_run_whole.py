"""A whole run of a small design: every file, every key, resumed and repeated."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.run.pipeline import PROVENANCE, REPORT
from conftest import small_spec
from dsd_ncrn.crn.text import load_crn
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.dsd.pil import read_pil
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.runs.trainings import TESTS
from runs import contents, run, summary_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("whole")]  # they share a run

FILES = {
    "design.toml",
    "ncrn.crn",
    "ncrn.json",
    "system.pil",
    "system.json",
    "network.json",
    "training_ideal.csv",
    "training_dsd.csv",
    "training_dsd_leaky.csv",
    "training_one_pot.csv",
    "training_dsd_sequences.csv",
    "training_dsd_diluted.csv",
    "toehold_rates.csv",
    "concentrations_sequences.csv",
    "complexes.csv",
    "leak_sites.csv",
    "crosstalk_domains.csv",
    "crosstalk_strands.csv",
    "trajectories.parquet",
    "leaks.csv",
    "sequences.csv",
    "verdicts.csv",
    "protocol.md",
    "protocol.html",
    "protocol/iteration_1.csv",
    "exchange/system.sc",
    "report.html",
    "summary.json",
    "provenance.json",
    "test_predictions.csv",
}
SECTIONS = {
    "ncrn": {"species", "species_with_bias", "reactions", "by_stage", "max_molecularity"},
    "dsd": {
        "signals",
        "fuels",
        "complexes",
        "strands",
        "domains",
        "network_species",
        "network_reactions",
        "leak_reactions",
        "cooperative_annihilations",
        "two_domain_annihilations",
        "verified",
        "longest_strand_nt",
    },
    "fidelity": {
        "parameter_error_first_iteration",
        "parameter_error_final",
        "rmse_ratio",
        "hours_per_iteration",
        "worst_reaction",
    },
    "fuel": {"consumed_fraction_per_iteration", "iterations_to_10_percent", "limiting_fuel"},
    "leaks": {"samples", "tolerated_leak_per_M_per_s", "ranking"},
    "sequences": {
        "domains",
        "strands",
        "hard_violations",
        "worst_crosstalk_kcal",
        "worst_structure_kcal",
        "toehold_spread_kcal",
        "seconds",
    },
    "order": {"vendor", "files", "oligos", "bases", "longest_nt", "plates"},
}
LEAST_SQUARES = {"least_squares_after", "share_of_least_squares"}
TRAINING = {"iterations", "epochs", "rmse_before", "rmse_after", "accuracy_before", "accuracy_after", "parameters"}


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("design") / "small.toml"
    path.write_text(dump_design(small_spec()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(design: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A finished run; tests that change it work on a copy."""
    out = tmp_path_factory.mktemp("runs") / "small"
    return out, run(design, out)


@pytest.fixture
def copy(finished: tuple[Path, Result], tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished[0], tmp_path / "copy"))


def test_a_run_writes_every_file_whole_and_names_report_and_orders(finished: tuple[Path, Result]) -> None:
    out, result = finished
    assert result.exit_code == 0, result.output
    written = contents(out)
    assert set(written) >= FILES
    assert not [name for name in written if name.endswith((".part", ".lock"))]
    orders = [name for name in written if name.startswith("order/")]
    assert orders
    assert all(f"{out / name}" in result.stdout for name in [REPORT, *orders])


def test_the_summary_has_every_key(finished: tuple[Path, Result]) -> None:
    summary = json.loads((finished[0] / "summary.json").read_text(encoding="utf-8"))
    assert (summary["format"], summary["seed"], summary["design"]["name"]) == (1, 0, "small")
    assert all(seconds >= 0 for seconds in summary["wall_seconds"].values())
    for section, keys in SECTIONS.items():
        assert set(summary[section]) >= keys, section
    assert set(summary["ncrn"]["by_stage"]) >= {"N1", "N2", "N3", "N4", "flush", "feed"}
    for level in ("ideal", "dsd", "dsd_leaky"):
        assert set(summary["training"][level]) == TRAINING | (LEAST_SQUARES if level == "ideal" else set())
    assert set(summary["fidelity"]["worst_reaction"]) == {"origin", "error"}
    assert all({"origin", "share"} <= set(entry) for entry in summary["leaks"]["ranking"])


def test_the_files_agree_with_each_other(finished: tuple[Path, Result], design: Path) -> None:
    import hashlib

    out = finished[0]
    summary = summary_of(out)
    system = json.loads((out / "system.json").read_text(encoding="utf-8"))
    network = json.loads((out / "network.json").read_text(encoding="utf-8"))
    assert summary["design"]["sha256"] == hashlib.sha256((out / "design.toml").read_bytes()).hexdigest()
    assert load_design(out / "design.toml") == load_design(design)
    assert len(load_crn(out / "ncrn.crn").reactions) == sum(summary["ncrn"]["by_stage"].values())
    assert [entry.name for entry in read_pil(out / "system.pil")] == [each["name"] for each in system["components"]]
    assert (len(network["species"]), len(network["reactions"])) == (
        summary["dsd"]["network_species"],
        summary["dsd"]["network_reactions"],
    )
    with (out / "sequences.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == summary["dsd"]["domains"] == summary["sequences"]["domains"]
    assert summary["order"]["longest_nt"] == summary["dsd"]["longest_strand_nt"]
    assert summary["order"]["files"] == sorted(name for name in contents(out) if name.startswith("order/"))


def test_trainings_have_a_row_for_each_iteration(finished: tuple[Path, Result]) -> None:
    for level in ("ideal", "dsd", "dsd_leaky", "dsd_sequences", "one_pot"):
        with (finished[0] / f"training_{level}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [row["iteration"] for row in rows] == ["0", "1", "2", "3"], level
        assert set(rows[0]) == {"iteration", "prediction", "target", "theta1", "theta2"}
    with (finished[0] / TESTS).open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 4


def test_the_trajectories_are_one_iteration_of_both_networks(finished: tuple[Path, Result]) -> None:
    import pyarrow.parquet

    columns = pyarrow.parquet.read_table(finished[0] / "trajectories.parquet").to_pydict()
    assert set(columns["level"]) == {"ideal", "dsd"}
    assert set(columns["phase"]) == {"C1", "C2", "flush"}
    assert {"time", "X1", "P1", "Z1", "G1p"} <= set(columns)
    assert (finished[0] / "trajectories.parquet").stat().st_size < 200_000


def test_a_second_run_does_nothing_and_says_so(copy: Path, design: Path) -> None:
    before = contents(copy)
    result = run(design, copy, "--json")
    assert result.exit_code == 0
    assert result.stderr.count("finished already, kept") == len(result.stderr.splitlines())
    assert json.loads(result.stdout) == json.loads(before["summary.json"])
    assert contents(copy) == before


def test_only_what_is_missing_is_made_again_with_the_same_bytes(copy: Path, design: Path) -> None:
    before = contents(copy)
    (copy / "training_one_pot.csv").unlink()
    (copy / "order" / "idt_tubes.csv").write_text("tampered with", encoding="utf-8")
    result = run(design, copy)
    made = {line.split()[0] for line in result.stderr.splitlines() if "kept" not in line}
    assert made == {"one_pot", "order", "report"}
    after = contents(copy)
    changing = {PROVENANCE, "summary.json", REPORT}
    assert {name: after[name] for name in before if name not in changing} == {
        name: content for name, content in before.items() if name not in changing
    }


def test_another_seed_starts_over(copy: Path, design: Path) -> None:
    result = run(design, copy, "--seed", "1", *(f"--skip={name}" for name in ("one_pot", "dsd_leaky", "leaks", "sequences")))
    assert result.exit_code == 0, result.output
    assert "kept" not in result.stderr
    summary = summary_of(copy)
    assert summary["seed"] == 1
    assert summary["leaks"] is None and summary["stages"]["leaks"] == "left out"
    assert set(contents(copy)).isdisjoint({"training_one_pot.csv", "leaks.csv", "sequences.csv", "order/idt_tubes.csv"})


def test_an_order_elsewhere_leaves_the_run_as_it_is(copy: Path) -> None:
    before = contents(copy)
    result = CliRunner().invoke(main, ["order", str(copy), "--vendor", "generic", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["vendor"] == "generic"
    after = contents(copy)
    assert {name: after[name] for name in before} == before
    made = {name for name in after if name not in before}
    exchange = {f"exchange/{name}" for name in ("strands.fasta", "system.pil", "complexes.csv", "system.sc")}
    wanted = {"order/oligos.csv", "protocol.md", "protocol.html", "protocol/strands.csv", "protocol/mix_learning.csv"}
    assert made >= {f"order_generic/{name}" for name in wanted | exchange}
    assert all(name.startswith("order_generic/") for name in made)


def test_an_order_takes_the_design_s_choices_and_what_was_delivered(copy: Path, tmp_path: Path) -> None:
    """The certificate is made of the order itself, with 10 nmol of each: 50 uL at 200 uM, or 100 uL at 100 uM."""
    with (copy / "order/idt_tubes.csv").open(encoding="utf-8") as file:
        ordered = list(csv.DictReader(file))
    coa = tmp_path / "coa.csv"
    coa.write_text("Sequence Name,Sequence,nmoles\n" + "".join(f"{row['Name']},{row['Sequence']},10\n" for row in ordered))
    options = ["--vendor", "idt-plate", "--plate", "384", "--fill", "row", "--certificate", str(coa)]
    result = CliRunner().invoke(main, ["order", str(copy), *options, "--json"])
    assert result.exit_code == 0, result.output
    with (copy / "order_idt-plate/protocol/resuspension.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    volume = {"µL to 100 µM": 100.0, "µL to 200 µM": 50.0}[header[5]]
    assert [(row[0], float(row[5])) for row in rows] == [(row["Name"], volume) for row in ordered]
    with (copy / "order_idt-plate/order/plate_map.csv").open(encoding="utf-8") as file:
        assert [row["well"] for row in csv.DictReader(file)][:2] == ["A1", "A2"]
    coa.write_text("Sequence Name,Sequence,nmoles\nnobody,ACGT,10\n")
    refused = CliRunner().invoke(main, ["order", str(copy), "--certificate", str(coa)])
    assert refused.exit_code == 2
    assert f"{coa}:2: the certificate lists a strand that was not ordered (got 'nobody')" in refused.stderr


def test_the_report_can_be_made_again(copy: Path) -> None:
    before = (copy / REPORT).read_bytes()
    (copy / REPORT).unlink()
    figures = copy / "figures"
    result = CliRunner().invoke(main, ["report", str(copy), "--figures", str(figures)])
    assert result.exit_code == 0
    assert len(before) < 1_500_000
    plots = set(re.findall(r'data-plot="(\w+)"', before.decode()))
    assert set(contents(figures)) == {f"{key}.{kind}" for key in plots for kind in ("svg", "pdf")} and len(plots) > 8
    assert f"Report: {copy / REPORT}" in result.stdout
    assert len((copy / REPORT).read_bytes()) == pytest.approx(len(before), rel=0.01)


def test_a_failed_stage_is_reported_and_the_others_are_done(
    design: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without calibration nothing can be simulated, but there are still sequences and a report."""

    def fail(*_: object, **__: object) -> None:
        raise CheckFailed("join_N1_1 would need 1e+06 nM")

    monkeypatch.setattr("dsd_ncrn.analysis.tubes.design_gates", fail)
    result = run(design, tmp_path / "out")
    assert result.exit_code == 1
    assert "calibrate: join_N1_1 would need 1e+06 nM" in result.stderr
    assert "not run: it needs calibrate" in result.stderr
    summary = summary_of(tmp_path / "out")
    assert summary["training"]["dsd"] is None
    assert summary["sequences"]["hard_violations"] == 0
    assert {"report.html", "sequences.csv", "summary.json"} <= set(contents(tmp_path / "out"))
    assert "system.json" not in contents(tmp_path / "out")
