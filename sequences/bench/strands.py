"""The part of the protocol that is about strands and complexes: what is ordered, dissolved and annealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dsd_ncrn.design.spec import Order, SequenceRules
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment
from sequences.bench.document import DocumentSection, Picture, Table
from sequences.bench.mixing import BUFFER_STRENGTH, TOP_EXCESS, AnnealingRecipe, Stocks
from sequences.certificate import Delivery
from sequences.layout import cut, gc_fraction
from sequences.oligos import Oligo, oligo_in
from sequences.properties import (
    complex_extinction_260,
    extinction_260,
    full_length_fraction,
    melting_temperature,
    molecular_weight,
    nmol_per_od,
    resuspension_volume,
    sodium_salt_mass,
    ug_per_od,
)
from sequences.robot.steps import RobotPlan
from sequences.thermo import PARAMETER_SET, sodium_equivalent
from sequences.vendors.base import Vendor
from sequences.vendors.plates import Plates, plate_svg

_TM_NM, _NM_PER_MM = 1000.0, 1e6
_STRAND_COLUMNS = (
    "name",
    "5' to 3'",
    "nt",
    "GC",
    "MW g/mol",
    "Na salt g/mol",
    "ε260 /M/cm",
    "nmol/OD",
    "µg/OD",
    "Tm °C",
    "full length",
    "scale",
    "purification",
    "modification",
    "role",
    "used in",
    "nmol needed",
    "nmol expected",
)


def assumptions(assignment: SequenceAssignment, rules: SequenceRules) -> str:
    """Where the sequences are from, and what the numbers were computed with."""
    conditions = "" if assignment.temperature is None else f"{assignment.temperature:g} °C, "
    origin = "Sequences were given, not designed here." if assignment.seed is None else f"Sequences: seed {assignment.seed}."
    return (
        f"{origin} Energies: {assignment.parameter_set or PARAMETER_SET}, {conditions}"
        f"{sodium_equivalent(rules):.3f} M sodium-equivalent salt. Melting temperatures: SantaLucia and Hicks 2004 at "
        f"{_TM_NM:g} nM. Check prices, scales and length limits with the vendor when ordering."
    )


def strands_section(oligos: Sequence[Oligo], vendor: Vendor, rules: SequenceRules, head: str, lasts: str) -> DocumentSection:
    """Every oligo with its numbers; those of which the order has too little are named."""
    rows = tuple(_strand_row(oligo, vendor, sodium_equivalent(rules)) for oligo in oligos)
    scarce = [oligo.name for oligo in oligos if 0 < vendor.expected_nmol(oligo) < oligo.nmol]
    text = (
        "Full length: share of molecules without a missing base at 99.3 % coupling. Mass and absorbance are those of the DNA "
        "without labels. Needed is what the recipes below take, for the controls, the calibration and the whole training, with "
        "what stays in tubes and in a native gel; expected is what oligos of that scale, length and purification usually "
        "yield: 8 nt over the length of the scale (Invitrogen's table, desalted); of whole strands 30 % after PAGE and 50 % "
        "after HPLC, and half of a complex after a native gel (estimates)."
    )
    warning = f"**Order more of these:** one synthesis yields less than the recipes below need: {', '.join(scarce)}."
    notes = [*([warning] if scarce else []), *([lasts] if lasts else [])]
    return DocumentSection("Strands", (head, Table("strands", _STRAND_COLUMNS, rows), text, *notes))


def _strand_row(oligo: Oligo, vendor: Vendor, sodium: float) -> tuple[str, ...]:
    word, expected = oligo.sequence, vendor.expected_nmol(oligo)
    return (
        oligo.name,
        " ".join(cut(oligo.strand, word)),
        str(oligo.length),
        f"{100 * gc_fraction(word):.0f} %",
        f"{molecular_weight(word):.1f}",
        f"{sodium_salt_mass(word):.1f}",
        f"{extinction_260(word):.0f}",
        f"{nmol_per_od(word):.2f}",
        f"{ug_per_od(word):.1f}",
        f"{melting_temperature(word, _TM_NM, sodium):.1f}",
        f"{100 * full_length_fraction(oligo.length):.0f} %",
        vendor.scale(oligo).name,
        vendor.purification(oligo),
        oligo.modification,
        str(oligo.role),
        str(len(oligo.used_in)),
        f"{oligo.nmol:.3g}",
        f"{expected:.3g}" if expected else "",
    )


def needed_section(rules: SequenceRules, temperature: float, plan: RobotPlan, least_uL: float) -> DocumentSection:
    """What has to be there: buffers, plates, beads, instruments."""
    magnesium, sodium = (BUFFER_STRENGTH * each / _NM_PER_MM for each in (rules.magnesium, rules.sodium))
    rows = [
        ("TE", "10 mM Tris, 1 mM EDTA, pH 8.0: for strands"),
        ("10x TE/Mg", f"100 mM Tris, 10 mM EDTA, {magnesium:.4g} mM MgCl2, {sodium:.4g} mM NaCl, pH 8.0"),
        ("1x TE/Mg", "1 part of 10x TE/Mg, 9 parts of water: for complexes, beads and dilutions"),
        ("pipettes", f"from {least_uL:g} µL on, to 20 and to 200 µL"),
        ("instruments", f"thermocycler, absorbance at 260 nm, native gel, fluorescence, {temperature:g} °C for the reaction"),
    ]
    if plan.iterations:
        rows.append(("plates", "96 wells of 200 µL (PCR), fitting magnet, lids or films"))
    return DocumentSection("What is needed", (Table("needed", ("what", "which"), tuple(rows)),))


def plate_sections(oligos: Sequence[Oligo], vendor: Vendor, order: Order) -> list[DocumentSection]:
    """A table and a picture of each plate."""
    wells, plates = vendor.wells(oligos), Plates(order.plate, order.fill)
    roles = {oligo.name: str(oligo.role) for oligo in oligos}
    columns = [str(number) for number in range(1, plates.columns + 1)]
    sections: list[DocumentSection] = []
    for number in sorted({well.plate for well in wells}):
        names = {well.label: well.oligo for well in wells if well.plate == number}
        rows = tuple((row, *(names.get(f"{row}{column}", "") for column in columns)) for row in plates.rows)
        picture = plate_svg(f"Plate {number}", plates, {label: (name, roles[name]) for label, name in names.items()})
        parts = (Table(f"plate_{number}", ("", *columns), rows), Picture(f"plate_{number}", picture))
        sections.append(DocumentSection(f"Plate {number}", parts, 3))
    return sections


def resuspension_section(oligos: Sequence[Oligo], stocks: Stocks, delivered: Sequence[Delivery]) -> DocumentSection:
    """How to dissolve the strands: by rule, or with volumes for what the certificate says was delivered."""
    rule = (
        "Spin down, then dissolve each strand in TE (10 mM Tris, 1 mM EDTA, pH 8.0) to "
        f"{stocks.strands:g} µM: {resuspension_volume(1.0, stocks.strands):g} µL for each nmol that the vendor's certificate "
        "states. Check by absorbance at 260 nm (A260 divided by ε260 and path length) and correct the volume."
    )
    if not delivered:
        hint = "Volumes for what was really delivered: `dsd-ncrn order … --certificate FILE` with the vendor's coa file."
        return DocumentSection("Resuspension", (rule, hint))
    header = ("name", "plate", "well", "nmol delivered", "nmol needed", f"µL to {stocks.strands:g} µM", "enough")
    rows = tuple(_delivered_row(each, stocks) for each in delivered)
    names = {each.oligo.name for each in delivered}
    missing = [oligo.name for oligo in oligos if oligo.name not in names]
    scarce = [each.oligo.name for each in delivered if not each.enough]
    notes = [f"**Not in the certificate:** {', '.join(missing)}."] if missing else []
    notes += [f"**Less than needed:** {', '.join(scarce)}."] if scarce else []
    return DocumentSection("Resuspension", (rule, Table("resuspension", header, rows), *notes))


def _delivered_row(delivery: Delivery, stocks: Stocks) -> tuple[str, ...]:
    return (
        delivery.oligo.name,
        delivery.plate,
        delivery.well,
        f"{delivery.nmol:.6g}",
        f"{delivery.oligo.nmol:.3g}",
        f"{delivery.volume_uL(stocks.strands):.6g}",
        "yes" if delivery.enough else "no",
    )


def annealing_section(
    system: DsdSystem, oligos: Sequence[Oligo], recipes: Sequence[AnnealingRecipe], stocks: Stocks, rules: SequenceRules
) -> DocumentSection:
    """A line for every complex, in the buffer that the energies are for."""
    header = (
        "complex",
        "µM",
        "batch µL",
        f"strands, µL of the {stocks.strands:g} µM stock",
        "10x TE/Mg µL",
        "water µL",
        "ε260 /M/cm",
    )
    rows = tuple(
        (
            recipe.component,
            f"{recipe.stock_uM:g}",
            f"{recipe.batch_uL:g}",
            ", ".join(f"{row.oligo} {row.volume_uL:.4g}" for row in recipe.rows),
            f"{recipe.buffer_uL:.4g}",
            f"{recipe.water_uL:.4g}",
            f"{_absorbance(system, oligos, recipe.component):.0f}",
        )
        for recipe in recipes
    )
    text = (
        f"Bottom strand 1.0x, each covered strand {TOP_EXCESS:g}x. 10x TE/Mg is TE with "
        f"{rules.magnesium * BUFFER_STRENGTH / _NM_PER_MM:.4g} mM MgCl2 and "
        f"{rules.sodium * BUFFER_STRENGTH / _NM_PER_MM:.4g} mM NaCl, the salt of the energies. Heat to 95 °C for 5 min, "
        "then cool by 1 °C per minute to 20 °C (75 min). Purify by native PAGE and measure A260 again, with the ε260 of the "
        f"complex: without that step {100 * (TOP_EXCESS - 1):.0f} % of each covered strand stays free in the stock."
    )
    return DocumentSection(f"Annealing {len(recipes)} complexes", (Table("annealing", header, rows), text))


def _absorbance(system: DsdSystem, oligos: Sequence[Oligo], name: str) -> float:
    component = system.by_name[name]
    words = [oligo_in(oligos, component, strand).sequence for strand in component.complex.strands]
    lengths = [domain.length for domain in component.complex.domains]
    paired = [pair is not None for length, pair in zip(lengths, component.complex.pairing) for _ in range(length)]
    return complex_extinction_260(words, paired)


def cost_section(oligos: Sequence[Oligo], vendor: Vendor, order: Order) -> DocumentSection:
    """Bases by scale and purification, and what they cost where the design gives prices."""
    products: dict[str, list[Oligo]] = {}
    for oligo in oligos:
        products.setdefault(vendor.product(oligo), []).append(oligo)
    missing: dict[str, None] = {}
    rows: list[tuple[str, ...]] = []
    whole = 0.0
    for name, group in products.items():
        cost, lacking = price_of(group, vendor, order.prices)
        missing |= dict.fromkeys(lacking)
        whole += cost
        rows.append((name, *_counted(group), "" if missing else f"{cost:.2f}"))
    rows.append(("all", *_counted(oligos), "" if missing else f"{whole:.2f}"))
    text = f"Prices of {order.prices_date or 'no date'}, from `[order] prices` in the design. Plates and shipping cost extra."
    if missing:
        text = f"For costs, `[order] prices` in the design lacks: {', '.join(missing)}."
    header = ("scale and purification", "oligos", "bases", "with labels", "cost")
    return DocumentSection("Bases and cost", (f"{vendor.title}. {vendor.advice}", Table("cost", header, tuple(rows)), text))


def price_of(oligos: Iterable[Oligo], vendor: Vendor, prices: Mapping[str, float]) -> tuple[float, tuple[str, ...]]:
    """What oligos cost by a price list, and the items that it lacks."""
    items = [item for oligo in oligos for item in priced_items(oligo, vendor, prices)]
    lacking = dict.fromkeys(item for item, _ in items if item not in prices)
    return sum(count * prices.get(item, 0.0) for item, count in items), tuple(lacking)


def priced_items(oligo: Oligo, vendor: Vendor, prices: Mapping[str, float]) -> list[tuple[str, int]]:
    """The items of a price list that an oligo is made of, and how many of each."""
    if (product := vendor.product(oligo)) in prices:
        return [(product, oligo.length)]
    purified = vendor.purification(oligo)
    extra = [purified] if purified not in ("", "STD") else []
    return [(vendor.scale(oligo).name, oligo.length), *((item, 1) for item in (*extra, *(end.name for end in oligo.ends)))]


def _counted(group: Sequence[Oligo]) -> tuple[str, str, str]:
    return str(len(group)), str(sum(oligo.length for oligo in group)), str(sum(bool(oligo.ends) for oligo in group))
