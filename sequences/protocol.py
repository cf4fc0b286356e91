"""The bench protocol as Markdown: strands, resuspension, annealing, mixing, and what is added when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment
from sequences.bench import (
    extinction_260,
    full_length_fraction,
    melting_temperature,
    molecular_weight,
    nmol_per_od,
    resuspension_volume,
    ug_per_od,
)
from sequences.mixing import (
    TOP_EXCESS,
    AnnealingRecipe,
    MixingRow,
    MixingTable,
    Stocks,
    annealing_recipes,
    component_named,
    mixing_row,
    mixing_rows,
)
from sequences.oligos import Oligo
from sequences.thermo import PARAMETER_SET, sodium_equivalent
from sequences.vendors.base import Well
from sequences.words import gc_fraction

__all__ = ["ScheduleRow", "mixing_rows", "protocol_markdown"]

_TM_NM = 1000.0
_YIELD_NMOL_NT = 200.0
"""A 25-nmol synthesis gives about 10 nmol of a 20-mer, 5 of a 40-mer and 3.2 of a 60-mer (Invitrogen's table)."""

_UL_NM_PER_NMOL = 1e6


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """Something done at a time (s from the start of the experiment): ``what``, with which component, at which nM.

    ``component`` is empty for what adds nothing, such as a reading.
    """

    time: float
    what: str
    component: str = ""
    nM: float = 0.0


def protocol_markdown(
    system: DsdSystem,
    oligos: Sequence[Oligo],
    assignment: SequenceAssignment,
    rules: SequenceRules,
    volume_uL: float,
    schedule: Iterable[ScheduleRow] = (),
    concentrations: Mapping[str, float] | None = None,
    wells: Sequence[Well] = (),
) -> str:
    """The whole protocol for one reaction of a volume (uL).

    ``concentrations`` (nM) by component name replace the system's own where given. Raises InputError where they, or the
    schedule, name an unknown component.
    """
    steps = sorted(schedule, key=lambda row: row.time)
    mixing = mixing_rows(system, volume_uL, concentrations)
    used = _used_nmol(system, mixing, steps, volume_uL)
    recipes = annealing_recipes(system, oligos, used, mixing.stocks)
    sections = [
        f"# Protocol: {system.name}",
        _assumptions(assignment, rules),
        _strands(oligos, _strand_nmol(system, oligos, used, recipes, mixing.stocks), sodium_equivalent(rules)),
        _plate_maps(wells),
        _resuspension(mixing.stocks),
        _annealing(recipes, mixing.stocks),
        _mixing(mixing),
        _schedule(system, steps, mixing),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _assumptions(assignment: SequenceAssignment, rules: SequenceRules) -> str:
    conditions = "" if assignment.temperature is None else f"{assignment.temperature:g} °C, "
    origin = "Sequences were given, not designed here." if assignment.seed is None else f"Sequences: seed {assignment.seed}."
    return (
        f"{origin} Energies: {assignment.parameter_set or PARAMETER_SET}, {conditions}"
        f"{sodium_equivalent(rules):.3f} M sodium-equivalent salt. Melting temperatures: SantaLucia and Hicks 2004 at "
        f"{_TM_NM:g} nM. Prices, scales and length limits are to be checked with the vendor when ordering."
    )


def _strands(oligos: Sequence[Oligo], needed: Mapping[str, float], sodium: float) -> str:
    header = (
        "name",
        "5' to 3'",
        "nt",
        "GC",
        "MW g/mol",
        "ε260 /M/cm",
        "nmol/OD",
        "µg/OD",
        "Tm °C",
        "full length",
        "role",
        "used in",
        "nmol needed",
    )
    rows = [_strand_row(oligo, needed[oligo.name], sodium) for oligo in oligos]
    scarce = [oligo.name for oligo in oligos if needed[oligo.name] > _YIELD_NMOL_NT / oligo.length]
    text = (
        f"## 1. Strands\n\n{_table(header, rows)}\n\nFull length: share of molecules without a missing base at 99.3 % coupling."
    )
    if scarce:
        text += (
            "\n\n**Order more of these:** a 25-nmol synthesis (about 200 nmol divided by the length in nt) does not yield what "
            f"the recipes below use: {', '.join(scarce)}."
        )
    return text


def _strand_row(oligo: Oligo, needed: float, sodium: float) -> list[str]:
    word = oligo.sequence
    split, start = [], 0
    for domain in oligo.strand:
        split.append(word[start : start + domain.length])
        start += domain.length
    return [
        oligo.name,
        " ".join(split),
        str(oligo.length),
        f"{100 * gc_fraction(word):.0f} %",
        f"{molecular_weight(word):.1f}",
        f"{extinction_260(word):.0f}",
        f"{nmol_per_od(word):.2f}",
        f"{ug_per_od(word):.1f}",
        f"{melting_temperature(word, _TM_NM, sodium):.1f}",
        f"{100 * full_length_fraction(oligo.length):.0f} %",
        str(oligo.role),
        str(len(oligo.used_in)),
        f"{needed:.3g}",
    ]


def _plate_maps(wells: Sequence[Well]) -> str:
    """One table of 8 by 12 for each plate."""
    texts = []
    for plate in sorted({well.plate for well in wells}):
        names = {well.label: well.oligo for well in wells if well.plate == plate}
        rows = [[row, *(names.get(f"{row}{column}", "") for column in range(1, 13))] for row in "ABCDEFGH"]
        texts.append(f"### Plate {plate}\n\n{_table(['', *map(str, range(1, 13))], rows)}")
    return "\n\n".join(texts)


def _resuspension(stocks: Stocks) -> str:
    return (
        "## 2. Resuspension\n\n"
        "Spin down, then dissolve each strand in TE (10 mM Tris, 1 mM EDTA, pH 8.0) to "
        f"{stocks.strands:g} µM: {resuspension_volume(1.0, stocks.strands):g} µL for each nmol that the vendor's certificate "
        "states. Check by absorbance at 260 nm (A260 divided by ε260 and path length) and correct the volume."
    )


def _annealing(recipes: Sequence[AnnealingRecipe], stocks: Stocks) -> str:
    rows = [
        [
            recipe.component,
            f"{recipe.stock_uM:g}",
            f"{recipe.batch_uL:g}",
            ", ".join(f"{row.oligo} {row.volume_uL:.4g}" for row in recipe.rows),
            f"{recipe.buffer_uL:.4g}",
            f"{recipe.water_uL:.4g}",
        ]
        for recipe in recipes
    ]
    header = ("complex", "µM", "batch µL", f"strands, µL of the {stocks.strands:g} µM stock", "10x TE/Mg µL", "water µL")
    return (
        f"## 3. Annealing {len(recipes)} complexes\n\n{_table(header, rows)}\n\n"
        f"Bottom strand 1.0x, each covered strand {TOP_EXCESS:g}x. 10x TE/Mg is TE with 125 mM MgCl2. Heat to 95 °C for 5 min, "
        "then cool by 1 °C per minute to 20 °C (75 min). Purify by native PAGE and measure A260 again: without that step "
        f"{100 * (TOP_EXCESS - 1):.0f} % of each covered strand stays free in the stock."
    )


def _mixing(mixing: MixingTable) -> str:
    rows = [
        [row.component, row.role, f"{row.final_nM:.10g}", f"{row.stock_uM:.10g}", f"{row.volume_uL:.10g}"]
        for row in mixing.rows
    ]
    rows += [["10x TE/Mg", "buffer", "", "", f"{mixing.buffer_uL:.6g}"]]
    rows += [["water", "", "", "", f"{mixing.water_uL:.6g}"]] if mixing.fits else []
    table = _table(("component", "role", "final nM", "stock µM", "volume µL"), rows)
    return f"## 4. Mixing, {mixing.volume_uL:g} µL\n\n{_mixing_advice(mixing)}\n\n{table}"


def _mixing_advice(mixing: MixingTable) -> str:
    order = (
        "Buffer and water first, then buffers and fuels, gates, and signals last; carrier poly-T20 at 1 µM if plastic binds "
        "DNA. Controls: the same without signals (leak), without clock strands, and buffer alone."
    )
    lines = [order]
    if not mixing.fits:
        lines.append(
            f"**This does not fit:** the stocks are {mixing.components_uL:.1f} µL and the buffer {mixing.buffer_uL:.1f} µL, "
            f"in {mixing.volume_uL:g} µL. Stocks {mixing.concentration_factor:.2f} times as concentrated would fit "
            f"({mixing.stocks.complexes:g} µM complexes and {mixing.stocks.strands:g} µM strands are assumed): concentrate a "
            "premix of the complexes on a spin filter."
        )
    fine = [row.component for row in mixing.rows if not row.pipettable]
    if fine:
        lines.append(f"**Too little to pipette** even at the highest dilution: {', '.join(fine)}. Mix a larger volume.")
    return "\n\n".join(lines)


def _schedule(system: DsdSystem, steps: Sequence[ScheduleRow], mixing: MixingTable) -> str:
    if not steps:
        return ""
    additions = [_addition(system, step, mixing) for step in steps]
    rows = [
        [_clock_time(step.time), step.what, *(_addition_cells(row) if row else ["", "", "", ""])]
        for step, row in zip(steps, additions)
    ]
    table = _table(("time h:min:s", "what", "component", "nM added", "stock µM", "volume µL"), rows)
    made = [row for row in additions if row]
    added = sum(row.volume_uL for row in made)
    text = (
        f"## 5. Schedule\n\n{table}\n\nAll additions together are {added:.1f} µL, {100 * added / mixing.volume_uL:.0f} % "
        "of the reaction: concentrations are counted in the starting volume."
    )
    tiny = dict.fromkeys(row.component for row in made if not row.pipettable)
    return text + (f"\n\n**Too little to pipette:** {', '.join(tiny)}. Use a larger volume." if tiny else "")


def _addition(system: DsdSystem, step: ScheduleRow, mixing: MixingTable) -> MixingRow | None:
    if not step.component:
        return None
    return mixing_row(component_named(system, step.component), step.nM, mixing.volume_uL, mixing.stocks)


def _addition_cells(row: MixingRow) -> list[str]:
    return [row.component, f"{row.final_nM:.10g}", f"{row.stock_uM:.10g}", f"{row.volume_uL:.10g}"]


def _clock_time(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _used_nmol(system: DsdSystem, mixing: MixingTable, steps: Sequence[ScheduleRow], volume_uL: float) -> dict[str, float]:
    """Amount (nmol) of each component in the reaction, at the start and by later additions."""
    used: defaultdict[str, float] = defaultdict(float)
    for row in mixing.rows:
        used[row.component] += row.final_nM * volume_uL / _UL_NM_PER_NMOL
    for step in steps:
        if step.component:
            used[component_named(system, step.component).name] += step.nM * volume_uL / _UL_NM_PER_NMOL
    return dict(used)


def _strand_nmol(
    system: DsdSystem,
    oligos: Sequence[Oligo],
    used: Mapping[str, float],
    recipes: Sequence[AnnealingRecipe],
    stocks: Stocks,
) -> dict[str, float]:
    """Amount (nmol) of each ordered strand: what floats in the reaction, and all that is annealed."""
    needed = {oligo.name: 0.0 for oligo in oligos}
    names = {oligo.strand: oligo.name for oligo in oligos}
    for component in system.components:
        if component.complex.is_strand:
            needed[names[component.complex.strands[0]]] += used.get(component.name, 0.0)
    for recipe in recipes:
        for row in recipe.rows:
            needed[row.oligo] += row.volume_uL * stocks.strands / 1000
    return needed


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
