"""What a run writes of its stages, and what the report says of a run that failed in one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.interface.looking import report
from cli.report.data import ReportData
from cli.report.verdict import advice, failed_stages, headline, missing_stages
from dsd_ncrn.errors import CheckFailed
from runs import run

DESIGN = Path(__file__).parents[1] / "designs" / "linreg2d_minimal.toml"
FAILURE = "join_N1_1 would need <b>1e+06</b> nM"


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which the calibration fails and the sequences are left out."""

    def fail(*_: object, **__: object) -> None:
        raise CheckFailed(FAILURE)

    out = tmp_path_factory.mktemp("runs") / "failed"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dsd_ncrn.gates.learner.calibrate", fail)
        result = run(DESIGN, out, "--skip", "sequences")
    assert result.exit_code == 1
    return out


def test_the_summary_says_what_became_of_every_stage(failed: Path) -> None:
    stages = json.loads((failed / "summary.json").read_text(encoding="utf-8"))["stages"]
    assert stages["ideal"] == stages["translate"] == "finished"
    assert stages["calibrate"] == f"failed: {FAILURE}"
    assert stages["leaks"] == "not run: it needs calibrate" and stages["sequences"] == "left out"


def test_the_report_tells_the_failure_its_consequences_and_what_to_do(failed: Path) -> None:
    data = ReportData(failed)
    assert failed_stages(data) == [("calibrate", FAILURE)]
    assert {"dsd", "leaks", "sequences", "order"} <= dict(missing_stages(data)).keys()
    assert "could not be trained: calibrate failed." in headline(data)
    assert advice(data)[0].startswith("First: fix what made calibrate fail")
    page = (failed / "report.html").read_text(encoding="utf-8")
    assert "1 stage of this run failed." in page
    assert "join_N1_1 would need &lt;b&gt;1e+06&lt;/b&gt; nM" in page and "<b>1e+06" not in page


def test_the_report_made_again_is_the_same(failed: Path) -> None:
    """Byte for byte: the time that the first one took is not on it."""
    before = (failed / "report.html").read_bytes()
    assert CliRunner().invoke(report, [str(failed)]).exit_code == 0
    assert (failed / "report.html").read_bytes() == before


def test_a_run_that_has_not_got_there_says_so(failed: Path, tmp_path: Path) -> None:
    summary = json.loads((failed / "summary.json").read_text(encoding="utf-8"))
    summary["stages"] = dict.fromkeys(summary["stages"], "not reached") | {"compile": "finished"}
    (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    data = ReportData(tmp_path)
    assert not failed_stages(data) and ("leaks", "not reached") in missing_stages(data)
    assert "has not been trained yet" in headline(data)
