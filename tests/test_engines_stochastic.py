"""Counted molecules: exact distributions, units, seeds, and what happens where a simulation cannot end."""

from __future__ import annotations

import json
from dataclasses import replace
from math import exp, factorial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.stats import chisquare

from conftest import DESIGNS, Invoke
from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.simulate.engines import engine_named, stochastic
from dsd_ncrn.simulate.engines.stochastic import StochasticEngine
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.mass_action import MassAction, from_crn, from_network
from dsd_ncrn.simulate.results import checked
from dsd_ncrn.simulate.tube import Tube
from dsd_ncrn.units import molecules_per_nM
from studies import ConstantRates, Y, design, network_of, strand_counts, study, transducer

Floats = NDArray[np.float64]
MANY = 4000
SIGMAS = 4.0


def system_of(text: str) -> MassAction:
    return from_crn(parse_crn(text))


def holding(molecules: float, seed: int = 0) -> StochasticEngine:
    """An engine with a volume in which 1 nM is that many molecules."""
    return StochasticEngine(molecules / molecules_per_nM(1.0), seed)


def ends(system: MassAction, counts: list[float], scale: float, time: float, species: int = 0) -> Floats:
    """What many realisations end with, in molecules, from start counts; ``scale`` molecules are 1 nM."""
    stepper, start = holding(scale).prepare(system), np.array(counts) / scale
    found = [stepper.solve(start, np.array([0.0, time]), system.rates).values[-1, species] for _ in range(MANY)]
    return np.array(found) * scale


def assert_drawn_from(found: Floats, values: Floats, chances: Floats) -> None:
    """Mean and variance within four standard errors of a distribution's, and a chi-square test of all of it."""
    mean = values @ chances
    centred = [((values - mean) ** power) @ chances for power in (2, 4)]
    assert found.mean() == pytest.approx(mean, abs=SIGMAS * np.sqrt(centred[0] / len(found)))
    spread = np.sqrt((centred[1] - centred[0] ** 2) / len(found))
    assert found.var() == pytest.approx(centred[0], abs=SIGMAS * spread)
    often = chances * len(found) > 5
    seen = np.array([np.sum(np.round(found) == value) for value in values])
    counted, wanted = (np.append(each[often], each[~often].sum()) for each in (seen, chances * len(found)))
    assert wanted[-1] < len(found) and chisquare(counted, wanted * counted.sum() / wanted.sum()).pvalue > 1e-3


def chain(up: Floats, down: Floats, time: float, start: int) -> Floats:
    """The chemical master equation of a chain of states: chances at a time. ``up[i]`` leads from state i to i + 1."""
    generator = np.diag(up[:-1], -1) + np.diag(down[1:], 1)
    np.fill_diagonal(generator, -generator.sum(axis=0))
    return expm(generator * time)[:, start]


def test_birth_and_death_make_a_poisson_distribution() -> None:
    """0 -> A at k nM/s, A -> 0 at d: Poisson with mean (k / d) (1 - exp(-d t)) molecules (Gardiner, section 7.1)."""
    mean = 12.0 * (1 - exp(-0.7 * 2.0))
    found = ends(system_of("0 -> A [k = 4.2]\nA -> 0 [k = 0.7]"), [0.0], 2.0, 2.0)
    values = np.arange(40.0)
    chances = np.array([exp(-mean) * mean**n / factorial(n) for n in range(40)])
    assert_drawn_from(found, values, chances)


def test_dimers_follow_the_master_equation() -> None:
    """2 A <-> B from 21 A: k A (A - 1) / W forwards, W the molecules per nM; solved with the matrix exponential."""
    dimers, scale, forward, back = np.arange(11.0), 7.0, 0.05, 0.3
    monomers = 21 - 2 * dimers
    chances = chain(forward * monomers * (monomers - 1) / scale, back * dimers, 1.5, 0)
    found = ends(system_of("2 A -> B [k = 0.05]\nB -> 2 A [k = 0.3]"), [21.0, 0.0], scale, 1.5, species=1)
    assert_drawn_from(found, dimers, chances)


def test_three_of_a_kind_follow_the_master_equation() -> None:
    """3 A -> B from 20 A: k A (A - 1) (A - 2) / W^2."""
    made, scale = np.arange(7.0), 5.0
    left = 20 - 3 * made
    chances = chain(0.02 * left * (left - 1) * (left - 2) / scale**2, np.zeros(7), 0.8, 0)
    assert_drawn_from(ends(system_of("3 A -> B [k = 0.02]"), [20.0, 0.0], scale, 0.8, species=1), made, chances)


def test_two_and_another_follow_the_master_equation() -> None:
    """2 A + B -> C + B from 15 A and 4 B: k A (A - 1) B / W^2."""
    made, scale = np.arange(8.0), 5.0
    left = 15 - 2 * made
    chances = chain(0.02 * left * (left - 1) * 4 / scale**2, np.zeros(8), 1.0, 0)
    system = system_of("2 A + B -> C + B [k = 0.02]")
    start = [{"A": 15.0, "B": 4.0, "C": 0.0}[name] for name in system.species]
    assert_drawn_from(ends(system, start, scale, 1.0, system.index["C"]), made, chances)


def test_different_ones_that_meet_follow_the_master_equation() -> None:
    """A + B -> C from 12 and 9: k A B / W."""
    made, scale = np.arange(10.0), 3.0
    chances = chain(0.1 * (12 - made) * (9 - made) / scale, np.zeros(10), 1.0, 0)
    assert_drawn_from(ends(system_of("A + B -> C [k = 0.1]"), [12.0, 9.0, 0.0], scale, 1.0, species=2), made, chances)


def test_the_mean_of_a_strand_network_is_that_of_the_equations() -> None:
    """The transducer with 200 of everything: means of 400 realisations within four standard errors and half a molecule.

    The equations hold up to a correction of the order of one molecule (van Kampen, Stochastic Processes, chapter X).
    """
    network = network_of(transducer(Y), ConstantRates(3e-4))
    system, scale = from_network(network), 200.0
    start, times = np.where(np.arange(system.size) < len(transducer(Y)), 1.0, 0.0), np.array([0.0, 10_000.0])
    expected = engine_named("rosenbrock").prepare(system, 1e-9, 1e-9).solve(start, times, system.rates).values[-1]
    stepper = holding(scale).prepare(system)
    found = np.array([stepper.solve(start, times, system.rates).values[-1] for _ in range(400)])
    bands = SIGMAS * found.std(axis=0) / 20 + 0.5 / scale
    assert (np.abs(found.mean(axis=0) - expected) < bands).all()
    strands = sorted({strand for count in strand_counts(network) for strand in count})
    totals = np.array([[count[strand] for count in strand_counts(network)] for strand in strands])
    assert (np.rint(found * scale) @ totals.T == np.rint(start * scale) @ totals.T).all()


def test_the_seed_decides_alone() -> None:
    """The same seed gives the same bytes, whatever was simulated before; other seeds and further calls differ."""
    system = system_of("A -> B\nB -> A")
    start, times = np.array([10.0, 0.0]), np.linspace(0.0, 3.0, 7)

    def runs(seed: int) -> list[bytes]:
        stepper = holding(10.0, seed).prepare(system)
        return [stepper.solve(start, times, system.rates).values.tobytes() for _ in range(2)]

    first = runs(1)
    assert runs(2) != first == runs(1)
    assert first[0] != first[1]


def test_counts_are_whole_and_kept_from_one_call_to_the_next() -> None:
    """Start concentrations are rounded to molecules; what an engine returns is taken up again as it was."""
    system = system_of("A -> B [k = 0.1]")
    stepper = holding(3.0).prepare(system)
    values = stepper.solve(np.array([2.5, 0.0]), np.linspace(0.0, 4.0, 9), system.rates).values
    assert values.shape == (9, 2)
    assert (values * 3.0).sum(axis=1).tolist() == [8.0] * 9
    again = stepper.solve(values[-1], np.array([0.0, 1.0]), system.rates).values
    assert again[0].tolist() == values[-1].tolist()


def test_volumes_are_litres_and_concentrations_nM() -> None:
    """0.1 pL holds 6.02214076e23 * 1e-9 * 1e-13 = 60.2 molecules at 1 nM, and 4 times that where a 1 stands for 4 nM."""
    system, start, times = system_of("A -> B"), np.array([1.0, 0.0]), np.array([0.0, 1.0])
    for unit, molecules, exact in ((1.0, 60, 60.2214076), (4.0, 241, 240.8856304)):
        found = StochasticEngine(1e-13, unit=unit).prepare(system).solve(start, times, np.zeros(1)).values
        assert found[-1].tolist() == pytest.approx([molecules / exact, 0.0], rel=1e-12)


def test_rates_come_with_every_call_and_steps_are_firings() -> None:
    """A rate of 0 switches a reaction off; of 50 A -> B all fire."""
    system = system_of("A -> B\nB -> C")
    stepper = holding(10.0).prepare(system)
    solution = stepper.solve(np.array([5.0, 0.0, 0.0]), np.array([0.0, 1e3, 2e3]), np.array([1.0, 0.0]))
    assert solution.ok and solution.steps == 50
    assert solution.values[1:].tolist() == [[0.0, 5.0, 0.0]] * 2


def test_slices_change_nothing_but_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain has no memory: interrupted every other reaction or not, the decay of 30 molecules is binomial."""
    monkeypatch.setattr(stochastic, "SLICE", 2.0)
    chance = exp(-0.5)
    values = np.arange(31.0)
    ways = np.array([factorial(30) // (factorial(n) * factorial(30 - n)) for n in range(31)], dtype=float)
    found = ends(system_of("A -> 0 [k = 0.5]"), [30.0], 1.0, 1.0)
    assert_drawn_from(found, values, ways * chance**values * (1 - chance) ** (30 - values))


def test_a_blow_up_is_a_status_with_advice() -> None:
    """2 A -> 3 A has no end; what was reached is kept, and a simulation of it is refused with the advice."""
    system = system_of("2 A -> 3 A")
    engine = replace(holding(60.0), patience=0.3)
    solution = engine.prepare(system).solve(np.array([10.0]), np.array([0.0, 0.01, 2.0]), system.rates)
    assert len(solution.values) == 2
    with pytest.raises(CheckFailed, match="the number of molecules runs away: look for a blow-up"):
        checked(solution, "a test")


def test_too_many_reactions_are_a_status_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stochastic, "MOST_EVENTS", 1000)
    system = system_of("A -> 2 A")
    solution = holding(10.0).prepare(system).solve(np.array([1.0]), np.array([0.0, 10.0]), system.rates)
    assert solution.status.endswith("take a smaller volume or a shorter time")
    assert solution.steps > 1000 and len(solution.values) == 1


def test_what_cannot_end_is_told_before_it_begins(tmp_path: Path, invoke: Invoke) -> None:
    """6e14 molecules that go to and fro would fire 6e17 times; as many that only go would fire 6e14 times."""
    path = tmp_path / "large.crn"
    for back in (1, 0):
        path.write_text(f"A @i 1 mM\nA <=> B [1, {back}]", encoding="utf-8")
        result = invoke("simulate", path, "--engine", "ssa", "--volume", "1 uL")
        assert result.exit_code == 1 and "take a smaller volume or a shorter time" in result.stderr


def test_a_quick_start_does_not_count_for_the_whole_time() -> None:
    """1e6 /s at the start, for 1e6 s: 1e12 reactions at that pace, but 1,000 molecules fire once each."""
    system = system_of("A -> B [k = 1000]")
    solution = holding(1000.0).prepare(system).solve(np.array([1.0, 0.0]), np.array([0.0, 1e6]), system.rates)
    assert solution.ok and solution.steps == 1000


@pytest.mark.parametrize("text", ["A @i 0.5\nA -> B", "A @i 9\nA -> B\nat 5 s add B 0.5"])
def test_an_amount_of_not_one_molecule_is_refused(text: str, tmp_path: Path, invoke: Invoke) -> None:
    """0.5 nM in 1 fL are 0.30 molecules."""
    path = tmp_path / "few.crn"
    path.write_text(text, encoding="utf-8")
    result = invoke("simulate", path, "--engine", "ssa", "--volume", "1 fL")
    assert result.exit_code == 2
    assert "are 0.3 molecules, of which none would be there. Give --volume 3.32 fL or more." in result.stderr
    assert invoke("simulate", path, "--engine", "ssa", "--volume", "3.4 fL", "--t-end", "10").exit_code == 0


def test_a_volume_without_a_molecule_is_a_status_with_advice() -> None:
    system = system_of("A -> B")
    solution = holding(0.3).prepare(system).solve(np.array([1.0, 0.0]), np.array([0.0, 1.0]), system.rates)
    assert solution.status == "there is not one molecule: take a larger volume"


def test_the_ideal_network_counts_the_partner_of_its_own_kind() -> None:
    """What no reaction of a phase changes is still counted: a phase has all species, and no rate constant takes any in."""
    learner = IdealLearner(compile_design(design("linreg2d"), 2), holding(10.0))
    for running in learner.phases:
        assert running.part.system.species == learner.system.species
        assert (running.part.held == -1).all()


def iterated(name: str, volume: float, seed: int) -> Tube:
    study_ = study(name).given(simulator=StochasticEngine(volume, seed))
    tube = study_.tube()
    tube.iterate(study_.data.train_x[0], study_.data.train_y[0])
    return tube


@pytest.mark.slow
@pytest.mark.xdist_group("studies")
def test_a_clocked_tube_is_simulated_molecule_by_molecule() -> None:
    """The mean of 12 tubes of 10 fL after the first point is within four standard errors of the equations' parameters."""
    study_ = study("linreg2d_minimal")
    tube = study_.tube()
    tube.iterate(study_.data.train_x[0], study_.data.train_y[0])
    found = np.array([iterated("linreg2d_minimal", 1e-14, seed).parameters() for seed in range(12)])
    assert (np.abs(found.mean(axis=0) - tube.parameters()) < SIGMAS * found.std(axis=0, ddof=1) / np.sqrt(12)).all()
    assert (found.std(axis=0) > 0.05).all()
    assert iterated("linreg2d_minimal", 1e-14, 0).parameters().tolist() == found[0].tolist()


@pytest.mark.parametrize("arguments", [(), ("--volume", "10 fL", "--seed", "3"), ("--level", "dsd", "--volume", "2 fL")])
def test_a_plain_network_is_simulated_by_chance(arguments: tuple[str, ...], invoke: Invoke) -> None:
    """Approximate majority keeps its molecules, and the same seed says the same."""
    design_ = DESIGNS / "approximate_majority.crn"
    told = ("simulate", design_, "--engine", "ssa", "--t-end", "60", "--json", *arguments)
    first, second = (invoke(*told) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    found = json.loads(first.stdout)
    ideal = found.get("ideal", found)
    assert ideal["X"] + ideal["Y"] + ideal["B"] == pytest.approx(100.0, rel=0.01)


@pytest.mark.slow
def test_a_design_is_simulated_and_trained_by_chance(small: object, invoke: Invoke) -> None:
    """Both levels of a design; seeds tell trainings apart, and a training is repeated by its seed."""
    told = ("--engine", "ssa", "--volume", "5 fL", "--json")
    for level in ("ideal", "dsd"):
        result = invoke("simulate", small, "--level", level, *told)
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["phase"] == "flush"
        if level == "ideal":  # a 1 is 4 nM: 12.04 molecules in 5 fL
            assert json.loads(result.stdout)["B"] == pytest.approx(12 / (4 * 3.01107038), rel=1e-12)
    results = [invoke("train", small, "--level", "ideal", "--seed", seed, *told).stdout for seed in ("1", "1", "2")]
    assert json.loads(results[0])["iterations"] == 3
    assert results[0] == results[1] != results[2]
    trained = invoke("train", small, "--level", "dsd", "--iterations", "2", *told)
    assert json.loads(trained.stdout)["iterations"] == 2


def test_a_volume_belongs_to_counted_molecules(small: object, invoke: Invoke) -> None:
    for arguments, message in (
        (("simulate", small, "--volume", "1 pL"), "--volume is for --engine ssa (got 'rosenbrock')"),
        (("simulate", small, "--engine", "ssa", "--volume", "1 nM"), 'Write for example "1 pL"; units: pL, fL, nL, uL'),
        (("simulate", small, "--engine", "ssa", "--volume", "0 pL"), "--volume is above 0"),
        (("train", small, "--engine", "ssa", "--level", "value"), "--engine ssa counts molecules of networks with an external"),
    ):
        result = invoke(*arguments)
        assert result.exit_code == 2
        assert message in result.stderr
