"""``dsd-ncrn compile`` and ``simulate`` with plain networks: formats, files and rate laws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.interface.compiling import NETWORK_FILES
from conftest import Invoke
from dsd_ncrn.crn.antimony import antimony_of
from dsd_ncrn.crn.drawing import svg_of
from dsd_ncrn.crn.graph import dot_of
from dsd_ncrn.crn.latex import latex_of
from dsd_ncrn.crn.sbml import sbml_of
from interchange_networks import PLAIN, example

WRITERS = {"sbml": sbml_of, "antimony": antimony_of, "latex": latex_of, "dot": dot_of, "svg": svg_of}


@pytest.mark.parametrize("form", WRITERS)
def test_a_format_is_printed_and_written(form: str, invoke: Invoke, tmp_path: Path) -> None:
    path = PLAIN[0]
    result = invoke("compile", path, "--format", form, "-o", tmp_path)
    expected = WRITERS[form](example(path))
    assert (result.exit_code, result.stdout.rstrip("\n")) == (0, expected.rstrip("\n"))
    assert (tmp_path / NETWORK_FILES[form]).read_text(encoding="utf-8") == expected
    assert {each.name for each in tmp_path.iterdir()} == {"ncrn.crn", "ncrn.json", NETWORK_FILES[form]}


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.stem)
def test_examples_compile_and_run(path: Path, invoke: Invoke) -> None:
    assert invoke("compile", path).exit_code == 0
    last = json.loads(invoke("simulate", path, "--t-end", "10", "--json").stdout)
    assert last["time"] == 10.0


def test_the_rate_law_of_what_is_written_and_read(invoke: Invoke, tmp_path: Path) -> None:
    """k z^3 with k = 1.5 is k' z^3 / 3! with k' = 9."""
    path = tmp_path / "cubic.crn"
    path.write_text("Z @initial 0.5 nM\n3 Z -> 2 Z [k = 1.5]\n", encoding="utf-8")
    written = json.loads(invoke("compile", path, "--rate-law", "combinatoric", "--json", "-o", tmp_path / "out").stdout)
    assert (written["rate_law"], written["reactions"][0]["rate"]) == ("combinatoric", 9.0)
    read = json.loads(invoke("compile", path, "--input-rate-law", "combinatoric", "--json").stdout)
    assert (read["rate_law"], read["reactions"][0]["rate"]) == ("product", 0.25)
    assert "combinatoric rate law" in invoke("compile", path, "--rate-law", "combinatoric").stdout


def test_simulating_in_either_rate_law(invoke: Invoke, tmp_path: Path) -> None:
    """dz/dt = -k z^3 solved by hand, with k as it stands and with k / 3!; a file that says its law is held to it."""
    path = tmp_path / "cubic.crn"
    path.write_text("Z @initial 0.5 nM\n3 Z -> 2 Z [k = 1.5]\n", encoding="utf-8")
    for law, constant in (("product", 1.5), ("combinatoric", 0.25)):
        last = json.loads(invoke("simulate", path, "--t-end", "0.8", "--rate-law", law, "--json").stdout)
        assert last["Z"] == pytest.approx(0.5 / (1 + 2 * constant * 0.25 * 0.8) ** 0.5, rel=1e-6)
    assert invoke("compile", path, "--rate-law", "combinatoric", "-o", tmp_path / "out").exit_code == 0
    refused = invoke("simulate", tmp_path / "out" / "ncrn.crn")
    assert refused.exit_code == 2
    assert "the file's constants follow another rate law than product" in refused.stderr


def test_sbml_does_not_depend_on_the_rate_law(invoke: Invoke) -> None:
    """Its rate laws are written out, so that their constants have one meaning."""
    first, second = (
        invoke("compile", PLAIN[0], "--format", "sbml", "--rate-law", law).stdout for law in ("product", "combinatoric")
    )
    assert first == second


def test_a_design_goes_into_every_format(small: Path, invoke: Invoke) -> None:
    """The table's 14 reactions and 6 flushes are in each of them."""
    for form, mark, wanted in (("sbml", "<reaction id", 20), ("antimony", " => ", 20), ("latex", r"\rightarrow", 20)):
        result = invoke("compile", small, "--format", form)
        assert (result.exit_code, result.stdout.count(mark)) == (0, wanted)
