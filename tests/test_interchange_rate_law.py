"""The two conventions of rate constants, against closed forms and Catalyst.jl's definition."""

from __future__ import annotations

from math import factorial, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from dsd_ncrn.crn.rate_law import from_combinatoric, symmetry, to_combinatoric
from dsd_ncrn.crn.text import format_crn, load_crn, parse_crn
from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.errors import InputError
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import from_crn
from interchange_networks import networks


def ends_at(crn: Crn, time: float) -> float:
    """The concentration of the only species at a time."""
    system = from_crn(crn)
    stepper = engine_named("rosenbrock").prepare(system, 1e-10, 1e-12)
    solution = stepper.solve(np.array(list(crn.initial.values())), np.array([0.0, time]), system.rates)
    assert solution.ok, solution.status
    return float(solution.values[-1, 0])


@pytest.mark.parametrize(
    ("reaction", "constant", "expected"),
    [
        ("2 Z -> 3 Z", 2.0, 0.5 / (1 - 1.0 * 0.5 * 0.8)),
        ("3 Z -> 2 Z", 6.0, 0.5 / sqrt(1 + 2 * 1.0 * 0.5**2 * 0.8)),
    ],
)
def test_combinatoric_constants_mean_what_catalyst_means(reaction: str, constant: float, expected: float) -> None:
    """dz/dt = k' z^2 / 2! and -k' z^3 / 3! with k' = 2 and 6, solved by hand from z(0) = 0.5 to t = 0.8."""
    crn = from_combinatoric(parse_crn(f"Z @initial 0.5\n{reaction} [k = {constant}]"))
    assert ends_at(crn, 0.8) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    ("reaction", "expected"),
    [("2 Z -> 3 Z", 0.5 / (1 - 1.5 * 0.5 * 0.8)), ("3 Z -> 2 Z", 0.5 / sqrt(1 + 2 * 1.5 * 0.5**2 * 0.8))],
)
def test_constants_without_factorial(reaction: str, expected: float) -> None:
    """dz/dt = k z^2 and -k z^3 with k = 1.5, solved by hand from z(0) = 0.5 to t = 0.8."""
    assert ends_at(parse_crn(f"Z @initial 0.5\n{reaction} [k = 1.5]"), 0.8) == pytest.approx(expected, rel=1e-8)


def test_factors_are_products_of_factorials() -> None:
    """n! for each reactant, by hand; products do not count."""
    assert symmetry(Reaction(("A", "B", "A", "A", "B"), ("C",) * 4, 1.0)) == factorial(3) * factorial(2)
    assert symmetry(Reaction((), ("A", "A"), 1.0)) == 1


@given(networks())
def test_there_and_back_is_the_same(crn: Crn) -> None:
    there = to_combinatoric(crn)
    back = from_combinatoric(there)
    assert [each.rate for each in back.reactions] == pytest.approx([each.rate for each in crn.reactions], rel=1e-15)
    assert [each.reactants for each in there.reactions] == [each.reactants for each in crn.reactions]


def test_a_file_that_says_its_law_is_not_read_as_the_other(tmp_path: Path) -> None:
    crn = parse_crn("3 Z -> 2 Z [k = 1.5]", name="cubic")
    path = tmp_path / "cubic.crn"
    path.write_text(format_crn(crn, "combinatoric"), encoding="utf-8")
    assert "[k = 9.0]" in path.read_text(encoding="utf-8")
    assert load_crn(path, "combinatoric") == crn
    with pytest.raises(InputError, match="Read it with --input-rate-law combinatoric"):
        load_crn(path)
