"""Checks where they turn: what is just allowed, and what only a second molecule shows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from dsd_ncrn.errors import InputError
from dsd_ncrn.ncrn.oscillator import LARGEST_RESIDUAL, oscillator_for
from dsd_ncrn.simulate.value import separation_error
from imperfect import drawn

if TYPE_CHECKING:
    from dsd_ncrn.simulate.results import Training

import re
from dataclasses import replace

import numpy as np
import pytest

from circuits import DUAL, compiled, spec_with
from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.final_states import wrong_final_state
from dsd_ncrn.dsd.module import Module, Steps
from dsd_ncrn.dsd.structure import Domain, free
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.decide import check_signs, choose_rails
from dsd_ncrn.ncrn.slow import finished
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.imperfections import IMPERFECTIONS
from dsd_ncrn.tasks import Dataset
from studies import changed, design, study

SINGLE = {"theta": "single", "x": "single", "z": "single"}


@pytest.mark.parametrize("start", [0.0, (0.0, 0.5)])
def test_a_parameter_on_one_rail_may_start_at_nothing_and_not_below(start: float | tuple[float, ...]) -> None:
    """A concentration of 0 is one; every number below it is refused, with its key."""
    assert compiled(**SINGLE, theta_initial=start).initial_parameters[0] == 0.0
    with pytest.raises(DesignError, match="theta1 is a concentration"):
        compiled(**SINGLE, theta_initial=-1e-9)


def test_inputs_and_targets_on_one_rail_may_be_nothing_and_not_below() -> None:
    """Each column counts, in the training and in the test set."""
    spec = spec_with(**SINGLE)
    good = np.array([[0.0, 1.0], [2.0, 0.0]])
    check_signs(spec, Dataset(good, good[:, :1], good, good[:, :1], ("x1", "x2")))
    for place in range(4):
        for row, column in ((0, 0), (1, 0)):
            parts = [good.copy(), good[:, :1].copy(), good.copy(), good[:, :1].copy()]
            parts[place][row, column] = -1e-9
            with pytest.raises(DesignError, match="cannot be negative"):
                check_signs(spec, Dataset(*parts, ("x1", "x2")))


def test_a_module_is_tried_with_two_molecules_of_each_input() -> None:
    """X + G -> I -> Y is X -> Y; where two I can meet and make one Y alone, only two X show it."""
    x, y, gate, held, waste = (free(Domain("t", 5), Domain(name, 15)) for name in "xyghw")
    module = Module(Reaction(("X",), ("Y",), 1.0), (("X", x), ("Y", y)), frozenset({gate}), frozenset())
    good: Steps = (((x, gate), (held,)), ((held,), (y,)))
    assert wrong_final_state(module, good) is None
    assert wrong_final_state(module, (*good, ((held, held), (y, waste)))) == "2 of each input can end with Y instead of 2 Y"
    assert wrong_final_state(module, (*good, ((held,), (waste,)))) == "1 of each input can end with nothing instead of Y"


@pytest.mark.parametrize(("smallest", "rail"), [(0.5, "single"), (0.0, "single"), (-1e-9, "dual")])
def test_a_rail_that_is_left_open_is_one_where_no_number_is_negative(smallest: float, rail: str) -> None:
    """By the smallest number of each column, in the training or the test set; the other column has one below zero."""
    numbers = np.array([[2.0, -1.0], [smallest, 3.0]])
    for train, test in ((numbers, abs(numbers)), (abs(numbers), numbers)):
        data = Dataset(train, train[:, :1], test, test[:, :1], ("x1", "x2"))
        chosen = choose_rails(spec_with(x="auto", y="auto", z="dual", theta="dual"), data).circuit
        assert chosen.x == (rail, "dual") and chosen.y == (rail,)


def test_a_burn_in_loads_parameters_however_small() -> None:
    """0.5 nM of P1 and 8 nM of P2 are what is there afterwards, without leak, as if they had been mixed in at the start."""
    made = study("linreg2d")
    system = made.system.with_concentrations({"P1": 0.5, "P2": 8.0})
    calibration = replace(made.calibration, system=system)
    tube = made.given(calibration=calibration, spec=changed(made.spec, "timing", burn_in=3600.0)).tube()
    assert tube.parameters() * tube.protocol.unit == pytest.approx([0.5, 8.0], rel=1e-3)


def test_reactions_of_one_name_are_numbered_from_two_on() -> None:
    reactions = [Reaction(("X",), (name,), 1.0, origin=Origin("N1_1")) for name in "ABC"]
    assert [each.origin.reaction for each in finished("C1", reactions)] == ["N1_1", "N1_1_2", "N1_1_3"]
    assert {each.phases for each in finished("C1", reactions)} == {frozenset({"C1"})}


def test_what_runs_to_infinity_is_named_with_how_far_it_had_come() -> None:
    """dz/dt = z^2 + 9 from 0 is beyond every bound before T = 1: the state is named, far above the 9 of the input."""
    circuit = {"f": "theta * x + z * z", "T": 1.0, "learning_rate": 1e-6, "theta": "dual", "x": "dual", "z": "dual"}
    learner = IdealLearner(compiled(**circuit), engine_named("rosenbrock"))
    point = np.array([9.0, 0.1]), np.array([0.0])
    for attempt in (lambda: learner.iterate(*point), lambda: learner.trace(*point, 50)):
        with pytest.raises(CheckFailed, match=r"Z1p is largest, at ") as caught:
            attempt()
        found = re.search(r"Z1p is largest, at ([0-9.e+]+)", str(caught.value))
        assert found is not None and float(found[1]) > 1000


@pytest.mark.parametrize("residual", [-1e-9, 0.0, LARGEST_RESIDUAL * 1.001])
def test_a_clock_needs_a_residual_above_nothing(residual: float) -> None:
    """A species that was quite gone would never come back; the largest one is allowed."""
    crn = compiled(**SINGLE).crn
    assert oscillator_for(crn, residual=LARGEST_RESIDUAL)
    with pytest.raises(InputError, match="the residual of a clock lies between"):
        oscillator_for(crn, residual=residual)


def test_the_volume_grows_by_what_is_said() -> None:
    """A quarter in an iteration: a parameter is 1 / 1.25 of what it is in a volume that stays."""
    made, point = study("linreg2d"), (np.array([2.0, 3.5]), np.array([9.0]))
    plain, grown = (made.tube("dsd_leaky", 0.0, drawn(dilution=growth)) for growth in (0.0, 0.25))
    for tube in (plain, grown):
        tube.iterate(*point)
    assert grown.parameters() == pytest.approx(plain.parameters() / 1.25, rel=1e-9)


def test_the_error_of_fast_reactions_is_a_share_of_the_largest_parameter() -> None:
    """Over all parameters and iterations that both trainings have: 0.3 of 4."""
    exact = SimpleNamespace(parameters=np.array([[1.0, -4.0], [2.0, 0.5], [0.0, 9.0]]))
    network = SimpleNamespace(parameters=np.array([[1.0, -4.1], [1.7, 0.5]]))
    assert separation_error(cast("Training", network), cast("Training", exact)) == pytest.approx(0.3 / 4)


@pytest.mark.parametrize("part", ["join", "fork", "fuel"])
@pytest.mark.parametrize("scheme", ["plain", "sealed", "chen"])
def test_gates_without_something_they_need_are_refused(scheme: str, part: str) -> None:
    """Of N1, which has products: its kind, and what there is none of."""
    spec = changed(design("linreg2d"), "translation", scheme=scheme)
    gates = {**spec.chemistry.gates, "N1": spec.chemistry.gates["N1"].model_copy(update={part: 0.0})}
    with pytest.raises(DesignError, match=f"the gates of N1 make something, so their {part} must be above 0"):
        translate(compile_design(spec, 2), changed(spec, "chemistry", gates=gates))


def test_states_that_no_output_reads_leave_the_parameters_of_their_row_alone() -> None:
    """With a frozen adjoint, of f = Theta x and the output z1 alone, the second row never learns, and not the second column."""
    (warning,) = compiled(f="Theta @ x", first_order=True, w_out=((1.0, 0.0),), **DUAL).warnings
    assert warning.endswith("states: Theta21, Theta22")


@pytest.mark.parametrize(("rate", "text"), [(1.0, "theta1 -= g1"), (0.25, "theta1 -= 0.25 g1")])
def test_an_update_says_what_it_does(rate: float, text: str) -> None:
    ncrn = compiled(f="theta * x", learning_rate=rate, learning_rate_in="N4", **DUAL)
    assert {each.origin.term for each in ncrn.crn.stage("N4") if "P1" in str(each)} == {text}


def test_the_largest_imperfections_that_are_looked_at() -> None:
    """Of Chen et al. 2013: up to 30 % inactive, twice the median; 5.7 % of initial leak, less than which is taken."""
    largest = {"pipetting": 0.1, "inactive": 0.15, "initial_leak": 0.05, "rate_spread": 0.5, "leak_spread": 1.0}
    assert {name: each.largest for name, each in IMPERFECTIONS.items() if name in largest} == largest
