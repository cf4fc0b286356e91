"""The staged form: what it compiles to, its proof, its training, and why it refuses what it cannot do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from circuits import random_data, spec_with
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.load import changed
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.counts import counts, stability_warnings
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate import proof
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.staged import StagedLearner, lowered
from dsd_ncrn.simulate.value import separation_error

STAGED: dict[str, Any] = {"form": "staged", "learning_rate": 0.3, "weight_limit": 2.5}
ENGINE = engine_named("rosenbrock")
POSITIVE = random_data(lowest=0.1)
CIRCUITS = [
    {},
    {"f": "theta * x", "pad": 1, "pad_value": 0.5},
    {"f": "[2 * theta1 * x2, theta2 * x1 + 0.3]", "w_out": ((1.0, 0.5),)},
]


def staged(**changes: Any) -> DesignSpec:
    return spec_with(**STAGED | changes)


def test_a_plane_compiles_to_seven_reactions() -> None:
    """Two forward, one meeting, two updates for each parameter; X_i is 2.5 x_i and P_i is theta_i / 0.3."""
    ncrn = compile_design(staged(), 2)
    assert [str(each) for each in ncrn.crn.reactions] == [
        "X1 + P1 -> P1 + Z",
        "X2 + P2 -> P2 + Z",
        "Z + Y ->",
        "Y + X1 -> P1",
        "Z + X1 + P1 ->",
        "Y + X2 -> P2",
        "Z + X2 + P2 ->",
    ]
    assert [each.amounts(1.5) for each in ncrn.inputs] == [(("X1", 3.75),), (("X2", 3.75),)]
    assert ncrn.crn.initial == pytest.approx({"P1": 1 / 0.3, "P2": 1 / 0.3})
    assert ncrn.crn.reactions[0].rate == pytest.approx(0.3 / 2.5)
    assert counts(ncrn)["by_stage"] | {"N1": 2, "N2": 1, "N3": 0, "N4": 4} == counts(ncrn)["by_stage"]
    assert ncrn.crn.clock_species == ()


def test_one_parameter_takes_its_target_as_itself() -> None:
    ncrn = compile_design(staged(f="theta * x"), 1)
    assert [str(each) for each in ncrn.crn.reactions] == ["X1 + P1 -> P1 + Z", "Y -> P1", "Z + P1 ->"]


@pytest.mark.parametrize("circuit", CIRCUITS, ids=str)
def test_every_linear_circuit_is_proved(circuit: dict[str, Any]) -> None:
    """Symbols, the closed form of the prediction (1e-8) and of the update (1e-6), and the sign of the gradient."""
    found = proof.prove(staged(**circuit), POSITIVE, ENGINE)
    assert found.holds, found.checks
    assert len(found.checks) == 4 and all(check.error is not None for check in found.checks)


def test_one_parameter_is_proved() -> None:
    assert proof.prove(staged(f="theta * x"), random_data(inputs=1, lowest=0.1), ENGINE).holds


def doubled(reaction: Reaction) -> Reaction:
    return replace(reaction, rate=2 * reaction.rate)


def crossed(reaction: Reaction) -> Reaction:
    return replace(reaction, products=("P2",))


def kept(reaction: Reaction) -> Reaction:
    return replace(reaction, products=("Z",))


def wasteful(reaction: Reaction) -> Reaction:
    return replace(reaction, products=())


@pytest.mark.parametrize(
    ("name", "fault", "false"),
    [
        ("N1_1", doubled, (0, 1, 2)),
        ("N1_2", wasteful, (0, 1, 2)),
        ("N2_meet", kept, (0, 2, 3)),
        ("N4_raise1", doubled, (0, 2)),
        ("N4_raise1", crossed, (0, 2)),
        ("N4_raise2", wasteful, (0, 2)),
        ("N4_lower1", doubled, (0, 2)),
    ],
)
def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch, name: str, fault: Any, false: tuple[int, ...]) -> None:
    """By the symbols, and by what runs."""

    def faulty(*arguments: Any) -> NeuralCrn:
        ncrn = compile_design(*arguments)
        reactions = tuple(fault(each) if each.origin.reaction == name else each for each in ncrn.crn.reactions)
        return replace(ncrn, crn=replace(ncrn.crn, reactions=reactions))

    monkeypatch.setattr(proof, "compile_design", faulty)
    found = proof.prove(staged(), POSITIVE, ENGINE)
    assert tuple(place for place, check in enumerate(found.checks) if not check.holds) == false


def test_an_error_is_shared_by_the_inputs() -> None:
    """By hand: w = 2.5 (1 - exp(-0.5 theta / 2.5)), 0.5 of each beta; theta_i rises by 0.3 e x_i / sum(x)."""
    learner = StagedLearner(staged().circuit, 2)
    predicted = 2.5 * (1 - np.exp(-0.5 / 2.5)) * 5.0 + 1.0
    assert learner.predict(np.array([2.0, 3.0])) == pytest.approx(predicted, rel=1e-12)
    learner.iterate(np.array([2.0, 3.0]), np.array([predicted + 1.0]))
    assert learner.parameters() == pytest.approx([1 + 0.3 * 0.4, 1 + 0.3 * 0.6], rel=1e-12)


def test_no_error_changes_nothing() -> None:
    """The network itself: prediction and target annihilate before anything is updated (left: 1 / (k t) of fast reactions)."""
    learner = IdealLearner(compile_design(staged(fast_ratio=1e6), 2), ENGINE)
    x = np.array([2.0, 3.0])
    learner.iterate(x, learner.predict(x))
    assert learner.parameters() == pytest.approx([1.0, 1.0], abs=1e-5)


def test_a_parameter_and_an_input_vanish_in_pairs() -> None:
    """dp = dx = -x p keeps p - x, and log(p / x) / (p - x) grows by one time for all; where p = x, 1 / p does."""
    p, x = np.array([2.0, 1.0, 3.0]), np.array([1.0, 4.0, 3.0])
    left = lowered(p, x, 1.2)
    gone = p - left
    assert gone.sum() == pytest.approx(1.2, rel=1e-9)
    time = np.log(left / (x - gone) * x / p)[:2] / (p - x)[:2]
    assert time[0] == pytest.approx(time[1], rel=1e-6)
    assert 1 / left[2] - 1 / p[2] == pytest.approx(time[0], rel=1e-6)
    assert lowered(p, x, 100.0) == pytest.approx([1.0, 0.0, 0.0])


def test_the_network_learns_as_its_equations_do() -> None:
    """Fast reactions of 1,000 leave 1e-6; a plane with noise is learned to within 10 % of what the paper's form leaves."""
    design = changed(staged(), {"training.iterations": 40, "circuit.weight_limit": 10 / 3, "circuit.T": 0.5})
    study = Study(design)
    assert separation_error(study.ideal, study.training("value")) < 1e-6
    paper = Study(changed(spec_with(learning_rate=0.05), {"training.iterations": 40})).ideal
    assert study.ideal.rmse_after < 1.1 * paper.rmse_after < 0.2 * study.ideal.rmse_before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"f": "theta * x - z"}, "reads a state"),
        ({"f": "theta * x * x"}, "not one parameter times one input"),
        ({"train_beta": True}, "pad = 1"),
        ({"f": "-theta * x"}, "Z can only grow"),
        ({"f": "Theta @ x"}, "not the only term"),
        ({"f": "[theta1 * x1, 0]"}, "x2 is not read"),
        ({"w_out": ((1.0, 0.0),)}, "no weight in the prediction"),
        ({"theta": "dual"}, "one concentration"),
        ({"z_initial": "x"}, "no such part"),
    ],
    ids=str,
)
def test_what_the_form_cannot_do_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DesignError, match=said) as refused:
        compile_design(staged(**changes), 2)
    assert 'form = "adjoint"' in str(refused.value)


@pytest.mark.parametrize(("key", "value"), [("training.batch", 4), ("clock.kind", "oscillator")])
def test_batches_and_oscillators_are_refused(key: str, value: object) -> None:
    with pytest.raises(DesignError, match=key):
        compile_design(changed(staged(), {key: value}), 2)


def test_several_targets_are_refused() -> None:
    with pytest.raises(DesignError, match="one prediction"):
        compile_design(staged(), 2, 2)


def test_a_step_that_overshoots_is_warned_of() -> None:
    """eta T sum(x_i^2) / sum(x_i) < 2: at T = 0.5 and x up to (5, 5) that is eta < 0.8."""
    data = Study(spec_with()).data
    assert not stability_warnings(staged(learning_rate=0.75), data)
    assert stability_warnings(staged(learning_rate=0.85), data)
    assert compile_design(staged(shared_adjoint=True), 2).warnings == (
        "circuit.shared_adjoint has no effect in the staged form",
    )
