"""Order files: every vendor's format, limits and repeatability."""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from dsd_ncrn.design.tables import workbook_rows
from dsd_ncrn.dsd.structure import Bound, Domain, Open, Strand, free, gate
from dsd_ncrn.dsd.system import Component, Reporter, Role
from dsd_ncrn.errors import CheckFailed, InputError
from sequences.assignment import SequenceAssignment
from sequences.families import VENDORS
from sequences.laboratory import LabOrder, _covered
from sequences.layout import reverse_complement
from sequences.modifications import APART_NM, BIOTIN, channels_of
from sequences.oligos import Oligo, oligos_of
from sequences.order import OrderSummary, bases_by_product, vendor_named, write_order
from sequences.vendors.base import Vendor, check_oligos
from sequences.vendors.others import Generic
from sequences.vendors.plates import Plates, plate_svg
from sequences_circuits import SMALL_WORDS, drain, read_out, small_circuit, words_for

READ_OUT = oligos_of(read_out(2, 0.0), words_for(read_out(2, 0.0)))
ORDERED = oligos_of(small_circuit(), SequenceAssignment(SMALL_WORDS))


def _oligo(name: str, length: int) -> Oligo:
    letters = format(abs(hash_free(name)) % 3**20, "b").zfill(64)
    word = "".join("AC"[int(digit)] for digit in (letters * 10)[:length])
    return Oligo(name, (Domain(name, length),), word, Role.FUEL, length, (name,))


def hash_free(name: str) -> int:
    """A number for a name that does not depend on the process."""
    return int.from_bytes(name.encode(), "big")


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=lambda vendor: vendor.name)
def test_every_vendor_writes_every_oligo(vendor: Vendor, tmp_path: Path) -> None:
    summary = write_order(ORDERED, vendor.name, tmp_path / "order")
    assert sorted(path.name for path in (tmp_path / "order").iterdir()) == sorted(summary.files)
    assert summary.vendor == vendor.name
    assert summary.oligos == len(ORDERED)
    assert summary.bases == sum(oligo.length for oligo in ORDERED)
    assert summary.longest_nt == 100
    assert summary.advice == vendor.advice != ""
    text = "".join(str(content) for content in (_cells(tmp_path / "order" / name) for name in summary.files))
    assert all(oligo.sequence in text and oligo.name in text for oligo in ORDERED)


def _cells(path: Path) -> list[list[object]]:
    if path.suffix != ".xlsx":
        return [list(row) for row in _rows(path.read_bytes())]
    from openpyxl import load_workbook

    return [[cell.value for cell in row] for sheet in load_workbook(path).worksheets for row in sheet.iter_rows()]


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=lambda vendor: vendor.name)
def test_the_same_oligos_give_the_same_bytes(vendor: Vendor) -> None:
    first = dict(vendor.files(ORDERED))
    time.sleep(2.1)  # archives store times in steps of two seconds
    assert dict(vendor.files(ORDERED)) == first


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=lambda vendor: vendor.name)
def test_too_long_a_strand_is_refused_by_name_and_nothing_is_written(vendor: Vendor, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="strand giant is outside") as caught:
        write_order([*ORDERED, _oligo("giant", 301)], vendor.name, tmp_path / "order")
    assert caught.value.value == 301
    assert not (tmp_path / "order").exists()


@pytest.mark.parametrize(
    ("length", "scale", "purification"),
    [(15, "25nm", "STD"), (60, "25nm", "STD"), (10, "100nm", "STD"), (61, "100nm", "PAGE"), (90, "100nm", "PAGE"),
     (5, "250nm", "STD"), (91, "250nm", "PAGE"), (100, "250nm", "PAGE"), (101, "4nmU", "PAGE"), (200, "4nmU", "PAGE")],
)  # fmt: skip
def test_tubes_get_the_smallest_scale_that_fits(length: int, scale: str, purification: str) -> None:
    """IDT: 25nm 15-60, 100nm 10-90, 250nm 5-100, Ultramer 45-200 nt."""
    rows = _rows(vendor_named("idt-tube").files([_oligo("one", length)])["idt_tubes.csv"])
    assert rows[0] == ["Name", "Sequence", "Scale", "Purification"]
    assert rows[1][2:] == [scale, purification]


@pytest.mark.parametrize("length", [4, 201])
def test_lengths_no_scale_makes_are_refused(length: int) -> None:
    with pytest.raises(InputError, match=r"IDT \(tubes\) makes 25nm 15-60 nt.*strand one is outside"):
        vendor_named("idt-tube").files([_oligo("one", length)])


def test_plates_are_filled_down_the_columns_and_sheets_named_legally() -> None:
    """100 strands of 20 nt: two plates, the second evened out to 24 wells, the minimum without surcharge."""
    from openpyxl import load_workbook

    ordered = [_oligo(f"s{number}", 20) for number in range(100)]
    files = vendor_named("idt-plate").files(ordered)
    sheets = load_workbook(io.BytesIO(files["idt_plates.xlsx"])).worksheets
    assert [sheet.max_row - 1 for sheet in sheets] == [76, 24]
    assert all(len(sheet.title) <= 31 and not set(sheet.title) & set(":\\/?*[]") for sheet in sheets)
    first = [[cell.value for cell in row] for row in sheets[0].iter_rows(max_row=11)]
    assert first[0] == ["Well Position", "Name", "Sequence"]
    assert [row[0] for row in first[1:]] == ["A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1", "A2", "B2"]
    assert first[1][1:] == [ordered[0].name, ordered[0].sequence]


def test_a_plate_holds_one_scale() -> None:
    vendor = vendor_named("idt-plate")
    scales: dict[int, set[str]] = {}
    by_name = {oligo.name: oligo for oligo in ORDERED}
    for well in vendor.wells(ORDERED):
        scales.setdefault(well.plate, set()).add(vendor.scale(by_name[well.oligo]).name)
    assert all(len(each) == 1 for each in scales.values())
    assert set.union(*scales.values()) == {"25nm", "4nmU"}


def test_a_full_plate_ends_in_h12() -> None:
    wells = vendor_named("idt-plate").wells([_oligo(f"s{number}", 20) for number in range(96)])
    assert wells[-1].label == "H12"
    assert {well.plate for well in wells} == {1}


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=lambda vendor: vendor.name)
def test_every_vendors_files_give_the_same_strands_back(vendor: Vendor) -> None:
    ordered = (*READ_OUT, *ORDERED[:3])
    assert sorted(vendor.read(vendor.files(ordered))) == sorted((each.name, each.spelled) for each in ordered)


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=lambda vendor: vendor.name)
def test_published_strands_come_back(vendor: Vendor) -> None:
    """Substrate and incumbent of Zhang and Winfree (J. Am. Chem. Soc. 131:17303, 2009), as a pair with dye and quencher."""
    alpha, beta, gamma = "CCACATACATCATATT", "CCCTCATTCAATACCCTACG", "TCTCCATGTCACTTC"
    top, bottom = (Domain("a", 16), Domain("b", 20)), (Domain("g", 15, True), Domain("b", 20, True))
    words = SequenceAssignment({"a": alpha, "b": beta, "g": gamma})
    assert words.spell(bottom) == reverse_complement(beta + gamma) == "GAAGTGACATGGAGACGTAGGGTATTGAATGAGGG"
    pair = gate(Bound((Domain("b", 20),)), Open((Domain("g", 15),)))
    parts = Component("s", pair, Role.REPORTER, 1.0), Component("i", free(*top), Role.FUEL, 1.0)
    system = replace(small_circuit(), components=parts)
    system = replace(system, reporters=(Reporter("x", "s", bottom, "3'", (Domain("b", 20),), "5'"),))
    lines = dict(vendor.read(vendor.files(oligos_of(system, words))))
    assert lines == {
        "s_bot": "GAAGTGACATGGAGACGTAGGGTATTGAATGAGGG/36-FAM/",
        "s_top": f"/5IABkFQ/{beta}",
        "i": alpha + beta,
    }


def test_files_that_lost_a_strand_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Generic.files
    monkeypatch.setattr(Generic, "files", lambda self, oligos: whole(self, oligos[1:]))
    with pytest.raises(CheckFailed, match=f"do not hold the strands to be ordered: {ORDERED[0].name}"):
        write_order(ORDERED, "generic", tmp_path / "order")
    assert not (tmp_path / "order").exists()


def test_the_tube_workbook_holds_what_the_text_holds() -> None:
    files = vendor_named("idt-tube").files(ORDERED)
    assert workbook_rows(files["idt_tubes.xlsx"])["tubes"] == _rows(files["idt_tubes.csv"])


def test_reporters_are_ordered_with_dye_and_quencher_where_the_strands_face_each_other() -> None:
    """The labels stand at the end without toehold: of ``{t*}[x]`` the bottom's 5' and the top's 3' end, which pair."""
    by_name = {oligo.name: oligo for oligo in READ_OUT}
    bottom, top = by_name["reporter_A_bot"], by_name["reporter_A_top"]
    assert bottom.spelled == "/56-FAM/" + bottom.sequence
    assert top.spelled == top.sequence + "/3IABkFQ/"
    assert reverse_complement(top.sequence) == bottom.sequence[: top.length]
    rows = {row[0]: row for row in _rows(vendor_named("idt-tube").files(READ_OUT)["idt_tubes.csv"])}
    assert rows["reporter_A_bot"] == ["reporter_A_bot", bottom.spelled, "100nm", "HPLC"]


def test_a_strand_with_a_label_is_another_one_than_without() -> None:
    """The top <x> of a reporter also covers a drain of X, without quencher."""
    system = replace(small_circuit(), reporters=(Reporter("x", "drain_x", *_drain_labels()),))
    ordered = oligos_of(system, SequenceAssignment(SMALL_WORDS))
    assert len(ordered) == len(ORDERED)
    check_oligos(ordered)
    twice = replace(system, components=(*system.components, _second_drain()))
    both = [oligo for oligo in oligos_of(twice, SequenceAssignment(SMALL_WORDS)) if oligo.strand == (Domain("x", 15),)]
    assert [(oligo.modification, oligo.used_in) for oligo in both] == [("3' Iowa Black FQ", ("drain_x",)), ("", ("other",))]
    check_oligos(both)


def _drain_labels() -> tuple[Strand, str, Strand, str]:
    bottom = next(strand for strand in drain("c", "x").strands if strand[0].starred)
    return bottom, "5'", (Domain("x", 15),), "3'"


def _second_drain() -> Component:
    return Component("other", gate(Open((Domain("t1", 1),)), Bound((Domain("x", 15),))), Role.GATE, 1.0)


@pytest.mark.parametrize("number", range(1, 10))
def test_reporters_that_are_read_together_do_not_overlap(number: int) -> None:
    system = read_out(number, 0.0)
    channels = channels_of(system)
    assert [channel.component for channel in channels] == [each.component for each in system.reporters]
    for one, two in combinations(channels, 2):
        if one.tube == two.tube:
            assert abs(one.dye.emission - two.dye.emission) >= APART_NM


def test_more_reporters_than_channels_in_the_reaction_are_refused_by_name() -> None:
    assert len(channels_of(read_out(4, 100.0))) == 4
    with pytest.raises(InputError, match="a tube has 4 channels that do not overlap: there is none for reporter_E"):
        oligos_of(read_out(5, 100.0), words_for(read_out(5, 100.0)))


def test_labels_go_neither_to_the_smallest_scale_nor_into_a_pool() -> None:
    labelled = replace(_oligo("one", 20), ends=(BIOTIN,))
    assert vendor_named("idt-plate").scale(labelled).name == "100nm"
    files = vendor_named("twist").files([labelled, _oligo("two", 20)])
    assert [row[0] for row in _rows(files["twist_pool.csv"])[1:]] == ["two"]
    assert _rows(files["order_elsewhere.csv"])[1] == ["one", f"/5Biosg/{labelled.sequence}", "5' biotin"]
    with pytest.raises(InputError, match="with 5' biotin: strand one is outside"):
        vendor_named("idt-tube").files([replace(_oligo("one", 150), ends=(BIOTIN,))])


def test_a_bottom_is_purified_and_what_is_needed_decides_the_scale() -> None:
    """PAGE starts at 100 nmol. A 40-mer of 25 nmol yields 5 nmol (Invitrogen's table), so that 6 need 100 nmol."""
    tubes, top = vendor_named("idt-tube"), _oligo("one", 40)
    bottom = replace(top, strand=(Domain("one", 40, True),))
    assert (tubes.scale(bottom).name, tubes.purification(bottom)) == ("100nm", "PAGE")
    assert [tubes.scale(replace(top, nmol=nmol)).name for nmol in (5.0, 6.0, 21.0, 1e6)] == ["25nm", "100nm", "250nm", "1um"]
    assert bases_by_product([top, bottom], tubes) == {"25nm STD": 40, "100nm PAGE": 40}


def test_large_plates_and_rows() -> None:
    """384 wells are 16 rows and 24 columns; the fewest without surcharge are 96."""
    ordered = [_oligo(f"s{number}", 20) for number in range(400)]
    by_row = vendor_named("idt-plate", Plates(384, "row")).wells(ordered)
    assert [well.label for well in by_row[:25]] == [f"A{column}" for column in range(1, 25)] + ["B1"]
    assert Counter(well.plate for well in by_row) == {1: 304, 2: 96}
    by_column = vendor_named("idt-plate", Plates(384)).wells(ordered[:384])
    assert (by_column[15].label, by_column[16].label, by_column[-1].label) == ("P1", "A2", "P24")
    with pytest.raises(InputError, match="96 or 384 wells"):
        Plates(48)
    with pytest.raises(InputError, match="by column or by row"):
        Plates(96, "diagonal")


def test_a_plate_under_the_fewest_wells_is_noted() -> None:
    ordered = [_oligo(f"s{number}", 20) for number in range(24)]
    notes = vendor_named("idt-plate").notes(ordered[:23])
    assert notes == ("plate1_25nm has 23 wells, under the 24 without a surcharge: tubes may be cheaper",)
    assert vendor_named("idt-plate").notes(ordered) == ()


def test_an_unknown_vendor_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean 'idt-plate'"):
        vendor_named("idt-plates")


def test_an_order_without_strands_or_with_clashing_ones_is_refused(tmp_path: Path) -> None:
    one, two = _oligo("one", 20), _oligo("two", 21)
    with pytest.raises(InputError, match="at least one strand"):
        write_order([], "generic", tmp_path)
    with pytest.raises(InputError, match="two sequences cannot have one name"):
        write_order([one, replace(two, name="One")], "generic", tmp_path)
    with pytest.raises(InputError, match="strands one and two have one sequence"):
        write_order([one, replace(one, name="two")], "generic", tmp_path)
    with pytest.raises(InputError, match="a strand's name is letters"):
        write_order([replace(one, name="one,two")], "generic", tmp_path)


def test_a_pool_is_offered_with_a_warning() -> None:
    assert "one tube of all strands" in vendor_named("twist").advice


@pytest.mark.parametrize(
    ("vendor", "shortest", "longest"), [("generic", 2, 200), ("twist", 1, 300), ("idt-tube", 5, 200), ("idt-plate", 10, 200)]
)
def test_the_shortest_and_the_longest_strands_are_made_and_none_beyond(vendor: str, shortest: int, longest: int) -> None:
    """The limits on the vendors' pages: IDT's tubes from 5 nt, its plates from 10 nt, Ultramers up to 200 nt."""
    made = vendor_named(vendor)
    for length in (shortest, longest):
        assert made.scale(_oligo("one", length))
    for length in (shortest - 1, longest + 1):
        with pytest.raises(InputError, match="strand one is outside"):
            made.scale(_oligo("one", length))


def test_purified_strands_are_of_full_length_and_a_part_of_those() -> None:
    """250 nmol of a 100-mer: 20 desalted, of which 0.993^99 = 0.499 are whole, and a gel gives back three tenths: 2.99."""
    scale = VENDORS["idt-tube"].ranges[2]
    assert scale.expected_nmol(100) == pytest.approx(20.0)
    assert scale.expected_nmol(100, "PAGE") == pytest.approx(2.99, abs=0.01)
    assert scale.expected_nmol(20, "HPLC") == pytest.approx(100.0 * 0.993**19 * 0.5)


def test_plates_tell_which_strands_they_do_not_purify() -> None:
    """Bottoms of gates, as tubes have them by PAGE."""
    told = [note for note in vendor_named("idt-plate").notes(ORDERED) if "PAGE" in note]
    wanted = [each.name for each in ORDERED if each.is_bottom]
    assert len(told) == 1 and all(name in told[0] for name in wanted) and wanted


def test_what_is_saved_is_every_file_with_its_bytes(tmp_path: Path) -> None:
    """Folders are made, nothing is left out and nothing is changed."""
    files = {"order/tubes.csv": b"Name\r\n", "protocol.md": "1 µL\n".encode()}
    summary = OrderSummary("idt-tube", (), 0, 0, 0, 0, 0, {}, (), "")
    saved = LabOrder((), summary, files).save(tmp_path / "new")
    assert [path.relative_to(tmp_path / "new").as_posix() for path in saved] == list(files)
    assert [path.read_bytes() for path in saved] == list(files.values())


def test_the_picture_of_a_plate_has_its_wells_side_by_side_within_its_frame() -> None:
    """Circles of neighbouring wells touch at most, and the key is below the last row."""
    picture = plate_svg("plate", Plates(96), {"A1": ("one", "fuel"), "H12": ("two", "gate")})
    frame = re.search(r'viewBox="0 0 (\d+) (\d+)"', picture)
    assert frame is not None
    width, height = map(int, frame.groups())
    circles = [tuple(map(int, found)) for found in re.findall(r'cx="(-?\d+)" cy="(-?\d+)" r="(\d+)"', picture)]
    assert len(circles) == 96
    assert all(radius <= x <= width - radius and radius <= y <= height - radius for x, y, radius in circles)
    for places in ({x for x, _, _ in circles}, {y for _, y, _ in circles}):
        assert min(b - a for a, b in pairwise(sorted(places))) >= 2 * circles[0][2]
    key = max(int(y) for y in re.findall(r'y="(\d+)"', picture))
    assert max(y + radius for _, y, radius in circles) < key <= height


def test_an_oligo_lasts_until_what_is_delivered_is_used_up() -> None:
    """6 nmol come, 2 go before the first iteration, and each of 4 takes 2 of the 8 left to take: two iterations."""
    some = replace(_oligo("some", 40), nmol=10.0)

    def lasts(expected: float | None, nmol: float = 10.0) -> int:
        return _covered(replace(some, nmol=nmol), 2.0, cast(Vendor, SimpleNamespace(expected_nmol=lambda _: expected)), 4)

    assert (lasts(6.0), lasts(1.0), lasts(10.0), lasts(None), lasts(1.0, nmol=2.0)) == (2, 0, 4, 4, 0)


def test_sequences_that_were_not_searched_for_took_no_iterations() -> None:
    given = SequenceAssignment(SMALL_WORDS)
    assert (given.iterations, given.candidates, given.time_limit_hit) == (0, (), False)
