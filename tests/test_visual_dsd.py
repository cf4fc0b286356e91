"""Programs for Visual DSD, against the manual's notation and a frozen program of all shapes of gates.

Where the format is changed on purpose, run pytest with UPDATE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.dsd.visual_dsd import identifiers, visual_structure, write_visual_dsd
from dsd_ncrn.errors import InputError
from finite import finite_network_of
from studies import ALL_DESIGNS, A, C, P, T, U, X, Y, fork, join, transducer, translated
from test_enumerate_counts import join_and_reporter

GOLDEN = Path(__file__).parent / "golden" / "visual.dsd"
SHORT = "length t = 5\nlength u = 5\nlength x = 15\nlength y = 15\nlength a = 15\n"


def written(complex_: Complex) -> str:
    return visual_structure(complex_, identifiers(domain.name for domain in complex_.domains))


def test_the_manuals_example_is_written_as_in_the_manual() -> None:
    """Visual DSD User Manual (2019): inputs, join and reporter of its first example, but for the reporter's ``fl``,
    which is a toehold there."""
    assert {name: written(complex_) for name, complex_ in join_and_reporter().items()} == {
        "first": "<tb^ b>",
        "second": "<tx^ x>",
        "join": "{tb^*}[b tx^]:[x to^]",
        "reporter": "<fl^>[x]{to^*}",
    }


@pytest.mark.parametrize(
    ("complex_", "text"),
    [
        (free(~X, ~T), "<x* t^*>"),
        (join((X, T), (A,)), "{t^*}[x t^]:[a]"),
        (fork((X,), (T, Y), (T, A)), "[x]:[t^ y]:[t^ a]{t^*}"),
        (gate(Open((T,)), Bound((X, Y)), Open((U,))), "{t^*}[x y]{u^*}"),
        (gate(Bound((T, X)), Open((T,)), Bound((P, T)), Bound((A,))), "[t^ x]{t^*}:[p t^]:[a]"),
        (gate(Bound((T, X)), Open((C,)), Bound((X, T))), "[t^ x]{c*}:[x t^]"),
    ],
)
def test_gates_are_written_along_their_tops(complex_: Complex, text: str) -> None:
    """The forms of Cardelli's gates in Visual DSD's own examples, such as ``[b]{t^*}:[x1 t^]:[c]``."""
    assert written(complex_) == text


@pytest.mark.parametrize(
    ("kernel", "text"),
    [
        ("t x( + ) a*", "{a*}<t>[x]"),
        ("y t( x( a + ) ) u*", "{u*}<y>[t x]<a>"),
        ("t x( y( + u* ) ) a*", "{a*}<t>[x y]{u*}"),
    ],
)
def test_overhangs_stand_beside_their_double_strand(kernel: str, text: str) -> None:
    (found,) = parse_pil(f"{SHORT}g = {kernel}\n")
    assert re.sub(r"\^", "", written(found.complex)) == text


@pytest.mark.parametrize("kernel", ["x( t y( + ) u* )", "x( t )", "x( y( + ) t( + ) )"])
def test_what_has_no_notation_is_refused(kernel: str) -> None:
    """A top that holds in two places, a hairpin, and three strands of which none is the bottom of both others."""
    with pytest.raises(InputError, match="no notation for this complex"):
        written(parse_pil(f"{SHORT}g = {kernel}\n")[0].complex)


def test_every_domain_of_every_intermediate_is_written_once() -> None:
    """All 52 complexes of the finite transducer: the same domains, with marks, paired ones once and not twice."""
    for complex_ in finite_network_of(transducer(Y)).complexes:
        unpaired = complex_.pairing.count(None)
        paired = (len(complex_.pairing) - unpaired) // 2
        words = re.findall(r"\w+\^?\*?", written(complex_))
        assert len(words) == unpaired + paired
        shown = [d for d, partner in zip(complex_.domains, complex_.pairing) if partner is None or not d.starred]
        assert sum("^" in word for word in words) == sum(domain.is_toehold for domain in shown)


def test_names_become_identifiers_and_stay_apart() -> None:
    assert identifiers(["x-1", "x_1", "2b", "new", "x-1"]) == {"x-1": "x_1", "x_1": "x_1_", "2b": "n2b", "new": "new_"}


def example() -> DsdSystem:
    s = Domain("s", 3)
    components = (
        Component("X", free(T, X), Role.SIGNAL, 10.0),
        Component("X-cogate", free(X, T), Role.BUFFER, 1000.5),
        Component("join_1", join((X, T), (P, T), (A,)), Role.GATE, 100.0),
        Component("fork_1", fork((C,), (T, Y), (T, A)), Role.GATE, 100.0),
        Component("annihilator", gate(Open((T,)), Bound((X, Y)), Open((U,))), Role.GATE, 50.0),
        Component("weak", gate(Open((s,)), Bound((X,))), Role.GATE, 0.0),
        Component("capture", free(~X, ~T), Role.SCAVENGER, 0.0),
    )
    return DsdSystem("shapes", components, {"X": "X"}, {}, {}, {}, {})


def test_a_program_is_the_golden_one() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(write_visual_dsd(example()), encoding="utf-8")
    assert write_visual_dsd(example()) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_every_component_of_a_design_is_in_its_program(name: str) -> None:
    program, system = write_visual_dsd(translated(name)), translated(name)
    assert program.count("\ndef ") == len(system.components)
    amounts = re.findall(r"^[(|] (\S+) (\w+)\(\)$", program, re.MULTILINE)
    assert [float(amount) for amount, _ in amounts] == [component.concentration for component in system.components]
    assert all(f"def {name}() = " in program for _, name in amounts)
