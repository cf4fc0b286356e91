"""The protocol's volumes really make the concentrations of the design."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace

import pytest

from dsd_ncrn.crn.events import Add, Purpose, TopUp, Wait
from dsd_ncrn.design.spec import Order, SequenceRules
from dsd_ncrn.dsd.experiment import Experiment, ScheduleRow
from dsd_ncrn.dsd.system import ClockStrands, DsdSystem
from dsd_ncrn.errors import CheckFailed, InputError
from sequences.assignment import SequenceAssignment
from sequences.bench.dilutions import diluted
from sequences.bench.document import Document
from sequences.bench.experiment import _kind
from sequences.bench.mixing import USUAL_STOCKS, Stocks
from sequences.bench.protocol import bench_of, protocol_of
from sequences.bench.schedule import additions, top_ups
from sequences.bench.tubes import conditions_of, mixes_of
from sequences.oligos import oligos_of
from sequences.order import vendor_named
from sequences.robot.plan import plan_of
from sequences.robot.steps import LEAST_UL
from sequences_circuits import SMALL_WORDS, read_out, small_circuit, words_for

SYSTEM = small_circuit()
GOOD = SequenceAssignment(SMALL_WORDS, seed=0, temperature=25.0)
ORDERED, RULES = oligos_of(SYSTEM, GOOD), SequenceRules()
DIGITS = 0.01
"""Of three, over two roundings."""
STEPS = (
    ScheduleRow(4900.0, "close the forward phase", "scavenger_c", 195.0),
    ScheduleRow(0.0, "open the forward phase", "clock_c", 150.0),
    ScheduleRow(5000.0, "read"),
)
POINTS = ({"signal_x": 12.0, "signal_y": 3.0}, {"signal_x": 7.0})
LEFT = {"cogate_x": 190.0, "join_1": 250.0, "fuel_1": 200.0}
TRAINING = tuple(
    (
        TopUp({}),
        Add(POINTS[number % 2]),
        Add({"clock_c": 150.0}, Purpose.OPEN, "c"),
        Wait(4900.0, phase="c"),
        Add({"scavenger_c": 195.0}, Purpose.CLOSE, "c"),
        Wait(100.0, phase="c"),
    )
    for number in range(20)
)
EXPERIMENT = Experiment(STEPS, POINTS, LEFT, 20, 5000.0, training=TRAINING)


def _protocol(
    experiment: Experiment = EXPERIMENT,
    start: Mapping[str, float] | None = None,
    system: DsdSystem = SYSTEM,
    words: SequenceAssignment = GOOD,
    vendor: str = "idt-tube",
    **order: object,
) -> Document:
    oligos, chosen = oligos_of(system, words), Order.model_validate(order)
    bench = bench_of(system, oligos, chosen, experiment, start)
    oligos = tuple(replace(oligo, nmol=bench.nmol[oligo.name]) for oligo in oligos)
    plan = plan_of(system, experiment, bench.mixes.stocks, chosen.volume_uL, chosen.smallest_uL, 25.0)
    return protocol_of(system, oligos, words, RULES, chosen, vendor_named(vendor), experiment, bench, plan)


def _rows(document: Document, table: str) -> list[dict[str, str]]:
    content = document.files()[f"{table}.csv"]
    assert isinstance(content, bytes)
    return list(csv.DictReader(io.StringIO(content.decode())))


def _in_tube(document: Document, table: str, volume: float) -> dict[str, float]:
    """What a tube holds (nM), worked out from the printed stocks and volumes alone: to their three digits."""
    common, own = _rows(document, "mix_common"), _rows(document, table)
    all_common = sum(float(row["volume µL"]) for row in common)
    share = sum(float(row["volume µL"]) for row in own if row["component"] == "common mix")
    assert sum(float(row["volume µL"]) for row in own) == pytest.approx(volume, rel=DIGITS)
    found: dict[str, float] = {}
    for rows, part in ((common, share / all_common), (own, 1.0)):
        for row in (each for each in rows if each["stock µM"]):
            amount = float(row["volume µL"]) * part * float(row["stock µM"]) * 1000
            found[row["component"]] = found.get(row["component"], 0.0) + amount / volume
    return {name: nM for name, nM in found.items() if nM}


def test_every_tubes_printed_volumes_give_the_simulated_concentrations() -> None:
    """105 uL are made for a reaction of 100, with the first point in the experiment and not in its control."""
    start = {component.name: component.concentration for component in SYSTEM.components if component.concentration}
    loaded = start | {"signal_x": start["signal_x"] + 12.0, "signal_y": start["signal_y"] + 3.0}
    document = _protocol()
    assert _in_tube(document, "mix_learning", 105.0) == pytest.approx(loaded, rel=DIGITS)
    assert _in_tube(document, "mix_no_clock", 105.0) == pytest.approx(loaded, rel=DIGITS)
    assert _in_tube(document, "mix_no_input", 105.0) == pytest.approx(start, rel=DIGITS)
    assert _in_tube(document, "mix_blank", 105.0) == {}


def test_buffer_is_full_strength_in_every_tube() -> None:
    """The tenth part of everything but complexes, which are annealed in buffer, is tenfold buffer."""
    document = _protocol()
    rows = _rows(document, "mix_common")
    complexes = {each.name for each in SYSTEM.components if not each.complex.is_strand}
    tenfold = sum(float(row["volume µL"]) for row in rows if row["component"] == "10x TE/Mg")
    annealed = sum(float(row["volume µL"]) for row in rows if row["component"] in complexes)
    assert 10 * tenfold + annealed == pytest.approx(3 * 105.0, rel=DIGITS)
    (blank,) = (row for row in _rows(document, "mix_blank") if row["component"] == "10x TE/Mg")
    assert float(blank["volume µL"]) == pytest.approx(10.5)


def test_what_cannot_be_pipetted_or_does_not_fit_is_said() -> None:
    assert "Too little to pipette" in _protocol(Experiment(), {"signal_x": 1e-3}).markdown()
    assert "This does not fit" in _protocol(Experiment(), {"join_1": 20_000.0}).markdown()


def test_stocks_that_do_not_fit_would_if_they_were_as_concentrated_as_is_said() -> None:
    """5 % to spare, since small volumes are pipetted from dilutions and do not shrink."""
    conditions = conditions_of(SYSTEM, {}, {"fuel_1": 300_000.0})
    weak = mixes_of(SYSTEM, conditions, 105.0, [Stocks(100.0, 10.0)])
    factor = weak.common.concentration_factor
    assert not weak.fits and factor is not None and factor > 1
    assert mixes_of(SYSTEM, conditions, 105.0, [Stocks(105.0 * factor, 10.5 * factor)]).fits


def test_reporters_get_their_zero_and_their_full_trigger() -> None:
    system = read_out(2, 50.0)
    document = _protocol(Experiment(), system=system, words=words_for(system))
    assert _in_tube(document, "mix_reporter_A_alone", 105.0) == pytest.approx({"reporter_A": 50.0}, rel=DIGITS)
    full = _in_tube(document, "mix_reporter_B_triggered", 105.0)
    assert full == pytest.approx({"reporter_B": 50.0, system.signals["B"]: 100.0}, rel=DIGITS)
    learning = _in_tube(document, "mix_learning", 105.0)
    assert (learning["reporter_A"], learning["reporter_B"]) == pytest.approx((50.0, 50.0), rel=DIGITS)
    rows = _rows(document, "readout")
    assert [(row["reads"], row["dye"], row["read in"]) for row in rows] == [
        ("A", "6-FAM", "the reaction"),
        ("B", "Cy5", "the reaction"),
    ]


def test_additions_come_in_the_order_of_the_bench() -> None:
    """What consumes nothing by itself first, signals last."""
    roles = [row["role"] for row in _rows(_protocol(), "mix_common") if row["role"]]
    assert roles == sorted(roles, key=["buffer", "fuel", "gate"].index)
    assert {row["role"] for row in _rows(_protocol(), "mix_learning") if row["role"]} == {"signal"}


def test_no_volume_is_under_the_least_that_the_design_gives() -> None:
    for smallest in (0.5, 2.0):
        document = _protocol(smallest_uL=smallest)
        mixed = ("mix_common", "mix_learning", "mix_no_input")
        volumes = [float(row["volume µL"]) for name in mixed for row in _rows(document, name) if row["stock µM"]]
        assert smallest <= min(volumes) < 3 * smallest
        least = max(LEAST_UL, smallest)
        added = [float(row["µL"]) for name in ("iteration_1", "iteration_2") for row in _rows(document, name) if row["µL"]]
        made = [float(row["µL of it"]) for row in _rows(document, "dilutions")]
        premixed = [float(row["µL"]) for row in _rows(document, "refill")]
        assert min(*added, *made, *premixed) >= least


def test_the_strand_table_lists_every_oligo_with_its_domains_apart() -> None:
    rows = {row["name"]: row for row in _rows(_protocol(), "strands")}
    assert set(rows) == {oligo.name for oligo in ORDERED}
    assert (rows["signal_x"]["5' to 3'"], rows["signal_x"]["nt"]) == ("T C ACA CCATACAATCCTTTC", "20")
    assert (rows["join_1_bot"]["scale"], rows["join_1_bot"]["purification"]) == ("250nm", "PAGE")


def test_strands_that_one_synthesis_does_not_yield_are_named() -> None:
    assert "Order more of these" not in _protocol().markdown()
    hungry = _protocol(Experiment(), {"signal_x": 5e6}).markdown()
    assert "Order more of these" in hungry
    assert "need: signal_x." in hungry


def test_a_strand_of_several_complexes_is_needed_in_their_sum() -> None:
    """By hand for the cogate of X: three tubes of 105 uL with 200 nM, what top-up adds, and 1.2 times each join of X."""
    chosen = Order()
    bench = bench_of(SYSTEM, ORDERED, chosen, EXPERIMENT)
    floating = 3 * 105.0 * 200.0 / 1e6
    topped = sum(each.volume_uL * each.stock_uM / 1000 for each in bench.topped_up if each.component == "cogate_x")
    annealed = 1.2 * sum(each.stock_uM * each.batch_uL / 1000 for each in bench.recipes if each.component == "join_1")
    assert topped > 0
    assert bench.nmol["cogate_x"] == pytest.approx(floating + topped + annealed)


def test_every_step_has_its_start_and_each_addition_its_concentration() -> None:
    """Waits count from one another: 4,900 and 100 s; what is added is printed with the volume that it makes."""
    document = _protocol()
    rows = _rows(document, "iteration_1")
    assert [row["do"] for row in rows if "wait" in row["do"]] == ["wait until 1:21:40 (c)", "wait until 1:23:20 (c)"]
    starts = [row["start h:min:s"] for row in rows]
    assert starts == sorted(starts) and starts[0] == "0:00:00"
    tubes = {row["tube"]: float(row["µM"]) for row in _rows(document, "robot_tubes") if row["µM"]}
    after = {row["tube"].partition(" 1:")[0]: row for row in rows if row["tube"]}
    for name, nM in (("signal_x", 12.0), ("clock_c", 150.0), ("scavenger_c", 195.0)):
        row = after[name]
        assert float(row["µL"]) * tubes[row["tube"]] * 1000 / float(row["reaction µL"]) == pytest.approx(nM, rel=DIGITS)
    assert "20 iterations at 25 °C, 1:23:20 for the first" in document.markdown()


def test_every_dilution_has_a_line_that_makes_its_strength() -> None:
    """Taken over made times the strength of what it is made of, with a middle tube beyond 50-fold."""
    (only,) = diluted("a 1:20", "a", 100.0, 20, 7.0, 1.0)
    assert (only.taken_uL, only.made_uL, only.uM) == pytest.approx((1.0, 20.0, 5.0))
    middle, last = diluted("a 1:1000", "a", 100.0, 1000, 30.0, 1.0)
    assert (middle.tube, last.source) == ("a 1:50", "a 1:50")
    assert (middle.taken_uL, middle.made_uL, last.taken_uL, last.uM) == pytest.approx((1.0, 50.0, 1.5, 0.1))
    document = _protocol()
    known = {row["tube"]: float(row["µM"]) for row in _rows(document, "dilutions")}
    for row in _rows(document, "dilutions"):
        source = known.get(row["made of"], 100.0 if not row["made of"].startswith(("join", "fork")) else 10.0)
        assert float(row["µL of it"]) / float(row["makes µL"]) * source == pytest.approx(float(row["µM"]), rel=DIGITS)
    taken = {row["tube"] for name in ("iteration_1", "iteration_2", "refill") for row in _rows(document, name)}
    assert {name for name in taken if " 1:" in name} <= set(known)


def test_top_ups_make_good_what_was_used_and_what_was_diluted() -> None:
    """What is left, plus what is added, in the volume that results."""
    bench = bench_of(SYSTEM, ORDERED, Order(), EXPERIMENT)
    after = bench.added[-1].after_uL + sum(each.volume_uL for each in bench.topped_up)
    assert {each.component for each in bench.topped_up} == set(LEFT)
    for each in bench.topped_up:
        amount = LEFT[each.component] * 100.0 + each.volume_uL * each.stock_uM * 1000
        assert amount / after == pytest.approx(SYSTEM.by_name[each.component].concentration)
    assert bench.growth == pytest.approx(after / 100.0 - 1.0, rel=1e-9)
    assert bench_of(SYSTEM, ORDERED, Order(), Experiment()).growth == 0.0


def test_nothing_is_taken_out_by_a_top_up() -> None:
    """There is more of the cogate than there should be: nothing can be done, and the others are still made whole."""
    added = top_ups(SYSTEM, {"cogate_x": 500.0, "fuel_1": 100.0}, 100.0, 110.0, USUAL_STOCKS[0])
    assert [each.component for each in added] == ["fuel_1"]
    after = 110.0 + added[0].volume_uL
    assert (100.0 * 100.0 + added[0].volume_uL * 100_000.0) / after == pytest.approx(200.0)
    assert top_ups(SYSTEM, {"fuel_1": 0.0}, 100.0, 100.0, Stocks(0.1, 0.1)) == ()


def test_a_schedule_with_an_unknown_component_or_too_weak_a_stock_is_refused() -> None:
    with pytest.raises(InputError, match="a component of the circuit is named"):
        _protocol(Experiment((ScheduleRow(0.0, "add", "nothing", 1.0),)))
    with pytest.raises(CheckFailed, match="fuel_1: 2000 nM cannot be made of a stock of 1000 nM"):
        additions(SYSTEM, [ScheduleRow(0.0, "add", "fuel_1", 2000.0)], 100.0, Stocks(1.0, 1.0))


def test_the_same_input_gives_the_same_text_whatever_the_search_took() -> None:
    slower = _protocol(words=replace(GOOD, seconds=99.0))
    assert (slower.markdown(), slower.html(), slower.files()) == (
        _protocol().markdown(),
        _protocol().html(),
        _protocol().files(),
    )


def test_plate_maps_show_every_strand_as_table_and_picture() -> None:
    document = _protocol(vendor="idt-plate")
    files = document.files()
    pictures = "".join(str(text) for name, text in files.items() if name.startswith("plate_") and name.endswith(".svg"))
    tables = "".join(str(text) for name, text in files.items() if name.startswith("plate_") and name.endswith(".csv"))
    assert all(f" {oligo.name}</title>" in pictures and oligo.name in tables for oligo in ORDERED)
    assert "### Plate 1" in document.markdown()
    assert pictures.count("<circle") == 96 * pictures.count("<svg")


SECTIONS = (
    "What",
    "Strands",
    "Resuspension",
    "Annealing",
    "Checks",
    "Dilutions",
    "Refill",
    "First mix",
    "Training",
    "Bases",
    "Tubes",
)


def test_every_table_of_the_text_is_in_the_page_and_in_a_file() -> None:
    document = _protocol()
    text, page = document.markdown(), document.html()
    for number, word in enumerate(SECTIONS, start=1):
        assert f"## {number}. {word}" in text
        assert f"<h2>{number}. {word}" in page
    assert page.count("<table>") == sum(name.endswith(".csv") for name in document.files())
    assert "<svg" in page and "**" not in page


def test_the_page_is_well_formed_and_escapes_what_is_in_cells() -> None:
    from xml.etree import ElementTree

    from sequences.bench.document import DocumentSection, Picture, Table

    parts = ("a < b **and** c", Table("t", ("x & y",), (("<1>",), ("2",)), shown=1), Picture("p", "<svg></svg>"))
    page = Document("T", (DocumentSection("S", parts),)).html()
    body = ElementTree.fromstring(page[page.index("<body>") : page.index("</html>")])
    assert [cell.text for cell in body.iter("td")] == ["<1>"]
    assert [each.text for each in body.iter("b")] == ["and"]
    assert "1 more rows are in t.csv." in page


def test_costs_are_bases_times_prices() -> None:
    plain = _rows(_protocol(), "cost")
    bases = {row["scale and purification"]: int(row["bases"]) for row in plain}
    assert bases["all"] == sum(oligo.length for oligo in ORDERED)
    assert plain[-1]["cost"] == ""
    prices = {name: 0.5 for name in bases if name != "all"}
    assert float(_rows(_protocol(prices=prices), "cost")[-1]["cost"]) == pytest.approx(0.5 * bases["all"])


def test_costs_are_put_together_from_scales_purification_and_labels_with_their_date() -> None:
    """By hand: bases times the price of the scale, each PAGE or HPLC and each label once; what has no price is named."""
    system = read_out(1, 0.0)
    prices = {"25nm": 0.2, "100nm": 0.5, "250nm": 1.0, "PAGE": 60.0, "HPLC": 50.0, "6-FAM": 30.0, "Iowa Black FQ": 40.0}
    document = _protocol(Experiment(), system=system, words=words_for(system), prices=prices, prices_date="2026-11-30")
    wanted = 0.0
    for row in _rows(document, "strands"):
        wanted += int(row["nt"]) * prices[row["scale"]] + prices.get(row["purification"], 0.0)
        wanted += sum(prices[label[3:]] for label in row["modification"].split(", ") if label)
    assert float(_rows(document, "cost")[-1]["cost"]) == pytest.approx(wanted, abs=0.01)
    assert "Prices of 2026-11-30" in document.markdown()
    del prices["6-FAM"]
    document = _protocol(Experiment(), system=system, words=words_for(system), prices=prices)
    assert _rows(document, "cost")[-1]["cost"] == "" and "lacks: 6-FAM." in document.markdown()


def test_beads_are_said_by_biotin() -> None:
    clocked = replace(SYSTEM, clocks={"C1": ClockStrands("clock_c", ("scavenger_c",), 150.0)})
    rows = {row["name"]: row for row in _rows(_protocol(system=clocked), "strands")}
    assert rows["scavenger_c_bot"]["modification"] == "5' biotin"


def test_the_buffer_is_the_one_that_the_energies_are_for() -> None:
    """Ten times 12.5 mM of magnesium and 50 mM of sodium, which the rules' energies are computed in."""
    assert (RULES.magnesium, RULES.sodium) == (12.5e6, 50e6)
    assert "125 mM MgCl2 and 500 mM NaCl" in _protocol().markdown()


def test_a_network_is_measured_by_no_aliquots() -> None:
    """Nothing is calibrated where a plain network runs once."""
    assert (Experiment().aliquots, Experiment().calibration, Experiment().iterations) == (0, (), 1)


def test_a_picture_tells_experiments_from_controls() -> None:
    kinds = {name: _kind(SimpleNamespace(condition=SimpleNamespace(name=name))) for name in ("learning", "reaction", "blank")}  # type: ignore[arg-type]
    assert kinds == {"learning": "experiment", "reaction": "experiment", "blank": "control"}
