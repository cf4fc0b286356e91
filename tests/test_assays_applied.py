"""Measured gates in a design: their factors in a tube, which is worst, and `run --measured`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

import dsd_ncrn as dn
from dsd_ncrn.analysis.measured import with_gates
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.assays.applied import judged
from dsd_ncrn.assays.measured import Kind, Measured, MeasuredGate, Quantity, read_measured
from dsd_ncrn.kinetics.network import StepKind
from runs import run

Invoke = Callable[..., Result]
FORWARD, SHARE = 3.0, 0.7


def _number(value: float, predicted: float | None = None, known: str = Kind.INTERVAL) -> Measured:
    return Measured(value, value / 1.2, value * 1.2, known, 0.0, predicted is not None, predicted)


GATE = MeasuredGate(
    "N1_1",
    ("N1_1",),
    {
        (Quantity.RATE, "forward"): _number(1e5 * FORWARD, 1e5),
        (Quantity.RATE, "reverse"): _number(1e5, 1e5, Kind.UNKNOWN),
        (Quantity.RATE, "leak"): _number(4.0, 1.0),
        (Quantity.ACTIVE, "join_N1_1"): _number(SHARE),
    },
)


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(dn.load_design("designs/first_learner.toml"), measured=(GATE,))


def test_a_measured_gate_has_its_own_rates_leak_and_active_share(study: Study) -> None:
    network, system = study.leaky, study.designed
    usual = study.usual(system, network)
    join = network.index["join_N1_1"]
    entering = [n for n, s in enumerate(network.steps) if join in s.reactants and s.kind == StepKind.DISPLACEMENT]
    assert entering and usual.rates[entering] == pytest.approx(FORWARD)
    leaking = [n for n, s in enumerate(network.steps) if join in s.reactants and s.kind == StepKind.LEAK]
    design_leak = study.spec.leak.rate * study.leak_warmth * 1e9
    assert leaking and usual.rates[leaking] == pytest.approx(4.0 / design_leak if design_leak else 4.0)
    places = {component.name: n for n, component in enumerate(system.components)}
    assert usual.doses[places["join_N1_1"]] == pytest.approx(SHARE)
    assert set(np.delete(usual.doses, places["join_N1_1"])) == {1.0}
    backwards = [s for s in network.steps if join in s.products and s.kind == StepKind.DISPLACEMENT]
    # of the way back nothing was told: toeholds keep its ratio to the way forward
    assert usual.rates[[network.steps.index(s) for s in backwards]] == pytest.approx(FORWARD)


def test_what_is_known_of_conditions_holds_beside_what_was_measured(study: Study) -> None:
    """By the conditions gates on beads take twice as long and 12 % of every stock is inactive; no chance is in it. The measured
    active share has all that is wrong with its stock; the measured rate constant is in solution.
    """
    from dsd_ncrn.assays.applied import as_measured
    from dsd_ncrn.simulate.imperfections import middle
    from dsd_ncrn.simulate.imperfections.realisation import Mixture

    given = dn.load_design("designs/first_learner.toml", "bench").imperfections
    mixture = Mixture(study.designed, study.leaky)
    expected = middle(given, mixture)
    join = study.leaky.index["join_N1_1"]
    entering = [n for n, s in enumerate(study.leaky.steps) if join in s.reactants and s.kind == StepKind.DISPLACEMENT]
    places = {component.name: n for n, component in enumerate(study.designed.components)}
    assert expected.rates[entering] == pytest.approx(0.5)
    assert expected.doses[places["Z"]] == pytest.approx(0.88, rel=2e-3)
    assert expected.handling.pull == 300.0 and expected.handling.addition == 0.0
    found = as_measured((GATE,), mixture, expected, expected, study.spec.leak.rate)
    assert found.rates[entering] == pytest.approx(0.5 * FORWARD)
    assert found.doses[places["join_N1_1"]] == SHARE and found.doses[places["Z"]] == expected.doses[places["Z"]]


def test_what_is_worse_known_than_gates_vary_is_drawn_towards_the_usual() -> None:
    """A deviation of 0.9, as large as that between gates, leaves half of the logarithm: 4 becomes 2."""
    from dsd_ncrn.assays.applied import as_measured
    from dsd_ncrn.simulate.imperfections.realisation import Mixture, perfect

    plain = Study(dn.load_design("designs/first_learner.toml"))
    number = Measured(4e5, 1e5, 1.6e6, Kind.INTERVAL, 0.9, True, 1e5)
    gate = MeasuredGate("N1_1", ("N1_1",), {(Quantity.RATE, "forward"): number})
    mixture = Mixture(plain.designed, plain.network)
    found = as_measured((gate,), mixture, perfect(mixture), perfect(mixture), 0.0)
    assert set(np.round(found.rates, 9)) == {1.0, 2.0}


def test_the_way_back_is_weighed_with_the_way_forward(study: Study) -> None:
    """A gate three times as fast, its way back 12 times as fast with a deviation of 0.5, as large as that of their
    ratio: the geometric mean of 3 and 12."""
    from dsd_ncrn.simulate.imperfections.realisation import Mixture

    back = Measured(12e5, 4e5, 36e5, Kind.INTERVAL, 0.5, True, 1e5)
    gate = replace(GATE, numbers={**GATE.numbers, (Quantity.RATE, "reverse"): back})
    mixture = Mixture(study.designed, study.network)
    found = with_gates(study, (gate,)).with_measured(study.designed_tube(study.designed, study.network), mixture)
    assert set(np.round(found.rates, 9)) == {1.0, FORWARD, 6.0}


def test_an_active_share_is_weighed_with_that_of_the_usual_stock(study: Study) -> None:
    """Known to 0.05 where stocks vary by 0.1 about 1: four fifths of the way to 0.7, left open by 0.05 sqrt(4/5)."""
    from dsd_ncrn.simulate.imperfections.realisation import Mixture

    known = Measured(SHARE, SHARE - 0.1, SHARE + 0.1, Kind.INTERVAL, 0.05, False)
    other = with_gates(study, (replace(GATE, numbers={(Quantity.ACTIVE, "join_N1_1"): known}),))
    mixture, usual = Mixture(study.designed, study.network), study.designed_tube(study.designed, study.network)
    place = [component.name for component in study.designed.components].index("join_N1_1")
    drawn = [other.with_measured(usual, mixture, np.random.default_rng(n)).doses[place] for n in range(60)]
    assert other.with_measured(usual, mixture).doses[place] == pytest.approx(0.76)
    assert np.mean(drawn) == pytest.approx(0.76, abs=0.02) and np.std(drawn) == pytest.approx(0.045, rel=0.25)


def test_the_worst_gate_is_told_first() -> None:
    """A leak of 4 /M/s is ln 4 / 1.2 = 1.2 deviations, an active share of 0.7 two."""
    fine = MeasuredGate("N2", (), {(Quantity.ACTIVE, "join_N2"): _number(0.9)})
    worst, other = judged((fine, GATE))
    assert worst.gate == "N1_1" and worst.deviations == pytest.approx(2.0) and "70% active" in worst.says
    assert other.deviations == pytest.approx(0.0, abs=1e-9)


def _file(folder: Path, **changes: Any) -> Path:
    numbers = [
        {"quantity": str(quantity), "of": of, **{k: v if not isinstance(v, Kind) else str(v) for k, v in vars(number).items()}}
        for (quantity, of), number in GATE.numbers.items()
    ]
    gate = {"name": "N1_1", "reactions": ["N1_1"], "parameters": numbers}
    path = folder / "fit.json"
    path.write_text(json.dumps({"format": 1, "gates": [gate | changes]}), encoding="utf-8")
    return path


def test_a_file_of_fits_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_measured(_file(tmp_path)) == (GATE,)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reactions": ["N1_7"]}, "the design has no such reaction (got 'N1_7')"),
        ({"reactions": []}, "no gate says which reactions"),
        ({"parameters": [{}]}, "not a file of fits"),
    ],
)
def test_wrong_files_of_fits_are_refused(tmp_path: Path, changes: dict[str, Any], message: str, invoke: Invoke) -> None:
    found = invoke("run", "designs/first_learner.toml", "--measured", _file(tmp_path, **changes), "-o", tmp_path / "out")
    assert found.exit_code == 2 and message in found.stderr and "fit.json" in found.stderr


@pytest.mark.slow
def test_a_run_on_measured_gates_tells_what_to_change(tmp_path: Path) -> None:
    result = run(
        Path("designs/first_learner.toml"), tmp_path / "out", "--measured", str(_file(tmp_path)), "--until", "dsd", "--json"
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["measured"]
    assert found["low"] <= found["median"] <= found["high"]
    assert found["learned"] > 0.5
    assert found["gates"][0]["gate"] == "N1_1"
    assert found["gates"][0]["gain"] != 0.0 and abs(found["gates"][0]["gain"]) < 0.5
