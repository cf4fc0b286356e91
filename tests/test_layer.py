"""A fixed layer: its formulas, its wells as strands, and what a tube gets of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.crn.events import Add
from dsd_ncrn.design.load import changed, load_design
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.experiment import ordered_system
from dsd_ncrn.dsd.staged import BARE, LEVEL, RELEASER, RELEASING, TETHER, WAIT_S, lowering, raising, weight_join
from dsd_ncrn.dsd.structure import free, strand_length
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.protocol.staged import StagedProtocol, settings_of
from dsd_ncrn.simulate.staged import StagedLearner
from dsd_ncrn.simulate.wells import WASHED, poured, titrated
from dsd_ncrn.tasks.layer import loaded, outputs, units_of
from sequences.bench.document import Table
from sequences.bench.wells import wells_nmol, wells_sections
from sequences.modifications import labels_of

DESIGN = Path(__file__).parent.parent / "designs" / "xor2d_bench.toml"
POINTS = np.random.default_rng(3).uniform(0.0, 1.0, size=(50, 2))


@cache
def study() -> Study:
    return Study(load_design(DESIGN))


def test_a_unit_is_what_its_formula_says() -> None:
    """The units of XOR are 0.2 in their corners, less twice what an input is beyond 0.45 from there; min(p, q) is
    p - max(0, p - q)."""
    found = outputs(units_of(study().design.task.layer, 2), POINTS)
    beyond = np.maximum(0.0, 2.0 * np.stack([POINTS, 1.0 - POINTS]) - 0.9)
    wanted = [np.maximum(0.0, 0.2 - beyond[a][:, 0] - beyond[b][:, 1]) for a in (0, 1) for b in (0, 1)]
    assert np.allclose(found, np.column_stack(wanted), atol=1e-12)
    (corner,) = units_of(("rest(x1, 0.45 + rest(x1, x2))",), 2)
    assert np.allclose(outputs((corner,), POINTS)[:, 0], np.maximum(0.0, POINTS.min(axis=1) - 0.45))
    (unit,) = units_of(("rest(2*x1 - 1, 0) + rest(1 - 2*x1, 0)",), 1)
    assert np.allclose(outputs((unit,), POINTS[:, :1])[:, 0], np.abs(2 * POINTS[:, 0] - 1))


@pytest.mark.parametrize("wrong", ["x1", "rest(x1)", "rest(x1*x2, 0)", "rest(x3, 0)", "rest(x1, rest(rest(x1, x2), x1))"])
def test_what_is_no_unit_is_told(wrong: str) -> None:
    with pytest.raises(DesignError, match=r"task\.layer"):
        units_of((wrong,), 2)


def test_only_stages_take_gates_as_inputs() -> None:
    design = changed(study().design, {"circuit.form": "adjoint"})
    with pytest.raises(DesignError, match=r"task\.layer"):
        compile_design(design, 4)


@pytest.mark.slow
def test_what_is_left_of_z_is_cleared() -> None:
    """Z that finds no parameter to lower is taken away: of the 12 nM that the constant stands for half stays without, and
    hardly any of it with clearing gates, which take nothing of the parameters."""
    left, kept = list[float](), list[float]()
    for clear in ("0 nM", "60 nM"):
        spec = changed(study().design, {"staged.clear": clear, "leak.rate": "0 /M/s"})
        usual = settings_of(spec.staged, 4)
        tube = Study(spec).given(settings=usual).tube()
        tube.set_parameters(np.array([0.0, 1.0, 1.0, 1.0]))
        tube.iterate(np.array([0.2, 0.0, 0.0, 0.0]), np.zeros(1))
        left.append(tube.pot.amount(tube.state, "Z"))
        kept.append(tube.parameters().sum())
    assert left[0] > 0.4 * 0.25 * study().spec.chemistry.unit and left[1] < 0.1 * left[0]
    assert kept[1] == pytest.approx(kept[0], rel=0.01)


def test_a_well_of_strands_is_a_reaction_of_second_order() -> None:
    """a + b -> 0 leaves a (a - b) / (a - b exp(-(a - b) k t)) of a; the wash leaves its part of what came off."""
    wells = replace(study().wells, units=units_of(("rest(x1, x2)",), 2), gates=np.ones(1))
    a, b = POINTS.T
    k = wells.pot.rates[0] * LEVEL * WAIT_S
    left = a * (a - b) / (a - b * np.exp(-(a - b) * k))
    found = wells.outputs(POINTS, np.random.default_rng(0))[:, 0]
    assert np.allclose(found, left + WASHED * (a - left), atol=1e-4)


def test_titration_counts_twice_where_releasers_are_made_in_a_well() -> None:
    """Tethers that take up a tenth too little leave that much more releasers: rest(x, rest(0.9, 0.5)) of 1 is 0.6 - 0.05."""
    wells = replace(study().wells, units=units_of(("rest(x1, rest(0.9, 0.5))",), 1), gates=np.ones(1))
    one = np.ones((1, 1))
    usual, weak = (each.outputs(one, np.random.default_rng(0))[0, 0] for each in (wells, replace(wells, tethers=0.9)))
    assert usual == pytest.approx(0.6, abs=2e-3) and weak == pytest.approx(0.55, abs=2e-3)


def test_the_update_has_wells_of_its_own() -> None:
    """Training points come twice, and the protocol doses joins by the first and the gates of the update by the second; behind
    them come tethers that lost their gates, 1 of x1 less 0.3 left being 0.7, on beads that take their room in the slurry."""
    wells = replace(study().wells, noise=0.1)
    data = poured(wells, study().data, 3, seed=1)
    assert data.train_x.shape == (len(study().data.train_x), 12) and data.test_x.shape == (101, 4)
    assert np.array_equal(data.train_x[3:, :4], study().data.train_x[3:])
    spec = study().spec
    settings = settings_of(spec.staged, 4)
    protocol = StagedProtocol(study().ncrn, study().designed, spec.staged, settings, spec.chemistry.unit)
    x = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    added = [event.doses for event in protocol.whole((*x, 0.7, 0.0, 0.0, 0.0), [0.0]) if isinstance(event, Add)]
    doses = {name: dose for each in added for name, dose in each.items()}
    joins, raised = ([doses[name(str(place))] for place in (1, 2, 3, 4)] for name in (weight_join, raising))
    whole = spec.chemistry.unit * spec.circuit.weight_limit
    assert np.allclose(joins, whole * np.array(x[:4]))
    assert np.allclose(raised, whole * spec.staged.update_dose * np.array(x[4:]))
    bare = [each[BARE] for each in added if BARE in each]
    assert np.allclose(bare, [0.7 * whole, 2 * 0.7 * whole * spec.staged.update_dose])
    assert loaded(study().units, np.array([[1.0, 0.4]])).tolist() == [[0.2, 0.2, 0.2, 0.2]]


def test_gates_of_units_hang_on_tethers_that_a_releaser_frees_them_from() -> None:
    """No bottom of theirs is held by a biotin, and all their strands are within 80 nt; of a gate and a releaser come the gate
    without its tether, and this with the releaser."""
    system = ordered_system(study().designed)
    labels = labels_of(system)
    names = [name(str(place)) for name in (weight_join, raising, lowering) for place in (1, 2, 3, 4)]
    for made in (system.by_name[name] for name in names):
        assert labels[made.name, TETHER][0].name == "amino C6"
        assert not any(strand[0].starred and labels.get((made.name, strand)) for strand in made.complex.strands)
        assert max(map(strand_length, made.complex.strands)) <= 80
    gate = system.by_name[raising("2")].complex
    network = enumerate_complexes((gate, free(*RELEASER)), ("gate", "releaser"), study().rates)
    (step,) = network.steps
    one, other = (network.complexes[place].strands for place in step.products)
    assert {TETHER, RELEASER} in (set(one), set(other)) and len(one) + len(other) == len(gate.strands) + 1
    assert system.by_name[RELEASING].concentration == 0.0  # wells alone take some
    assert RELEASING in system.by_name and RELEASING not in study().designed.by_name


def test_gates_that_cannot_be_let_go_stay() -> None:
    """A tenth of 0.8 gates more than the 0.3 that 0.5 releasers leave of them."""
    wells = replace(study().wells, units=units_of(("rest(0.8, 0.5)",), 1), gates=np.ones(1))
    usual, held = (each.outputs(np.ones((1, 1)), np.random.default_rng(0)) for each in (wells, replace(wells, stuck=0.1)))
    assert held - usual == pytest.approx(0.08)


def test_the_wells_of_a_point_are_in_the_protocol() -> None:
    """By the formula of the third unit: gates 0.2, no releasers but 2 - 2 x1 and 2 x2, each with tethers 0.9; and what all
    iterations take is counted once for each time that a point comes."""
    experiment = study().experiment
    x1, x2 = study().data.plain.train_x[2]  # pyright: ignore[reportOptionalMemberAccess]
    well = next(each for each in experiment.wells if (each.point, each.unit, each.use) == (3, 3, "forward"))
    found = np.array([*well.gates.values(), well.released, *np.ravel(well.premixed)]) / well.level
    assert np.allclose(found, [0.2, 0.0, 2 - 2 * x1, 0.9, 2 * x2, 0.9]) and well.level == pytest.approx(240.0)
    used = wells_nmol(experiment, 100.0)
    assert used[weight_join("3")] == pytest.approx(40 * 0.2 * 240.0 * 100.0 / 1e6)
    # Four units, each with two lots of tethers, for the forward pass and for two kinds of gates of the update.
    assert used[BARE] == pytest.approx(40 * 4 * 2 * 0.9 * 240.0 * (1 + 2 * 1.2) * 100.0 / 1e6)
    header, first, *others = (part for section in wells_sections(experiment, 100.0) for part in section.parts)
    assert "25 min" in str(header) and "Titrate" in str(first) and len(others) == 2
    # Of the releasers that are made first 2 - 2 x1 of 240 nM in 100 uL are taken, of a stock of 10 uM.
    (rows,) = (each.rows for each in others if isinstance(each, Table))
    (row,) = (row for row in rows if row[:3] == ("3", "h3", "forward"))
    taken = [float(uL) for uL in row[-2].split(", ")]
    assert taken == pytest.approx([0.24 * nM for nM in np.array([2 - 2 * x1, 2 * x2]) * 100.0 / 10.0], rel=0.01)


def test_an_iteration_without_inputs_changes_nothing() -> None:
    """Nothing says which parameter should change; in closed form the training learns XOR, AND, OR and XNOR."""
    learner = StagedLearner(study().decided.circuit, 4)
    before = learner.parameters()
    learner.iterate(np.zeros(4), np.ones(1))
    assert np.array_equal(learner.parameters(), before)
    for task in ("xor2d", "and2d", "or2d", "xnor2d"):
        design = study().design
        other = Study(design.model_copy(update={"task": design.task.model_copy(update={"name": task})}))
        training = other.training("value")
        before, after = (other.data.accuracy(each, other.data.test_y) for each in (training.test_before, training.test_after))
        assert before is not None and after is not None
        assert before < 0.65 and after > 0.9, task


def test_a_laboratory_titrates_to_3_percent() -> None:
    """Over many laboratories gates, releasers and tethers spread by 3 % about what they should be, each by itself."""
    plain = replace(study().wells, gates=np.ones(2), units=study().wells.units[:2])
    found = [titrated(plain, np.random.default_rng(seed), 1.5) for seed in range(2000)]
    drawn = np.array([[*each.gates, each.releasers, each.tethers] for each in found])
    assert drawn.mean(axis=0) == pytest.approx(1.0, abs=4 * 0.03 / 2000**0.5)
    assert drawn.std(axis=0) == pytest.approx(0.03, rel=4 / 4000**0.5)
    assert np.abs(np.corrcoef(drawn.T) - np.eye(4)).max() < 4 / 2000**0.5
    assert {each.noise for each in found} == {0.03} and found[0].slow == 1.5


def test_settings_that_are_given_take_no_aliquots() -> None:
    made = Study(load_design(DESIGN)).given(settings=settings_of(study().spec.staged, 4)).calibration
    assert (made.aliquots, made.hours, made.steps) == (0, 0.0, ())
