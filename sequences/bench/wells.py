"""The side wells of a fixed layer: what is put into each, point by point, and what that takes in all."""

from __future__ import annotations

from dsd_ncrn.constants import constant
from dsd_ncrn.dsd.experiment import Experiment, SideWell
from dsd_ncrn.dsd.staged import BARE, LEVEL, RELEASING, WAIT_S
from sequences.bench.document import DocumentSection, Table, three

SHOWN = 8
RELEASER_UM = 10.0
"""Of the dilution that wells take: of the stock they would take less than can be pipetted."""
HEADER = (
    "point",
    "unit",
    "for",
    "well µL",
    "beads with gates, µL of slurry",
    f"releaser {RELEASER_UM:g} µM, µL",
    "first: releaser, µL",
    "first: bare tethers, µL of slurry",
)


def wells_nmol(experiment: Experiment, volume_uL: float) -> dict[str, float]:
    """What the wells of all iterations take, nmol by component."""
    used: dict[str, float] = {}
    points = len(experiment.points)
    for well in experiment.wells:
        times = sum(number % points == well.point - 1 for number in range(len(experiment.training)))
        releasers, tethers = (sum(each) for each in zip((well.released, 0.0), *well.premixed))
        parts = {**well.gates, RELEASING: releasers, BARE: tethers}
        for name, nM in parts.items():
            used[name] = used.get(name, 0.0) + times * nM * volume_uL / 1e6
    return used


def wells_sections(experiment: Experiment, volume_uL: float) -> list[DocumentSection]:
    """How the wells of a point are made, with the volumes of each; nothing without a fixed layer."""
    if not experiment.wells:
        return []
    text = (
        "The fixed layer is made beside the reaction: its units are gates that stay on beads. Every gate hangs on a tether; "
        "each releaser frees one. For every well: **first** put releasers and beads with bare tethers into a "
        f"well of their own for each that the table names, shake for {WAIT_S / 60:g} min, magnet, keep the liquid. Then beads "
        "with gates, with that liquid and the releasers of the table, in the volume of the table in 1x TE/Mg; shake for "
        f"{WAIT_S / 60:g} min, magnet, liquid off, wash three times in ten volumes, pool the wells of one use in 20 µL: what "
        "is left on their beads is the input of that use. Add a tenth of their slurry in streptavidin beads without gates, "
        "which take the caps that come off."
    )
    titration = (
        "**Titrate first:** gates of each unit with 0.5, 0.9, 1.0, 1.1 and 1.5 times the releasers, and tethers likewise; "
        "read what is released by its A260. Take as 1 the least that releases all that can be released: 3 % matter. What even "
        "1.5 times leaves on the beads adds to every amount of that unit."
    )
    count = f"{len(experiment.wells) // len(experiment.points)} wells a point, and as many more where releasers are made first."
    rows = tuple(_row(well, volume_uL) for well in experiment.wells)
    return [DocumentSection("Side wells", (text, titration, count, Table("wells", HEADER, rows, SHOWN)))]


def _row(well: SideWell, volume_uL: float) -> tuple[str, ...]:
    capacity = constant("beads.capacity").number

    def pmol(nM: float) -> float:
        return nM * volume_uL / 1000

    def slurry(nM: float) -> str:
        return three(pmol(nM) / capacity) if nM else ""

    gates = ", ".join(f"{name} {slurry(nM)}" for name, nM in well.gates.items() if nM)
    volume, level = three(well.level * volume_uL / LEVEL), pmol(well.released) / RELEASER_UM
    first = (", ".join(three(pmol(nM) / of) for nM in each) for each, of in zip(zip(*well.premixed), (RELEASER_UM, capacity)))
    return str(well.point), f"h{well.unit}", well.use, volume, gates, three(level) if level else "", *(tuple(first) or ("", ""))
