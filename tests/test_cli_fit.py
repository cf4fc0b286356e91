"""``dsd-ncrn fit``: assay files, layout and exports in; parameters, traces and warnings out; one message for bad input."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from dsd_ncrn.assays.bench import doses_of, mix_of, read_bench
from dsd_ncrn.assays.measured import Quantity, read_measured
from dsd_ncrn.assays.model import gate_model
from dsd_ncrn.assays.synthetic import REPORTER, empty_wells, measured, truth_of, typical
from dsd_ncrn.assays.wells import Assay, Errors
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.rates import rates_of

Invoke = Callable[..., Result]
THREADS = """
import os, sys
sys.argv = ["dsd-ncrn", "--version"]
from dsd_ncrn.__main__ import main
try:
    main()
finally:
    print(os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"], "numpy" in sys.modules)
"""
PIL = "length c = 20\nlength u = 5\nC = c u\nreporter = c( + u* )\n"
TUBES: tuple[dict[str, float], ...] = (
    {"C": 60, "reporter": 30},
    {"C": 10, "reporter": 30},
    {"C": 20, "reporter": 20},
    {"C": 5, "reporter": 30},
    {},
)
LAYOUT = "well,mix,purpose\n" + "".join(
    f"A{n},{mix_of(doses)},{'sample' if doses else 'blank'}\n" for n, doses in enumerate(TUBES, start=1)
)
IN_M = "well,mix,purpose\n" + "".join(f"A{n},{1e-9 * each.get('C', 0)} C,sample\n" for n, each in enumerate(TUBES[:4], start=1))
DARK = LAYOUT.replace("A1,60 C + 30 reporter,sample", "A1,,blank").replace("A5,,blank", "A5,10 C + 30 reporter,sample")
BENCH = 'name = "readout"\nstrands = "readout.pil"\nreporter = "reporter"\nreactions = ["read_C"]\n'


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an assay of a reporter, and what a reader exports of it, in minutes."""
    folder = tmp_path_factory.mktemp("bench")
    for name, text in (("readout.toml", BENCH), ("readout.pil", PIL), ("layout.csv", LAYOUT)):
        (folder / name).write_text(text, encoding="utf-8")
    random = np.random.default_rng(7)
    assay = Assay(gate_model(REPORTER, "reporter", rates_of()), empty_wells(TUBES, 30), Errors(0.03))
    read = measured(assay, truth_of(assay, typical(random), random, 0.03), 200.0, 0.5, random)
    traces = [well.trace for well in read.wells if well.trace is not None]
    lines = ["Well,Time [min],Fluorescence"]
    lines += [f"{t.well},{at / 60!r},{v!r}" for t in traces for at, v in zip(t.times.tolist(), t.values.tolist())]
    (folder / "data.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def fitted(bench: Path) -> dict[str, Any]:
    from click.testing import CliRunner

    from cli.main import main

    result = CliRunner().invoke(
        main, ["fit", str(bench), str(bench / "data.csv"), "-o", str(bench / "out"), "--quick", "--petab", "--json"]
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_parameters_come_with_their_intervals(fitted: dict[str, Any]) -> None:
    (gate,) = fitted["gates"]
    told = {each["name"]: each for each in gate["parameters"]}
    rate = told["rate constant forward of reporter"]
    assert rate["low"] < rate["value"] < rate["high"] and rate["unit"] == "/M/s"
    assert gate["reactions"] == ["read_C"] and gate["rms_of_scale"] < 0.02


def test_files_hold_the_same(fitted: dict[str, Any], bench: Path) -> None:
    (gate,) = read_measured(bench / "out" / "fit.json")
    value = gate.get(Quantity.RATE, "forward of reporter")
    assert value is not None
    assert value.value == fitted["gates"][0]["parameters"][0]["value"]
    assert (bench / "out" / "petab_readout" / "problem.yaml").exists()
    rows = (bench / "out" / "traces.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 5 * 30
    measured_, predicted, residual = map(float, rows[7].split(",")[3:])
    assert residual == pytest.approx(measured_ - predicted)


def test_the_page_has_every_parameter_and_well(fitted: dict[str, Any], bench: Path) -> None:
    page = (bench / "out" / "fit.html").read_text(encoding="utf-8")
    for each in fitted["gates"][0]["parameters"]:
        assert each["name"] in page
    for well in ("A1", "A2", "A3", "A4", "A5"):
        assert f'<th scope="row">{well}</th>' in page
    assert "10 C + 30 reporter" in page and page.count("<figure") == 2
    packed = page.split('id="plots">', 1)[1].split("<", 1)[0]
    plots = zlib.decompress(base64.b64decode(packed)).decode()
    assert plots.count('"type": "symbol", "description"') == 2 * 5  # readings and residuals are points


def test_a_well_held_out_is_on_the_page_with_its_error(bench: Path, tmp_path: Path, invoke: Invoke) -> None:
    for name, text in (("readout.toml", BENCH), ("readout.pil", PIL)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    layout = LAYOUT.replace("A3,20 C + 20 reporter,sample", "A3,20 C + 20 reporter,held out")
    (tmp_path / "layout.csv").write_text(layout, encoding="utf-8")
    told = invoke("fit", str(tmp_path), str(bench / "data.csv"), "-o", str(tmp_path / "out"), "--quick", "--json")
    (check,) = json.loads(told.stdout)["gates"][0]["held_out"]
    page = (tmp_path / "out" / "fit.html").read_text(encoding="utf-8")
    row = page[page.index("Wells held out") :].split('<th scope="row">A3</th>', 1)[1].split("</tr>", 1)[0]
    shares = [f'<td class="n">{100 * check[key]:.1f}</td>' for key in ("dosed", "mixed", "noise")]
    assert row == "".join(shares)


def test_a_problem_that_was_written_is_fitted_again(fitted: dict[str, Any], bench: Path, invoke: Invoke) -> None:
    """It has no errors of start times, a few s of minutes: rate and active share are the same within part of an interval."""
    problem = bench / "out" / "petab_readout" / "problem.yaml"
    again = json.loads(invoke("fit", str(problem), "--quick", "--json").stdout)
    (gate,), (before,) = again["gates"], fitted["gates"]
    assert gate["name"] == "readout" and gate["reactions"] == before["reactions"]
    told = {each["name"]: each for each in before["parameters"]}
    for each in gate["parameters"]:
        if each["quantity"] in (Quantity.RATE, Quantity.ACTIVE):
            old = told[each["name"]]
            assert abs(each["value"] - old["value"]) < 0.2 * (old["high"] - old["low"])
    for arguments, message in (((problem, bench / "data.csv"), "has its data"), ((bench,), "there are no data")):
        refused = invoke("fit", *arguments)
        assert refused.exit_code == 2 and message in refused.output


def test_files_of_two_units_of_time_are_read_together(
    fitted: dict[str, Any], bench: Path, tmp_path: Path, invoke: Invoke
) -> None:
    """The same readings in two files, one in min and one in h, whose headers do not say so: the same times."""
    _, *rows = (bench / "data.csv").read_text(encoding="utf-8").splitlines()
    for name, wells, minutes in (("a.csv", ("A1", "A2"), 1.0), ("b.csv", ("A3", "A4", "A5"), 60.0)):
        cells = [row.split(",") for row in rows if row.startswith(wells)]
        lines = ["Well,Time,Fluorescence", *(f"{well},{float(at) / minutes!r},{value}" for well, at, value in cells)]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    arguments = ["fit", bench, tmp_path / "a.csv", tmp_path / "b.csv", "--quick", "-o", tmp_path / "out"]
    units = ["--time-unit", "1 min", "--time-unit", "1 h"]
    assert invoke(*arguments, *units).exit_code == 0

    def times(traces: Path) -> list[float]:
        return [float(row.split(",")[2]) for row in traces.read_text(encoding="utf-8").splitlines()[1:]]

    assert times(tmp_path / "out" / "traces.csv") == pytest.approx(times(bench / "out" / "traces.csv"))
    refused = invoke(*arguments, *units, "--time-unit", "1 h")
    assert refused.exit_code == 2 and "--time-unit is given once, or once for each of 2 files" in refused.stderr


def test_mixes_are_read_as_they_are_written() -> None:
    doses = {"join": 20.0, "A": 0.5, "reporter": 30.0}
    assert doses_of(mix_of(doses)) == doses == doses_of("20 nM join + 0.5 A+30 nM reporter")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("readout.toml", "reporter = ", "reportre = ", "unknown key 'reportre'"),
        ("readout.toml", '"reporter"', '"C"', "a reporter is a duplex"),
        ("layout.csv", "10 C +", "10 D +", "layout.csv:3: the strands have no such component"),
        ("layout.csv", "10 C +", "ten C +", "layout.csv:3: a mix is doses in nM"),
        ("layout.csv", "A2,", "A1,", "layout.csv:3: the well is there twice"),
        ("layout.csv", "blank", "blnk", "layout.csv:6: no such purpose of a well"),
        ("layout.csv", "well,", "place,", "layout.csv:1: the layout has no such column"),
        ("data.csv", "Time [min]", "Time", "nothing says the unit of 'Time'"),
        ("data.csv", "Well,Time", "Fluor,Time", "data.csv:2:1: Fluor: a reading is a number"),
        (
            "data.csv",
            "Time [min]",
            "Time [ms]",
            "data.csv:2:3: A1: the trace lasts 0.238 s, so that the unit of its times is wrong",
        ),
        (
            "layout.csv",
            LAYOUT,
            IN_M,
            "layout.csv:1:2: the largest dose of readout is 6e-08 nM, so that the unit of its doses",
        ),
        ("layout.csv", LAYOUT, DARK, "data.csv:32:3: A2: negative after the blank of"),
    ],
)
def test_bad_input_is_told_in_one_line(
    bench: Path, tmp_path: Path, invoke: Invoke, file: str, old: str, new: str, message: str
) -> None:
    for name in ("readout.toml", "readout.pil", "layout.csv", "data.csv"):
        text = (bench / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(old, new, 1) if name == file else text, encoding="utf-8")
    result = invoke("fit", tmp_path / "readout.toml", tmp_path / "data.csv", "--quick")
    assert result.exit_code == 2 and message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_layout_that_names_other_wells_is_refused(bench: Path, tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "other.csv").write_text("Time [s],H1\n0,1\n60,2\n", encoding="utf-8")
    result = invoke("fit", bench / "readout.toml", tmp_path / "other.csv")
    assert result.exit_code == 2 and "no well of the layout is in the exports (got 'H1')" in result.stderr


def test_a_layout_without_wells_of_the_gate_is_refused(bench: Path, tmp_path: Path) -> None:
    (tmp_path / "layout.csv").write_text("well,mix,gate\nA1,30 reporter,other\n", encoding="utf-8")
    for name in ("readout.toml", "readout.pil"):
        (tmp_path / name).write_text((bench / name).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(InputError, match="no wells of readout"):
        read_bench(tmp_path / "readout.toml")


def test_linear_algebra_takes_one_thread_unless_told_otherwise() -> None:
    """With a thread for each processor a fit takes eight times as much of them; it counts only before numpy is loaded."""
    place = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | {"OMP_NUM_THREADS": "3"}
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, env=place)
    assert done.stdout.splitlines()[-1] == "1 3 False"
