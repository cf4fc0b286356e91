"""``--preset``: another table of rate constants for one command; ``rates``: one rate with its band."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Invoke
from studies import DESIGNS

GATES = "length t = 5\nlength x = 15\nX = t x @initial 20 nM\ngate = x( + ) t* @initial 10 nM\n"
FASTER = 2.09e6 / 2.18e5
"""k_f of free duplexes over that of gates (docs/reference/rates.md)."""


def test_a_rate_has_its_band_and_its_source(invoke: Invoke) -> None:
    """k(5, 0) = k_f / (1 + 0.549), k(5, 7) = k_f / (1 + 0.549 + 0.549 / 0.0024); k_f of gates is 7.12e4 to 6.68e5 /M/s."""
    usual = json.loads(invoke("rates", 5, "--json").stdout)
    assert usual["k_per_M_per_s"] == pytest.approx(2.18e5 / 1.549)
    assert (usual["low"], usual["high"]) == pytest.approx((7.12e4 / 1.549, 6.68e5 / 1.549))
    assert usual["preset"] == "gate" and "Chen et al. 2013" in usual["source"]
    exchange = json.loads(invoke("rates", 5, 7, "--preset", "duplex", "--json").stdout)
    assert exchange["k_per_M_per_s"] == pytest.approx(2.09e6 / (1.549 + 0.549 / 0.0024))
    assert json.loads(invoke("rates", 5, "--preset", "gate:pessimistic", "--json").stdout)["k_per_M_per_s"] == usual["low"]


def test_strands_networks_and_designs_are_taken_at_other_rates(tmp_path: Path, invoke: Invoke) -> None:
    """What is all one displacement goes with k_f; a file is sought from where the command is given."""
    (tmp_path / "own.toml").write_text('base = "duplex"\n[association]\nvalue = 1e6\n', encoding="utf-8")
    (tmp_path / "gates.pil").write_text(GATES, encoding="utf-8")

    def rate(*preset: object) -> float:
        found = json.loads(invoke("enumerate", tmp_path / "gates.pil", *preset, "--json").stdout)
        return float(found["reactions"][0]["rate"])

    def seconds(file: str, *preset: object) -> float:
        found = json.loads(invoke("translate", DESIGNS / file, "--rates", *preset, "--json").stdout)
        return float(found["modules"][0]["seconds"])

    assert rate("--preset", "duplex") / rate() == pytest.approx(FASTER)
    assert rate("--preset", tmp_path / "own.toml") / rate() == pytest.approx(1e6 / 2.18e5)
    for file in ("linreg2d.toml", "approximate_majority.crn"):
        assert seconds(file) / seconds(file, "--preset", "duplex") == pytest.approx(FASTER, rel=1e-3)


@pytest.mark.parametrize("command", ["run", "train", "simulate", "enumerate", "translate", "leaks", "redesign", "fit", "rates"])
def test_an_unknown_preset_is_refused_by_every_command_that_has_one(command: str, invoke: Invoke) -> None:
    given = {"rates": (5,), "fit": (DESIGNS / "linreg2d.toml", DESIGNS / "own_data.csv")}
    result = invoke(command, *given.get(command, (DESIGNS / "linreg2d.toml",)), "--preset", "gat")
    assert result.exit_code == 2
    assert "--preset: unknown table of rate constants (got 'gat'). Did you mean 'gate'?" in result.stderr
