"""The protocol's volumes really make the concentrations of the design."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.errors import InputError
from sequences.assignment import SequenceAssignment
from sequences.mixing import SMALLEST_UL, USUAL_STOCKS, Stocks, annealing_recipes, mixing_rows
from sequences.oligos import oligos_of
from sequences.protocol import ScheduleRow, protocol_markdown
from sequences.vendors import VENDORS
from sequences_circuits import SMALL_WORDS, linear_circuit, small_circuit

SYSTEM = small_circuit()
GOOD = SequenceAssignment(SMALL_WORDS, seed=0, temperature=25.0)
ORDERED = oligos_of(SYSTEM, GOOD)
RULES = SequenceRules()


def _protocol(**options: object) -> str:
    return protocol_markdown(SYSTEM, ORDERED, GOOD, RULES, 100.0, **options)  # type: ignore[arg-type]


def _table(text: str, heading: str) -> list[list[str]]:
    """Cells of the first table under a heading, without its two header lines."""
    section = text[text.index(heading) :].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_mixing_volumes_give_exactly_the_designs_concentrations() -> None:
    table = mixing_rows(SYSTEM, 100.0)
    final = {row.component: row.volume_uL * row.stock_uM * 1000 / 100.0 for row in table.rows}
    expected = {component.name: component.concentration for component in SYSTEM.components if component.concentration}
    assert final == pytest.approx(expected, rel=1e-12)
    assert table.fits
    assert table.components_uL + table.buffer_uL + table.water_uL == pytest.approx(100.0)


def test_the_printed_table_gives_them_too() -> None:
    final = {
        cells[0]: float(cells[4]) * float(cells[3]) * 1000 / 100.0 for cells in _table(_protocol(), "## 4. Mixing") if cells[3]
    }
    expected = {component.name: component.concentration for component in SYSTEM.components if component.concentration}
    assert final == pytest.approx(expected, rel=1e-9)


def test_printed_volumes_add_up_to_the_reaction() -> None:
    assert sum(float(cells[4]) for cells in _table(_protocol(), "## 4. Mixing")) == pytest.approx(100.0, abs=1e-4)


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
    assert "Too little to pipette" in _protocol(concentrations={"signal_x": 1e-3})


def test_stronger_stocks_are_used_where_the_usual_ones_do_not_fit() -> None:
    assert mixing_rows(SYSTEM, 100.0).stocks == USUAL_STOCKS[0]
    assert mixing_rows(linear_circuit(), 100.0).stocks == USUAL_STOCKS[1]


def test_a_mixture_that_cannot_fit_says_so_and_by_how_much() -> None:
    table = mixing_rows(SYSTEM, 100.0, {"join_1": 20_000.0})
    assert not table.fits
    assert table.water_uL < 0
    stronger = Stocks(
        table.stocks.strands * 1.3 * table.concentration_factor, table.stocks.complexes * 1.3 * table.concentration_factor
    )
    assert mixing_rows(SYSTEM, 100.0, {"join_1": 20_000.0}, [stronger]).fits
    text = _protocol(concentrations={"join_1": 20_000.0})
    assert "This does not fit" in text
    assert "| water |" not in text


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


def test_the_strand_table_lists_every_oligo_with_its_domains_apart() -> None:
    rows = {cells[0]: cells for cells in _table(_protocol(), "## 1. Strands")}
    assert set(rows) == {oligo.name for oligo in ORDERED}
    assert rows["signal_x"][1] == "T C ACA CCATACAATCCTTTC"
    assert rows["signal_x"][2] == "20"


def test_strands_that_one_synthesis_does_not_yield_are_named() -> None:
    assert "Order more of these" not in _protocol()
    hungry = _protocol(concentrations={"signal_x": 200_000.0})
    assert re.search(r"Order more of these.*signal_x", hungry)


def test_the_schedule_is_in_order_with_volumes() -> None:
    schedule = [
        ScheduleRow(4900.0, "close the forward phase", "scavenger_c", 195.0),
        ScheduleRow(0.0, "open the forward phase", "clock_c", 150.0),
        ScheduleRow(5000.0, "read"),
    ]
    rows = _table(_protocol(schedule=schedule), "## 5. Schedule")
    assert [row[0] for row in rows] == ["0:00:00", "1:21:40", "1:23:20"]
    assert float(rows[0][4]) * float(rows[0][5]) * 1000 / 100.0 == pytest.approx(150.0)
    assert rows[2][2:] == ["", "", "", ""]


def test_a_schedule_with_an_unknown_component_is_refused() -> None:
    with pytest.raises(InputError, match="a component of the circuit is named"):
        _protocol(schedule=[ScheduleRow(0.0, "add", "nothing", 1.0)])


def test_the_same_input_gives_the_same_text_whatever_the_search_took() -> None:
    slower = replace(GOOD, seconds=99.0)
    assert protocol_markdown(SYSTEM, ORDERED, slower, RULES, 100.0) == _protocol()


def test_plate_maps_show_every_strand() -> None:
    vendor = next(vendor for vendor in VENDORS if vendor.name == "idt-plate")
    text = _protocol(wells=vendor.wells(ORDERED))
    maps = text[text.index("### Plate 1") : text.index("## 2.")]
    assert all(f"| {oligo.name} |" in maps for oligo in ORDERED)
