"""A gate with its reporter as a model: which steps share a factor, and derivatives against differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.model import Direction, GateModel, gate_model
from dsd_ncrn.assays.predict import Predictor
from dsd_ncrn.assays.synthetic import JOIN, TUBES, empty_wells, join_model, truth_of, typical
from dsd_ncrn.assays.wells import Assay, Errors
from dsd_ncrn.dsd.structure import free
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.kinetics.rates import rates_of


@pytest.fixture(scope="module")
def model() -> GateModel:
    return join_model()


def test_every_step_has_one_factor_and_directions_are_those_of_the_gate(model: GateModel) -> None:
    steps = np.concatenate([group.steps for group in model.groups])
    assert sorted(steps) == list(range(len(model.network.steps)))
    assert [group.name for group in model.groups] == ["forward", "leak", "reverse", "forward of reporter"]
    names = model.network.names
    forward = {frozenset(names[n] for n in model.network.steps[k].reactants) for k in model.groups[0].steps}
    assert frozenset({"A", "join"}) in forward
    leaks = [k for k, step in enumerate(model.network.steps) if step.kind == StepKind.LEAK]
    assert sorted(model.groups[1].steps) == leaks


def test_reverse_of_each_usual_forward_step_of_the_join_is_in_the_other_group(model: GateModel) -> None:
    steps = model.network.steps
    sides = {d: {(s.reactants, s.products) for k in g.steps for s in [steps[k]]} for g in model.groups for d in [g.name]}
    first = next(s for s in steps if s.reactants == (model.places["A"], model.places["join"]))
    assert (first.products, first.reactants) in sides[str(Direction.REVERSE)]


def test_only_an_opened_reporter_shines(model: GateModel) -> None:
    bright = [model.network.complexes[n] for n in np.flatnonzero(model.bright)]
    (dye,) = [s for s in JOIN["reporter"].strands if len(s) == 2]
    (quencher,) = [s for s in JOIN["reporter"].strands if len(s) == 1]
    assert bright and all(dye in each.strands and quencher not in each.strands for each in bright)
    assert not model.bright[model.places["reporter"]]


def test_a_reporter_is_a_duplex(model: GateModel) -> None:
    with pytest.raises(InputError, match="duplex of two strands"):
        _ = gate_model(JOIN, "join", rates_of()).bright
    with pytest.raises(InputError, match="no component"):
        gate_model({"C": free(*JOIN["C"].strands[0])}, "reporter", rates_of())


@pytest.mark.parametrize("occlusion", [0.0, 13_000.0])
def test_slopes_are_those_of_differences(occlusion: float) -> None:
    """Of all parameters, where each is large enough to matter; what rests is held, so that its own change is left out."""
    assay = Assay(join_model(occlusion), empty_wells([TUBES[0], TUBES[3]], 12), Errors(drift=True))
    predictor = Predictor(assay)
    x = truth_of(assay, typical(np.random.default_rng(3)))
    found, step = predictor.predictions(x), 1e-3
    allowed = 0.01 if not occlusion else 0.06
    for n, parameter in enumerate(assay.parameters):
        more, less = (predictor.predictions(x + sign * step * (np.arange(len(x)) == n), slopes=False) for sign in (1, -1))
        for well, prediction in found.items():
            expected = (more[well].values - less[well].values) / (2 * step)
            scale = max(float(np.abs(expected).max()), 30.0)
            assert np.abs(prediction.slopes[:, n] - expected).max() < allowed * scale, (well, parameter.name)


def test_courses_are_those_of_another_integrator(model: GateModel) -> None:
    """SciPy's LSODA on the same mass action, to 1e-4 of full scale, between the nodes as well."""
    assay = Assay(model, empty_wells([TUBES[4]], 37), Errors(start=0.0))
    predictor = Predictor(assay)
    x = truth_of(assay, typical(np.random.default_rng(1)))
    (shown,) = predictor.predictions(x, slopes=False).values()
    system, rates = model.mass_action, predictor.rates(x)
    start = predictor.start(predictor.amounts(x, assay.wells[0]), predictor.value(x, Quantity.INITIAL))
    padded = np.where(system.reactants < 0, system.size, system.reactants)

    def slope(_: float, y: np.ndarray) -> np.ndarray:
        return system.stoichiometry @ (rates * np.append(y, 1.0)[padded].prod(axis=1))

    trace = assay.wells[0].trace
    assert trace is not None
    solved = solve_ivp(slope, (0, trace.times[-1]), start, "LSODA", trace.times, rtol=1e-8, atol=1e-10)
    bright = model.bright @ solved.y
    dark = predictor.value(x, Quantity.DARK)
    expected = 50.0 + 1000.0 * (bright + dark * (start[model.places["reporter"]] - bright))
    np.testing.assert_allclose(shown.values, expected, atol=1e-4 * np.ptp(expected))


def test_strands_that_rest_slow_a_gate_down(model: GateModel) -> None:
    wells = empty_wells([TUBES[0]], 10)
    x = truth_of(Assay(model, wells), typical(np.random.default_rng(1)))
    free_ = Predictor(Assay(model, wells)).predictions(x, slopes=False)["A1"].values
    held = Predictor(Assay(replace(model, occlusion=200.0), wells)).predictions(x, slopes=False)["A1"].values
    assert np.all(held[:6] < free_[:6])
