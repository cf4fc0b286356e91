"""``run`` in parts: up to a stage, with what stages leave printed, and errors of stages at their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from cli.job import job_of
from conftest import Invoke
from dsd_ncrn.analysis.translated import verified
from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.pil import read_pil
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.proof import prove

pytestmark = pytest.mark.usefixtures("undrawn")
QUICK = ("--workers", "1")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_a_run_goes_no_further_than_it_is_told(small: Path, out: Path, invoke: Invoke) -> None:
    result = invoke("run", small, "-o", out, "--until", "translate", *QUICK)
    assert result.exit_code == 0, result.output
    names = [line.split()[0] for line in result.stderr.splitlines()]
    assert names == ["compile", "ideal", "clock", "translate", "report"]
    assert result.stdout == f"Report: {out / 'report.html'}\n"
    assert list(json.loads((out / ".stages.json").read_text(encoding="utf-8"))["stages"]) == sorted(names[:-1])


def test_a_finished_stage_beyond_the_last_one_is_kept(small: Path, out: Path, invoke: Invoke) -> None:
    invoke("run", small, "-o", out, "--until", "translate", *QUICK)
    before = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    result = invoke("run", small, "-o", out, "--until", "compile", "--json", *QUICK)
    assert "translate    finished already, kept" in result.stderr
    assert json.loads(result.stdout)["dsd"] == before["dsd"]


def test_what_a_stage_leaves_is_all_of_standard_output(small: Path, out: Path, tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("run", small, "-o", out, "--until", "translate", "--print-after", "translate", *QUICK)
    (tmp_path / "printed.pil").write_text(result.stdout, encoding="utf-8")
    strands = invoke("translate", small, "--format", "pil").stdout
    assert result.stdout == strands
    assert read_pil(tmp_path / "printed.pil")
    assert f"Report: {out / 'report.html'}" in result.stderr


def test_several_stages_are_printed_under_their_names_also_when_kept(small: Path, out: Path, invoke: Invoke) -> None:
    words = (
        "run",
        small,
        "-o",
        out,
        "--until",
        "clock",
        "--print-after",
        "compile",
        "--print-after",
        "ideal",
        "--print-after",
        "clock",
        *QUICK,
    )
    first, again = invoke(*words).stdout, invoke(*words).stdout
    assert first == again
    network, _, training = first.removeprefix("# after compile\n").partition("# after ideal\n")
    assert parse_crn(network) == parse_crn((out / "ncrn.crn").read_text(encoding="utf-8"))
    clock = "# after clock\n# clock has nothing to show for this design\n"
    assert training == (out / "training_ideal.csv").read_text(encoding="utf-8") + clock


def test_calibrated_strands_come_with_their_durations(small: Path, out: Path, invoke: Invoke) -> None:
    """The flush of 70 min is prolonged by how many times slower steps are with strands resting on toeholds."""
    result = invoke("run", small, "-o", out, "--until", "calibrate", "--print-after", "calibrate", *QUICK)
    strands = (out / "system.pil").read_text(encoding="utf-8")
    durations = result.stdout.removesuffix(strands).splitlines()
    assert [line.split(":")[0] for line in durations] == ["# phase C1", "# phase C2", "# phase flush", "# an iteration"]
    assert float(durations[2].split()[3]) == pytest.approx(4200 * 3.416, rel=1e-3)


def test_long_steps_tell_how_far_they_are(small: Path) -> None:
    shares = dict[str, list[float]]()

    def into(name: str) -> Callable[[int, int], None]:
        return lambda done, total: shares.setdefault(name, []).append(done / total)

    study = job_of(small, 0, watch=lambda part: nullcontext(into(part))).study.ready
    verified(study.designed, progress=into("strands"))
    prove(study.decided, study.data, study.integrator, progress=into("proof"))
    assert set(shares) == {"ideal", "calibrate", "strands", "proof"}
    for told in shares.values():
        assert len(told) > 1 and told == sorted(told) and 0 <= told[0] < told[-1] <= 1


def failing(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def raised(*_: object) -> None:
        raise error

    monkeypatch.setattr("dsd_ncrn.analysis.translated.train_ideal", raised)


def test_bad_input_that_a_stage_finds_is_told_at_its_line(
    small: Path, out: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(DesignError("a rule", 3, "A remedy.", key=("circuit", "learning_rate")), monkeypatch)
    result = invoke("run", small, "-o", out, "--until", "ideal", *QUICK)
    line = next(
        n for n, text in enumerate(small.read_text(encoding="utf-8").splitlines(), 1) if text.startswith("learning_rate")
    )
    assert result.exit_code == 2
    assert f"ideal        failed: {small}:{line}: a rule (got 3). A remedy." in result.stderr


def test_the_summary_comes_out_also_where_a_check_has_failed(
    small: Path, out: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(CheckFailed("it diverges"), monkeypatch)
    result = invoke("run", small, "-o", out, "--until", "ideal", "--json", *QUICK)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["ncrn"]["reactions"] > 0
    assert "Error: 1 of the run's checks failed: ideal: it diverges." in result.stderr


def test_a_run_without_sequences_cannot_be_ordered(small: Path, out: Path, invoke: Invoke) -> None:
    invoke("run", small, "-o", out, "--until", "compile", *QUICK)
    result = invoke("order", out)
    assert result.exit_code == 2
    assert f"{out}: this run has no sequences yet. Let `run` finish the stage sequences" in result.stderr


@pytest.mark.parametrize("command", ["run", "order"])
def test_an_unknown_vendor_is_told_at_its_line(command: str, small: Path, out: Path, invoke: Invoke) -> None:
    text = small.read_text(encoding="utf-8").replace('vendor = "idt-tube"', 'vendor = "idt-tub"')
    small.write_text(text, encoding="utf-8")
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.startswith("vendor"))
    result = invoke(command, small, "-o", out)
    assert result.exit_code == 2
    assert f"Error: {small}:{line}: unknown vendor (got 'idt-tub'). Did you mean 'idt-tube'?" in result.stderr
    assert not out.exists()
