"""Order files: every vendor's format, limits and repeatability."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dsd_ncrn.dsd.structure import Domain
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.errors import InputError
from sequences.assignment import SequenceAssignment
from sequences.oligos import Oligo, oligos_of
from sequences.order import vendor_named, write_order
from sequences.vendors import VENDORS
from sequences.vendors.base import Vendor
from sequences_circuits import SMALL_WORDS, small_circuit

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


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_every_vendor_writes_every_oligo(vendor: Vendor, tmp_path: Path) -> None:
    summary = write_order(ORDERED, vendor.name, tmp_path / "order")
    assert sorted(path.name for path in (tmp_path / "order").iterdir()) == sorted(summary.files)
    assert summary.vendor == vendor.name
    assert summary.oligos == len(ORDERED)
    assert summary.bases == sum(oligo.length for oligo in ORDERED)
    assert summary.longest_nt == 100
    assert "vendor's page" in summary.advice
    text = "".join(str(content) for content in (_cells(tmp_path / "order" / name) for name in summary.files))
    assert all(oligo.sequence in text and oligo.name in text for oligo in ORDERED)


def _cells(path: Path) -> list[list[object]]:
    if path.suffix == ".csv":
        return [list(row) for row in _rows(path.read_bytes())]
    from openpyxl import load_workbook

    return [[cell.value for cell in row] for sheet in load_workbook(path).worksheets for row in sheet.iter_rows()]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_the_same_oligos_give_the_same_bytes(vendor: Vendor) -> None:
    first = dict(vendor.files(ORDERED))
    time.sleep(2.1)  # archives store times in steps of two seconds
    assert dict(vendor.files(ORDERED)) == first


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
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
