"""Strands of the staged form: their structure, their proof, what is in the tube when, and that they learn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import exp, log
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import verified
from dsd_ncrn.analysis.yields import RealTubes, stream
from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.events import Add, PullDown
from dsd_ncrn.design.load import changed, load_design
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.staged import MEET, TARGET_JOIN, weight_fork, weight_join
from dsd_ncrn.dsd.structure import strand_length
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.gates.settle import REFERENCE, _targets, near, solve
from dsd_ncrn.protocol.staged import Settings, StagedProtocol
from dsd_ncrn.simulate.imperfections.realisation import Mixture
from dsd_ncrn.simulate.imperfections.spreads import spread
from dsd_ncrn.simulate.staged import StagedLearner
from dsd_ncrn.simulate.tube import Tube
from sequences.bench.tubes import conditions_of

DESIGNS = Path(__file__).parent.parent / "designs"
ONE, TWO = "first_learner", "linreg2d_bench"


@cache
def study(name: str) -> Study:
    """In tubes as they are designed, in which strands rest, at a leak of 1 /M/s."""
    designed = {"imperfections.occlusion": "13 uM", "leak.rate": "1 /M/s", "training.iterations": 20}
    return Study(changed(load_design(DESIGNS / f"{name}.toml", "ideal"), designed))


@pytest.mark.parametrize(("name", "strands", "nt"), [(ONE, 13, 365), (TWO, 33, 1005)])
def test_a_learner_is_small(name: str, strands: int, nt: int) -> None:
    """Strands count once: signals, cogates, triggers, seals, tops and bottoms; the longest is the fork's bottom, 4 x 20 nt."""
    system = study(name).designed
    lengths = [strand_length(strand) for strand in system.strands]
    assert (len(lengths), sum(lengths), max(lengths)) == (strands, nt, 80)


@pytest.mark.parametrize(("name", "modules"), [(ONE, 2), (TWO, 8)])
def test_every_module_is_proved(name: str, modules: int) -> None:
    found = verified(study(name).designed, study(name).network)
    assert found.ok, found.failures
    assert len(found.checks) == 3 + modules


def test_p_comes_free_before_z_and_rests_on_nothing_that_is_pulled() -> None:
    """From the trigger's end the fork is covered by <t r>, <s p>, <t z>; no gate but joins of P and Y is open at s."""
    system = study(TWO).designed
    fork = system.by_name[weight_fork("1")].complex
    tops = [strand for strand in fork.strands if not strand[0].starred]
    bottom = next(strand for strand in fork.strands if strand[0].starred)
    order = [next(top for top in tops if any(~d == each for each in top)) for d in bottom if not d.is_toehold]
    assert [strand[-1].name for strand in order] == ["r1", "p1", "z", "i"]
    gates = [each for each in system.components if each.role is Role.GATE]
    open_at = {
        each.name: {d.name[0] for d, partner in zip(each.complex.domains, each.complex.pairing) if partner is None}
        for each in gates
    }
    assert {name for name, toeholds in open_at.items() if "s" in toeholds} == {"join_N1_1", "join_N1_2", TARGET_JOIN}


def test_an_iteration_adds_inputs_as_gates_and_leaves_none() -> None:
    """x1 = 2 is 2 x 2.6 units of its join; after the last pull-down no gate of any kind is there."""
    found = study(TWO)
    unit = found.spec.chemistry.unit
    events = list(found.protocol.whole((2.0, 3.0), (9.0,)))
    added = {name: nM for event in events if isinstance(event, Add) for name, nM in event.doses.items()}
    assert added[weight_join("1")] == pytest.approx(2 * 2.6 * unit)
    settings, offset = found.settings, 1.0  # T (beta1 + beta2)
    assert isinstance(found.protocol, StagedProtocol)
    meant = 9.0 * settings.slope + settings.offset + 5.0 * settings.tilt + settings.blank - offset
    assert added["Y"] == pytest.approx(unit * meant)
    assert "Z" not in added and set(found.protocol.target((2.0, 3.0), (-9.0,))) == {"Z"}
    pulled = [name for event in events if isinstance(event, PullDown) for name in event.components]
    assert sum(isinstance(event, Add) for event in events) <= 14
    gates = {each.name for each in found.designed.components if each.role is Role.GATE}
    assert gates == set(pulled) & gates
    tube = found.tube("dsd_leaky")
    tube.iterate(np.array([2.0, 3.0]), np.array([9.0]))
    held = [tube.state[tube.pot.on_beads((name,))].sum() for name in gates]
    assert max(held) == 0.0


@pytest.mark.parametrize("name", [ONE, TWO])
def test_strands_learn_what_their_ideal_network_learns(name: str) -> None:
    """Of the test error that the ideal network removes in 20 iterations at least 95 % is removed, at a leak of 1 /M/s."""
    found = study(name)
    ideal, leaky = found.ideal, found.training("dsd_leaky")
    assert (leaky.rmse_before - leaky.rmse_after) / (leaky.rmse_before - ideal.rmse_after) > 0.95
    assert leaky.iterations == 20


def test_a_weak_stock_of_targets_is_made_good_by_their_dose() -> None:
    """With P, which is the target of one weight, at 0.8 of its stock the line found is 1 / 0.8 times as steep within 3 %."""
    found = study(ONE)
    tube = found.tube()
    doses = tube.pot.realisation.doses.copy()
    doses[tube.pot.index("P1")] = 0.8
    weak = Tube(tube.protocol, replace(tube.pot, realisation=replace(tube.pot.realisation, doses=doses)))
    settled = found.settled(weak, np.random.default_rng(0))
    assert isinstance(settled.protocol, StagedProtocol)
    assert settled.protocol.settings.slope == pytest.approx(found.settings.slope / 0.8, rel=0.03)
    assert settled.predict(np.array([1.5])) == pytest.approx(1.5 * -np.expm1(-0.1), rel=0.03)


@pytest.mark.slow
def test_what_an_iteration_loses_of_a_parameter_is_fed() -> None:
    """Where nothing is lost, nothing; where an iteration makes the volume a tenth larger, what that takes: P is theta / eta
    units, and 1 - 1 / 1.1 of it is gone (within 5 %, for what rests on gates that are pulled out)."""
    found = study(TWO)
    assert found.protocol.fed == {}
    circuit, usual = found.spec.circuit, found.usual(found.system, found.network)
    grown = found.tube(realisation=replace(usual, growth=0.1))
    fed = found.settling(grown, np.random.default_rng(0)).settings.feed
    loaded = StagedLearner(circuit, 2).parameters_of(REFERENCE) / circuit.learning_rate * found.spec.chemistry.unit
    assert list(fed.values()) == pytest.approx(list(loaded * (1 - 1 / 1.1)), rel=0.05)


def test_the_timetable_of_a_calibration_has_every_aliquot_and_every_hour() -> None:
    """One weight: its join's wait, the blank, the line of targets, where to start; aliquots and hours as measured."""
    found, steps = study(ONE).calibration, study(ONE).experiment.calibration
    assert sum(step.aliquots for step in steps) == found.aliquots
    assert sum(step.seconds for step in steps) / 3600 == pytest.approx(found.hours)
    assert sum(step.lasts for step in steps) < sum(step.seconds for step in steps)
    named = [step.setting.partition(":")[0] for step in steps]
    assert named == ["wait of join_N1_1"] * 3 + ["as found"] * 4 + ["P1 at the start"] * 3
    trained = next(step for step in steps if "iterations" in step.mix)
    assert trained.portions == trained.aliquots * 7  # six iterations and the last pass


def test_beads_catch_the_caps_of_gates_that_have_fired() -> None:
    """Slurry for gates and caps: of gates at least, of twice as much at most, since each has one cap with a tag. Of several
    points more is opened by larger inputs: the worst is over the mean, and over what is there at once."""
    given = study(ONE)
    points = list(zip(given.data.train_x, given.data.train_y))[: given.ideal.iterations]
    gates = [sum(nM for event in given.protocol.iteration(1, *point) if isinstance(event, Add)
                 for name, nM in event.doses.items() if given.system.by_name[name].tag) for point in points]  # fmt: skip
    found, capacity = given.beads, given.spec.imperfections.slurry
    assert len(found.slurry_uL) == len(points)
    assert all(1.01 * nM < uL / 100 * capacity < 2 * nM for nM, uL in zip(gates, found.slurry_uL))
    assert found.worst_uL > 1.05 * found.mean_uL
    assert found.worst_uL / 3 < found.at_once_uL < found.worst_uL  # in three pull-downs
    assert found.strands_pmol == pytest.approx(found.worst_uL * capacity / 1000)


def test_a_blank_is_measured_without_that_of_another_tube() -> None:
    """A tube that is set as the usual one, and is the same, has the same blank, not what is left of it."""
    found = study(ONE)
    settled = found.settling(found.tube(), np.random.default_rng(0)).settings
    assert settled.blank == pytest.approx(found.settings.blank, rel=0.02) and settled.blank > 0.005


def test_a_trained_constant_is_no_blank() -> None:
    """An input that is always 1 counts 0.35 at half the limit of 0.7; the blank stays that of the design without it."""
    spec = load_design(DESIGNS / f"{ONE}.toml", "ideal")
    alone, beside = (Study(changed(spec, {"circuit.pad": pad})).settings.blank for pad in (0, 1))
    assert beside == pytest.approx(alone, rel=0.1) and alone > 0.005


@pytest.mark.parametrize("target", [0.06, 0.3, 2.0])
def test_a_setting_is_found_by_six_aliquots(target: float) -> None:
    """A parabola in logarithms is found whatever the guess, within the steps in which it is looked for."""
    calls: list[float] = []

    def measure(value: float) -> float:
        calls.append(value)
        return float(np.log(value / target)) + 0.05 * float(np.log(value / target)) ** 2

    assert solve(measure, 0.3, 0.0) == pytest.approx(target, rel=0.01)
    assert len(calls) == 6


def test_of_two_settings_the_one_near_the_line_is_taken() -> None:
    """A parabola reads 5 at e^0.05 and, beyond where it turns, at e^1.05: a second round looks no further than twofold."""
    assert solve(lambda value: 5.0 - (log(value) - 0.05) * (log(value) - 1.05), 1.0, 5.0) == pytest.approx(exp(0.05), rel=1e-3)


def test_a_calibrations_hours_count_every_iteration_and_reading() -> None:
    """Four targets, each with a reading, six iterations of 100 s and six readings of 1 s; doses that are read as they are
    given make the rule y = D."""

    class Bench(SimpleNamespace):
        def aliquot(self, _: Settings, parameters: Floats) -> SimpleNamespace:
            schedule = SimpleNamespace(seconds_per_iteration=100.0)
            protocol = SimpleNamespace(schedule=schedule)
            return SimpleNamespace(weights=parameters, protocol=protocol, iterate=lambda x, y: None)

        def read(self, part: SimpleNamespace, x: Floats) -> float:
            self.seconds += 1.0
            return float(part.weights @ x)

    learner = SimpleNamespace(parameters_of=lambda share: np.array([share, 2 * share]))
    bench = Bench(seconds=0.0, x=np.array([1.0, 3.0]), learner=learner, mixed=lambda *_: "", tell=lambda *_: None)
    rule = _targets(cast(Any, bench), study(ONE).settings)
    assert bench.seconds == 4 * (1 + 6 * 100 + 6)
    assert (rule.slope, rule.tilt, rule.offset) == pytest.approx((1.0, 0.0, 0.0))


def test_a_first_toehold_is_no_longer_than_the_whole() -> None:
    with pytest.raises(DesignError, match=r"staged\.first_toehold"):
        _ = Study(changed(study(ONE).design, {"staged.first_toehold": 6})).designed


def test_one_weight_has_no_gates_of_an_update() -> None:
    names = study(ONE).designed.by_name
    assert MEET in names and TARGET_JOIN not in names


def test_a_real_tube_is_settled_and_learns() -> None:
    """Stocks and rates off as measured ones are, with leak: most of what can be learned is, after aliquots were measured."""
    found = Study(changed(study(ONE).design, {"imperfections": {"rate_spread": 0.5, "pipetting": 0.05, "inactive": 0.1}}))
    tube = RealTubes(found).mix(found.spec.imperfections.model_copy(update={"calibrated": True}), stream(0, 1), 1e-9)
    training = found.train(tube, "imperfect")
    assert training.rmse_after < 0.2 * training.rmse_before


def test_a_tube_that_reads_the_start_by_its_leak_alone_begins_at_next_to_nothing() -> None:
    """20 /M/s read more than the start with nothing loaded: what is left is lost in errors, and not looked for."""
    found = study(ONE)
    tube = RealTubes(found).mix(found.spec.imperfections, stream(0, 1), 2e-8)
    settled = found.settling(tube, np.random.default_rng(0))
    assert settled.start == pytest.approx([0.05 * 0.1])  # the design starts at 0.1
    assert settled.steps[-1].decides.startswith("what is to be read") and settled.steps[-1].aliquots == 1


def test_the_bench_adds_gates_in_their_stage_and_mixes_no_point_in() -> None:
    """Joins come after forks and leave first; the time of each row is the sum of the waits before it."""
    experiment, waits = study(ONE).experiment, study(ONE).schedule.phases
    rows = [(row.time, row.component or row.what.partition("with ")[2].partition(" out")[0]) for row in experiment.steps]
    gone = waits["forward"] + waits["release"]
    assert [name for _, name in rows[:-1]] == [
        *("fork_N1_1", "join_N1_1", "join_N1_1", "fork_N1_1", "P1", "sink_N2_meet", "sink_N2_meet")
    ]
    assert [time for time, _ in rows] == pytest.approx([0, 0, waits["forward"], *[gone] * 3, *[gone + waits["meet"]] * 2])
    assert experiment.first_point == {} and set(experiment.points[0]) == {"join_N1_1", "P1"}
    names = [each.name for each in conditions_of(study(ONE).system, experiment.first_point)]
    assert names == ["learning", "no input", "blank"]


def test_of_variants_the_gate_is_taken_whose_rate_is_nearest_to_the_usual() -> None:
    """Of n normal draws the nearest to 0 is on average the integral of erfc(t / sqrt(2))^n away: 0.798 for 1, 0.262 for 4."""
    for variants, away in ((1, 0.798), (4, 0.262)):
        found = study(TWO).designed
        mixture = Mixture(replace(found, variants=variants), study(TWO).network)
        drawn = [np.log(spread(mixture, 0.9, False, stream(0, n))) / 0.9 for n in range(200)]
        gates = np.array([np.unique(each[each != 0]) for each in drawn])
        assert np.abs(gates).mean() == pytest.approx(away, abs=0.03)


def test_forks_stay_while_joins_are_pulled_by_a_magnet_that_takes_all() -> None:
    """They are on beads of another kind: after joins are pulled out every fork is still there."""
    found = study(TWO)
    tube = found.tube()
    real = replace(tube.pot.realisation, handling=replace(tube.pot.handling, one_magnet=True))
    pot = tube.pot.realised(0.0, real)
    fork, join = weight_fork("1"), weight_join("1")
    after = pot.run([Add({fork: 100.0, join: 50.0}), PullDown((join,))], tube.contents)
    assert after.values[pot.on_beads((fork,))].sum() == pytest.approx(100.0)
    assert after.values[pot.on_beads((join,))].sum() == 0.0


def test_what_waits_for_beads_waits_as_much_longer_as_they_are_slow() -> None:
    """Waits of the design are for beads as fast as what is in solution; beads that take three times as long triple them."""
    slow = Study(changed(study(ONE).design, {"imperfections.bead_slowdown": 2.0}))
    usual = study(ONE).spec.staged
    assert slow.settings.waits["release"] == pytest.approx(3 * usual.release)
    assert slow.settings.waits["meet"] == pytest.approx(3 * usual.meeting)


def test_a_setting_far_from_the_usual_is_found_in_steps_or_the_tube_is_told_to_be_no_good() -> None:
    """1 of Z for each 100 s: from 10 s to 400 s in steps of 2.5; where nothing is ever read, another tube is asked for."""
    assert near(lambda seconds: seconds / 100.0, 10.0, 4.0) == pytest.approx(10.0 * 2.5**4)
    with pytest.raises(CheckFailed, match="mix another"):
        near(lambda seconds: 0.0, 10.0, 4.0)
