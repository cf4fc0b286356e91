"""Scripts for liquid handlers: the same events as the simulation, and, by the makers' own simulator, the same volumes."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.crn.events import Add, PullDown, Wait
from dsd_ncrn.design.load import load_design
from dsd_ncrn.dsd.experiment import Experiment
from dsd_ncrn.protocol.staged import StagedProtocol, settings_of
from sequences.bench.mixing import USUAL_STOCKS
from sequences.bench.timetable import bench_lines, handwork, misfits_of
from sequences.bench.tubes import conditions_of, mixes_of
from sequences.robot.opentrons import deck_warnings, pick_list, script
from sequences.robot.plan import BIND_S, WELLS, _Planner, plan_of
from sequences.robot.steps import LEAST_UL, TRANSFER_S, Do, RobotPlan
from sequences_circuits import small_circuit

ROOT = Path(__file__).parent.parent
SIMULATOR = Path(os.environ.get("OPENTRONS", ROOT / ".tools/opentrons")) / "bin/opentrons_simulate"
MOVED = re.compile(r"^(Aspirating|Dispensing) ([\d.]+) uL (?:from|into) (\w+) of (.+?) at ")
FILTER = "filter"
PIPETTE = 0.02
"""What the smallest volume may be off by: 0.01 uL of 1 uL for rounding, as much again for that of the move behind it."""


@cache
def learner(name: str = "first_learner") -> tuple[Study, StagedProtocol]:
    """A staged learner with the waits and doses of its design, not calibrated; a pull-down lasts 5 min."""
    study = Study(load_design(ROOT / f"designs/{name}.toml"), 0)
    spec, ncrn = study.spec, study.ncrn
    settings = settings_of(spec.staged, len(ncrn.parameters))
    return study, StagedProtocol(ncrn, study.designed, spec.staged, settings, spec.chemistry.unit, pull=300.0)


def training(study: Study, protocol: StagedProtocol, count: int) -> Experiment:
    """So many iterations, each of which uses a tenth of the fuels."""
    data = study.data
    events = tuple(tuple(protocol.iteration(n, data.train_x[n - 1], data.train_y[n - 1])) for n in range(1, count + 1))
    left = {name: 0.9 * nM for name, nM in protocol.refilled.items() if nM > 0}
    hours = protocol.schedule.seconds_per_iteration
    return Experiment(left=left, iterations=count, seconds=hours, training=events, pull=protocol.pull, lost=0.01, carried=0.1)


def planned(count: int, protocol: StagedProtocol | None = None, name: str = "first_learner") -> tuple[Experiment, RobotPlan]:
    study, usual = learner(name)
    experiment = training(study, protocol or usual, count)
    return experiment, plan_of(study.designed, experiment, USUAL_STOCKS[0], 100.0, 0.5, 25.0)


def doses(experiment: Experiment) -> list[dict[str, float]]:
    """By iteration, nM of every component that the simulation adds."""
    found: list[dict[str, float]] = []
    for events in experiment.training:
        added: dict[str, float] = defaultdict(float)
        for event in events:
            for name, nM in event.doses.items() if isinstance(event, Add) else ():
                added[name] += nM
        found.append({name: nM for name, nM in added.items() if nM > 0})
    return found


def test_every_dose_of_the_simulation_is_in_the_plan_and_can_be_pipetted() -> None:
    experiment, plan = planned(20)
    assert len(plan.iterations) == 20
    for wanted, steps in zip(doses(experiment), plan.iterations):
        made = {plan.stocks[i].component: nM for step in steps for (i, _), nM in zip(step.taken, step.doses) if nM}
        captured = {name: nM for name, nM in made.items() if name.startswith("beads for")}
        assert {name: nM for name, nM in made.items() if name not in captured} == pytest.approx(wanted)
        assert sum(captured.values()) == pytest.approx(wanted["fork_N1_1"])
    assert min(uL for steps in plan.iterations for step in steps for _, uL in step.taken) >= LEAST_UL


def test_a_changed_wait_is_in_protocol_robot_and_simulation() -> None:
    """Ten minutes more for the meeting: in the events that the tube is run by, in the printed steps, in the script."""
    _, usual = learner()
    waits = {**usual.settings.waits, "meet": usual.settings.waits["meet"] + 600.0}
    longer = replace(usual, settings=replace(usual.settings, waits=waits))
    simulated: list[float] = []
    printed: list[float] = []
    robot: list[float] = []
    for protocol in (usual, longer):
        experiment, plan = planned(1, protocol)
        simulated.append(sum(event.seconds for event in experiment.training[0] if isinstance(event, Wait)))
        printed.append(list(bench_lines(plan, 1))[-1].end)
        robot.append(sum(step.seconds for step in plan.iterations[0] if step.do == "wait"))
    assert simulated[1] - simulated[0] == printed[1] - printed[0] == pytest.approx(600.0)
    assert robot == pytest.approx(simulated)


def test_what_is_fed_to_parameters_is_in_every_iteration() -> None:
    """4 nM of each in the first by itself, later with what refills: of the mix, as much as its share of what is added."""
    study, protocol = learner("linreg2d_bench")
    experiment = training(study, protocol, 3)
    plan = plan_of(study.designed, experiment, USUAL_STOCKS[0], 100.0, 0.5, 25.0)
    fed = protocol.doses.feed
    first = {plan.stocks[i].component: nM for step in plan.iterations[0] for (i, _), nM in zip(step.taken, step.doses)}
    assert (first["P1"], first["P2"]) == (fed, fed) == (4.0, 4.0)
    index, mix = next((n, stock) for n, stock in enumerate(plan.stocks) if stock.components)
    for volume, steps in zip(plan.volumes, plan.iterations[1:]):
        (uL,) = (uL for step in steps for i, uL in step.taken if i == index)
        assert 1e5 * uL * mix.components["P1"] / volume == pytest.approx(fed)


@pytest.mark.parametrize("name", ["first_learner", "linreg2d_bench"])
def test_the_tube_is_moved_as_often_as_the_plan_moves_it(name: str) -> None:
    """Every move leaves 1 % behind, in the volume of the simulation and in that of the plan."""
    study, protocol = learner(name)
    experiment = training(study, protocol, 2)
    plan = plan_of(study.designed, experiment, USUAL_STOCKS[0], 100.0, 0.5, 25.0)
    for events, steps in zip(experiment.training, plan.iterations):
        simulated = sum(event.moves for event in events if isinstance(event, PullDown))
        assert simulated == sum(step.do == "move" for step in steps) > 3
    steps = plan.iterations[0]
    move = next(n for n, step in enumerate(steps) if step.do == "move")
    before = plan.start_uL + sum(uL for step in steps[:move] if step.do == "add" for _, uL in step.taken)
    assert steps[move].uL == pytest.approx(0.99 * before)


def test_air_pulls_and_the_least_volume_are_those_of_the_conditions() -> None:
    """1 % of the volume an hour is missing at the end, and what stays behind in wells is more of less; of a pull-down of 5
    min one is for the transfer."""
    study, protocol = learner()
    plain = training(study, protocol, 3)
    bench = replace(plain, evaporation=0.01)
    still, dried = (plan_of(study.designed, each, USUAL_STOCKS[0], 100.0, 1.0, 25.0) for each in (plain, bench))
    hours = sum(step.seconds for steps in dried.iterations for step in steps) / 3600
    assert 0.01 * hours < np.log(still.volumes[-1] / dried.volumes[-1]) < 0.013 * hours
    assert {step.seconds for steps in dried.iterations for step in steps if step.do == "pull"} == {240.0}
    assert any("1.0% of the volume an hour" in each for each in dried.warnings)
    work = handwork(dried)
    assert work is not None and work.smallest_uL >= 1.0


def test_a_hand_takes_as_long_as_the_waits_and_is_told_what_it_does() -> None:
    """The print ends with the events, to the second, and begins so much earlier as it takes until the first beads are there;
    its volumes are the plan's; every step of a tube is a transfer."""
    experiment, plan = planned(3)
    for number in (1, 2, 3):
        lines = list(bench_lines(plan, number))
        assert lines[-1].after_uL == pytest.approx(plan.volumes[number - 1])
        assert lines[-1].end == pytest.approx(experiment.seconds)
        begun = next(line for line in lines if line.do.startswith("move"))
        assert begun.end == 0.0 and lines[0].start < -3 * TRANSFER_S
    quick = plan_of(learner()[0].designed, replace(experiment, pull=0.0), USUAL_STOCKS[0], 100.0, 0.5, 25.0)
    assert list(bench_lines(quick, 1))[-1].end == pytest.approx(experiment.seconds - 3 * 300.0)
    work = handwork(plan)
    assert work is not None and work.spin_filter_iterations == ()
    taken = [len(step.taken) for steps in plan.iterations for step in steps]
    assert work.additions_per_iteration == pytest.approx(sum(taken) / 3)
    assert work.hours_per_iteration == pytest.approx(experiment.seconds / 3600)
    moved = sum(step.do in ("move", "beads") for steps in plan.iterations for step in steps)
    assert work.pipettings_per_iteration == pytest.approx((sum(taken) + moved) / 3)
    assert handwork(plan_of(learner()[0].designed, Experiment(), USUAL_STOCKS[0], 100.0, 0.5, 25.0)) is None


def test_what_cannot_be_pipetted_is_told() -> None:
    """A least volume above all of a plan's, a step that says so, one iteration less than is wanted; a usual plan has none."""
    _, plan = planned(2)
    assert not list(misfits_of(plan, 2))
    small, first = replace(plan, least_uL=100.0), plan.iterations[0]
    filtered = replace(plan, iterations=(first, (replace(first[0], say="on a spin filter"), *first[1:])))
    named = {plan.stocks[at].name for steps in plan.iterations for step in steps for at, _ in step.taken}
    told = list(misfits_of(small, 2))
    assert len(told) == 1 and set(told[0].removeprefix("too little to pipette of ").split(", ")) == named
    assert list(misfits_of(filtered, 2)) == ["a spin filter before 1 of 2 iterations"]
    assert list(misfits_of(plan, 3)) == ["volume for 2 of 3 iterations"]


def test_more_tubes_than_the_deck_holds_are_told() -> None:
    _, plan = planned(1)
    assert deck_warnings(plan) == ()
    (told,) = deck_warnings(replace(plan, stocks=plan.stocks * 20))
    assert "the deck holds 72" in told


def test_what_a_magnet_cannot_tell_apart_gets_its_beads_in_time() -> None:
    """Forks have digoxigenin: no beads hold them while the joins are pulled out, ten minutes before their own pull some do."""
    _, plan = planned(1)
    steps = plan.iterations[0]
    pulls = [n for n, step in enumerate(steps) if step.do == "pull"]
    first = [plan.stocks[step.taken[0][0]].name if step.do == "beads" else "" for step in steps]
    late = next(n for n, name in enumerate(first) if name.startswith("beads for"))
    assert pulls[0] < late < pulls[1]
    assert sum(step.seconds for step in steps[late : pulls[1]] if step.do == "wait") == pytest.approx(BIND_S)


def test_a_pick_list_makes_the_tube_in_droplets() -> None:
    """By component, nL over all its transfers; rounded to 2.5 nL, none over 10 uL."""
    system = learner()[0].designed
    mixes = mixes_of(system, conditions_of(system, {}), 100.0, USUAL_STOCKS)
    rows = pick_list(mixes)
    assert all(float(row[-1]) % 2.5 == 0 and float(row[-1]) <= 10_000 for row in rows)
    total: dict[str, float] = defaultdict(float)
    for *_, well, nL in rows:
        total[well] += float(nL)
    assert list(total.values()) == pytest.approx([100_000.0] * len(mixes.tubes), abs=2.5 * 20)
    mine = sum(float(row[-1]) * float(row[3]) for row in rows if row[2] == "Z_cogate" and row[6] == "A1") / 100.0
    assert mine == pytest.approx(system.by_name["Z_cogate"].concentration, rel=0.01)


@pytest.fixture(scope="module")
def simulator() -> Path:
    """The makers' simulator in its own environment (``make robots``)."""
    if not SIMULATOR.exists():
        assert os.environ.get("REQUIRE_ROBOTS") != "1", f"there is no {SIMULATOR}: make robots"
        pytest.skip("the makers' simulator is not here: make robots")
    return SIMULATOR


def simulated(simulator: Path, path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    done = subprocess.run([simulator, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def transfers(log: str) -> Iterator[tuple[str, float, str, str, str, str]]:
    """What goes from where to where by iteration: well and labware; mixing, which is indented, moves nothing."""
    iteration, source = "", ("", "", 0.0)
    for line in log.splitlines():
        if line.startswith("Iteration "):
            iteration = line.split()[1]
        elif "Lay a new plate" in line:
            yield iteration, 0.0, "", "", "", ""
        elif "on a spin filter" in line:
            yield iteration, 0.0, "", "", "", FILTER
        found = MOVED.match(line)
        if found is None:
            continue
        kind, uL, well, labware = found.groups()
        if kind == "Aspirating":
            source = (well, labware, float(uL))
        else:
            assert float(uL) == source[2]
            yield iteration, float(uL), source[0], source[1], well, labware


RACKS = {"2": 1, "6": 2, "C2": 1, "C3": 2}
"""Slots of the racks after the cold block, of both robots."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("robot", "name", "count"),
    [
        ("OT-2", "first_learner", 20),
        ("Flex", "first_learner", 20),
        ("OT-2", "linreg2d_bench", 22),
        ("Flex", "linreg2d_bench", 5),
    ],
)
def test_the_makers_simulator_pipettes_what_the_simulation_adds(
    simulator: Path, tmp_path: Path, robot: str, name: str, count: int
) -> None:
    """Well by well: from each tube into the plate, uL over what is in the well then, against the events of the training.

    That is the whole training of both; of the larger learner, which is fed as well, on one robot, and to the second rack on
    the other.
    """
    experiment, plan = planned(count, name=name)
    log = simulated(simulator, tmp_path / "robot.py", script(plan, "first", robot))
    tubes = {(n // 24, f"{'ABCD'[n % 4]}{n % 24 // 4 + 1}"): stock for n, stock in enumerate(plan.stocks)}
    volumes, slurries = defaultdict[str, float](float, A1=plan.start_uL), defaultdict[str, dict[str, float]](dict)
    made, taken = defaultdict[str, dict[str, float]](dict), defaultdict[str, float](float)
    ends: dict[str, float] = {}
    for iteration, uL, well, labware, to, target in transfers(log):
        if not target:  # somebody moves the reaction to a new plate
            last = max(volumes.values())
            volumes.clear()
            volumes["A1"] = last
            continue
        if target == FILTER:  # somebody brings it back to its volume
            volumes[max(volumes, key=lambda name: volumes[name])] = plan.start_uL
            continue
        rack = 0 if "Aluminum" in labware else RACKS.get(labware.rpartition(" ")[2], 0)
        stock = tubes[rack, well] if "Snapcap" in labware else None
        if stock is None:
            volumes[well] -= uL
            assert volumes[well] > -PIPETTE * uL, (iteration, well)
        if "Reservoir" in target:
            continue
        volumes[to] += uL
        if stock is None:  # the reaction comes onto what waits there
            made[iteration] |= {name: pmol / volumes[to] for name, pmol in slurries.pop(to, {}).items()}
        elif stock.beads:
            slurries[to][stock.component] = 1000 * uL * stock.uM
        else:
            made[iteration][stock.component] = 1000 * uL * stock.uM / volumes[to]
        taken[stock.name if stock else ""] += uL
        ends[iteration] = max(volumes.values())
    assert [ends[str(number)] for number in range(1, count + 1)] == pytest.approx(plan.volumes, abs=0.5)
    assert {stock.name: taken[stock.name] for stock in plan.stocks} == pytest.approx(plan.used_uL, rel=PIPETTE / 2)
    for number, wanted in enumerate(doses(experiment), start=1):
        assert {name: made[str(number)][name] for name in wanted} == pytest.approx(wanted, rel=PIPETTE), number


@pytest.mark.slow
def test_a_stopped_training_goes_on_with_its_iteration(simulator: Path, tmp_path: Path) -> None:
    """From the third on: the same lines as in the whole training from there."""
    _, plan = planned(4)
    text = script(plan, "first", "OT-2")
    whole = simulated(simulator, tmp_path / "whole.py", text)
    rest = simulated(simulator, tmp_path / "rest.py", text.replace("FIRST_ITERATION = 1", "FIRST_ITERATION = 3"))
    there = [each for each in transfers(whole) if int(each[0]) >= 3]
    assert list(transfers(rest)) == there != []
    assert "Iteration 3 of 4, the reaction is in" in rest and "Iteration 2" not in rest


def planner(**experiment: float) -> _Planner:
    return _Planner(small_circuit(), Experiment(**experiment), USUAL_STOCKS, 50.0, 1.0)  # pyright: ignore[reportArgumentType]


def test_a_stock_is_thinned_no_more_than_it_can_be() -> None:
    """0.2 uL of a stock are 1 uL at 1:5; where at most 1:4 can be made, it is told, and the most that can be is taken."""
    one = planner()
    assert one._dilution("x", lambda dilution: 0.2 * dilution, 50.0) == 5 and not one.warned
    assert one._dilution("x", lambda dilution: 0.2 * dilution, 4.0) == 2
    assert list(one.warned) == ["x is under 1 µL even at the highest dilution"]


def test_the_last_well_of_a_plate_is_followed_by_a_new_plate() -> None:
    one = planner(lost=0.02)
    one.well = WELLS - 1
    one._pull(())
    assert [each.do for each in one.steps] == [Do.PULL, Do.PLATE, Do.MOVE, Do.RELEASE]
    assert one.well == 1 and one.volume == pytest.approx(49.0)


def test_an_hour_takes_what_evaporates_in_an_hour() -> None:
    one = planner(evaporation=0.01)
    one._do(Do.WAIT, seconds=3600.0)
    assert one.volume == pytest.approx(49.5, rel=1e-12) and one.thinned == pytest.approx(1 / 0.99, rel=1e-12)
