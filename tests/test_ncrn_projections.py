"""Projections of inputs and outputs, rails chosen by sign, caps and batches: what the compiler makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuits import DUAL, THREE_STATES, TWO_OUTPUTS, compiled, random_data, spec_with, stage_texts, value_of
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.counts import counts, stability_warnings
from dsd_ncrn.ncrn.decide import choose_rails, decide
from dsd_ncrn.ncrn.fast import branches
from dsd_ncrn.ncrn.types import Variable
from dsd_ncrn.ncrn.verify import conservation_laws
from dsd_ncrn.tasks import Dataset
from symbols import dual

weights = st.lists(st.floats(-9.0, 9.0).map(lambda value: round(value, 3)), max_size=5)


@settings(max_examples=200, deadline=None)
@given(weights, st.sampled_from([1.0, -1.0]))
def test_branches_give_every_target_its_weight_exactly(values: list[float], sign: float) -> None:
    """Conservation: shares add up to 1, and the expected products are the weights."""
    targets = [(dual(f"x{i}", SpeciesKind.INPUT), value) for i, value in enumerate(values)]
    found = branches(targets, sign)
    assert isinstance(found, tuple)
    assert sum(branch.share for branch in found) == pytest.approx(1.0)
    assert len(found) <= len(values) + 1
    for variable, value in targets:
        made = {name: sum(b.share * b.products.count(name) for b in found) for name in variable.species}
        assert made[variable.plus] - made[str(variable.minus)] == pytest.approx(sign * value, abs=1e-9)


def ended(reactions: tuple[Reaction, ...], start: dict[str, float]) -> dict[str, float]:
    """What unimolecular reactions leave in the end: every reactant is split in the ratio of the rates."""
    state = dict(start)
    for name in start:
        taking = [reaction for reaction in reactions if reaction.reactants == (name,)]
        total = sum(reaction.rate for reaction in taking)
        for reaction in taking:
            for product in reaction.products:
                state[product] = state.get(product, 0.0) + start[name] * reaction.rate / total
    return state


def loaded(variables: tuple[Variable, ...], values: list[float]) -> dict[str, float]:
    return {v.species[int(value < 0)]: abs(value) for v, value in zip(variables, values, strict=True)}


def test_the_feed_is_the_input_projection() -> None:
    """x = W_in i, by the closed form of competing unimolecular reactions."""
    ncrn = compiled(f="theta * x", w_in=THREE_STATES, w_out=TWO_OUTPUTS, outputs=2, **DUAL)
    values = [0.7, -1.3]
    state = dict.fromkeys(ncrn.crn.species, 0.0) | ended(ncrn.crn.stage("feed"), loaded(ncrn.inputs, values))
    found = [state[f"X{i}p"] - state[f"X{i}m"] for i in (1, 2, 3)]
    assert found == pytest.approx(np.array(THREE_STATES) @ values)


def test_the_adjoint_starts_at_the_gradient_of_the_loss_by_z() -> None:
    """a = W^T (W z - y) for L = |W z - y|^2 / 2."""
    ncrn = compiled(f="theta * x", w_in=THREE_STATES, w_out=TWO_OUTPUTS, outputs=2, **DUAL)
    z, y, w = np.array([0.4, -0.8, 1.1]), np.array([-0.5, 0.9]), np.array(TWO_OUTPUTS)
    states = tuple(dual(f"z{i}", SpeciesKind.STATE) for i in (1, 2, 3))
    start = loaded(states, z.tolist()) | loaded(ncrn.targets, y.tolist())
    state = dict.fromkeys(ncrn.crn.species, 0.0) | ended(ncrn.crn.stage("N2"), start)
    assert [value_of(a, state) for a in ncrn.adjoints] == pytest.approx(w.T @ (w @ z - y))


def test_with_weights_of_one_nothing_is_projected() -> None:
    """The paper's circuits have W_in = 1 and W_out = (1, 1); giving them changes nothing but the inputs' own species."""
    plain, given = compiled(**DUAL), compiled(w_out=((1.0, 1.0),), **DUAL)
    assert plain.crn == given.crn
    assert stage_texts(compiled(w_in=((1.0, 0.0), (0.0, 1.0)), **DUAL), "feed")[0] == "I1p -> X1p"


def test_several_targets_read_one_state_each_where_no_weights_are_given() -> None:
    ncrn = compiled(outputs=2)
    assert [[(z.name, w) for z, w in output.terms] for output in ncrn.outputs] == [[("z1", 1.0)], [("z2", 1.0)]]
    assert stage_texts(ncrn, "N2") == ["Z1 -> A1p", "Z2 -> A2p", "Y1 -> A1m", "Y2 -> A2m"]
    assert [target.plus for target in ncrn.targets] == ["Y1", "Y2"]


def test_trained_output_weights_have_two_phases_of_their_own() -> None:
    ncrn = compiled(f="theta * x", train_w_out=True, w_out=((1.0, 0.5),), **DUAL)
    assert [phase.name for phase in ncrn.crn.phases] == ["C1", "readout", "error", "C2", "flush"]
    assert ncrn.outputs_after == "readout"
    assert [parameter.name for parameter in ncrn.parameters[-2:]] == ["w_out11", "w_out12"]
    assert ncrn.initial_parameters[-2:] == (1.0, 0.5)
    assert "Z1p + Pw11m -> Z1p + Pw11m + E1m" in stage_texts(ncrn, "readout")
    assert "Yp -> E1m" in stage_texts(ncrn, "readout")
    assert counts(ncrn)["max_molecularity"] == 2


def test_reported_outputs_are_made_with_the_adjoints_and_flushed() -> None:
    ncrn = compiled(f="theta * x", report_output=True)
    assert stage_texts(ncrn, "N2")[0] == "Z1 -> A1p + A2p + Yhat1p"
    assert "Yhat1p ->" in stage_texts(ncrn, "flush")


def test_annihilation_of_the_adjoints_is_the_default() -> None:
    circuit = spec_with().circuit
    assert type(circuit).model_validate({"f": "theta * x", "T": 1.0, "learning_rate": 0.1}).annihilate == ("A",)


def test_a_batch_updates_in_a_phase_of_its_own() -> None:
    spec = spec_with()
    spec = spec.model_copy(update={"training": spec.training.model_copy(update={"batch": 7})})
    crn = compile_design(spec, 2).crn
    assert [(phase.name, phase.clock, phase.every) for phase in crn.phases] == [
        ("C1", "C1", 1),
        ("C2", "C2", 1),
        ("update", "Cu", 7),
        ("flush", "", 1),
    ]
    assert {reaction.phases for reaction in crn.stage("N4")} == {frozenset({"update"})}


def test_a_cap_gives_nonlinear_growth_of_zb_a_finite_fuel() -> None:
    """The rate is k [F] / cap, k at the start; linear terms and loss need no fuel, and fuel is no reactant to meet."""
    ncrn = compiled(f="Theta @ x - z**3", zb_cap=50.0, **DUAL)
    capped = [reaction for reaction in ncrn.crn.reactions if "F1" in reaction.reactants]
    growing = next(reaction for reaction in capped if reaction.reactants[:3] == ("Zb1p",) * 3)
    assert growing.products == ("Zb1p",) * 4 and growing.rate == pytest.approx(1 / 50)
    assert not any("F1" in reaction.products for reaction in ncrn.crn.reactions)
    assert all(name.startswith("Zb1") for reaction in capped for name in reaction.reactants[:-1])
    assert dict(ncrn.padding) == {"F1": 50.0, "F2": 50.0}
    assert counts(ncrn)["max_molecularity"] == 3
    assert counts(ncrn)["species"] == counts(compiled(f="Theta @ x - z**3", **DUAL))["species"]


def test_rails_that_feed_each_other_are_annihilated_without_asking() -> None:
    """The rails of a dual-rail z^2 would run to infinity together; those of a linear f only grow."""
    assert "Z1p + Z1m ->" in stage_texts(compiled(f="theta * x - 0.3 * z * z", **DUAL), "annihilation")
    assert stage_texts(compiled(f="theta * x - z", **DUAL), "annihilation") == []


@pytest.mark.parametrize(
    ("circuit", "rails"),
    [
        ({"f": "theta * x - z", "theta": "single"}, ("single", "single")),
        ({"f": "theta * x - z", "theta": "dual"}, ("dual", "dual")),
        ({"f": "[theta1 * x1, theta2 * x2 - z1]", "theta": "single"}, ("single", "dual")),
        ({"f": "[z1 * z2 - z2, theta1 * x1 + theta2 * x2]", "theta": "single"}, ("dual", "single")),
        ({"f": "theta * x - z * z", "theta": "single"}, ("single", "single")),
        ({"f": "theta * z", "theta": "dual", "z_initial": "x"}, ("single", "single")),
    ],
)
def test_rails_are_chosen_where_the_sign_is_provable(circuit: dict[str, Any], rails: tuple[str, ...]) -> None:
    """z' = … stays at or above zero if every term is a product of non-negative factors or has z itself as a factor."""
    spec = spec_with(**{"x": "auto", "y": "auto", "z": "auto"} | circuit)
    chosen = choose_rails(spec, random_data(lowest=0.0)).circuit
    assert (chosen.x, chosen.y, chosen.z) == (("single", "single"), ("single",), rails)


def test_negative_data_and_learned_parameters_get_two_rails() -> None:
    chosen = choose_rails(spec_with(x="auto", y="auto", z="auto", theta="auto"), random_data()).circuit
    assert (chosen.x, chosen.y, chosen.z, chosen.theta) == (("dual", "dual"), ("dual",), ("dual", "dual"), "dual")


def test_first_order_gradients_of_a_chain_are_warned_of() -> None:
    """Only z3 is read, so a1 = a2 = 0 without the adjoint's equation, and g = a x stays 0."""
    chain = {"f": "[theta1 * x1, theta2 * x2, z1 * z2]", "pad": 1, "w_out": ((0.0, 0.0, 1.0),), **DUAL}
    assert compiled(**chain).warnings == ()
    (warning,) = compiled(**chain, first_order=True).warnings
    assert "never change" in warning and warning.endswith("theta1, theta2")


def test_start_values_are_drawn_by_seed() -> None:
    spec, data = spec_with(f="Theta @ x", theta_initial=0.5, theta_spread=0.25, **DUAL), random_data()
    first, again, other = (decide(spec, data, seed).circuit.theta_initial for seed in (1, 1, 2))
    assert isinstance(first, tuple) and len(first) == 4
    assert first == again != other
    assert all(0.25 <= value <= 0.75 for value in first) and len(set(first)) == 4


def test_conservation_laws_are_reported_by_phase() -> None:
    """In C1, N4 makes theta - g of theta and g: P - G+ + G- stays (the paper's update); B is a catalyst throughout."""
    laws = {str(law) for law in conservation_laws(compiled().crn)}
    assert "B is constant" in laws
    assert "P1 - G1p + G1m is constant in C1" in laws
    assert "X2 is constant in C2" in laws


@pytest.mark.parametrize(
    ("circuit", "largest"),
    [
        ({"f": "theta * x"}, 0.25 * 25.0),
        ({"f": "theta * x", "w_out": ((2.0, 0.0),)}, 0.25 * 4 * 9.0),
        ({"f": "Theta @ x - z**3", **DUAL}, 0.25 * 2 * 25.0),
        ({"f": "theta * x", "pad": 1, "pad_value": 2.0}, 0.25 * 29.0),
    ],
)
def test_the_stability_bound_is_that_of_the_linear_part(circuit: dict[str, Any], largest: float) -> None:
    """|d yhat / d theta|^2 = T^2 |w|^2 |x|^2 for Theta x, T^2 sum (w_i x_i)^2 for theta x; at x = (3, 4), T = 0.5."""
    x, y = np.array([[3.0, 4.0]]), np.array([[1.0]])
    data = Dataset(x, y, x, y, ("a", "b"))
    below, above = (spec_with(**circuit, learning_rate=share * 2 / largest) for share in (0.999, 1.001))
    assert stability_warnings(below, data) == ()
    (warning,) = stability_warnings(above, data)
    assert "diverges from 2 on" in warning


@pytest.mark.parametrize(
    ("circuit", "outputs", "rule", "key"),
    [
        ({"w_in": ((1.0,), (0.0,))}, 1, "a matrix of one or more rows of 2 numbers (got 'rows of 1 + 1')", "w_in"),
        ({"w_out": ((1.0, 1.0), (1.0, 0.0))}, 1, "a matrix of 1 row of 2 numbers", "w_out"),
        ({"w_out": ((1.0, 99.0),)}, 1, "a weight is -10 to 10 (got 99.0)", "w_out"),
        ({}, 3, "3 outputs are more than the 2 states", "w_out"),
        ({"x": ("single", "dual", "dual")}, 1, "one rail, or a list of 2", "x"),
        ({"f": "theta * z", "w_in": ((1.0, -1.0), (0.0, 1.0)), "z_initial": "x"}, 1, "a part of i2 lowers z1", "z"),
        ({"f": "theta * x", "shared_adjoint": True, "w_out": ((1.0, 0.5),)}, 1, "start differently", "shared_adjoint"),
    ],
)
def test_projections_that_do_not_fit_are_refused_at_their_key(
    circuit: dict[str, Any], outputs: int, rule: str, key: str
) -> None:
    with pytest.raises(DesignError) as caught:
        compiled(outputs, **circuit)
    assert rule in str(caught.value)
    assert caught.value.key == ("circuit", key)


def test_the_learning_rate_is_in_the_update_or_in_the_gradients() -> None:
    """In N4 a branching ratio (the paper's Table 3, with decays); in N3 a factor, and N4 moves every G."""
    paper, ours = compiled(f="theta * x", **DUAL), compiled(f="theta * x", learning_rate_in="N3", **DUAL)
    assert [r.rate for r in paper.crn.stage("N4")[:4]] == pytest.approx([100.0, 100.0, 900.0, 900.0])
    assert stage_texts(ours, "N4") == ["G1p -> P1m", "G1m -> P1p", "G2p -> P2m", "G2m -> P2p"]
    assert {r.rate for r in ours.crn.stage("N3")} == {0.1} and {r.rate for r in paper.crn.stage("N3")} == {1.0}
    large = compiled(f="theta * x", learning_rate_in="N3", **{**DUAL, "learning_rate": 3.0})
    assert {r.rate for r in large.crn.stage("N3")} == {3.0}
    with pytest.raises(DesignError, match="moves whole molecules"):
        compiled(learning_rate_in="N4")
