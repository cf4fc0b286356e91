"""What goes into the wells of a bench plan: volumes that sum up, nothing too small to pipette, robots."""

from __future__ import annotations

from collections import defaultdict

import pytest

from cli.bench.pipetting import BUFFER, VOLUME_UL, Placed, Transfer, pick_rows, source_of, transfers, tubes
from dsd_ncrn.assays.plan import Tube
from dsd_ncrn.assays.synthetic import REPORTER
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.schemes.endings import reporters
from dsd_ncrn.errors import InputError
from sequences.robot.plan import LEAST_UL, TUBE_UL

AUXILIARY, SIGNALS = {"helper"}, {"A", "C"}


def _wells(*doses: dict[str, float]) -> list[Placed]:
    return [Placed(1, f"A{n}", ("N1",), Tube(each, 4.0, "")) for n, each in enumerate(doses, start=1)] + [
        Placed(1, "B1", ("N1",), None)
    ]


@pytest.fixture(scope="module")
def moved() -> list[Transfer]:
    wells = _wells({"A": 5, "helper": 10, "join": 20, "reporter": 30}, {"C": 60, "reporter": 30}, {"A": 30, "helper": 200})
    return transfers(wells, AUXILIARY, SIGNALS)


def test_volumes_make_the_doses_and_fill_the_well(moved: list[Transfer]) -> None:
    """Amount is conserved: stock times volume over the volume of the well is the dose."""
    filled: dict[str, float] = defaultdict(float)
    for each in moved:
        filled[each.well] += each.uL
    assert dict(filled) == pytest.approx(dict.fromkeys(("A1", "A2", "A3", "B1"), VOLUME_UL), abs=0.011)
    made = {(each.well, each.source.component): each.source.nM * each.uL / VOLUME_UL for each in moved if each.source.nM}
    assert made["A1", "A"] == pytest.approx(5) and made["A1", "helper"] == pytest.approx(10)
    assert made["A3", "helper"] == pytest.approx(200) and made["A2", "C"] == pytest.approx(60)


def test_nothing_is_less_than_a_pipette_takes(moved: list[Transfer]) -> None:
    """0.1 uL of the stock of 10 uM would make 10 nM: one of 1 uM is made of it first."""
    assert min(each.uL for each in moved) >= LEAST_UL
    assert source_of("helper", 10, 10_000).dilution == 10
    assert source_of("helper", 100, 10_000).dilution == 1


def test_signals_come_last_and_buffer_first(moved: list[Transfer]) -> None:
    order = [each.source.component for each in moved]
    assert order[: order.count(BUFFER)] == [BUFFER] * 4
    assert set(order[-order.count("A") - order.count("C") :]) == SIGNALS


def test_tubes_hold_what_is_taken_of_them_and_of_their_dilutions(moved: list[Transfer]) -> None:
    filled = tubes(moved * 6)
    of = {(each.source.component, each.source.dilution): each.uL for each in filled}
    assert of["helper", 1] >= 6 * 2 + of["helper", 10] / 10
    assert max(each.uL for each in filled) <= TUBE_UL
    assert len({(each.slot, each.place) for each in filled}) == len(filled)
    assert sum(each.source.component == BUFFER for each in filled) == 2
    taken: dict[tuple[object, object], float] = defaultdict(float)
    for _, slot, place, _, _, _, _, uL in pick_rows(moved * 6, filled):
        taken[slot, place] += float(str(uL))
    assert all(taken[each.slot, each.place] <= each.uL + 0.1 for each in filled)


def test_more_than_a_well_holds_is_refused() -> None:
    with pytest.raises(InputError, match=r"the buffer would be -10\.0 µL \(got 'A1'\)"):
        transfers(_wells({"A": 1100}), AUXILIARY, SIGNALS)


def test_a_reporter_of_no_species_is_refused() -> None:
    with pytest.raises(InputError, match=r"translation\.reporters: no such species \(got 'X'\)"):
        reporters(Translation(reporters=("X",)), {"Z": REPORTER["C"].strands[0]})
