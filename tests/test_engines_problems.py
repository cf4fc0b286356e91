"""The engines on problems with known answers, and against each other."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from math import exp

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.errors import InputError
from dsd_ncrn.families import COUNTING, ENGINES
from dsd_ncrn.simulate.engines import INTEGRATING, engine_named
from dsd_ncrn.simulate.engines.cvode import _SparseSystem
from dsd_ncrn.simulate.engines.lanes import vanishes
from dsd_ncrn.simulate.engines.types import Engine, Solution, Stepper
from dsd_ncrn.simulate.mass_action import MassAction, equations_of, from_crn, from_network, part_of
from studies import ConstantRates, Y, network_of, strand_counts, strand_network, transducer

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WithTransients:
    """The default engine as the ideal network uses it: explicit until it meets stiffness."""

    name: str = "rosenbrock with transients"

    def prepare(self, system: MassAction, relative: float, absolute: float, transients: bool = True) -> Stepper:
        return engine_named("rosenbrock").prepare(system, relative, absolute, transients=True)


TRIED: tuple[Engine, ...] = (*map(engine_named, INTEGRATING), WithTransients())
every_engine = pytest.mark.parametrize("engine", TRIED, ids=lambda engine: engine.name)


def system_of(text: str) -> MassAction:
    return from_crn(parse_crn(text))


def solved(
    engine: Engine, system: MassAction, start: list[float] | Floats, times: list[float], tolerance: float = 1e-9
) -> Solution:
    stepper = engine.prepare(system, tolerance, tolerance * 1e-3)
    return stepper.solve(np.array(start, dtype=float), np.array(times), system.rates)


def scipy_end(system: MassAction, start: Floats, end: float, method: str, tolerance: float) -> Floats:
    """The last point of SciPy's integration of the same equations."""
    extended = np.ones(system.size + 1)

    def derivative(_: float, y: Floats) -> Floats:
        extended[:-1] = y
        return system.stoichiometry @ (system.rates * extended[system.reactants].prod(axis=1))

    done = solve_ivp(derivative, (0.0, end), start, method=method, rtol=tolerance, atol=tolerance * 1e-3)
    assert done.success
    return done.y[:, -1]


TRANSDUCER = from_network(network_of(transducer(Y), ConstantRates(3e-4)))
TRANSDUCER_START = np.where(np.arange(TRANSDUCER.size) < len(transducer(Y)), 1.0, 0.0)


@every_engine
def test_the_transducer_of_the_literature(engine: Engine) -> None:
    """k = 3e-4 /nM/s, everything at 1 nM: after 10,000 s X is 0.3841 and Y 0.1460 nM."""
    end = solved(engine, TRANSDUCER, TRANSDUCER_START, [0.0, 10_000.0]).values[-1]
    made = network_of(transducer(Y)).position[next(c for c in network_of(transducer(Y)).complexes if str(c) == "<t y>")]
    assert end[TRANSDUCER.index["X"]] == pytest.approx(0.3841, abs=5e-5)
    assert end[made] == pytest.approx(0.1460, abs=5e-5)


def test_compiled_code_does_what_it_does_as_python() -> None:
    """Python raises where compiled code would write beyond an array: one tube, and six side by side, to the last bits."""
    script = """
import numpy as np
from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import from_crn
system = from_crn(parse_crn("A + B -> C [k = 1]\\nC -> A [k = 50]\\nA -> [k = 0.1]"))
stepper = engine_named("rosenbrock").prepare(system, 1e-4, 1e-7, transients=False)
starts = [np.full(system.size, 1.0 + n) for n in range(6)]
times = [np.array([0.0, 0.5, 2.0])] * 6
found = [stepper.solve(starts[0], times[0], system.rates), *stepper.solve_all(starts, times, [system.rates] * 6)]
print(*(f"{value:.12g}" for each in found for value in each.values.ravel()))
"""
    told = [
        subprocess.check_output([sys.executable, "-c", script], env={**os.environ, "NUMBA_DISABLE_JIT": mode}, text=True)
        for mode in ("0", "1")
    ]
    assert told[0] == told[1] and len(told[0].split()) == 7 * 9


@pytest.mark.parametrize("method", ["LSODA", "Radau"])
def test_the_engines_agree_with_scipy(method: str) -> None:
    """Every species of the transducer, at tolerances of 1e-9, to 1e-7 nM."""
    expected = scipy_end(TRANSDUCER, TRANSDUCER_START, 10_000.0, method, 1e-9)
    for engine in TRIED:
        found = solved(engine, TRANSDUCER, TRANSDUCER_START, [0.0, 10_000.0]).values[-1]
        assert found == pytest.approx(expected, abs=1e-7)


def test_the_engines_agree_on_a_whole_tube() -> None:
    """The linear regressor's 250 species with inputs and the first clock for half an hour: 1e-5 nM of up to 2,000."""
    network = strand_network("linreg2d")
    system = from_network(network)
    start = np.zeros(system.size)
    levels = {"X1": 8.0, "X2": 12.0, "Y": 20.0, "P1": 4.0, "P2": 4.0, "B": 4.0, "c1": 1500.0}
    for name, index in network.index.items():
        start[index] = levels.get(name, 500.0 if name in network.names[:80] and not network.complexes[index].is_strand else 0.0)
    ends = [solved(engine, system, start, [0.0, 1800.0], 1e-8).values[-1] for engine in TRIED]
    assert ends[0] == pytest.approx(ends[1], abs=1e-5)
    assert ends[0] == pytest.approx(ends[2], abs=1e-5)


@every_engine
def test_robertson(engine: Engine) -> None:
    """The classical stiff problem at t = 40; reference values of Hairer & Wanner, Solving ODEs II, section IV.10."""
    system = system_of("A -> B [k = 0.04]\nB + B -> B + C [k = 3e7]\nB + C -> A + C [k = 1e4]")
    end = solved(engine, system, [1.0, 0.0, 0.0], [0.0, 40.0], 1e-10).values[-1]
    assert end == pytest.approx([0.7158270688, 9.185534765e-6, 0.2841637458], rel=1e-7)


@every_engine
def test_two_of_a_kind(engine: Engine) -> None:
    """2 A -> B: A = A0 / (1 + 2 k A0 t), with no factorial in the rate."""
    times = [0.0, 0.5, 1.0, 4.0]
    values = solved(engine, system_of("2 A -> B [k = 0.7]"), [3.0, 0.0], times).values
    assert values[:, 0] == pytest.approx([3.0 / (1 + 2 * 0.7 * 3.0 * t) for t in times], rel=1e-7)


def meeting(a: float, b: float, k: float, t: float) -> float:
    """What A + B -> C has made: a b (1 - e) / (a - b e) with e = exp(-k (a - b) t)."""
    e = exp(-k * (a - b) * t)
    return a * b * (1 - e) / (a - b * e)


@every_engine
def test_two_that_meet(engine: Engine) -> None:
    """A + B -> C in closed form."""
    values = solved(engine, system_of("A + B -> C [k = 0.3]"), [2.0, 0.5, 0.0], [0.0, 1.0, 5.0]).values
    assert values[1:, 2] == pytest.approx([meeting(2.0, 0.5, 0.3, 1.0), meeting(2.0, 0.5, 0.3, 5.0)], rel=1e-7)


@every_engine
def test_three_that_meet(engine: Engine) -> None:
    """3 A -> 0: 1 / A^2 grows by 6 k t."""
    end = solved(engine, system_of("3 A -> [k = 0.5]"), [2.0], [0.0, 1.5]).values[-1, 0]
    assert end**-2 == pytest.approx(2.0**-2 + 6 * 0.5 * 1.5, rel=1e-7)


@every_engine
@pytest.mark.parametrize("order", [4, 5, 6])
def test_any_number_that_meet(engine: Engine, order: int) -> None:
    """n A -> 0: A^(1-n) grows by n (n - 1) k t; a finite fuel makes four or five reactants of three."""
    end = solved(engine, system_of(f"{order} A -> [k = 0.3]"), [1.2], [0.0, 1.5]).values[-1, 0]
    assert end ** (1 - order) == pytest.approx(1.2 ** (1 - order) + order * (order - 1) * 0.3 * 1.5, rel=1e-7)


@every_engine
def test_four_different_ones_meet(engine: Engine) -> None:
    """A + B + C + F -> B + C + Z with B and C kept, A = F: 1 / A grows by k B C t."""
    system = system_of("A + B + C + F -> B + C + Z [k = 0.7]")
    start = [1.5 if name in "AF" else 2.0 if name in "BC" else 0.0 for name in system.species]
    end = dict(zip(system.species, solved(engine, system, start, [0.0, 0.9]).values[-1], strict=True))
    assert 1 / end["A"] == pytest.approx(1 / 1.5 + 0.7 * 4.0 * 0.9, rel=1e-7)
    assert end["Z"] == pytest.approx(1.5 - end["A"], rel=1e-9)


@every_engine
def test_growth_without_feedback(engine: Engine) -> None:
    """0 -> A, 0 -> B alone, where no species reacts: straight lines."""
    system = system_of("0 -> A [k = 2.5]\n0 -> B [k = 0.5]")
    assert solved(engine, system, [1.0, 0.0], [0.0, 0.8]).values[-1] == pytest.approx([3.0, 0.4], rel=1e-9)


def test_a_part_of_a_system_is_the_whole_with_the_rest_at_rest() -> None:
    """A part has the running reactions and what they change; its end is that of the whole with other rates at 0."""
    system = system_of("X + P -> X + P + Z\nZ -> A [k = 50]\nA + X -> A + X + G [k = 2]\nG + P -> [k = 50]")
    running = np.array([True, False, True, True])
    part = part_of(system, running)
    assert set(part.system.species) == {"P", "Z", "G"}
    start = np.array([{"X": 1.5, "P": 0.8, "A": 0.3}.get(name, 0.0) for name in system.species])
    whole = engine_named("rosenbrock").prepare(system, 1e-10, 1e-13)
    expected = whole.solve(start, np.array([0.0, 0.7]), np.where(running, system.rates, 0.0)).values[-1]
    stepper = engine_named("rosenbrock").prepare(part.system, 1e-10, 1e-13)
    found = stepper.solve(start[part.moving], np.array([0.0, 0.7]), part.rates_at(start)).values[-1]
    assert found == pytest.approx(expected[part.moving], rel=1e-8)
    still = np.setdiff1d(np.arange(system.size), part.moving)
    assert (expected[still] == start[still]).all()


def test_a_transient_is_followed_in_fewer_steps() -> None:
    """A -> B at 1000 for one unit of time, B -> C at 1: the same end in closed form, in under half of the steps."""
    system = system_of("A -> B [k = 1000]\nB -> C [k = 1]")
    plain, explicit = (solved(engine, system, [1.0, 0.0, 0.0], [0.0, 1.0], 1e-6) for engine in (TRIED[0], TRIED[-1]))
    exact = 1000 / 999 * (exp(-1.0) - exp(-1000.0))
    assert explicit.values[-1, 1] == pytest.approx(exact, rel=1e-7)
    assert plain.values[-1, 1] == pytest.approx(exact, rel=1e-5)
    assert explicit.steps < 0.5 * plain.steps


@every_engine
def test_inflow_without_reactants(engine: Engine) -> None:
    """0 -> A at k, A -> 0 at 1: A = k (1 - exp(-t))."""
    end = solved(engine, system_of("0 -> A [k = 2.5]\nA -> 0"), [0.0], [0.0, 0.8]).values[-1, 0]
    assert end == pytest.approx(2.5 * (1 - exp(-0.8)), rel=1e-7)


def test_rodas_has_order_four() -> None:
    """The error against the closed form of A + B -> C falls with the fourth power of the number of steps.

    Hairer & Wanner, Solving ODEs II, section IV.7: RODAS is of order 4 with an error estimate of order 3.
    """
    system = system_of("A + B -> C [k = 0.3]\nA -> A + D\nD + D -> E [k = 0.5]")
    exact = meeting(2.0, 0.5, 0.3, 5.0)
    steps, errors = [], []
    for tolerance in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9):
        solution = solved(engine_named("rosenbrock"), system, [2.0, 0.5, 0.0, 0.0, 0.0], [0.0, 5.0], tolerance)
        steps.append(solution.steps)
        errors.append(abs(solution.values[-1, 2] - exact))
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert -5.0 < slope < -3.5
    assert errors == sorted(errors, reverse=True)
    assert errors[0] < 1e-3 and errors[-1] < 1e-8


@every_engine
def test_linear_invariants_hold(engine: Engine) -> None:
    """Every strand of the transducer stays in all to 1e-9, though the tolerance is 1e-5."""
    network = network_of(transducer(Y))
    counts = strand_counts(network)
    strands = sorted({strand for count in counts for strand in count})
    totals = np.array([[count[strand] for count in counts] for strand in strands])
    values = solved(engine, TRANSDUCER, TRANSDUCER_START, [0.0, 100.0, 10_000.0], 1e-5).values
    for now in values:
        assert totals @ now == pytest.approx(totals @ TRANSDUCER_START, rel=1e-9)


@every_engine
def test_a_blow_up_is_a_status_with_advice(engine: Engine) -> None:
    """2 A -> 3 A runs to infinity at t = 1 / (k A0): the solution says so and what to do; nothing is raised."""
    solution = solved(engine, system_of("2 A -> 3 A"), [1.0], [0.0, 2.0], 1e-6)
    assert not solution.ok
    assert len(solution.status) > 20
    assert any(word in solution.status for word in ("tolerance", "blow-up", "runs away"))
    assert solution.values[0] == pytest.approx([1.0])


def test_what_was_reached_before_a_blow_up_is_kept() -> None:
    """The last kept row is that of the last time reached; A = 1 / (1 - t)."""
    solution = solved(engine_named("rosenbrock"), system_of("2 A -> 3 A"), [1.0], [0.0, 0.25, 0.5, 2.0], 1e-8)
    assert solution.values[:, 0] == pytest.approx([1.0, 1 / 0.75, 2.0], rel=1e-6)


@every_engine
def test_output_times_do_not_change_the_solution(engine: Engine) -> None:
    """Many times or only the last one: the same end within the tolerance, a row for each time, the start kept."""
    times = np.linspace(0.0, 10_000.0, 41)
    many = solved(engine, TRANSDUCER, TRANSDUCER_START, times.tolist(), 1e-8)
    two = solved(engine, TRANSDUCER, TRANSDUCER_START, [0.0, 10_000.0], 1e-8)
    assert many.values.shape == (41, TRANSDUCER.size) and two.values.shape == (2, TRANSDUCER.size)
    assert many.values[0] == pytest.approx(TRANSDUCER_START)
    assert many.values[-1] == pytest.approx(two.values[-1], abs=1e-6)


@every_engine
def test_other_rates_need_no_new_analysis(engine: Engine) -> None:
    """A stepper takes its rate constants with every call: 0 switches a reaction off."""
    system = system_of("A -> B\nB -> C")
    stepper = engine.prepare(system, 1e-9, 1e-12)
    start = np.array([1.0, 0.0, 0.0])
    off = stepper.solve(start, np.array([0.0, 2.0]), np.array([3.0, 0.0])).values[-1]
    assert off == pytest.approx([exp(-6.0), 1 - exp(-6.0), 0.0], abs=1e-8)
    assert start.tolist() == [1.0, 0.0, 0.0]


@every_engine
def test_nothing_happens_to_what_does_not_react(engine: Engine) -> None:
    system = system_of("A -> B")
    assert solved(engine, system, [0.0, 2.0], [0.0, 100.0]).values[-1] == pytest.approx([0.0, 2.0])


def test_engines_are_found_by_name() -> None:
    assert {*INTEGRATING, COUNTING} == set(ENGINES) and {"rosenbrock", "cvode", "ssa"} <= set(ENGINES)
    assert all(engine_named(name) is ENGINES[name] for name in INTEGRATING)
    for wrong, message in (("rosenbrok", "unknown engine"), ("ssaa", "'ssa'"), ("ssa", "equations are integrated here")):
        with pytest.raises(InputError, match=message):
            engine_named(wrong)


def test_every_species_has_its_place_on_the_diagonal() -> None:
    """The implicit engines need it for I - gamma J, also of a species whose own change does not depend on it."""
    found = equations_of(system_of("A + B -> C\nC -> D"))
    assert found.pattern.diagonal().tolist() == [1.0] * 4
    assert found.pattern.nnz == len(
        {*zip(found.entries.row.tolist(), found.entries.column.tolist())} | {(i, i) for i in range(4)}
    )


def test_the_preconditioner_solves_its_linear_system() -> None:
    """(I - gamma J) z = r, for a J that is taken at the state unless it is fresh."""
    system = system_of("A -> B\nB -> A")
    made = equations_of(system)
    work = _SparseSystem(made.jacobian(np.array([3.0, 1.0])), made.pattern)
    changed, z, r = [0], np.zeros(2), np.array([1.0, 2.0])
    work.factorise(0.0, np.ones(2), np.zeros(2), False, changed, 0.5)
    work.solve(0.0, np.ones(2), np.zeros(2), r, z, 0.5, 0.0, 1)
    assert changed == [1]
    assert (np.eye(2) - 0.5 * np.array([[-3.0, 1.0], [3.0, -1.0]])) @ z == pytest.approx(r)


def test_only_zero_and_what_is_no_number_vanishes() -> None:
    values = np.array([0.0, -1.0, 1e-300, np.nan, np.inf])
    assert [vanishes(values, row) for row in range(5)] == [True, False, False, True, True]
