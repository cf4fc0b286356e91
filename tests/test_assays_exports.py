"""Exports of plate readers, fluorimeters and qPCR machines: each dialect is written here as the instrument writes it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from dsd_ncrn.assays.exports import Export, read_export
from dsd_ncrn.errors import InputError

BIOTEK = """Software Version\t3.08.01


Plate Number\tPlate 1
Date\t11/30/2023
Reader Type:\tSynergy H1

Procedure Details

Read\tFluorescence Endpoint
\tExcitation: 485/20,  Emission: 528/20

483,528

Time\tT° 483,528\tA1\tA2\tB1
0:04:22\t25.0\t120\t130\t95
0:09:22\t25.1\t150\tOVRFLW\t96
0:14:22\t25.0\t170\t190\tMISSED
0:00:00\t\t\t\t
0:00:00\t0\t0\t0\t0

Results
\t1\t2
A\t3\t4
"""
TECAN_ROWS = """Application: Tecan i-control\t\t\t
Start Time:\t2023-11-30 10:00:00\t\t

Label: Label1\t\t\t
Cycle Nr.\t1\t2\t3
Time [s]\t0\t60.5\t121
Temp. [°C]\t25\t25.1\t25
A1\t1000\t1100\t1200
B12\t2000\t2100\tOVER

End Time:\t2023-11-30 10:10:00
"""
TECAN_MEANS = """Zyklen / Well\t1\t2
A1
Zeit [s]\t0\t60
Temp. [°C]\t25\t25
Mittelwert\t10,5\t12,5
StAbw\t1\t1
0;0\t9\t11
0;1\t12\t14
A2
Zeit [s]\t2\t62
Temp. [°C]\t25\t25
Mittelwert\t20,5\t22,5
StAbw\t1\t1
0;0\t19\t21
"""
BMG = """User: USER;Path: C:\\data;;;
Test name: KINETIC;;;;
Well Row;Well Col;Content;Raw Data (483-14/530-30);Raw Data (483-14/530-30);Raw Data (483-14/530-30)
;;Time;0 h ;0 h 1 min;0 h 3 min
A;1;Sample X1;260,5;271;282,25
A;2;Blank B;10;11;overflow
"""


def _read(folder: Path, text: str, name: str = "export.csv", encoding: str = "utf-8", cycle: float | None = None) -> Export:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return read_export(file, cycle=cycle)


def _wrong(folder: Path, text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        _read(folder, text)
    assert caught.value.file == str(folder / "export.csv")
    return caught.value


def test_biotek_text_in_windows_1252_with_rows_of_zeros_behind_the_last_cycle(tmp_path: Path) -> None:
    export = _read(tmp_path, BIOTEK, "gen5.txt", "cp1252")
    assert [trace.well for trace in export.traces] == ["A1", "A2", "B1"]
    np.testing.assert_array_equal(export.trace("A1").times, [262, 562, 862])
    np.testing.assert_array_equal(export.trace("A1").values, [120, 150, 170])
    np.testing.assert_array_equal(export.trace("A2").saturated, [False, True, False])
    np.testing.assert_array_equal(export.trace("B1").read, [True, True, False])
    assert not export.trace("B1").saturated.any()
    assert export.notes == ("the text is no UTF-8 and is read as Windows-1252", "A2: 1 readings are saturated")


def test_tecan_with_wells_as_rows(tmp_path: Path) -> None:
    export = _read(tmp_path, TECAN_ROWS, "tecan.txt")
    assert [trace.well for trace in export.traces] == ["A1", "B12"]
    np.testing.assert_array_equal(export.trace("B12").times, [0, 60.5, 121])
    np.testing.assert_array_equal(export.trace("B12").values, [2000, 2100, np.nan])


def test_tecan_in_german_with_several_reads_a_well_takes_their_mean_and_the_time_of_each_well(tmp_path: Path) -> None:
    export = _read(tmp_path, TECAN_MEANS, "tecan.txt")
    np.testing.assert_array_equal(export.trace("A1").values, [10.5, 12.5])
    np.testing.assert_array_equal(export.trace("A2").times, [2, 62])
    np.testing.assert_array_equal(export.trace("A2").values, [20.5, 22.5])
    assert "numbers are read with decimal commas" in export.notes


def test_sheets_of_a_tecan_workbook_follow_each_other_by_their_start_times(tmp_path: Path) -> None:
    book = Workbook()
    first, second = book.active, book.create_sheet("after injection")
    assert first is not None
    for sheet, start, level in ((first, "30.11.2023 10:00:00", 5.0), (second, "30.11.2023 11:00:00", 7.0)):
        for row in (
            ["Startzeit:", start],
            [],
            ["Zyklus Nr.", "Zeit [s]", "Temp. [°C]", "A1"],
            [1, 0, 25, level],
            [2, 60, 25, level + 1],
        ):
            sheet.append(row)
    book.save(tmp_path / "plate.xlsx")
    (trace,) = read_export(tmp_path / "plate.xlsx").traces
    np.testing.assert_array_equal(trace.times, [0, 60, 3600, 3660])
    np.testing.assert_array_equal(trace.values, [5, 6, 7, 8])


def test_times_of_a_workbook_may_be_durations(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["Time", "A1"], [timedelta(minutes=5), 1.0], [timedelta(hours=25), 2.0]):
        book.active.append(row)
    book.save(tmp_path / "plate.xlsx")
    np.testing.assert_array_equal(read_export(tmp_path / "plate.xlsx").trace("A1").times, [300, 90000])


def test_bmg_with_times_rounded_to_minutes_and_decimal_commas(tmp_path: Path) -> None:
    """0, 1 and 3 min are 0, 90 and 180 s, rounded; the line through them is 90 s steep within the rounding."""
    export = _read(tmp_path, BMG)
    np.testing.assert_array_equal(export.trace("A1").values, [260.5, 271, 282.25])
    np.testing.assert_allclose(export.trace("A1").times, np.array([-10.0, 80.0, 170.0]))
    np.testing.assert_array_equal(export.trace("A2").saturated, [False, False, True])
    assert export.trace("A1").label == "Raw Data (483-14/530-30)"


def test_bmg_with_two_filters_has_two_traces_of_a_well(tmp_path: Path) -> None:
    text = (
        "Well Row,Well Col,Content,Raw Data (1),Raw Data (1),Raw Data (2),Raw Data (2)\n,,Time,0 h,0 h 15 min,0 h,0 h 15 min\n"
    )
    export = _read(tmp_path, text + "C,07,Sample X9,1,2,30,40\n")
    np.testing.assert_array_equal(export.trace("C7", "Raw Data (2)").values, [30, 40])
    with pytest.raises(InputError, match="read more than once"):
        export.trace("C7")


def test_qpcr_cycles_need_their_length(tmp_path: Path) -> None:
    columns = "Cycle,1,2,3\n1,0.5,0.6,0.7\n2,0.8,0.9,1.0\n"
    export = _read(tmp_path, columns, cycle=30.0)
    assert [trace.well for trace in export.traces] == ["1", "2", "3"]
    np.testing.assert_array_equal(export.trace("3").times, [0, 30])
    across = _read(tmp_path, "Cycle,1,2,3\nA1,0.5,0.6,0.7\nA2,0.8,0.9,1.0\n", cycle=20.0)
    np.testing.assert_array_equal(across.trace("A2").times, [0, 20, 40])
    assert "cycles and no times" in str(_wrong(tmp_path, columns))


def test_cuvettes_have_doses_as_columns_ragged_with_readings_beyond_the_times(tmp_path: Path) -> None:
    text = "Time (h);2 nM;4 nM\n0;1,0;1,0\n0,5;;1,5\n1,0;2,0\n;3,0\n"
    export = _read(tmp_path, text)
    assert [trace.well for trace in export.traces] == ["2 nM", "4 nM"]
    np.testing.assert_array_equal(export.trace("2 nM").times, [0, 1800, 3600])
    np.testing.assert_array_equal(export.trace("2 nM").values, [1, np.nan, 2])
    assert "2 nM: 1 readings have no time and are left out" in export.notes


def test_doses_may_be_bare_numbers(tmp_path: Path) -> None:
    """As in the cuvettes that Chen et al. (Nat. Nanotechnol. 8:755, 2013) measured."""
    export = _read(tmp_path, "Time [h]\t0\t0.2\t0.4\n0.00000\t0.33\t0.34\t0.33\n0.5\t0.31\t0.9\t1.3\n", "join.txt")
    assert [trace.well for trace in export.traces] == ["0", "0.2", "0.4"]
    np.testing.assert_array_equal(export.trace("0.4").times, [0, 1800])
    np.testing.assert_array_equal(export.trace("0.4").values, [0.33, 1.3])


def test_each_trace_may_have_times_of_its_own(tmp_path: Path) -> None:
    export = _read(tmp_path, "Time [min],one,Time [min],two\n0,1,0.5,3\n1,2,1.5,4\n")
    np.testing.assert_array_equal(export.trace("two").times, [30, 90])


def test_long_tables_have_one_reading_a_row(tmp_path: Path) -> None:
    text = "well\ttime_s\tfluorescence\na01\t0\t10\nA2\t0\t20\na01\t60\t11\nA2\t60\t21\n"
    export = _read(tmp_path, text)
    np.testing.assert_array_equal(export.trace("A1").values, [10, 11])
    np.testing.assert_array_equal(export.trace("A2").times, [0, 60])


def test_utf16_with_byte_order_mark(tmp_path: Path) -> None:
    assert _read(tmp_path, "Time [s]\tA1\n0\t1\n1\t2\n", "a.txt", "utf-16").trace("A1").read.all()


def test_a_missing_well_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such well .*Did you mean 'A1'"):
        _read(tmp_path, "Time [s],A1\n0,1\n1,2\n").trace("A11")


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("", "no trace was found", 1, None),
        ("well,fluorescence\nA1,3\n", "no trace was found", 1, None),
        ("Time,A1\n0,1\n60,2\n", "nothing says the unit of 'Time'", 2, 1),
        ("Time [s],A1\n0,1\n60,2\n30,3\n", "A1: time runs backwards", 4, 1),
        ("Time [s],A1\n0,1\n60,2\n60,3\n", "A1: two readings at one time", 4, 1),
        ("Time [s],A1\n0,1\n", "A1: one reading is no trace", 2, 2),
        ("Time [s],A1,A2\n0,1,5,2,5\n60,1,6,2,6\n", "the row has 5 cells, and the header 3", 2, None),
        ("well,time_s,value\nA1,0,1,5\nA1,60,1,6\n", "the row has 4 cells, and the header 3", 2, None),
        ("Time [s],0,60\nA1,1,5,1,6\n", "the row has 5 cells, and the header 3", 2, None),
        ("Time [s],A1,B1\n0,1,5\n60,2,x7\n", "B1: a reading is a number", 3, 3),
        ("Time [s],A1\n0,1\nsoon,2\n", "A1: a time is a number or h:mm:ss", 3, 1),
        ("Time [s],A1\n0,OVRFLW\n1,OVER\n2,4\n", "A1: the detector is saturated", 2, 2),
        (
            "Time [s],A1\n" + "".join(f"{n},{v}\n" for n, v in enumerate([5, 9, *[65535] * 6])),
            "the detector is saturated",
            2,
            2,
        ),
    ],
)
def test_bad_data_get_one_message_with_line_and_column(
    tmp_path: Path, text: str, rule: str, line: int, column: int | None
) -> None:
    error = _wrong(tmp_path, text)
    assert rule in error.rule and (error.line, error.column) == (line, column)
