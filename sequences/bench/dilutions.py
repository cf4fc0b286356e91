"""What is made of the stocks before the training: beads with gates, dilutions, the refill mix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dsd_ncrn.constants import constant
from dsd_ncrn.dsd.staged import BARE, FORK_TAG
from dsd_ncrn.dsd.system import DsdSystem
from sequences.bench.document import DocumentSection, Table, three
from sequences.bench.mixing import DILUTIONS, MOST_FOLD, MixingRow, Stocks, undiluted_uM
from sequences.bench.tubes import Mixes
from sequences.robot.steps import RobotPlan, Stock

_BUFFER = "1x TE/Mg"
_DEAD_UL = 5.0
_HEADER = ("tube", "made of", "µL of it", f"µL {_BUFFER}", "makes µL", "µM")


@dataclass(frozen=True, slots=True)
class Dilution:
    """A tube (uM) of which so many uL are made, of so many uL of another."""

    tube: str
    source: str
    uM: float
    taken_uL: float
    made_uL: float

    @property
    def cells(self) -> tuple[str, ...]:
        """The line in its table."""
        buffer = self.made_uL - self.taken_uL
        return self.tube, self.source, three(self.taken_uL), three(buffer), three(self.made_uL), three(self.uM)


def diluted(tube: str, source: str, source_uM: float, fold: float, made_uL: float, least_uL: float) -> Iterator[Dilution]:
    """The lines that make a tube of ``made_uL`` or more: over ``MOST_FOLD`` in two goes, and none takes under the least."""
    if fold > MOST_FOLD:
        rest = fold / MOST_FOLD
        made = max(made_uL, least_uL * rest)
        middle = f"{source} 1:{MOST_FOLD}"
        yield from diluted(middle, source, source_uM, MOST_FOLD, made / rest, least_uL)
        yield Dilution(tube, middle, source_uM / fold, made / rest, made)
    else:
        made = max(made_uL, least_uL * fold)
        yield Dilution(tube, source, source_uM / fold, made / fold, made)


def preparation_sections(
    system: DsdSystem,
    plan: RobotPlan,
    mixes: Mixes,
    least_uL: float,
    wells: Mapping[str, float],
    sites: Mapping[str, float],
) -> list[DocumentSection]:
    """Beads, dilutions and the refill mix, each with a line of its own; nothing where everything is taken as it is.

    ``wells`` is what side wells take, nmol by component; ``sites`` are those of beads that a gate takes with the caps it loses.
    """
    usual = mixes.stocks
    lines = [each for row in _mixed(mixes) for each in _of_row(system, row, mixes, least_uL)]
    for stock in plan.stocks:
        if stock.dilution > 1 and not stock.components:
            source = stock.name.rpartition(" 1:")[0]
            lines += diluted(stock.name, source, stock.uM * stock.dilution, stock.dilution, stock.made_uL, least_uL)
    refill = next((stock for stock in plan.stocks if stock.components), None)
    parts = _refill_parts(refill, least_uL) if refill else ()
    for name, fold, uL in parts:
        lines += _of_stock(system, name, fold, uL, mixes, least_uL)
    sections = _bead_sections(system, plan, usual, wells, sites)
    whole: dict[str, Dilution] = {}
    for line in lines:
        known = whole.get(line.tube)
        whole[line.tube] = (
            replace(line, taken_uL=line.taken_uL + known.taken_uL, made_uL=line.made_uL + known.made_uL) if known else line
        )
    if whole:
        text = f"Make these before the first iteration, in this order, in {_BUFFER}; mix, spin down, keep on ice."
        rows = tuple(line.cells for line in whole.values())
        sections.append(DocumentSection("Dilutions", (text, Table("dilutions", _HEADER, rows))))
    return [*sections, *([_refill_section(system, refill, parts, mixes)] if refill else [])]


def _mixed(mixes: Mixes) -> Iterable[MixingRow]:
    """What the tubes take, each dilution once with all that is taken of it."""
    rows: dict[tuple[str, float], MixingRow] = {}
    for row in (*mixes.common.rows, *(row for tube in mixes.tubes for row in tube.rows)):
        before = rows.get((row.component, row.stock_uM))
        volume = row.volume_uL + (before.volume_uL if before else 0.0)
        rows[row.component, row.stock_uM] = MixingRow(
            row.component, row.role, row.is_complex, row.final_nM, row.stock_uM, volume, row.pipettable
        )
    return rows.values()


def _of_row(system: DsdSystem, row: MixingRow, mixes: Mixes, least_uL: float) -> Iterator[Dilution]:
    fold = round(undiluted_uM(system.by_name[row.component], mixes.stocks) / row.stock_uM)
    yield from _of_stock(system, row.component, fold, row.volume_uL, mixes, least_uL)


def _of_stock(system: DsdSystem, name: str, fold: int, uL: float, mixes: Mixes, least_uL: float) -> Iterator[Dilution]:
    """The lines for so many uL of a diluted stock, with what stays in its tube."""
    if fold > 1:
        strength = undiluted_uM(system.by_name[name], mixes.stocks)
        yield from diluted(f"{name} 1:{fold}", name, strength, fold, 1.1 * uL + _DEAD_UL, least_uL)


def _bead_sections(
    system: DsdSystem, plan: RobotPlan, usual: Stocks, wells: Mapping[str, float], sites: Mapping[str, float]
) -> list[DocumentSection]:
    """What is bound to which beads; nothing without beads."""
    capacity = constant("beads.capacity").number
    held = {name: 1000 * nmol for name, nmol in wells.items() if system.by_name[name].tag}
    for stock in plan.stocks:
        if stock.beads:
            held[stock.component] = held.get(stock.component, 0.0) + stock.made_uL * stock.uM
    if not held:
        return []
    rows = tuple(
        (
            f"{name} beads" if name in system.by_name else name,
            three(pmol / 1000),
            three(sites.get(name, 1.0) * pmol / capacity),
            _loaded(system, name, pmol, usual),
            three(pmol / capacity),
        )
        for name, pmol in held.items()
    )
    kinds = "streptavidin for biotin"
    if any(each.tag == FORK_TAG for each in system.components):
        kinds += f", and beads with an antibody against {FORK_TAG} for the strands with it"
    if BARE in wells:
        kinds += ", and carboxylated beads to which the tether is coupled by its amine (EDC, by their maker's protocol)"
    text = (
        f"Magnetic beads of 1 µm, 10 mg/mL, that bind about {capacity:g} pmol of strand in a µL of slurry: "
        f"{kinds}. Their certificate gives the capacity: scale the volumes by it. Shake the slurry up, wash it "
        f"twice on the magnet in as much {_BUFFER} with 0.05 % Tween-20, take the liquid off. Add the complex, shake for 15 "
        "min at room temperature, magnet for 2 min, take the liquid off and keep it: by its A260 nothing should be left in it. "
        "Wash twice. Take up in the last column's volume and keep at 4 °C; shake up before use. Beads without a complex are "
        "washed and taken up alone."
    )
    if sites:
        text += " Sites stay empty for the caps that come off: the slurry has the most that a training point takes."
    header = ("tube", "nmol", "µL of slurry", f"µL of the {usual.complexes:g} µM complex", f"take up in µL {_BUFFER}")
    return [DocumentSection("Beads", (text, Table("beads", header, rows)))]


def _loaded(system: DsdSystem, name: str, pmol: float, usual: Stocks) -> str:
    """How much of which stock is bound to beads; nothing to those without a complex."""
    if name not in system.by_name:
        return ""
    uM = undiluted_uM(system.by_name[name], usual)
    return three(pmol / uM) if uM == usual.complexes else f"{three(pmol / uM)} of {uM:g} µM"


def _refill_parts(stock: Stock, least_uL: float) -> tuple[tuple[str, int, float], ...]:
    """Components of the mix, how often diluted so that enough to pipette is needed, and uL."""
    whole = {name: share * stock.made_uL for name, share in stock.components.items()}
    folds = {name: next((each for each in DILUTIONS if uL * each >= least_uL), DILUTIONS[-1]) for name, uL in whole.items()}
    return tuple((name, folds[name], uL * folds[name]) for name, uL in whole.items())


def _refill_section(system: DsdSystem, stock: Stock, parts: Sequence[tuple[str, int, float]], mixes: Mixes) -> DocumentSection:
    """What the mix is made of."""
    rows = [
        (f"{name} 1:{fold}" if fold > 1 else name, three(undiluted_uM(system.by_name[name], mixes.stocks) / fold), three(uL))
        for name, fold, uL in parts
    ]
    room = stock.made_uL - sum(uL for *_, uL in parts)
    text = (
        f"One mix replaces what an iteration uses up and dilutes, and adds what is fed. Make "
        f"{three(stock.made_uL)} µL for all iterations, in portions, and freeze them."
    )
    wrong = ("**This does not fit:** its stocks are too weak.",) if room < 0 else ()
    table = Table("refill", ("tube", "µM", "µL"), (*rows, (_BUFFER, "", three(max(0.0, room)))))
    return DocumentSection("Refill mix", (text, table, *wrong))
