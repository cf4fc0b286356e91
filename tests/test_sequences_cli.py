"""``dsd-ncrn sequences``: what it writes, and how it judges sequences from elsewhere."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from conftest import Invoke, small_spec
from dsd_ncrn.design.load import dump_design
from dsd_ncrn.design.spec import SequenceRules
from sequences import search
from studies import translated

pytest.importorskip("nuad")
pytestmark = pytest.mark.xdist_group("sequences_cli")
JUDGED = ("verdicts.csv", "complexes.csv", "leak_sites.csv", "crosstalk_domains.csv", "crosstalk_strands.csv")


@pytest.fixture(scope="module")
def designed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A design, and the folder of its sequences."""
    place = tmp_path_factory.mktemp("sequences")
    design, out = place / "small.toml", place / "out"
    design.write_text(dump_design(small_spec()), encoding="utf-8")
    result = CliRunner().invoke(main, ["sequences", str(design), "-o", str(out), "--json"])
    assert result.exit_code == 0, result.output
    return design, out


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_every_gate_is_in_the_table_of_complexes(designed: tuple[Path, Path]) -> None:
    rows = _rows(designed[1] / "complexes.csv")
    assert len({row["component"] for row in rows}) == len(rows) > 30
    assert all(0 <= float(row[name]) <= 1 for row in rows for name in ("probability", "core", "formed", "tube_defect"))


@pytest.mark.slow
def test_given_sequences_are_judged_as_those_designed_here(designed: tuple[Path, Path], tmp_path: Path, invoke: Invoke) -> None:
    design, out = designed
    result = invoke("sequences", design, "--check", out / "sequences.csv", "-o", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    for name in JUDGED:
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes(), name
    assert json.loads(result.stdout)["flagged_complexes"] == 0


@pytest.mark.slow
def test_scrambled_sequences_fail_and_the_message_says_what_binds(
    designed: tuple[Path, Path], tmp_path: Path, invoke: Invoke
) -> None:
    rng = random.Random(0)
    rows = [
        (row["domain"], "".join(rng.sample(row["sequence"], len(row["sequence"]))))
        for row in _rows(designed[1] / "sequences.csv")
    ]
    scrambled = tmp_path / "scrambled.csv"
    scrambled.write_text("domain,sequence\n" + "".join(f"{name},{word}\n" for name, word in rows), encoding="utf-8")
    result = invoke("sequences", designed[0], "--check", scrambled)
    assert result.exit_code == 1
    assert "hard sequence rules are broken, with a gap of" in result.stderr
    assert "branch_crosstalk is broken" in result.stderr
    assert "Lower sequences.branch_crosstalk" in result.stderr


@pytest.mark.slow
def test_an_interrupted_search_gives_its_best(tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 130, and the files of what was found until then."""
    best = search.design_sequences(translated("linreg2d_minimal"), SequenceRules(candidates=1), 25.0, 0, steps=1)

    def interrupted(*_: object) -> None:
        raise search.SearchInterrupted(best)

    monkeypatch.setattr("sequences.sequenced.design_sequences", interrupted)
    path = Path(__file__).parent.parent / "designs" / "linreg2d_minimal.toml"
    result = invoke("sequences", path, "-o", tmp_path / "out")
    assert result.exit_code == 130
    assert "best sequences so far" in result.stderr
    table = (tmp_path / "out" / "sequences.csv").read_text(encoding="utf-8")
    assert all(word in table for word in best.sequences.values())
