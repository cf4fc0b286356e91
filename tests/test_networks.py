"""Plain networks at strand level: gates sized by rate constants, and how close their strands come to mass action."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import astuple
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from conftest import Invoke
from dsd_ncrn.crn.text import load_crn, parse_crn
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.network_run import NetworkRun, ideal_network, run_network, sized_for
from dsd_ncrn.gates.sized_network import Limits
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.simulate.engines import engine_named
from studies import DESIGNS

GOLDEN = Path(__file__).parent / "golden" / "networks.json"
ENGINE, RATES = engine_named("rosenbrock"), rates_of()
TENTH = Limits(scale=0.1)


def simulated(crn: Crn, seconds: float, limits: Limits | None = None, scheme: str = "plain") -> NetworkRun:
    sized = sized_for(crn, seconds, ENGINE, Translation.model_validate({"scheme": scheme}), limits)
    return run_network(sized, np.linspace(0.0, seconds, 601), ENGINE)


@cache
def of_file(name: str, seconds: float, scale: float = 1.0, largest: float = 10_000.0) -> NetworkRun:
    return simulated(load_crn(DESIGNS / f"{name}.crn"), seconds, Limits(largest, scale))


MEASURED = {
    ("approximate_majority", 1000.0, 1.0): (18.7, 0.005),
    ("rock_paper_scissors", 600.0, 1.0): (47.1, 0.03),
    ("rock_paper_scissors", 600.0, 0.1): (468.0, 0.02),
    ("lotka_volterra", 7200.0, 0.1): (15.6, 0.04),
    ("counter", 3e5, 1.0): (350.8, 0.04),
}
"""Seconds of DNA time per second, and a bound of the deviation: one takeover, about two periods each, one pulse."""


@pytest.mark.parametrize("case", MEASURED, ids=str)
def test_strands_keep_to_the_network(case: tuple[str, float, float]) -> None:
    """Largest difference over the largest concentration; measured 0.2, 1.8, 1.2, 1.8 and 1.4 %."""
    factor, bound = MEASURED[case]
    run = of_file(*case)
    assert run.sized.seconds == pytest.approx(factor, rel=0.01)
    assert run.deviation < bound
    difference = np.abs(run.dsd.values - run.ideal.values).max() / run.ideal.values.max()
    assert run.deviation == pytest.approx(difference)


SIZED = [*MEASURED, ("approximate_majority", 1000.0, 0.1)]


def test_sizes_stay_as_they_are() -> None:
    """Toeholds letter by letter; concentrations (nM) and seconds within 1e-9 of ``tests/golden/networks.json``."""
    found: dict[str, dict[str, list[float]]] = {}
    for name, seconds, scale in SIZED:
        for scheme in ("plain", "sealed", "chen"):
            translation = Translation.model_validate({"scheme": scheme})
            sized = sized_for(load_crn(DESIGNS / f"{name}.crn"), seconds, ENGINE, translation, Limits(scale=scale))
            gates = {gate: [*astuple(sizes)] for gate, sizes in sized.gates.items()}
            found[f"{name}, {scale:g}, {scheme}"] = {"factor and reserve": [sized.seconds, sized.reserve], **gates}
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert found.keys() == kept.keys()
    for case, sizes in found.items():
        assert sizes.keys() == kept[case].keys()
        for gate, numbers in sizes.items():
            assert numbers == pytest.approx(kept[case][gate], rel=1e-9)


def test_oscillators_go_round_twice() -> None:
    """A rises above its mean twice in both trajectories, at times that differ by less than 2 %."""
    for name, seconds, scale in (("rock_paper_scissors", 600.0, 1.0), ("lotka_volterra", 7200.0, 0.1)):
        run = of_file(name, seconds, scale)
        ups = [rises(trajectory.values[:, 0], trajectory.times) for trajectory in (run.ideal, run.dsd)]
        assert len(ups[0]) == len(ups[1]) == 2
        assert ups[1] == pytest.approx(ups[0], rel=0.02)


def rises(values: np.ndarray, times: np.ndarray) -> list[float]:
    """When a curve crosses its mean upwards."""
    above = values > values.mean()
    return times[1:][above[1:] & ~above[:-1]].tolist()


def test_what_a_network_conserves_its_strands_conserve_nearly() -> None:
    """X + Y + B of approximate majority; what is under way in a fork is missing, 1 % at most."""
    run = of_file("approximate_majority", 1000.0)
    assert run.ideal.values.sum(axis=1) == pytest.approx(np.full(601, 100.0), rel=1e-6)
    assert np.abs(run.dsd.values.sum(axis=1) - 100.0).max() < 1.0


def test_the_factor_of_one_reaction_is_that_of_its_law() -> None:
    """A + B -> C with join, buffers and helper at 10 µM: k k0 ([J]/a~) / (1 + b~/C) / (1 + [J]/a~) = k k0 / 4."""
    run = simulated(parse_crn("A + B -> C [k = 1e-3]\nA @initial 1 nM\nB @initial 1 nM"), 1000.0)
    assert run.sized.seconds == pytest.approx(1e-3 * 4 / RATES.displacement(5, 5), rel=1e-3)
    assert run.deviation < 1e-3


def test_all_concentrations_ten_times_lower_is_the_same_ten_times_slower() -> None:
    """Every step is bimolecular, so that time scales as one over concentration (exact, but for the least join of 20 nM)."""
    high, low = of_file("rock_paper_scissors", 600.0), of_file("rock_paper_scissors", 600.0, 0.1, 1000.0)
    assert low.sized.seconds == pytest.approx(10 * high.sized.seconds, rel=1e-6)
    assert low.deviation == pytest.approx(high.deviation, rel=1e-2)


@pytest.mark.parametrize("scheme", ["sealed", "chen"])
def test_other_schemes_keep_to_the_network_too(scheme: str) -> None:
    crn = load_crn(DESIGNS / "approximate_majority.crn")
    assert simulated(crn, 1000.0, scheme=scheme).deviation < 0.01


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("-> A [k = 0.05]\nA -> [k = 1e-2]", 500.0),
        ("A -> B + C [k = 1e-2]\nA @initial 50 nM", 300.0),
        ("A + B -> [k = 1e-4]\nA @initial 50 nM\nB @initial 30 nM", 1000.0),
        ("A <=> B [kf = 2e-3, kr = 1e-3]\nA @initial 30 nM", 1000.0),
        ("A + B + C -> D [k = 1e-6]\nA @initial 30 nM\nB @initial 30 nM\nC @initial 30 nM", 1000.0),
    ],
)
def test_small_networks_keep_to_mass_action(text: str, seconds: float) -> None:
    """A source and a sink, one to three inputs, a reversible reaction: 3 %."""
    run = simulated(parse_crn(text), seconds)
    assert run.deviation < 0.03
    assert run.ideal.values.max() > 4.0


def test_gates_are_within_bounds_and_last() -> None:
    """No component above the limit, no join used up by more than one part in its reserve."""
    for name, seconds, scale in (("lotka_volterra", 7200.0, 0.1), ("counter", 3e5, 1.0)):
        run = of_file(name, seconds, scale)
        assert max(component.concentration for component in run.sized.system.components) <= 10_000.0 * (1 + 1e-5)
        assert max(run.used.values()) < 1 / run.sized.reserve
        for gate in run.sized.gates.values():
            assert gate.join >= run.sized.reserve * gate.fired * (1 - 1e-6)
            assert gate.fork >= run.sized.reserve * gate.fired * (1 - 1e-6)


def test_firings_are_counted_by_the_ideal_network() -> None:
    """A -> B: what fires is A (1 - exp(-k t)), and the largest concentrations are those at the two ends."""
    crn = parse_crn("A -> B [k = 1e-2]\nA @initial 10 nM")
    _, use = ideal_network(crn, np.linspace(0.0, 100.0, 11), ENGINE)
    assert use.fired == pytest.approx((10 * (1 - np.exp(-1.0)),), rel=1e-5)
    assert use.peaks == pytest.approx({"A": 10.0, "B": 10 * (1 - np.exp(-1.0))}, rel=1e-5)


def test_constants_too_far_apart_are_an_error_that_tells_by_how_much() -> None:
    with pytest.raises(InputError, match=r"no factor of time suits all reactions \(R1 .* to .*; R2 .* to ") as caught:
        sized_for(parse_crn("A + B -> C [k = 1]\nC -> D [k = 1e-7]\nA @initial 10 nM\nB @initial 10 nM"), 1e7, ENGINE)
    assert "with gates of up to 10000 nM that hold 3 times what they fire" in str(caught.value)
    assert "scale the concentrations down" in str(caught.value)


def test_both_trajectories_are_written_side_by_side(tmp_path: Path, invoke: Invoke) -> None:
    network = DESIGNS / "approximate_majority.crn"
    result = invoke("simulate", network, "--level", "dsd", "--t-end", "500", "--format", "csv", "-o", tmp_path, "--json")
    found = json.loads(result.stdout)
    assert set(found) == {"time", "seconds", "scale", "reserve", "deviation", "slowdown", "used", "ideal", "dsd"}
    bound = (59.93 + 80.1 + 13 - ((59.93 + 80.1 + 13) ** 2 - 4 * 59.93 * 80.1) ** 0.5) / 2  # uM of open toeholds, of strands
    assert found["slowdown"] == pytest.approx(1 / ((1 - bound / 59.93) * (1 - bound / 80.1)), rel=1e-3)
    assert found["time"] == 500.0 and found["deviation"] < 0.005 and found["scale"] == 1.0
    with (tmp_path / "trajectories.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["time", *(f"{name}_{level}" for name in "XYB" for level in ("ideal", "dsd"))]
    assert float(rows[-1]["X_dsd"]) == found["dsd"]["X"]
    text = invoke("simulate", network, "--level", "dsd", "--t-end", "500").stdout
    assert "18.7 s of DNA time make one second of the network" in text and "largest difference: 0." in text


def test_translate_makes_the_sized_gates(invoke: Invoke) -> None:
    """``--rates`` then shows one pace for all reactions, the factor of time; ``--sizing given`` the defaults."""
    network = DESIGNS / "rock_paper_scissors.crn"
    sized = sized_for(load_crn(network), 1000.0, ENGINE)
    found = json.loads(invoke("translate", network, "--json").stdout)
    levels = {component["name"]: component["concentration"] for component in found["components"]}
    assert levels["join_R1"] == pytest.approx(sized.system.by_name["join_R1"].concentration)
    rates = json.loads(invoke("translate", network, "--rates", "--json").stdout)
    assert [m["seconds"] for m in rates["modules"]] == pytest.approx([sized.seconds] * 3, rel=0.05)
    given = json.loads(invoke("translate", network, "--sizing", "given", "--json").stdout)
    assert {c["name"]: c["concentration"] for c in given["components"]}["join_R1"] == 1000.0


def test_limits_are_read_with_their_unit(invoke: Invoke) -> None:
    network = DESIGNS / "approximate_majority.crn"
    low = json.loads(invoke("simulate", network, "--level", "dsd", "--scale", "0.1", "--largest", "1 uM", "--json").stdout)
    assert low["scale"] == 0.1 and low["seconds"] == pytest.approx(187.4, rel=0.01)
    refused = invoke("simulate", network, "--level", "dsd", "--largest", "1")
    assert refused.exit_code == 2 and "a concentration is a number and a unit" in refused.stderr
    assert "--largest is above 0" in invoke("translate", network, "--largest", "0 nM").stderr


def test_gates_hold_as_much_more_than_they_fire_as_the_limit_allows() -> None:
    """Of 100 nM that fire once, 24 times as much where 10 µM may be mixed; 12, 8, 5 and 3 times as the limit comes down."""
    crn = parse_crn("A -> B [k = 1e-2]\nA @initial 100 nM")
    limits = [Limits(largest) for largest in (10_000.0, 1500.0, 1000.0, 600.0, 350.0)]
    reserves = [sized_for(crn, 500.0, ENGINE, limits=each).reserve for each in limits]
    assert list(dict.fromkeys(reserves)) == [24.0, 12.0, 8.0, 5.0, 3.0]


def test_what_is_used_is_what_has_fired_in_the_end() -> None:
    """A -> B to 99 %: of the join the share that has fired, within 5 % of it."""
    run = simulated(parse_crn("A -> B [k = 1e-2]\nA @initial 100 nM"), 500.0)
    gate = run.sized.gates["R1"]
    assert gate.fired == pytest.approx(100 * (1 - np.exp(-5.0)), rel=1e-4)
    assert max(run.used.values()) == pytest.approx(gate.fired / min(gate.join, gate.fork), rel=0.05)
