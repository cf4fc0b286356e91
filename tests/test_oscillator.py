"""The chemical clock: the ring against its closed form, and one pot against the network that is clocked from outside."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from circuits import ONE_OUTPUT, TWO_OUTPUT, compiled, named, spec_with
from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.oscillator import Oscillator, oscillator_for, travelling_wave, with_oscillator
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.autonomous import AutonomousLearner, RingPot, measure_clock, parameter_errors
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.results import Learner, Training
from dsd_ncrn.simulate.train import train
from dsd_ncrn.tasks import load_dataset

Floats = NDArray[np.float64]
ENGINE = engine_named("rosenbrock")
ITERATIONS = 20
BENT: dict[str, Any] = {"f": "theta * x - 0.5 * z * abs(z)", "theta": "dual", "x": "dual", "z": "dual", "learning_rate": 0.05}


def linreg2d(annihilate: tuple[str, ...] = ()) -> DesignSpec:
    return spec_with(learning_rate=0.05, annihilate=annihilate)


@cache
def regressor(*annihilate: str) -> NeuralCrn:
    return compile_design(linreg2d(annihilate), 2)


def learned(learner: Learner, ncrn: NeuralCrn) -> Training:
    """Twenty iterations on the points of LinReg2D, judged by ten."""
    names = tuple(variable.name for variable in ncrn.parameters)
    task = linreg2d().task.model_copy(update={"test_points": 10})
    return train(learner, "test", names, load_dataset(task, 0), 1, ITERATIONS)


@cache
def clocked_outside() -> Training:
    return learned(IdealLearner(regressor(), ENGINE), regressor())


@cache
def one_pot(spacing: int, residual: float) -> Training:
    oscillator = oscillator_for(regressor().crn, spacing, residual)
    return learned(AutonomousLearner(regressor(), oscillator, ENGINE), regressor())


def error(training: Training) -> float:
    """The largest parameter error of twenty iterations."""
    return float(parameter_errors(training, clocked_outside()).max())


def crnpp_start(oscillator: Oscillator, floor: float) -> Oscillator:
    """The ring as CRN++ starts it: two neighbours hold everything, the others a trace (its ``MakeOscillatorSpecies``)."""
    amounts = dict.fromkeys(oscillator.ring, floor) | dict.fromkeys(oscillator.ring[-2:], oscillator.total / 2)
    return replace(oscillator, initial=amounts)


def uneven_pot(size: int, spread: float) -> RingPot:
    """A ring whose rate constants are by turns above and below their mean by ``spread``."""
    oscillator = replace(oscillator_for(regressor().crn, size // 3), ring=tuple(f"C{place}" for place in range(size)))
    amounts, _ = travelling_wave(size, 1e-6, 0.5)
    oscillator = replace(oscillator, initial=dict(zip(oscillator.ring, amounts.tolist())), clocks={"a": "C0", "b": "C3"})
    pairs = enumerate(oscillator.reactions())
    reactions = tuple(replace(each, rate=each.rate * (1 + spread * (-1) ** place)) for place, each in pairs)
    return RingPot(Crn("uneven", oscillator.ring, reactions, initial=oscillator.initial), oscillator, ENGINE)


@pytest.mark.parametrize("residual", [1e-2, 1e-6])
@pytest.mark.parametrize("size", [3, 7, 9])
def test_the_ring_follows_its_travelling_wave(size: int, residual: float) -> None:
    """Closed form: after one delay of the Volterra lattice every species is where its neighbour was."""
    start, delay = travelling_wave(size, residual, 1.3)
    ring = tuple(f"R{place}" for place in range(size))
    crn = Crn("ring", ring, tuple(Reaction((a, b), (b, b), 1.0) for a, b in zip(ring, (*ring[1:], ring[0]))))
    pot = RingPot(crn, oscillator_for(regressor().crn), ENGINE)
    later = pot.stepper.solve(start, np.array([0.0, delay]), pot.system.rates).values[-1]
    assert start.sum() == pytest.approx(1.0)
    assert later == pytest.approx(np.roll(start, 1), rel=1e-4)
    assert later == pytest.approx(travelling_wave(size, residual, 2.3)[0], rel=1e-4)


@pytest.mark.parametrize("residual", [1e-3, 1e-6])
def test_a_pulse_lasts_as_long_as_the_logarithm_of_its_floor(residual: float) -> None:
    """Closed form: the delay is ln(1/residual) up to a relative n * residual; the floor is ``residual`` of the top."""
    amounts, delay = travelling_wave(9, residual, 0.0)
    assert delay == pytest.approx(log(1 / residual), rel=10 * residual)
    assert amounts.min() / amounts.max() == pytest.approx(residual, rel=0.07)


@pytest.mark.parametrize("spacing", [1, 2, 3])
@pytest.mark.parametrize("total", [1.0, 4.0])
def test_every_pulse_has_its_dose_and_the_period_stays(spacing: int, total: float) -> None:
    """Conservation: n doses make up the total over a period, so the period is n dose / total; a travelling wave keeps it."""
    oscillator = oscillator_for(regressor().crn, spacing, total=total)
    report = measure_clock(oscillator, ENGINE, turns=20)
    assert report.species == {1: 3, 2: 7, 3: 9}[spacing]
    assert oscillator.period == pytest.approx(report.species * 0.5 / total)
    assert report.periods == pytest.approx(np.full(20, oscillator.period), rel=1e-6)
    assert report.doses == pytest.approx(np.full((20, 3), 0.5), rel=1e-6)
    assert report.dose_variation < 1e-6 and abs(report.period_drift) < 1e-6


@pytest.mark.parametrize("residual", [1e-4, 1e-6])
def test_overlap_falls_with_the_distance_of_the_clocks(residual: float) -> None:
    """Closed forms from the pulse's logarithm, a trapezium: 2 ln 2 / D, then 2 sqrt(e) / D, then the floor n e; D = ln(1/e)."""
    reports = [measure_clock(oscillator_for(regressor().crn, spacing, residual), ENGINE, 2) for spacing in (1, 2, 3)]
    neighbours, second, third = (report.overlap for report in reports)
    assert neighbours == pytest.approx(2 * log(2) / log(1 / residual), rel=0.05)
    assert second == pytest.approx(2 * sqrt(residual) / log(1 / residual) + 7 * residual, rel=0.15)
    assert third == pytest.approx(9 * residual, rel=0.05)
    assert reports[2].residuals == pytest.approx(np.full(3, residual), rel=0.05)


def test_the_start_of_crnpp_is_not_on_the_wave() -> None:
    """Peer: CRN++ puts all into two neighbours; its pulses differ by percents from turn to turn, ours do not."""
    oscillator = oscillator_for(regressor().crn)
    report = measure_clock(crnpp_start(oscillator, 1e-6), ENGINE)
    assert 0.01 < report.dose_variation < 0.1
    assert report.doses.mean() == pytest.approx(0.5, rel=0.05)


def run_turns(pot: RingPot, turns: int) -> Floats:
    state = pot.start
    for _ in range(turns):
        state = pot.until(state, pot.oscillator.feeding).values[-1]
    return state


def test_an_odd_ring_tolerates_uneven_rate_constants_and_an_even_one_dies() -> None:
    """Closed form: an even ring has a rest point only where the products of alternate constants are equal."""
    assert run_turns(uneven_pot(9, 0.05), 40).sum() == pytest.approx(1.0, rel=1e-6)
    with pytest.raises(CheckFailed, match=r"the chemical clock stopped: in 3 turns never C. overtakes C."):
        run_turns(uneven_pot(12, 0.05), 40)


def test_with_a_clock_no_phase_is_left() -> None:
    """Every reaction of a phase takes its clock last and gives it back; the integral of rate times clock is what it was."""
    crn = regressor("A").crn
    oscillator = oscillator_for(crn)
    gated = with_oscillator(crn, oscillator)
    assert oscillator.ring == ("C1", "Q1", "Q2", "C2", "Q4", "Q5", "Cflush", "Q7", "Q8")
    assert gated.phases == () and all(not reaction.phases for reaction in gated.reactions)
    assert gated.species == (*crn.species, *oscillator.ring)
    texts = {str(reaction): reaction.rate for reaction in gated.reactions}
    assert texts["X1 + P1 + C1 -> X1 + P1 + Z1 + C1"] == 1.0
    assert texts["Y + C2 -> A1m + A2m + C2"] == 1000.0
    assert texts["X1 + Cflush -> Cflush"] == pytest.approx(1000.0 * 0.03 / 0.5)
    assert texts["A1p + A1m ->"] == 1000.0
    assert str(gated.stage("clock")[-1]) == "Q8 + C1 -> C1 + C1"
    assert len(gated.reactions) == len(crn.reactions) + 9
    assert [after.molecularity - before.molecularity for before, after in zip(crn.reactions, gated.reactions)] == [
        int(bool(reaction.phases)) for reaction in crn.reactions
    ]


def test_a_reaction_of_two_phases_is_there_for_each() -> None:
    crn = regressor().crn
    both = Reaction(("X1",), (), 2.0, frozenset({"C1", "C2"}))
    gated = with_oscillator(replace(crn, reactions=(both,)), oscillator_for(crn))
    assert [str(reaction) for reaction in gated.reactions[:2]] == ["X1 + C1 -> C1", "X1 + C2 -> C2"]


def test_twenty_iterations_in_one_pot_are_those_of_the_outer_clock() -> None:
    """Peer: the same network clocked from outside. Parameters within 0.01 %, predictions within 1 %."""
    pot, outside = one_pot(3, 1e-6), clocked_outside()
    errors = parameter_errors(pot, outside)
    assert errors.shape == (ITERATIONS,) and errors.max() < 1e-4
    assert np.abs(outside.parameters[-1] - outside.parameters[0]).max() > 1.0
    assert pot.predictions == pytest.approx(outside.predictions, rel=0.01)
    assert pot.rmse_after == pytest.approx(outside.rmse_after, rel=0.01)


def test_with_poor_separation_phases_spoil_each_other() -> None:
    """Peer: the outer clock. The error is that of the floor (about 70 times it) unless the clocks are neighbours."""
    assert error(one_pot(1, 1e-6)) > 0.2
    assert error(one_pot(3, 1e-3)) > 0.05
    for residual in (1e-4, 1e-5):
        assert error(one_pot(3, residual)) == pytest.approx(70 * residual, rel=0.1)
    assert error(one_pot(2, 1e-6)) == pytest.approx(error(one_pot(3, 1e-6)), rel=0.2)


def test_a_reading_waits_on_the_floor_of_the_next_phase() -> None:
    """Closed form to first order: half way to C2, a unit of Z has met N2 for 1.5 pulses at 1000 times the floor."""
    loss = [1 - one_pot(3, residual).test_before / clocked_outside().test_before for residual in (1e-6, 1e-5)]
    for lost, residual in zip(loss, (1e-6, 1e-5)):
        assert lost == pytest.approx(1000 * residual * 1.5 * 0.5, rel=0.2)


def test_inexact_initial_amounts_are_borne() -> None:
    """Peer: the outer clock. A tenth more or less of every species of the ring costs less than 2 %, for good."""
    oscillator = oscillator_for(regressor().crn)
    factors = 1 + 0.1 * np.random.default_rng(0).uniform(-1, 1, len(oscillator.ring))
    inexact = replace(oscillator, initial={name: v * f for (name, v), f in zip(oscillator.initial.items(), factors.tolist())})
    found = error(learned(AutonomousLearner(regressor(), inexact, ENGINE), regressor()))
    assert 1e-3 < found < 0.02


def test_a_bent_circuit_learns_in_one_pot() -> None:
    """Peer: the outer clock, for a dual-rail circuit with annihilations that no clock gates."""
    ncrn = compiled(**BENT)
    outside = learned(IdealLearner(ncrn, ENGINE), ncrn)
    pot = learned(AutonomousLearner(ncrn, oscillator_for(ncrn.crn), ENGINE), ncrn)
    assert parameter_errors(pot, outside).max() < 1e-3
    assert pot.rmse_after == pytest.approx(outside.rmse_after, rel=0.01)


@pytest.mark.parametrize(("circuit", "outputs"), [(c, 1) for c in ONE_OUTPUT] + [(c, 2) for c in TWO_OUTPUT])
def test_any_circuit_can_have_the_clock(circuit: dict[str, Any], outputs: int) -> None:
    """Peer: the outer clock, over two iterations; parameters within 0.1 %, outputs within 0.5 %."""
    ncrn = compile_design(spec_with(**circuit), 2, outputs)
    pair = (IdealLearner(ncrn, ENGINE), AutonomousLearner(ncrn, oscillator_for(ncrn.crn), ENGINE))
    for x, y in (((0.4, 0.7), (1.0, 0.6)), ((0.8, 0.3), (0.5, 1.2))):
        outside, pot = (each.iterate(np.array(x), np.array(y[:outputs])) for each in pair)
        assert pot.outputs == pytest.approx(outside.outputs, rel=5e-3), named(circuit)
    outside, pot = (each.parameters() for each in pair)
    assert pot == pytest.approx(outside, abs=1e-3 * np.abs(outside).max())
    assert not np.allclose(outside, ncrn.initial_parameters, rtol=1e-3)


def test_the_times_of_a_turn_are_those_of_the_wave() -> None:
    """Closed form: the pulse starts 1.5 places before C1 and moves on by one in each dose (0.5); catalysts stay."""
    learner = AutonomousLearner(regressor(), oscillator_for(regressor().crn), ENGINE)
    for _ in range(3):
        learner.iterate(np.array([1.5, 3.0]), np.array([4.0]))
    late = 4.5 / 400  # the pipette comes at the next point of the grid
    for number, turn in enumerate(learner.turns):
        assert turn.fed == pytest.approx(4.5 * number, abs=2 * late)
        assert dict(turn.maxima) == pytest.approx({name: turn.fed + t for name, t in _pulses().items()}, abs=2 * late)
        assert turn.read == pytest.approx(turn.fed + 1.5, abs=2 * late)
    ring = [learner.pot.system.index[name] for name in learner.oscillator.ring]
    assert learner.state[ring].sum() == pytest.approx(1.0, rel=1e-9)


def _pulses() -> dict[str, float]:
    return {"C1": 0.75, "C2": 2.25, "flush": 3.75}


def test_a_trace_shows_the_phases_and_changes_nothing() -> None:
    learner = AutonomousLearner(regressor(), oscillator_for(regressor().crn), ENGINE)
    before = learner.state.copy()
    trace = learner.trace(np.array([1.5, 3.0]), np.array([4.0]))
    assert [name for name, _ in trace.phase_starts] == ["C1", "C2", "flush"]
    assert [start for _, start in trace.phase_starts] == pytest.approx([0.0, 1.5, 3.0], abs=0.03)
    assert trace.of("C2").max() == pytest.approx(1.0, abs=0.01) and trace.of("X1")[-1] < 1e-9
    assert (learner.state == before).all() and not learner.turns


@pytest.mark.parametrize(
    ("changes", "arguments", "message"),
    [
        ({}, {"spacing": 0}, "the clocks of two phases are at least one place apart, on a ring of 3 or more (got 0)"),
        ({}, {"residual": 0.5}, "the residual of a clock lies between 0 and 0.01 (got 0.5)"),
        ({}, {"total": 0.0}, "the total amount of the clock species is above 0 (got 0.0)"),
        ({"phases": ()}, {}, "a network without phases needs no clock"),
        ({"species": ("X1", "Q1")}, {}, "the ring of the clock needs names of its own (got 'Q1')"),
    ],
)
def test_what_makes_no_clock_is_said(changes: dict[str, Any], arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        oscillator_for(replace(regressor().crn, **changes), **arguments)
    assert str(caught.value) == message


def test_a_batch_needs_the_outer_clock() -> None:
    """A ring comes round to every phase in every turn, so a phase of every fourth iteration is refused."""
    crn = regressor().crn
    phases = (replace(crn.phases[0], every=4), *crn.phases[1:])
    with pytest.raises(InputError, match=r"comes round to every phase in every iteration \(got 'C1'\)\. Learn from one"):
        oscillator_for(replace(crn, phases=phases))
