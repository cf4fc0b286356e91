"""Stocks and their volumes, and the annealing of complexes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsd_ncrn.errors import InputError
from sequences.assignment import SequenceAssignment
from sequences.bench.mixing import SMALLEST_UL, USUAL_STOCKS, MixingRow, Stocks, annealing_recipes, mixing_rows
from sequences.bench.tubes import CommonMix, Condition, Mixes, TubeMix
from sequences.oligos import oligos_of
from sequences_circuits import SMALL_WORDS, linear_circuit, small_circuit

SYSTEM = small_circuit()
ORDERED = oligos_of(SYSTEM, SequenceAssignment(SMALL_WORDS))


def test_mixing_volumes_give_exactly_the_designs_concentrations() -> None:
    table = mixing_rows(SYSTEM, 100.0)
    final = {row.component: row.volume_uL * row.stock_uM * 1000 / 100.0 for row in table.rows}
    expected = {component.name: component.concentration for component in SYSTEM.components if component.concentration}
    assert final == pytest.approx(expected, rel=1e-12)
    assert table.fits
    assert table.components_uL + table.buffer_uL + table.water_uL == pytest.approx(100.0)


def test_other_concentrations_can_be_given() -> None:
    table = mixing_rows(SYSTEM, 100.0, {"signal_x": 7.5, "signal_p": 0.0})
    final = {row.component: row.final_nM for row in table.rows}
    assert final["signal_x"] == 7.5
    assert "signal_p" not in final
    with pytest.raises(InputError, match="a component of the circuit is named"):
        mixing_rows(SYSTEM, 100.0, {"signal_q": 1.0})


def test_no_volume_is_too_small_to_pipette_where_a_dilution_helps() -> None:
    assert all(row.volume_uL >= SMALLEST_UL and row.pipettable for row in mixing_rows(SYSTEM, 100.0).rows)
    tiny = mixing_rows(SYSTEM, 100.0, {"signal_x": 1e-3})
    assert [row.component for row in tiny.rows if not row.pipettable] == ["signal_x"]


def test_stronger_stocks_are_used_where_the_usual_ones_do_not_fit() -> None:
    assert mixing_rows(SYSTEM, 100.0).stocks == USUAL_STOCKS[0]
    assert mixing_rows(linear_circuit(), 100.0).stocks == USUAL_STOCKS[1]


def test_a_mixture_that_cannot_fit_says_so() -> None:
    table = mixing_rows(SYSTEM, 100.0, {"join_1": 20_000.0})
    assert not table.fits
    assert table.water_uL < 0


def test_annealing_has_bottoms_once_and_tops_in_excess() -> None:
    stocks = USUAL_STOCKS[0]
    recipes = {recipe.component: recipe for recipe in annealing_recipes(SYSTEM, ORDERED, {}, stocks)}
    assert set(recipes) == {component.name for component in SYSTEM.components if not component.complex.is_strand}
    ratios = {row.oligo: row.ratio for row in recipes["join_1"].rows}
    assert ratios.pop("join_1_bot") == 1.0
    assert set(ratios.values()) == {1.2}
    for recipe in recipes.values():
        strands = sum(row.volume_uL for row in recipe.rows)
        assert strands + recipe.buffer_uL + recipe.water_uL == pytest.approx(recipe.batch_uL)
        bottom = next(row for row in recipe.rows if row.ratio == 1.0)
        assert bottom.volume_uL * stocks.strands / recipe.batch_uL == pytest.approx(recipe.stock_uM)


def test_batches_hold_what_is_used() -> None:
    recipe = next(
        each for each in annealing_recipes(SYSTEM, ORDERED, {"join_1": 1.0}, USUAL_STOCKS[0]) if each.component == "join_1"
    )
    assert recipe.stock_uM * recipe.batch_uL / 1000 >= 1.2


def test_a_complex_of_many_strands_is_annealed_as_concentrated_as_fits() -> None:
    crowded = Stocks(20.0, 10.0)
    for recipe in annealing_recipes(SYSTEM, ORDERED, {}, crowded):
        assert sum(row.volume_uL for row in recipe.rows) + recipe.buffer_uL <= recipe.batch_uL + 1e-9


def test_where_no_stocks_fit_the_strongest_say_so() -> None:
    assert mixing_rows(SYSTEM, 100.0, {"join_1": 20_000.0}).stocks == USUAL_STOCKS[-1]


@pytest.mark.parametrize(("used_nmol", "batch_uL"), [(0.0, 20.0), (0.1, 30.0), (0.2, 50.0), (1.0, 240.0), (1.001, 250.0)])
def test_a_batch_holds_a_fifth_more_than_is_used_when_half_is_lost_in_the_gel(used_nmol: float, batch_uL: float) -> None:
    """At 10 µM a nanomole is 100 µL: 240 for one, in whole tens and at least 20."""
    found = annealing_recipes(SYSTEM, ORDERED, {"join_1": used_nmol}, Stocks(200.0, 10.0))
    (recipe,) = [each for each in found if each.component == "join_1"]
    assert (recipe.stock_uM, recipe.batch_uL) == (10.0, batch_uL)


def test_a_mix_that_lacks_room_or_volume_to_pipette_says_so() -> None:
    """10 µL of water, 2.5 µL short, and a row under the pipette's least: nothing, how much, and which."""
    row = MixingRow("g1", "gate", True, 10.0, 10.0, 1.0, True)

    def made(water: float, pipettable: bool = True) -> Mixes:
        tube = TubeMix(Condition("training", "", {}), 5.0, (replace(row, pipettable=pipettable),), 1.0, water)
        return Mixes(CommonMix((row,), 1, 5.0, 1.0, 10.0), (tube,), Stocks(100.0, 10.0))

    assert made(10.0).problem == ""
    assert made(-2.5).problem == "the first mix does not fit: its stocks lack 2.5 µL"
    assert made(10.0, pipettable=False).problem == "too little to pipette of g1"
