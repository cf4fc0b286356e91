"""The wells of a bench plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from dsd_ncrn.analysis.benches import GateBench
from dsd_ncrn.assays.bench import mix_of
from dsd_ncrn.assays.plan import Plan, Tube

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
