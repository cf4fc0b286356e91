"""The part of the protocol that is about the experiment: tubes, additions, and what is read."""

from __future__ import annotations

from dsd_ncrn.design.spec import Order
from dsd_ncrn.dsd.system import DsdSystem
from sequences.bench.document import DocumentSection, Picture, Table, three
from sequences.bench.mixing import MixingRow
from sequences.bench.tubes import READOUT_NM, TRIGGER_EXCESS, Mixes, TubeMix
from sequences.modifications import APART_NM, channels_of
from sequences.vendors.plates import Plates, plate_svg

SAMPLE_UL, READ_UL = 2.0, 20.0
"""Of the reaction in what is read."""
_MIX_COLUMNS = ("component", "role", "final nM", "stock µM", "volume µL")


def mixing_sections(mixes: Mixes, order: Order) -> list[DocumentSection]:
    """What the tubes are for, the common mix, and each tube."""
    labels = [label for label, _ in zip(Plates(96, "row").labels(), mixes.tubes)]
    rows = tuple(
        (label, tube.condition.name, tube.condition.purpose, three(tube.share_uL), three(tube.volume_uL))
        for label, tube in zip(labels, mixes.tubes)
    )
    head = Table("conditions", ("well", "condition", "purpose", "common mix µL", "volume µL"), rows)
    wells = {label: (tube.condition.name, _kind(tube)) for label, tube in zip(labels, mixes.tubes)}
    picture = Picture("reaction_plate", plate_svg("Reactions", Plates(96, "row"), wells))
    title = f"First mix, {order.volume_uL:g} µL"
    first = DocumentSection(title, (*_mixing_advice(mixes, order), head, picture))
    return [first, _common_section(mixes), *(_tube_section(tube) for tube in mixes.tubes)]


def _kind(tube: TubeMix) -> str:
    return "experiment" if tube.condition.name in ("learning", "reaction") else "control"


def _mixing_advice(mixes: Mixes, order: Order) -> list[str]:
    lines = [
        f"Each tube is made with {order.dead_uL:g} µL more than the reaction, which stays in tubes and tips. Stocks are "
        f"diluted where a volume would be under {order.smallest_uL:g} µL. Add in the order of the tables: water and "
        "10x TE/Mg first, then buffers and fuels, gates, reporters, and signals last; carrier poly-T20 at 1 µM "
        "if plastic binds DNA. Close the tubes, or lay mineral oil over them."
    ]
    if not mixes.fits:
        factor = mixes.common.concentration_factor
        fitting = f" Stocks {factor:.2f} times as concentrated would fit." if factor else ""
        lines.append(
            f"**This does not fit:** at {mixes.stocks.complexes:g} µM complexes and {mixes.stocks.strands:g} µM strands the "
            f"common mix lacks {-mixes.common.water_uL:.1f} µL. Concentrate a premix of the complexes on a spin filter."
            + fitting
        )
    if mixes.too_little:
        lines.append(
            f"**Too little to pipette** even at the highest dilution: {', '.join(mixes.too_little)}. Mix a larger volume."
        )
    return lines


def _common_section(mixes: Mixes) -> DocumentSection:
    common = mixes.common
    water = (_liquid("water", common.water_uL),) if common.water_uL > -1e-9 else ()
    rows = (*water, _liquid("10x TE/Mg", common.buffer_uL), *map(_mix_cells, common.rows))
    text = (
        f"Common mix for {common.tubes} tubes, {three(common.volume_uL)} µL; each gets {three(common.share_uL)} µL of it. "
        "Final concentrations are those in the tube."
    )
    return DocumentSection("Common mix", (text, Table("mix_common", _MIX_COLUMNS, rows)), 3)


def _tube_section(tube: TubeMix) -> DocumentSection:
    name = tube.condition.name
    share = (_liquid("common mix", tube.share_uL),) if tube.share_uL else ()
    buffer = (_liquid("10x TE/Mg", tube.buffer_uL),) if tube.buffer_uL else ()
    rows = (_liquid("water", tube.water_uL), *buffer, *share, *map(_mix_cells, tube.rows))
    return DocumentSection(f"Tube: {name}", (Table(f"mix_{name.replace(' ', '_')}", _MIX_COLUMNS, rows),), 3)


def _liquid(name: str, volume_uL: float) -> tuple[str, ...]:
    return name, "", "", "", three(volume_uL)


def _mix_cells(row: MixingRow) -> tuple[str, ...]:
    """One addition as text."""
    return row.component, row.role, three(row.final_nM), f"{row.stock_uM:g}", three(row.volume_uL)


def readout_sections(system: DsdSystem, trained: bool) -> list[DocumentSection]:
    """Which reporter reads which species, in which channel, and how fluorescence becomes a concentration; nothing without."""
    channels = channels_of(system)
    if not channels:
        return []
    header = ("reporter", "reads", "signal", "dye", "quencher", "excitation nm", "emission nm", "read in", "nM")
    rows = tuple(
        (
            channel.component,
            channel.species,
            system.signals[channel.species],
            channel.dye.name,
            channel.dye.quencher,
            str(channel.dye.excitation),
            str(channel.dye.emission),
            _place(system.by_name[channel.component].concentration, channel.tube),
            f"{system.by_name[channel.component].concentration or READOUT_NM:g}",
        )
        for channel in channels
    )
    text = (
        "Concentration of a signal = reporter × (F − F0) / (F100 − F0), in every channel with the F0 of the reporter alone and "
        f"the F100 of the reporter triggered with {TRIGGER_EXCESS:g} times as much signal; subtract the blank from all. Keep "
        "the reporter above what it reads. A reporter uses up the signal: one in the reaction takes part in it, one mixed "
        "with a sample does not (allow for the sample's dilution). Dyes read together are at least "
        f"{APART_NM} nm apart in emission."
    )
    samples = (
        f"**Samples:** {SAMPLE_UL:g} µL of the reaction into {READ_UL - SAMPLE_UL:g} µL with the reporters at {READOUT_NM:g} "
        "nM, 30 min, read; the result counts for "
        f"{READ_UL / SAMPLE_UL:g} times as much. Take one at the end of iterations 1, 2 and every fifth: each takes 2 % of it."
    )
    return [DocumentSection("Readout", (Table("readout", header, rows), text, *([samples] if trained else [])))]


def _place(concentration: float, tube: int) -> str:
    return "the reaction" if concentration else f"sample {tube}"
