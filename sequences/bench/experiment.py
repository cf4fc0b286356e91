"""The part of the protocol that is about the experiment: tubes, additions, and what is read."""

from __future__ import annotations

from collections.abc import Sequence

from dsd_ncrn.design.spec import Order
from dsd_ncrn.dsd.experiment import Experiment, ScheduleRow
from dsd_ncrn.dsd.system import DsdSystem
from sequences.bench.document import DocumentSection, Picture, Table
from sequences.bench.mixing import MixingRow, Stocks
from sequences.bench.schedule import Addition, StockTopUp, additions
from sequences.bench.tubes import READOUT_NM, TRIGGER_EXCESS, Mixes, TubeMix
from sequences.modifications import APART_NM, channels_of
from sequences.vendors.plates import Plates, plate_svg

SHOWN_POINTS = 12
_PREMIX = 10
_MIX_COLUMNS = ("component", "role", "final nM", "stock µM", "volume µL")


def mixing_sections(mixes: Mixes, order: Order) -> list[DocumentSection]:
    """What the tubes are for, the common mix, and each tube."""
    labels = [label for label, _ in zip(Plates(96, "row").labels(), mixes.tubes)]
    rows = tuple(
        (label, tube.condition.name, tube.condition.purpose, f"{tube.share_uL:.6g}", f"{tube.volume_uL:.6g}")
        for label, tube in zip(labels, mixes.tubes)
    )
    head = Table("conditions", ("well", "condition", "purpose", "common mix µL", "volume µL"), rows)
    wells = {label: (tube.condition.name, _kind(tube)) for label, tube in zip(labels, mixes.tubes)}
    picture = Picture("reaction_plate", plate_svg("Reactions", Plates(96, "row"), wells))
    title = f"4. Mixing, {order.volume_uL:g} µL"
    first = DocumentSection(title, (*_mixing_advice(mixes, order), head, picture))
    return [first, _common_section(mixes), *(_tube_section(tube) for tube in mixes.tubes)]


def _kind(tube: TubeMix) -> str:
    return "experiment" if tube.condition.name in ("learning", "reaction") else "control"


def _mixing_advice(mixes: Mixes, order: Order) -> list[str]:
    lines = [
        f"Each tube is made with {order.dead_uL:g} µL more than the reaction, which stays behind in tubes and tips; no volume "
        f"is under {order.smallest_uL:g} µL where a dilution of the stock helps. Add in the order of the tables: water and "
        "10x TE/Mg first, then buffers and fuels, gates, reporters, and signals last; carrier poly-T20 at 1 µM "
        "if plastic binds DNA."
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
    rows = (*water, _liquid("10x TE/Mg", common.buffer_uL), *map(mix_cells, common.rows))
    text = (
        f"Common mix for {common.tubes} tubes, {common.volume_uL:.6g} µL; each gets {common.share_uL:.6g} µL of it. Final "
        "concentrations are those in the tube."
    )
    return DocumentSection("Common mix", (text, Table("mix_common", _MIX_COLUMNS, rows)), 3)


def _tube_section(tube: TubeMix) -> DocumentSection:
    name = tube.condition.name
    share = (_liquid("common mix", tube.share_uL),) if tube.share_uL else ()
    buffer = (_liquid("10x TE/Mg", tube.buffer_uL),) if tube.buffer_uL else ()
    rows = (_liquid("water", tube.water_uL), *buffer, *share, *map(mix_cells, tube.rows))
    return DocumentSection(f"Tube: {name}", (Table(f"mix_{name.replace(' ', '_')}", _MIX_COLUMNS, rows),), 3)


def _liquid(name: str, volume_uL: float) -> tuple[str, ...]:
    return name, "", "", "", f"{round(volume_uL, 9):.10g}"


def mix_cells(row: MixingRow) -> tuple[str, ...]:
    """One addition as text, to ten digits, so that concentrations can be worked out again."""
    return row.component, row.role, f"{row.final_nM:.10g}", f"{row.stock_uM:.10g}", f"{row.volume_uL:.10g}"


def schedule_sections(
    system: DsdSystem,
    experiment: Experiment,
    added: Sequence[Addition],
    topped_up: Sequence[StockTopUp],
    volume_uL: float,
    stocks: Stocks,
) -> list[DocumentSection]:
    """One iteration's additions, what brings fuels and gates back, and the points that follow; nothing without steps."""
    if not experiment.steps:
        return []
    after = added[-1].after_uL
    rows = tuple(_step_cells(each) for each in added)
    header = ("time h:min:s", "what", "component", "nM added", "stock µM", "volume µL", "reaction µL")
    text = (
        f"The reaction grows from {volume_uL:g} to {after:.1f} µL: each addition has its concentration in the volume that it "
        f"makes, and everything else is diluted to {100 * volume_uL / after:.0f} %. "
        f"An iteration takes {clock_time(experiment.seconds)}, all {experiment.iterations} of them "
        f"{experiment.iterations * experiment.seconds / 86400:.1f} days."
    )
    tiny = dict.fromkeys(each.row.component for each in added if each.row and not each.row.pipettable)
    warning = [f"**Too little to pipette:** {', '.join(tiny)}. Use a larger volume."] if tiny else []
    first = DocumentSection("5. Schedule", (Table("schedule", header, rows), text, *warning))
    more = [_top_up_section(topped_up, volume_uL, after)] if experiment.left else []
    return [first, *more, *([_points_section(system, experiment, volume_uL, stocks)] if experiment.points else [])]


def _step_cells(addition: Addition) -> tuple[str, ...]:
    row = addition.row
    cells = (row.component, *mix_cells(row)[2:]) if row else ("",) * 4
    return (clock_time(addition.step.time), addition.step.what, *cells, f"{addition.after_uL:.10g}")


def _top_up_section(topped_up: Sequence[StockTopUp], start_uL: float, now_uL: float) -> DocumentSection:
    if not topped_up:
        text = "**Topping up does not fit:** the stocks would fill the whole reaction. Concentrate them on a spin filter."
        return DocumentSection("Top-up", (text,), 3)
    rows = tuple(
        (
            each.component,
            f"{each.left_nM:.10g}",
            f"{each.final_nM:.10g}",
            f"{each.stock_uM:.10g}",
            f"{each.volume_uL:.10g}",
            f"{_PREMIX * each.volume_uL:.4g}",
        )
        for each in topped_up
    )
    total = sum(each.volume_uL for each in topped_up)
    header = ("component", "left nM", "back to nM", "stock µM", "volume µL", f"premix for {_PREMIX} µL")
    text = (
        f"After an iteration add {total:.4g} µL of this premix to the {now_uL:.4g} µL: it makes good what was used and what "
        "was diluted. What is left is what the first iteration leaves in the simulation, in the starting volume."
    )
    after = now_uL + total
    forgotten = (
        f"**Bring the {after:.4g} µL back to {start_uL:g} µL before the next iteration**, on a spin filter that holds strands "
        f"back. Nothing tops the parameters up: in the grown volume {100 * (1 - start_uL / after):.0f} % of each would be "
        "forgotten in every iteration. `dilution` in summary.json says how much the training tolerates."
    )
    return DocumentSection("Top-up", (Table("top_up", header, rows), text, forgotten), 3)


def _points_section(system: DsdSystem, experiment: Experiment, volume_uL: float, stocks: Stocks) -> DocumentSection:
    """Inputs and targets of every point: those of the first are in the tubes, the others are added."""
    rows: list[tuple[str, ...]] = []
    for number, point in enumerate(experiment.points):
        start = experiment.burn_in + number * experiment.seconds
        steps = [ScheduleRow(start, f"point {number + 1}", name, nM) for name, nM in point.items() if nM > 0]
        rows += [
            _point_cells(each, mixed=number == 0 and bool(experiment.first_point))
            for each in additions(system, steps, volume_uL, stocks)
        ]
    header = ("time h:min:s", "point", "component", "nM", "stock µM", f"volume µL in {volume_uL:g} µL")
    text = "Each point starts an iteration. In a reaction that has grown, volumes grow in proportion."
    return DocumentSection("Points", (text, Table("points", header, tuple(rows), SHOWN_POINTS)), 3)


def _point_cells(addition: Addition, mixed: bool) -> tuple[str, ...]:
    cells = _step_cells(addition)[:-1]
    return (*cells[:-1], "mixed in") if mixed else cells


def clock_time(seconds: float) -> str:
    """Hours, minutes and seconds, as ``1:02:03``."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def readout_section(system: DsdSystem) -> DocumentSection:
    """Which reporter reads which species, in which channel, and how fluorescence becomes a concentration."""
    channels = channels_of(system)
    if not channels:
        text = "The design names no reporters: name species in `translation.reporters`, such as the rails of a parameter."
        return DocumentSection("6. Readout", (text,))
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
        "with a sample does not (count the sample's dilution). Dyes that are read together are at least "
        f"{APART_NM} nm apart in emission."
    )
    return DocumentSection("6. Readout", (Table("readout", header, rows), text))


def _place(concentration: float, tube: int) -> str:
    return "the reaction" if concentration else f"sample {tube}"
