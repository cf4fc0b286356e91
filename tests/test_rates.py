"""Rate constants from toehold lengths, beside what was measured, and the table that they come from."""

from __future__ import annotations

from math import log10
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs_walk import ROOT
from dsd_ncrn.constants import ENDS, constant, rate_constants
from dsd_ncrn.design.load import load_design
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.rates import ToeholdLengthRates, closing, rates_of
from dsd_ncrn.units import per_nM_s_to_per_M_s
from truth.fit import DIGITS, Rate, duplexes, fit_gates, fit_toeholds, gates

DUPLEX, GATE = rates_of("duplex"), rates_of("gate")
toeholds = st.integers(1, 12)


def decades(rate: Rate) -> float:
    """log10 of predicted over measured."""
    return log10(per_nM_s_to_per_M_s(rates_of(rate.preset).displacement(rate.bound, rate.released)) / rate.per_M_s)


def test_published_displacements_and_exchanges_come_out_within_a_factor_of_three() -> None:
    """Zhang & Winfree, JACS 131:17303 (2009): 8 displacements and 43 exchanges of free duplexes, rms 0.20 decades."""
    left = [decades(rate) for rate in duplexes()]
    assert len(left) == 51 and all(abs(each) < log10(3) for each in left)
    assert (sum(each**2 for each in left) / 51) ** 0.5 < 0.2


def test_the_table_has_what_the_fit_finds() -> None:
    """To the digits that the table has; the end for 8 nt is not determined by the data, and the fit says so."""
    found, table = fit_toeholds(), rate_constants("duplex")
    shown = [float(f"{each:.{DIGITS}g}") for each in (found.association, *found.openings)]
    assert shown == pytest.approx([table["association"].number, *table["opening"].numbers])
    assert max(found.errors[:-1]) < 0.4 < 2 < found.errors[-1]
    gate, inside = rate_constants("gate")["association"], fit_gates(found)
    assert [gate.number, *gate.at("pessimistic"), *gate.at("optimistic")] == pytest.approx(inside, rel=5e-3)


@pytest.mark.parametrize(("paper", "within"), [("Chen 2013", 8), ("Machinek 2014", 3), ("Srinivas 2017", 17)])
def test_rates_in_gates_lie_around_the_prediction(paper: str, within: int) -> None:
    """Single rates within 15x, by paper within 3x in the geometric mean without the one exchange of 5 for 7 nt that runs
    backwards faster than forwards (Srinivas 2017, react A back, 1.1e6 /M/s), which no model of lengths gives.

    Chen et al. 2013, 8 reporters (fitted); Machinek et al. 2014, 3 matched duplexes, and Srinivas et al. 2017, 18 rates of
    an oscillator's gates (neither fitted).
    """
    left = [decades(rate) for rate in gates() if rate.paper == paper and (rate.bound, rate.released) != (5, 7)]
    assert len(left) == within
    assert abs(sum(left) / len(left)) < log10(3)
    assert max(map(abs, left)) < log10(15)


@settings(max_examples=100, deadline=None)
@given(toeholds, toeholds, st.sampled_from(["duplex", "gate"]))
def test_exchange_obeys_detailed_balance(invading: int, released: int, preset: str) -> None:
    """k(n, m) / k(m, n) is the ratio of the dissociation constants; no exchange is faster than displacement."""
    rates = rates_of(preset)
    there, back = rates.displacement(invading, released), rates.displacement(released, invading)
    assert there / back == pytest.approx(rates.unbinding(released) / rates.unbinding(invading), rel=1e-12)
    assert there <= rates.displacement(invading, 0) <= rates.binding(invading)


@settings(max_examples=100, deadline=None)
@given(toeholds, toeholds, toeholds)
def test_no_cycle_of_exchanges_gains_energy(a: int, b: int, c: int) -> None:
    """Wegscheider's condition over three toeholds."""
    k = DUPLEX.displacement
    assert k(a, b) * k(b, c) * k(c, a) == pytest.approx(k(b, a) * k(c, b) * k(a, c))


def test_longer_toeholds_bind_faster_and_hold_longer() -> None:
    """Up to 8 nt, beyond which nothing is measured and they are taken as 8 nt."""
    for length, released in ((n, m) for n in range(1, 8) for m in range(9)):
        assert DUPLEX.displacement(length + 1, released) > DUPLEX.displacement(length, released)
        assert DUPLEX.unbinding(length + 1) < DUPLEX.unbinding(length)
    assert DUPLEX.displacement(12, 3) == DUPLEX.displacement(8, 3)


def test_a_resting_toehold_has_its_measured_dissociation_constant() -> None:
    """Qian & Winfree 2011: 26 /s over 2e6 /M/s for 5 nt, 13 uM (3 to 90), in both presets."""
    for preset in ("duplex", "gate"):
        for end, uM in zip(ENDS, (90, 13, 3), strict=True):
            rates = rates_of(f"{preset}:{end}")
            assert rates.unbinding(5) / rates.binding(5) == pytest.approx(uM * 1e3)
    assert DUPLEX.unbinding(5) == pytest.approx(26, rel=0.1)


def test_gates_are_slower_and_the_ends_of_the_band_on_either_side() -> None:
    """By the same factor for every pair of toeholds, as only association differs."""
    for n, m in ((5, 5), (5, 0), (3, 5), (7, 7)):
        assert DUPLEX.displacement(n, m) / GATE.displacement(n, m) == pytest.approx(2.09e6 / 2.18e5)
    fast, usual, slow = (rates_of(f"gate:{end}").displacement(5, 5) for end in ENDS)
    assert fast > usual > slow


def test_a_loop_closes_slower_the_longer_it_is() -> None:
    """10^6 L^-2.5 /s (Bonnet et al. 1998), 10^6 over the length where the helix zips on (Wetmur & Davidson 1968)."""
    assert closing(4, 5) == pytest.approx(1e6 / 32)
    assert closing(0, 5) == pytest.approx(2e5)
    assert constant("leak.toeless").number == 1.4


def design_with(folder: Path, table: str) -> Path:
    """linreg2d with rates of its own."""
    (folder / "own.toml").write_text(table, encoding="utf-8")
    text = (ROOT / "designs" / "linreg2d.toml").read_text(encoding="utf-8")
    (folder / "design.toml").write_text(text.replace('unit = "4 nM"', 'unit = "4 nM"\nrates = "own.toml"'), encoding="utf-8")
    return folder / "design.toml"


def test_a_table_of_ones_own_changes_what_it_says_and_keeps_the_rest(tmp_path: Path) -> None:
    spec = load_design(design_with(tmp_path, 'base = "duplex"\n[association]\nvalue = 1e6\nsource = "my bench"\n'))
    rates = rates_of(spec.chemistry.rates)
    assert rates == ToeholdLengthRates(pytest.approx(1e-3), DUPLEX.openings, pytest.approx(DUPLEX.branch / 2.09))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[asociation]\nvalue = 1e6", "unknown rate constant (got 'asociation'). Did you mean 'association'?"),
        ('base = "gates"', "unknown base of rate constants (got 'gates'). Did you mean 'gate'?"),
        ("[association]\nsource = 'x'", "association has no value (got 'association')"),
        ("[association]\nvalue = -1", "association takes 1 positive number (got [-1.0])"),
        ("[opening]\nvalue = [1, 2, 3, 4, 5, 6, 7, 8]", "opening must not rise with length"),
        ("[association", "the rate constants cannot be read"),
    ],
)
def test_a_wrong_table_is_refused_with_its_file(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        load_design(design_with(tmp_path, table))
    assert told in str(error.value) and "own.toml" in str(error.value)


def test_an_unknown_preset_is_refused_with_its_line(tmp_path: Path) -> None:
    path = design_with(tmp_path, "")
    path.write_text(path.read_text(encoding="utf-8").replace("own.toml", "gat"), encoding="utf-8")
    with pytest.raises(InputError, match=r"design\.toml:34.*unknown table of rate constants.*Did you mean 'gate'"):
        load_design(path)
