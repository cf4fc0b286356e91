"""Structures other than two-domain gates: networks worked out by hand, in both semantics, and Peppercorn's notion of rest.

Every expected reaction follows from the domains alone: what binds, what it displaces, what is then held by a toehold. Rates are
those of the rate model for the toeholds named; pathways to the same products add up.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Invoke
from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.infinite import is_two_domain
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import rates_of
from studies import ALL_DESIGNS, translated

RATES = rates_of()
BOTH = pytest.mark.parametrize("semantics", ["infinite", "finite"])


def network(text: str, semantics: str = "infinite", condensed: bool = True, unproductive: str = "all") -> ReactionNetwork:
    """Of the complexes of PIL text."""
    found = parse_pil(text)
    listed = [each.complex for each in found], [each.name for each in found]
    return enumerate_complexes(*listed, RATES, semantics=semantics, condensed=condensed, unproductive=unproductive)


def kernels(text: str, *structures: str) -> frozenset[str]:
    """The canonical text of some structures over the domains of PIL text."""
    lengths = "\n".join(line for line in text.splitlines() if line.startswith("length"))
    return frozenset(parse_pil(f"{lengths}\nit = {each}\n")[0].complex.kernel for each in structures)


def reactions(found: ReactionNetwork) -> dict[tuple[frozenset[str], frozenset[str]], float]:
    """Rates by the structures of reactants and products."""

    def side(indices: tuple[int, ...]) -> frozenset[str]:
        return frozenset(found.complexes[each].kernel for each in indices)

    return {(side(step.reactants), side(step.products)): step.rate for step in found.steps}


CARRIED = "length t = 6\nlength u = 6\nlength x = 20\nlength h = 20\nG = x( u( h( + ) + ) ) t*\nX = t x\n"
LONG_TOEHOLD = "length t = 9\nlength x = 20\nX = t x\nG = x( + ) t*\n"
SHORT_BRANCH = "length t = 6\nlength a = 6\nlength b = 6\nlength u = 6\nG = a( b( u( + ) ) ) t*\nX = t a b\n"
BOTH_TURNS = "length a = 5\nlength e = 5\nlength b = 15\nlength c = 15\nlength d = 15\nA = c( d + ) a b\nB = b( e( + ) ) a* c\n"
HAIRPIN = "length t = 6\nlength x = 20\nlength y = 20\nH = x( y ) t*\nX = t x\n"
CASES = {
    "an incumbent that carries a strand": (CARRIED, ["G", "X"], ["x u h( + )", "t( x( + u* ) )"], True),
    "a toehold of nine": (LONG_TOEHOLD, ["X", "G"], ["t( x( + ) )", "x"], False),
    "a branch of short domains": (SHORT_BRANCH, ["G", "X"], ["a b u", "t( a( b( + u* ) ) )"], True),
    "the invaded complex invades": (BOTH_TURNS, ["A", "B"], ["b e", "c d", "e* b*( a*( c( + ) ) )"], False),
    "a hairpin is opened": (HAIRPIN, ["H", "X"], ["t( x( + x y ) )"], False),
}


@BOTH
@pytest.mark.parametrize("name", CASES)
def test_what_two_complexes_do(name: str, semantics: str) -> None:
    """One reaction, with its reverse where a toehold is left, and nothing else."""
    text, left, right, reversible = CASES[name]
    named = {each.name: each.complex.kernel for each in parse_pil(text)}
    before, after = frozenset(named[each] for each in left), kernels(text, *right)
    assert reactions(network(text, semantics)).keys() == {(before, after)} | ({(after, before)} if reversible else set())


@BOTH
def test_an_exchange_has_the_rate_of_its_toeholds_whatever_the_incumbent_carries(semantics: str) -> None:
    """k(6, 6) there and back."""
    for text in (CARRIED, SHORT_BRANCH):
        assert list(reactions(network(text, semantics)).values()) == pytest.approx([RATES.displacement(6, 6)] * 2, rel=1e-9)


@BOTH
def test_two_ways_to_the_same_products_add_up(semantics: str) -> None:
    """A strand that enters by 3 nt or by 6 nt: k(3, 0) + k(6, 0). One way seen from two domains of a toehold counts once."""
    text = "length t = 3\nlength u = 6\nlength x = 20\nI = t x u\nG = u* x*( t* + )\n"
    (rate,) = reactions(network(text, semantics)).values()
    assert rate == pytest.approx(RATES.displacement(3, 0) + RATES.displacement(6, 0), rel=1e-9)
    text = "length t = 3\nlength u = 3\nlength x = 20\nI = t u x\nG = x( + ) u* t*\n"
    (rate,) = reactions(network(text, semantics)).values()
    assert rate == pytest.approx(RATES.displacement(6, 0), rel=1e-9)


@BOTH
def test_equal_arms_add_up(semantics: str) -> None:
    """A dimer with two equal arms meets a gate twice as fast as what has one arm left."""
    text = "length t = 5\nlength x = 20\nlength y = 20\nD = t x y( y*( + t x ) )\nG = x*( t* + )\n"
    rates = sorted(reactions(network(text, semantics)).values())
    assert rates == pytest.approx([RATES.displacement(5, 0), 2 * RATES.displacement(5, 0)], rel=1e-9)


def test_an_incumbent_that_is_free_for_good_sets_the_rate() -> None:
    """The sealed join's commitment frees <c>, which has no toehold, and <r t> after it: k(5, 0), in both semantics."""
    text = "length t = 5\nlength c = 15\nlength r = 15\nG = c( + r( t( + r( + ) ) ) ) t*\nF = t c r\n"
    assert is_two_domain([each.complex for each in parse_pil(text)])
    for found in (network(text, condensed=False), network(text, "finite")):
        (rate,) = (step.rate for step in found.steps if step.reactants == (0, 1))
        assert rate == pytest.approx(RATES.displacement(5, 0), rel=1e-9)


def test_a_catalyst_that_comes_free_between_two_ways_has_one_rate() -> None:
    """Zhang et al. 2007, figure 1: the fuel <2 3 4> displaces <1 2> for good and <4 5> up to its toehold, from both ends of 3.

    The three-step model by hand: k = k_f w / (k_r3 + w) with w = b (1 + (b + k_r5) / (2 b + k_r5)), the second by way of <4 5>.
    """
    lengths = "length 1 = 10\nlength 2 = 24\nlength 3 = 4\nlength 4 = 16\nlength 5 = 6\n"
    text = f"{lengths}F = 2 3 4\nI = 1 2( + 4( 5( + ) ) 3* )\n"
    off, other, b = RATES.unbinding(4), RATES.unbinding(6), RATES.migration()
    ways = 1 + (b + other) / (2 * b + other)
    expected = RATES.binding(4) * b * ways / (off + b * ways)
    for semantics in ("infinite", "finite"):
        (rate,) = (step.rate for step in network(text, semantics).steps if step.reactants == (0, 1))
        assert rate == pytest.approx(expected, rel=1e-9)
    assert 1 < expected / RATES.displacement(4, 0) < 2


@BOTH
def test_polymers_end_with_one_message(semantics: str) -> None:
    """Chains of up to four monomers, which have nine strands: those of ten and more are left out and spoken of once."""
    found = network("length t = 6\nlength x = 20\nlength y = 20\nM = x( + y( t x + ) ) t* @initial 5 nM\n", semantics)
    assert max(len(complex_.strands) for complex_ in found.complexes) == 9
    assert len(found.names) == 5
    assert [note.partition(" ")[2].partition(",")[0] for note in found.notes] == [
        "meetings were left out that would make complexes of more than 10 strands"
    ]


def test_a_complex_with_too_many_states_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hairpin of the size of those of Venkataraman et al. 2007, in chains of ten, has over a thousand."""
    monkeypatch.setattr("dsd_ncrn.kinetics.finite.MAX_STATES", 1)
    with pytest.raises(CheckFailed, match=r"a complex of 4 strands passes through more than 1 states: .*--max-strands"):
        network(CARRIED.replace("length u = 6", "length u = 20"))


def test_remote_toeholds_are_named_and_followed_on_demand(tmp_path: Path, invoke: Invoke) -> None:
    """Genot et al. 2011: toehold and branch apart by a loop of 8 nt on the gate."""
    path = tmp_path / "remote.pil"
    path.write_text("length d = 8\nlength t = 6\nlength b = 22\nlength s = 4\nX = t b\nG = b( + ) s t*\n", encoding="utf-8")
    options = ("--semantics", "finite", "--condensed", "--json")
    left_out, followed = invoke("enumerate", path, *options), invoke("enumerate", path, *options, "--remote")
    assert "Remote toeholds are not followed" in left_out.stderr and "--remote" in left_out.stderr
    assert json.loads(left_out.stdout)["reactions"] == []
    (step,) = json.loads(followed.stdout)["reactions"]
    assert 0 < step["rate"] < 0.1 * RATES.displacement(6, 0)


def test_complexes_that_do_not_last_become_what_they_become(tmp_path: Path, invoke: Invoke) -> None:
    """A complex held by 5 nt falls apart, and its 10 nM are those of the two parts, beside 2 nM that were there."""
    path = tmp_path / "loose.pil"
    text = "length t = 5\nlength x = 15\nlength y = 15\nL = t( x + ) y @initial 10 nM\nX = t x @initial 2 nM\nY = t* y\n"
    path.write_text(text.replace("t( x + ) y", "t( x + y )"), encoding="utf-8")
    found = json.loads(invoke("enumerate", path, "--semantics", "finite", "--condensed", "--json").stdout)
    assert {each["name"]: each["initial_nM"] for each in found["complexes"]}["X"] == pytest.approx(12.0)
    assert "L" not in {each["name"] for each in found["complexes"]}


def test_slow_steps_leave_time_to_meet_others() -> None:
    """Zhang 2011: condensed, cooperative hybridization is nothing at all unless the first partner waits for the second."""
    text = "length t = 8\nlength u = 8\nlength x = 18\nlength y = 18\nX = t x\nY = y u\nG = x( y( + u* ) ) t*\n"
    found = parse_pil(text)
    listed = [each.complex for each in found], [each.name for each in found], RATES
    at_once = enumerate_complexes(*listed, semantics="finite", condensed=True)
    waiting = enumerate_complexes(*listed, semantics="finite", condensed=True, k_fast=0.5)
    free_top = kernels(text, "x y")
    assert not at_once.steps
    assert any(free_top & products for _, products in reactions(waiting))
    with pytest.raises(InputError, match="k-fast is at least k-slow"):
        enumerate_complexes(*listed, semantics="finite", k_slow=1.0, k_fast=0.5)


def test_a_partner_that_waits_binds_with_all_of_its_rate_and_parts_for_half_of_its_time() -> None:
    """Zhang 2011, one of two partners: k_f, and k_r / 2, since half of the time its branch holds it, to and fro alike."""
    hairpin = "length z = 18\nH = z( u )\n"  # not two-domain
    text = "length t = 6\nlength u = 6\nlength x = 18\nlength y = 18\nX = t x\nG = x( y( + u* ) ) t*\n"
    rates = [step.rate for step in network(text + hairpin, condensed=False).steps]
    assert rates == pytest.approx([RATES.binding(6), RATES.unbinding(6) / 2], rel=1e-9)


@BOTH
def test_two_helices_exchange_from_either_of_two_toeholds(semantics: str) -> None:
    """Four ways, by hand: the second toehold closes long before the first opens, so that each start counts: 2 k_f."""
    text = "length t = 6\nlength s = 6\nlength x = 20\nA = t x( + ) s\nB = s* x( + ) t*\n"
    ((sides, rate),) = reactions(network(text, semantics)).items()
    assert sides == (kernels(text, "t x( + ) s", "s* x( + ) t*"), kernels(text, "t( x( + ) )", "s*( x( + ) )"))
    assert rate == pytest.approx(2 * RATES.binding(6), rel=1e-4)


def test_what_closes_at_once_meets_nobody_open() -> None:
    """Only complexes at rest meet (Badelt et al. 2020): in the closed hairpin <y> is out of reach, and nothing opens it."""
    text = "length x = 20\nlength y = 20\nH = x y x*\nY = y*\n"
    found = reactions(network(text, "finite", condensed=False))
    assert found.keys() == {(kernels(text, "x y x*"), kernels(text, "x( y )"))}


@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_translated_designs_are_two_domain(name: str) -> None:
    assert is_two_domain([component.complex for component in translated(name).components])


def test_what_is_more_than_two_domain_is_told_apart() -> None:
    for text, _, _, _ in CASES.values():
        assert not is_two_domain([each.complex for each in parse_pil(text)])
