"""The tube: clocks, scavengers, top-up, conservation, and fidelity after one iteration."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.crn.events import Wait
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.counts import counts
from dsd_ncrn.ncrn.types import Variable
from dsd_ncrn.protocol.clocked import ClockedProtocol, Schedule
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.tube import Tube, tube_of
from studies import ALL_DESIGNS, changed, design, done, opened, study

pytestmark = pytest.mark.xdist_group("studies")
Floats = NDArray[np.float64]
X, Y = np.array([2.0, 3.5]), np.array([9.0])
every_design = pytest.mark.parametrize("name", ALL_DESIGNS)


@cache
def leaky_network(name: str) -> ReactionNetwork:
    return study(name).leaky


def states(tube: Tube) -> list[Variable]:
    """The variables that add up to the output."""
    (output,) = tube.protocol.ncrn.outputs
    return [variable for variable, _ in output.terms]


def with_branch(tube: Tube, name: str) -> list[int]:
    """The free strands that carry a domain."""
    complexes = enumerate(tube.network.complexes)
    return [n for n, complex_ in complexes if complex_.is_strand and any(domain.name == name for domain in complex_.domains)]


@every_design
def test_nothing_is_made_before_its_clock(name: str) -> None:
    """The off state: inputs, parameters and every fuel for ten hours without a clock strand; no Z, no A, no G."""
    tube = study(name).tube()
    state = done(tube, [Wait(36_000.0)], done(tube, tube.protocol.fed(X, Y)))
    for variable in (*states(tube), *tube.protocol.ncrn.adjoints, *tube.protocol.ncrn.gradients):
        assert abs(tube.amount(state, variable)) < 1e-12


def test_each_clock_starts_its_own_phase() -> None:
    """The second clock makes no Z, the first no A."""
    tube = study("linreg2d").tube()
    start = done(tube, tube.protocol.fed(X, Y))
    forward, backward = opened(tube, "C1", start), opened(tube, "C2", start)
    outputs = [tube.pot.index(variable.plus) for variable in states(tube)]
    adjoints = [tube.pot.index(variable.plus) for variable in tube.protocol.ncrn.adjoints]
    assert forward[outputs].min() > 1.0 and np.abs(forward[adjoints]).max() < 1e-12
    assert np.abs(backward[outputs]).max() < 1e-12


@every_design
@pytest.mark.parametrize("phase", ["C1", "C2"])
def test_beads_take_the_clock_away(name: str, phase: str) -> None:
    """After its scavengers no strand with a clock's domain is free above a thousandth of its dose, and no scavenger."""
    tube = study(name).tube()
    clock = tube.protocol.system.clocks[phase]
    state = done(tube, tube.protocol.closing(phase), opened(tube, phase, done(tube, tube.protocol.fed(X, Y))))
    (branch,) = [d for d in tube.protocol.system.by_name[clock.strand].complex.domains if not d.is_toehold]
    assert state[with_branch(tube, branch.name)].max() < 1e-3 * clock.concentration
    for scavenger in clock.scavengers:
        assert np.abs(state[tube.pot.on_beads([scavenger])]).max() == 0.0


@every_design
def test_beads_close_the_flush(name: str) -> None:
    """Its clock strand is gone to a millionth; its cogate is a buffer, and what it leaves does not pile up.

    The capture is dosed by the clock (1.3-fold), not by clock and buffer, so about a tenth of a dose stays in all.
    """
    tube = study(name).tube()
    clock = tube.protocol.system.clocks["flush"]
    (branch,) = [d for d in tube.protocol.system.by_name[clock.strand].complex.domains if not d.is_toehold]
    left = []
    for _ in range(8):
        tube.iterate(X, Y)
        assert tube.state[tube.pot.index(clock.strand)] < 1e-6 * clock.concentration
        left.append(tube.state[with_branch(tube, branch.name)].sum())
    assert left[-1] < 0.15 * clock.concentration
    assert left[-1] - left[-2] < max(0.25 * (left[1] - left[0]), 1e-6 * clock.concentration)


def test_beads_hold_what_is_bound_to_the_starred_strand() -> None:
    """The capture strand itself, and its duplexes with the clock strand and with its cogate; no gate."""
    tube = study("linreg2d").tube()
    held = {tube.network.complexes[index] for index in tube.pot.on_beads(["capture_c1"])}
    anchor = tube.protocol.system.by_name["capture_c1"].complex.strands[0]
    assert all(anchor in complex_.strands and len(complex_.strands) <= 3 for complex_ in held)
    assert len(held) >= 3
    gates = {component.complex for component in tube.protocol.system.components if component.role == Role.GATE}
    assert not held & gates


@every_design
def test_top_up_restores_what_is_nominal(name: str) -> None:
    """Every fuel, gate and buffer is back where it was when the next iteration starts; signals and clocks are not."""
    tube = study(name).tube()
    tube.iterate(X, Y)
    mixed = len(tube.nominal)
    kept = [tube.pot.index(name) for name in tube.protocol.refilled]
    assert (tube.state[:mixed] < tube.nominal * (1 - 1e-6))[kept].sum() > 20
    refilled = tube.pot.mixture.apart(done(tube, tube.protocol.fed(X, Y)))[:mixed]  # what rests on a gate is there, too
    assert (refilled[kept] >= tube.nominal[kept]).all()
    parameters = [tube.pot.index(variable.plus) for variable in tube.protocol.ncrn.parameters]
    assert refilled[parameters] == pytest.approx(tube.pot.mixture.apart(tube.state)[parameters])
    assert not set(kept) & set(parameters)


def test_without_top_up_fuels_stay_used() -> None:
    study_ = study("linreg2d")
    tube = study_.tube("one_pot")
    tube.iterate(X, Y)
    again = done(tube, tube.protocol.fed(X, Y))
    fork = tube.pot.index("fork_N1_1")
    assert again[fork] == tube.state[fork] < tube.nominal[fork]
    assert tube.used[0][fork] == pytest.approx(tube.nominal[fork] - tube.state[fork])


@every_design
def test_one_iteration_is_within_a_percent_of_the_ideal(name: str) -> None:
    """The first training point: parameters to 1 % of the largest (measured 0.7 to 0.95 %), its output to 3 %."""
    study_ = study(name)
    tube = study_.tube()
    done = tube.iterate(study_.data.train_x[0], study_.data.train_y[0])
    wanted = study_.ideal.parameters[1]
    assert np.abs(tube.parameters() - wanted).max() < 0.01 * wanted.max()
    assert done.outputs == pytest.approx(study_.ideal.predictions[0], rel=0.03)
    assert done.parameters == pytest.approx(study_.ideal.parameters[0], rel=1e-6)


@every_design
def test_concentrations_stay_positive(name: str) -> None:
    """Down to the solver's absolute tolerance of 1e-5 nM per step."""
    tube = study(name).tube()
    for _ in range(3):
        tube.iterate(X, Y)
        assert tube.state.min() > -1e-5


@pytest.mark.parametrize("name", ["linreg2d", "linreg2d_cooperative"])
def test_a_leak_rate_of_zero_is_no_leak(name: str) -> None:
    """The leaky network at rate 0 has four times the species, of which none appears.

    The same parameters to 3e-6: the step control averages its error over other species, so the steps differ, and the
    tube's tolerances (1e-3, 1e-5 nM per step) are known to give parameters to 3e-6; measured 1.4e-6 over phases of gates.
    """
    study_ = study(name)
    plain, quiet = study_.tube(), study_.tube("dsd_leaky", 0.0)
    for tube in (plain, quiet):
        tube.iterate(X, Y)
    assert quiet.parameters() == pytest.approx(plain.parameters(), abs=3e-6)
    known = plain.pot.mass_action.size
    assert np.abs(quiet.state[known:]).max() < 1e-12


def test_leaks_move_the_parameters_in_proportion() -> None:
    """To first order a small leak shifts a parameter linearly: ten times the rate, ten times the shift."""
    study_ = study("linreg2d")

    def shift(per_nM_s: float) -> Floats:
        tube = study_.tube("dsd_leaky", per_nM_s)
        tube.iterate(X, Y)
        return tube.parameters()

    quiet = shift(0.0)
    small, large = shift(1e-12) - quiet, shift(1e-11) - quiet
    assert np.abs(large).max() > 1e-3
    assert large == pytest.approx(10 * small, rel=0.05)


def test_predicting_leaves_the_tube_alone() -> None:
    tube = study("linreg2d").tube()
    before = tube.state.copy()
    first, second = tube.predict(X), tube.predict(X)
    assert (tube.state == before).all()
    assert first == second
    assert not tube.used


def test_parameters_can_be_set_and_read() -> None:
    """Read back after half an hour in the tube, where joins and buffers share them out."""
    tube = study("linreg2d").tube()
    tube.set_parameters(np.array([0.8, 1.7]))
    assert tube.parameters() == pytest.approx([0.8, 1.7])
    tube.state = done(tube, [Wait(1800.0)], tube.state)
    assert tube.parameters() == pytest.approx([0.8, 1.7], rel=0.02)


def test_a_signal_is_counted_where_a_gate_holds_it() -> None:
    """X1 is first in its join, which holds most of what is in use: free X1 alone would be an undercount."""
    tube = study("linreg2d").tube()
    state = done(tube, [Wait(1800.0)], done(tube, tube.protocol.fed(X, Y)))
    index = tube.pot.index("X1")
    held = state[tube.pot.held["X1"]].sum()
    assert tube.pot.held["X1"][0] == index
    assert held == pytest.approx(X[0] * tube.protocol.unit, rel=0.01)
    assert state[index] < 0.9 * held


def test_a_trace_ends_where_the_iteration_does() -> None:
    """The recorded trajectory and the iteration agree, to the solver's tolerance: more output times, other steps."""
    tube = study("linreg2d").tube()
    trace = tube.trace(X, Y, points=5)
    assert [phase for phase, _ in trace.phase_starts] == ["C1", "C2", "flush"]
    assert trace.times[-1] == pytest.approx(tube.protocol.schedule.seconds_per_iteration)
    tube.iterate(X, Y)
    parameters = [tube.pot.index(variable.plus) for variable in tube.protocol.ncrn.parameters]
    assert trace.values[-1, parameters] == pytest.approx(tube.state[parameters], rel=1e-3)


def test_firings_are_what_the_seals_count() -> None:
    """At the point of calibration every slow reaction fires as often as in the ideal network (see test_calibrate)."""
    study_ = study("linreg2d")
    tube = study_.tube()
    fired = tube.extents(*study_.reference)
    assert set(study_.calibration.after) <= set(fired)
    assert all(amount >= 0 for amount in fired.values())
    assert fired["N2_Y"] == pytest.approx(study_.reference[1][0], rel=0.02)


def test_the_update_needs_no_clock_in_the_shipped_designs() -> None:
    assert not any(study(name).protocol.update_waits for name in ALL_DESIGNS)


def test_the_minimal_design_keeps_the_papers_counts_and_trains() -> None:
    """13 reactions and 15 species (the paper's minimal circuit); ten iterations at strand level follow the ideal ones."""
    study_ = study("linreg2d_minimal")
    size = counts(study_.ncrn)
    assert (size["reactions"], size["species"]) == (13, 15)
    tube = study_.tube()
    for x, y in list(zip(study_.data.train_x, study_.data.train_y, strict=True))[:10]:
        tube.iterate(x, y)
    wanted = study_.ideal.parameters[10]
    assert np.abs(tube.parameters() - wanted).max() < 0.03 * wanted.max()


def test_no_clock_shares_a_domain() -> None:
    """Each clock strand and each signal has a branch of its own, or a phase would open another."""
    tube = study("linreg2d").tube()
    clocks = [tube.protocol.system.by_name[clock.strand].complex for clock in tube.protocol.system.clocks.values()]
    signals = [tube.protocol.system.by_name[name].complex for name in tube.protocol.system.signals.values()]
    branches = [domain for complex_ in (*clocks, *signals) for domain in complex_.domains if not domain.is_toehold]
    assert len(set(branches)) == len(branches) == len(clocks) + len(signals)


def test_a_constant_input_is_there_again_in_every_iteration() -> None:
    """A circuit that starts from z = x uses its inputs up: the constant one is brought to its value, never above it."""
    spec = changed(design("worked_example"), "circuit", pad=1, pad_value=1.5)
    ncrn, unit = compile_design(spec, 2), spec.chemistry.unit
    system = translate(ncrn, spec)
    schedule = Schedule({phase.name: 60.0 for phase in ncrn.crn.phases}, spec.timing.wait, 0)
    tube = tube_of(ClockedProtocol(ncrn, system, schedule, unit, 1.5), build_network(system), engine_named("rosenbrock"))
    first = next(iter(tube.protocol.loaded))
    faint = [replace(each, concentration=0.5) if each.name == first else each for each in system.components]
    thin = replace(tube.protocol, system=replace(system, components=tuple(faint)))
    assert thin.loaded == {**tube.protocol.loaded, first: 0.5}
    ((species, value),) = ncrn.padding
    place = tube.pot.index(system.signals[species])
    assert value == 1.5 and done(tube, tube.protocol.fed(X, Y))[place] == 1.5 * unit
    for left, there in ((0.2, 1.5), (1.8, 1.8)):
        tube.state[place] = left * unit
        assert done(tube, tube.protocol.fed(X, Y))[place] == pytest.approx(there * unit)
