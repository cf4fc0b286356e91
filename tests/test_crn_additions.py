"""Additions to a plain network while it runs: their text, and what they do, by closed forms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import Invoke
from dsd_ncrn.crn.antimony import antimony_of
from dsd_ncrn.crn.rate_law import crn_to_json
from dsd_ncrn.crn.text import format_crn, load_crn, parse_crn
from dsd_ncrn.crn.types import Injection
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.network_run import simulate_crn, simulate_crn_strands
from interchange_peers import sbml_of_antimony, simulated

DECAY = """
A @initial 10 nM
A -> B [k = 0.01]
at 1 min add A 5 nM   # a minute later
at 90 add B 0.002 µM
"""
K = 0.01


def decayed(times: np.ndarray) -> np.ndarray:
    """By hand: 10 exp(-k t), and 5 exp(-k (t - 60)) from 60 s on."""
    return 10 * np.exp(-K * times) + np.where(times >= 60, 5 * np.exp(-K * (times - 60)), 0.0)


def test_additions_are_read_with_their_units_and_written_back() -> None:
    crn = parse_crn(DECAY)
    assert crn.injections == (Injection(60.0, "A", 5.0), Injection(90.0, "B", 2.0))
    assert "at 60.0 add A 5.0\n" in format_crn(crn)
    assert parse_crn(format_crn(crn)) == crn
    assert crn_to_json(crn)["injections"][1] == {"time": 90.0, "species": "B", "amount": 2.0}
    assert "injections" not in crn_to_json(parse_crn("A -> B"))


def test_a_species_may_be_called_at() -> None:
    assert parse_crn("at -> B").species == ("at", "B")
    assert parse_crn("at + B -> 0").species == ("at", "B")


@pytest.mark.parametrize(
    ("line", "message", "column"),
    [
        ("at 100 s add C 3 nM", "no reaction has the species that is added", 14),
        ("at -5 s add A 3 nM", "cannot be negative|not negative", 4),
        ("at -5 add A 3 nM", "a time is finite and not negative", 4),
        ("at inf add A 3", "a time", 4),
        ("at 5 nM add A 3", "unit|time", 4),
        ("at 5 add A -3", "a concentration is finite and not negative", 12),
        ("at 5 add A 3 s", "unit|concentration", 12),
        ("at 5 add A", "an addition reads at 100 s add A 3 nM", 1),
        ("at noon add A 3", "time", 4),
    ],
)
def test_what_is_wrong_with_an_addition_is_told_with_its_place(tmp_path: Path, line: str, message: str, column: int) -> None:
    path = tmp_path / "wrong.crn"
    path.write_text(f"A -> B\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        load_crn(path)
    assert (error.value.line, error.value.column) == (2, column)


def test_an_addition_decays_as_what_was_there() -> None:
    """At the time of an addition it is there; A + B grows by what is added, to 1e-6."""
    run = simulate_crn(parse_crn(DECAY), seconds=200.0, points=101)
    assert run.times[30] == 60.0
    assert run.of("A") == pytest.approx(decayed(run.times), rel=1e-5)
    total = 10.0 + np.where(run.times >= 60, 5.0, 0.0) + np.where(run.times >= 90, 2.0, 0.0)
    assert run.of("A") + run.of("B") == pytest.approx(total, rel=1e-6)


def test_additions_between_the_times_that_are_shown_and_after_the_end() -> None:
    """From 10 points to 1,000 the same end; what comes after it is not there, what comes at it is."""
    crn = parse_crn("A -> B [k = 0.01]\nat 0 add A 10\nat 33.3 add A 5\nat 100 add A 1\nat 100.5 add A 7")
    few, many = (simulate_crn(crn, seconds=100.0, points=points) for points in (10, 1001))
    end = 10 * np.exp(-1.0) + 5 * np.exp(-0.667) + 1
    assert few.of("A")[0] == 10.0
    assert few.of("A")[-1] == pytest.approx(end, rel=1e-5)
    assert many.of("A")[-1] == pytest.approx(end, rel=1e-5)


def test_the_strands_get_the_same_additions() -> None:
    """Gates sized for what is added later follow the network to 5 % of its largest concentration."""
    run = simulate_crn_strands(parse_crn("A @initial 5\nA -> B [k = 0.01]\nat 100 add A 5"), seconds=200.0, points=41)
    assert run.deviation < 0.05
    assert run.ideal.of("B")[-1] == pytest.approx(5 * (1 - np.exp(-2.0)) + 5 * (1 - np.exp(-1.0)), rel=1e-4)
    assert run.sized.gates["R1"].fired == pytest.approx(run.ideal.of("B")[-1], rel=1e-4)


def test_the_command_adds_while_it_simulates(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "decay.crn"
    path.write_text(DECAY, encoding="utf-8")
    found = json.loads(invoke("simulate", str(path), "--t-end", "200", "--json").stdout)
    assert found["A"] == pytest.approx(decayed(np.array([200.0]))[0], rel=1e-5)
    assert found["A"] + found["B"] == pytest.approx(17.0, rel=1e-6)


def test_antimony_has_additions() -> None:
    """libAntimony makes the SBML of it that libRoadRunner simulates; the closed form at the end."""
    end = simulated(sbml_of_antimony(antimony_of(parse_crn(DECAY))), ("A", "B"), np.array([0.0, 100.0, 200.0]))[-1]
    assert end[0] == pytest.approx(decayed(np.array([200.0]))[0], rel=1e-8)
    assert end.sum() == pytest.approx(17.0, rel=1e-9)
