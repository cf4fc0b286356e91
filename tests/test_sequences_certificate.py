"""The vendor's certificate: read in its forms, checked against the order, and turned into volumes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dsd_ncrn.design.spec import Order, SequenceRules
from dsd_ncrn.dsd.experiment import Experiment
from dsd_ncrn.errors import InputError
from sequences.assignment import SequenceAssignment
from sequences.bench.protocol import bench_of, protocol_of
from sequences.certificate import read_certificate
from sequences.oligos import oligos_of
from sequences.order import vendor_named
from sequences.robot.plan import plan_of
from sequences.vendors.base import workbook_bytes
from sequences_circuits import SMALL_WORDS, read_out, small_circuit, words_for

GOOD = SequenceAssignment(SMALL_WORDS)
ORDERED = oligos_of(small_circuit(), GOOD)
HEADER = ["Sequence Name", "Sequence", "Well Position", "nmoles", "Conc", "Volume", "Plate Name"]
ROWS = [HEADER, *([each.name, each.spelled, "", "12.5", "", "", "p1"] for each in ORDERED)]


def _csv(tmp_path: Path, rows: list[list[str]]) -> Path:
    path = tmp_path / "coa.csv"
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8-sig")
    return path


def _book(tmp_path: Path, rows: list[list[str]]) -> Path:
    path = tmp_path / "coa.xlsx"
    path.write_bytes(workbook_bytes({"coa": rows}))
    return path


@pytest.mark.parametrize("write", [_csv, _book])
def test_both_forms_are_read(tmp_path: Path, write: object) -> None:
    """12.5 nmol to 100 uM are 125 uL: 10 uL for each nmol."""
    found = read_certificate(write(tmp_path, ROWS), ORDERED)  # type: ignore[operator]
    assert [each.oligo.name for each in found] == [oligo.name for oligo in ORDERED]
    assert {each.volume_uL(100.0) for each in found} == {125.0}
    assert {each.plate for each in found} == {"p1"}


def test_sequences_may_have_spaces_and_labels(tmp_path: Path) -> None:
    labelled = next(each for each in oligos_of(read_out(1, 0.0), words_for(read_out(1, 0.0))) if each.ends)
    word = labelled.spelled.replace("A", "a ")
    (found,) = read_certificate(_csv(tmp_path, [HEADER, [labelled.name, word, "A1", "7", "", "", ""]]), [labelled])
    assert (found.nmol, found.well) == (7.0, "A1")


def test_several_tubes_of_a_strand_count_together(tmp_path: Path) -> None:
    found = read_certificate(_csv(tmp_path, [*ROWS, ROWS[1]]), ORDERED)
    assert (len(found), found[0].nmol) == (len(ORDERED), 25.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({0: "signal_zz"}, "lists a strand that was not ordered"),
        ({1: "ACGT"}, "strand signal_x was ordered as TCACACCATACAATCCTTTC"),
        ({3: "none"}, "the amount of strand signal_x is a number of nmol above 0"),
        ({3: "0"}, "the amount of strand signal_x is a number of nmol above 0"),
    ],
)
def test_what_does_not_fit_the_order_is_refused_with_its_line(tmp_path: Path, change: dict[int, str], message: str) -> None:
    row = [change.get(number, cell) for number, cell in enumerate(ROWS[1])]
    with pytest.raises(InputError, match=message) as caught:
        read_certificate(_csv(tmp_path, [HEADER, row]), ORDERED)
    assert caught.value.line == 2


def test_files_that_are_no_certificate_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has a column 'nmoles'"):
        read_certificate(_csv(tmp_path, [["Sequence Name", "Sequence"], ["a", "b"]]), ORDERED)
    with pytest.raises(InputError, match="has no strands"):
        read_certificate(_csv(tmp_path, [HEADER]), ORDERED)
    with pytest.raises(InputError, match="cannot read the file"):
        read_certificate(tmp_path / "absent.csv", ORDERED)
    broken = tmp_path / "coa.xlsx"
    broken.write_bytes(b"no workbook")
    with pytest.raises(InputError, match="cannot be read"):
        read_certificate(broken, ORDERED)


def test_the_protocol_has_the_volumes_and_names_what_is_missing_or_short(tmp_path: Path) -> None:
    system, order = small_circuit(), Order()
    bench = bench_of(system, ORDERED, order, Experiment())
    needed = tuple(replace(oligo, nmol=bench.nmol[oligo.name]) for oligo in ORDERED)
    short = [HEADER, [ORDERED[0].name, ORDERED[0].spelled, "", "1e-6", "", "", ""], *ROWS[2:-1]]
    delivered = read_certificate(_csv(tmp_path, short), needed)
    vendor = vendor_named("idt-tube")
    plan = plan_of(system, Experiment(), bench.mixes.stocks, order.volume_uL, order.smallest_uL, 25.0)
    text = protocol_of(system, needed, GOOD, SequenceRules(), order, vendor, Experiment(), bench, plan, delivered).markdown()
    assert f"**Not in the certificate:** {ORDERED[-1].name}." in text
    assert f"**Less than needed:** {ORDERED[0].name}." in text
    assert f"| {ORDERED[1].name} | p1 |  | 12.5 |" in text
