"""The Neural CRN compiler: the paper's exact counts, and that mass action is the mathematics."""

from __future__ import annotations

import time
from math import prod
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from circuits import DESIGNS, DUAL, ONE_OUTPUT, TABLE_3, compiled, named, spec_with, stage_texts, value_of
from dsd_ncrn.crn.text import format_crn, parse_crn
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.counts import by_stage, counts, stability_warnings
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.ncrn.verify import mismatches
from dsd_ncrn.tasks import Dataset, load_dataset


@pytest.mark.parametrize("design", ["linreg2d", "linreg2d_cooperative"])
def test_the_linear_regressor_has_14_reactions_and_17_species(design: str) -> None:
    """Table 5 of the paper: N1 3, N2 3, N3 4, N4 4; 17 species with C1 and C2, without B."""
    size = counts(compile_design(load_design(DESIGNS / f"{design}.toml"), 2))
    assert (size["reactions"], size["species"], size["species_with_bias"]) == (14, 17, 18)
    assert size["by_stage"] == {
        "N1": 3,
        "readout": 0,
        "N2": 3,
        "N3": 4,
        "N4": 4,
        "flush": 6,
        "feed": 0,
        "annihilation": 0,
        "clock": 0,
    }
    assert (size["max_molecularity"], size["max_molecularity_with_clock"]) == (2, 3)


def test_the_linear_regressor_is_table_5() -> None:
    """Table 5 of the paper, reaction by reaction, with the bias as a catalyst."""
    ncrn = compiled()
    assert stage_texts(ncrn, "N1") == ["X1 + P1 -> X1 + P1 + Z1", "X2 + P2 -> X2 + P2 + Z2", "B -> B + Z1 + Z2"]
    assert stage_texts(ncrn, "N2") == ["Z1 -> A1p + A2p", "Z2 -> A1p + A2p", "Y -> A1m + A2m"]
    assert stage_texts(ncrn, "N3")[:2] == ["A1p + X1 -> A1p + X1 + G1p", "A1m + X1 -> A1m + X1 + G1m"]
    assert stage_texts(ncrn, "N4")[:2] == ["G1p + P1 ->", "G1m -> P1"]
    assert ncrn.constants == (("B", 1.0),)
    assert ncrn.crn.initial == {"B": 1.0, "P1": 1.0, "P2": 1.0}
    assert [[(variable.plus, weight) for variable, weight in output.terms] for output in ncrn.outputs] == [
        [("Z1", 1.0), ("Z2", 1.0)]
    ]
    assert {reaction.rate for reaction in ncrn.crn.stage("N3")} == {0.1}


def test_the_minimal_circuit_has_13_reactions_and_15_species() -> None:
    """The paper's minimal learning circuit: no bias, one shared adjoint."""
    size = counts(compile_design(load_design(DESIGNS / "linreg2d_minimal.toml"), 2))
    assert (size["reactions"], size["species"], size["species_with_bias"]) == (13, 15, 15)
    assert [size["by_stage"][stage] for stage in ("N1", "N2", "N3", "N4")] == [2, 3, 4, 4]


def test_the_worked_example_has_the_counts_of_table_3() -> None:
    """Tables 3 and 4 of the paper: f = theta z, two dimensions, every variable on two rails."""
    ncrn = compiled(**TABLE_3)
    assert [len(by_stage(ncrn)[stage]) for stage in ("N1", "N2", "N3", "N4", "flush", "feed")] == [8, 6, 24, 8, 12, 4]
    assert stage_texts(ncrn, "N2")[:2] == ["Z1p -> Zb1p + A1p + A2p", "Z1m -> Zb1m + A1m + A2m"]
    assert stage_texts(ncrn, "N4")[:4] == ["G1p -> P1m", "G1m -> P1p", "G1p ->", "G1m ->"]
    assert [reaction.rate for reaction in ncrn.crn.stage("N4")[:4]] == pytest.approx([100.0, 100.0, 900.0, 900.0])
    assert stage_texts(ncrn, "feed") == ["X1p -> Z1p", "X1m -> Z1m", "X2p -> Z2p", "X2m -> Z2m"]


def test_a_negative_square_is_expressible_in_every_way_of_table_2() -> None:
    """Single rail: type V. Dual rail: four reactions. Rail by rail, -z|z|: two, and an annihilation to keep it true."""
    single = compiled(f="theta * x - z * z", z="single")
    assert [text for text in stage_texts(single, "N1") if text.startswith("Z1")] == ["Z1 + Z1 -> Z1"]
    dual = compiled(f="theta * x - z * z", **DUAL)
    assert len([text for text in stage_texts(dual, "N1") if text.startswith("Z1")]) == 4
    sizes = compiled(f="theta * x - 0.5 * z * abs(z)", **DUAL)
    ours = [reaction for reaction in sizes.crn.stage("N1") if reaction.reactants[0].startswith("Z1")]
    assert [(str(reaction), reaction.rate) for reaction in ours] == [("Z1p + Z1p -> Z1p", 0.5), ("Z1m + Z1m -> Z1m", 0.5)]
    assert "Z1p + Z1m ->" in stage_texts(sizes, "annihilation")


@pytest.mark.parametrize("circuit", ONE_OUTPUT, ids=named)
def test_mass_action_is_the_differential_equation(circuit: dict[str, Any]) -> None:
    assert mismatches(spec_with(**circuit), 2) == ()


@pytest.mark.parametrize("circuit", ONE_OUTPUT, ids=named)
def test_every_network_is_sound(circuit: dict[str, Any]) -> None:
    """Names are unique, species are listed once and all react, phases exist, nothing that is read comes from nowhere."""
    ncrn = compiled(**circuit)
    names = [reaction.origin.reaction for reaction in ncrn.crn.reactions]
    reacting = {name for reaction in ncrn.crn.reactions for name in (*reaction.reactants, *reaction.products)}
    assert len(set(names)) == len(names)
    assert sorted(ncrn.crn.species) == sorted(reacting)
    assert {phase for reaction in ncrn.crn.reactions for phase in reaction.phases} <= {phase.name for phase in ncrn.crn.phases}
    loaded = {name for variable in (*ncrn.inputs, *ncrn.targets, *ncrn.parameters) for name in variable.species}
    loaded |= {name for name, _ in (*ncrn.constants, *ncrn.padding)}
    made = {name for reaction in ncrn.crn.reactions for name in reaction.products}
    assert {name for reaction in ncrn.crn.reactions for name in reaction.reactants} <= loaded | made
    assert len(ncrn.initial_parameters) == len(ncrn.parameters) == len(ncrn.gradients)
    again = parse_crn(format_crn(ncrn.crn))
    assert [str(reaction) for reaction in again.reactions] == [str(reaction) for reaction in ncrn.crn.reactions]


def test_one_iteration_gives_the_gradient_of_the_closed_form() -> None:
    """f = theta x + beta: g_i = T (yhat - y) x_i with yhat = T (theta.x + 2 beta), and theta falls by eta g."""
    ncrn, T, x, y = compiled(), 0.5, np.array([1.5, 3.0]), 4.0
    state = dict.fromkeys(ncrn.crn.species, 0.0) | {"X1": x[0], "X2": x[1], "Y": y, "P1": 1.0, "P2": 1.0, "B": 1.0}
    rates = mass_action(ncrn.crn.stage("N1"), state)
    z = {name: T * rates[name] for name in ("Z1", "Z2")}  # f does not depend on z, so the forward pass is linear in time
    yhat = sum(z.values())
    assert yhat == pytest.approx(T * (x.sum() + 2.0))
    adjoints = {"A1p": yhat, "A2p": yhat, "A1m": y, "A2m": y}
    rates = mass_action(ncrn.crn.stage("N3"), state | adjoints)
    for index in (1, 2):
        gradient = T * (rates[f"G{index}p"] - rates[f"G{index}m"])
        assert gradient == pytest.approx(0.1 * T * (yhat - y) * x[index - 1])


def mass_action(reactions: tuple[Reaction, ...], state: dict[str, float]) -> dict[str, float]:
    """The rate of change of every species: k times the product of concentrations, without factorials."""
    rates = dict.fromkeys(state, 0.0)
    for reaction in reactions:
        flux = reaction.rate * prod(state[name] for name in reaction.reactants)
        for name in reaction.reactants:
            rates[name] -= flux
        for name in reaction.products:
            rates[name] += flux
    return rates


def after(reactions: tuple[Reaction, ...], state: dict[str, float], duration: float) -> dict[str, float]:
    """The state after these reactions have run for a time."""
    names = list(state)

    def change(_: float, amounts: np.ndarray) -> list[float]:
        rates = mass_action(reactions, dict(zip(names, amounts, strict=True)))
        return [rates[name] for name in names]

    end = solve_ivp(change, (0.0, duration), list(state.values()), rtol=1e-10, atol=1e-12).y[:, -1]
    return dict(zip(names, end.tolist(), strict=True))


def forward_and_backward(ncrn: NeuralCrn, theta: list[float], x: list[float], y: float) -> tuple[float, list[float]]:
    """Loss and gradients of one training point, by the reactions of N1, then feed and N2 to their ends, then N3."""
    values = dict(zip((*ncrn.parameters, *ncrn.inputs, *ncrn.targets), (*theta, *x, y), strict=True))
    state = dict.fromkeys(ncrn.crn.species, 0.0) | dict(ncrn.constants)
    for variable, value in values.items():
        state[variable.species[int(value < 0)]] = abs(value)
    yhat = 0.0
    for stage, duration in (("feed", 0.05), ("N1", 0.5), ("N2", 0.05), ("N3", 0.5)):
        state = after(ncrn.crn.stage(stage), state, duration)
        if stage == "N1":
            yhat = sum(weight * value_of(variable, state) for variable, weight in ncrn.outputs[0].terms)
    return (yhat - y) ** 2 / 2, [value_of(variable, state) for variable in ncrn.gradients]


@pytest.mark.parametrize(
    "circuit",
    [
        TABLE_3,
        {"f": "theta * x - 0.5 * z * z", **DUAL},
        {"f": "Theta @ x - z**3", **DUAL},
        {"f": "theta * x * z + theta * x", **DUAL},
    ],
    ids=lambda circuit: circuit["f"],
)
def test_the_gradient_species_are_the_finite_differences_of_the_loss(circuit: dict[str, Any]) -> None:
    """A whole iteration by mass action, against central differences of the forward pass alone."""
    ncrn = compiled(**circuit)
    theta = [0.3 - 0.25 * index for index in range(len(ncrn.parameters))]
    x, y, step = [0.8, -1.2], 0.4, 1e-4
    _, gradients = forward_and_backward(ncrn, theta, x, y)
    for index, gradient in enumerate(gradients):
        moved = [[value + sign * step * (place == index) for place, value in enumerate(theta)] for sign in (1, -1)]
        above, below = (forward_and_backward(ncrn, changed, x, y)[0] for changed in moved)
        assert gradient == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-6)


def test_padding_is_held_constant_or_loaded_again() -> None:
    """Constant inputs stay from iteration to iteration, unless Z starts from them and uses them up.

    What is loaded again in every iteration must be gone at its end, the constant ones with the rest.
    """
    held = compiled(f="theta * x - z * z", pad=1, pad_value=0.2, **DUAL)
    assert (held.constants, held.padding) == ((("X3", 0.2),), ())
    assert len(held.inputs) == 2
    assert "flush_X3" not in {reaction.origin.reaction for reaction in held.crn.reactions}
    loaded = compiled(f="theta * z", pad=1, pad_value=0.2, z_initial="x", **DUAL)
    assert (loaded.constants, loaded.padding) == ((), (("X3", 0.2),))
    assert "X3 -> Z3p" in stage_texts(loaded, "feed")
    assert "X3 ->" in stage_texts(loaded, "flush")
    both = compiled(f="theta * x - z", pad=1, pad_value=0.2, z_initial="x", **DUAL)
    assert both.padding == (("I3", 0.2),)
    assert [variable.plus for variable in both.inputs] == ["I1p", "I2p"]
    assert "I1m -> X1m + Z1m" in stage_texts(both, "feed")
    mixed = compiled(f="theta * x - z", pad=1, w_in=((1.0, 0.0, 0.5), (0.0, 1.0, 0.5)), **DUAL)
    assert "X2p ->" in stage_texts(mixed, "flush")


def test_first_inputs_of_joins_differ_in_the_linear_regressor() -> None:
    """A DNA join holds back its first input, so no species may be first in two of them."""
    firsts = [reaction.reactants[0] for reaction in compiled().crn.reactions if reaction.molecularity == 2]
    assert len(set(firsts)) == len(firsts)
    assert not any(name.startswith("P") for name in firsts)


@pytest.mark.parametrize(
    ("changes", "rule", "key"),
    [
        ({"f": "theta * x - x"}, "the term -x1 lowers z1", "f"),
        ({"f": "theta * x + beta", "beta": -1.0}, "the term -1 lowers z1", "f"),
        ({"f": "beta - z"}, "nothing in f can be trained", "f"),
        ({"f": "theta * z"}, "the inputs reach nothing", "f"),
        ({"f": "theta * x - z", "shared_adjoint": True, **DUAL}, "the adjoints evolve differently", "shared_adjoint"),
        ({"learning_rate": 1.5, **DUAL}, "at most 1 (got 1.5)", "learning_rate"),
        ({"theta_initial": -1.0}, "theta1 is a concentration, as a parameter on a single rail (got -1.0)", "theta_initial"),
        ({"train_beta": True, "beta": (1.0, -2.0)}, "beta2 is a concentration", "beta"),
        ({"theta_initial": (1.0, 1.0, 1.0)}, "one value, or a list of 2", "theta_initial"),
        ({"beta": (1.0,)}, "one value, or a list of 2", "beta"),
        ({"f": "theta * z", "z_initial": "x", "x": "dual"}, "a part of x1 lowers z1, which is a single concentration", "z"),
    ],
)
def test_circuits_that_cannot_work_are_refused_at_their_key(changes: dict[str, Any], rule: str, key: str) -> None:
    with pytest.raises(DesignError) as caught:
        compiled(**changes)
    assert rule in str(caught.value)
    assert caught.value.key == ("circuit", key)


def test_trimolecular_reactions_are_flagged() -> None:
    assert compiled().warnings == ()
    (warning,) = compiled(f="Theta @ x - z**3", **DUAL).warnings
    assert "need three molecules to meet" in warning


def test_a_step_that_overshoots_is_warned_of() -> None:
    """T = 0.5 and learning rate 1 diverge, learning rate 0.1 learns (checked by independent simulation)."""
    spec = spec_with()
    data = load_dataset(spec.task, 0)
    assert stability_warnings(spec, data) == ()
    (warning,) = stability_warnings(spec_with(learning_rate=1.0), data)
    assert "training diverges from 2 on" in warning


def test_a_step_beyond_all_numbers_is_warned_of() -> None:
    huge = np.array([[1e300, 1.0], [1.0, 1.0]])
    (warning,) = stability_warnings(spec_with(), Dataset(huge, np.ones(2), huge, np.ones(2), ("x1", "x2")))
    assert warning.endswith("scale the data, or the coefficients of f")


def test_a_cap_without_anything_to_cap_is_warned_of() -> None:
    (warning,) = compiled(zb_cap=10.0).warnings
    assert warning.startswith("circuit.zb_cap has no effect")
    assert not any("zb_cap" in warning for warning in compiled(f="Theta @ x - z**3", zb_cap=10.0, **DUAL).warnings)


def test_a_matrix_of_eighteen_dimensions_is_compiled_in_seconds() -> None:
    began = time.process_time()
    assert len(compiled(f="Theta @ x", pad=16, **DUAL).parameters) == 324
    assert time.process_time() - began < 10


def test_stages_keep_the_order_of_an_iteration() -> None:
    stages = by_stage(compiled(**TABLE_3, annihilate=("A", "P")))
    assert list(stages) == ["N1", "readout", "N2", "N3", "N4", "flush", "feed", "annihilation", "clock"]
    assert [str(reaction) for reaction in stages["annihilation"]] == [
        "A1p + A1m ->",
        "A2p + A2m ->",
        "P1p + P1m ->",
        "P2p + P2m ->",
    ]
    assert all(reaction.fast and not reaction.phases for reaction in stages["annihilation"])
