"""Proofs of compilations: they hold for every kind of circuit, and a planted fault is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from circuits import DUAL, ONE_OUTPUT, TABLE_3, TWO_OUTPUT, compiled, named, random_data, spec_with
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.ncrn import verify
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate import proof
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.proof import Proof, Stages, loss_and_gradient, prove

ENGINE = engine_named("rosenbrock")


def proved(circuit: dict[str, Any], outputs: int = 1) -> Proof:
    spec = spec_with(**circuit)
    return prove(spec, random_data(outputs, lowest=-1.0 if circuit.get("x") == "dual" else 0.1), ENGINE)


@pytest.mark.parametrize("circuit", ONE_OUTPUT, ids=named)
def test_every_circuit_with_one_output_is_proved(circuit: dict[str, Any]) -> None:
    """Symbols, finite differences of the loss (1e-6) and theta - eta g (1e-8)."""
    found = proved(circuit)
    assert found.holds, found.checks
    assert [check.error is None for check in found.checks[:3]] == [False, bool(circuit.get("first_order")), False]


@pytest.mark.parametrize("circuit", TWO_OUTPUT, ids=named)
def test_every_circuit_with_two_outputs_is_proved(circuit: dict[str, Any]) -> None:
    found = proved(circuit, outputs=2)
    assert found.holds, found.checks


def test_a_cap_that_is_wide_leaves_the_gradient_as_it_is() -> None:
    found = proved({"f": "Theta @ x - z**3", "zb_cap": 1000.0, **DUAL})
    (statement,) = [check for check in found.checks if check.claim == "the cap of zb"]
    assert found.holds and "changes the gradient" in statement.note


def swapped(reaction: Reaction) -> Reaction:
    return replace(reaction, products=tuple("G1m" if name == "G1p" else name for name in reaction.products))


def doubled(reaction: Reaction) -> Reaction:
    return replace(reaction, rate=2 * reaction.rate)


@pytest.mark.parametrize(("stage", "fault"), [("N1", doubled), ("N3", doubled), ("N3", swapped)])
def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch, stage: str, fault: Any) -> None:
    """Also where eta, which G then has as a factor, makes every gradient tiny."""
    found = proved_with(monkeypatch, stage, fault, {"f": "theta * x", **DUAL})
    symbols, gradient, update = found.checks
    assert not symbols.holds and symbols.note
    assert not gradient.holds
    assert update.holds
    tiny = {"f": "theta * x", "learning_rate": 1e-8, "learning_rate_in": "N3", **DUAL}
    assert not proved_with(monkeypatch, stage, fault, tiny).checks[1].holds


def proved_with(monkeypatch: pytest.MonkeyPatch, stage: str, fault: Any, circuit: dict[str, Any]) -> Proof:
    def faulty(*arguments: Any) -> NeuralCrn:
        ncrn = compile_design(*arguments)
        first = next(r for r in ncrn.crn.reactions if r.origin.stage == stage and not r.fast)
        changed = tuple(fault(r) if r is first else r for r in ncrn.crn.reactions)
        return replace(ncrn, crn=replace(ncrn.crn, reactions=changed))

    monkeypatch.setattr(verify, "compile_design", faulty)
    monkeypatch.setattr(proof, "compile_design", faulty)
    return proved(circuit)


def test_a_planted_fault_in_the_update_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*arguments: Any) -> NeuralCrn:
        ncrn = compile_design(*arguments)
        kept = tuple(r for r in ncrn.crn.reactions if not r.origin.reaction.endswith("_decay"))
        return replace(ncrn, crn=replace(ncrn.crn, reactions=kept))

    monkeypatch.setattr(proof, "compile_design", faulty)
    assert [check.holds for check in proved({"f": "theta * x", **DUAL}).checks] == [True, True, False]


def test_the_gradient_of_an_exponential_growth_is_its_closed_form() -> None:
    """f = theta z, Z(0) = x: z_i(T) = x_i exp(theta_i T) and g_i = T (yhat - y) z_i(T)."""
    ncrn = compiled(**TABLE_3)
    theta, x, y, T = np.array([0.4, -0.7]), np.array([1.2, 0.5]), np.array([0.3]), 0.5
    loss, gradient = loss_and_gradient(Stages(ncrn, ENGINE), theta, x, y)
    z = x * np.exp(theta * T)
    assert loss == pytest.approx((z.sum() - y[0]) ** 2 / 2, rel=1e-8)
    assert gradient == pytest.approx(T * (z.sum() - y[0]) * z, rel=1e-8)
