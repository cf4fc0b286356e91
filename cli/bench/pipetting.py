"""The wells of a bench plan, and what goes into each: from which tube how much, for hands and for robots."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from dsd_ncrn.analysis.measured import GateBench
from dsd_ncrn.assays.bench import mix_of
from dsd_ncrn.assays.plan import Plan, Tube
from dsd_ncrn.errors import InputError
from sequences.bench.mixing import DILUTIONS
from sequences.robot.plan import LEAST_UL, TUBE_DEAD_UL, TUBE_UL

PLATE, ROWS = 96, "ABCDEFGH"
VOLUME_UL = 100.0
"""Of a well."""
BLANKS = 2


@dataclass(frozen=True, eq=False)
class Placed:
    """A tube in a well of a plate, with the gates that it tells of; no tube is a blank."""

    plate: int
    well: str
    gates: tuple[str, ...]
    tube: Tube | None
    band: tuple[Any, ...] = ()


def placed(plans: Sequence[tuple[GateBench, Plan]]) -> tuple[Placed, ...]:
    """The tubes of some gates in wells, column by column; a mix that several gates ask for is mixed once."""
    shared: dict[str, tuple[list[str], Tube, tuple[Any, ...]]] = {}
    for bench, plan in plans:
        for tube, band in zip(plan.tubes, plan.bands):
            key = f"{mix_of(dict(sorted(tube.doses.items())))} {tube.hours}"
            shared.setdefault(key, ([], tube, band))[0].append(bench.name)
    tubes: list[tuple[tuple[str, ...], Tube | None, tuple[Any, ...]]] = [
        (tuple(names), tube, band) for names, tube, band in shared.values()
    ]
    everyone = tuple(bench.name for bench, _ in plans)
    room, wells = PLATE - BLANKS, list[Placed]()
    for plate in range(ceil(len(tubes) / room)):
        here = [*tubes[plate * room : (plate + 1) * room], *[(everyone, None, ())] * BLANKS]
        for n, (gates, tube, band) in enumerate(here):
            wells.append(Placed(plate + 1, f"{ROWS[n % len(ROWS)]}{n // len(ROWS) + 1}", gates, tube, band))
    return tuple(wells)


STOCK_NM, AUXILIARY_NM = 1_000.0, 10_000.0
"""Stocks of signals, gates and reporters, and of auxiliary strands."""
BUFFER = "buffer"
PLATE_LABWARE, RACK_LABWARE = "corning_96_wellplate_360ul_flat", "opentrons_24_tuberack_eppendorf_1.5ml_safelock_snapcap"
RACK, RACK_ROWS = 24, "ABCD"
"""Tubes of a rack, and its rows; racks stand in the slots after those of the plates."""
ABOVE_BOTTOM_MM = 1


@dataclass(frozen=True)
class Source:
    """A stock, or what is diluted from it so many times that at least ``LEAST_UL`` of it is pipetted; ``nM`` as it is."""

    component: str
    nM: float
    dilution: int = 1


@dataclass(frozen=True)
class Transfer:
    """So much of a source into a well."""

    source: Source
    plate: int
    well: str
    uL: float


@dataclass(frozen=True)
class RackTube:
    """A tube of a source in a rack: the slot and the place there, and what has to be in it, uL."""

    source: Source
    slot: int
    place: str
    uL: float


def transfers(wells: Sequence[Placed], auxiliary: Container[str], signals: Container[str]) -> list[Transfer]:
    """What makes each well, filled up with buffer, source by source: buffer first, and signals last, as they start it.

    Raises InputError for a mix that is more than a well holds.
    """

    def turn(each: Transfer) -> tuple[int, str, int, int]:
        name = each.source.component
        rank = 0 if name == BUFFER else 1 if name in auxiliary else 3 if name in signals else 2
        return rank, name, each.source.dilution, each.plate

    return sorted((each for well in wells for each in _into(well, auxiliary)), key=turn)


def _into(well: Placed, auxiliary: Container[str]) -> Iterator[Transfer]:
    doses: Mapping[str, float] = well.tube.doses if well.tube else {}
    left = VOLUME_UL
    for name, dose in doses.items():
        source = source_of(name, dose, AUXILIARY_NM if name in auxiliary else STOCK_NM)
        uL = round(VOLUME_UL * dose / source.nM, 2)
        left -= uL
        yield Transfer(source, well.plate, well.well, uL)
    if left < 0:
        rule = f"the doses of a well take more than its {VOLUME_UL:g} µL: the buffer would be {left:.1f} µL"
        raise InputError(rule, well.well, "Take smaller doses.")
    yield Transfer(Source(BUFFER, 0.0), well.plate, well.well, round(left, 2))


def source_of(component: str, dose: float, stock: float) -> Source:
    """The least dilution of a stock (nM) of which enough to pipette makes a dose (nM)."""
    dilution = next(each for each in DILUTIONS if VOLUME_UL * dose * each / stock >= LEAST_UL)
    return Source(component, stock / dilution, dilution)


def tubes(moved: Sequence[Transfer]) -> list[RackTube]:
    """The tubes of all sources, as full as they have to be; a stock has what its dilutions take as well."""
    needed: dict[Source, float] = {}
    for each in moved:
        needed[each.source] = needed.get(each.source, TUBE_DEAD_UL) + each.uL
    for source in [each for each in needed if each.dilution > 1]:
        stock = Source(source.component, source.nM * source.dilution)
        needed[stock] = needed.get(stock, TUBE_DEAD_UL) + needed[source] / source.dilution
    first, found = 1 + max(each.plate for each in moved), list[RackTube]()
    for source, uL in needed.items():
        count = ceil(uL / TUBE_UL)
        for _ in range(count):
            rack, place = divmod(len(found), RACK)
            name = f"{RACK_ROWS[place % len(RACK_ROWS)]}{place // len(RACK_ROWS) + 1}"
            found.append(RackTube(source, first + rack, name, round(uL / count, 1)))
    return found


def stock_rows(filled: Sequence[RackTube]) -> Iterator[Sequence[object]]:
    """``slot,tube,source,nM,volume_uL,made_of``: what to put into the racks."""
    for each in filled:
        source = each.source
        part = each.uL / source.dilution
        made = f"{part:.1f} uL of the stock of {source.nM * source.dilution:g} nM and {each.uL - part:.1f} uL of buffer"
        yield each.slot, each.place, source.component, f"{source.nM:g}", each.uL, made if source.dilution > 1 else ""


def pipetting_rows(moved: Sequence[Transfer]) -> Iterator[Sequence[object]]:
    """``plate,well,source,stock_nM,volume_uL``, well by well."""
    for each in sorted(moved, key=lambda one: (one.plate, int(one.well[1:]), ROWS.index(one.well[0]))):
        strength = f"{each.source.nM:g}" if each.source.nM else ""
        yield each.plate, each.well, each.source.component, strength, f"{each.uL:.2f}"


PICK_LIST = (
    "Source Labware,Source Slot,Source Well,Source Aspiration Height Above Bottom (in mm),Dest Labware,Dest Slot,Dest Well,"
    "Volume (in ul)"
)
"""The columns that the cherrypicking protocol of the Opentrons protocol library reads."""


def pick_rows(moved: Sequence[Transfer], filled: Sequence[RackTube]) -> Iterator[Sequence[object]]:
    """Rows of ``PICK_LIST``; of several tubes of a source the next is taken when one is empty."""
    left = {each: each.uL - TUBE_DEAD_UL / sum(one.source == each.source for one in filled) for each in filled}
    for each in moved:
        mine = [tube for tube in filled if tube.source == each.source]
        tube = next((one for one in mine if left[one] >= each.uL), mine[-1])
        left[tube] -= each.uL
        place = tube.slot, tube.place, ABOVE_BOTTOM_MM
        yield RACK_LABWARE, *place, PLATE_LABWARE, each.plate, each.well, f"{each.uL:.2f}"
